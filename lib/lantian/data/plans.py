"""Load the tables: the only door for data into a notebook."""

import math
import os
from dataclasses import dataclass, fields, replace
from functools import cached_property
from pathlib import Path

import pandas as pd

from lantian.data.check import sound_tables
from lantian.data.files import typed
from lantian.data.schema import READ, DataError, Problem, find_data, province
from lantian.errors import NameMissing
from lantian.text import fold, wording

# What rows take over from the place that they belong to.
PLACE = ["id", "name_en", "name_zh", "label", "order", "role", "level", "issued"]
FEW = 8  # places that pages and charts name one by one, and set side by side
# The columns of targets that one wants first: as many as pandas shows from the left.
FIRST = """place indicator_name in_words value unit operator baseline_year target_year strength quote
    id indicator jurisdiction""".split()


@dataclass(frozen=True, repr=False)
class Plans:
    """The data set: one DataFrame a table, typed, and joined for reading.

    Attributes
    ----------
    targets : DataFrame
        A row a promise of the places compared, what one wants first in front (`FIRST`); the columns of
        ``targets/*.csv``, ``in_words``, and, joined, ``jurisdiction``, ``place`` (English name), ``place_zh``,
        ``order``, ``role``, ``issued`` (of the document), ``access``, ``theme``, ``headline``, ``indicator_name``,
        ``subject_name``, ``extensive``, and ``amount`` with ``amount_max``: the value in the unit's ``standard_unit``.
    targets_above : DataFrame
        Likewise the goals, limits and standards of the levels above.
    every_target : DataFrame
        Both, those of places left out of the comparison, and, where there are any, those of documents beside the plan
        compared (role ``other``), in the order of the tables and without ``in_words``.
    places : DataFrame
        The places compared, a row each, in their order; ``label`` is name and year of issue, ``province`` a name, and
        ``access`` says whether the plan was read whole (``full_text``) or in part (``partial``).
    focus : list of str
        Their ids.
    documents_read : DataFrame
        The documents that were read, whole or in part, by their place.
    many : bool
        Whether the places compared are more than `FEW`, as many as fit side by side.
    gaps : DataFrame
        A row a silence, or a target that a level above sets, joined likewise, and
        ``within_remit`` and ``set_by`` (names of the places in ``assigned_by``).
    by_id : dict
        The rows of ``every_target`` and ``gaps``, as namedtuples. An id that begins with no place of
        ``jurisdictions`` gives a row without values, of role ``left_out``; an unknown one of a known place is a KeyError.
    jurisdictions, documents, indicators, units, proofs, observations, numerals, text_defects, accounts, second_coding, audit, bodies, terms, key_regions, subjects, differences : DataFrame
        As in the tables. Numbers are floats, years nullable integers; an empty
        text cell is an empty string.
    folder : Path
        The data folder.
    """

    every_target: pd.DataFrame
    gaps: pd.DataFrame
    jurisdictions: pd.DataFrame
    documents: pd.DataFrame
    indicators: pd.DataFrame
    units: pd.DataFrame
    proofs: pd.DataFrame
    observations: pd.DataFrame
    numerals: pd.DataFrame
    text_defects: pd.DataFrame
    accounts: pd.DataFrame
    second_coding: pd.DataFrame
    audit: pd.DataFrame
    bodies: pd.DataFrame
    terms: pd.DataFrame
    key_regions: pd.DataFrame
    subjects: pd.DataFrame
    differences: pd.DataFrame
    folder: Path

    @cached_property
    def by_id(self):
        return _Rows(self.jurisdictions["id"], self.every_target, self.gaps)

    @cached_property
    def targets(self):
        return _worded(self.every_target, "focus")

    @cached_property
    def targets_above(self):
        return _worded(self.every_target, "reference")

    @cached_property
    def places(self):
        return self.jurisdictions[self.jurisdictions["role"] == "focus"]

    @cached_property
    def focus(self):
        return Ids(self.places["id"])

    @property
    def documents_read(self):
        return _read(self.documents)

    @property
    def many(self):
        return len(self.places) > FEW

    def of(self, *places):
        """Narrow the comparison to some places, by their ids; the others are left out, neither compared nor a reference.

        Raises
        ------
        DataError
            When one of them is no place compared.

        Examples
        --------
        >>> import lantian as lt
        >>> set(lt.load().of("yuyao").targets.place)
        {'Yuyao'}
        """
        if unknown := [place for place in places if place not in self.focus]:
            message = f"is no place compared; places: {', '.join(self.focus)}"
            raise DataError([Problem("", 0, "", f"{place!r} {message}") for place in unknown])
        left, frames = set(self.focus) - set(places), {}
        columns = {"jurisdictions": "id", "every_target": "jurisdiction", "gaps": "jurisdiction"}
        for name, place in columns.items():
            frame = getattr(self, name)
            frames[name] = frame.assign(role=frame["role"].mask(frame[place].isin(left), "left_out"))
        return replace(self, **frames)

    def __getstate__(self):
        """Leave out of a pickle the rows by id, which are made when asked for and cannot be pickled."""
        return {name: value for name, value in self.__dict__.items() if name != "by_id"}

    def __repr__(self):
        counts = ", ".join(f"{len(getattr(self, name))} {name}" for name in ("targets", "gaps", "documents"))
        return f"<Plans of {', '.join(self.places['name_en'])}: {counts}>"


