import csv
from collections import Counter
from pathlib import Path

import pandas as pd
import pytest
from conftest import ROOT, read_text, reference, texts, tiny
from hypothesis import given
from hypothesis import strategies as st

from toolkit import DATA, add_gloss, load_lexicon, naive_counts
from toolkit.lexicon import as_codes, as_text, longest_matches, narrow
from toolkit.reading import list_files

TERMS = {
    "种树": "种树",
    "种树节": "种树节|植树节",
    "一网": "“一网”通办|一网通办",
    "热线": "12345",
    "松": "松",
}


def found(*clauses):
    _, hits, _ = tiny({"虚构": list(clauses)}, TERMS)
    return [(h.clause, h.start, h.term, h.surface, h.in_title) for h in hits.itertuples()]


def test_the_longest_name_wins_and_nothing_is_counted_twice():
    assert found("种树节那天去种树，又是植树节。") == [
        (0, 0, "种树节", "种树节", False),
        (0, 6, "种树", "种树", False),
        (0, 11, "种树节", "植树节", False),
    ]


def test_width_and_quotation_marks_do_not_matter_and_a_pair_is_kept_whole():
    assert found("推进“一网”通办，拨打１２３４５。", "「一网通办」") == [
        (0, 2, "一网", "“一网”通办", False),
        (0, 11, "热线", "１２３４５", False),
        (1, 1, "一网", "一网通办", False),
    ]


def test_a_match_across_the_border_of_a_quotation_is_none():
    assert found("“五个种”树", "大“种树节”", "多“种”树节") == [
        (1, 2, "种树节", "种树节", False),
        (2, 1, "种树节", "“种”树节", False),
    ]


def test_a_number_is_not_found_inside_a_longer_one():
    assert found("编号1234567，电话12345，第912345号，A12345。") == [
        (0, 12, "热线", "12345", False)
    ]


def test_titles_are_told_apart_within_their_clause():
    clauses = ("《种树条例》说种树", "《未完的种树", "种树》完")
    assert [(h[0], h[4]) for h in found(*clauses)] == [(0, True), (0, False), (1, True), (2, False)]


def test_offsets_count_in_the_clause():
    text = "前面，松。"
    (_, start, _, surface, _) = found("第一句。", text)[0]
    assert text[start : start + len(surface)] == "松"


@given(
    st.lists(
        st.sampled_from(
            ["种树", "节", "植树节", "“", "”", "一网", "通办", "松", "x", "12345", "》", "《"]
        ),
        max_size=20,
    )
)
def test_hits_never_overlap_and_always_read_as_their_term(parts):
    text = "".join(parts) + "。"
    clauses, hits, _ = tiny({"虚构": [text]}, TERMS)
    end = 0
    for hit in hits.itertuples():
        assert hit.start >= end
        end = hit.start + len(hit.surface)
        assert text[hit.start : end] == hit.surface
        bare = "".join(c for c in hit.surface if c not in "“”")
        assert bare in [s.replace("“", "").replace("”", "") for s in TERMS[hit.term].split("|")]


@given(st.text(max_size=30))
def test_narrowing_keeps_every_character_in_its_place(text):
    codes = as_codes(text)
    assert as_text(codes) == text
    assert len(narrow(codes)) == len(codes)
    assert as_text(narrow(as_codes("Ａ１！　“中”"))) == "A1! “中”"


def test_the_shipped_lexicon_is_clean():
    lexicon = load_lexicon()
    assert len(lexicon) == 636
    assert lexicon["category"].nunique() == 10
    assert (lexicon[["term", "gloss_en", "category", "category_en", "surfaces"]] != "").all(
        axis=None
    )
    assert set(lexicon["evidence"]) == {"", "S", "K", "E"}
    assert ((lexicon["first_central_year"] == "") == (lexicon["evidence"] == "")).all()
    assert lexicon.groupby("category")["category_en"].nunique().eq(1).all()


@pytest.mark.parametrize(
    ("rows", "says"),
    [
        ("term,category\n松,a\n松,b\n", "松"),
        ("term,category,surfaces\n松,a,松|树\n柏,a,“树”\n", "树"),
        ("term\n松\n", "category"),
    ],
)  # fmt: skip
def test_a_lexicon_that_contradicts_itself_is_refused(tmp_path, rows, says):
    (tmp_path / "own.csv").write_text(rows, encoding="utf-8")
    with pytest.raises(ValueError, match=says):
        load_lexicon(tmp_path / "own.csv")


def test_a_term_without_surfaces_stands_for_itself(tmp_path):
    (tmp_path / "own.csv").write_text("term,category\n松,a\n", encoding="utf-8")
    assert load_lexicon(tmp_path / "own.csv")["surfaces"].tolist() == ["松"]


def test_a_foreign_name_does_not_hide_a_longer_one():  # a published trap: 印度 in 印度尼西亚
    matches = longest_matches("印度尼西亚的首都是雅加达", ["印度", "印度尼西亚"])
    assert [index for index, *_ in matches] == [1]


def test_every_surface_of_both_source_tables_is_in_the_lexicon():
    ours = {
        as_text(narrow(as_codes(s))) for cell in load_lexicon()["surfaces"] for s in cell.split("|")
    }
    bare = {"".join(c for c in s if c not in "“”") for s in ours}
    left_out = set()
    for name in ("lexicon.csv", "systems.csv"):
        with open(reference(name), encoding="utf-8-sig", newline="") as file:
            for row in csv.DictReader(file):
                surfaces = (as_text(narrow(as_codes(s))) for s in row["variants"].split("|"))
                left_out |= {
                    b for s in surfaces if (b := "".join(c for c in s if c not in "“”")) not in bare
                }
    assert left_out == {
        "三化",
        "七五",
        "八五",
        "三项制度",
    }  # not to be told from other uses (data/README.md)


