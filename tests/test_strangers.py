"""Notebooks that we did not write come out as their authors know them: any format, name and output."""

import base64
import contextlib
import io
import json
import re
import shutil
import warnings
from pathlib import Path
from types import SimpleNamespace
from urllib.parse import unquote

import lantian as lt
import nbformat
import pytest
from bs4 import BeautifulSoup
from click.testing import CliRunner
from edit import contents
from lantian.cli import main
from lantian.data.schema import DataError
from lantian.site import execute, pages
from lantian.site import render as rendering
from lantian.site.codebook import readme
from lantian.site.execute import RenderError, Source, read
from lantian.site.publish import bundle
from lantian.site.render import NOTEBOOKS, render
from test_access import CONTRAST, PHONE, _violations, context  # noqa: F401
from test_render import wait_for

pytestmark = pytest.mark.slow
DOT = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
CHART = "import matplotlib.pyplot as plt\nfigure, axes = plt.subplots()\naxes.plot([1, 3, 2])\n"
ANSI = r"print('\x1b[31mred \x1b[1;32mgreen\x1b[0m <plain>')"
# A cell of each kind, and what has to be seen of it: an element, and words within it.
CELLS = {
    "plot": (
        "import matplotlib.pyplot as plt\nplt.plot([1, 2])\nplt.show()",
        "img[src^='data:image/png']",
        "",
    ),
    "no show": ("import matplotlib.pyplot as plt\nplt.plot([1, 2]);", "img[src^='data:image/png']", ""),
    "figure": (f"{CHART}plt.close()\nfigure", "img[src^='data:image/png']", ""),
    "figure as svg": (
        f"%config InlineBackend.figure_formats = ['svg']\n{CHART}plt.show()\n%config InlineBackend.figure_formats = ['png']",
        "img[src^='data:image/svg+xml']",
        "",
    ),
    "seaborn": ("import seaborn\nseaborn.lineplot(x=[1, 2], y=[3, 4]);", "img[src^='data:image/png']", ""),
    "plotly": (
        "import plotly.express as px\npx.scatter(x=[1, 2], y=[3, 4], title='A <b>line</b>')",
        ".plotly + script",
        "",
    ),
    "plotly show": ("import plotly.express as px\npx.scatter(y=[3, 4]).show()", ".plotly + script", ""),
    "plotly many": ("import plotly.express as px\npx.scatter(y=list(range(2000)))", ".plotly + script", ""),
    "plotly map": (
        "import plotly.express as px\npx.choropleth(locations=['CHN'], color=[1])",
        ".left-out",
        "chart of plotly, choropleth",
    ),
    "frame": (
        "import pandas as pd\npd.DataFrame({'wide ' * 9: [1.5], 'b' * 30: ['x'], 'c' * 40: ['y'], 'd' * 40: ['z']})",
        ".scroll[tabindex] table.dataframe th[scope=col]",
        "wide",
    ),
    "styled": (
        "import pandas as pd\npd.DataFrame({'a': [1, 2]}).style.highlight_max(color='yellow')",
        ".scroll table td[id^=T_]",
        "1",
    ),
    "warning": ("import warnings\nwarnings.warn('careful')", "pre", "UserWarning: careful"),
    "long": ("print('\\n'.join(map(str, range(1000))))", "pre[tabindex]", "999"),
    "wide": ("print('x' * 500)", "pre[tabindex]", "xxx"),
    "colours": (ANSI, "pre .ansi-red-fg", "red"),
    "error": ("1 / 0", "pre", "ZeroDivisionError"),
    "interrupt": ("import os, signal\nos.kill(os.getpid(), signal.SIGINT)", "pre", "KeyboardInterrupt"),
    "children": (
        "import os\nif not os.fork(): os._exit(0)\nwhile True:\n"
        "    try: os.wait()\n    except ChildProcessError: break\nprint('none left')",
        "pre",
        "none left",
    ),
    "module beside it": ("import beside_it\nbeside_it.WORD", "pre", "from beside it"),
    "film": (
        "from IPython.display import HTML\nHTML('<video><iframe src=\"https://example.org/b\"></iframe></video>')",
        ".left-out a",
        "example.org/b",
    ),
    "script": (
        "from IPython.display import HTML\nHTML('<p onclick=\"f()\">here</p><script>f()</script>')",
        ".left-out",
        "script",
    ),
    "javascript": ("from IPython.display import Javascript\nJavascript('f()')", ".left-out", "script"),
    "frame from elsewhere": (
        "from IPython.display import IFrame\nIFrame('https://example.org/', 9, 9)",
        ".left-out a",
        "example.org",
    ),
    "picture from elsewhere": (
        "from IPython.display import Image\nImage(url='https://example.org/a.png')",
        ".left-out a",
        "a.png",
    ),
    "picture from a file": (
        "from IPython.display import HTML\nHTML('<img src=\"dot.png\">')",
        "img[src^='data:image/png']",
        "",
    ),
    "formula": ("from IPython.display import Math\nMath(r'\\alpha^2')", "pre", r"\alpha^2"),
    "markdown": ("from IPython.display import Markdown\nMarkdown('**bold**')", "strong", "bold"),
    "svg": (
        "from IPython.display import SVG\nSVG('<svg xmlns=\"http://www.w3.org/2000/svg\"><script>f()</script></svg>')",
        "img[src^='data:image/svg+xml']",
        "",
    ),
    "jpeg": (
        "import io\nfrom PIL import Image as P\nfrom IPython.display import Image\nfile = io.BytesIO()\n"
        "P.new('RGB', (2, 2)).save(file, 'jpeg')\nImage(file.getvalue())",
        "img[src^='data:image/jpeg']",
        "",
    ),
    "gif": (
        "import io\nfrom PIL import Image as P\nfrom IPython.display import Image\nfile = io.BytesIO()\n"
        "P.new('RGB', (2, 2)).save(file, 'gif')\nImage(file.getvalue(), format='gif')",
        "img[src^='data:image/gif']",
        "",
    ),
    "widget": (
        "from IPython.display import display\ndisplay({'application/vnd.jupyter.widget-view+json': {'model_id': 'a'},"
        " 'text/plain': 'Slider(value=3)'}, raw=True)",
        ".left-out",
        "Slider(value=3)",
    ),
}
NOTES = {
    "picture": ("![a dot](dot.png)", "img[src^='data:image/png'][alt='a dot']", ""),
    "picture with a blank": ("![a dot](<a dot.png>)", "img[src^='data:image/png'][alt='a dot']", ""),
    "pictures from elsewhere": (
        "![a](https://example.org/a.png) ![b](https://example.org/b.png)",
        ".left-out a[href$='b.png']",
        "b.png",
    ),
    "attachment": ("![a dot](attachment:dot.png)", "img[src^='data:image/png']", ""),
    "table": ("| a | b |\n|---|---|\n| 1 | 2 |", ".scroll th[scope=col]", "a"),
    "formula": ("So $x^2$ and\n\n$$\\frac{1}{2}$$", "p", "$x^2$"),
    "code": ("```\n# no heading\n```", "pre", "# no heading"),
}
NAMES = ('Upper "quoted" #3 50%', "蓝天 it's", "a" * 120)


