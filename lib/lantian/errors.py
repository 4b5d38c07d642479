"""Errors that a sentence answers in full, and the door at which public functions are asked what they do not know."""

import difflib
import inspect
from functools import cache, wraps

IDS = ("identifier", "indicator", "first", "second")  # parameters that take one id


class LantianError(Exception):
    """An error whose message is all that helps: IPython shows no lines of library source above it."""

    def _render_traceback_(self):
        return [f"{type(self).__name__}: {self}"]


class CallError(LantianError, ValueError, TypeError):
    """A call that has no answer; the message names what is allowed."""


class NameMissing(LantianError, AttributeError):
    """A name that is not there; the message says which is."""


def near(name, names):
    """Name the few names most similar to one, for the end of an error.

    >>> near("air.pm2.5", ["air.pm25", "coal.consumption"])
    '; did you mean air.pm25?'
    """
    found = difflib.get_close_matches(str(name), dict.fromkeys(names), n=4)
    return f"; did you mean {' or '.join(found)}?" if found else ""


@cache
def checked(function, module=""):
    """Let a public function answer arguments that do not fit it by a sentence; a class stays as it is."""
    if not inspect.isfunction(function):
        return function
    signature, name = inspect.signature(function), f"{module}{function.__name__}()"

    @wraps(function)
    def call(*arguments, **named):
        try:
            given = signature.bind(*arguments, **named).arguments
        except TypeError as error:
            raise CallError(f"{name} {_misfit(signature, named, error)}") from None
        for parameter, value in given.items():
            if wrong := _wrong(parameter, value):
                raise CallError(f"{name} takes {wrong}")
        return function(*arguments, **named)

    return call


def _misfit(signature, named, error):
    """Say which argument a function has not, or lacks: "takes plans, theme, not 'them'; did you mean theme?"."""
    known = list(signature.parameters)
    unknown = [name for name in named if name not in known]
    why = f", not {unknown[0]!r}{near(unknown[0], known)}" if unknown else f"; {error}"
    return f"takes {', '.join(known)}{why}"


def _wrong(parameter, value):
    """Say what a parameter takes, where it was given something that is often mistaken for it."""
    if parameter == "plans" and not hasattr(value, "indicators"):
        return "the plans first, as from lt.load()"
    if parameter == "indicators" and isinstance(value, str):
        return f"a list of ids as indicators: [{value!r}]"
    if parameter not in IDS or isinstance(value, str | None):
        return ""
    found = getattr(value, parameter, getattr(value, "id", None))
    known = f"row; that of this row is {found!r}" if isinstance(found, str) else type(value).__name__
    return f"an id, not a {known}"
