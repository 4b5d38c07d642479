"""Draft the rows of a plan from its text, for a person to decide."""

import math
import re
from collections import Counter, defaultdict
from functools import cache
from itertools import chain, count
from pathlib import Path
from types import SimpleNamespace

import pandas as pd

from lantian.data.files import as_csv, read_tables, write_files
from lantian.data.schema import find_data, read_schema, refusal
from lantian.data.template import DRAFTED, document_id, refuse_id
from lantian.drafts.passages import LONGEST, WORDS, sentences, stretches
from lantian.drafts.rows import read
from lantian.text import fold, wording
from lantian.text.figures import same_unit
from lantian.text.numerals import Span, numerals, rule_spans

SHARED = ("id", "document", "indicator", "quote", "start", "clause")  # columns of targets that gaps have too
MEASURED = Path(__file__).with_name("measured.csv")
EXAMPLES = Path(__file__).with_name("examples.csv")  # quotes of other plans, and the indicator of each
FEW = 30  # drafted cells of a field; of fewer, those of all texts are counted
LOWEST = 0.75  # precision below which a cell stays empty, where measured.csv has no floor for its field
# The tables that a statement is worded from, and their keys; of targets the columns alone.
KEYS = {"targets": "id", "indicators": "id", "subjects": "id", "units": "unit", "terms": "zh"}
NUMBERS = {"value": float, "value_max": float, "baseline_year": int, "target_year": int}
NEW = "new"
SHOWN = 5
# A likeness below this speaks for an indicator that the catalogue has not; from that and with such a lead it is sure.
UNKNOWN, SURE, LEAD = 0.45, 0.5, 0.15
# Weights, beside the likest row, of the name of an indicator, of the same kind and unit, and of the words above.
NAMED, SAME, ABOVE = 0.5, 0.06, 0.25
# Short forms that would be lost with their digits, or that say the same as a name, a line each: PM10 可吸入颗粒物十.
LINES = Path(__file__).with_name("short_names.txt").read_text("utf-8").splitlines()
SHORT_NAMES = dict(line.split() for line in LINES)


def propose(identifier, text, data=None, year=None, quotes=None, taken=()):
    """Draft the rows of a plan.

    Parameters
    ----------
    identifier : str
        Id of the place; it need not be among the data yet.
    text : str
        Of its plan.
    data : path-like, optional
        The data folder, found as by `load`: what its catalogue and rows say of other plans helps to name the
        indicators.
    year : int, optional
        Year of issue of the plan of a place that is not in the tables yet; part of the document's id.
    quotes : list of str, optional
        Words of promises, as the text prints them: only their rows are drafted, whatever the rules make of them.
    taken : iterable of str
        Ids that no draft may get.

    Returns
    -------
    DataFrame
        A row a draft: ``table`` (targets, proofs, gaps, numerals), the columns of these tables as texts, ``choices``
        (the ids of the likeliest indicators joined by ``;``, ``new`` among them; of a gap its likeliest status) and ``precision`` (how often cells of
        each kind were right on texts read only after the rules, as ``value 0.98; unit 0.97``).

    Raises
    ------
    DataError
        When the data folder or the text cannot be used.

    Examples
    --------
    >>> import lantian as lt
    >>> drafts = lt.propose("mytown", "到2020年,PM2.5年均浓度下降到35微克/立方米以下。")
    >>> drafts.loc[0, ["indicator", "operator", "value", "unit", "target_year"]].to_list()
    ['air.pm25', '<=', '35', '微克/立方米', '2020']
    """
    if not re.search("[\u4e00-\u9fff]", text):
        raise refusal("", "the text of the plan has no Chinese characters; copy its words, not its picture")
    folder = find_data(data)
    schema, tables = read_tables(folder)
    tables = {name: table.cells for name, table in tables.items()}
    document = _document(identifier, tables["documents"], year)
    others = tables["targets"][tables["targets"]["document"] != document.id]
    examples = pd.read_csv(EXAMPLES, dtype=str, keep_default_na=False)
    is_other = examples["indicator"].isin(tables["indicators"]["id"]) & (examples["place"] != identifier)
    catalogue = Catalogue(tables["indicators"], pd.concat([others, examples[is_other]]).fillna(""))
    issued = int(document.issued[:4]) if document.issued else None
    rows, reasons = read(text, issued, tuple(sorted(tables["units"]["unit"])), quotes)
    targets, assigned = _targets(rows, identifier, document.id, catalogue, tables, set(taken))
    drafts = {"targets": targets, "proofs": _proofs(targets), "gaps": assigned, "numerals": []}
    if quotes is None:
        drafts["gaps"] += _gaps(text, identifier, document.id, targets + assigned, tables)
        quoted = [draft for drafted in drafts.values() for draft in drafted if "quote" in draft]
        drafts["numerals"] = _numerals(text, document, quoted, reasons)
    columns = dict.fromkeys(name for table in DRAFTED for name in schema[table].columns)
    listed = [{"table": table} | draft for table in DRAFTED for draft in drafts[table]]
    frame = pd.DataFrame(listed, columns=["table", *columns, "choices", "precision"], dtype=object)
    return frame.fillna("").map(_as_text)