def cell(kind, source, **more):
    code = {"outputs": [], "execution_count": None} if kind == "code" else {}
    return {"cell_type": kind, "metadata": {}, "source": source} | code | more


def notebook(path, *cells, minor=5, **metadata):
    """Write a notebook; its cells have ids from format 4.5 on."""
    if minor >= 5:
        cells = [{"id": f"id-{number}"} | one for number, one in enumerate(cells)]
    found = {"cells": list(cells), "metadata": metadata, "nbformat": 4, "nbformat_minor": minor}
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(found), "utf-8")
    return path


@pytest.fixture(scope="module")
def strange(data, executor, tmp_path_factory):
    """A folder of notebooks by other people and its pages, rendered once, and what was said."""
    folder = tmp_path_factory.mktemp("strange")
    own = folder / "notebooks"
    notebook(own / "00_ours.ipynb", cell("markdown", "# Ours?"))
    attached = {"attachments": {"dot.png": {"image/png": DOT}}}
    notes = [
        cell("markdown", source, **(attached if "attachment" in kind else {}))
        for kind, (source, *_) in NOTES.items()
    ]
    code = [cell("code", source, metadata={"tags": ["raises-exception"]}) for source, *_ in CELLS.values()]
    notebook(own / "everything.ipynb", *notes, *code, minor=0)
    for name in ("dot.png", "a dot.png"):
        (own / name).write_bytes(base64.b64decode(DOT))
    (own / "beside_it.py").write_text("WORD = 'from beside it'\n")
    for name in NAMES:
        notebook(own / f"{name}.ipynb", cell("markdown", "## Only a second"))
    notebook(own / "empty.ipynb")
    notebook(own / "further/down.ipynb", cell("markdown", "# Down"))
    mistaken = [
        cell("markdown", "# By id", id="question"),
        cell("code", "'no answer'", id="finding"),
        cell("code", "7", id="by-place"),
    ]
    notebook(own / "place_of_mine.ipynb", *mistaken)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(rendering, "NOTEBOOKS", own)
        patch.setattr(rendering, "Kernels", lambda *data: contextlib.nullcontext(executor))
        said = []
        render(data=data, output=folder / "reports", say=said.append)
    return SimpleNamespace(own=own, reports=folder / "reports", said=said)


