import json
import time

import numpy as np
import pandas as pd
import pytest
from conftest import reference
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import minimize
from scipy.stats import false_discovery_control, t

from toolkit import add_shares, count_terms, trends
from toolkit.design import as_arrays, check_design
from toolkit.trends import shape, trend

TERMS = [
    "放管服", "最多跑一次", "一网通办", "营商环境", "高效办成一件事", "新质生产力", "数据要素", "数字政府",
]  # fmt: skip


def counts_of(n, n_han=1000, terms=("种树",), years=None):
    """Give n, one row per invented place and one column per year, as count_terms would."""
    n = np.asarray(n).reshape(len(terms), *np.shape(n)[-2:])
    term, place, year = (axis.ravel() for axis in np.indices(n.shape))
    years = np.arange(2020, 2020 + n.shape[2]) if years is None else np.asarray(years)
    return pd.DataFrame(
        {
            "place": [f"虚构{i}" for i in place],
            "year": years[year],
            "term": pd.Categorical.from_codes(term, list(terms)),
            "n": n.ravel(),
            "n_han": np.broadcast_to(n_han, n.shape).ravel(),
        }
    )


def panels(places, *, slope=0.0, mean=3.0, spread=0.0, panels=300, years=5, seed=1):
    """Draw panels of known slope, each as one term: places differ, counts are Poisson or, with
    spread > 0, negative binomial with that variance of their rates."""
    rng = np.random.default_rng(seed)
    n_han = rng.lognormal(np.log(15000), 0.25, (places, years)).round()
    rate = mean / 15000 * rng.lognormal(0, 0.5, (panels, places, 1))
    expected = rate * n_han * np.exp(slope * (np.arange(years) - years // 2))
    if spread:
        expected = expected * rng.gamma(1 / spread, spread, expected.shape)
    return counts_of(rng.poisson(expected), n_han, [f"词{i}" for i in range(panels)])


def holds(table, low, high, truth):
    """Give the share of intervals that hold the truth."""
    return ((table[low] <= truth) & (truth <= table[high])).mean()


# The guard


def test_reports_of_one_year_each_carry_no_trend(bureaus):
    with pytest.raises(ValueError, match="place and year are the same thing here"):
        check_design(bureaus.reports)
    counts = count_terms(bureaus.hits, bureaus.clauses, bureaus.reports)
    for measure in (trend, shape):
        with pytest.raises(ValueError, match="no trend is identified.*at least 5 places"):
            measure(counts)


def test_the_panel_carries_one(panel):
    design = check_design(panel.reports)
    assert design.iloc[0].to_dict() == {
        "places": 83, "years": 5, "cells": 415, "repeated": 83, "rank": 83 + 5 - 1,
    }  # fmt: skip


def test_the_rank_is_that_of_the_dummies():
    seen = counts_of(np.ones((7, 4)))[lambda c: np.arange(len(c)) % 3 != 1]
    dummies = pd.get_dummies(seen[["place", "year"]].astype(str)).to_numpy(dtype=float)
    assert check_design(seen)["rank"].item() == np.linalg.matrix_rank(dummies)


def test_designs_that_carry_none_are_refused():
    n = np.ones((4, 3))
    with pytest.raises(ValueError, match=r"4 place\(s\) in 3 year\(s\), 4 of them in two or more"):
        trend(counts_of(n))
    with pytest.raises(ValueError, match=r"5 place\(s\) in 1 year"):
        trend(counts_of(np.ones((5, 1))))
    early, late = counts_of(np.ones((5, 2))), counts_of(np.ones((5, 2)), years=[2023, 2024])
    with pytest.raises(ValueError, match="2 blocks that share neither"):
        check_design(pd.concat([early, late.assign(place="另" + late["place"])]))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"n": -1}, r"n of '种树' is -1.0 \(虚构1, 2021\); it is a number, 0 or more"),
        ({"n": np.nan}, "n of '种树' is nan"),
        ({"n_han": 0}, "n_han of '种树' is 0.*; it is a number, 1 or more"),
        ({"place": None}, "1 of 10 row.s. have no place"),
        ({"year": pd.NA}, "1 of 10 row.s. have no year"),
    ],
)
def test_counts_that_cannot_be_are_refused(change, message):
    counts = counts_of([[1, 2]] * 5).astype({"year": "Int64", "n": float, "place": object})
    for column, value in change.items():
        counts.loc[3, column] = value
    with pytest.raises(ValueError, match=message):
        trend(counts)


