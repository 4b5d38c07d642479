"""A call that has no answer is answered by one sentence with a way out, which is all that IPython shows."""

import dataclasses

import lantian as lt
import pytest
from IPython.core.interactiveshell import InteractiveShell

WRONG = {
    # an id that is none: by its name in either language, else near it
    'lt.compare(plans, "air.pm2.5")': "'air.pm2.5' is no indicator id; plans.indicators lists all of them; did you mean air.pm25 or ",
    'lt.pace(plans, "air.pm2.5")': "'air.pm2.5' is no indicator id; plans.indicators lists all of them; did you mean air.pm25 or ",
    'lt.above(plans, indicators=["air.pm2.5"])': "'air.pm2.5' is no indicator id; ",
    'lt.matrix(plans, indicators=["air.pm2.5"])': "'air.pm2.5' is no indicator id; ",
    'lt.charts.due(plans, ["air.pm2.5"])': "'air.pm2.5' is no indicator id; ",
    'lt.charts.series(plans, "air.pm2.5")': "'air.pm2.5' is no indicator id; ",
    'lt.charts.chain(plans, "air.pm2.5", 2020)': "'air.pm2.5' is no indicator id; ",
    'lt.compare(plans, "PM2.5")': "'PM2.5' is no indicator id; plans.indicators lists all of them; by name it may be air.pm25 (PM2.5)",
    'lt.compare(plans, "ｐｍ２.5")': "'ｐｍ２.5' is no indicator id; plans.indicators lists all of them; by name it may be air.pm25 (PM2.5)",
    'lt.compare(plans, "straw use")': "'straw use' is no indicator id; plans.indicators lists all of them; by name it may be agriculture.straw_use (",
    'lt.compare(plans, "straw")': "'straw' is no indicator id; plans.indicators lists all of them; by name it may be agriculture.",
    'lt.compare(plans, "秸秆")': "'秸秆' is no indicator id; plans.indicators lists all of them; by name it may be agriculture.",
    'lt.compare(plans, "coal")': "'coal' is no indicator id; plans.indicators lists all of them; by name it may be coal.boiler_phase_out (",
    'lt.matrix(plans, "cars")': "'cars' is no theme; it is one of headline, agriculture, air, ",
    'lt.matrix(plans, "coal", values="amout")': "'amout' is no column of cells or targets; did you mean amount or ",
    'lt.charts.panels(plans, lt.compare(plans, "air.good_days"), name="../mine")': "'../mine' is no name of a chart",
    'lt.charts.explore(plans, "cars")': "'cars' is no theme; it is one of headline, agriculture, air, ",
    'lt.charts.explore(plans, "context")': "no plan has a dated promise on context; lt.cells(plans, 'context') lists",
    'lt.evidence(plans, "yuyao-pm25")': "'yuyao-pm25' is neither a target nor a gap; lt.find(plans, words) finds ids; did you mean yuyao-pm25-2020 or ",
    'lt.verdict(plans, "yuyao-pm25", "yuyao-pm25-2020")': "'yuyao-pm25' is no target; lt.find(plans, words) finds ids; did you mean yuyao-pm25-2020 or ",
    'lt.compare(plans, "air.pm25", of="x")': "of='x' is not known; it is one of value, date, pace, wording",
    'lt.find(plans, "bus", theme="cars")': "'cars' is no theme; it is one of headline, agriculture, air, ",
    'lt.find(plans, "bus", place="mars")': "'mars' is no place here; it is one of ",
    'lt.place(plans, "atlantis")': "'atlantis' is no place here; it is one of lanshan, ",
    # a row, or a single id, or nothing, in place of what is wanted
    "lt.evidence(plans, plans.targets.iloc[0])": "evidence() takes an id, not a row; that of this row is '{id}'",
    "lt.evidence(plans, next(plans.targets.itertuples()))": "evidence() takes an id, not a row; that of this row is '{id}'",
    "lt.compare(plans, plans.targets.iloc[0])": "compare() takes an id, not a row; that of this row is '{indicator}'",
    'lt.compare(plans, ["air.pm25"])': "compare() takes an id, not a list",
    'lt.charts.targets(plans, "air.pm25")': "charts.targets() takes a list of ids as indicators: ['air.pm25']",
    "lt.charts.targets(plans, [])": "charts.targets() was given no indicators",
    'lt.compare("air.pm25")': "compare() takes plans, indicator, of, core, places; missing a required argument: 'indicator'",
    'lt.compare("air.pm25", "date")': "compare() takes the plans first, as from lt.load()",
    # names and keywords
    "lt.compair": "lantian has no compair; did you mean compare or ",
    "lt.charts.matrx": "lantian has no charts.matrx; did you mean matrix?",
    "lt.charts.ladder": "lantian has no charts.ladder any more; it is now charts.dates",
    'plans.focus["name_en"]': "plans.focus is a list of ids and has no 'name_en'; plans.places is the frame",
    "plans.focus.label": "plans.focus is a list of ids and has no 'label'; plans.places is the frame",
    'lt.compare(plans, "air.pm25", off="date")': "compare() takes plans, indicator, of, core, places, not 'off'; did you mean of?",
    "lt.load(dta=None)": "load() takes data, jurisdictions, not 'dta'; did you mean data?",
    'lt.charts.matrix(plans, lt.cells(plans, "coal"), titel="x")': "charts.matrix() takes plans, cells, name, title, subtitle, place, not 'titel'; did you mean title or ",
    "lt.charts.bars(plans, plans.places[['id']].set_axis(['jurisdiction'], axis=1))": "charts.bars() needs a column of counts for each kind, as from lt.strengths(plans)",
    'lt.export(plans, "lantian.ods")': "lantian.ods: the ending '.ods' is not known; endings: .xlsx, .sqlite, and .parquet or none",
}
ROWS = {
    "matrix": 'lt.cells(plans, "coal")',
    "order": "lt.fleet_steps(plans)",
    "calendar": "lt.duties(plans)",
    "bars": "lt.strengths(plans)",
    "dates": 'lt.charts.due(plans, ["coal.boiler_phase_out"])',
    "panels": 'lt.compare(plans, "agriculture.straw_use")',
    "rates": 'lt.pace(plans, "energy.intensity_gdp")',
}