@pytest.fixture(scope="module")
def shown(strange):
    """The sections of the page that shows everything, by kind."""
    page = BeautifulSoup((strange.reports / "everything.html").read_text("utf-8"), "html.parser")
    notes, code = page.select("main > .note"), page.select("main > .cell")
    return dict(zip(NOTES, notes, strict=True)), dict(zip(CELLS, code, strict=True))


# --- what pages show ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", CELLS)
def test_output_of_each_kind_is_shown_or_named(shown, kind):
    _, element, words = CELLS[kind]
    (found, *_) = shown[1][kind].select(f".output_area {element}")
    assert words in found.get_text()
    assert "\x1b" not in found.get_text()


@pytest.mark.parametrize("kind", NOTES)
def test_note_of_each_kind_is_shown(shown, kind):
    _, element, words = NOTES[kind]
    assert any(words in found.get_text() for found in shown[0][kind].select(element))


def test_pages_are_the_same_from_run_to_run(strange, data, monkeypatch, one_executor):
    monkeypatch.setattr(rendering, "NOTEBOOKS", strange.own)
    before = contents(strange.reports)
    render([strange.own / "everything.ipynb"], data, strange.reports, force=True, say=lambda line: None)
    after = contents(strange.reports)
    assert not [path for path in before if path.suffix == ".html" and after[path] != before[path]]
    assert b"ipykernel_" not in before[Path("everything.html")]


@pytest.mark.thorough
@pytest.mark.browser
def test_strange_page_is_readable_by_everybody(strange, chromium, context):  # noqa: F811
    """In light and dark, on a phone, by ear; and nothing on it is asked from elsewhere or refused by its policy."""
    path, errors = strange.reports / "everything.html", []
    page = chromium.new_page()
    page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
    page.set_viewport_size(PHONE)
    page.goto(path.as_uri())
    drawn = "document.querySelectorAll('.plotly .main-svg').length"
    wait_for(lambda: page.evaluate(drawn) >= 3, "charts are not drawn")
    assert page.evaluate("document.documentElement.scrollWidth") == PHONE["width"]
    page.close()
    assert not errors
    page = context.new_page()
    page.goto(path.as_uri())
    assert not _violations(page)
    page.emulate_media(color_scheme="dark")
    assert not _violations(page, runOnly=CONTRAST)
    page.close()


# --- formats and titles ---------------------------------------------------------------------------------------------

