import numpy as np
import pandas as pd
import pytest
from scipy.stats import CensoredData, beta, ecdf
from scipy.stats.contingency import odds_ratio

from toolkit import add_region, count_terms
from toolkit.adoption import adoption_curve, compare_hazards, first_use, hazard
from toolkit.lexicon import COLUMNS

YEARS = [2020, 2021, 2022, 2023, 2024]


def counts_of(places, term="种树"):
    """Give counts of one term: {place: n by year from 2020}, None where there is no report."""
    rows = [
        (place, year, term, n, 1000)
        for place, ns in places.items()
        for year, n in zip(YEARS, ns, strict=False)
        if n is not None
    ]
    counts = pd.DataFrame(rows, columns=["place", "year", "term", "n", "n_han"])
    return counts.astype({"term": "category"})


def lexicon_of(year, evidence, term="种树"):
    row = {**dict.fromkeys(COLUMNS, ""), "term": term, "first_central_year": year}
    return pd.DataFrame([{**row, "evidence": evidence}])


def intervals(after, until):
    """Give first uses as intervals, NaN for an open end."""
    table = pd.DataFrame({"place": [f"虚构{i}" for i in range(len(after))], "term": "种树"})
    table["seen_from"], table["seen_to"] = 0, 99
    for column, values in (("after", after), ("until", until)):
        table[column] = pd.array([pd.NA if np.isnan(v) else int(v) for v in values], "Int64")
    return table.astype({"seen_from": "Int64", "seen_to": "Int64", "term": "category"})


FIVE = {
    "云溪市": [0, 0, 2, 0, 1],
    "星渡市": [0, None, None, 3, 0],
    "松月区": [1, 0, 0, 0, 0],
    "鹭洲区": [0, 0, 0, 0, None],
    "青岚市": [None, 0, 0, 4, 4],
}


# First use


def test_first_use_lies_between_reports():
    table = first_use(counts_of(FIVE)).set_index("place").loc[list(FIVE)]
    assert table["censored"].tolist() == ["interval", "interval", "left", "right", "interval"]
    assert table["after"].tolist() == [2021, 2020, pd.NA, 2023, 2022]
    assert table["until"].tolist() == [2022, 2023, 2020, pd.NA, 2023]
    assert table["seen_from"].tolist() == [2020, 2020, 2020, 2020, 2021]
    assert table["seen_to"].tolist() == [2024, 2024, 2024, 2023, 2024]
    assert table["missing"].tolist() == ["", "2021 2022", "", "", ""]


def test_a_lag_is_as_wide_as_what_is_not_seen():
    table = first_use(counts_of(FIVE), lexicon_of("2022", "S")).set_index("place").loc[list(FIVE)]
    assert table["lag_low"].tolist() == [0, -1, pd.NA, 2, 1]
    assert table["lag_high"].tolist() == [0, 1, -2, pd.NA, 1]
    assert (table["central_year"] == 2022).all() and (table["evidence"] == "S").all()


def test_the_earliest_known_text_is_no_origin():
    table = first_use(counts_of(FIVE), lexicon_of("2022", "E"))
    assert table["lag_high"].isna().all() and table["lag_low"].notna().sum() == 4
    assert (table["evidence"] == "E").all()
    unknown = first_use(counts_of(FIVE), lexicon_of("", ""))
    assert unknown[["central_year", "lag_low", "lag_high"]].isna().all(axis=None)
    assert first_use(counts_of(FIVE), lexicon_of("2022", "S", "种花"))["central_year"].isna().all()


def test_what_is_known_of_a_place_stays_and_roles_are_pooled():
    counts = counts_of(FIVE)
    roles = pd.concat([counts.assign(role="plan", n=0), counts.assign(role="achievement")])
    roles = roles[["place", "role", *(c for c in counts if c != "place")]]
    roles.insert(1, "level", "county")
    table = first_use(roles, lexicon_of("2022", "S"))
    assert list(table)[:3] == ["place", "level", "term"]
    plain = first_use(counts, lexicon_of("2022", "S"))
    pd.testing.assert_frame_equal(table.drop(columns="level"), plain)


