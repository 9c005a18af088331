"""Bad input: an answer that is right, or a refusal that says what is missing. Warnings are errors."""

import time

import numpy as np
import pandas as pd
import pytest
from conftest import tiny

import toolkit as tk

TERMS = ["种树", "种花", "种草"]


def counts_of(places=16, years=(2020, 2021, 2022)):
    """Give counts of invented places of two levels, as count_terms would."""
    rng = np.random.default_rng(0)
    rows = [
        (f"虚构{i}", ("provincial", "prefectural")[i % 2], year, term, rng.poisson(4), 1000 + i)
        for i in range(places)
        for year in years
        for term in TERMS
    ]
    table = pd.DataFrame(rows, columns=["place", "level", "year", "term", "n", "n_han"])
    table = table.assign(reports=1, with_term=(table["n"] > 0).astype(int))
    return table.astype({"term": "category"})


COUNTS = counts_of()
PANEL = {
    "trend": tk.trend,
    "trend by level": lambda counts: tk.trend(counts, by="level"),
    "shape": tk.shape,
    "first_use": tk.first_use,
    "adoption_curve": lambda counts: tk.adoption_curve(tk.first_use(counts)),
    "hazard": lambda counts: tk.hazard(tk.first_use(counts)),
    "compare_hazards": lambda counts: tk.compare_hazards(
        tk.hazard(tk.first_use(counts), by="level"), "provincial"
    ),
}
DENSE = PANEL | {
    "pool_rates": tk.pool_rates,
    "pool_rates by two": lambda counts: tk.pool_rates(counts, by=["level", "year"]),
    "profile": tk.profile,
}
SIMILAR = {
    "compare_pairs": tk.compare_pairs,
    "cluster_order": lambda counts: tk.cluster_order(tk.compare_pairs(counts)),
    "correspondence": tk.correspondence,
}
SPARSE = SIMILAR | {
    "keyness of years": lambda counts: tk.keyness(counts, 2022, 2020, by="year"),
    "keyness of levels": lambda counts: tk.keyness(counts, "provincial", "prefectural", by="level"),
    "contrast of years": lambda counts: tk.contrast(counts, 2022, 2020, by="year"),
    "contrast of levels": lambda counts: tk.contrast(counts, "provincial", by="level"),
    "contrast of places": lambda counts: tk.contrast(counts, "虚构0", "虚构1"),
    "add_tf_idf": tk.add_tf_idf,
}
EVERY = DENSE | SPARSE


def put(column, value):
    """Give a change that puts a value into the fourth row of a column."""

    def change(counts):
        counts = counts.astype({column: float if column in ("n", "n_han") else object})
        counts.loc[3, column] = value
        return counts

    return change


def tokens(counts):
    """Count tokens instead: without the rows of n = 0."""
    counts = counts.rename(columns={"term": "token"})
    return counts[counts["n"] > 2]


REFUSED = [  # what is wrong, the change, the functions, what each says
    ("no n", put("n", np.nan), EVERY, "n of '种树' is nan .*0 or more. Count again"),
    ("n below 0", put("n", -1), EVERY, "n of '种树' is -1"),
    ("n infinite", put("n", np.inf), EVERY, "n of '种树' is inf"),
    ("n as text", lambda c: c.assign(n=c["n"].astype(str)), EVERY, "it is a number, 0 or more"),
    ("no length", put("n_han", 0), EVERY, "n_han of '种树' is 0.0 .*1 or more"),
    ("no place", put("place", None), EVERY, r"1 of 144 row\(s\) have no place: .*manifest"),
    ("blank place", put("place", ""), EVERY, r"1 of 144 row\(s\) have no place"),
    ("no year", put("year", pd.NA), EVERY, r"1 of 144 row\(s\) have no year"),
    ("no level", put("level", None), EVERY, r"1 of 144 row\(s\) have no level"),
    ("no term", lambda c: c.assign(term=c["term"].where(c.index != 3)), EVERY, "have no term"),
    ("year as text", lambda c: c.astype({"year": str}), PANEL, "'2020' is no year: .*whole numbers"),
    ("half years", lambda c: c.assign(year=c["year"] + 0.5), PANEL, "'2020.5' is no year"),
    ("empty", lambda c: c[:0], EVERY, "have no rows: .*Count again|there is no (year|level|place) "),
    ("twice", lambda c: pd.concat([c, c]), EVERY, "the same term twice. Count once"),
    ("zeros left out", lambda c: c[c["n"] != 4], DENSE, "rows are missing: every .* leave the zeros"),
    ("tokens", tokens, DENSE, "rows are missing: every .* needs a row for every token"),
    ("one token", lambda c: tokens(c)[lambda t: t["token"] == "种树"], DENSE, "count_tokens_by leaves"),
    ("no counts", lambda c: c.drop(columns="n"), EVERY, r"needs .*column\(s\) n; .*comes from count"),
    ("nothing counted", lambda c: c.drop(columns="term"), EVERY, "nothing here is counted"),
    ("no groups", lambda c: c.drop(columns=["place", "level", "year"]), EVERY, "no column|needs counts by"),
    ("one place", lambda c: c[c["place"] == "虚构0"], PANEL, r"1 place\(s\) with .*two or more|no two groups"),
    ("one place", lambda c: c[c["place"] == "虚构0"], SIMILAR, r"there is one place .*takes two"),
    ("one year", lambda c: c[c["year"] == 2020], PANEL, "identified|two or more years|two years in a row"),
    ("never used", lambda c: c.assign(n=0), SIMILAR, "'虚构0' uses none of these terms"),
]  # fmt: skip
DESCRIBED = [("first_use", "one place"), ("first_use", "one year"), ("hazard", "one place")]
REFUSED = [
    pytest.param(function, change, says, id=f"{wrong} - {name}")
    for wrong, change, functions, says in REFUSED
    for name, function in functions.items()
    if (name, wrong) not in DESCRIBED
]


