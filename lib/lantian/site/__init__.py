"""Make pages of the notebooks; the markup stands in ``lantian/templates``."""

from functools import cache
from pathlib import Path

TEMPLATES = Path(__file__).parents[1] / "templates"
BRIEF = "brief_"  # how the names of pages on one sheet begin


@cache
def template(name):
    """Load a template by the name of its file; values are escaped in those that write HTML."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

    loader, escaped = FileSystemLoader(TEMPLATES / "lantian"), select_autoescape(["html.j2"])
    return Environment(loader=loader, autoescape=escaped, undefined=StrictUndefined).get_template(name)