def test_counts_that_cannot_be_are_refused():
    counts = counts_of(FIVE)
    with pytest.raises(ValueError, match="n of '种树' is -1"):
        first_use(counts.assign(n=-1))
    with pytest.raises(ValueError, match="have no year"):
        first_use(counts.assign(year=pd.NA))
    with pytest.raises(ValueError, match="rows are missing"):
        two = pd.concat([counts, counts_of(FIVE, "种花").assign(n=1)])
        first_use(two[two["n"] > 0])
    with pytest.raises(ValueError, match="needs counts by place and year"):
        first_use(counts.drop(columns="n"))


# The curve


def test_without_gaps_the_curve_is_the_share_with_its_exact_interval():
    first = first_use(counts_of({f"虚构{i}": [0, i < 3, 1 - (i == 9)] for i in range(10)}))
    curve = adoption_curve(first)
    assert list(curve) == ["term", "year", "share", "low", "high", "places", "known"]
    assert curve["year"].tolist() == [2020, 2021, 2022]
    assert curve["share"].tolist() == pytest.approx([0, 0.3, 0.9])
    assert curve["known"].tolist() == [10] * 3
    assert (curve["low"][0], curve["high"][0]) == (0, pytest.approx(beta.ppf(0.975, 1, 10)))
    # as many places as have the variance of the resampled share: ten, but for chance
    assert curve["low"][1] == pytest.approx(beta.ppf(0.025, 3, 8), abs=0.02)
    assert curve["high"][2] == pytest.approx(beta.ppf(0.975, 10, 1), abs=0.02)


def test_places_no_longer_seen_count_while_they_are():
    # 4 of 10 by 2021; 3 are not seen in 2022; of 3 left, 1 by 2022: 0.4 + 0.6 / 3
    places = {f"虚构{i}": [0, 1, 1] for i in range(4)}
    places |= {f"虚构{i}": [0, 0, None] for i in range(4, 7)}
    places |= {f"虚构{i}": [0, 0, int(i == 7)] for i in range(7, 10)}
    curve = adoption_curve(first_use(counts_of(places)))
    assert curve["share"].tolist() == pytest.approx([0, 0.4, 0.6])
    assert curve["known"].tolist() == [10, 10, 7]


def test_with_the_year_known_it_is_the_estimate_of_kaplan_and_meier():
    rng = np.random.default_rng(1)
    event, end = rng.integers(1, 9, 60), rng.integers(1, 9, 60)
    seen = event <= end
    curve = adoption_curve(
        intervals(np.where(seen, event - 1, end), np.where(seen, event, np.nan))
    ).set_index("year")
    exact = ecdf(CensoredData(uncensored=event[seen], right=end[~seen])).cdf
    share = curve.loc[exact.quantiles, "share"]
    np.testing.assert_allclose(share, exact.probabilities, atol=1e-5)


def test_the_published_curve_of_intervals():
    # Radiotherapy alone, months to cosmetic deterioration (Finkelstein & Wolfe 1985); the estimate
    # as printed by Klein & Moeschberger 2003, section 5.2
    data = """0-7 0-8 0-5 4-11 5-12 5-11 6-10 7-16 7-14 11-15 11-18 15- 17- 17-25 17-25 18- 19-35
    18-26 22- 24- 24- 25-37 26-40 27-34 32- 33- 34- 36-44 36-48 36- 36- 37-44 37- 37- 37- 38- 40-
    45- 46- 46- 46- 46- 46- 46- 46- 46-"""
    ends = [pair.split("-") for pair in data.split()]
    curve = adoption_curve(intervals([int(a) for a, _ in ends], [float(b or "nan") for _, b in ends]))  # fmt: skip
    without = 1 - curve.set_index("year")["share"]
    printed = {4: 1, 5: 0.954, 7: 0.920, 8: 0.832, 12: 0.761, 25: 0.668, 34: 0.586, 40: 0.465, 48: 0}  # fmt: skip
    assert len(ends) == 46
    assert without[list(printed)].round(3).to_dict() == pytest.approx(printed, abs=0.0011)


def test_nineteen_of_twenty_intervals_hold_the_truth():
    rng, hazard, held = np.random.default_rng(3), 0.25, []
    for _ in range(300):
        taken = rng.geometric(hazard, 30)[:, None] <= np.arange(1, 6)  # first use in 2020 or later
        seen = rng.random((30, 5)) < 0.8  # one report of five is missing
        seen[np.arange(30), rng.integers(0, 2, 30)] = seen[:, 4] = True
        places = {
            f"虚构{i}": [int(n) if s else None for n, s in zip(*pair, strict=True)]
            for i, pair in enumerate(zip(taken, seen, strict=True))
        }
        curve = adoption_curve(first_use(counts_of(places), lexicon_of("", "")))
        truth = 1 - (1 - hazard) ** (curve["year"] - 2019)
        held.append(((curve["low"] <= truth) & (truth <= curve["high"])).tolist())
    assert 0.92 <= np.mean(held) <= 0.98