OLD = {
    "metadata": {"name": ""},
    "nbformat": 3,
    "nbformat_minor": 0,
    "worksheets": [
        {
            "metadata": {},
            "cells": [
                {"cell_type": "heading", "level": 1, "metadata": {}, "source": "Old"},
                {
                    "cell_type": "code",
                    "collapsed": False,
                    "input": "6 * 7",
                    "language": "python",
                    "metadata": {},
                    "outputs": [],
                },
            ],
        }
    ],
}


@pytest.mark.parametrize("minor", [0, 1, 2, 3, 4, 5, "3.0", "none"])
def test_format_is_upgraded_with_ids_that_stay(tmp_path, minor):
    path = tmp_path / "old.ipynb"
    if minor == "3.0":
        path.write_text(json.dumps(OLD))
    else:
        notebook(
            path, cell("markdown", "# Old"), cell("code", "6 * 7"), minor=0 if minor == "none" else minor
        )
    if minor == "none":
        path.write_text(path.read_text().replace(', "nbformat_minor": 0', ""))
    first, second = (read(Source(path)) for _ in range(2))
    assert first == second and first.nbformat_minor >= 5
    assert [one.id for one in first.cells] == (["id-0", "id-1"] if minor == 5 else ["cell-1", "cell-2"])
    assert [one.source for one in first.cells] == ["# Old", "6 * 7"]
    nbformat.validate(first)


@pytest.mark.parametrize("ids", [["same", "same"], ["no blanks", "b"], [None, "b"]])
def test_ids_that_are_none_are_replaced(tmp_path, ids):
    cells = [
        {key: value for key, value in cell("code", "1", id=name).items() if value is not None or key != "id"}
        for name in ids
    ]
    path = notebook(tmp_path / "a.ipynb", minor=5)
    path.write_text(json.dumps(json.loads(path.read_text()) | {"cells": cells}))
    with warnings.catch_warnings(action="error"):
        assert [one.id for one in read(Source(path)).cells] == ["cell-1", "cell-2"]


@pytest.mark.parametrize(
    "content",
    [
        "",
        "[]",
        "{}",
        '{"nbformat": 4}',
        '{"cells": 3, "nbformat": 4, "nbformat_minor": 5, "metadata": {}}',
        "\0",
    ],
)
def test_file_that_is_no_notebook_is_answered(tmp_path, content):
    (tmp_path / "a.ipynb").write_text(content)
    with pytest.raises(RenderError, match=r"a\.ipynb: this notebook cannot be read: "):
        read(Source(tmp_path / "a.ipynb"))


def test_attachment_that_is_missing_is_named(tmp_path):
    notebook(tmp_path / "a.ipynb", cell("markdown", "![a dot](attachment:dot.png)"))
    with pytest.raises(RenderError, match="a note shows 'dot.png', which is not attached to it"):
        read(Source(tmp_path / "a.ipynb"))


def test_notebook_in_another_language_is_answered(tmp_path):
    path = notebook(tmp_path / "a.ipynb", kernelspec={"name": "ir", "display_name": "R", "language": "R"})
    with pytest.raises(
        RenderError, match=r"a\.ipynb: its cells are in r; pages are made of notebooks in Python"
    ):
        read(Source(path))


TITLES = {
    "# First\n\n# Second": "First",
    "Text\n\n# Later": "Later",
    "Underlined\n==========": "Underlined",
    "```\n# code\n```": "name",
    "## Only a second": "name",
    "# ": "name",
    "": "name",
    "# A *b* `c` [d](e) <i>f</i> & g": "A b c d f & g",
}


@pytest.mark.parametrize(("note", "title"), TITLES.items())
def test_title_is_the_first_heading_or_the_name(tmp_path, note, title):
    page = pages.Page("name", read(Source(notebook(tmp_path / "name.ipynb", cell("markdown", note)))))
    assert page.title == title
    text = BeautifulSoup(pages.to_html(page, [page]), "html.parser")
    assert text.title.string == f"{title} · Lantian"
    assert len(text.select("h1")) == max(
        1, note.count("# ") - ("```" in note) - note.count("## ")
    ) or note in ("# ", "")


