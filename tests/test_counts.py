import subprocess
import sys

import numpy as np
import pandas as pd
import pytest
from bench import panel
from conftest import ROOT, SHARED, reference, tiny

import toolkit
from toolkit import (
    add_region,
    concordance,
    count_terms,
    coverage,
    frequent_tokens,
    role_shares,
)
from toolkit.counts import number_groups

# Six invented sentences, two places, two years; Han characters: 6, 4, 5, 3, 4, 4.
SENTENCES = {
    "甲2020": ["我们种树种树。", "又种花。松"],
    "甲2021": ["《种树》很好。", "种花。"],
    "乙2020": ["没有字。", "全无。空"],
}
TERMS = {"种树": "种树", "种花": "种花", "种草": "种草"}


@pytest.fixture
def tables():
    clauses, hits, reports = tiny(SENTENCES, TERMS)
    reports["place"] = ["甲", "甲", "乙"]
    reports["year"] = [2020, 2021, 2020]
    return hits, clauses, reports


def rows(table, *columns):
    return [tuple(row) for row in table[list(columns)].astype(object).itertuples(index=False)]


def test_counts_by_place_and_year(tables):
    counts = count_terms(*tables)
    assert rows(counts, "place", "year", "term", "n", "n_title", "with_term", "reports", "n_han") == [
        ("乙", 2020, "种树", 0, 0, 0, 1, 6), ("乙", 2020, "种花", 0, 0, 0, 1, 6), ("乙", 2020, "种草", 0, 0, 0, 1, 6),
        ("甲", 2020, "种树", 2, 0, 1, 1, 10), ("甲", 2020, "种花", 1, 0, 1, 1, 10), ("甲", 2020, "种草", 0, 0, 0, 1, 10),
        ("甲", 2021, "种树", 0, 1, 0, 1, 6), ("甲", 2021, "种花", 1, 0, 1, 1, 6), ("甲", 2021, "种草", 0, 0, 0, 1, 6),
    ]  # fmt: skip
    assert counts.loc[counts["n"] == 2, "rate"].item() == 1000 * 2 / 10


def test_a_missing_report_is_absent_and_a_term_not_used_is_zero(tables):
    counts = count_terms(*tables)
    assert counts[(counts["place"] == "乙") & (counts["year"] == 2021)].empty
    assert (counts[counts["place"] == "乙"]["n"] == 0).all()


def test_fewer_reports_or_clauses_count_fewer_texts(tables):
    hits, clauses, reports = tables
    only = count_terms(hits, clauses, reports[reports["year"] == 2021], by="place", among=["种花"])
    assert rows(only, "place", "term", "n", "n_han") == [("甲", "种花", 1, 6)]
    first = count_terms(
        hits, clauses[clauses["clause"] == 0], reports, by="year", among=["种花", "种树"]
    )
    assert rows(first, "year", "term", "n", "n_han") == [
        (2020, "种花", 0, 9), (2020, "种树", 2, 9), (2021, "种花", 0, 4), (2021, "种树", 0, 4),
    ]  # fmt: skip


def test_categories_surfaces_and_roles_can_be_counted(tables):
    hits, clauses, reports = tables
    assert rows(count_terms(*tables, by="place", of="category"), "place", "category", "n") == [
        ("乙", "c", 0),
        ("甲", "c", 4),
    ]
    assert count_terms(*tables, by="role", of="surface", among=["种树"])["n"].tolist() == [2]


def test_nothing_is_modified(tables):
    before = [table.copy(deep=True) for table in tables]
    count_terms(*tables)
    for table, copy in zip(tables, before, strict=True):
        pd.testing.assert_frame_equal(table, copy)


def test_unknown_names_are_answered_with_the_nearest(tables):
    with pytest.raises(ValueError, match="no term '种书'. Near it: .*种树"):
        count_terms(*tables, among=["种书"])
    with pytest.raises(ValueError, match="no column 'plaice'. Near it: place"):
        count_terms(*tables, by="plaice")
    with pytest.raises(ValueError, match="no name in hits 'word'"):
        count_terms(*tables, of="word")


