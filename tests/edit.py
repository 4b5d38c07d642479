"""Change the CSV tables of a copy of the data, cell by cell or byte by byte."""

import csv


def read(path):
    """Return the rows of a table as dicts."""
    with open(path, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def write(path, rows, columns=None):
    """Write rows as the tables are written: LF, quotes only where needed; a lone CR needs them too, which `csv` knows only later."""
    quoting = (
        csv.QUOTE_ALL if any("\r" in cell for row in rows for cell in row.values()) else csv.QUOTE_MINIMAL
    )
    with open(path, "w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, columns or list(rows[0]), lineterminator="\n", quoting=quoting)
        writer.writeheader()
        writer.writerows(rows)


def change(path, number, /, **cells):
    """Change cells of one row, counted from 0; return the line that it begins at."""
    rows = read(path)
    rows[number] |= cells
    write(path, rows)
    return line_of(path, number)


def line_of(path, number):
    """Return the line at which a row begins, found apart from the library's own counting."""
    inside, row = False, -1
    for line, text in enumerate(path.read_text("utf-8").split("\n"), 1):
        if not inside:
            if row == number:
                return line
            row += 1
        inside ^= text.count('"') % 2 == 1
    raise LookupError(f"{path} has no row {number}")


def replace(path, old, new):
    """Replace the first occurrence of some bytes, which must be there."""
    content = path.read_bytes()
    assert old in content, f"{old} is not in {path}"
    path.write_bytes(content.replace(old, new, 1))


def contents(folder):
    """Return the bytes of every file below a folder."""
    return {path.relative_to(folder): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