# --- names, tags and the rest of the suite --------------------------------------------------------------------------


def links(page, label):
    found = page.select(f'nav[aria-label="{label}"] a')
    return {unquote(link["href"]): link for link in found}


@pytest.mark.parametrize("name", [*NAMES, "empty", "everything", "place_of_mine"])
def test_own_notebook_is_in_the_navigation_by_its_name(strange, name):
    index = BeautifulSoup((strange.reports / "index.html").read_text("utf-8"), "html.parser")
    link = links(index, "Pages")[f"{name}.html"]
    assert link.get_text() == name.replace("_", " ")
    assert link["title"] == ("By id" if name == "place_of_mine" else name)
    page = BeautifulSoup((strange.reports / f"{name}.html").read_text("utf-8"), "html.parser")
    assert page.h1.get_text().removesuffix("¶") == link["title"]


def test_ours_come_first_and_no_notebook_is_passed_over_in_silence(strange):
    index = BeautifulSoup((strange.reports / "index.html").read_text("utf-8"), "html.parser")
    assert [*links(index, "Pages")][0] == "00_ours.html"
    assert len(links(index, "Pages")) == len([*strange.own.glob("*.ipynb")])
    assert any(line.startswith("Left out") and "further/down.ipynb" in line for line in strange.said)


def test_one_file_leads_to_every_page(strange):
    text = BeautifulSoup(
        bundle({str(path): found for path, found in contents(strange.reports).items()}), "html.parser"
    )
    ids = {tag["id"] for tag in text.select("[id]")}
    assert len(text.select("main > article:not([id=changelog])")) == 1 + len([*strange.own.glob("*.ipynb")])
    assert not [link["href"] for link in text.select('a[href^="#"]') if link["href"][1:] not in ids]
    assert not [name for name in ids if re.search(r"\s", name)]


def test_ids_and_names_of_cells_mean_nothing(strange, plans):
    index = (strange.reports / "index.html").read_text("utf-8")
    assert "no answer" not in index and 'id="by-place"' not in index and 'aria-label="Places"' not in index
    page = BeautifulSoup((strange.reports / "place_of_mine.html").read_text("utf-8"), "html.parser")
    assert not page.select(".finding")


@pytest.mark.parametrize(
    "name", ["index", "Index", "lantian", "place_yuyao", "01_coal", "01_COAL", "brief_coal"]
)
def test_name_that_is_taken_is_answered(data, tmp_path, name):
    path = notebook(tmp_path / f"{name}.ipynb", cell("code", "1"))
    with pytest.raises(
        RenderError, match=rf"{name}\.ipynb: its page would be {name}\.html, which is .*; rename the notebook"
    ):
        render([path], data, tmp_path / "out")
    assert not (tmp_path / "out/index.html").exists()


