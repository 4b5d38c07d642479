"""Lantian: what local environmental plans promise, side by side.

The names below are loaded when first used, so that ``import lantian`` costs
no plotting library.
"""

from importlib import import_module

_HOME = {
    "load": "data.plans",
    "Plans": "data.plans",
    "DataError": "data.schema",
    "check": "data.check",
    "verify": "proof.verify",
    "evidence": "site.evidence",
    "compare": "analysis.compare",
    "verdict": "analysis.comparability",
    "weakest": "analysis.comparability",
    "denominators": "analysis.comparability",
    "how_far": "analysis.compare",
    "how_far_sentence": "analysis.compare",
    "cells": "analysis.matrix",
    "matrix": "analysis.matrix",
    "find": "analysis.matrix",
    "fleets": "analysis.matrix",
    "limits": "analysis.levels",
    "shared": "analysis.matrix",
    "place": "analysis.matrix",
    "tensions": "analysis.tensions",
    "ledger": "site.evidence",
    "agreement": "site.tables",
    "audited": "site.tables",
    "disagreements": "site.tables",
    "cascade": "analysis.levels",
    "above": "analysis.levels",
    "pace": "analysis.progress",
    "outcomes": "analysis.progress",
    "duties": "analysis.duties",
    "leads": "analysis.duties",
    "words": "analysis.duties",
    "strengths": "analysis.duties",
    "explore": "charts",
    "in_chinese": "site.tables",
    "linked": "text.sentences",
    "say": "text.sentences",
    "defects": "site.tables",
    "who": "text.wording",
    "table": "site.tables",
    "cards": "site.tables",
    "glance": "site.tables",
    "context": "site.tables",
    "by_place": "site.tables",
    "by_indicator": "site.tables",
}
_MODULES = {"charts": "charts", "levels": "analysis.levels", "wording": "text.wording"}
# Names of earlier versions, and what does their work now.
_RENAMED = {
    "hierarchy": "levels",
    "prose": "say, and linked for links to the evidence",
    "scales": "charts",
    "trends": "charts",
}

__all__ = sorted([*_HOME, *_MODULES])
__version__ = "0.2.0"


def __getattr__(name):
    if name in _HOME:
        return getattr(import_module(f"lantian.{_HOME[name]}"), name)
    if name in _MODULES:
        return import_module(f"lantian.{_MODULES[name]}")
    if name in _RENAMED:
        raise AttributeError(f"lantian has no {name!r} any more; it is now {_RENAMED[name]}")
    raise AttributeError(f"lantian has no {name!r}; it has {', '.join(__all__)}")


def __dir__():
    return [*__all__, "__doc__", "__version__"]