def test_tables_that_are_no_counts_are_refused(panel):
    with pytest.raises(ValueError, match="this needs counts by place and year"):
        trend(panel.reports)
    counts = count_terms(panel.hits, panel.clauses, panel.reports, by="year", among=TERMS)
    with pytest.raises(ValueError, match=r"the column\(s\) place.*by=\['place', 'year'\]"):
        trend(counts)
    counts = count_terms(panel.hits, panel.clauses, panel.reports, among=TERMS)
    with pytest.raises(ValueError, match="rows are missing"):
        trend(counts[counts["n"] > 0])
    with pytest.raises(ValueError, match="these counts have no rows"):
        trend(counts[:0])


# The ratio


def test_the_ratio_and_its_interval_by_hand():
    # given 6 each, 2/3 fall on the second year; scores 2, -2, 0, 0, 0; information 6 * 2/9 each;
    # a place left out moves the root by 2 / (20/3 - 4/3) = 3/8
    row = trend(counts_of([[0, 6], [4, 2], [2, 4], [2, 4], [2, 4]])).iloc[0]
    reach = np.exp(t.ppf(0.975, 4) * np.sqrt(4 / 5 * 2 * (3 / 8) ** 2))
    assert row[["n", "places", "family", "why"]].tolist() == [30, 5, 1, ""]
    assert row[["ratio", "low", "high"]].tolist() == pytest.approx([2, 2 / reach, 2 * reach])
    assert row["last_to_first"] == pytest.approx(2)


def test_places_that_agree_leave_the_doubt_of_the_counts_themselves():
    row = trend(counts_of([[1, 2]] * 5)).iloc[0]  # information 5 * 3 * 2/9 = 10/3
    assert row["high"] == pytest.approx(2 * np.exp(t.ppf(0.975, 4) * np.sqrt(3 / 10)))


def test_places_are_held_fixed():
    # Every place doubles, but the places with high rates are missing from the last year: pooled
    # rates fall.
    n = counts_of([[1, 2, 4]] * 5 + [[40, 80, 160]] * 5)
    n = n[~(n["place"].isin([f"虚构{i}" for i in range(5, 10)]) & (n["year"] == 2022))]
    pooled = n.groupby("year")["n"].sum() / n.groupby("year")["n_han"].sum()
    assert pooled[2022] < pooled[2020]
    row = trend(n).iloc[0]
    assert (row["ratio"], row["last_to_first"]) == (pytest.approx(2), pytest.approx(4))
    assert shape(n)["peak"].item() == 2022


def test_it_is_the_regression_with_a_dummy_for_each_place():
    counts = panels(7, slope=0.2, spread=0.5, panels=3, years=4)
    counts = counts[~((counts["place"] == "虚构2") & (counts["year"] == 2021))]
    parts = [part for _, part in counts.groupby("term", observed=True)]
    x = np.column_stack([parts[0]["year"] - 2020, pd.get_dummies(parts[0]["place"])]).astype(float)
    n_han = parts[0]["n_han"].to_numpy()

    def loss(b, n):
        return (n_han * np.exp(x @ b)).sum() - n @ (x @ b), x.T @ (n_han * np.exp(x @ b) - n)

    for part in parts:
        start, n = np.r_[0, np.full(7, -8.0)], part["n"].to_numpy()
        b = minimize(loss, start, n, jac=True, options={"gtol": 1e-8}).x
        assert trend(part)["ratio"].item() == pytest.approx(np.exp(b[0]), rel=1e-5)


