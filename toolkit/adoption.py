"""First observed use: between which years a place took up a term, and how many had by when."""

import numpy as np
import pandas as pd
from scipy.stats import beta

from .counts import check_known, check_names, counted, need, say_why
from .design import check_counts
from .lexicon import load_lexicon
from .uncertainty import FEWEST

_OF_PLACES = ("place", "level", "city", "province")
_DRAWS = 1000  # samples of places
_STEPS = 5000  # at most, of self-consistency


def first_use(counts, lexicon=None):
    """Tell between which years each place first used each term.

    One row per place x year x term in, as `count_terms` gives; one row per place x term out: place,
    with its level, city and province where counted by them; the term; seen_from, seen_to, its first
    and last report; after, the last year with a report before first use; until, the first year with
    use. It was taken up in (after, until], an event seen only between reports (Turnbull 1976).
    censored is 'interval', 'left' (in the first report already: after is missing) or 'right' (in
    none: until is missing). central_year is the first central document in the lexicon, by default
    the one shipped, and evidence how well that year is known: S looked up, K known, E earliest
    known text. lag_low and lag_high are the fewest and most years from that year to first use,
    below 0 where the place leads; missing where not bounded. why, for all that is missing.

    Under E an older document may exist: central_year is no origin, and lag_high is missing. Years
    are compared, not days: a lag of 0 does not tell who was first, and a lead does not tell who
    learned from whom. n counts running text, not titles. Where there is no report nothing is known:
    absence of a report is no absence of use.

    Raises ValueError for counts that are missing, negative or without their zeros (those of tokens
    leave them out), and where a place or year is not known.
    """
    of = check_counts(counts)
    keys = [*(c for c in _OF_PLACES if c in counts), of]
    by_pair = {"by": keys, "observed": True}
    table = counts.groupby(**by_pair)["year"].agg(seen_from="min", seen_to="max")
    used = counts[counts["n"] > 0].groupby(**by_pair)["year"].min().reindex(table.index)
    rows = counts.merge(used.rename("until"), left_on=keys, right_index=True)
    before = rows[rows["until"].isna() | (rows["year"] < rows["until"])]
    table["after"] = before.groupby(**by_pair)["year"].max()
    table["until"] = used
    table = table.reset_index().astype(
        dict.fromkeys(["seen_from", "seen_to", "after", "until"], "Int64")
    )
    kinds = [table["until"].isna(), table["after"].isna()]
    table["censored"] = np.select(kinds, ["right", "left"], "interval")
    central = (load_lexicon() if lexicon is None else lexicon).set_index("term")
    central = central.reindex(table[of].astype(str))
    years = pd.to_numeric(central["first_central_year"], errors="coerce").astype("Int64")
    table["central_year"] = years.array
    table["evidence"] = central["evidence"].fillna("").array
    table["lag_low"] = table["after"] + 1 - table["central_year"]
    table["lag_high"] = (table["until"] - table["central_year"]).mask(table["evidence"] == "E")
    reasons = {
        "in the first report already": table["censored"] == "left",
        "in no report": table["censored"] == "right",
        "no central year known": table["central_year"].isna(),
        "an older central document may exist": table["evidence"] == "E",
    }
    return table.assign(why=say_why(reasons))


def adoption_curve(first, *, by=()):
    """Estimate the share of places that had used each term by each year.

    One row per place x term in, as `first_use` gives; one row per group x term x year out: *by
    ('level', say); the term; year; share; low, high, its 95 % interval; places; known, those whose
    reports tell whether they had used it by then.

    The share is the maximum likelihood estimate for censored events (Turnbull 1976), by his
    self-consistency steps; where reports leave several years open, all of the step stands at the
    last of them. Places are resampled (1,000 times, always the same) for its variance, and the
    interval is that of Clopper & Pearson (1934) on as many places as have this variance (Korn &
    Graubard 1998), so that none of 83 is not taken for never. It takes what is not seen, a missing
    report or a year before the first, as telling nothing about use. A share is of the places given,
    and of having used a term once: it cannot fall, and does not show that a term is still in use.
    In simulated panels of 10 to 83 places with up to 40 % of reports missing the interval covers 95
    to 99 %.

    Raises ValueError where a group has fewer than five places with reports of two or more years,
    and for first uses that are there twice or end before they begin.
    """
    columns = ["place", "after", "until", "seen_from", "seen_to"]
    need(first, columns, "first uses", "first_use(counts)")
    by = [by] if isinstance(by, str) else list(by)
    check_names(by, first.columns, "column")
    of = counted(first)
    _check_first(first, by, of)
    groups = first.groupby([*by, of], observed=True)
    _check_groups(first, by)
    years = np.arange(first["seen_from"].min(), first["seen_to"].max() + 1)
    tables = []
    for name, group in groups:
        curve = _curve(group, years)
        for at, (column, value) in enumerate(zip([*by, of], name, strict=True)):
            curve.insert(at, column, value)
        tables.append(curve)
    table = pd.concat(tables, ignore_index=True)
    return table.astype({of: first[of].dtype})