def test_it_is_the_same_every_time_and_never_falls():
    counts = counts_of(FIVE)
    curve = adoption_curve(first_use(counts))
    again = adoption_curve(first_use(counts.sample(frac=1, random_state=1)))
    pd.testing.assert_frame_equal(curve, again)
    assert curve["share"].is_monotonic_increasing
    assert ((curve["low"] <= curve["share"]) & (curve["share"] <= curve["high"])).all()


def test_groups_too_small_are_refused(bureaus, panel):
    counts = count_terms(bureaus.hits, bureaus.clauses, bureaus.reports, among=["放管服"])
    with pytest.raises(ValueError, match=r"0 place\(s\) with reports of two or more years"):
        adoption_curve(first_use(counts))
    counts = count_terms(
        panel.hits, panel.clauses, panel.reports, by=["place", "level", "year"], among=["放管服"]
    )
    first = first_use(counts)
    with pytest.raises(ValueError, match="'national' has 1 place"):
        adoption_curve(first, by="level")
    with pytest.raises(ValueError, match="there is no column 'levl'. Near it: level"):
        adoption_curve(first, by="levl")
    with pytest.raises(ValueError, match="needs first uses"):
        adoption_curve(counts)
    curve = adoption_curve(first[first["level"] != "national"], by="level")
    assert curve.groupby("level")["places"].first().to_dict() == {
        "prefectural": 51, "provincial": 31,
    }  # fmt: skip


# Hazards

AT_RISK = {
    "云溪市": [0, 1, 1, 0],  # first use in 2021
    "星渡市": [0, 0, 0, 1],  # in 2023
    "松月区": [1, 0, 0, 0],  # before anyone looked
    "鹭洲区": [0, None, 0, 0],  # not seen for a year, and never with it
    "青岚市": [0, None, 1, 0],  # not seen for a year, and then with it
    "白鹿县": [0, 0, None, None],
}


def test_who_is_at_risk_does_not_depend_on_what_was_found():
    table = hazard(first_use(counts_of(AT_RISK))).set_index("year")
    assert table.index.tolist() == [2021, 2022, 2023]
    # 2021: 云溪, 星渡, 白鹿; 2022: 星渡; 2023: 星渡, 鹭洲, which has reports of 2022 and 2023
    assert table["at_risk"].tolist() == [3, 1, 2]
    assert table["adopted"].tolist() == [1, 0, 1]
    assert table["unseen"].tolist() == [1, 1, 0]  # 青岚, between 2020 and 2022
    assert table["hazard"].tolist() == [1 / 3, 0, 1 / 2]
    assert table["low"].tolist() == [beta.ppf(0.025, 1, 3), 0, beta.ppf(0.025, 1, 2)]
    assert table["high"].tolist() == [beta.ppf(0.975, 2, 2), 0.975, beta.ppf(0.975, 2, 1)]
    assert (table["why"] == "").all()


def test_a_hazard_of_nobody_is_missing_and_says_why():
    early = hazard(first_use(counts_of({"云溪市": [1, 0, 0], "星渡市": [0, 1, 1]}))).iloc[1]
    assert (early["at_risk"], early["why"]) == (0, "all had used it before")
    gone = hazard(first_use(counts_of({"云溪市": [0, 0, None], "星渡市": [1, None, 1]}))).iloc[0]
    assert (gone["at_risk"], gone["why"]) == (1, "")
    gone = hazard(first_use(counts_of({"云溪市": [0, 0, None], "星渡市": [1, 1, 1]}))).iloc[1]
    assert (
        gone["why"] == "no place that had not used it has reports of this year and the one before"
    )
    assert early[["hazard", "low", "high"]].isna().all()
    assert gone[["hazard", "low", "high"]].isna().all()


