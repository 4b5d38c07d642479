"""The command line: ``lantian check``, ``verify``, ``render``, ``export``, ``import``, ``add``, ``diff`` and ``codebook``."""

import os
import sys
from functools import partial
from pathlib import Path

import click

from lantian.data.schema import DataError, find_data

FOLDER, FILE = click.Path(file_okay=False, path_type=Path), click.Path(path_type=Path)
TEXT = click.Path(dir_okay=False, path_type=Path)
YEAR, SECONDS = click.IntRange(1990, 2100), click.FloatRange(0, 10**6, min_open=True)
places_option = partial(click.option, "--jurisdictions", metavar="A,B")
data_option = click.option("--data", type=FOLDER, help="The data folder; by default the checkout's.")


@click.group()
@click.version_option(package_name="lantian")
def main():
    """What local environmental plans promise, side by side."""
    for stream in (sys.stdout, sys.stderr):
        _take_every_character(stream)


def _take_every_character(stream):
    """Write files and pipes in UTF-8 unless the user chose otherwise, and escape what an encoding lacks."""
    if hasattr(stream, "reconfigure"):
        chosen = stream.isatty() or "PYTHONIOENCODING" in os.environ
        stream.reconfigure(encoding=stream.encoding if chosen else "utf-8", errors="backslashreplace")


@main.command()
@data_option
def check(data):
    """List every problem in the tables as path:line:column: what is wrong, what is allowed."""
    from lantian.data.check import problems_and_notes
    from lantian.text.wording import counted

    folder = find_data(data)
    problems, notes = _answered(problems_and_notes, folder)
    for line in [*(f"note: {note}" for note in notes), *problems]:
        click.echo(line)
    if problems:
        _fail(f"{counted(len(problems), 'problem')} in {folder}")
    click.echo(f"{folder}: no problems" + (f", {counted(len(notes), 'note')}" if notes else ""))


@main.command()
@click.option("--sources", type=FOLDER, help="Folder of the plans' texts; else LANTIAN_SOURCES.")
@data_option
@places_option(help="Only the plans of these places, by their ids; by default of all.")
@click.option("--write", is_flag=True, help="Fill empty offsets and repair moved ones.")
def verify(sources, data, jurisdictions, write):
    """Prove every fragment against the texts."""
    from lantian.proof.verify import verify as run

    result = _answered(run, data, sources, write, jurisdictions)
    click.echo(result)
    if result.problems:
        sys.exit(1)


@main.command()
@click.argument("notebooks", nargs=-1)
@data_option
@click.option("--output", type=FOLDER, help="Where the pages go; by default reports/.")
@click.option("--force", is_flag=True, help="Execute even what has not changed.")
@places_option(envvar="LANTIAN_JURISDICTIONS", help="Only these places, by their ids.")
@click.option("--single-file", is_flag=True, help="Also write the whole suite as one file, to be mailed.")
@click.option("--adopt", is_flag=True, help="Put the pages into a folder that holds other files; these stay.")
@click.option("--cell-limit", metavar="SECONDS", type=SECONDS, help="Stop a cell that runs longer.")
def render(notebooks, data, output, force, jurisdictions, single_file, adopt, cell_limit):
    """Render notebooks to HTML; on a failure the pages that were there stay."""
    from lantian.site import render as pages

    if jurisdictions:
        os.environ["LANTIAN_JURISDICTIONS"] = jurisdictions
    options = force, single_file, adopt, cell_limit
    try:
        index = _answered(pages.render, list(notebooks), data, output, click.echo, *options)
    except pages.RenderError as error:
        _fail(f"{error}\nNothing was changed.")
    click.echo(index.with_name(pages.SINGLE) if single_file else index)


@main.command()
@click.argument("file", type=FILE)
@data_option
@click.option("--replace", is_flag=True, help="Replace what is there already.")
@click.option("--template", metavar="ID", help="Instead, a workbook (.xlsx) to fill in, of one place.")
@click.option("--year", type=YEAR, help="With --template: year of issue of a plan not in the tables yet.")
def export(file, data, replace, template, year):
    """Write all tables to FILE.xlsx, FILE.sqlite, or a folder of parquet files (.parquet or no ending)."""
    from lantian.data import export as tables
    from lantian.data import template as workbook

    if template:
        click.echo(_answered(workbook.template, template, file, data, replace, year))
    else:
        click.echo(_answered(tables.export, find_data(data), file, replace))


@main.command("import")
@click.argument("file", type=FILE)
@data_option
@click.option("--remove", is_flag=True, help="Remove rows of the tables that the workbook has no more.")
@click.option("--text", type=TEXT, help="The plan as plain text: rows of a quote alone are drafted from it.")
def import_(file, data, remove, text):
    """Take the rows of a workbook that `export --template` wrote into the tables, or name what is wrong by cell."""
    from lantian.drafts.propose import read_text
    from lantian.drafts.workbook import import_workbook

    text = text and _answered(read_text, text)
    click.echo(_answered(import_workbook, file, data, remove, text))


@main.command()
@click.argument("identifier", metavar="ID")
@click.option("--text", required=True, type=TEXT, help="The plan as plain text in UTF-8.")
@data_option
@click.option("--replace", is_flag=True, help="Replace drafts that are there already.")
@click.option("--year", type=YEAR, help="Year of issue of a plan that is not in the tables yet.")
def propose(identifier, text, data, replace, year):
    """Draft the rows of a plan from its text, each cell with its measured precision; a person decides."""
    from lantian.drafts.propose import summary, write

    click.echo(summary(*_answered(write, identifier, text, data, replace, year)))


@main.command()
@click.argument("identifier", metavar="ID")
@data_option
@click.option("--year", type=YEAR, help="Year of issue of its plan; part of the document's id.")
@click.option("--reference", is_flag=True, help="A level above, of which single figures are cited.")
def add(identifier, data, year, reference):
    """Write the stubs of a further place and say what to fill in."""
    from lantian.data.template import add as run

    click.echo(_answered(run, identifier, data, year, reference))


@main.command()
@click.argument("old", type=FOLDER)
@click.argument("new", type=FOLDER)
def diff(old, new):
    """Say what changed between two data folders, as a section of a changelog."""
    from lantian.data import diff as changes

    click.echo(changes.to_markdown(_answered(changes.diff, old, new)))


@main.command()
@data_option
def codebook(data):
    """Write what the data say: in the data folder the codebook, README.md, and what datapackage.json has of documents and files; beside it the marked parts of README.md and CITATION.cff."""
    from lantian.site import codebook as written

    for file in _answered(written.write, _answered(written.files, find_data(data))):
        click.echo(file)


def _answered(function, *arguments):
    """Call a function; problems of the data end the command with a line each, and so does a file that cannot be used."""
    try:
        return function(*arguments)
    except DataError as error:
        _fail(str(error))
    except OSError as error:
        _fail(f"{error.filename}: {error.strerror}")


def _fail(message):
    click.echo(message, err=True)
    sys.exit(1)


if __name__ == "__main__":
    main()
