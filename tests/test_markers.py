"""Symbolic and operational language. Texts are invented; only words and counts are of real reports."""

import math
from collections import Counter
from io import BytesIO

import numpy as np
import pandas as pd
import pytest
from conftest import read_text, reference, texts, tiny
from hypothesis import given, settings
from hypothesis import strategies as st

from toolkit import DATA, build, load_lexicon
from toolkit.lexicon import find_hits, longest_matches
from toolkit.markers import (
    LABELS,
    agreement,
    coding_sheet,
    machine_labels,
    nominal_alpha,
    symbolic_ratio,
)

MARKERS = load_lexicon(DATA / "markers.csv")
SINGLE = set("将拟零余多约近超等")
FORMULAS = {"增强": "增强“四个意识”", "做到": "做到“两个维护”"}


def marked(texts_by_report, **facts):
    """Marks, clauses and reports of invented reports {report_id: [clause, ...]}."""
    clauses, _, reports = tiny(texts_by_report, {"树": "树"})
    reports = reports.assign(**{"place": list(texts_by_report), "year": 2020, **facts})
    return find_hits(clauses, MARKERS), clauses, reports


def said(*clauses):
    marks, *_ = marked({"虚构": list(clauses)})
    return [(m.term, m.category) for m in marks.itertuples()]


# ------------------------------------------------------------------ the words


def starters():
    return pd.read_csv(reference("markers.csv"), encoding="utf-8-sig")


def test_the_starter_list_counts_what_its_makers_counted_in_the_bureau_reports():
    folder, table = texts("bureau-reports"), starters()
    for path in sorted(folder.glob("*.txt")):
        for _, kind in table.groupby("subclass"):
            words = kind["marker"].tolist()
            n = Counter(words[i] for i, _, _ in longest_matches(read_text(path), words))
            assert [n[word] for word in words] == kind[f"n_{path.name[:3]}"].tolist()


def test_words_that_were_not_touched_count_as_the_starters_do():
    folder, table = texts("bureau-reports"), starters().set_index("marker")
    none = MARKERS.loc[MARKERS["category"] == "none", "term"].tolist()
    for path in sorted(folder.glob("*.txt")):
        for category in set(MARKERS["category"]) - {"none"}:
            words = MARKERS.loc[MARKERS["category"] == category, "term"].tolist()
            surfaces = [*words, *none]
            n = Counter(surfaces[i] for i, _, _ in longest_matches(read_text(path), surfaces))
            for word in set(words) - set(FORMULAS.values()):
                blocked = sum(n[longer] for longer in none if word in longer)
                assert n[word] + blocked == table.loc[word, f"n_{path.name[:3]}"], word


def test_what_was_left_out_of_the_starter_list():
    table = starters()
    kept = table[(table["subclass"] != "superlative") & ~table["marker"].isin(SINGLE)]
    words = kept["marker"].replace(FORMULAS)
    ours = MARKERS[MARKERS["category"] != "none"].set_index("term")["category"]
    assert ours.to_dict() == dict(zip(words, kept["subclass"], strict=True))


def test_every_neighbour_keeps_a_marker_from_being_found_in_it():
    words = MARKERS.loc[MARKERS["category"] != "none", "term"]
    for neighbour in MARKERS.loc[MARKERS["category"] == "none", "term"]:
        assert any(word in neighbour for word in words), neighbour
        assert said(f"云溪市的{neighbour}。") == [(neighbour, "none")]


def test_names_and_borders_between_words_are_no_acts():
    operational = [term for term, kind in said("松月区开发区开发软件。") if kind == "operational"]
    assert operational == ["开发"]
    assert said("线上线下同步。", "创建成果丰硕，建成一座桥。")[-1] == ("建成", "operational")
    assert [kind for _, kind in said("线上线下同步。", "创建成功。")] == ["none", "none"]
    assert (
        said("增强信心。", "增强“四个意识”。", "增强四个意识。")
        == [("增强“四个意识”", "symbolic")] * 2
    )


# ------------------------------------------------------------------ the ratio


def test_the_interval_of_one_place_by_hand():
    # three symbolic words, one operational: ln(3.5 / 1.5), variance 1 / 3.5 + 1 / 1.5 = 20 / 21
    table = symbolic_ratio(*marked({"云溪市": ["扎实，切实，坚定。", "出台办法。"]}))
    row = table.iloc[0]
    assert list(table) == [
        "year", "role", "n_symbolic", "n_operational",
        "log_ratio", "low", "high", "interval", "places", "reports",
    ]  # fmt: skip
    assert row[["year", "role", "n_symbolic", "n_operational"]].tolist() == [2020, "plan", 3, 1]
    assert row[["interval", "places", "reports"]].tolist() == ["words", 1, 1]
    assert row["log_ratio"] == pytest.approx(math.log(7 / 3))
    reach = 1.959964 * math.sqrt(20 / 21)
    assert row["low"] == pytest.approx(math.log(7 / 3) - reach, rel=1e-6)
    assert row["high"] == pytest.approx(math.log(7 / 3) + reach, rel=1e-6)