def test_without_gaps_hazards_multiply_to_the_curve_of_those_who_came_later():
    rng = np.random.default_rng(0)
    places = {f"虚构{i}": [0, *rng.integers(0, 2, 4)] for i in range(20)}
    first = first_use(counts_of(places))
    without = (1 - hazard(first)["hazard"]).cumprod()
    np.testing.assert_allclose(1 - without, adoption_curve(first)["share"][1:])
    assert hazard(first)["adopted"].sum() == (first["censored"] == "interval").sum()


def test_groups_have_their_own_hazards_and_sum_to_that_of_all():
    counts = counts_of(AT_RISK)
    counts.insert(1, "level", np.where(counts["place"].str.endswith("市"), "prefectural", "county"))
    first = first_use(counts)
    parts = hazard(first, by="level")
    assert list(parts) == [
        "level", "term", "year", "at_risk", "adopted", "hazard", "low", "high", "unseen", "why",
    ]  # fmt: skip
    events = ["at_risk", "adopted", "unseen"]
    whole = hazard(first).set_index("year")[events]
    pd.testing.assert_frame_equal(parts.groupby("year")[events].sum(), whole)
    pd.testing.assert_frame_equal(parts, hazard(first.sample(frac=1, random_state=1), by="level"))


def test_hazards_that_cannot_be_told_are_refused(bureaus):
    counts = count_terms(bureaus.hits, bureaus.clauses, bureaus.reports, among=["放管服"])
    with pytest.raises(ValueError, match=r"none of 5 place\(s\) has reports of two years in a row"):
        hazard(first_use(counts))
    with pytest.raises(ValueError, match="needs first uses"):
        hazard(counts)
    with pytest.raises(ValueError, match="there is no column 'region'"):
        hazard(first_use(counts_of(AT_RISK)), by="region")


def hazards_of(strata, terms=("种树",)):
    """Give hazards of two groups: rows of (adopted, at_risk of 甲, adopted, at_risk of 乙), a year each."""
    rows = [
        (group, term, 2021 + i, row[at + 1], row[at], 0)
        for term in terms
        for i, row in enumerate(strata)
        for group, at in (("甲", 0), ("乙", 2))
    ]
    return pd.DataFrame(rows, columns=["level", "term", "year", "at_risk", "adopted", "unseen"])


def test_one_year_is_the_exact_odds_ratio_of_one_table():
    row = compare_hazards(hazards_of([(7, 12, 5, 17)]), "甲", "乙").iloc[0]
    exact = odds_ratio([[7, 5], [5, 12]])
    interval = exact.confidence_interval(0.95)
    assert row["odds_ratio"] == pytest.approx(exact.statistic, rel=1e-5)
    assert (row["low"], row["high"]) == pytest.approx((interval.low, interval.high), rel=1e-5)
    assert row[["adopted_a", "at_risk_a", "adopted_b", "at_risk_b"]].tolist() == [7, 12, 5, 17]


def test_the_published_p_of_several_tables():
    # Penicillin given to rabbits at once or later, by dose (Agresti 1990, pp. 231-237); the exact
    # conditional test, two-sided and one-sided, as in the manual of R's mantelhaen.test
    doses = [(0, 6, 0, 5), (3, 6, 0, 6), (6, 6, 2, 6), (5, 6, 6, 6), (2, 2, 5, 5)]
    row = compare_hazards(hazards_of(doses), "甲", "乙").iloc[0]
    assert round(row["p"], 3) == 0.04 and round(row["p"] / 2, 3) == 0.02
    assert row["low"] > 1


def test_the_other_way_round_is_the_inverse_and_idle_years_change_nothing():
    strata = [(2, 9, 1, 20), (3, 7, 4, 19)]
    one = compare_hazards(hazards_of(strata), "甲", "乙").iloc[0]
    other = compare_hazards(hazards_of(strata), "乙", "甲").iloc[0]
    assert 1 / other["odds_ratio"] == pytest.approx(one["odds_ratio"])
    assert (1 / other["high"], 1 / other["low"]) == pytest.approx((one["low"], one["high"]))
    assert other["p"] == pytest.approx(one["p"])
    idle = compare_hazards(hazards_of([*strata, (0, 4, 0, 15), (0, 0, 9, 9), (4, 4, 6, 6)]), "甲")
    assert idle.loc[0, ["odds_ratio", "low", "high", "p"]].tolist() == pytest.approx(
        one[["odds_ratio", "low", "high", "p"]].tolist()
    )


