"""Draw what compares, and refuse what does not. A chart's module is loaded when the chart is first drawn."""

from importlib import import_module

from lantian import missing
from lantian.errors import NameMissing, checked

_NAMES = {
    "drawing": "key style",
    "grid": "matrix order calendar bars",
    "lanes": "dates due panels rates NotComparable",
    "values": "targets chain series",
    "explore": "explore",
}
_HOME = {name: module for module, names in _NAMES.items() for name in names.split()}
__all__ = sorted(_HOME)


def __getattr__(name):
    if name not in _HOME:
        raise NameMissing(missing(name, __all__, "charts."))
    found = checked(getattr(import_module(f"lantian.charts.{_HOME[name]}"), name), "charts.")
    globals()[name] = found  # or importing explore.py would leave the module under the name of its function
    return found


def __dir__():
    return __all__