def places_with(symbolic, operational, **facts):
    return marked(
        {
            f"虚构{i}市": ["扎实，" * s + "种树。", "出台，" * o + "种花。"]
            for i, (s, o) in enumerate(zip(symbolic, operational, strict=True))
        },
        **facts,
    )


def test_the_interval_over_five_places_by_hand():
    # 20 symbolic, 10 operational words. With a tenth more each, of 20.5 and 10.5: in three places
    # 4.1 / 20.5 - 2.1 / 10.5 = 0; in one 0.1 / 20.5 - 4.1 / 10.5 and in one 8.1 / 20.5 - 0.1 / 10.5
    row = symbolic_ratio(*places_with([4, 4, 4, 0, 8], [2, 2, 2, 4, 0]), by="role").iloc[0]
    one, other = 0.1 / 20.5 - 4.1 / 10.5, 8.1 / 20.5 - 0.1 / 10.5
    assert one + other == pytest.approx(0)
    reach = 2.776445 * math.sqrt(5 / 4 * (one**2 + other**2))  # t with 4 degrees of freedom
    assert (row["interval"], row["places"], row["reports"]) == ("places", 5, 5)
    assert row["log_ratio"] == pytest.approx(math.log(20.5 / 10.5))
    assert row["high"] - row["log_ratio"] == pytest.approx(reach, rel=1e-6)
    assert row["log_ratio"] - row["low"] == pytest.approx(reach, rel=1e-6)


def test_places_that_agree_are_never_surer_than_their_words():
    row = symbolic_ratio(*places_with([4] * 5, [2] * 5), by="year").iloc[0]
    reach = 2.776445 * math.sqrt(1 / 20.5 + 1 / 10.5)
    assert row["high"] - row["log_ratio"] == pytest.approx(reach, rel=1e-6)


def test_two_reports_of_a_place_are_one_place():
    marks, clauses, reports = places_with([1] * 6, [2] * 6)
    reports["place"] = ["甲", "甲", "乙", "丙", "丁", "丁"]
    row = symbolic_ratio(marks, clauses, reports, by="year").iloc[0]
    assert row[["places", "reports", "interval"]].tolist() == [4, 6, "words"]
    by_place = symbolic_ratio(marks, clauses, reports, by="place").set_index("place")
    assert by_place["n_operational"].to_dict() == {"丁": 4, "丙": 2, "乙": 2, "甲": 4}


def test_names_of_documents_and_groups_without_words_say_nothing():
    marks, clauses, reports = marked({"云溪市": ["《扎实出台办法》。"], "星渡市": ["出台办法。"]})
    table = symbolic_ratio(marks, clauses, reports, by="place").set_index("place")
    measured = table[["log_ratio", "low", "high"]]
    assert measured.loc["云溪市"].isna().all() and measured.loc["星渡市"].notna().all()
    assert table[["n_symbolic", "n_operational"]].values.tolist() == [[0, 0], [0, 1]]


counted = st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4)), min_size=1, max_size=8)


@settings(max_examples=25)
@given(counted)
def test_swapping_the_two_languages_mirrors_the_ratio(counts):
    symbolic, operational = zip(*counts, strict=True)
    a = symbolic_ratio(*places_with(symbolic, operational), by="year").iloc[0]
    b = symbolic_ratio(*places_with(operational, symbolic), by="year").iloc[0]
    assert (a["n_symbolic"], a["n_operational"]) == (sum(symbolic), sum(operational))
    for one, other in (("log_ratio", "log_ratio"), ("low", "high"), ("high", "low")):
        assert a[one] == pytest.approx(-b[other], abs=1e-12, nan_ok=True)


def test_the_order_of_rows_does_not_matter_and_nothing_is_modified():
    tables = places_with([4, 1, 3, 0, 8, 2], [2, 2, 1, 4, 0, 5], level=["a", "b"] * 3)
    before = [table.copy() for table in tables]
    shuffled = [table.sample(frac=1, random_state=1) for table in tables]
    for by in ("level", ["year", "role"], ["level", "place"]):
        pd.testing.assert_frame_equal(
            symbolic_ratio(*tables, by=by), symbolic_ratio(*shuffled, by=by)
        )
    for table, was in zip(tables, before, strict=True):
        pd.testing.assert_frame_equal(table, was)


