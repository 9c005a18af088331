import numpy as np
import pandas as pd
import pytest
from conftest import near, tiny
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import false_discovery_control, t

from toolkit import contrast, count_terms
from toolkit.counts import count_tokens_by
from toolkit.keywords import dispersion, keyness, log_likelihood, log_odds

TERMS = ["种树", "种花", "种草"]
PLACES = ["云溪市", "星渡市", "松月区", "鹭洲区", "虚构县"]  # invented


def counts_of(sides, terms=TERMS, places=PLACES):
    """{side: [([n of each term], n_han) of each place]} as count_terms would give it."""
    rows = [
        (side, place, term, n, n_han)
        for side, units in sides.items()
        for place, (counts, n_han) in zip(places, units, strict=True)
        for term, n in zip(terms, counts, strict=True)
    ]
    table = pd.DataFrame(rows, columns=["year", "place", "term", "n", "n_han"])
    return table.assign(term=pd.Categorical(table["term"], terms))


def spread(n, size):
    """Spread matches and text over five units as evenly as whole numbers go."""
    return [([x // 5 + (i < x % 5) for x in n], size // 5 + (i < size % 5)) for i in range(5)]


def compared(n_a, size_a, n_b, size_b):
    """Run `keyness` over words counted {word: n} on two sides."""
    words = sorted(set(n_a) | set(n_b))
    a, b = ([side.get(word, 0) for word in words] for side in (n_a, n_b))
    counts = counts_of({2024: spread(a, size_a), 2020: spread(b, size_b)}, words)
    return keyness(counts, 2024, 2020, by="year", keep_places=True).set_index("term")


SIDES = {
    2024: [([4, 0, 1], 1000), ([6, 0, 0], 1000), ([5, 1, 0], 1000), ([3, 0, 0], 1000), ([2, 0, 4], 1000)],
    2020: [([1, 0, 3], 1000), ([1, 0, 0], 1000), ([2, 0, 0], 1000), ([0, 0, 0], 1000), ([1, 0, 2], 1000)],
}  # fmt: skip
COUNTS = counts_of(SIDES)


# ------------------------------------------------------------------ by hand


def test_sums_units_and_order():
    table = keyness(COUNTS, 2024, 2020, by="year")
    assert table["term"].tolist() == ["种树", "种花", "种草"]
    row = table.iloc[0]
    assert row[["n_a", "n_b", "with_a", "with_b", "units_a", "units_b"]].tolist() == [
        20,
        5,
        5,
        4,
        5,
        5,
    ]
    assert row[["rate_a", "rate_b", "log_ratio", "family", "masked", "a0"]].tolist() == [4, 1, 2, 3, 0, 1000]  # fmt: skip


def test_the_same_places_are_compared_with_themselves_by_hand():
    row = keyness(COUNTS, 2024, 2020, by="year").iloc[0]
    # residuals 0 2 1 -1 -2 and 0 0 1 -1 0; their differences 0 2 0 0 -2; variance 5/4 * 8 / 5000**2
    # by words: pooled rate 25/10000 over 5000 and 5000, 0.0025 * 2/5000 = 25 / 5000**2, which is more
    z = (20 - 5) / np.sqrt(25)
    assert row["z_clustered"] == pytest.approx(z)
    assert row["p_clustered"] == pytest.approx(2 * t.sf(z, 4))
    uneven = {
        2024: [([n, 0, 0], 1000) for n in (40, 10, 0, 0, 0)],
        2020: [([n, 0, 0], 1000) for n in (0, 0, 0, 20, 0)],
    }
    row = keyness(counts_of(uneven), 2024, 2020, by="year").iloc[0]
    # differences of residuals: (40 0 -10 -10 -10 -10) ... by place 40-10-(0-4) and so on
    apart = np.array([30, 0, -10, -10, -10]) - np.array([-4, -4, -4, 16, -4])
    z = 30 / np.sqrt(5 / 4 * (apart**2).sum())
    assert row["z_clustered"] == pytest.approx(z)


def test_other_places_are_compared_as_independent_by_hand():
    sides = counts_of({
        2024: [([n, 0, 0], 1000) for n in (40, 10, 0, 0, 0)],
        2020: [([n, 0, 0], 1000) for n in (0, 0, 0, 20, 0)],
    })  # fmt: skip
    sides["place"] = sides["place"] + sides["year"].astype(str)
    row = keyness(sides, 2024, 2020, by="year").iloc[0]
    a, b = (
        5 / 4 * sum(x * x for x in left) for left in ((30, 0, -10, -10, -10), (-4, -4, -4, 16, -4))
    )
    assert row["z_clustered"] == pytest.approx(30 / np.sqrt(a + b))
    freedom = (a + b) ** 2 / (a**2 / 4 + b**2 / 4)
    assert row["p_clustered"] == pytest.approx(2 * t.sf(row["z_clustered"], freedom))


def test_one_loud_place_is_key_by_words_and_not_by_places():
    loud = {
        2024: [([n, 0, 0], 10_000) for n in (60, 0, 0, 0, 0)],
        2020: [([n, 0, 0], 10_000) for n in (0, 0, 10, 0, 0)],
    }
    row = keyness(counts_of(loud), 2024, 2020, by="year").iloc[0]
    assert row["q_naive"] < 1e-8 and row["q_clustered"] > 0.2
    assert (row["with_a"], row["with_b"]) == (1, 1)


def test_log_odds_by_hand():
    row = keyness(COUNTS, 2024, 2020, by="year").iloc[0]
    w = 1000 * 25 / 10_000  # a0 is the mean length of a unit
    delta = np.log((20 + w) / (5000 + 1000 - 20 - w)) - np.log((5 + w) / (5000 + 1000 - 5 - w))
    assert row["delta"] == pytest.approx(delta)
    assert row["z_delta"] == pytest.approx(delta / np.sqrt(1 / (20 + w) + 1 / (5 + w)))


def test_the_prior_is_all_of_the_counts():
    more = counts_of({**SIDES, 2022: [([50, 0, 0], 1000)] * 5})
    there, without = (keyness(c, 2024, 2020, by="year").iloc[0] for c in (more, COUNTS))
    assert there["g2"] == without["g2"] and abs(there["delta"]) < abs(without["delta"])


def test_a_term_that_one_side_never_uses():
    row = keyness(COUNTS, 2024, 2020, by="year").set_index("term").loc["种花"]
    assert row["log_ratio"] == row["high"] == np.inf and row["why"] == "n_b is 0"
    reach = t.ppf(0.975, 4) / np.log(2)  # one match of one place is one draw
    assert row["low"] == pytest.approx(-np.log2(3) - reach)
    assert row["z_clustered"] == pytest.approx(1)  # one match: 1 / sqrt(1), floor by words
    assert np.isfinite(row[["g2", "delta", "z_delta", "p_clustered", "dp"]].astype(float)).all()


def test_dispersion_by_hand():
    n = np.array([[3, 4, 0], [1, 0, 2], [0, 0, 1]])
    dp, dp_norm = dispersion(n, [30, 10, 60])
    # 3/4 1/4 0 against .3 .1 .6: (.45 + .15 + .6) / 2; all in the first: (.7 + .1 + .6) / 2
    np.testing.assert_allclose(dp, [0.6, 0.7, (0.3 + 2 / 3 - 0.1 + 0.6 - 1 / 3) / 2])
    np.testing.assert_allclose(dp_norm, dp / 0.9)


def test_several_values_make_a_side():
    more = counts_of({**SIDES, 2023: SIDES[2024]})
    row = keyness(more, [2024, 2023], 2020, by="year").iloc[0]
    assert (row["n_a"], row["units_a"], row["a0"]) == (40, 5, 1500)


def test_reports_are_the_units_of_a_place():
    rows = [
        (place, year, "种树", n, 1000)
        for place, ns in (("云溪市", (4, 6, 5, 3, 2)), ("星渡市", (1, 1, 2, 0, 1)))
        for year, n in enumerate(ns, start=2020)
    ]
    table = pd.DataFrame(rows, columns=["place", "year", "term", "n", "n_han"])
    row = keyness(table, "云溪市", "星渡市", by="place").iloc[0]
    assert (row["units_a"], row["units_b"], row["log_ratio"]) == (5, 5, 2)


def test_rows_of_zeros_may_be_left_out():
    every = keyness(COUNTS, 2024, 2020, by="year")
    some = counts_of(
        {y: [([*n, 1], h) for n, h in units] for y, units in SIDES.items()}, [*TERMS, "的"]
    )
    some = keyness(some[some["n"] > 0], 2024, 2020, by="year")
    some = some[some["term"] != "的"]
    shared = [c for c in every if c not in ("term", "family", "q_naive", "q_clustered")]
    pd.testing.assert_frame_equal(
        every.set_index(every["term"].astype(str))[shared],
        some.set_index(some["term"].astype(str)).loc[TERMS][shared].reindex(every["term"].astype(str)),
    )  # fmt: skip


# ------------------------------------------------------------------ names


def test_names_and_offices_have_no_row_but_stay_in_the_text(invented):
    words = ["云溪市", "云溪", "云溪市人民政府", "中共星渡市委", "沪", "城区", "云溪模式", "政府"]
    sides = {y: [([2 + i] * len(words), 1000) for i in range(5)] for y in (2024, 2020)}
    counts = counts_of(sides, words)
    table = keyness(counts, 2024, 2020, by="year")
    assert set(table["term"]) == {"城区", "云溪模式", "政府"}
    assert (table["masked"] == 5).all() and (table["family"] == 3).all()
    assert (table["rate_a"] == 4).all()
    assert len(keyness(counts, 2024, 2020, by="year", keep_places=True)) == len(words)


def test_places_of_the_counts_are_names_even_where_no_division_is():
    words = ["云溪市", "虚构县", "虚构", "种树"]
    counts = counts_of({y: [([3] * 4, 1000)] * 5 for y in (2024, 2020)}, words)
    assert keyness(counts, 2024, 2020, by="year")["term"].tolist() == ["种树"]


def test_the_state_council_is_a_word_even_where_it_reports():
    words = ["国务院", "国务院办公厅", "种树"]
    counts = counts_of({y: [([3] * 3, 1000)] * 5 for y in (2024, 2020)}, words)
    counts["place"] = counts["place"].replace("虚构县", "国务院")
    assert set(keyness(counts, 2024, 2020, by="year")["term"]) == set(words)


# ------------------------------------------------------------------ properties

unit = st.tuples(st.lists(st.integers(0, 50), min_size=3, max_size=3), st.integers(400, 3000))
side = st.lists(unit, min_size=5, max_size=5)


@given(side, side, st.booleans())
def test_swapping_the_sides_turns_the_sign(ours, theirs, same):
    counts = counts_of({2024: ours, 2020: theirs})
    if not same:
        counts["place"] += counts["year"].astype(str)
    if counts["n"].sum() == 0:
        with pytest.raises(ValueError, match="no term is left"):
            keyness(counts, 2024, 2020, by="year")
        return
    there, back = (
        keyness(counts, *sides, by="year").sort_values("term", ignore_index=True)
        for sides in ((2024, 2020), (2020, 2024))
    )
    assert not there.isna().any(axis=None)
    for name in ("log_ratio", "delta", "z_delta", "z_clustered"):
        np.testing.assert_allclose(there[name], -back[name], atol=1e-12)
    np.testing.assert_allclose(there["low"], -back["high"])
    for name in ("g2", "p_naive", "q_naive", "p_clustered", "q_clustered", "dp", "dp_norm"):
        np.testing.assert_allclose(there[name], back[name], atol=1e-12)
    assert (there["low"] <= there["high"]).all()
    assert there[["n_a", "n_b"]].to_numpy().sum() == counts["n"].sum()
    inside = there[["p_naive", "q_naive", "p_clustered", "q_clustered", "dp", "dp_norm"]].to_numpy()
    assert (inside >= -1e-12).all() and (inside <= 1 + 1e-12).all()
    han_a, han_b = (1000 * there[f"n_{x}"] / there[f"rate_{x}"] for x in "ab")
    used = (there["n_a"] > 0) & (there["n_b"] > 0)
    pooled = (there["n_a"] + there["n_b"]) / (han_a + han_b)
    by_words = (
        (there["rate_a"] - there["rate_b"]) / 1000 / np.sqrt(pooled * (1 / han_a + 1 / han_b))
    )
    surer = there["z_clustered"].abs() > by_words.abs() + 1e-9
    assert not (surer & used).any()  # than if words were drawn one by one


@given(side, side, st.randoms(use_true_random=False))
def test_shuffled_rows_change_nothing(ours, theirs, random):
    counts = counts_of({2024: [*ours[:-1], ([1, 2, 3], 1000)], 2020: theirs})
    order = list(range(len(counts)))
    random.shuffle(order)
    shuffled = keyness(counts.iloc[order], 2024, 2020, by="year")
    pd.testing.assert_frame_equal(keyness(counts, 2024, 2020, by="year"), shuffled)


def test_log_ratio_and_interval_are_those_of_contrast(panel):
    reports = panel.reports[panel.reports["year"].isin([2020, 2024])]
    counts = count_terms(panel.hits, panel.clauses, reports)
    ours = keyness(counts, 2024, 2020, by="year", keep_places=True)
    theirs = contrast(counts, 2024, 2020, by="year")
    ours = ours.assign(term=ours["term"].astype(str)).set_index("term")
    theirs = theirs.assign(term=theirs["term"].astype(str)).set_index("term")
    assert len(ours) == len(theirs) and len(ours) > 300
    shared = ["n_a", "n_b", "rate_a", "rate_b", "log_ratio", "low", "high", "units_a", "units_b"]
    pd.testing.assert_frame_equal(ours.loc[theirs.index, shared], theirs[shared])


def test_q_is_over_the_whole_table():
    table = keyness(COUNTS, 2024, 2020, by="year")
    for kind in ("naive", "clustered"):
        np.testing.assert_allclose(table[f"q_{kind}"], false_discovery_control(table[f"p_{kind}"]))


# ------------------------------------------------------------------ what is refused


@pytest.mark.parametrize(
    ("change", "sides", "says"),
    [
        (lambda c: c, (2024, 2019), "no year '2019'. Near it: .*2020"),
        (lambda c: c, (2024, [2020, 2024]), "'2024' stands on both sides"),
        (lambda c: c[c["place"] != "云溪市"], (2024, 2020), r"'2024' has 4 unit\(s\).*at least 5"),
        (lambda c: c.assign(n=0), (2024, 2020), "no term is left to compare"),
        (lambda c: c.assign(n=c["n"] - 1), (2024, 2020), "n of '种花' is -1"),
        (lambda c: c.assign(n=c["n"].where(c["n"] > 0)), (2024, 2020), "n of '种花' is nan"),
        (lambda c: c.assign(n_han=-1), (2024, 2020), "n_han of '种树' is -1"),
        (lambda c: c.assign(n_han=0), (2024, 2020), "n_han of '种树' is 0 .*1 or more"),
        (lambda c: c.assign(n=np.inf), (2024, 2020), "n of '种树' is inf"),
        (
            lambda c: c.assign(place=c["place"].where(c["place"] != "云溪市")),
            (2024, 2020),
            "no place",
        ),
        (lambda c: c.assign(term=c["term"].where(c["term"] != "种花")), (2024, 2020), "no term"),
        (lambda c: c.assign(n_han=1), (2024, 2020), "more matches than text"),
        (lambda c: c.astype({"n": "Int64"}).assign(n=pd.NA), (2024, 2020), "n of '种树' is <NA>"),
        (lambda c: c.assign(n_han=range(9, 9 + len(c))), (2024, 2020), "differ in n_han"),
        (lambda c: pd.concat([c, c]), (2024, 2020), "the same term twice"),
        (lambda c: c.drop(columns="n_han"), (2024, 2020), "column.*n_han"),
        (lambda c: c[["term", "year", "place", "n", "n_han"]], (2024, 2020), "Order the columns"),
    ],
)
def test_bad_input_is_refused_with_a_reason(change, sides, says):
    with pytest.raises(ValueError, match=says):
        keyness(change(COUNTS.copy()), *sides, by="year")


def test_an_unknown_column_is_refused():
    with pytest.raises(ValueError, match="no column 'yaer'. Near it: year"):
        keyness(COUNTS, 2024, 2020, by="yaer")


def test_counts_of_places_alone_are_refused():
    counts = counts_of({y: [([3], 1000)] * 5 for y in (2024, 2020)}, ["云溪市"])
    with pytest.raises(ValueError, match=r"names of places apart \(1 masked\)"):
        keyness(counts, 2024, 2020, by="year")


def test_text_that_is_nothing_but_the_term_tells_nothing():
    g2, p = log_likelihood(np.array([5, 5]), 5, np.array([5, 0]), 5)
    assert (g2[0], p[0]) == (0, 1)
    assert g2[1] == pytest.approx(2 * 10 * np.log(2))


# ------------------------------------------------------------------ tokens


def test_tokens_are_counted_by_group_as_terms_are():
    clauses, _, reports = tiny(
        {"甲": ["我们种树种树", "我们种花"], "乙": ["种树"]}, {"种树": "种树"}
    )
    reports = reports.assign(place=["云溪市", "星渡市"], year=2020)
    tokens = pd.DataFrame(
        {"report_id": ["甲", "甲", "甲", "乙"], "role": ["plan", "plan", "problem", "plan"],
         "token": ["种树", "种花", "种花", "种树"], "n": [2, 1, 9, 1]}
    ).astype({"token": "category"})  # fmt: skip
    table = count_tokens_by(tokens, clauses, reports)
    assert list(table) == ["place", "year", "token", "n", "reports", "n_han", "rate"]
    rows = table[["place", "token", "n", "n_han", "rate"]].values.tolist()
    # the 9 stand in a role that has no clause here
    assert rows == [
        ["云溪市", "种树", 2, 10, 200],
        ["云溪市", "种花", 1, 10, 100],
        ["星渡市", "种树", 1, 2, 500],
    ]
    by_role = count_tokens_by(tokens, clauses, reports, by=["place", "role"])
    assert by_role["role"].unique().tolist() == ["plan"]
    nameless = tokens.assign(token=tokens["token"].where(tokens.index > 0))
    with pytest.raises(ValueError, match=r"1 of 4 row\(s\) have no token \(甲\)"):
        count_tokens_by(nameless, clauses, reports)


def test_tokens_of_the_panel_sum_to_their_total(panel):
    table = count_tokens_by(panel.tokens, panel.clauses, panel.reports)
    assert table["n"].sum() == panel.tokens["n"].sum()
    lengths = table.drop_duplicates(["place", "year"])
    assert lengths["n_han"].sum() == panel.clauses["n_han"].sum()
    plan = panel.clauses[panel.clauses["role"] == "plan"]
    only = count_tokens_by(panel.tokens, plan, panel.reports, by="year")
    assert only["n"].sum() == panel.tokens.loc[panel.tokens["role"] == "plan", "n"].sum()


def test_what_set_2024_apart_from_2020(panel):
    counts = count_tokens_by(panel.tokens, panel.clauses, panel.reports)
    table = keyness(counts, 2024, 2020, by="year").set_index("token")
    naive, clustered = (table["q_naive"] < 0.05).sum(), (table["q_clustered"] < 0.05).sum()
    assert 0 < clustered < naive
    assert table.loc["新质生产力", ["n_b", "log_ratio"]].tolist() == [0, np.inf]
    assert table.loc["新质生产力", "q_clustered"] < 1e-6
    assert not table.isna().any(axis=None)
    assert "上海" not in table.index and "城区" in table.index


# ------------------------------------------------------------------ published values


def test_published_four_cells(published):
    case = published["g2_4cell_ucs"]
    for word, x in case["input"].items():
        row = compared({word: x["f1"]}, x["N1"], {word: x["f2"]}, x["N2"]).loc[word]
        near(case, np.sign(row["log_ratio"]) * row["g2"], case["expected"][word])


def test_published_two_cells(published):
    case = published["ll_rayson_2cell"]
    for x, expected in zip(case["input"], case["expected"], strict=True):
        g2, _ = log_likelihood(x["a"], x["c"], x["b"], x["d"], cells=2)
        near(case, g2, expected)
        assert log_likelihood(x["a"], x["c"], x["b"], x["d"])[0] > expected  # four cells: more


def test_published_log_ratio(published):
    case = published["conservative_logratio_cqpweb"]
    for word, expected in case["expected"].items():
        x = case["input"][word]
        a, b = {word: x["f"]}, {word: x["f2"] - x["f"]}
        row = compared(a, x["f1"], b, x["N"] - x["f1"]).loc[word]
        near(case, row["log_ratio"], expected["lr"])


def test_published_likelihood_ratio_and_its_p(published):
    case = published["quanteda_keyness_2x2"]
    d1, d2 = case["input"]["d1"], case["input"]["d2"]
    row = compared(d1, sum(d1.values()), d2, sum(d2.values())).loc["b"]
    near(
        case,
        [row["g2"], row["p_naive"]],
        [case["expected"]["lr_none"], case["expected"]["lr_none_p"]],
    )


def test_published_order(published):
    counts = {}
    for name, text in published["pmi_quanteda"]["input"].items():
        counts[name] = {cell[0]: int(cell[1:]) for cell in text.split()[:-1]}
    d1, d2 = counts["d1"], counts["d2"]
    table = compared(d1, sum(d1.values()), d2, sum(d2.values()))
    signed = table["g2"] * np.sign(table["rate_a"] - table["rate_b"])
    order = (
        signed.round(9).rename(index=str).sort_index().sort_values(ascending=False, kind="stable")
    )
    assert order.index.tolist() == published["keyness_order_quanteda"]["expected"]["lr"]


def test_published_log_odds(published):
    case = published["fightin_words"]
    docs = [pd.Series(case["input"][d].split()).value_counts() for d in ("doc1", "doc2")]
    words = sorted(case["expected"])
    n_a, n_b = (doc.reindex(words, fill_value=0).to_numpy() for doc in docs)
    _, z = log_odds(n_a, n_a.sum(), n_b, n_b.sum(), 0.05, 0.05 * len(words))
    near(case, z, [case["expected"][word] for word in words])


def test_published_odds_are_log_odds_without_a_prior(published):
    case = published["odds_ratio"]
    x = case["input"]
    delta, _ = log_odds(x["f1"], x["N1"], x["f2"], x["N2"], 0, 0)
    near(case, np.exp(delta), case["expected"])
    case = published["collocation_lambda"]
    x = case["input"]  # half a match in each cell: a prior of 0.5 in a text of 1
    delta, _ = log_odds(x["n11"], x["n11"] + x["n10"], x["n01"], x["n01"] + x["n00"], 0.5, 1)
    near(case, delta, case["expected"]["lambda"])


def test_published_rates(published):
    for name in ("pct_diff", "diff_coeff"):
        case = published[name]
        x = case["input"]
        a, b = compared({"词": x["f1"]}, x["N1"], {"词": x["f2"]}, x["N2"]).loc[
            "词", ["rate_a", "rate_b"]
        ]
        near(case, 100 * (a - b) / b if name == "pct_diff" else (a - b) / (a + b), case["expected"])


def test_published_dispersion(published):
    case = published["gries2008_a"]
    x, expected = case["input"], case["expected"]
    dp, dp_norm = dispersion(np.array([x["freqs"]]).T, x["sizes"])
    near(case, [dp[0], dp_norm[0]], [expected["DP"], expected["DPnorm"]])
    case = published["lyne_allemand"]
    x, half = case["input"], 5
    dp, _ = dispersion(np.array([x["freqs"]]).T, x["sizes"])
    near(case, 1 - dp[0], case["expected"]["one_minus_DP"])
    sides = (
        zip(x["freqs"][i : i + half], x["sizes"][i : i + half], strict=True) for i in (0, half)
    )
    units = {
        year: [([n], size) for n, size in side]
        for year, side in zip((2024, 2020), sides, strict=True)
    }
    row = keyness(counts_of(units, ["词"]), 2024, 2020, by="year").iloc[0]
    near(case, 1 - row["dp"], case["expected"]["one_minus_DP"])
    near(case, (row["with_a"] + row["with_b"]) / 10, case["expected"]["range_rel"])


def test_published_longest_match(published):
    case = published["dict_lookup_chinese_trap"]
    words = {code: "|".join(names) for code, names in case["input"]["dictionary"].items()}
    _, hits, _ = tiny({"甲": [case["input"]["text"]]}, words)
    assert hits["term"].value_counts().reindex(words, fill_value=0).to_dict() == case["expected"]
