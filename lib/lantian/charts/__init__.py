"""Draw what compares, and refuse what does not. A chart's module is loaded when the chart is first drawn.

What each chart begins with is here too: rows that it can draw, words where none are given, and the look of the suite.
"""

import inspect
import zlib
from functools import wraps
from importlib import import_module

import matplotlib.style
import pandas as pd

from lantian import missing
from lantian.analysis.matrix import require_indicators
from lantian.charts.drawing import STYLE
from lantian.data.plans import FEW
from lantian.errors import CallError, NameMissing, checked
from lantian.text import wording

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


def draws(columns="", source=""):
    """Make a function draw in the look of the suite, with words where none are given (name, title and subtitle, never None),
    and answer by a sentence what it cannot draw.

    Parameters
    ----------
    columns : str
        Those that its rows must have; without any, it takes ids of indicators.
    source : str
        The call that gives such rows.
    """

    def decorate(draw):
        signature = inspect.signature(draw)

        @wraps(draw)
        def drawn(*arguments, **named):
            given = signature.bind(*arguments, **named).arguments
            plans, rows, *_ = given.values()
            problem = _of_rows(rows, columns.split(), source) if columns else _of_ids(plans, rows)
            if problem:
                raise CallError(f"charts.{draw.__name__}() {problem}")
            given = {name: value for name, value in given.items() if value is not None}
            with matplotlib.style.context(STYLE):
                return draw(**_words(draw.__name__, *given.values()) | given)

        return drawn

    return decorate


def _of_rows(rows, columns, source):
    """Say why rows cannot be drawn, and which can; nothing where these can."""
    if not isinstance(rows, pd.DataFrame):
        return f"draws a DataFrame of rows, as from {source}, not {type(rows).__name__}"
    if lacking := [repr(name) for name in columns if name not in rows]:
        return f"needs rows with {wording.names(lacking)}, as from {source}"
    return "" if len(rows) else f"was given no rows; {source} gives some"


def _of_ids(plans, ids):
    """Say why ids of indicators cannot be drawn."""
    ids = [ids] if isinstance(ids, str) else list(ids)
    require_indicators(plans.indicators, *ids)
    return "" if ids else "was given no indicators"


def _words(kind, plans, rows, *others):
    """Word a chart that was given no words: name (the same for the same rows), title (its subjects) and subtitle (its plans)."""
    subjects, places = _subjects(plans, rows), plans.places
    shown = rows["jurisdiction"] if isinstance(rows, pd.DataFrame) else places["id"]
    labels = places.loc[places["id"].isin(shown), "label"]
    title = wording.names(subjects) if len(subjects) <= 4 else f"{len(subjects)} subjects"
    content = rows.to_csv() if isinstance(rows, pd.DataFrame) else f"{rows} {others}"
    subtitle = wording.names(labels) if len(labels) <= FEW else f"{len(labels)} plans"
    return {"name": f"{kind}-{zlib.crc32(content.encode()):08x}", "title": title, "subtitle": subtitle}


def _subjects(plans, rows):
    """Name what a chart is about: the indicators of its rows, or by their ids, else what is counted."""
    if not isinstance(rows, pd.DataFrame):
        facts = plans.indicators.set_index("id")["name_en"]
        return [facts[name] for name in ([rows] if isinstance(rows, str) else rows)]
    if "id" not in rows:
        return list(rows.select_dtypes("number"))
    known = [plans.by_id[name] for name in rows["id"] if name in plans.by_id]
    return list(dict.fromkeys(row.indicator_name for row in known))
