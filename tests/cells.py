"""Execute cells of notebooks within a test, and gather what they display."""

import ast
import contextlib
from unittest.mock import patch

import lantian as lt


def compiled(source):
    """Compile a cell so that the value of its last line is displayed."""
    *before, last = ast.parse(source).body
    if isinstance(last, ast.Expr):
        display = ast.Call(ast.Name("display", ast.Load()), [last.value], [])
        last = ast.copy_location(ast.Expr(display), last)
    return compile(ast.fix_missing_locations(ast.Module([*before, last], [])), "cell", "exec")


def execute(code, names):
    """Execute a cell that was `compiled`, among some names; return what it displays."""
    shown = []
    names["display"] = lambda *values: shown.extend(value for value in values if value is not None)
    exec(code, names)
    return shown


@contextlib.contextmanager
def shared(plans, others=None):
    """Let all cells read the same plans, and work out once what several of them ask for; and exchange other functions."""
    work = {name: once(getattr(lt, name), plans) for name in ("outcomes", "above", "cells", "comparability")}
    with contextlib.ExitStack() as stack:
        for name, function in ({"load": lambda: plans} | work | (others or {})).items():
            stack.enter_context(patch.object(lt, name, function))
        yield


def once(function, plans):
    """Return a function of plans that works only once for these and the same arguments."""
    known = {}

    def remembered(given, *args, **named):
        if given is not plans:
            return function(given, *args, **named)
        key = repr((args, named))
        if key not in known:
            known[key] = function(plans, *args, **named)
        return known[key].copy()

    return remembered
