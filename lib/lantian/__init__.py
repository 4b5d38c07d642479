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
    "find": "analysis.matrix",
    "cells": "analysis.matrix",
    "matrix": "analysis.matrix",
    "fleet_steps": "analysis.matrix",
    "place": "analysis.matrix",
    "compare": "analysis.compare",
    "comparability": "analysis.compare",
    "what_compares": "analysis.compare",
    "verdict": "analysis.comparability",
    "weakest": "analysis.comparability",
    "above": "analysis.levels",
    "pace": "analysis.progress",
    "outcomes": "analysis.progress",
    "duties": "analysis.duties",
    "leads": "analysis.duties",
    "strengths": "analysis.duties",
    "strength_words": "analysis.duties",
    "tensions": "analysis.tensions",
    "evidence": "site.evidence",
    "evidence_table": "site.evidence",
    "show": "site.tables",
    "style": "charts.drawing",
    "say": "text.sentences",
}
_MODULES = {
    "charts": "charts",
    "levels": "analysis.levels",
    "tables": "site.tables",
    "wording": "text.wording",
}
# Names of earlier versions, and what does their work now.
_RENAMED = {
    "after conversion": "the degree converted",
    "agreement": "tables.agreement",
    "audited": "tables.audit_counts",
    "by_indicator": "tables.by_indicator",
    "by_place": "tables.by_place",
    "cards": "tables.cards",
    "cascade": "above(plans, indicators=[...])",
    "context": "tables.profiles",
    "defects": "tables.defects",
    "denominators": "analysis.comparability.near_census",
    "disagreements": "tables.disagreements",
    "explore": "charts.explore",
    "fleets": "fleet_steps",
    "glance": "tables.summary",
    "hierarchy": "levels",
    "how_far": "comparability",
    "how_far_sentence": "what_compares",
    "in_chinese": "tables.in_chinese",
    "ledger": "evidence_table",
    "limits": "levels.limits",
    "linked": "tables.links",
    "prose": "say, and tables.links for links to the evidence",
    "scales": "charts",
    "shared": "plans.targets, grouped by indicator",
    "table": "show",
    "trends": "charts",
    "verdict_of_set": "weakest",
    "who": "wording.places_with",
    "words": "strength_words",
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
