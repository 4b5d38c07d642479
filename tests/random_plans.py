"""Make data sets of random plans: anything that the schema allows and `check` lets pass, for tests of growth.

    python tests/random_plans.py FOLDER SEED

Some of the real plans stay, the others go with all their rows; the random ones have rows of any indicator, kind, unit, area
and year, several documents, and any place above them.
"""

import json
import random
import shutil
import sys
from pathlib import Path

from edit import read, write
from lantian import check
from lantian.data.schema import find_data

NAMES = ["Xi'an", "Qingdao", "Bayingolin Mongol Autonomous Prefecture", "Ya'an", "Lhasa", "Hefei", "Changzhi"]
NAMES += [
    "Wuzhong (Suzhou)",
    "R&D <Zone>",
    "Ürümqi",
    "Ji'nan",
    "Tongzhou",
    "Daxing",
    "Lüliang",
    "Ordos",
    "Handan",
]
NAMES += ["Xingtai", "Yuncheng", "Linfen", "Sanmenxia"]
CHINESE = "西青巴雅拉合长吴研乌济通大吕鄂邯邢运临三"
FAVOURED = """coal.consumption coal.boiler_phase_out coal.boiler_ultra_low coal.replacement buildings.clean_heating
    air.pm25 air.good_days air.pm10 air.nox_emissions vehicles.new_energy vehicles.new_or_clean vehicles.retirement
    vehicles.driving_restrictions vehicles.fuel_standard vehicles.charging agriculture.straw_use agriculture.manure_use
    energy.intensity_industry energy.intensity_gdp transport.rail_freight""".split()
NUMERIC = ["level", "change", "share", "count", "amount", "ratio"]
STRENGTHS = {"mandated": "确保", "plain": "", "hedged": "基本", "aspirational": "力争"}
WORDS = {
    "<=": ("控制在", "以内"),
    ">=": ("达到", "以上"),
    "<": ("低于", ""),
    ">": ("高于", ""),
    "=": ("为", ""),
    "~": ("达", "左右"),
}
BASES = ["stated", "carried", "inferred", "ambiguous"]
MANY = 20
PARTIAL = "partial"


class Draw(random.Random):
    """A random source that may also leave a cell empty."""

    def maybe(self, values, share=0.5):
        return self.choice(values) if self.random() < share else ""


def make(folder, seed):
    """Write a data set; the same seed gives the same bytes.

    Returns
    -------
    list of str
        The ids of the places to compare.
    """
    draw, folder = Draw(seed), Path(shutil.copytree(find_data(), folder))
    real = [row["id"] for row in read(folder / "jurisdictions.csv") if row["role"] == "focus"]
    size = 1 + seed % MANY
    kept = draw.sample(real, draw.randint(0, min(size, len(real))))
    take_out(folder, set(real) - set(kept))
    added = [f"place_{number}" for number in range(size - len(kept))]
    for number, place in enumerate(added):
        _add(folder, draw, place, number, added)
    _thin_out(folder, draw)
    _name_targets(folder)
    _drop_faults(folder)
    _append(folder / "gaps.csv", [row for place in added for row in _gaps(folder, draw, place)])
    _drop_faults(folder)
    return [*kept, *added]


def take_out(folder, places):
    """Take places out of a data set, with all that belongs to them."""
    tables = {path: read(path) for path in folder.rglob("*.csv")}
    gone = set(places)
    for name, key in (("documents.csv", "jurisdiction"), ("gaps.csv", "jurisdiction")):
        gone |= {row["id"] for row in tables[folder / name] if row[key] in gone}
    targets = [path for path in tables if path.parent.name == "targets"]
    gone |= {row["id"] for path in targets for row in tables[path] if row["document"] in gone}
    owners = ("id", "jurisdiction", "document", "target")
    for path, rows in tables.items():
        if path.name not in ("subjects.csv", "indicators.csv"):
            left = [row for row in rows if not any(row.get(name) in gone for name in owners)]
            if not left and path.parent.name == "targets":
                path.unlink()
            elif len(left) < len(rows):
                write(path, left, list(rows[0]))


def _append(path, rows, key="id"):
    """Add rows to a table, in the order of their ids."""
    every = read(path)
    columns = path.read_text("utf-8").splitlines()[0].split(",")
    every += [dict.fromkeys(columns, "") | row for row in rows]
    write(path, sorted(every, key=lambda row: row[key]) if key in columns else every, columns)


