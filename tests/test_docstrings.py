"""What a newcomer meets first: the names that are offered, their examples, and sentences for a wrong one."""

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
    "place",
    "say",
    "show",
    "above",
)


def test_completion_offers_what_is_public():
    assert {name for name in dir(lt) if not name.startswith("__")} == set(lt.__all__)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_public_function_says_what_it_does(name):
    first = inspect.getdoc(getattr(lt, name)).partition("\n")[0]
    assert first.endswith((".", ":")) and first[0].isupper()


@pytest.mark.parametrize("name", SHOWN)
def test_function_of_the_first_hour_has_an_example(name):
    assert ">>> lt." in (doc := inspect.getdoc(getattr(lt, name))) or "= lt." in doc or "in lt." in doc


@pytest.mark.parametrize("name", MODULES)
def test_examples_run(name):
    failed, _ = doctest.testmod(import_module(name))
    assert not failed


WRONG = {
    'lt.compare(plans, "air.pm2.5")': "'air.pm2.5' is no indicator; near it: air.pm25, ",
    'lt.pace(plans, "air.pm2.5")': "'air.pm2.5' is no indicator; near it: air.pm25, ",
    'lt.above(plans, indicators=["air.pm2.5"])': "'air.pm2.5' is no indicator; near it: air.pm25, ",
    'lt.matrix(plans, indicators=["air.pm2.5"])': "'air.pm2.5' is no indicator; near it: air.pm25, ",
    'lt.matrix(plans, "cars")': "'cars' is no theme; it is one of headline, agriculture, air, ",
    'lt.charts.explore(plans, "cars")': "'cars' is no theme; it is one of headline, agriculture, air, ",
    'lt.evidence(plans, "yuyao-pm25")': "'yuyao-pm25' is neither a target nor a gap; near it: yuyao-pm25-2020, ",
    'lt.compare(plans, "air.pm25", of="x")': "of='x' is not known; it is one of value, date, pace, wording",
    'lt.place(plans, "atlantis")': "'atlantis' is no focus place; it is one of lanshan, ",
}


@pytest.mark.parametrize(("call", "reported"), WRONG.items())
def test_wrong_name_is_answered_what_is_allowed(plans, call, reported):
    with pytest.raises(ValueError) as error:
        eval(call, {"lt": lt, "plans": plans})
    assert str(error.value).startswith(reported)