def test_year_rates_are_those_of_dummies_for_places_and_years():
    counts = panels(6, panels=1, years=3)[1:]  # one report is missing
    _, n, han, _ = as_arrays(counts)
    x = pd.get_dummies(counts[["year", "place"]].astype(str), dtype=float)
    x = x.drop(columns="year_2020").to_numpy()
    b = np.zeros(x.shape[1])
    for _ in range(50):
        expected = counts["n_han"] / 1000 * np.exp(x @ b)
        b = b + np.linalg.solve(x.T @ (x * expected.to_numpy()[:, None]), x.T @ (counts["n"] - expected))  # fmt: skip
    rates = trends._year_rates(n, han)[0]
    np.testing.assert_allclose(rates[1:] / rates[0], np.exp(b[:2]), rtol=1e-4)


whole = st.integers(0, 30)


@given(st.lists(st.tuples(whole, whole, whole), min_size=5, max_size=8))
def test_years_turned_round_turn_the_ratio(rows):
    there, back = trend(counts_of(rows)), trend(counts_of(np.array(rows)[:, ::-1]))
    for a, b in (("ratio", "ratio"), ("low", "high"), ("last_to_first",) * 2, ("last_low", "last_high")):  # fmt: skip
        with np.errstate(divide="ignore"):
            np.testing.assert_allclose(there[a], 1 / back[b], rtol=1e-6)
    assert ((there["low"] <= there["ratio"]) & (there["ratio"] <= there["high"]) | there["ratio"].isna()).all()  # fmt: skip


def test_neither_order_nor_the_length_unit_matters():
    counts = panels(8, spread=0.5, panels=5)
    table = trend(counts)
    pd.testing.assert_frame_equal(table, trend(counts.sample(frac=1, random_state=1)))
    pd.testing.assert_frame_equal(table, trend(counts.assign(n_han=10 * counts["n_han"])))


@pytest.mark.parametrize("spread", [0, 0.5])
@pytest.mark.parametrize("slope", [0, -0.3])
def test_nineteen_of_twenty_intervals_hold_the_truth(slope, spread):
    table = trend(panels(30, slope=slope, spread=spread, panels=1000))
    assert table["why"].eq("").all()
    assert 0.92 <= holds(table, "low", "high", np.exp(slope)) <= 0.98
    assert 0.92 <= holds(table, "last_low", "last_high", np.exp(4 * slope)) <= 0.98


@pytest.mark.parametrize("places", [6, 12])
def test_few_places_do_not_make_it_bold(places):
    table = trend(panels(places, slope=0.2, spread=1, seed=2))
    assert holds(table, "low", "high", np.exp(0.2)) >= 0.92


def test_without_change_few_of_a_family_are_called():
    table = trend(panels(30, spread=0.5))
    assert (table["p"] < 0.05).mean() == pytest.approx(0.05, abs=0.03)
    assert (table["q"] < 0.05).sum() <= 1 and (table["family"] == 300).all()


def test_q_is_that_of_benjamini_and_hochberg():
    cases = json.loads(reference("reference_values.json").read_text(encoding="utf-8"))["cases"]
    (case,) = (c for c in cases if c["id"] == "bh_scipy")
    q, family = trends.adjust([*case["input"][:3], np.nan, *case["input"][3:]])
    assert np.isnan(q[3]) and family == len(case["input"])
    np.testing.assert_allclose(np.delete(q, 3), case["expected"], atol=case.get("abs_tol", 1e-6))


@given(st.lists(st.sampled_from([0, 1e-300, 0.01, 0.02, 0.5, 1, np.nan]) | st.floats(0, 1)))
def test_q_is_that_of_scipy_where_p_is_known(p):
    p = np.array(p, dtype=float)
    q, family = trends.adjust(p)
    known = np.isfinite(p)
    assert family == known.sum() and np.isnan(q[~known]).all()
    if family:
        assert (q[known] == false_discovery_control(p[known])).all()


