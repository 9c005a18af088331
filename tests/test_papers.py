import hashlib
import re
import zipfile

import numpy as np
import pandas as pd
import pytest
from conftest import tiny
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook

import toolkit
from toolkit.measures import CORPUS, MEASURES
from toolkit.papers import _format, _markdown, _shown, _tex
from toolkit.tables import Corpus


@pytest.fixture(autouse=True)
def language():
    toolkit.use_style()
    yield
    toolkit.use_style()


@pytest.fixture
def used():
    """What was taken from the package before is forgotten, and remembered afterwards."""
    before = dict(toolkit._USED)
    toolkit._USED.clear()
    yield toolkit._USED
    toolkit._USED.update(before)


# Invented.
TABLE = pd.DataFrame(
    {
        "term": ["种树", "种花", "修路", "架桥"],
        "level": ["national", "provincial", "prefectural", "county"],
        "n": [12345, 0, 7, 2020],
        "ratio": [0.74556, 3.7688, np.nan, 0.0],
        "low": [0.69761, 0.99, np.nan, 0.0],
        "high": [0.79681, 449.2, np.nan, 0.00213],
        "q": [0.00001, 0.0844, np.nan, 1.0],
        "log_ratio": [-0.5, -np.inf, 2.0, 0.0123],
        "why": ["", "n is 0", "used in 2024 only", "no such row"],
    }
)


def saved(table, folder, name="x", **options):
    toolkit.save_table(table, name, **{"caption": "Two & two", "folder": folder, **options})
    return {kind: (folder / f"{name}.{kind}").read_bytes() for kind in ("tex", "md", "xlsx")}


def test_a_table_is_printed_as_a_paper_prints_it(tmp_path):
    text = saved(TABLE, tmp_path, note="Invented.")["md"].decode()
    assert text.splitlines() == [
        "**Two & two**",
        "",
        "| term | level | n | ratio per year | q | log ratio |",
        "| --- | --- | ---: | ---: | ---: | ---: |",
        "| 种树 | State Council | 12,345 | 0.746 [0.698, 0.797] | <0.001 | −0.500 |",
        "| 种花 | provincial level | 0 | 4 [1, 449] | 0.084 | −∞ |",  # half the interval is 224
        "| 修路 | cities | 7 |  |  | 2.00 |",
        "| 架桥 | county level | 2020 | 0 [0, 0.00213] | 1.000 | 0.0123 |",
        "",
        "Note. Invented. In brackets, 95 % intervals. Missing or infinite values: 种花 (n is 0); "
        "修路 (used in 2024 only).",
    ]


def test_digits_are_asked_for_and_ends_without_an_estimate_stay_columns(tmp_path):
    table = pd.DataFrame({"q": [0.2], "low": [0.123456], "high": [12.3456]})
    lines = saved(table, tmp_path, digits=2)["md"].decode().splitlines()
    assert lines[2:] == ["| q | low | high |", "| ---: | ---: | ---: |", "| 0.200 | 0.12 | 12 |"]


def test_heads_levels_and_notes_are_in_the_language_in_use(tmp_path):
    toolkit.use_style("zh")
    text = saved(TABLE, tmp_path, caption="虚构")["md"].decode()
    assert "| 词条 | 层级 | 次数 | 逐年比率 | q | 对数比 |" in text
    assert "| 国务院 |" in text and "注：方括号内为95%区间。 缺失或无穷的数值：" in text


def test_rows_are_named_by_as_many_columns_as_tell_them_apart(tmp_path):
    table = pd.DataFrame({"year": [2020, 2021], "term": "种树", "rate": [1.0, np.nan], "why": "x"})
    assert "2021 (x)." in saved(table, tmp_path)["md"].decode()
    text = saved(table[["term", "year", "rate", "why"]], tmp_path)["md"].decode()
    assert "种树 2021 (x)." in text


def test_latex_has_no_cell_that_is_a_command(tmp_path):
    table = pd.DataFrame({"term": ["[1]", "*", "a_b&50%"], "x": [-1.5, 2, 1e6]})
    lines = saved(table, tmp_path, "my-table", note=r"\x {y}")["tex"].decode().splitlines()
    assert lines == [
        r"\begin{table}[tb]",
        r"\centering\small",
        r"\caption{Two \& two}",
        r"\label{tab:my-table}\smallskip",
        r"\begin{tabular}{lr}",
        r"\toprule",
        r"term & x \\",
        r"\midrule",
        r"{[}1] & $-$1.50 \\",
        r"{*} & 2.00 \\",
        r"a\_b\&50\% & 1,000,000 \\",
        r"\bottomrule",
        r"\end{tabular}",
        r"\par\smallskip\parbox{\linewidth}{\footnotesize Note. \textbackslash{}x \{y\}}",
        r"\end{table}",
    ]


