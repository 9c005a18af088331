import math

import numpy as np
import pandas as pd
import pytest

from toolkit import add_blocks, add_shares, count_terms, pool_rates, profile


def counts_of(n, n_han, places=None, year=2020):
    places = places or [f"虚构{i}" for i in range(len(n))]
    return pd.DataFrame({"place": places, "year": year, "term": "种树", "n": n, "n_han": n_han})


def test_the_rate_is_the_ratio_of_sums_not_the_mean_of_rates():
    table = pool_rates(counts_of([1, 0, 0, 0, 8], [100, 100, 100, 100, 400]))
    assert table[["n", "n_han", "clusters"]].values.tolist() == [[9, 800, 5]]
    assert table["rate"].item() == 1000 * 9 / 800


def test_the_interval_by_hand():
    # 12 in 5000: expected 2.4 each; residuals 0.6, -2.4, 2.6, -0.4, -0.4 sum to 0, their squares to 13.2
    table = pool_rates(counts_of([3, 0, 5, 2, 2], [1000] * 5))
    reach = math.exp(2.776445 * math.sqrt(5 / 4 * 13.2 / 12**2))  # t with 4 degrees of freedom
    assert table["low"].item() == pytest.approx(2.4 / reach, rel=1e-6)
    assert table["high"].item() == pytest.approx(2.4 * reach, rel=1e-6)


def test_places_that_differ_widen_the_interval_words_alone_would_not():
    even, uneven = (
        pool_rates(counts_of([4] * 10, [1000] * 10)),
        pool_rates(counts_of([0] * 9 + [40], [1000] * 10)),
    )
    assert even["rate"].item() == uneven["rate"].item() == 4
    alone = math.exp(2.262157 * math.sqrt(1 / 40))  # never surer than 40 mentions drawn one by one
    assert even["high"].item() == pytest.approx(4 * alone, rel=1e-6)
    assert uneven["high"].item() > 5 * even["high"].item()


@pytest.mark.parametrize("places", [8, 30, 80])
def test_nineteen_of_twenty_intervals_hold_the_truth(places):
    rng, panels, true = np.random.default_rng(places), 1000, 1.3
    n_han = rng.lognormal(np.log(15000), 0.2, (panels, places)).round()
    n = rng.poisson(true / 1000 * n_han * rng.lognormal(-0.045, 0.3, n_han.shape))
    table = counts_of(n.ravel(), n_han.ravel(), [f"虚构{i}" for i in range(places)] * panels)
    table["term"] = np.repeat(np.arange(panels), places)
    pooled = pool_rates(table)
    assert 0.93 <= ((pooled["low"] <= true) & (true <= pooled["high"])).mean() <= 0.97


def test_sums_do_not_run_over():
    counts = counts_of([1] * 5, np.full(5, 2**30, dtype=np.int32))
    assert (
        pool_rates(counts)["n_han"].item()
        == profile(counts, by="year")["n_han"].item()
        == 5 * 2**30
    )


def test_none_at_all_is_bounded_above():
    table = pool_rates(counts_of([0] * 5, [1000] * 5))
    assert (table["low"].item(), table["high"].item()) == (0, 3000 / 5000)


def test_the_order_of_rows_does_not_matter(panel):
    counts = count_terms(panel.hits, panel.clauses, panel.reports, among=["放管服", "营商环境"])
    pd.testing.assert_frame_equal(
        pool_rates(counts), pool_rates(counts.sample(frac=1, random_state=1))
    )


def test_too_few_places_are_refused_with_what_is_missing(bureaus):
    counts = count_terms(bureaus.hits, bureaus.clauses, bureaus.reports, by=["place", "year"])
    with pytest.raises(ValueError, match=r"'2020' has 1 place\(s\).*at least 5"):
        pool_rates(counts)
    pool_rates(counts.assign(all="five"), by="all")  # five places pooled over the years are enough


def test_zeros_left_out_are_noticed(panel):
    counts = count_terms(panel.hits, panel.clauses, panel.reports, among=["放管服", "营商环境"])
    with pytest.raises(ValueError, match="rows are missing"):
        pool_rates(counts[counts["n"] > 0])
    with pytest.raises(ValueError, match="no column 'yaer'"):
        pool_rates(counts, by="yaer")
    with pytest.raises(ValueError, match="needs counts"):
        pool_rates(panel.reports)


def test_shares_have_the_exact_interval():  # textbook values of Clopper and Pearson
    table = add_shares(pd.DataFrame({"with_term": [0, 5, 10], "reports": [10, 10, 10]}))
    assert table["share"].tolist() == [0, 0.5, 1]
    assert table["low"].tolist() == pytest.approx([0, 0.187086, 0.691503], abs=1e-6)
    assert table["high"].tolist() == pytest.approx([0.308497, 0.812914, 1], abs=1e-6)
    assert table["high"][0] == pytest.approx(1 - math.pow(0.025, 1 / 10))


def test_blocks_are_ten_clauses_of_one_role_and_start_anew_in_each_report():
    roles = ["achievement"] * 12 + ["plan"] * 3
    clauses = pd.DataFrame(
        {"report_id": ["甲"] * 15 + ["乙"] * 15, "clause": [*range(15)] * 2, "role": roles * 2}
    )
    blocks = add_blocks(clauses)
    assert blocks["block"].tolist() == ([0] * 10 + [1] * 2 + [2] * 3) * 2
    mixed = add_blocks(clauses.sample(frac=1, random_state=1))
    pd.testing.assert_frame_equal(mixed.sort_index(), blocks)


def test_the_interval_of_one_report_rests_on_its_blocks(panel):
    one = panel.clauses[panel.clauses["report_id"] == panel.reports["report_id"][40]]
    counts = count_terms(
        panel.hits, add_blocks(one), panel.reports, by=["report_id", "block"], among=["营商环境"]
    )
    pooled = pool_rates(counts, by="report_id", cluster="block").iloc[0]
    assert pooled["n"] == counts["n"].sum() > 1 and pooled["n_han"] == one["n_han"].sum()
    weights = np.random.default_rng(1).multinomial(
        len(counts), [1 / len(counts)] * len(counts), 20000
    )
    drawn = (weights @ counts["n"]) / (weights @ counts["n_han"])
    spread = np.log(pooled["high"] / pooled["rate"]) / 2  # about two standard errors
    assert spread == pytest.approx(np.std(drawn) / np.mean(drawn), rel=0.15)


def test_blocks_can_be_counted_only_where_they_were_cut(panel):
    with pytest.raises(ValueError, match="there is no column 'block'"):
        count_terms(panel.hits, panel.clauses, panel.reports, by=["report_id", "block"])