def test_terms_without_a_ratio_say_why():
    n = np.zeros((5, 6, 3), dtype=int)
    n[1, :4] = 2  # four places
    n[2, :, 1] = 3  # one year
    n[3, :, 2] = 3  # the last year
    n[4, :, :] = 1
    table = trend(counts_of(n, terms=["种树", "种花", "种草", "种菜", "种豆"]))
    assert table["why"].tolist() == [
        "never used",
        "used by 4 place(s) with two or more years; it takes 5",
        "used in 2021 only",
        "used in 2022 only",
        "",
    ]
    assert table["ratio"].isna().tolist() == [True] * 4 + [False]
    assert table["family"].tolist() == [1] * 5 and table["q"].isna().sum() == 4
    assert trend(counts_of(n[:1]))["q"].isna().all()


def test_a_group_is_fitted_as_if_it_were_alone_in_one_family_with_the_others():
    counts = panels(21, spread=0.5, panels=4)
    place = counts["place"].str.removeprefix("虚构").astype(int)
    counts.insert(1, "size", np.select([place < 8, place < 20], ["small", "large"], "single"))
    table = trend(counts, by="size")
    assert list(table)[:3] == ["size", "term", "n"] and len(table) == 12
    for size in ("small", "large"):
        alone = trend(counts[counts["size"] == size]).drop(columns=["q", "family"])
        part = table[table["size"] == size].reset_index(drop=True)
        pd.testing.assert_frame_equal(part[alone.columns], alone)
    np.testing.assert_allclose(table["q"], trends.adjust(table["p"])[0])
    assert (table["family"] == 8).all()
    single = table[table["size"] == "single"]
    assert (single["why"] == "1 place(s) with two or more years; it takes 5").all()
    assert single[["ratio", "p", "q", "last_to_first"]].isna().all(axis=None)
    assert single["n"].sum() == counts.loc[counts["size"] == "single", "n"].sum()


def test_groups_may_be_of_several_columns_and_none_may_carry_a_trend():
    counts = panels(12, panels=1)
    counts.insert(0, "side", np.where(counts["place"] < "虚构5", "甲", "乙"))
    counts.insert(0, "half", np.where(counts["year"] < 2022, "early", "late"))
    table = trend(counts, by=["side", "half"])
    assert table[["side", "half"]].drop_duplicates().shape[0] == 4 and table["family"].iloc[0] == 4
    with pytest.raises(ValueError, match="no place carries a trend; '虚构0': 1 place"):
        trend(counts, by="place")
    with pytest.raises(ValueError, match="no year/side carries a trend; '2020/乙': place and year"):
        trend(counts, by=["year", "side"])


def test_a_year_that_never_uses_the_term_leaves_one_end():
    up = trend(counts_of([[0, 1, 4]] * 6)).iloc[0]
    assert up["why"] == "not used in 2020" and np.isfinite(up["ratio"])
    odds = 0.025 ** (1 / 6) / (1 - 0.025 ** (1 / 6))  # six places of six (Clopper & Pearson)
    assert up[["last_to_first", "last_low", "last_high"]].tolist() == [np.inf, pytest.approx(odds), np.inf]  # fmt: skip
    assert odds > 1 > 0.025 ** (1 / 5) / (1 - 0.025 ** (1 / 5))  # five places are too few


def test_years_far_apart_are_no_harder():
    n = [[1, 2, 8], [0, 3, 8], [2, 1, 8], [1, 2, 9], [0, 2, 90]]
    near, far = trend(counts_of(n)), trend(counts_of(n, years=[1900, 1950, 2000]))
    np.testing.assert_allclose(far["ratio"] ** 50, near["ratio"])
    np.testing.assert_allclose(far["p"], near["p"])


# The shape


