"""The command line: ``lantian check``, ``verify``, ``render``, ``export``, ``add``, ``diff`` and ``codebook``."""

import os
import sys
from pathlib import Path

import click

from lantian.data.schema import DataError

FOLDER = click.Path(file_okay=False, path_type=Path)


@click.group()
@click.version_option(package_name="lantian")
def main():
    """What local environmental plans promise, side by side."""


@main.command()
@click.option("--data", type=FOLDER, help="The data folder; by default the checkout's.")
def check(data):
    """List every problem in the tables as path:line:column: what is wrong, what is allowed."""
    from lantian.data.check import problems_and_notes
    from lantian.data.schema import find_data
    from lantian.text.wording import counted

    folder = find_data(data)
    problems, notes = _answered(problems_and_notes, folder)
    for note in notes:
        click.echo(f"note: {note}")
    for problem in problems:
        click.echo(problem)
    if problems:
        _fail(f"{counted(len(problems), 'problem')} in {folder}")
    click.echo(f"{folder}: no problems" + (f", {counted(len(notes), 'note')}" if notes else ""))


@main.command()
@click.option("--sources", type=FOLDER, help="Folder of the plans' texts; else LANTIAN_SOURCES.")
@click.option("--data", type=FOLDER, help="The data folder; by default the checkout's.")
@click.option(
    "--jurisdictions", metavar="A,B", help="Only the plans of these places, by their ids; by default of all."
)
@click.option("--write", is_flag=True, help="Fill empty offsets and repair moved ones.")
def verify(sources, data, jurisdictions, write):
    """Prove every fragment against the texts."""
    from lantian.proof.verify import verify as run

    result = _answered(run, data, sources, write, jurisdictions)
    click.echo(result)
    if result.problems:
        sys.exit(1)


@main.command()
@click.argument("notebooks", nargs=-1, type=click.Path(dir_okay=False, path_type=Path))
@click.option("--data", type=FOLDER, help="The data folder; by default the checkout's.")
@click.option("--output", type=FOLDER, help="Where the pages go; by default reports/.")
@click.option("--force", is_flag=True, help="Execute even what has not changed.")
@click.option(
    "--jurisdictions", metavar="A,B", envvar="LANTIAN_JURISDICTIONS", help="Only these places, by their ids."
)
@click.option("--single-file", is_flag=True, help="Also write the whole suite as one file, to be mailed.")
def render(notebooks, data, output, force, jurisdictions, single_file):
    """Render notebooks to HTML; on a failure the pages that were there stay."""
    from lantian.site.render import RenderError
    from lantian.site.render import render as run

    if jurisdictions:
        os.environ["LANTIAN_JURISDICTIONS"] = jurisdictions
    try:
        index = _answered(run, list(notebooks), data, output, click.echo, force)
    except RenderError as error:
        _fail(f"{error}\nNothing was changed.")
    click.echo(_mailable(index) if single_file else index)


def _mailable(index):
    """Write the pages beside an index as one file."""
    from lantian.site.single import NAME, bundle

    file = index.with_name(NAME)
    file.write_text(bundle(index.parent), "utf-8")
    return file


@main.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--data", type=FOLDER, help="The data folder; by default the checkout's.")
def export(file, data):
    """Write all tables to FILE.xlsx, FILE.sqlite, or a folder of parquet files (.parquet or no ending)."""
    from lantian.data.export import export as run

    click.echo(_answered(run, file, data))


@main.command()
@click.argument("identifier", metavar="ID")
@click.option("--data", type=FOLDER, help="The data folder; by default the checkout's.")
@click.option(
    "--year", type=click.IntRange(1990, 2100), help="Year of issue of its plan; part of the document's id."
)
def add(identifier, data, year):
    """Write the stubs of a further place and say what to fill in."""
    from lantian.data.add import add as run

    click.echo(_answered(run, identifier, data, year))


@main.command()
@click.argument("old", type=FOLDER)
@click.argument("new", type=FOLDER)
def diff(old, new):
    """Say what changed between two data folders, as a section of a changelog."""
    from lantian.data.diff import diff as run
    from lantian.data.diff import to_markdown

    click.echo(to_markdown(_answered(run, old, new)))


@main.command()
@click.option("--data", type=FOLDER, help="The data folder; by default the checkout's.")
def codebook(data):
    """Write what the data say: the codebook, README.md in the data folder, and the marked parts of the README beside that folder."""
    from lantian.data.schema import find_data
    from lantian.site.codebook import codebook as run
    from lantian.site.codebook import readme

    folder = find_data(data)
    _put(folder / "README.md", _answered(run, folder))
    beside = folder.parent / "README.md"
    if beside.is_file() and "<!-- answers -->" in beside.read_text("utf-8"):
        _put(beside, _answered(readme, beside.read_text("utf-8"), folder))


def _put(file, text):
    """Write a file and name it."""
    file.write_text(text, "utf-8", newline="\n")
    click.echo(file)


def _answered(function, *arguments):
    """Call a function; problems of the data end the command with a line each."""
    try:
        return function(*arguments)
    except DataError as error:
        _fail(str(error))


def _fail(message):
    click.echo(message, err=True)
    sys.exit(1)