def _add(folder, draw, place, number, added):
    """Add a place with its documents, targets, gaps, measurements and key regions."""
    above = [row["id"] for row in read(folder / "jurisdictions.csv") if row["role"] == "reference"]
    about = {"id": place, "name_en": NAMES[number], "name_zh": f"{CHINESE[number]}某市", "role": "focus"}
    about |= {"level": draw.choice(["county", "prefecture", "province"]), "order": str(draw.randint(1, 30))}
    about |= {"parent": draw.maybe([*above, *added[:number]], 0.8)}
    _append(folder / "jurisdictions.csv", [about])
    indicators = read(folder / "indicators.csv")
    documents = _documents(draw, place, indicators)
    _append(folder / "documents.csv", documents)
    tables = {name: read(folder / f"{name}.csv") for name in ("units", "subjects", "bodies")}
    targets = [_target(draw, place, n, documents, indicators, tables) for n in range(draw.randint(0, 40))]
    targets += [_stretch(draw, row) for row in targets if row["kind"] in NUMERIC and draw.random() < 0.1]
    columns = (folder / "targets/china.csv").read_text("utf-8").splitlines()[0].split(",")
    rows = [dict.fromkeys(columns, "") | row for row in sorted(targets, key=lambda row: row["id"])]
    write(folder / f"targets/{place}.csv", rows, columns)
    _append(folder / "observations.csv", _observations(draw, place, tables["units"]), "jurisdiction")
    region = {"jurisdiction": place, "document": "china-2018", "region": draw.choice(["any", "fen-wei"])}
    region |= {
        "member": draw.choice(["yes", "no"]),
        "listed": "a list",
        "source": "a list",
        "confidence": "low",
    }
    _append(folder / "key_regions.csv", [region] if draw.random() < 0.5 else [], "jurisdiction")


def _documents(draw, place, indicators):
    """Make the document that was read, whole or in part, and sometimes others that are cited or were not seen."""
    stem, year = place.replace("_", "-"), draw.randint(2013, 2024)
    themes = sorted({row["theme"] for row in indicators} - {"context"})
    read_one = {"id": f"{stem}-plan", "access": draw.choice(["full_text", "full_text", PARTIAL])}
    read_one |= {"remit": ";".join(sorted(draw.sample(themes, draw.randint(1, len(themes)))))}
    kinds = ["cited"] * draw.randint(0, 2) + ["not_seen"] * draw.randint(0, 1)
    others = [{"id": f"{stem}-other-{n}", "access": access} for n, access in enumerate(kinds)]
    for row in (read_one, *others):
        row |= {
            "jurisdiction": place,
            "title_en": "An action plan",
            "title_zh": "行动计划",
            "genre": "action plan",
        }
        month, sure = draw.maybe(["-11", "-11-02"]), draw.maybe(["?"], 0.2)
        row |= {"issued": f"{year}{month}{sure}", "confidence": draw.choice(["high", "medium", "low"])}
        row |= {"relation": draw.choice(["original", "reissue", "draft"])}
        row |= {"period_start": str(year), "period_end": draw.maybe([str(year + 2), str(year + 7)], 0.8)}
        row |= {"missing_parts": draw.maybe(["the annex"], 0.2)}
    return [read_one, *others]


