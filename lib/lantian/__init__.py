"""Lantian: what local environmental plans promise, side by side.

The names below are loaded when first used, so that ``import lantian`` costs
no plotting library.
"""

from importlib import import_module

_HOME = {
    "load": "plans",
    "Plans": "plans",
    "DataError": "schema",
    "check": "checks",
    "verify": "verification",
    "evidence": "card",
    "compare": "comparison",
    "verdict": "verdicts",
    "verdict_of_set": "verdicts",
    "denominators": "verdicts",
    "how_far": "comparison",
    "how_far_sentence": "comparison",
    "cells": "overview",
    "matrix": "overview",
    "find": "overview",
    "fleets": "overview",
    "limits": "hierarchy",
    "shared": "overview",
    "place": "overview",
    "tensions": "consistency",
    "ledger": "card",
    "agreement": "summary",
    "cascade": "hierarchy",
    "above": "hierarchy",
    "pace": "progress",
    "outcomes": "progress",
    "duties": "responsibility",
    "leads": "responsibility",
    "words": "responsibility",
    "strengths": "responsibility",
    "explore": "interactive",
    "say": "prose",
    "who": "wording",
    "table": "summary",
    "cards": "summary",
    "glance": "summary",
    "context": "summary",
    "by_place": "summary",
    "by_indicator": "summary",
}
_MODULES = ("charts", "hierarchy", "scales", "trends", "wording")

__all__ = sorted([*_HOME, *_MODULES])
__version__ = "0.1.0"


def __getattr__(name):
    if name in _HOME:
        return getattr(import_module(f"lantian.{_HOME[name]}"), name)
    if name in _MODULES:
        return import_module(f"lantian.{name}")
    raise AttributeError(f"lantian has no {name!r}; it has {', '.join(__all__)}")


def __dir__():
    return [*__all__, "__doc__", "__version__"]
