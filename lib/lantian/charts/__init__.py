"""Draw what compares, and refuse what does not. A chart's module is loaded when the chart is first drawn."""

from importlib import import_module

from lantian import missing
from lantian.errors import NameMissing, checked

_NAMES = {
    "drawing": "key style",
    "grid": "matrix order calendar bars explore",
    "lanes": "dates due panels rates NotComparable",
    "values": "targets chain series",
}
_HOME = {name: module for module, names in _NAMES.items() for name in names.split()}
__all__ = sorted(_HOME)


def __getattr__(name):
    if name not in _HOME:
        raise NameMissing(missing(name, __all__, "charts."))
    return checked(getattr(import_module(f"lantian.charts.{_HOME[name]}"), name), "charts.")


def __dir__():
    return __all__