def test_a_side_that_never_or_always_takes_up_has_one_end():
    none = compare_hazards(hazards_of([(0, 5, 3, 9)]), "甲", "乙").iloc[0]
    assert (none["odds_ratio"], none["low"]) == (0, 0) and np.isfinite(none["high"])
    every = compare_hazards(hazards_of([(5, 5, 3, 9)]), "甲", "乙").iloc[0]
    assert np.isinf(every[["odds_ratio", "high"]].astype(float)).all() and every["low"] > 0
    # the odds at which none of the 3 fall on the 5: C(9, 3) / sum of C(5, i) C(9, 3 - i) odds^i
    odds = none["high"]
    chance = 84 / (84 + 5 * 36 * odds + 10 * 9 * odds**2 + 10 * odds**3)
    assert chance == pytest.approx(0.025, rel=1e-6)


def test_a_comparison_that_cannot_be_made_says_why():
    row = compare_hazards(hazards_of([(0, 5, 0, 9), (2, 2, 3, 3)]), "甲", "乙").iloc[0]
    assert row[["odds_ratio", "low", "high", "p", "q"]].isna().all() and row["family"] == 0
    assert row["why"].startswith("in no year did some of those at risk on both sides take it up")
    first = first_use(counts_of(AT_RISK))
    with pytest.raises(ValueError, match=r"these are by term. Give those of hazard\(first, by="):
        compare_hazards(hazard(first), "云溪市")
    with pytest.raises(ValueError, match="there is no level '丙'. Near it: 甲, 乙"):
        compare_hazards(hazards_of([(1, 5, 2, 9)]), "甲", "丙")
    with pytest.raises(ValueError, match="needs hazards"):
        compare_hazards(first, "甲")


def test_nineteen_of_twenty_intervals_hold_the_odds_ratio():
    rng, odds, terms = np.random.default_rng(4), 2.5, [f"词{i}" for i in range(400)]
    left, strata = np.tile([31, 51], (400, 1)), []
    for base in (0.05, 0.2, 0.1, 0.4):
        chance = np.array([odds * base / (1 - base + odds * base), base])
        taken = rng.binomial(left, chance)
        strata.append(np.stack((taken, left), 2).reshape(400, 4))
        left = left - taken
    tables = np.stack(strata, 1)
    hazards = pd.concat([hazards_of(rows, [t]) for t, rows in zip(terms, tables, strict=True)])
    table = compare_hazards(hazards, "甲", "乙")
    held = (table["low"] <= odds) & (odds <= table["high"])
    assert 0.95 <= held.mean() <= 0.99 and table["family"].eq(400).all()
    assert (table["p"] <= 0.05).equals((table["low"] > 1) | (table["high"] < 1))


# The panel


def test_provinces_took_up_service_across_provinces_before_cities(panel):
    reports = add_region(panel.reports[panel.reports["level"] != "national"])
    by = ["place", "level", "region", "year"]
    counts = count_terms(
        panel.hits, panel.clauses, reports, by=by, among=["跨省通办", "新质生产力"]
    )
    first = first_use(counts)
    hazards = hazard(first, by="level")
    compared = compare_hazards(hazards, "provincial", "prefectural").set_index("term")
    assert compared.loc["跨省通办", "low"] > 1 > compared.loc["新质生产力", "low"]
    assert hazards.loc[hazards["year"] == 2021, "at_risk"].tolist() == [51, 51, 31, 31]
    counted = hazard(first, by="region").groupby(["region", "year"])["at_risk"].max()
    assert counted.xs(2021, level="year").to_dict() == {
        "central": 16, "east": 30, "northeast": 9, "west": 27,
    }  # fmt: skip


def test_the_panel_shows_who_was_before_the_centre(panel):
    counts = count_terms(
        panel.hits, panel.clauses, panel.reports, among=["高效办成一件事", "新质生产力"]
    )
    first = first_use(counts)
    shanghai = first[first["place"].eq("上海市") & first["term"].eq("高效办成一件事")].iloc[0]
    assert (shanghai["censored"], shanghai["central_year"], shanghai["lag_high"]) == ("left", 2024, -4)  # fmt: skip
    share = adoption_curve(first).pivot(index="term", columns="year", values="share").round(2)
    assert share.loc["新质生产力"].tolist() == [0, 0, 0, 0, 0.92]
    assert share.loc["高效办成一件事", 2020] == 0.01 and share.loc["高效办成一件事", 2024] > 0.6