@pytest.mark.parametrize("places", [8, 30, 80])
def test_nineteen_of_twenty_intervals_hold_the_truth(places):
    rng, panels = np.random.default_rng(places), 1000
    mean = np.array([[6.0, 8.0]]) * rng.lognormal(-0.18, 0.6, (panels * places, 2))
    n = rng.poisson(mean * rng.lognormal(0, 0.2, (len(mean), 1)))
    ids = [f"虚构{i}" for i in range(len(n))]
    reports = pd.DataFrame({"report_id": ids, "place": np.tile(ids[:places], panels)})
    reports["panel"] = np.repeat(np.arange(panels), places)
    clauses = reports[["report_id"]].assign(clause=0, n_han=1, role="plan")
    marks = clauses.loc[clauses.index.repeat(n.sum(axis=1)), ["report_id", "clause"]]
    kinds = np.tile(["symbolic", "operational"], len(n)).repeat(n.ravel())
    marks = marks.assign(category=kinds, term=kinds, in_title=False)
    table, true = symbolic_ratio(marks, clauses, reports, by="panel"), math.log(6 / 8)
    assert (table["places"] == places).all()
    assert 0.93 <= ((table["low"] <= true) & (true <= table["high"])).mean() <= 0.97


def test_what_cannot_be_weighed_is_refused_with_the_next_step(bureaus):
    marks, clauses, reports = places_with([1, 2], [2, 1])
    with pytest.raises(ValueError, match="not of symbolic and operational. Find the markers"):
        symbolic_ratio(bureaus.hits, bureaus.clauses, bureaus.reports)
    with pytest.raises(ValueError, match="marks first"):
        symbolic_ratio(clauses, clauses, reports)
    with pytest.raises(ValueError, match="no column 'roll'. Near it: role"):
        symbolic_ratio(marks, clauses, reports, by="roll")
    with pytest.raises(ValueError, match="have no place"):
        symbolic_ratio(marks, clauses, reports.assign(place=""), by="role")


def test_the_bureau_reports_in_numbers():
    corpus = build(texts("bureau-reports"))
    marks = find_hits(corpus.clauses, MARKERS)
    table = symbolic_ratio(marks, corpus.clauses, corpus.reports, by="role").set_index("role")
    assert table.loc["achievement", ["n_symbolic", "n_operational"]].tolist() == [7, 133]
    assert table.loc["study", "low"] > 0 > table.loc["achievement", "high"]
    assert table["interval"].to_dict() == {
        "intro": "places", "study": "places", "leadership": "words", "achievement": "places",
        "problem": "words", "rectification": "words", "plan": "places",
    }  # fmt: skip


# ------------------------------------------------------------------ the words as a coder


def test_the_words_label_a_clause_by_their_majority():
    marks, clauses, _ = marked(
        {"云溪市": ["扎实，切实，出台。", "出台《坚定办法》。", "扎实出台。", "种树。"]}
    )
    table = machine_labels(marks, clauses[::-1])
    assert list(table) == ["report_id", "clause", "n_symbolic", "n_operational", "label"]
    assert table["label"].tolist() == ["neither", "both", "operational", "symbolic"]
    assert table[["n_symbolic", "n_operational"]].values.tolist() == [
        [0, 0],
        [1, 1],
        [0, 1],
        [2, 1],
    ]
    with pytest.raises(ValueError, match="no report '星渡市'"):
        machine_labels(marks, pd.DataFrame({"report_id": ["星渡市"], "clause": [0]}))


# ------------------------------------------------------------------ the sheet


def sheet_corpus():
    """Sixty invented clauses: 40 of the plan, 18 of achievement, 2 of problems."""
    invented = [f"扎实种下第{i}棵树。" for i in range(30)]
    _, clauses, reports = marked({"云溪市": invented, "=星渡市": ["=1+1棵树。", *invented[1:]]})
    roles = ["plan"] * 40 + ["achievement"] * 18 + ["problem"] * 2
    clauses["role"] = pd.Categorical(roles, clauses["role"].cat.categories)
    return clauses, reports


def drawn(path):
    return pd.read_csv(path, dtype=str, encoding="utf-8-sig", keep_default_na=False)