def test_a_report_without_a_year_is_named_not_lost(tables):
    hits, clauses, reports = tables
    reports["year"] = reports["year"].astype("Int64").mask(reports["report_id"] == "乙2020")
    with pytest.raises(ValueError, match=r"1 of \d+ row\(s\) have no year \(乙2020\).*manifest"):
        count_terms(hits, clauses, reports)
    assert len(count_terms(hits, clauses, reports[reports["year"].notna()], by="year")) == 6


def test_regions_are_those_of_the_bureau(panel):
    table = add_region(panel.reports)
    provinces = table.drop_duplicates("province").groupby("region")["province"].nunique()
    assert provinces.to_dict() == {"": 1, "central": 6, "east": 10, "northeast": 3, "west": 12}
    region = table.drop_duplicates("place").set_index("place")["region"]
    assert region[["国务院", "大连市", "深圳市", "武汉市", "呼和浩特市", "重庆市"]].tolist() == [
        "", "northeast", "east", "central", "west", "west",
    ]  # fmt: skip
    assert "region" not in panel.reports
    provincial = panel.reports[panel.reports["level"] == "provincial"].drop(columns="province")
    assert (
        add_region(provincial)["region"].tolist() == table.loc[provincial.index, "region"].tolist()
    )
    with pytest.raises(
        ValueError, match=r"'深圳市' is no province; a region is known of 北京市.*by="
    ):
        add_region(panel.reports[panel.reports["place"] == "深圳市"].drop(columns="province"))
    with pytest.raises(ValueError, match="with the column"):
        add_region(panel.hits)


def test_a_wrong_table_is_answered_with_the_right_one(tables, panel):
    hits, clauses, reports = tables
    with pytest.raises(ValueError, match="needs hits first"):
        count_terms(clauses, hits, reports)
    with pytest.raises(ValueError, match="needs tokens first.*corpus.tokens"):
        frequent_tokens(panel.reports, panel.tokens)
    with pytest.raises(ValueError, match="needs reports.*corpus.reports"):
        coverage(panel.clauses)


def test_one_term_may_be_named_as_it_is(tables):
    assert count_terms(*tables, by="year", among="种树")["term"].unique().tolist() == ["种树"]


def test_counts_sum_to_the_hits(panel):
    counts = count_terms(panel.hits, panel.clauses, panel.reports, by=["place", "year", "role"])
    assert counts["n"].sum() + counts["n_title"].sum() == len(panel.hits)
    assert (counts["with_term"] <= counts["reports"]).all() and (
        counts["with_term"] <= counts["n"]
    ).all()
    groups = counts.drop_duplicates(["place", "year", "role"])
    assert groups["n_han"].sum() == panel.reports["n_han"].sum()


def test_role_shares_sum_to_the_text(panel):
    shares = role_shares(panel.clauses, panel.reports, by="year")
    assert (shares.groupby("year")["n"].sum() == panel.reports.groupby("year")["n_han"].sum()).all()
    assert shares["role"].unique().tolist() == ["intro", "achievement", "problem", "plan"]


def test_coverage_shows_the_balanced_panel(panel):
    table = coverage(panel.reports)
    assert len(table) == 83 * 5 and table["reports"].sum() == 417
    assert table["place"].iloc[0] == "国务院" and table["place"].iloc[5] == "北京市"


def tokens_of(freqs, sizes):
    ids = [f"虚构{i}" for i in range(len(sizes))]
    tokens = pd.DataFrame({"report_id": ids, "role": "plan", "token": "词语", "n": freqs})
    return tokens, pd.DataFrame({"report_id": ids, "role": "plan", "n_han": sizes})


