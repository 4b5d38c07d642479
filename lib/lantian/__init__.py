"""Lantian: what local environmental plans promise, side by side.

The names below are loaded when first used, so that ``import lantian`` costs
no plotting library.
"""

import csv
from importlib import import_module
from pathlib import Path

from lantian.errors import NameMissing, checked, near

# The module that defines each name, loaded when the name is first used.
_NAMES = {
    "data.plans": "Plans",
    "errors": "LantianError",
    "data.schema": "DataError",
    "data.check": "check",
    "data.export": "export",
    "proof.verify": "verify",
    "drafts.propose": "propose draft_errors draft_shares",
    "analysis.search": "find",
    "analysis.matrix": "cells matrix fleet_steps place",
    "analysis.compare": "compare comparability largest_group",
    "analysis.comparability": "verdict weakest",
    "analysis.levels": "above",
    "analysis.progress": "pace outcomes",
    "analysis.duties": "duties leads strengths strength_words tensions",
    "site.evidence": "load evidence evidence_table",
    "site.tables": "show",
    "charts.drawing": "style",
    "text.sentences": "say",
}
_HOME = {name: module for module, names in _NAMES.items() for name in names.split()}
_MODULES = {
    name.rpartition(".")[2]: name for name in "charts analysis.levels site.tables text.wording".split()
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