def test_strata_are_equal_while_they_last(tmp_path):
    clauses, reports = sheet_corpus()
    table = coding_sheet(clauses, reports, tmp_path / "sheet.csv", n=21)
    assert table.astype({"role": str}).values.tolist() == [
        ["achievement", 18, 10], ["problem", 2, 2], ["plan", 40, 9]
    ]  # fmt: skip
    sheet = drawn(tmp_path / "sheet.csv")
    assert list(sheet) == ["report_id", "clause", "role", "text", "coder_1", "coder_2"]
    assert (sheet[["coder_1", "coder_2"]] == "").all(axis=None) and len(sheet) == 21
    assert Counter(sheet["role"][:6]) == {"plan": 2, "achievement": 2, "problem": 2}
    assert not sheet.duplicated(["report_id", "clause"]).any()
    assert [path.name for path in tmp_path.iterdir()] == ["sheet.csv"]


def test_the_sheet_is_the_same_whatever_the_order_and_joins_back(tmp_path):
    clauses, reports = sheet_corpus()
    shuffled = [t.sample(frac=1, random_state=2) for t in (clauses, reports)]
    options = {"n": 50, "by": ["place", "role"]}
    coding_sheet(clauses, reports, tmp_path / "a.csv", **options)
    coding_sheet(*shuffled, tmp_path / "b.csv", **options)
    coding_sheet(clauses, reports, tmp_path / "c.csv", seed=2, **options)
    a, b, c = ((tmp_path / name).read_bytes() for name in ("a.csv", "b.csv", "c.csv"))
    assert a == b != c
    sheet = drawn(tmp_path / "a.csv")
    formulas = sheet[sheet["report_id"] != "云溪市"]
    assert set(formulas["report_id"]) == {"'=星渡市"}  # for spreadsheets, no formula
    assert set(formulas["text"].str[:2]) <= {"'=", "扎实"}
    filled = sheet.assign(coder_1="symbolic", coder_2="symbolic")
    filled.to_csv(tmp_path / "filled.csv", index=False)
    marks = find_hits(clauses, MARKERS)
    read = agreement(tmp_path / "filled.csv", marks).set_index("reader")
    without = sheet["text"].str.startswith("'=").sum()  # one clause of all has no marker
    assert read.loc["machine", "share"].tolist() == [1 - without / 50] * 2


def test_a_sheet_that_cannot_be_is_refused(tmp_path):
    clauses, reports = sheet_corpus()
    path = tmp_path / "sheet.csv"
    with pytest.raises(ValueError, match="no text.*Build the tables from the files"):
        coding_sheet(clauses.drop(columns="text"), reports, path)
    with pytest.raises(ValueError, match="2 clauses cannot come from 3 strata"):
        coding_sheet(clauses, reports, path, n=2)
    with pytest.raises(ValueError, match="no column 'rloe'"):
        coding_sheet(clauses, reports, path, by="rloe")
    path.write_text("filled in")
    with pytest.raises(FileExistsError, match="perhaps filled in"):
        coding_sheet(clauses, reports, path)
    assert path.read_text() == "filled in"


# ------------------------------------------------------------------ agreement


def units(*coders):
    return [list(unit) for unit in zip(*coders, strict=True)]


def test_alpha_is_the_published_one():
    # Krippendorff 2011, "Computing Krippendorff's Alpha-Reliability": A, two observers, binary;
    # B, two observers, nominal; C, four observers, nominal, some labels missing
    assert nominal_alpha(units("0100000010", "1110010000")) == pytest.approx(0.095, abs=5e-4)
    assert nominal_alpha(units("aabbdcccedda", "babbbccceddd")) == pytest.approx(0.692, abs=5e-4)
    four = units("123321412...", "1233224125.3", ".3332342251.", "12332441251.")
    four = [[label.replace(".", "") for label in unit] for unit in four]
    assert nominal_alpha(four) == pytest.approx(0.743, abs=5e-4)


pairs = st.lists(st.tuples(st.sampled_from("xyz"), st.sampled_from("xyz")), min_size=1, max_size=12)


@given(pairs)
def test_alpha_is_observed_over_expected_pairs_that_differ(labels):
    given_labels = [label for unit in labels for label in unit]
    n = len(given_labels)
    differ = sum(a != b for a, b in labels) / len(labels)
    chance = sum(a != b for a in given_labels for b in given_labels) / (n * (n - 1))
    if chance:
        assert nominal_alpha(labels) == pytest.approx(1 - differ / chance)
        assert nominal_alpha([unit[::-1] for unit in labels]) == nominal_alpha(labels)
    else:
        assert math.isnan(nominal_alpha(labels))