class _Rows(dict):
    """Rows by id, with one that has no values for each of a place that is not among the data."""

    def __init__(self, places, *frames):
        super().__init__((row.id, row) for frame in frames for row in frame.itertuples())
        self._known_places = tuple(place.replace("_", "-") + "-" for place in places)

    def __missing__(self, name):
        if name.startswith(self._known_places):
            raise KeyError(name)
        return _LeftOut()


class _LeftOut:
    """A row without values, of a place that is not among the data."""

    role = "left_out"

    def __getattr__(self, name):
        return math.nan


class Ids(list):
    """A list of ids; asked for a column, as the frame that was once called ``focus``, it says where that frame is."""

    def __getitem__(self, key):
        return getattr(self, key) if isinstance(key, str) else super().__getitem__(key)

    def __getattr__(self, name):
        raise NameMissing(f"plans.focus is a list of ids and has no {name!r}; plans.places is the frame")


def load(data=None, jurisdictions=None):
    """Load and check the tables.

    Parameters
    ----------
    data : path-like, optional
        The data folder; by default `find_data` looks for it.
    jurisdictions : str or list of str, optional
        The places to compare, as ``"lanshan,yuyao"``; else
        ``LANTIAN_JURISDICTIONS``; by default, or when empty, all of them.

    Returns
    -------
    Plans

    Raises
    ------
    DataError
        With every problem, when the tables are not as their schema says.

    Examples
    --------
    >>> import lantian as lt
    >>> plans = lt.load()
    >>> caps = plans.targets.query("indicator == 'coal.consumption' and value_basis == 'figure'")
    >>> "lanshan-coal-cap-2020" in set(caps.id)
    True
    """
    folder = find_data(data)
    chosen = os.environ.get("LANTIAN_JURISDICTIONS", "") if jurisdictions is None else jurisdictions
    ready = _READY.pop(_state(folder, chosen), None)  # taken once
    return ready or make_plans(folder, *sound_tables(folder), chosen)


def prepare(data):
    """Load the tables ahead: the next `load` of the same takes these plans, once, in this process or in those forked from it."""
    plans = load(data)
    _READY[_state(plans.folder, os.environ.get("LANTIAN_JURISDICTIONS", ""))] = plans
    # Made when first asked for: here, so that forked processes share them.
    _ = plans.targets, plans.targets_above, plans.by_id


_READY = {}


def _state(folder, chosen):
    """Note what plans are loaded from: the files and their times, and the choice of places."""
    found = ((path, path.stat()) for path in sorted(folder.rglob("*.*")) if path.suffix in (".csv", ".json"))
    return str(chosen), tuple((str(path), stat.st_size, stat.st_mtime_ns) for path, stat in found)


def make_plans(folder, schema, tables, chosen=()):
    """Type and join tables that were read by `sound_tables`; the places are chosen as by `load`."""
    frames = {name: typed(tables[name].cells, schema[name]) for name in schema}
    plans = Plans(**_joined(frames), folder=folder)
    names = map(str.strip, chosen.split(",") if isinstance(chosen, str) else chosen or ())
    names = [name for name in names if name]
    return plans.of(*names) if names else plans


