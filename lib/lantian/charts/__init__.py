"""Draw what compares, and refuse what does not: every chart of the suite, loaded when it is first drawn."""

from importlib import import_module

_HOME = {
    "matrix": "grid",
    "ladder": "grid",
    "due": "grid",
    "counts": "grid",
    "panels": "values",
    "labelled": "values",
    "breakeven": "values",
    "steps": "values",
    "pairs": "values",
    "NotComparable": "values",
    "timeline": "time",
    "calendar": "time",
    "spans": "time",
    "rates": "time",
    "series": "time",
    "explore": "explore",
}
__all__ = sorted(_HOME)


def __getattr__(name):
    if name in _HOME:
        return getattr(import_module(f"lantian.charts.{_HOME[name]}"), name)
    raise AttributeError(f"lantian.charts has no {name!r}; it has {', '.join(__all__)}")


def __dir__():
    return __all__
