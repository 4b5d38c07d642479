// Unpacks plotly.js, kept as gzip and base64, and runs it as the script whose hash the page allows.
(async function () {
  "use strict";
  var bytes = Uint8Array.from(atob(document.getElementById("plotly-packed").textContent.trim()), function (c) { return c.charCodeAt(0); });
  var stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  var code = await new Response(stream).text();
  [code, document.getElementById("site-script").textContent].forEach(function (text) {
    document.head.append(Object.assign(document.createElement("script"), { textContent: text }));
  });
})();