@pytest.mark.parametrize(("function", "change", "says"), REFUSED)
def test_what_cannot_be_is_refused_in_one_sentence(function, change, says):
    with pytest.raises(ValueError, match=says):
        function(change(COUNTS.copy()))


def sound(result):
    """Check that what is missing or infinite has a reason beside it."""
    for table in result if isinstance(result, tuple) else (result,):
        numbers = table.select_dtypes("number").to_numpy(dtype=float, na_value=np.nan)
        unknown = ~np.isfinite(numbers).all(axis=1)
        reasons = table["why"] if "why" in table else pd.Series("", table.index)
        assert (reasons[unknown] != "").all()


def alike(one, other):
    """Check that two results hold the same rows, in whatever order and type."""
    for tables in zip(*(r if isinstance(r, tuple) else (r,) for r in (one, other)), strict=True):
        plain = []
        for table in tables:
            numbers = table.select_dtypes("number")
            keys = [column for column in table if column not in numbers]
            values = numbers.astype("Float64").to_numpy(dtype=float, na_value=np.nan)
            held = table.astype(dict.fromkeys(keys, str)).assign(**dict(zip(numbers, values.T, strict=True)))  # fmt: skip
            keys += [c for c in ("year", "dimension") if c in numbers]
            plain.append(held.sort_values(keys, ignore_index=True))
        pd.testing.assert_frame_equal(*plain)


every = pytest.mark.parametrize("function", EVERY.values(), ids=EVERY)


@every
@pytest.mark.parametrize(
    "change",
    [
        lambda c: c.sample(frac=1, random_state=1),
        lambda c: c.set_axis([0] * len(c)),
        lambda c: c.assign(term=c["term"].cat.reorder_categories(TERMS)),
        lambda c: c.assign(term=c["term"].cat.add_categories(["种菜"])),
        lambda c: c.astype({"term": str}),
        lambda c: c.astype({"year": "Int64", "n": "Int64", "place": "category"}),
        lambda c: c.astype({"n": float, "n_han": float}),
    ],
    ids=[
        "shuffled",
        "one index",
        "category order",
        "unused category",
        "plain text",
        "types",
        "floats",
    ],
)
def test_how_the_same_rows_are_held_changes_nothing(function, change):
    plain = function(COUNTS)
    sound(plain)
    alike(plain, function(change(COUNTS)))


KEYNESS = ["keyness of years", "keyness of levels"]
THIN = {  # the change, and who refuses it with what; all others answer
    "a year missing": (lambda c: c[(c["place"] != "虚构1") | (c["year"] != 2021)], {}),
    "one term": (lambda c: c[c["term"] == "种树"], {"correspondence": "a map needs two terms"}),
    "never used": (
        lambda c: c.assign(n=0),
        dict.fromkeys(SIMILAR, "uses none of these terms")
        | dict.fromkeys(KEYNESS, "no term is left to compare"),
    ),
    "everywhere": (lambda c: c.assign(n=1), {"correspondence": "all profiles are the same"}),
    "in one year": (
        lambda c: c.assign(n=c["n"] * (c["year"] == 2022) + (c["term"] == "种花")),
        {},
    ),
    "in one place": (
        lambda c: c.assign(n=c["n"] * (c["place"] == "虚构0") + (c["term"] == "种花")),
        {},
    ),
    "loud in one place": (lambda c: c.assign(n=c["n"].where(c["place"] != "虚构0", 900)), {}),
    "more matches than text": (
        lambda c: c.assign(n=c["n"].where(c["place"] != "虚构0", 99_999)),
        dict.fromkeys(KEYNESS, "more matches than text"),
    ),
}


