import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import t

from toolkit import contrast, count_terms, profile

TERMS = ["种树", "种花", "种草"]


def counts_of(groups):
    """{place: {year: ([n of each term], n_han)}} as count_terms would give it."""
    rows = [
        (place, year, term, n, n_han)
        for place, years in groups.items()
        for year, (counts, n_han) in years.items()
        for term, n in zip(TERMS, counts, strict=True)
    ]
    table = pd.DataFrame(rows, columns=["place", "year", "term", "n", "n_han"])
    return table.assign(term=pd.Categorical(table["term"], TERMS))


TWO = counts_of({
    "云溪市": {2020: ([4, 1, 0], 1000), 2021: ([8, 1, 0], 2000)},
    "星渡市": {2020: ([2, 2, 0], 2000), 2021: ([1, 4, 0], 1000)},
})  # fmt: skip


def test_the_log_ratio_is_in_doublings():
    table = contrast(TWO, "云溪市", "星渡市").set_index("term")
    assert table.loc["种树", ["n_a", "n_b", "rate_a", "rate_b", "log_ratio"]].tolist() == [
        12,
        3,
        4,
        1,
        2,
    ]
    assert table.loc["种花", "log_ratio"] == pytest.approx(np.log2(2 / 6))
    assert "种草" not in table.index  # neither uses it


def test_the_interval_by_hand():
    groups = {
        "云溪市": {2020: ([1, 0, 0], 1000), 2021: ([5, 0, 0], 1000)},
        "星渡市": {2020: ([2, 0, 0], 1000), 2021: ([8, 0, 0], 1000)},
    }
    row = contrast(counts_of(groups), "云溪市", "星渡市").iloc[0]
    # 云溪市: 6 in 2000; residuals -2 and 2; variance 2/1 * (4 + 4) / 6**2 = 4/9
    # 星渡市: 10 in 2000; residuals -3 and 3; variance 2/1 * (9 + 9) / 10**2 = 9/25
    a, b = 4 / 9, 9 / 25
    welch = (a + b) ** 2 / (a**2 / 1 + b**2 / 1)
    reach = t.ppf(0.975, welch) * np.sqrt(a + b) / np.log(2)
    assert row["log_ratio"] == pytest.approx(np.log2(6 / 10))
    assert (row["high"] - row["log_ratio"], row["log_ratio"] - row["low"]) == (
        pytest.approx(reach),
        pytest.approx(reach),
    )


def test_units_that_agree_leave_the_doubt_of_the_counts_themselves():
    groups = {
        "云溪市": {2020: ([2, 0, 0], 1000), 2021: ([2, 0, 0], 1000)},
        "星渡市": {2020: ([4, 0, 0], 1000), 2021: ([4, 0, 0], 1000)},
    }
    row = contrast(counts_of(groups), "云溪市", "星渡市").iloc[0]
    reach = t.ppf(0.975, 2) * np.sqrt(1 / 4 + 1 / 8) / np.log(2)
    assert row["high"] - row["log_ratio"] == pytest.approx(reach)


def test_the_same_places_on_both_sides_are_compared_with_themselves():
    rows = [
        (year, f"虚构{i}", "种树", n, 1000)
        for year, ns in ((2020, (10, 40, 90)), (2021, (21, 80, 179)))
        for i, n in enumerate(ns)
    ]
    counts = pd.DataFrame(rows, columns=["year", "place", "term", "n", "n_han"]).astype(
        {"term": "category"}
    )
    paired = contrast(counts, 2021, 2020, by="year").iloc[0]
    apart = contrast(
        counts.assign(place=counts["place"] + counts["year"].astype(str)), 2021, 2020, by="year"
    ).iloc[0]
    assert paired["log_ratio"] == apart["log_ratio"] == pytest.approx(1)
    assert paired["high"] - paired["low"] < 0.25 * (apart["high"] - apart["low"])


def test_a_term_one_side_never_uses_has_one_end():
    groups = {
        "云溪市": {2020: ([5, 1, 0], 1000), 2021: ([5, 1, 0], 1000)},
        "星渡市": {2020: ([0, 1, 0], 2000), 2021: ([0, 1, 0], 2000)},
    }
    row = contrast(counts_of(groups), "云溪市", "星渡市").set_index("term").loc["种树"]
    assert row["log_ratio"] == row["high"] == np.inf and row["why"] == "n_b is 0"
    # 10 matches, as many a unit, are 10 draws in 2000 against 3 in 4000, less their own reach
    reach = t.ppf(0.975, 2) * np.sqrt(1 / 10) / np.log(2)
    assert row["low"] == pytest.approx(np.log2((10 / 2000) / (3 / 4000)) - reach)
    back = contrast(counts_of(groups), "星渡市", "云溪市").set_index("term").loc["种树"]
    assert (back["log_ratio"], back["low"]) == (-np.inf, -np.inf)
    assert back["high"] == pytest.approx(-row["low"]) and back["why"] == "n_a is 0"