def test_dispersion_agrees_with_the_published_values():
    import json

    cases = {
        c["id"]: c
        for c in json.loads(reference("reference_values.json").read_text("utf-8"))["cases"]
    }
    gries, lyne = cases["gries2008_a"], cases["lyne_allemand"]
    for case, dp in (
        (gries, gries["expected"]["DP"]),
        (lyne, 1 - lyne["expected"]["one_minus_DP"]),
    ):
        tokens, clauses = tokens_of(case["input"]["freqs"], case["input"]["sizes"])
        share = clauses["n_han"] / clauses["n_han"].sum()
        found = frequent_tokens(tokens, clauses, stopwords=[])["dp_norm"].item()
        assert found == pytest.approx(dp / (1 - share.min()), abs=1e-6)


def test_dispersion_runs_from_even_to_one_report():
    assert frequent_tokens(*tokens_of([1, 2, 3], [10, 20, 30]), stopwords=[])[
        "dp_norm"
    ].item() == pytest.approx(0)
    assert frequent_tokens(*tokens_of([0, 0, 3], [20, 20, 20]), stopwords=[])[
        "dp_norm"
    ].item() == pytest.approx(1)


def test_one_report_is_spread_evenly_over_itself():
    assert frequent_tokens(*tokens_of([3], [20]), stopwords=[])["dp_norm"].item() == 0


def test_tokens_of_a_role_are_rated_by_its_text(panel):
    admits = panel.clauses[panel.clauses["role"] == "problem"]
    row = frequent_tokens(panel.tokens, admits).iloc[0]
    used = panel.tokens[
        (panel.tokens["role"] == "problem") & (panel.tokens["token"] == row["token"])
    ]
    assert row["n"] == used["n"].sum()
    assert row["rate"] == pytest.approx(1000 * used["n"].sum() / admits["n_han"].sum())


def test_frequent_tokens_leave_stopwords_out_of_rows_not_of_denominators(panel):
    table = frequent_tokens(panel.tokens, panel.clauses)
    assert table["n"].is_monotonic_decreasing and (table["token"].astype(str).str.len() > 1).all()
    assert "我们" not in set(table["token"])
    first = table.iloc[0]
    assert first["rate"] == pytest.approx(1000 * first["n"] / panel.reports["n_han"].sum())


def test_concordance_shows_each_use_in_its_clause(tables):
    hits, clauses, _ = tables
    table = concordance(clauses, hits, "种树", width=2)
    assert rows(table, "report_id", "left", "surface", "right") == [
        ("甲2020", "我们", "种树", "种树"), ("甲2020", "种树", "种树", "。"), ("甲2021", "《", "种树", "》很"),
    ]  # fmt: skip


def test_concordance_without_text_says_where_to_get_it(panel):
    with pytest.raises(ValueError, match="no text"):
        concordance(panel.clauses, panel.hits, "放管服")


# Facts a correct pipeline must show (shares of the panel's reports that contain the surface).
FACTS = {
    "放管服": (84, 91, 86, 70, 10),
    "高效办成一件事": (1, 1, 5, 4, 60),
    "新质生产力": (0, 0, 0, 0, 92),
    "营商环境": (100, 100, 100, 100, 100),  # all 85 texts of 2021 contain it
}


@pytest.mark.parametrize("surface", FACTS)
def test_facts_of_the_panel(panel, surface):
    years = panel.reports.set_index("report_id")["year"]
    holding = panel.hits.loc[
        panel.hits["surface"].astype(str).str.contains(surface), "report_id"
    ].unique()
    share = 100 * years.loc[holding.astype(str)].value_counts() / years.value_counts()
    assert tuple(share.reindex(range(2020, 2025)).fillna(0).round().astype(int)) == FACTS[surface]