def test_a_workbook_holds_numbers_in_full_and_shows_the_same_digits(tmp_path):
    saved(TABLE, tmp_path, note="Invented.")
    rows = list(load_workbook(tmp_path / "x.xlsx").active.iter_rows())
    assert rows[0][0].value == "Two & two"
    assert [cell.value for cell in rows[1]] == [
        "term", "level", "n", "ratio per year", "ratio per year, lower 95 % limit",
        "ratio per year, upper 95 % limit", "q", "log ratio",
    ]  # fmt: skip
    assert [cell.value for cell in rows[2]][2:] == [12345, *TABLE.loc[0, "ratio":"log_ratio"]]
    formats = [cell.number_format for cell in rows[2]][2:]
    assert formats == ["#,##0", *["0.000"] * 3, '[<0.001]"<0.001";0.000', "0.000"]
    assert [cell.value for cell in rows[4]][2:] == [7, None, None, None, None, 2]
    assert rows[3][7].value == "−∞" and rows[7][0].value.startswith("Note. Invented. Missing")


@pytest.mark.parametrize("text", ["=1+1", "=5", "@x", "-x", "#N/A", "+1"])
def test_no_cell_of_a_workbook_is_a_formula(tmp_path, text):
    table = pd.DataFrame({text: [text], "n": 1})
    saved(table, tmp_path, caption=text, note=text)
    sheet = load_workbook(tmp_path / "x.xlsx").active
    cells = [cell for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert {cell.data_type for cell in cells} == {"s", "n"}
    marked = "" if text[1:].isdigit() or text == "#N/A" else "'"
    assert sheet["A3"].value == sheet["A2"].value == sheet["A1"].value == marked + text


def test_the_same_table_gives_the_same_bytes_whenever_it_is_saved(tmp_path):
    assert saved(TABLE, tmp_path / "one") == saved(TABLE, tmp_path / "two")
    with zipfile.ZipFile(tmp_path / "one" / "x.xlsx") as book:
        assert {info.date_time[0] for info in book.infolist()} == {1980}
        days = re.findall(rb">(\d{4})-\d\d-\d\dT", book.read("docProps/core.xml"))
    assert days == [b"1980", b"1980"]


def test_tables_go_to_the_working_folder_and_the_table_stays_as_it_was(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    before = TABLE.copy()
    toolkit.save_table(TABLE, "x", caption="c")
    assert {f.name for f in (tmp_path / "tables").iterdir()} == {"x.tex", "x.md", "x.xlsx"}
    pd.testing.assert_frame_equal(TABLE, before)


def test_what_cannot_be_saved_is_refused_and_nothing_is_written(tmp_path):
    twice = TABLE.rename(columns={"low": "ratio"})
    for wrong, said in (
        ({"name": "../x"}, "'../x' cannot name"),
        ({"digits": 0}, "digits is 0"),
        ({"table": twice}, "two columns 'ratio'"),
    ):
        options = {"table": TABLE, "name": "x", "caption": "c", **wrong}
        with pytest.raises(ValueError, match=said):
            toolkit.save_table(**options, folder=tmp_path / "none")
    assert not (tmp_path / "none").exists()


@given(st.floats(1e-5, 1e9), st.integers(1, 6))
def test_a_number_keeps_its_significant_digits(x, digits):
    printed = float(_shown(x, _format(x, digits)).replace(",", ""))
    assert abs(printed - x) <= 0.5000001 * 10.0 ** (1 - digits) * x


@given(st.lists(st.text(max_size=20), min_size=1, max_size=4))
def test_any_text_stays_in_its_cell(cells):
    cells = [_shown(cell, "") for cell in cells]
    line = _markdown([cells, cells], [False] * len(cells), "c", "").splitlines()[2]
    assert len(re.findall(r"(?<!\\)(?:\\\\)*\|", line)) == len(cells) + 1
    tex = _tex([cells, cells], [False] * len(cells), "x", "c", "")
    row = re.search(r"\\midrule\n(.*) \\\\\n\\bottomrule", tex, re.S)[1]
    assert len(re.findall(r"(?<!\\)&", row)) == len(cells) - 1
    assert not re.search(r"(?<!\\)[%#_]", row)


# ------------------------------------------------------------------ the paragraph on methods


def invented_corpus():
    """Four invented reports of two places, one without a year."""
    clauses, hits, reports = tiny(
        {"a": ["我们种树。"], "b": ["我们种树，种树。"], "c": ["见《种树》。"], "d": ["没有。"]},
        {"种树": "种树", "种花": "种花"},
    )
    reports = reports.assign(
        genre=["work report", "work report", "rule-of-law report", ""],
        place=["云溪市", "云溪市", "星渡市", "星渡市"],
        year=pd.array([2020, 2022, 2020, None], dtype="Int64"),
        date=["2020-01-05", "", "2021-02-07", ""], source_url=["x", "", "", ""], sha256="0f",
    )  # fmt: skip
    return Corpus(reports, clauses, hits, *[pd.DataFrame()] * 7)


def numbers(text):
    return sorted(re.findall(r"\d+(?:[,.]\d+)*", text))


def sources(text):
    return sorted(re.findall(r"(?:[A-Z][\w-]+|al\.) (?:19|20)\d\d", text))


def test_the_paragraph_counts_the_corpus_given(used):
    text = toolkit.methods_paragraph(invented_corpus())
    sha = hashlib.sha256("种树\n种花".encode()).hexdigest()[:12]
    assert text.startswith(
        "The corpus holds 4 reports (government work reports: 2; reports on building a rule-of-law "
        "government: 1; of unknown genre: 1) with 15 Han characters of retained text. They come from "
        "2 places and the years 2020 to 2022: of 6 place-years 3 (50.0 %) have no report, 0 have more "
        "than one. Reports whose place or year is not known: 1. Reports with a date: 2, from "
        "2020-01-05 to 2021-02-07. Reports without a date: 2. Texts with their address on record: 1, "
        "with their SHA-256: 4. The lexicon has 2 terms in 1 categories; its terms are not those of "
        f"the lexicon shipped (the SHA-256 of its terms, one a line, begins {sha}). "
        "Terms are matched leftmost-longest over all their spellings and never overlap: 3 matches in "
        "running text, and 1 inside titles (《》), which are counted apart. Software: toolkit "
    )


def test_fewer_reports_give_another_paragraph(used):
    corpus = invented_corpus()
    fewer = corpus._replace(reports=corpus.reports.iloc[:2])
    text = toolkit.methods_paragraph(fewer)
    assert "2 reports (government work reports: 2) with 10 Han" in text and "1 (33.3 %)" in text
    assert ": 3 matches in running text, and 0 inside titles" in text and "unknown" not in text
    none = corpus._replace(reports=corpus.reports.iloc[3:])
    assert "place-years" not in toolkit.methods_paragraph(none)


def test_the_shipped_lexicon_is_known_by_its_terms(used, bureaus):
    assert "its terms are those of the lexicon shipped" in toolkit.methods_paragraph(bureaus)


@pytest.mark.parametrize("name", sorted({name for names, *_ in MEASURES for name in names}))
def test_the_paragraph_names_what_was_taken_and_nothing_else(used, name):
    assert callable(getattr(toolkit, name))
    text = toolkit.methods_paragraph(invented_corpus())
    said = [measure for measure in MEASURES if measure[1] in text]
    assert said and said == [measure for measure in MEASURES if name in measure[0]]
    assert set(used) == {name, "methods_paragraph"}


def test_both_languages_name_the_same_numbers_and_sources(used):
    used.update(dict.fromkeys(toolkit.__all__))
    english, chinese = (
        toolkit.methods_paragraph(invented_corpus(), language=language) for language in ("en", "zh")
    )
    assert numbers(english) == numbers(chinese) and sources(english) == sources(chinese)
    assert len(sources(english)) > 30
    for key, pair in CORPUS.items():
        fields = [sorted(re.findall(r"\{\w+", text)) for text in pair]
        assert fields[0] == fields[1], key
    toolkit.use_style("zh")
    assert toolkit.methods_paragraph(invented_corpus()) == chinese


@pytest.mark.parametrize(
    "names, english", [m[:2] for m in MEASURES], ids=[m[0][0] for m in MEASURES]
)
def test_every_source_of_a_sentence_stands_in_the_help_of_its_function(names, english):
    helps = " ".join(" ".join(getattr(toolkit, name).__doc__.split()) for name in names)
    helps = re.sub(r"[(),;]", "", helps)
    assert [source for source in sources(english) if source not in helps] == []


def test_a_paragraph_needs_a_corpus_and_one_of_two_languages(used):
    corpus = invented_corpus()
    with pytest.raises(ValueError, match="'en' or 'zh', not in 'fr'"):
        toolkit.methods_paragraph(corpus, language="fr")
    with pytest.raises(ValueError, match="this is DataFrame"):
        toolkit.methods_paragraph(corpus.reports)
    with pytest.raises(ValueError, match="this is a Corpus without"):
        toolkit.methods_paragraph(corpus._replace(reports=corpus.reports[:0]))