@pytest.mark.parametrize("name", ["01_coal", "01_coal.ipynb"])
def test_name_means_the_notebook_of_the_suite(name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert execute.named(name, NOTEBOOKS) == NOTEBOOKS / "01_coal.ipynb"
    (tmp_path / name).write_text("mine")
    assert execute.named(name, NOTEBOOKS) == tmp_path / name


def test_page_that_goes_and_links_that_lead_nowhere_are_named(data, tmp_path, monkeypatch, one_executor):
    monkeypatch.setattr(rendering, "NOTEBOOKS", tmp_path / "notebooks")
    ours = notebook(tmp_path / "notebooks/00_ours.ipynb", cell("markdown", "# Ours?"))
    said, out = [], tmp_path / "out"
    path = notebook(
        tmp_path / "lone.ipynb",
        cell("markdown", "# Lone\n\n[evidence](08_evidence.html#a), [b](https://example.org/b.html)"),
    )
    render([path], data, out, said.append)
    assert [
        line for line in said if "08_evidence.html" in line and "not here" in line
    ] and "example" not in said[-1]
    said.clear()
    render([ours], data, out, said.append)
    assert (out / "lone.html").exists()
    render(None, data, out, said.append)
    assert not (out / "lone.html").exists() and [
        line for line in said if line.startswith("lone: its page is gone")
    ]


def test_codebook_lists_only_what_is_tagged(copy_data, loaded):
    shutil.copytree(NOTEBOOKS, copy_data.parent / "notebooks")
    text = (NOTEBOOKS.parent / "README.md").read_text("utf-8")
    before = readme(text, copy_data)
    mistaken = [cell("markdown", "# No", id="question"), cell("code", "1 / 0", id="finding")]
    notebook(copy_data.parent / "notebooks/10_mine.ipynb", *mistaken)
    (copy_data.parent / "notebooks/11_broken.ipynb").write_text("{")
    assert readme(text, copy_data) == before


def test_finding_that_fails_is_answered_by_the_codebook(copy_data):
    tagged = [
        cell("code", source, metadata={"tags": [tag]})
        for tag, source in (("question", "# Why?"), ("finding", "1 / 0"))
    ]
    notebook(copy_data.parent / "notebooks/of mine.ipynb", *tagged)
    with pytest.raises(DataError, match=r"of mine\.ipynb:finding: ZeroDivisionError: division by zero"):
        readme("<!-- answers -->\n\n\n\n<!-- end -->", copy_data)


# --- our notebooks in other programs --------------------------------------------------------------------------------


@pytest.mark.parametrize("place", ["yuyao", "huludao"])
def test_place_is_a_parameter(data, monkeypatch, place):
    """What papermill does: a cell with the values follows the one that is tagged ``parameters``."""
    monkeypatch.setenv("LANTIAN_DATA", str(data))
    names = {}
    for one in execute.raw_cells(NOTEBOOKS / "place.ipynb"):
        if one["cell_type"] == "code":
            exec("".join(one["source"]), names)
            if execute.has_tag(one, "parameters"):
                names["place"] = place
        if execute.has_tag(one, "finding"):
            break
    assert names["place"].id == place


def test_chart_to_explore_brings_its_rows_for_stock_nbconvert(plans, monkeypatch):
    from nbconvert import HTMLExporter

    monkeypatch.setattr("plotly.io.renderers.default", "plotly_mimetype")
    figure = lt.charts.explore(plans, "coal")
    output = nbformat.v4.new_output("display_data", data=figure._repr_mimebundle_())
    code = nbformat.v4.new_code_cell("", outputs=[output])
    text, _ = HTMLExporter().from_notebook_node(nbformat.v4.new_notebook(cells=[code]))
    rows = BeautifulSoup(text, "html.parser").select("table tbody tr")
    assert len(rows) == len(figure.layout.meta["rows"])


# --- words on any system --------------------------------------------------------------------------------------------


ENCODINGS = [
    "ascii",
    "gbk",
    "utf-8",
    *(pytest.param(name, marks=pytest.mark.soak) for name in ("latin-1", "cp1252")),
]


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_commands_print_on_any_encoding(copy_data, data, monkeypatch, encoding):
    monkeypatch.setenv("PYTHONIOENCODING", encoding)
    path = copy_data / "targets/yuyao.csv"
    path.write_text(
        path.read_text("utf-8").replace("余姚", "余桃", 1).replace("PM2.5", "é𠮷→PM2.5", 1), "utf-8"
    )
    for words in (["diff", str(data), str(copy_data)], ["check", "--data", str(copy_data)]):
        run = CliRunner(charset=encoding).invoke(main, words)
        assert run.exception is None or isinstance(run.exception, SystemExit)
        assert run.stdout_bytes.decode(encoding)


def test_files_are_written_in_utf_8_whatever_the_system(monkeypatch):
    monkeypatch.delenv("PYTHONIOENCODING", raising=False)
    from lantian.cli import _take_every_character

    file = io.TextIOWrapper(io.BytesIO(), encoding="cp1252")
    _take_every_character(file)
    print("蓝天", file=file, flush=True)
    assert file.buffer.getvalue().decode("utf-8").strip() == "蓝天"