def test_facts_of_the_bureau_reports(bureaus):
    hits = bureaus.hits[(bureaus.hits["surface"] == "习近平法治思想") & ~bureaus.hits["in_title"]]
    found = hits.groupby(hits["report_id"].str[:3], observed=True).size().to_dict()
    assert found == {"001": 4, "002": 2, "003": 7, "004": 1}  # and none in 000
    shares = role_shares(bureaus.clauses, bureaus.reports, by="report_id")
    admits = shares[shares["role"] == "problem"].set_index("report_id")["n"]
    assert [n > 0 for n in admits] == [False, True, False, True, True]  # 000 and 002 admit nothing


@pytest.mark.parametrize(
    ("asked", "modules"),
    [
        ("toolkit", "pandas numpy matplotlib"),  # importing does nothing
        ("toolkit.load('bureau-reports')", "toolkit.bodies toolkit.metadata rjieba"),
        (  # the slow half of scipy
            "[toolkit.keyness, toolkit.count_terms, toolkit.pool_rates, toolkit.plot_trends]",
            "scipy.cluster scipy.optimize scipy.stats",
        ),
    ],
)
def test_nothing_is_imported_that_is_not_used(asked, modules):
    code = (
        f"import sys, toolkit; {asked}; print([m for m in {modules.split()} if m in sys.modules])"
    )
    out = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT
    )
    assert (out.stdout.strip(), out.stderr) == ("[]", "")


def test_for_a_function_that_is_not_there_those_that_are_are_named():
    with pytest.raises(AttributeError, match="it has: .*count_terms"):
        toolkit.count_words  # noqa: B018


def test_the_texts_are_looked_for_beside_the_checkout():
    assert SHARED.name == "shared"


def test_claims_are_counted_like_terms(bureaus):
    """The shape of the five bureau reports: nearly all numbers in achievement, none in problems."""
    table = count_terms(bureaus.claims, bureaus.clauses, bureaus.reports, by="role", of="kind")
    numbers = table[table["kind"] != "superlative"].groupby("role", observed=True)["n"].sum()
    assert numbers["achievement"] > 0.9 * numbers.sum() and numbers["problem"] == 0
    with pytest.raises(ValueError, match="no name in hits 'unity'. Near it: .*unit"):
        count_terms(bureaus.claims, bureaus.clauses, bureaus.reports, by="role", of="unity")


def test_groups_are_numbered_as_groupby_numbers_them():
    rng = np.random.default_rng(0)
    table = pd.DataFrame(rng.integers(0, 4, (200, 3)), columns=["place", "year", "role"])
    table["place"] = table["place"].map(dict(enumerate("丁丙乙甲")))
    table["role"] = pd.Categorical.from_codes(table["role"], ["plan", "intro", "study", "problem"])
    table = table.astype({"year": "Int64"})
    for by in (["place"], ["role", "year"], ["year", "place", "role"]):
        number, groups = number_groups(table, by)
        grouped = table.groupby(by, observed=True)
        assert number.tolist() == grouped.ngroup().tolist()
        pd.testing.assert_frame_equal(groups, table.loc[~table.duplicated(by)].sort_values(by, ignore_index=True))  # fmt: skip


def test_reports_that_are_there_twice_and_clauses_without_role_are_refused(tables):
    hits, clauses, reports = tables
    with pytest.raises(ValueError, match="report '甲2020' is there twice"):
        count_terms(hits, clauses, pd.concat([reports, reports]))
    with pytest.raises(ValueError, match=r"1 of \d+ row\(s\) have no role"):
        roles = clauses["role"].where(clauses.index != 0)
        count_terms(hits, clauses.assign(role=roles), reports, by="role")


def test_the_collection_of_the_bench_is_what_counting_gives():
    counts, texts = panel.counts(8, 3, 5)[0], panel.texts(8, 3, 5)
    counted = count_terms(*texts, by=["level", "place", "year"])
    pd.testing.assert_frame_equal(counted, counts[list(counted)])
    assert counts["n"].sum() == len(texts[0]) > 0
