"""Lantian: what local environmental plans promise, side by side.

The names below are loaded when first used, so that ``import lantian`` costs
no plotting library.
"""

from importlib import import_module

_HOME = {
    "load": "tables.plans",
    "Plans": "tables.plans",
    "DataError": "tables.schema",
    "check": "tables.checks",
    "verify": "texts.verification",
    "evidence": "pages.card",
    "compare": "analysis.comparison",
    "verdict": "analysis.verdicts",
    "verdict_of_set": "analysis.verdicts",
    "denominators": "analysis.verdicts",
    "how_far": "analysis.comparison",
    "how_far_sentence": "analysis.comparison",
    "cells": "analysis.overview",
    "matrix": "analysis.overview",
    "find": "analysis.overview",
    "fleets": "analysis.overview",
    "limits": "analysis.hierarchy",
    "shared": "analysis.overview",
    "place": "analysis.overview",
    "tensions": "analysis.consistency",
    "ledger": "pages.card",
    "agreement": "pages.summary",
    "audited": "pages.summary",
    "disagreements": "pages.summary",
    "cascade": "analysis.hierarchy",
    "above": "analysis.hierarchy",
    "pace": "analysis.progress",
    "outcomes": "analysis.progress",
    "duties": "analysis.responsibility",
    "leads": "analysis.responsibility",
    "words": "analysis.responsibility",
    "strengths": "analysis.responsibility",
    "explore": "drawing.interactive",
    "say": "language.prose",
    "who": "language.wording",
    "table": "pages.summary",
    "cards": "pages.summary",
    "glance": "pages.summary",
    "context": "pages.summary",
    "by_place": "pages.summary",
    "by_indicator": "pages.summary",
}
_MODULES = {
    "charts": "drawing.charts",
    "hierarchy": "analysis.hierarchy",
    "prose": "language.prose",
    "scales": "drawing.scales",
    "trends": "drawing.trends",
    "wording": "language.wording",
}

__all__ = sorted([*_HOME, *_MODULES])
__version__ = "0.1.0"


def __getattr__(name):
    if name in _HOME:
        return getattr(import_module(f"lantian.{_HOME[name]}"), name)
    if name in _MODULES:
        return import_module(f"lantian.{_MODULES[name]}")
    raise AttributeError(f"lantian has no {name!r}; it has {', '.join(__all__)}")


def __dir__():
    return [*__all__, "__doc__", "__version__"]