def _joined(frames):
    """Join the typed tables.

    Places get their labels; targets their place, indicator, unit, subject and hedge; gaps their place, ``within_remit``
    and ``set_by``.
    """
    names = {field.name for field in fields(Plans)}
    documents, subjects = frames["documents"].set_index("id"), frames["subjects"].set_index("id")
    frames["jurisdictions"] = _labelled(frames["jurisdictions"], frames["documents"])
    targets = _of_other_documents(_with_places(frames["targets"], frames), documents)
    targets = _normalised(targets, frames["units"])
    targets["subject_name"] = targets["subject"].map(subjects["name_en"]).fillna("")
    targets["hedge"] = _hedges(targets, frames["terms"])
    gaps = _with_places(frames["gaps"].drop(columns="jurisdiction"), frames)
    remits, setters = gaps["document"].map(documents["remit"]), gaps["assigned_by"].str.split(";")
    within_remit = [theme in themes.split(";") for theme, themes in zip(gaps["theme"], remits)]
    places = frames["jurisdictions"].set_index("id")["name_en"]
    set_by = [" and ".join(places[place] for place in ids if place in places) for ids in setters]
    frames |= {"every_target": targets, "gaps": gaps.assign(within_remit=within_remit, set_by=set_by)}
    return {name: frame for name, frame in frames.items() if name in names}


def _worded(targets, role):
    """Take the targets of places in one role, with ``in_words`` and the columns in the order for reading."""
    rows = targets[targets["role"] == role].reset_index(drop=True)
    words = [wording.target(row) for row in rows[wording.TARGET_COLUMNS].itertuples()]
    rows["in_words"] = pd.Series(words, dtype="str")
    return rows[[*FIRST, *rows.columns.drop(FIRST)]]


def _hedges(targets, terms):
    """Translate the word that hedges a target by the vocabulary: "largely" for 基本; empty where nothing hedges it."""
    english = dict(zip(terms["zh"], terms["en"]))
    words = targets["strength_word"].map(fold).map(english).fillna("hedged")
    return words.where(targets["strength"] == "hedged", "")


def _labelled(places, documents):
    """Add ``issued`` and ``access`` of the plan read, ``label``, the name with the year of issue, and ``province``."""
    read = _read(documents)[["issued", "access"]]
    places = places.sort_values(["order", "id"]).reset_index(drop=True)
    places = places.join(read[~read.index.duplicated()], on="id").fillna({"issued": "", "access": ""})
    # 2018 of 2018-10-05, 2018? of 2018-10?
    year = places["issued"].str.replace(r"^(\d{4})[^?]*", r"\1", regex=True)
    label = places["name_en"] + (" (" + year + ")").where(year != "", "")
    by_id = places.set_index("id").to_dict("index")
    provinces = [province(by_id, place) for place in by_id]
    return places.assign(label=label, province=provinces)


def _read(documents):
    return documents[documents["access"].isin(READ)].set_index("jurisdiction", drop=False)


def _with_places(rows, frames):
    """Join what documents, places and indicators say of rows, in the order of places and, within one, of its file."""
    documents = frames["documents"][["id", "jurisdiction", "access"]].rename(columns={"id": "document"})
    names = {"id": "jurisdiction", "name_en": "place", "name_zh": "place_zh"}
    places = frames["jurisdictions"][PLACE].rename(columns=names)
    indicators = frames["indicators"][["id", "theme", "headline", "name_en", "extensive", "better"]]
    indicators = indicators.rename(columns={"id": "indicator", "name_en": "indicator_name"})
    rows = rows.merge(documents, "left", "document").merge(places, "left", "jurisdiction")
    rows = rows.merge(indicators, "left", "indicator")
    return rows.sort_values("order", kind="stable", ignore_index=True)


def _of_other_documents(targets, documents):
    """Give targets of a document beside the plan compared the role ``other``, and its year in their label."""
    other = (targets["role"] == "focus") & ~targets["access"].isin(READ)
    year = targets["document"].map(documents["issued"]).str[:4]
    label = targets["label"].mask(other, targets["place"] + " (" + year + ", another document)")
    return targets.assign(role=targets["role"].mask(other, "other"), label=label)


def _normalised(targets, units):
    """Add ``amount`` and ``amount_max``: values in the standard unit, as 30,000 kW of 3 万千瓦."""
    table = units[["unit", "dimension", "factor", "standard_unit", "label_en"]]
    targets = targets.merge(table, "left", "unit")
    targets[["amount", "amount_max"]] = targets[["value", "value_max"]].mul(targets["factor"], axis="index")
    return targets