def draft_errors():
    """Return what was measured of the drafts: how many cells of each field were there, drafted, and right.

    Returns
    -------
    DataFrame
        A row a field of each set of texts: ``texts`` (unseen: read after the rules were finished; quoted: what no draft is of in these, by a quote
        that a person names; rules: read to mend
        them; own: each plan of the collection, by what the rows of the others teach; two people: no drafts, but a second
        coder against the first), ``field``, ``cells``, ``drafted``, ``right``, and ``floor``, the share of all cells that
        is to be right.

    Examples
    --------
    >>> import lantian as lt
    >>> errors = lt.draft_errors()
    >>> bool((errors["right"] <= errors["drafted"]).all()), list(errors["texts"].unique())
    (True, ['unseen', 'quoted', 'rules', 'own', 'two people'])
    """
    return pd.read_csv(MEASURED)


def draft_shares():
    """Return what share of all cells is right, of how many, by field and set of texts, for the fields that have a floor.

    Returns
    -------
    DataFrame
        A row a field: ``field``, ``floor``, and a column for each set of texts, as from `draft_errors`.

    Examples
    --------
    >>> import lantian as lt
    >>> lt.draft_shares().set_index("field").loc["unit", "floor"]
    '97 %'
    """
    errors = draft_errors().query("texts != 'quoted'").dropna(subset="floor")
    errors["field"] = errors["field"].str.replace("_", " ")
    shares = (100 * errors["right"] / errors["cells"]).map("{:.1f} % of ".format)
    shares += errors["cells"].astype(str)
    table = errors.assign(share=shares).pivot(index=["field", "floor"], columns="texts", values="share")
    table = table[errors["texts"].unique()].reset_index().rename_axis(columns=None)
    table = table.sort_values(["floor", "field"], ascending=[False, True], ignore_index=True)
    return table.assign(floor=(100 * table["floor"]).map("{:g} %".format))


def write(identifier, file, data=None, replace=False, year=None):
    """Draft the rows of the plan in a file and write them to ``drafts/<id>.csv`` in the data folder.

    Returns
    -------
    Path
    DataFrame
        As from `propose`.

    Raises
    ------
    DataError
        When the text cannot be read, or drafts of the place are there already: somebody may have worked on them.
    """
    folder = find_data(data)
    path = folder / "drafts" / f"{identifier}.csv"
    refuse_id(identifier, read_schema(folder))
    if path.exists() and not replace:
        raise refusal(path, "is there already; --replace drafts it anew, and what was changed in it is lost")
    drafts = propose(identifier, read_text(file), folder, year)
    write_files({path: as_csv(drafts.columns, drafts.to_dict("records"))})
    return path, drafts


def read_text(file):
    """Read the text of a plan; a DataError says what is wrong with its encoding."""
    try:
        return Path(file).read_bytes().decode("utf-8")
    except UnicodeDecodeError as error:
        message = f"is no text in UTF-8 (byte {error.start}); save it as plain text in UTF-8"
        raise refusal(file, message) from error


