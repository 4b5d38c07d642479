"""Draw what compares, and refuse what does not. A chart's module is loaded when the chart is first drawn."""

from importlib import import_module

_NAMES = {
    "drawing": "style",
    "marks": "key",
    "grid": "matrix order calendar bars",
    "lanes": "dates due panels rates NotComparable",
    "values": "targets chain series",
    "explore": "explore",
}
_HOME = {name: module for module, names in _NAMES.items() for name in names.split()}
# Names of earlier versions, and what does their work now.
_RENAMED = {
    "ladder": "dates",
    "counts": "bars",
    "labelled": "panels",
    "steps": "order",
    "pairs": "targets",
    "spans": "rates",
}
__all__ = sorted(_HOME)


def __getattr__(name):
    if name in _RENAMED:
        raise AttributeError(f"lantian.charts has no {name!r} any more; it is now {_RENAMED[name]}")
    if name not in _HOME:
        raise AttributeError(f"lantian.charts has no {name!r}; it has {', '.join(__all__)}")
    found = getattr(import_module(f"lantian.charts.{_HOME[name]}"), name)
    globals()[name] = found  # or importing explore.py would leave the module under the name of its function
    return found


def __dir__():
    return __all__
