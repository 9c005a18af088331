import sys
import time

import numpy as np
import pandas as pd
import pytest
from conftest import ROOT, tiny

import toolkit
from toolkit import explore, explore_term, explorer
from toolkit.tables import Corpus


@pytest.fixture(autouse=True)
def house_style():
    toolkit.use_style()


@pytest.fixture(scope="module")
def sample():
    return toolkit.build(ROOT / "data" / "sample" / "reports")


def invented(places):
    """Make a corpus of so many invented places, two years each; the first plants, the rest wait."""
    texts = {
        f"{place}-{year}": ["我们种树种花。" if place == 0 and year == 2021 else "我们等待春天。"]
        * 2
        for place in range(places)
        for year in (2020, 2021)
    }
    clauses, hits, reports = tiny(texts, {"种树": "种树", "种花": "种花", "种草": "种草"})
    reports["place"] = [f"虚构{name.split('-')[0]}" for name in reports["report_id"]]
    reports["year"] = [int(name.split("-")[1]) for name in reports["report_id"]]
    reports["level"] = "prefectural"
    empty = dict.fromkeys(Corpus._fields, pd.DataFrame())
    return Corpus(**{**empty, "reports": reports, "clauses": clauses, "hits": hits})


def of(answer, by, place="all places"):
    rates = answer.rates
    return rates[(rates["by"] == by) & (rates["place"] == place)].set_index("group")


def test_a_term_by_hand():
    answer = explore_term(invented(6), "种树")
    years = of(answer, "year")
    assert years["n"].tolist() == [0, 2] and years["n_han"].tolist() == [72, 72]
    assert years["rate"].tolist() == pytest.approx([0, 1000 * 2 / 72])
    assert years["high"].iloc[0] == pytest.approx(3000 / 72) and (years["places"] == 6).all()
    assert of(answer, "role").index.tolist() == ["plan"] and answer.notes == []
    assert answer.beside["term"].tolist() == ["种花"] and answer.beside["n"].tolist() == [2]
    assert (
        answer.lines[["left", "surface", "right"]].to_numpy().tolist()
        == [["我们", "种树", "种花。"]] * 2
    )


def test_rates_are_those_that_the_parts_of_the_toolkit_give(panel):
    answer = explore_term(panel, "营商环境", place="福州市")
    for by in ("year", "level", "role"):
        counts = toolkit.count_terms(
            panel.hits, panel.clauses, panel.reports, by=["place", by], among="营商环境"
        )
        if by == "level":
            counts = counts[counts["level"] != "national"]
        expected = toolkit.pool_rates(counts, by=by)
        found = of(answer, by).loc[expected[by].astype(str)]
        for column in ("n", "n_han", "rate", "low", "high"):
            np.testing.assert_allclose(found[column], expected[column], err_msg=f"{by} {column}")
        own = counts[counts["place"] == "福州市"]
        assert of(answer, by, "福州市")["n"].tolist() == own["n"].tolist()
    assert of(answer, "level").index.tolist() == ["national", "provincial", "prefectural"]
    collocates = toolkit.collocates(panel.hits, panel.clauses, "营商环境")
    assert answer.beside["term"].tolist() == collocates["term"].tolist()


def test_fewer_than_five_places_have_rates_and_the_reason_they_have_no_interval(bureaus):
    for corpus, few in ((invented(4), "4"), (bureaus, "1")):
        term = corpus.hits["term"].iloc[0]
        answer = explore_term(corpus, term)
        assert answer.rates["rate"].notna().all() and answer.rates["low"].isna().sum() > 0
        assert of(answer, "year")[["low", "high"]].isna().all(axis=None)
        assert f"has {few} place(s); an interval over them needs at least 5" in answer.notes[0]
    five = explore_term(invented(5), "种树")
    assert five.rates["low"].notna().all() and not five.notes


def test_a_single_place_says_that_it_is_one(panel):
    answer = explore_term(panel, "放管服", place="兰州市")
    assert of(answer, "year", "兰州市")["low"].isna().all()
    assert any(note.startswith("'兰州市' has 1 place(s)") for note in answer.notes)
    assert any(note.startswith("these clauses have no text") for note in answer.notes)


def test_lines_are_the_concordance_and_of_a_place_its_own(sample):
    whole = explore_term(sample, "营商环境")
    pd.testing.assert_frame_equal(
        whole.lines, toolkit.concordance(sample.clauses, sample.hits, "营商环境")
    )
    place = sample.reports["place"].iloc[0]
    own = explore_term(sample, "营商环境", place=place).lines
    ids = sample.reports.loc[sample.reports["place"] == place, "report_id"]
    assert 0 < len(own) == whole.lines["report_id"].isin(ids).sum()


def test_a_term_of_the_lexicon_that_no_report_uses(panel):
    used = panel.hits["term"].value_counts()
    answer = explore_term(panel, used.index[used == 0][0])
    assert (answer.rates["n"] == 0).all() and (of(answer, "year")["high"] > 0).all()
    assert len(answer.beside) == 0 and any("stands in 0 of" in note for note in answer.notes)


@pytest.mark.parametrize(
    "typed", ["放管", "", "<b>", "$x$", "\\frac", "a" * 100_000, "\udcff", "\x00"]
)
def test_whatever_is_typed_is_a_term_or_refused(panel, typed):
    with pytest.raises(ValueError, match="there is no term"):
        explore_term(panel, typed)


def test_an_unknown_term_or_place_names_the_nearest(panel):
    with pytest.raises(ValueError, match="there is no term '放管'. Near it: 放管服"):
        explore_term(panel, "放管")
    with pytest.raises(ValueError, match="there is no place '福州'. Near it: .*福州市"):
        explore_term(panel, "放管服", place="福州")


