"""Lantian: what local environmental plans promise, side by side.

The names below are loaded when first used, so that ``import lantian`` costs
no plotting library.
"""

import csv
from importlib import import_module
from pathlib import Path

from lantian.errors import NameMissing, checked, near

_HOME = {
    "load": "site.notebook",
    "Plans": "data.plans",
    "LantianError": "errors",
    "DataError": "data.schema",
    "check": "data.check",
    "export": "data.export",
    "verify": "proof.verify",
    "find": "analysis.search",
    "cells": "analysis.matrix",
    "matrix": "analysis.matrix",
    "fleet_steps": "analysis.matrix",
    "place": "analysis.matrix",
    "compare": "analysis.compare",
    "comparability": "analysis.compare",
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
__all__ = sorted([*_HOME, *_MODULES])
__version__ = "0.2.0"


def __getattr__(name):
    if name in _HOME:
        return checked(getattr(import_module(f"lantian.{_HOME[name]}"), name))
    if name in _MODULES:
        return import_module(f"lantian.{_MODULES[name]}")
    raise NameMissing(missing(name, __all__))


def missing(name, names, module=""):
    """Say of a name that is not there what does its work now, where an earlier version had it, or what it may mean."""
    with open(Path(__file__).with_name("renamed.csv"), encoding="utf-8", newline="") as file:
        renamed = {row["old"]: row["new"] for row in csv.DictReader(file)}
    if new := renamed.get(f"{module}{name}"):
        return f"lantian has no {module}{name} any more; it is now {new}"
    return f"lantian has no {module}{name}{near(name, names) or '; it has ' + ', '.join(names)}"


def __dir__():
    return [*__all__, "__doc__", "__version__"]