def test_the_423_names_are_counted_exactly_in_each_bureau_report():
    with open(reference("systems.csv"), encoding="utf-8-sig", newline="") as file:
        systems = list(csv.DictReader(file))
    assert len(systems) == 423
    surfaces = {}
    for row in systems:
        for surface in row["variants"].split("|"):
            surfaces.setdefault(surface, row["term"])
    names = list(surfaces)
    folder = texts("bureau-reports")
    for path in map(Path, list_files(folder)):
        text = read_text(folder / path)
        counted = Counter(surfaces[names[index]] for index, *_ in longest_matches(text, names))
        expected = {row["term"]: int(row[f"n_{path.name[:3]}"]) for row in systems}
        assert {term: counted[term] for term in expected} == expected


def _short(term):
    """Give a long name by its beginning and end, as the file of pinned counts does."""
    return term if len(term) < 16 else f"{term[:12]}…{term[-3:]}"


def test_the_shipped_lexicon_counts_as_pinned_in_each_bureau_report(bureaus):
    pinned = pd.read_csv(ROOT / "tests" / "expected" / "bureau_terms.csv", index_col="term")
    hits = bureaus.hits.assign(term=[_short(t) for t in bureaus.hits["term"]])
    counted = (
        hits.groupby([hits["term"].astype(str), hits["report_id"].str[:3]])
        .size()
        .unstack(fill_value=0)
    )
    assert counted.add_prefix("n_").rename_axis(columns=None).equals(pinned.sort_index())


def test_glosses_are_added_for_terms_and_categories():
    assert add_gloss(pd.DataFrame({"term": ["营商环境", "无此词"]}))["gloss_en"].tolist() == [
        "business environment",
        "",
    ]
    assert add_gloss(pd.DataFrame({"category": ["数据治理"]}))["gloss_en"].tolist() == [
        "Data governance"
    ]


def test_stopwords_are_one_word_each_and_once():
    words = (DATA / "stopwords.txt").read_text(encoding="utf-8").split()
    assert len(words) == len(set(words)) > 100


def test_plain_searches_find_short_names_in_long_ones_and_spellings_in_spellings():
    terms = {"种树": "种树", "种树节": "种树节|植树节", "热线": "热线|“热线”电话"}
    clauses = ["种树节那天去种树。", "又是植树节，“热线”电话响了。"]
    _, hits, _ = tiny({"虚构": clauses}, terms)
    lexicon = pd.DataFrame({"term": list(terms), "surfaces": list(terms.values())})
    counts = naive_counts(hits, lexicon).set_index("term")
    # 种树 also stands in 种树节; 热线 stands in its own 热线电话, which quotation marks do not hide
    assert counts.loc["种树"].tolist() == [1, 2, 2]
    assert counts.loc["种树节"].tolist() == [2, 2, 2]
    assert counts.loc["热线"].tolist() == [1, 1, 2]
    first = naive_counts(hits[hits["clause"] == 0], lexicon)
    assert first[["n", "alone", "summed"]].to_numpy().tolist() == [[1, 2, 2], [1, 1, 1], [0, 0, 0]]


def test_plain_counts_are_refused_for_other_tables_and_other_lexicons(bureaus):
    with pytest.raises(ValueError, match=r"column\(s\) term, surface; the table given has a"):
        naive_counts(pd.DataFrame({"a": []}))
    with pytest.raises(ValueError, match="no term of the lexicon.*hits were found with"):
        naive_counts(bureaus.hits, load_lexicon().head(3))


def test_plain_counts_in_the_shipped_tables_are_those_of_the_texts(bureaus):
    """Names spelled alike in both tables, in each report: what differs is named, with its reason."""
    with open(reference("systems.csv"), encoding="utf-8-sig", newline="") as file:
        systems = {row["term"]: row for row in csv.DictReader(file)}
    lexicon = load_lexicon().set_index("term")
    alike = [
        term
        for term in lexicon.index.intersection(list(systems))
        if _plain_surfaces(lexicon["surfaces"][term]) == _plain_surfaces(systems[term]["variants"])
    ]
    assert len(alike) == 351
    unlike = {}
    for report, hits in bureaus.hits.groupby("report_id", observed=True):
        alone = naive_counts(hits).set_index("term")["alone"]
        raw = {term: int(systems[term][f"raw_{report[:3]}"]) for term in alike}
        unlike |= {term: n - alone[term] for term, n in raw.items() if n != alone[term]}
    assert (
        unlike
        == {
            "热线分拨体系": 1,  # reaches over the edge of another hit
            "深圳市宝安区政务服务数据管理局": 1,  # these three: in a title or signature, left out as such
            "市政务服务数据管理局": 1,
            "中山市政务服务数据管理局": 1,
        }
    )
    every = naive_counts(bureaus.hits).set_index("term")[["alone", "n"]]
    assert every.loc[["一次办", "数据要素", "一码通"]].to_numpy().tolist() == [
        [6, 1],
        [6, 2],
        [2, 1],
    ]


def _plain_surfaces(cell):
    return {
        "".join(c for c in as_text(narrow(as_codes(s))) if c not in "“”") for s in cell.split("|")
    }


def test_plain_counts_never_fall_below_longest_matches(panel):
    counts = naive_counts(panel.hits)
    assert counts["n"].sum() == len(panel.hits)
    assert (counts["n"] <= counts["alone"]).all() and (counts["alone"] <= counts["summed"]).all()