def summary(path, drafts):
    """Say what was drafted, and what to do next.

    >>> print(summary("drafts/mytown.csv", propose("mytown", "到2020年,淘汰10蒸吨以下燃煤锅炉。")).splitlines()[0])
    drafts/mytown.csv: 1 target (0 with a figure), 0 proofs, 16 gaps, 0 numerals drafted
    """
    counts = drafts["table"].value_counts().reindex(DRAFTED, fill_value=0)
    with_figure = (drafts["value_basis"] == "figure").sum()
    parts = [wording.counted(counts[name], name.removesuffix("s")) for name in DRAFTED]
    parts[0] += f" ({with_figure} with a figure)"
    place = Path(path).stem
    return (
        f"{path}: {', '.join(parts)} drafted\n"
        "Nothing was written to the tables. An empty cell is one that is drafted rightly too seldom; read every other one too.\n"
        f"Next: lantian export --template {place} {place}.xlsx, decide there draft by draft, and lantian import {place}.xlsx"
    )


# --- targets ---------------------------------------------------------------------------------------------------------


def _document(identifier, documents, year):
    """Return the first document of a place; a stub with the id that `add` would give where there is none."""
    stub = SimpleNamespace(id=document_id(identifier, year), issued=str(year or ""))
    return next(documents[documents["jurisdiction"] == identifier].itertuples(), stub)


def _targets(rows, place, document, catalogue, tables, taken):
    """Return the drafts of targets and, of what a level above sets without a figure, those of gaps."""
    targets, assigned, keyed = [], [], by_key(tables)
    for row in rows:
        unit = row.get("unit", "")
        choices, is_sure = catalogue.choices(row["about"], row["above"], row["kind"], unit)
        row["unit"] = _known_unit(unit, tables["units"]["unit"])
        row["indicator"] = next(choice for choice in choices if choice != NEW) if is_sure else ""
        row |= {"document": document, "choices": ";".join(choices)}
        # An id stays as it is, so that it names no indicator that may be another.
        row["id"] = _free(f"{place}-{row['indicator'] or 'draft'}-{row['target_year']}", taken)
        if WORDS["assigned"].search(row["about"]) and row.get("value_basis") != "figure":
            hint = "assigned" if row["indicator"] else row["choices"]
            assigned.append({name: row[name] for name in SHARED} | {"jurisdiction": place, "choices": hint})
            continue
        _empty_unsure(row)
        if row["indicator"]:
            row["statement_en"] = statement(row, keyed)
        targets.append(row)
    return targets, assigned


def _known_unit(printed, units):
    """Return the print of a unit that the table of units has: 亿立方米 for 亿m3."""
    if printed in set(units):
        return printed
    return next((unit for unit in units if same_unit(unit, printed)), printed)


def _free(name, taken):
    """Return an id that is not taken yet, and take it."""
    name = re.sub("[._]", "-", name).strip("-")
    numbered = (f"{name}-{number}" for number in count(2))
    free = next(one for one in chain([name], numbered) if one not in taken)
    taken.add(free)
    return free


def _empty_unsure(row):
    """Empty the cells of a row that are drafted rightly too seldom; say of the others how often they were right."""
    shares, unsure = _measured()
    row |= dict.fromkeys(unsure, "")
    drafted = [f"{field} {share:.2f}" for field, share in shares.items() if row.get(field, "") != ""]
    row["precision"] = "; ".join(drafted)


@cache
def _measured():
    """Return the share of drafted cells that were right by field, on unseen texts where these have not too few; and the fields below their floors."""
    errors = draft_errors().query("texts not in ('two people', 'quoted') and drafted > 0")
    sums = errors.groupby("field").agg({"right": "sum", "drafted": "sum", "floor": "max"})
    unseen = errors.query("texts == 'unseen' and drafted >= @FEW").set_index("field")
    shares = (unseen["right"] / unseen["drafted"]).combine_first(sums["right"] / sums["drafted"])
    return shares.to_dict(), list(shares.index[shares < sums["floor"].fillna(LOWEST)])


def by_key(tables):
    """Return the tables that statements are worded from, each by its key, so that many rows can be worded."""
    return {name: tables[name].set_index(key) for name, key in KEYS.items()}