def _target(draw, place, number, documents, indicators, tables):
    """Make a row of any indicator, kind, unit, area and year that the rules between columns allow."""
    indicator = draw.choice(FAVOURED if draw.random() < 0.7 else [row["id"] for row in indicators])
    kind, unit = (
        draw.choice([*NUMERIC * 2, "standard", "ban", "deadline"]),
        draw.choice(tables["units"])["unit"],
    )
    if draw.random() < 0.7:
        unit = {"air.pm25": "微克/立方米", "air.pm10": "微克/立方米", "coal.consumption": "万吨"}.get(
            indicator, "%"
        )
        kind = "level" if unit != "%" else draw.choice(["share", "change", "level"])
    row = {"id": f"{place.replace('_', '-')}-goal-{number}", "indicator": indicator, "kind": kind}
    row |= {"document": draw.choice([d["id"] for d in documents if d["access"] != "not_seen"])}
    if draw.random() < 0.8:
        row["document"] = documents[0]["id"]
    row |= _amount(draw, kind, unit, tables["units"])
    row |= _years(draw, row)
    of_indicator = [s["id"] for s in tables["subjects"] if indicator in s["indicators"].split(";")]
    subjects = [row["id"] for row in tables["subjects"]]
    row |= {"subject": draw.choice(of_indicator) if of_indicator else draw.maybe(subjects, 0.1)}
    row |= {"area": draw.choice(["whole"] * 3 + ["built_up", "urban", "rural", "named"])}
    row |= {
        "base": draw.maybe(["stock", "new", "new_or_replaced"], 0.3),
        "nature": draw.maybe(["binding"], 0.1),
    }
    row |= {"subject_class": draw.maybe(["<=35 t/h", "China III and below", "two towns"], 0.2)}
    row |= {
        "exception": draw.maybe(["pulverised-coal boilers"], 0.1),
        "core": draw.choice(["yes", "yes", "no"]),
    }
    strength = draw.choice(list(STRENGTHS))
    lead = ";".join(sorted(draw.sample([b["body"] for b in tables["bodies"]], draw.randint(0, 2))))
    row |= {
        "strength": strength,
        "strength_word": STRENGTHS[strength],
        "lead": lead,
        "clause": draw.maybe(["三(一)1"]),
    }
    row |= {"lead_type": draw.choice(["lead", "shared"]) if lead else "none_named"}
    row |= {"statement_en": f"A promise of the kind {kind}"}
    return row | {"quote": f"{row['target_year'] or ''}年{STRENGTHS[strength]}{_figure(row)}"}


def _figure(row):
    """Write a figure as plans print it: 下降20%以上."""
    if row["value_basis"] != "figure":
        return {"word": "全部", "reference": f"{row['baseline_year']}年水平"}.get(row["value_basis"], "推进")
    before, behind = WORDS[row["operator"]]
    fall = row["kind"] == "change" and row["value"].startswith("-")
    if fall:
        before, behind = (
            "下降",
            WORDS[{"<=": ">=", ">=": "<=", "<": ">", ">": "<"}.get(row["operator"], row["operator"])][1],
        )
    end = f"-{row['value_max']}" if row["value_max"] else ""
    return f"{before}{row['value'].removeprefix('-')}{end}{row['unit']}{behind}"


def _amount(draw, kind, unit, units):
    """Make value, operator, unit and what they rest on."""
    blank = dict.fromkeys(["value", "value_max", "operator", "unit", "value_basis"], "")
    if kind not in NUMERIC:
        return blank
    basis = draw.choice(["figure"] * 6 + ["word"] * 2 + ["reference"])
    operator = draw.choice(["<=", ">=", "<", ">", "=", "~"])
    if basis == "reference":
        return blank | {"value_basis": basis, "operator": "<="}
    if basis == "word":
        value = (
            "1" if kind == "ratio" else draw.choice(["100", "0", "-50"] if kind == "change" else ["100", "0"])
        )
        return blank | {"value": value, "operator": operator, "value_basis": basis, "unit": draw.maybe(["%"])}
    value = draw.choice([draw.randint(0, 100), round(draw.uniform(0, 99), 1), draw.randint(1, 10**6)])
    sign = "-" if kind == "change" and value and draw.random() < 0.7 else ""
    top = str(value + draw.randint(1, 20)) if not sign and draw.random() < 0.1 else ""
    return blank | {
        "value": f"{sign}{value}",
        "value_max": top,
        "operator": operator,
        "unit": unit,
        "value_basis": basis,
    }


def _years(draw, row):
    """Make base year, target year, day and timing."""
    target, base = (
        draw.maybe([2017, 2018, 2020, 2020, 2020, 2025, 2030], 0.8),
        draw.maybe([2013, 2015, 2017], 0.3),
    )
    base = base or (2011 if row["value_basis"] == "reference" else "")
    timing = draw.choice(["by", "by", "from", "in"]) if target else draw.choice(["every_year", "none"])
    day = draw.maybe([f"{target}-10-31", f"{target}-12-31"], 0.3) if target else ""
    found = {"target_year": target, "year_basis": draw.choice(BASES) if target else "", "deadline": day}
    found |= {"baseline_year": base, "baseline_basis": draw.choice(BASES) if base else "", "timing": timing}
    return {name: str(cell) for name, cell in found.items()}