def test_the_figure_draws_the_rates(panel):
    answer = explore_term(panel, "放管服", place="福州市")
    years, levels, roles = answer.figure.axes
    for line, place in zip(years.lines, ("all places", "福州市"), strict=True):
        assert line.get_ydata().tolist() == of(answer, "year", place)["rate"].tolist()
    assert years.get_title(loc="left") == "放管服" and years.texts[0].get_text() == "福州"
    assert [t.get_text() for t in levels.get_yticklabels()] == [
        "cities", "provincial level", "State Council",
    ]  # fmt: skip
    drawn = {line.get_xdata()[0] for line in roles.lines if line.get_marker() == "o"}
    assert drawn == set(answer.rates.loc[answer.rates["by"] == "role", "rate"])


def test_years_of_few_places_are_not_joined(panel, bureaus):
    styles = [
        explore_term(corpus, "营商环境").figure.axes[0].lines[0].get_linestyle()
        for corpus in (panel, bureaus)
    ]
    assert styles == ["-", "None"]


def test_a_bound_beyond_the_panel_is_marked(panel):
    answer = explore_term(panel, "高效办成一件事")
    roles = answer.figure.axes[2]
    reach = roles.get_xlim()[1]
    beyond = (of(answer, "role")["high"] > reach).sum()
    assert beyond and [line.get_marker() for line in roles.lines].count(">") == beyond


def test_a_figure_of_zeros_without_intervals_has_room(bureaus):
    used = bureaus.hits["term"].value_counts()
    with_none = explore_term(bureaus, used.index[used == 0][0])
    assert explorer._png(with_none.figure).startswith(b"\x89PNG")


# ------------------------------------------------------------------ the widget


def parts(widget):
    (term, place), (figure, tables) = (box.children for box in widget.children[:2])
    return term, place, figure, tables, widget.children[1].layout, widget.children[2]


def test_typing_changes_the_answer(sample):
    first = sample.hits["term"].value_counts().index[0]
    term, place, figure, tables, below, said = parts(explorer._widget(sample, first))
    assert list(term.options) == list(sample.hits["term"].cat.categories)
    seen = {(figure.value, tables.value)}
    term.value = " 放管服 "
    seen.add((figure.value, tables.value))
    place.value = sample.reports["place"].iloc[0]
    seen.add((figure.value, tables.value))
    assert len(seen) == 3 and len({figure for figure, _ in seen}) == 3
    assert "has 1 place(s)" in said.value and below.display is None
    assert f"<th>rate, {place.value}</th>" in tables.value and "放管服" in tables.value


def test_a_refusal_takes_the_place_of_the_answer_until_the_next_term(panel):
    term, _, _, _, below, said = parts(explorer._widget(panel, "营商环境"))
    term.value = "<script>放管"
    assert "&lt;script&gt;放管" in said.value and "放管服" in said.value and below.display == "none"
    term.value = "改" * 9999
    assert len(said.value) < 300
    term.value = "放管服"
    assert below.display is None and "no term" not in said.value


def test_what_reports_hold_is_shown_as_text_and_never_as_markup(sample):
    answer = explore_term(sample, "营商环境")
    lines = answer.lines.assign(left="<img src=x>")
    assert "&lt;img src=x&gt;" in explorer._html(answer._replace(lines=lines))


def test_an_answer_comes_while_one_looks(panel):
    term, *_ = parts(explorer._widget(panel, "营商环境"))
    took = []
    for name in ("放管服", "一网通办", "新质生产力"):
        start = time.process_time()  # others' work on the machine is not ours
        term.value = name
        took.append(time.process_time() - start)
    assert min(took) < 1  # measured: 0.36 s


class Shell:
    """A kernel's shell that was sent a cell by a front end that takes input, or by none."""

    def __init__(self, allow_stdin):
        self.request = {"content": {"allow_stdin": allow_stdin}}

    def get_parent(self):
        return self.request


@pytest.mark.parametrize(
    ("shell", "attended"), [(Shell(True), True), (Shell(False), False), (None, False)]
)
def test_a_widget_only_where_one_can_answer(sample, monkeypatch, shell, attended):
    monkeypatch.setattr(explorer, "get_ipython", lambda: shell)
    answer = explore(sample)
    assert isinstance(answer, explorer.Answer) != attended
    if not attended:
        assert answer.term == sample.hits["term"].value_counts().index[0]


def test_without_ipywidgets_the_first_answer_comes_out(sample, monkeypatch):
    monkeypatch.setattr(explorer, "get_ipython", lambda: Shell(True))
    monkeypatch.setitem(sys.modules, "ipywidgets", None)
    assert isinstance(explore(sample), explorer.Answer)


def test_an_answer_shows_its_figure_and_tables_in_a_notebook(sample, monkeypatch, capsys):
    shown = []
    monkeypatch.setattr(explorer, "display", shown.append)
    answer = explore_term(sample, "营商环境", place=sample.reports["place"].iloc[0])
    answer._ipython_display_()
    assert shown[0].data.startswith(b"\x89PNG")
    tables = explorer._shown(answer)
    assert len(shown) == 1 + len(tables) and len(tables) == 3
    assert [table.columns.name for table in shown[1:]] == list(tables)
    assert capsys.readouterr().out.splitlines() == answer.notes


def test_what_a_place_has_no_part_in_is_a_dash(panel):
    shown = explorer._html(explore_term(panel, "放管服", place="福州市"))
    assert "NA" not in shown and "<td>–</td>" in shown