def statement(row, tables):
    """Word a row of targets in English, as far as its cells say it: what, of which, how much, by when, how firmly.

    Parameters
    ----------
    row : dict
        With cells as texts or numbers; its indicator is in the tables.
    tables : dict of DataFrame
        As from `by_key`.

    Examples
    --------
    >>> from lantian.data.files import readable_tables
    >>> from lantian.data.schema import find_data
    >>> tables = by_key({name: table.cells for name, table in readable_tables(find_data())[1].items()})
    >>> row = {"indicator": "coal.boiler_phase_out", "subject": "boiler", "subject_class": "<=35 t/h", "area": "built_up"}
    >>> statement(row | {"kind": "ban", "target_year": 2020, "timing": "by", "strength": "aspirational"}, tables)
    'Coal boilers retired (boiler up to 35 t/h, built-up area): a ban by 2020 (aimed for)'
    """
    indicator, units = tables["indicators"].loc[row["indicator"]], tables["units"]
    subjects, english, unit = tables["subjects"]["name_en"], tables["terms"]["en"], row.get("unit", "")
    known = units.loc[unit] if unit in units.index else {"factor": 1, "standard_unit": unit, "label_en": unit}
    cells = dict.fromkeys(tables["targets"].columns, "") | row
    # A basis that is left open is not worded.
    cells |= {name: cells[name] or "stated" for name in ("year_basis", "baseline_basis")}
    cells |= {"better": indicator["better"], "role": "focus", "label_en": known["label_en"]}
    for field, number in NUMBERS.items():
        cells[field] = pd.NA if row.get(field, "") == "" else number(row[field])
    cells |= {"amount" + end: cells["value" + end] * float(known["factor"]) for end in ("", "_max")}
    cells |= {"standard_unit": known["standard_unit"], "subject_name": subjects.get(cells["subject"], "")}
    is_hedged = cells["strength"] == "hedged"
    cells["hedge"] = english.get(fold(cells["strength_word"]), "hedged") if is_hedged else ""
    words = SimpleNamespace(**cells)
    area = wording.AREAS[words.area] if words.area not in ("", "whole") else ""
    exception = f"except {words.exception}" if words.exception else ""
    base = "" if words.base == "stock" else wording.BASES[words.base]
    of = ", ".join(filter(None, [wording.subject(words), base, area, exception]))
    of = f" ({of})" if of else ""
    return f"{indicator['name_en']}{of}: {wording.target(words)}{wording.hedge(words)}"


def _proofs(targets):
    """Draft the proofs of what the quotes do not show."""
    return [
        {"target": row["id"], "field": field, "start": start, "quote": quote}
        for row in targets
        for field, start, quote in row["proofs"]
        if row[field] != ""
    ]


# --- the indicators that words may be about --------------------------------------------------------------------------


class Catalogue:
    """The indicators, and the words that speak for each: its name, and the quotes of its rows.

    After the vector space model of Salton, Wong and Yang (1975): pairs and threes of characters, weighed by rarity.

    Parameters
    ----------
    indicators : DataFrame
        As in the tables.
    targets : DataFrame
        Rows whose quotes or words, kinds and units are known.
    """

    def __init__(self, indicators, targets):
        indicators = indicators[indicators["theme"] != "context"]  # of which only measurements are kept
        self.names = list(indicators["id"])
        words = [*indicators["name_zh"], *targets["quote"].where(targets["quote"] != "", targets["words"])]
        self.documents = [*self.names, *targets["indicator"]]  # the names first
        pieces = [Counter(_pieces(one)) for one in words]
        counts = Counter(chain.from_iterable(pieces))  # how many of them have each piece
        self.rarest = math.log(len(pieces) + 1)
        self.rarity = {piece: math.log(len(pieces) / count) for piece, count in counts.items()}
        self.holders = defaultdict(list)  # of each piece, the documents that have it, with its weight there
        for number, each in enumerate(pieces):
            for piece, weight in self._weights(each).items():
                self.holders[piece].append((number, weight))
        # Each indicator with the kinds, and with the units, of its rows.
        kinds, units = (zip(targets["indicator"], targets[column]) for column in ("kind", "unit"))
        self.alike = {*kinds, *units}

    def choices(self, words, above="", kind="", unit=""):
        """List the likeliest indicators of some words, and `NEW` where it stands among them.

        Returns
        -------
        list of str
            `SHOWN` ids, and ``new``.
        is_sure : bool
            Whether the first shares much with the words, and far more than the next.
        """
        pieces = Counter(_pieces(words))
        for piece in _pieces(above):
            pieces[piece] += ABOVE
        shared = Counter()
        for piece, weight in self._weights(pieces).items():
            for number, other in self.holders.get(piece, ()):
                shared[number] += weight * other
        likeness = Counter(dict.fromkeys(self.names, 0))
        for number, share in shared.items():
            indicator = self.documents[number]
            likeness[indicator] = max(likeness[indicator], share)
        for number, indicator in enumerate(self.names):
            alike = ((indicator, kind) in self.alike) + ((indicator, unit) in self.alike)
            likeness[indicator] += NAMED * shared[number] + SAME * alike
        ranked = likeness.most_common(SHOWN)
        place = sum(share >= UNKNOWN for _, share in ranked)
        ids = [indicator for indicator, _ in ranked]
        is_sure = ranked[0][1] >= SURE and ranked[0][1] - ranked[1][1] >= LEAD
        return [*ids[:place], NEW, *ids[place:]], is_sure

    def _weights(self, pieces):
        """Weigh pieces by their rarity, to a length of 1."""
        weights = {piece: count * self.rarity.get(piece, self.rarest) for piece, count in pieces.items()}
        length = math.hypot(*weights.values()) or 1
        return {piece: weight / length for piece, weight in weights.items()}


