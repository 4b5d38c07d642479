"""Make a data set of national size: every county-level jurisdiction, with as many targets as a long plan has.

The real tables stay, and places are added whose targets are drawn from those of the real plans, with other figures;
their proofs come along, and where a headline indicator is not drawn, there is a gap. The same seed gives the same bytes.
"""

import argparse
import csv
import random
import shutil
from pathlib import Path

from lantian.site.codebook import package

PLACES, TARGETS, SEED = 2850, 300, 20
DATA = Path(__file__).parents[1] / "data"


def make(folder, places=PLACES, targets=TARGETS, seed=SEED, data=DATA):
    """Write the tables and their datapackage.json.

    Parameters
    ----------
    folder : path-like
        Made anew.
    places, targets : int
        Focus jurisdictions in all, and targets of each that is added.
    seed : int
    data : path-like
        The real tables.
    """
    folder, data = Path(folder), Path(data)
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(data, folder)
    chance, real = random.Random(seed), {path.stem: read(path) for path in data.glob("*.csv")}
    focus = [row["id"] for row in real["jurisdictions"] if row["role"] == "focus"]
    pool = [row for place in focus for row in read(data / f"targets/{place}.csv")]
    added = {"jurisdictions": [], "documents": [], "proofs": [], "gaps": []}
    for number in range(len(focus), places):
        add(
            folder,
            f"county{number:04}",
            number,
            chance.sample(pool, min(targets, len(pool))),
            real,
            added,
            chance,
        )
    for name, rows in added.items():
        write(folder / f"{name}.csv", sorted(real[name] + rows, key=lambda row: row.get("id", "")))
    (folder / "datapackage.json").write_text(package(folder), "utf-8")  # sizes and hashes are others


def add(folder, place, number, drawn, real, added, chance):
    """Add a place: its row, its document, its targets with their proofs, and its gaps."""
    about = {
        "id": place,
        "name_en": f"County {number}",
        "name_zh": f"县{number}",
        "level": "county",
        "parent": "",
        "gbt2260": f"{110000 + number}",
        "color": "",
    }
    added["jurisdictions"].append(about | {"role": "focus", "order": str(100 + number)})
    document = next(row for row in real["documents"] if row["access"] == "full_text")
    added["documents"].append(document | {"id": f"{place}-plan", "jurisdiction": place})
    drawn = list({row["id"].partition("-")[2]: row for row in drawn}.values())
    new, factors = {row["id"]: f"{place}-{row['id'].partition('-')[2]}" for row in drawn}, {}
    for row in drawn:  # a stretch goal changes as its basic goal does, and so still goes further
        factors.setdefault(row["stretch_of"] or row["id"], chance.uniform(0.5, 1.5))

    def told(row):
        return figures(row, factors[row["stretch_of"] or row["id"]])

    rows = [
        row
        | told(row)
        | {"id": new[row["id"]], "document": f"{place}-plan", "stretch_of": new.get(row["stretch_of"], "")}
        for row in drawn
    ]
    write(folder / f"targets/{place}.csv", sorted(rows, key=lambda row: row["id"]))
    added["proofs"] += [
        row | {"target": new[row["target"]]} for row in real["proofs"] if row["target"] in new
    ]
    silence = next(row for row in real["gaps"] if row["status"] == "silent")
    promised = {row["indicator"] for row in rows}
    silent = [row["id"] for row in real["indicators"] if row["headline"] and row["id"] not in promised]
    gaps = [
        {"id": f"{place}-gap-{name.replace('.', '-').replace('_', '-')}", "indicator": name}
        for name in silent
    ]
    added["gaps"] += [silence | {"jurisdiction": place, "document": f"{place}-plan"} | gap for gap in gaps]


def figures(row, factor):
    """Change the figures of a row, which keep their signs and decimals."""

    def places(text):
        return len(text.partition(".")[2])

    drawn = {
        name: f"{float(row[name]) * factor:.{places(row[name])}f}"
        for name in ("value", "value_max")
        if row[name]
    }
    return (
        {name: text.replace("-0", "0") if float(text) == 0 else text for name, text in drawn.items()}
        if row["value_basis"] == "figure"
        else {}
    )


def read(path):
    """Return the rows of a table."""
    with open(path, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def write(path, rows):
    """Write rows as a table."""
    with open(path, "w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder")
    for option, value in (("places", PLACES), ("targets", TARGETS), ("seed", SEED)):
        parser.add_argument(f"--{option}", type=int, default=value)
    make(**vars(parser.parse_args()))