def _stretch(draw, row):
    """Make a goal that goes further than another, and is only aimed for."""
    further = {"id": row["id"] + "-stretch", "stretch_of": row["id"], "strength": "aspirational"}
    return row | further | {"strength_word": "力争", "quote": row["quote"].replace("年", "年力争")}


def _gaps(folder, draw, place):
    """Make a gap for what has no target, and sometimes beside one; a plan known in part may have none."""
    stem, rows, promised = (
        place.replace("_", "-"),
        [],
        {r["indicator"] for r in read(folder / f"targets/{place}.csv")},
    )
    documents, indicators = read(folder / "documents.csv"), read(folder / "indicators.csv")
    documents = [row for row in documents if row["id"] == f"{stem}-plan"]
    above = [row["id"] for row in read(folder / "jurisdictions.csv") if row["role"] == "reference"]
    for row in indicators:
        needed = row["headline"] and row["id"] not in promised
        if needed and (documents[0]["access"] != "partial" or draw.random() < 0.5) or draw.random() < 0.02:
            statuses = ["qualitative", "assigned", "part_missing", "garbled", "not_applicable"]
            status = draw.choice(statuses if row["id"] in promised else [*statuses, "silent", "silent"])
            name = row["id"].replace(".", "-").replace("_", "-")
            gap = {"id": f"{stem}-gap-{name}", "jurisdiction": place, "document": documents[0]["id"]}
            gap |= {"indicator": row["id"], "status": status, "quote": "" if status == "silent" else "某"}
            gap |= {"searched": "某某" if status == "silent" else "", "note": draw.maybe(["Some words."])}
            gap |= {"assigned_by": draw.choice(["unstated", *above]) if status == "assigned" else ""}
            gap |= {"source": "a map", "note": "The sea."} if status == "not_applicable" else {}
            rows.append(gap)
    return rows


def _observations(draw, place, units):
    """Make measurements of some indicators and years."""
    rows = []
    for indicator, unit in {
        "air.pm25": "微克/立方米",
        "air.good_days": "%",
        "context.population": "人",
    }.items():
        for year in draw.sample(range(2013, 2024), draw.randint(0, 5)):
            value = draw.randint(10, 99) if unit != "人" else draw.randint(10**5, 10**7)
            row = {"jurisdiction": place, "indicator": indicator, "area": "whole", "year": str(year)}
            row |= {"value": str(value), "unit": unit, "scope": "city stations", "basis": "reported"}
            state = draw.maybe(["before", "after", "converted", "unknown"])
            rows.append(
                row | {"state": state, "source": "a bulletin", "confidence": draw.choice(["high", "low"])}
            )
    return sorted(rows, key=lambda row: (row["indicator"], row["year"]))


def _thin_out(folder, draw):
    """Leave out some measurements."""
    share, rows = draw.choice([0, 0.1, 0.5]), read(folder / "observations.csv")
    write(folder / "observations.csv", [row for row in rows if draw.random() >= share], list(rows[0]))


def _name_targets(folder):
    """Name the files of targets in datapackage.json."""
    path = folder / "datapackage.json"
    package = json.loads(path.read_text("utf-8"))
    entry = next(resource for resource in package["resources"] if resource["name"] == "targets")
    entry["path"] = sorted(f"targets/{file.name}" for file in folder.glob("targets/*.csv"))
    path.write_text(json.dumps(package, ensure_ascii=False), "utf-8")


def _drop_faults(folder):
    """Drop the rows that `check` names, until it names none."""
    while problems := [problem for problem in check(folder) if problem.line]:
        wrong = {}
        for problem in problems:
            if __import__("os").environ.get("SHOW"):
                print(str(problem)[:150])
            wrong.setdefault(problem.path, set()).add(problem.line)
        for path, lines in wrong.items():
            rows = read(Path(path))
            left = [row for number, row in enumerate(rows, 2) if number not in lines]
            write(Path(path), left, list(rows[0]))


if __name__ == "__main__":
    print(*make(Path(sys.argv[1]), int(sys.argv[2])))
