"""Run the code cells of notebooks in a row in one process: drawn to memory, nothing captured or converted."""

import ast
import json
import os
import sys
from pathlib import Path

os.environ |= {"MPLBACKEND": "agg", "PLOTLY_RENDERER": "plotly_mimetype"}


def run(path):
    """Run one notebook; what a cell ends in is drawn as a kernel would draw it."""
    names = {"__name__": "__main__"}
    for cell in json.loads(Path(path).read_text("utf-8"))["cells"]:
        if cell["cell_type"] == "code":
            tree = ast.parse("".join(cell["source"]))
            last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
            exec(compile(tree, str(path), "exec"), names)
            draw(eval(compile(ast.Expression(last.value), str(path), "eval"), names) if last else None)


def draw(result):
    """Draw a result in the first way that it offers."""
    for way in ("_repr_mimebundle_", "_repr_html_", "__repr__"):
        if result is not None and hasattr(result, way):
            return getattr(result, way)()


if __name__ == "__main__":
    for path in sys.argv[1:]:
        run(path)