def test_shapes_by_eye():
    rows = {
        "种树": [9, 9, 18, 27, 36], "种花": [36, 27, 18, 9, 9], "种草": [5, 20, 40, 20, 5],
        "种菜": [10, 11, 10, 9, 10], "种豆": [0, 0, 0, 0, 5], "种瓜": [0, 0, 5, 0, 0], "种稻": [0] * 5,
    }  # fmt: skip
    n = np.array([[row] * 12 for row in rows.values()])
    table = shape(counts_of(n, terms=rows)).set_index("term")
    assert table["label"].to_dict() == {
        "种树": "rising", "种花": "falling", "种草": "rise and fall", "种菜": "undecided",
        "种豆": "rising", "种瓜": "rise and fall", "种稻": "",
    }  # fmt: skip
    assert table["peak"].tolist() == [2024, 2020, 2022, 2021, 2024, 2022, pd.NA]
    assert table.loc["种草", ["peak_to_first", "last_to_peak"]].tolist() == [
        pytest.approx(8), pytest.approx(1 / 8),
    ]  # fmt: skip
    assert table["family"].unique().tolist() == [6] and np.isnan(table.loc["种稻", "p"])
    assert table["why"].to_dict() == {
        "种树": "the last year is the peak", "种花": "the first year is the peak", "种草": "",
        "种菜": "", "种豆": "the last year is the peak; not used in 2020", "种稻": "never used",
        "种瓜": "not used in 2020; fewer than 5 places to compare",
    }  # fmt: skip
    assert table.loc["种豆", ["last_to_first", "last_high"]].tolist() == [np.inf] * 2


@given(st.lists(st.tuples(whole, whole, whole), min_size=5, max_size=8))
def test_no_place_is_above_the_peak(rows):
    row = shape(counts_of(rows)).iloc[0]
    ratios = row[["peak_to_first", "last_to_peak"]].dropna()
    assert (ratios.get("peak_to_first", 1) > 1 - 1e-6) and (
        ratios.get("last_to_peak", 1) < 1 + 1e-6
    )
    assert row["label"] in ("", "undecided", "rising", "falling", "rise and fall")
    turned = shape(counts_of(np.array(rows)[:, ::-1])).iloc[0]
    other = {"rising": "falling", "falling": "rising"}
    assert turned["label"] == other.get(row["label"], row["label"])


def test_two_years_have_a_shape_too():
    assert shape(counts_of([[2, 20]] * 8))["label"].item() == "rising"


def test_without_change_few_have_a_shape():
    assert (shape(panels(30, spread=0.5))["label"] == "undecided").sum() >= 298


def test_known_rises_are_found_and_named():
    table = shape(panels(30, slope=0.4, spread=0.2, panels=50))
    assert (table["label"] == "rising").mean() > 0.95


# The panel


@pytest.fixture(scope="module")
def counts(panel):
    return count_terms(panel.hits, panel.clauses, panel.reports)


def test_the_panel_shows_what_is_known_of_it(panel):
    surface = panel.hits["surface"].astype(str)
    hits = panel.hits[surface.str.contains("放管服|新质生产力")]  # the words, not their paraphrase
    counts = count_terms(hits, panel.clauses, panel.reports, by="year", among=TERMS)
    share = add_shares(counts).pivot(index="term", columns="year", values="share").round(2)
    assert share.loc["放管服"].tolist() == [0.84, 0.91, 0.86, 0.70, 0.10]
    assert share.loc["新质生产力"].tolist() == [0, 0, 0, 0, 0.92]


def test_terms_of_the_panel_rise_and_fall_as_is_known(counts):
    moved = trend(counts).set_index("term")
    assert moved.loc["放管服", "high"] < 1 and moved.loc["放管服", "last_high"] < 0.2
    assert moved.loc["高效办成一件事", "low"] > 1
    assert moved.loc["新质生产力", "why"] == "used in 2024 only"
    label = shape(counts).set_index("term")["label"]
    assert label[TERMS].tolist() == [
        "falling", "falling", "undecided", "undecided", "rising", "rising", "rising", "undecided",
    ]  # fmt: skip
    assert label["核酸检测"] == "rise and fall"


def test_hundreds_of_terms_take_no_time(counts):
    begun = time.perf_counter()
    trend(counts), shape(counts)
    assert time.perf_counter() - begun < 3


def test_terms_taken_in_parts_are_as_those_taken_together(counts, monkeypatch):
    few = counts[counts["term"].isin(TERMS)]
    whole = trend(few), shape(few)
    monkeypatch.setattr(trends, "_PART", 1)  # each term by itself
    for table, parts in zip(whole, (trend(few), shape(few)), strict=True):
        pd.testing.assert_frame_equal(table, parts, rtol=1e-8)
