"""What a newcomer meets first: the names that are offered, and their examples."""

import doctest
import inspect
from importlib import import_module

import lantian as lt
import pytest

FUNCTIONS = [name for name in lt.__all__ if inspect.isfunction(getattr(lt, name))]
MODULES = sorted({getattr(lt, name).__module__ for name in FUNCTIONS})
SHOWN = (
    "load",
    "compare",
    "matrix",
    "find",
    "evidence",
    "cells",
    "verdict",
    "comparability",
    "pace",
    "export",
    "place",
    "say",
    "show",
    "above",
)


OFFERED = [lt, *(getattr(lt, name) for name in lt.__all__ if inspect.ismodule(getattr(lt, name)))]


@pytest.mark.parametrize("module", OFFERED, ids=lambda module: module.__name__)
def test_completion_offers_only_what_the_library_defines(module):
    """No library that a module imports, and no name that leads nowhere."""
    offered = {name: getattr(module, name) for name in dir(module) if not name.startswith("_")}
    homes = {name: inspect.getmodule(value) for name, value in offered.items()}
    foreign = {name for name, home in homes.items() if home and not home.__name__.startswith("lantian")}
    assert offered and not foreign


@pytest.mark.parametrize("name", FUNCTIONS)
def test_public_function_says_what_it_does(name):
    first = inspect.getdoc(getattr(lt, name)).partition("\n")[0]
    assert first.endswith((".", ":")) and first[0].isupper()


@pytest.mark.parametrize("name", SHOWN)
def test_function_of_the_first_hour_has_an_example_that_calls_it(name):
    """What it prints is tried with those of its module."""
    (docstring,) = doctest.DocTestFinder(recurse=False).find(getattr(lt, name), name)
    assert f"lt.{name}(" in "".join(example.source for example in docstring.examples)


@pytest.mark.parametrize("name", MODULES)
def test_examples_run(name, plans, monkeypatch):
    if name != lt.load.__module__:  # whose examples load the tables indeed
        monkeypatch.setattr(lt, "load", lambda: plans)
    failed, _ = doctest.testmod(import_module(name))
    assert not failed
