import numpy as np
import pandas as pd
import pytest
from scipy.stats import CensoredData, beta, ecdf

from toolkit import count_terms
from toolkit.adoption import adoption_curve, first_use
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


# The panel


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
