"""The command line: ``lantian check``, ``verify`` and ``render``."""

import sys
from pathlib import Path

import click

from lantian.schema import DataError

FOLDER = click.Path(file_okay=False, path_type=Path)


@click.group()
@click.version_option(package_name="lantian")
def main():
    """What local environmental plans promise, side by side."""


@main.command()
@click.option("--data", type=FOLDER, help="The data folder; by default the checkout's.")
def check(data):
    """List every problem in the tables as path:line:column: what is wrong, what is allowed."""
    from lantian.checks import check as run
    from lantian.plans import find_data

    folder = find_data(data)
    problems = _answered(run, folder)
    for problem in problems:
        click.echo(problem)
    if problems:
        _fail(f"{len(problems)} problems in {folder}")
    click.echo(f"{folder}: no problems")


@main.command()
@click.option("--sources", type=FOLDER, help="Folder of the plans' texts; else LANTIAN_SOURCES.")
@click.option("--data", type=FOLDER, help="The data folder; by default the checkout's.")
@click.option("--write", is_flag=True, help="Fill empty offsets and repair moved ones.")
def verify(sources, data, write):
    """Prove every fragment against the texts."""
    from lantian.verification import verify as run

    result = _answered(run, data, sources, write)
    click.echo(result)
    if result.problems:
        sys.exit(1)


@main.command()
@click.argument("notebooks", nargs=-1, type=click.Path(dir_okay=False, path_type=Path))
@click.option("--data", type=FOLDER, help="The data folder; by default the checkout's.")
@click.option("--output", type=FOLDER, help="Where the pages go; by default reports/.")
def render(notebooks, data, output):
    """Render notebooks to HTML; on a failure the pages that were there stay."""
    from lantian.render import RenderError, render as run

    try:
        index = _answered(run, list(notebooks), data, output, click.echo)
    except RenderError as error:
        _fail(f"{error}\nNothing was changed.")
    click.echo(index)


def _answered(function, *arguments):
    """Call a function; problems of the data end the command with a line each."""
    try:
        return function(*arguments)
    except DataError as error:
        _fail(str(error))


def _fail(message):
    click.echo(message, err=True)
    sys.exit(1)