@pytest.mark.parametrize("thin", THIN)
@pytest.mark.parametrize("name", EVERY)
def test_thin_counts_are_answered_with_a_reason_or_refused(name, thin):
    change, refusals = THIN[thin]
    if name in refusals:
        with pytest.raises(ValueError, match=refusals[name]):
            EVERY[name](change(COUNTS))
    else:
        sound(EVERY[name](change(COUNTS)))


def test_what_is_never_used_is_known_as_far_as_can_be():
    counts = COUNTS.assign(n=0)
    assert (tk.trend(counts)["why"] == "never used").all()
    assert (tk.shape(counts)["why"] == "never used").all()
    assert (tk.first_use(counts)["why"].str.startswith("in no report")).all()
    assert (tk.profile(counts)["why"] == "no place uses it").all()
    assert tk.contrast(counts, 2022, 2020, by="year").empty
    pooled = tk.pool_rates(counts)
    assert (pooled["low"] == 0).all()
    np.testing.assert_allclose(pooled["high"], 3000 / pooled["n_han"])


def test_one_loud_place_makes_no_trend():
    counts = COUNTS.assign(n=np.where(COUNTS["place"] == "虚构0", 10**6, COUNTS["n"]))
    table = tk.trend(counts)
    assert (table["why"] == "one place holds nearly all mentions").all()
    assert table["ratio"].isna().all() and (table["family"] == 0).all()


FIRST = tk.first_use(COUNTS)
HAZARDS = tk.hazard(FIRST, by="level")


@pytest.mark.parametrize(
    ("function", "says"),
    [
        (lambda: tk.pool_rates(COUNTS, by="yaer"), "no column 'yaer'. Near it: year"),
        (lambda: tk.pool_rates(COUNTS, cluster="city"), "no column 'city'"),
        (lambda: tk.trend(COUNTS, by="levl"), "no column 'levl'. Near it: level"),
        (lambda: tk.trend(COUNTS, by="place"), r"no place carries a trend; '虚构0': 1 place\(s\)"),
        (lambda: tk.contrast(COUNTS, 2022, 2019, by="year"), "no year '2019'. Near it: 20"),
        (lambda: tk.contrast(COUNTS, 2022, by="yaer"), r"column\(s\) yaer"),
        (lambda: tk.contrast(COUNTS, 2022, "2022", by="year"), "'2022' stands on both sides"),
        (lambda: tk.keyness(COUNTS, 2022, [2020, 2022], by="year"), "stands on both sides"),
        (lambda: tk.keyness(COUNTS, "county", "national", by="level"), "no level 'county'"),
        (lambda: tk.profile(COUNTS, by="city"), r"column\(s\) city"),
        (lambda: tk.compare_pairs(COUNTS, by="plaec"), "no column 'plaec'. Near it: place"),
        (lambda: tk.adoption_curve(tk.first_use(COUNTS), by="levl"), "no column 'levl'"),
        (lambda: tk.compare_hazards(HAZARDS, "provincial", "county"), "no level 'county'"),
        (lambda: tk.compare_hazards(HAZARDS, "provincial", "provincial"), "stands on both sides"),
        (lambda: tk.hazard(FIRST, by="levl"), "no column 'levl'"),
        (lambda: tk.check_design(COUNTS[:0]), "no trend is identified"),
        (lambda: tk.check_design(COUNTS[["place"]]), r"column\(s\) year"),
    ],
)
def test_unknown_names_and_groups_that_overlap_are_refused(function, says):
    with pytest.raises(ValueError, match=says):
        function()