def one_sided(used):
    """Give counts of terms that one side alone uses: one row per term, one column per place."""
    used = np.asarray(used)
    term, place = (axis.ravel() for axis in np.indices(used.shape))
    table = pd.DataFrame({"place": place, "term": term, "n": used.ravel(), "n_han": 1000})
    sides = [table.assign(place="虚构" + table["place"].astype(str)), table.assign(n=0)]
    counts = pd.concat(sides, keys=["甲", "乙"], names=["side", "row"]).reset_index()
    return counts.drop(columns="row").astype({"place": str})


def test_a_few_loud_places_set_no_side_apart():
    # m of 80 places use a term: all on one side of 40 by chance in about 2 ** (1 - m), 0.06 for five
    rng = np.random.default_rng(1)
    loud = [np.r_[5 + rng.poisson(5, m), np.zeros(40 - m)] for m in (1, 2, 3, 4, 5) * 20]
    assert (contrast(one_sided(loud), "甲", "乙", by="side")["low"] < 0).all()
    clear = [np.ones(40), np.r_[9 + rng.poisson(1, 8), np.zeros(32)]]
    assert (contrast(one_sided(clear), "甲", "乙", by="side")["low"] > 0).all()


def test_of_places_on_both_sides_only_those_that_use_a_term_tell_them_apart():
    # five of five: one way in 2 ** -4 by chance; eight of ten: in 2 ** -7
    few, many = one_sided([[9] * 5]), one_sided([[9] * 8 + [0] * 2])
    for counts, clear in ((few, False), (many, True)):
        counts["place"] = counts["place"].str.removeprefix("虚构")
        assert (contrast(counts, "甲", "乙", by="side")["low"].item() > 0) == clear


def test_a_few_reports_that_agree_may_set_a_place_apart():
    even = contrast(one_sided([[14, 13, 15, 14, 14]]), "甲", "乙", by="side").iloc[0]
    loud = contrast(one_sided([[70, 0, 0, 0, 0]]), "甲", "乙", by="side").iloc[0]
    assert even["n_a"] == loud["n_a"]
    assert even["low"] > 2 and loud["low"] < 0


whole = st.integers(0, 50)


@given(
    st.lists(st.tuples(whole, whole, whole), min_size=2, max_size=5),
    st.lists(st.tuples(whole, whole, whole), min_size=2, max_size=5),
)
def test_swapping_the_sides_turns_the_sign(ours, theirs):
    years = lambda rows: {2000 + i: (list(row), 1000 + 7 * i) for i, row in enumerate(rows)}  # noqa: E731
    counts = counts_of({"云溪市": years(ours), "星渡市": years(theirs)})
    there, back = contrast(counts, "云溪市", "星渡市"), contrast(counts, "星渡市", "云溪市")
    assert not there.isna().any(axis=None)
    np.testing.assert_allclose(there["log_ratio"], -back["log_ratio"])
    np.testing.assert_allclose(there["low"], -back["high"])
    assert (there["low"] <= there["high"]).all()


def test_against_all_others_and_with_places_as_units(panel):
    counts = count_terms(
        panel.hits, panel.clauses, panel.reports, by=["level", "place"], of="category"
    )
    table = contrast(counts, "provincial", by="level")
    assert (table["units_a"].iloc[0], table["units_b"].iloc[0]) == (31, 52)


def test_unknown_or_single_groups_are_refused(panel):
    counts = count_terms(panel.hits, panel.clauses, panel.reports, by="place")
    with pytest.raises(ValueError, match="no place '深圳'. Near it: .*深圳市"):
        contrast(counts, "深圳", "杭州市")
    with pytest.raises(ValueError, match=r"'深圳市' has 1 unit\(s\).*at least 2"):
        contrast(counts, "深圳市", "杭州市")


def test_a_profile_compares_with_all_places_together():
    table = profile(TWO).set_index(["place", "term"])
    assert table.loc[("云溪市", "种树"), "log_ratio"] == pytest.approx(
        np.log2((12 / 3000) / (15 / 6000))
    )
    weighted = TWO.groupby("place")["n"].sum()
    assert table["n"].sum() == weighted.sum()