@pytest.mark.parametrize(("call", "sentence"), WRONG.items())
def test_a_wrong_call_is_answered_by_what_is_allowed(plans, call, sentence):
    with pytest.raises(lt.LantianError) as error:
        eval(call, {"lt": lt, "plans": plans})
    first = plans.targets.iloc[0]
    assert str(error.value).startswith(sentence.format(id=first["id"], indicator=first["indicator"]))
    assert "\n" not in str(error.value)


@pytest.mark.parametrize("name", ROWS)
def test_rows_that_a_chart_cannot_draw_are_answered_by_where_rows_come_from(plans, name):
    source, chart = ROWS[name].partition("(")[0], getattr(lt.charts, name)
    rows = eval(ROWS[name], {"lt": lt, "plans": plans})
    for wrong in (rows.head(0), rows.drop(columns="jurisdiction"), "coal"):
        with pytest.raises(ValueError, match=rf"^charts\.{name}\(\) .*{source}\(plans"):
            chart(plans, wrong)
    with pytest.raises(ValueError, match="needs rows with 'jurisdiction', as from"):
        chart(plans, rows.drop(columns="jurisdiction"))


@pytest.mark.parametrize("name", ROWS)
def test_a_chart_needs_no_words_and_is_named_by_its_rows(plans, name, without_layout):
    rows = eval(ROWS[name], {"lt": lt, "plans": plans})
    chart, again, other = (
        getattr(lt.charts, name)(plans, drawn) for drawn in (rows, rows.copy(), rows.head(1))
    )
    assert chart.name == again.name != other.name and chart.name.startswith(f"{name}-")
    assert chart.title and chart.subtitle.startswith(plans.places["label"].iloc[0])
    worded = getattr(lt.charts, name)(plans, rows, "x", title="t")
    assert (worded.name, worded.title, worded.subtitle) == ("x", "t", chart.subtitle)


@pytest.fixture
def shell():
    yield InteractiveShell.instance()
    InteractiveShell.clear_instance()


@pytest.mark.parametrize(
    "call",
    ["lt.compair", 'lt.compare(plans, "straw")', "lt.charts.dates(plans, plans.gaps)", 'lt.load("nowhere")'],
)
def test_ipython_shows_the_sentence_alone(plans, shell, capsys, call):
    shell.push({"lt": lt, "plans": plans})
    result = shell.run_cell(call)
    shown = capsys.readouterr().out.strip()
    assert shown == f"{type(result.error_in_exec).__name__}: {result.error_in_exec}"


def test_the_kinds_of_python_stay():
    """Who caught ValueError, TypeError or AttributeError catches them still; `hasattr` answers."""
    assert not hasattr(lt, "compair") and not hasattr(lt.charts, "ladder")
    with pytest.raises(TypeError):
        lt.load(dta=None)
    assert issubclass(lt.charts.NotComparable, ValueError) and issubclass(lt.DataError, lt.LantianError)


def test_ids_of_focus_choose_rows_of_any_table(plans):
    rows = plans.observations[plans.observations["jurisdiction"].isin(plans.focus)]
    assert set(rows["jurisdiction"]) <= set(plans.focus) and len(rows)
    assert plans.focus == list(plans.places["id"]) and plans.focus[0] == plans.places["id"].iloc[0]


def test_targets_show_what_one_wants_first(plans):
    first = "place indicator_name in_words value unit operator baseline_year target_year strength quote id".split()
    for rows, role in ((plans.targets, "focus"), (plans.targets_above, "reference")):
        assert list(rows.columns)[: len(first)] == first and set(rows["role"]) == {role}
        assert list(rows["in_words"]) == [lt.wording.target(row) for row in rows.itertuples()]
    assert {*plans.targets["id"], *plans.targets_above["id"]} == set(plans.every_target["id"])
    assert {field.name for field in dataclasses.fields(plans)} >= {"every_target", "gaps"}


def test_a_wide_table_holds_the_amounts_of_the_firmest_targets(plans):
    amounts, cells = lt.matrix(plans, "headline", values="amount"), lt.cells(plans, "headline")
    assert amounts.shape == lt.matrix(plans, "headline").shape and amounts.dtypes.eq(float).all()
    known = plans.targets.set_index("id")["amount"]
    for cell in cells.itertuples():
        amount = amounts.loc[cell.indicator_name, cell.label]
        assert (
            amount == known[cell.id]
            if cell.id in known and known[cell.id] == known[cell.id]
            else amount != amount
        )