@pytest.mark.parametrize(
    ("function", "says"),
    [
        (lambda: tk.adoption_curve(pd.concat([FIRST, FIRST])), "the first odd one: 虚构0, 种"),
        (
            lambda: tk.adoption_curve(FIRST.assign(after=2022, until=2021)),
            "the first odd one: 虚构0",
        ),
        (lambda: tk.adoption_curve(FIRST[:0]), "there are 0"),
        (lambda: tk.hazard(pd.concat([FIRST, FIRST])), "the first odd one: 虚构0, 种"),
        (lambda: tk.adoption_curve(FIRST.assign(place=pd.NA)), "have no place"),
        (lambda: tk.add_shares(COUNTS.assign(with_term=2)), r"2 of 1 report\(s\) is no share"),
        (lambda: tk.add_shares(COUNTS.assign(with_term=np.nan)), r"nan of 1 report\(s\)"),
        (lambda: tk.add_shares(COUNTS.assign(with_term=0, reports=0)), r"0 of 0 report\(s\)"),
        (lambda: tk.add_shares(COUNTS.assign(with_term=-1)), r"-1 of 1 report\(s\)"),
        (lambda: tk.log_likelihood(-1, 10, 1, 10), "matches are missing, negative"),
        (lambda: tk.log_likelihood(np.nan, 10, 1, 10), "matches are missing"),
        (lambda: tk.log_likelihood(0, 0, 1, 10), "Take counts as count_terms"),
        (lambda: tk.log_odds(0, 10, 1, 10, 0, 0), "give a prior above 0"),
        (lambda: tk.log_odds(10, 10, 1, 10, 0, 0), "give a prior above 0"),
        (lambda: tk.log_odds(np.nan, 10, 1, 10, 1, 5), "give a prior above 0"),
        (lambda: tk.dispersion([[3]], [10]), r"two parts or more.*1 part\(s\) of sizes 10"),
        (lambda: tk.dispersion([[3], [1]], [10, 0]), "of sizes 10, 0. Give"),
        (lambda: tk.dispersion([[3], [-1]], [10, 5]), "counts of 0 or more"),
        (lambda: tk.dispersion([[3], [np.nan]], [10, 5]), "counts of 0 or more"),
        (lambda: tk.dispersion([[3], [1]], [10]), "the size of each part"),
        (lambda: tk.cluster_order(tk.compare_pairs(COUNTS)[:0]), r"a tree of 0 group\(s\)"),
    ],
)
def test_tables_made_by_hand_are_checked(function, says):
    with pytest.raises(ValueError, match=says):
        function()


@pytest.mark.parametrize("value", [np.nan, -0.1, 1.5, np.inf])
def test_a_divergence_is_between_none_and_one_bit(value):
    pairs = tk.compare_pairs(COUNTS)
    pairs.loc[0, "divergence"] = value
    with pytest.raises(
        ValueError, match=f"divergence of '虚构0' and '虚构1' is {value}; it is 0 to 1"
    ):
        tk.cluster_order(pairs)


def test_blocks_of_what_cannot_be():
    clauses, _, _ = tiny({"甲": ["种树", "种花"], "乙": ["种草"]}, {t: t for t in TERMS})
    with pytest.raises(ValueError, match="clauses are there twice, the first 0 of 甲"):
        tk.add_blocks(pd.concat([clauses, clauses]))
    with pytest.raises(ValueError, match=r"1 of 3 row\(s\) have no role \(甲\)"):
        tk.add_blocks(clauses.assign(role=clauses["role"].where(clauses.index != 0)))
    with pytest.raises(ValueError, match=r"column\(s\) role"):
        tk.add_blocks(clauses.drop(columns="role"))
    turned = clauses[::-1].set_axis([0] * 3)
    assert tk.add_blocks(turned)["block"].tolist() == tk.add_blocks(clauses)["block"].tolist()[::-1]


def test_collocates_of_what_cannot_be():
    clauses, hits, _ = tiny({"甲": ["种树和种花", "种树", "无", "种草"]}, {t: t for t in TERMS})
    with pytest.raises(ValueError, match="clauses are there twice"):
        tk.collocates(hits, pd.concat([clauses, clauses]), "种树")
    for some in (hits[:0], clauses), (hits, clauses[:0]):
        with pytest.raises(ValueError, match="'种树' stands in 0 of"):
            tk.collocates(*some, "种树")
    shuffled = tk.collocates(hits[::-1], clauses[::-1], "种树")
    pd.testing.assert_frame_equal(shuffled, tk.collocates(hits, clauses, "种树"))
    sound(shuffled)


def test_a_hundred_thousand_tokens_take_seconds():
    rng = np.random.default_rng(0)
    token = np.concatenate([rng.permutation(100_000) for _ in range(10)])
    cell = np.arange(len(token)) % 415
    table = pd.DataFrame({"place": cell // 5, "year": 2020 + cell % 5, "token": token})
    table = table.drop_duplicates(ignore_index=True).assign(n=1, n_han=20_000)
    names = [chr(0x4E00 + i // 300) + chr(0x5E00 + i % 300) for i in range(100_000)]
    table["place"] = "虚构" + table["place"].astype(str)
    table["token"] = pd.Categorical.from_codes(table["token"], names)
    begun = time.perf_counter()
    assert tk.keyness(table, 2024, 2020, by="year")["family"].iloc[0] > 50_000
    for function in (tk.trend, tk.pool_rates, tk.profile, tk.first_use):
        with pytest.raises(ValueError, match="rows are missing"):
            function(table)
    assert time.perf_counter() - begun < 60