def _check_first(first, by, of):
    """Raise ValueError for first uses that are none, unnamed, twice or turned round."""
    check_known(first, [*by, "place", of, "seen_from", "seen_to"])
    odd = first.duplicated(["place", of]) | (first["after"] >= first["until"]).fillna(False)
    if odd.any() or first.empty:
        row = "none" if first.empty else ", ".join(map(str, first.loc[odd, ["place", of]].iloc[0]))
        raise ValueError(
            f"one row is needed for every place and {of}, its last year without before its first "
            f"with; there are {len(first)}, the first odd one: {row}. Take the rows of first_use."
        )


def _check_groups(first, by):
    """Raise ValueError for a group whose places do not tell years apart from places."""
    twice = first["place"].where(first["seen_from"] < first["seen_to"])
    groups = twice.groupby([first[c] for c in by], observed=True) if by else [("all", twice)]
    for name, places in groups:
        if places.nunique() < FEWEST:
            group = name if isinstance(name, str) else "/".join(map(str, name))
            raise ValueError(
                f"'{group}' has {places.nunique()} place(s) with reports of two or more years; an "
                f"adoption curve needs at least {FEWEST}. Leave it out, or read first_use itself."
            )


def _curve(group, years):
    """Give the curve of one term: its Turnbull estimate by year, with limits."""
    left = group["after"].to_numpy(dtype=float, na_value=-np.inf)
    right = group["until"].to_numpy(dtype=float, na_value=np.inf)
    pairs, number = np.unique(np.stack((left, right)), axis=1, return_counts=True)
    inner = _innermost(*pairs)
    holds = (pairs[0][:, None] <= inner[0]) & (inner[1] <= pairs[1][:, None])
    places = len(group)
    drawn = np.random.default_rng(0).multinomial(places, number / places, _DRAWS)
    even = np.full((1, holds.shape[1]), 1 / holds.shape[1])
    mass = _turnbull(holds, number[None], even, 1e-9)
    start = np.repeat(0.9 * mass + 0.1 * even, _DRAWS, axis=0)  # 0 would stay 0
    by_year = inner[1][:, None] <= years
    share = (mass @ by_year)[0].clip(0, 1)
    variance = (_turnbull(holds, drawn, start, 1e-5) @ by_year).var(0)
    known = ((left[:, None] >= years) | (right[:, None] <= years)).sum(0)
    between = (share > 1e-6) & (share < 1 - 1e-6) & (variance > 0)
    alike = np.where(between, share * (1 - share) / np.where(between, variance, 1), known)
    alike = alike.clip(1e-9, places)
    used = share * alike
    low = np.where(share > 0, beta.ppf(0.025, used, alike - used + 1), 0.0)
    high = np.where(share < 1, beta.ppf(0.975, used + 1, alike - used), 1.0)
    return pd.DataFrame(
        {"year": years, "share": share, "low": low, "high": high, "places": places, "known": known}
    )


def _innermost(left, right):
    """Give the intervals (l, r] where mass can be: a left end, then a right end, none between."""
    rights = np.unique(right)
    lefts = np.array([left[left < r].max() for r in rights])
    before = np.append(-np.inf, rights[:-1])
    return np.stack((lefts, rights))[:, before <= lefts]


def _turnbull(holds, number, mass, near):
    """Share out the places of each row of `number` over the innermost intervals, from a first guess
    on: an interval's share is that which it expects of every place (Turnbull 1976)."""
    places = number.sum(1, keepdims=True)
    for _ in range(_STEPS):
        inside = mass @ holds.T
        before, mass = mass, mass * ((number / np.maximum(inside, 1e-300)) @ holds) / places
        if np.abs(mass - before).max() < near:
            break
    return mass