def _pieces(words):
    """Cut words into all pairs and threes of neighbouring characters.

    Left out are readings in brackets, as a faulty copy has them, figures, years, and words of how much and how firmly.
    """
    words = WORDS["pinyin"].sub("", fold(words))
    for short, name in SHORT_NAMES.items():
        words = words.replace(short, name)
    runs = WORDS["common"].sub(" ", words).split()
    return [run[at : at + size] for run in runs for size in (2, 3) for at in range(len(run) - size + 1)]


# --- gaps and numerals -----------------------------------------------------------------------------------------------


def _gaps(text, place, document, drafted, tables):
    """Draft a gap for each headline indicator that no draft is of, with what the text has, or with the terms that it has not.

    Its status is left open: a lost part, or another word for the thing, is seen by a reader alone. What is likeliest stands
    in ``choices``: silent, qualitative or assigned; or the draft of a target that may be of it.
    """
    indicators, gaps = tables["indicators"], tables["gaps"]
    divided, folded = sentences(text), fold(text)
    named = {row["indicator"] or row["choices"].partition(";")[0] for row in drafted}
    open_targets = [row for row in drafted if not row["indicator"]]
    found = []
    for row in indicators[(indicators["headline"] != "") & ~indicators["id"].isin(named)].itertuples():
        gap = {"id": f"{place}-gap-{re.sub('[._]', '-', row.id)}", "indicator": row.id}
        maybe = [one["id"] for one in open_targets if row.id in one["choices"].split(";")[:3]]
        searched = gaps.loc[(gaps["indicator"] == row.id) & (gaps["document"] != document), "searched"]
        # Of a name, what it begins with: a plan may go on otherwise.
        names = re.split("[(),、]", fold(row.name_zh))
        words = ";".join([*names, names[0][: (len(names[0]) + 1) // 2], *searched])
        terms = list(dict.fromkeys(fold(term) for term in words.split(";") if len(term.strip()) > 1))
        gap |= {"jurisdiction": place, "document": document} | _words_or_silence(text, divided, folded, terms)
        found.append(gap | ({"choices": ";".join(maybe)} if maybe else {}))
    return found


def _words_or_silence(text, divided, folded, terms):
    """Return the words of a text that have one of some terms, rather those on what a level above sets; else the terms."""
    found = []
    for sentence in divided:
        for first, end in stretches(sentence):
            words, start = sentence.text[first:end], sentence.start + first
            if sentence.clause and any(term in words for term in terms):
                quote = text[start : start + min(end - first, LONGEST)]
                status = "assigned" if WORDS["assigned"].search(words) else "qualitative"
                found.append({"choices": status, "quote": quote, "start": start, "clause": sentence.clause})
    absent = ";".join(term for term in terms if term not in folded)
    return min(found, key=lambda gap: gap["choices"], default={"choices": "silent", "searched": absent})


def _numerals(text, document, quoted, reasons):
    """Draft the numerals that no draft and no rule accounts for, with the reason where one was found."""
    spans = [Span(row["start"], row["start"] + len(row["quote"]), "target", "") for row in quoted]
    spans += rule_spans(text, document.issued)
    spans += [Span(start, end, "listed", reason) for start, end, reason in reasons]
    return [
        {"document": document.id, "start": row["start"], "text": row["text"], "reason": row["reason"]}
        for row in numerals(text, spans)
        if row["how"] in ("listed", "unaccounted")
    ]


def _as_text(cell):
    return f"{cell:.15g}" if isinstance(cell, float) else str(cell)