def filled(first, second):
    """A sheet of invented clauses whose labels are given by their first letters, '.' for none."""
    name = {label[0]: label for label in LABELS} | {".": ""}
    sheet = pd.DataFrame({"report_id": "虚构", "clause": range(len(first))})
    return sheet.assign(coder_1=[name[c] for c in first], coder_2=[name[c] for c in second])


def test_agreement_by_hand():
    # seven labelled by both, one of them differently: 14 labels, 5 s, 5 o, 4 n
    row = agreement(filled("ssoonns.", "ssoonno.")).iloc[0]
    assert row[["reader", "other", "clauses"]].tolist() == ["coder_1", "coder_2", 7]
    assert row["share"] == 6 / 7
    chance = (14**2 - 5**2 - 5**2 - 4**2) / (14 * 13)
    assert row["alpha"] == pytest.approx(1 - (1 / 7) / chance)
    assert -1 < row["low"] < row["alpha"] <= row["high"] <= 1


def test_agreement_is_the_same_whoever_is_first_and_every_time():
    one, other = "sonsonbsonnn" * 5, "sonnosbsonsn" * 5
    a, b = agreement(filled(one, other)), agreement(filled(other, one))
    pd.testing.assert_frame_equal(a, b)
    pd.testing.assert_frame_equal(a, agreement(filled(one, other)))
    wider = agreement(filled(one[:12], other[:12])).iloc[0]
    assert wider["high"] - wider["low"] > 1.5 * (a["high"] - a["low"]).item()


def test_two_who_never_differ_are_not_sure_for_that():
    # 60 clauses, 30 of each label: chance = (120^2 - 2 * 60^2) / (120 * 119)
    row = agreement(filled("so" * 30, "so" * 30)).iloc[0]
    assert row[["share", "alpha", "high"]].tolist() == [1, 1, 1]
    assert row["low"] == pytest.approx(1 - 3 / 60 / (7200 / 14280))
    row = agreement(filled("nnnn", "nnnn")).iloc[0]  # nothing to tell apart
    assert row["share"] == 1 and row[["alpha", "low", "high"]].isna().all()


def test_the_words_are_a_third_reader():
    marks, clauses, _ = marked({"虚构": ["扎实。", "出台。", "种树。", "扎实出台。"]})
    table = agreement(filled("sonn", "sob."), marks)
    assert table[["reader", "other"]].values.tolist() == [
        ["coder_1", "coder_2"], ["machine", "coder_1"], ["machine", "coder_2"]
    ]  # fmt: skip
    assert table["clauses"].tolist() == [3, 4, 3]
    assert table["share"].tolist() == [2 / 3, 3 / 4, 2 / 3]


def test_a_sheet_is_read_as_spreadsheets_save_it(tmp_path):
    sheet = filled("ssoonns.", "ssoonno.").assign(role="plan", text="“种树”")
    sheet.loc[0, "coder_1"] = " Symbolic "
    sheet.to_csv(tmp_path / "gbk.csv", index=False, encoding="gb18030")
    sheet.to_csv(tmp_path / "semicolons.csv", index=False, sep=";", encoding="utf-8-sig")
    book = BytesIO()
    sheet.to_excel(book, index=False)
    (tmp_path / "book.xlsx").write_bytes(book.getvalue())
    for path in tmp_path.iterdir():
        pd.testing.assert_frame_equal(agreement(path), agreement(sheet))


def test_a_sheet_that_cannot_be_read_says_what_to_do(tmp_path):
    sheet = filled("ss.", "so.")
    filled("ss.", "...").to_excel(tmp_path / "one.xlsx", index=False)
    with pytest.raises(ValueError, match="coder_2 is empty: agreement needs two"):
        agreement(tmp_path / "one.xlsx")
    with pytest.raises(ValueError, match="line 3 of the sheet: coder_2 says 'operative'.*are sym"):
        agreement(sheet.assign(coder_2=["symbolic", "operative", ""]))
    with pytest.raises(ValueError, match="no clause is labelled: fill coder_1 and coder_2"):
        agreement(filled("...", "..."))
    with pytest.raises(ValueError, match="coder_2 is empty: agreement needs two"):
        agreement(filled("sso", "..."))
    with pytest.raises(ValueError, match="no clause is labelled by both"):
        agreement(filled("s..", ".so"))
    with pytest.raises(ValueError, match="line 4 of the sheet: clause 1 of 虚构 comes a second"):
        agreement(filled("sss", "sss").assign(clause=[0, 1, 1]))
    with pytest.raises(ValueError, match="needs a filled sheet"):
        agreement(sheet[["report_id", "clause"]])
