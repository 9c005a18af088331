"""Places against places: which terms set them apart, and by how much."""

import numpy as np
import pandas as pd
from scipy.stats import t

from .counts import check_names, check_rows, need


def contrast(counts, a, b=None, *, by="place"):
    """Compare two groups' rates of each term.

    One row per group x unit x term in, as `count_terms` gives: for two places `by=["place",
    "year"]`, a place's reports being the units; for two levels `by=["level", "place"]`, places
    being the units. One row per term out: the term; n_a, n_b; rate_a, rate_b, per 1,000 Han
    characters; log_ratio = log2(rate_a / rate_b) (Hardie 2014); low, high, its 95 % interval;
    units_a, units_b; why. `b=None` takes all other groups together.

    The interval rests on how the units of each group differ: the variance of a ratio of sums
    (Cochran 1977, ch. 6), but never less than that of mentions drawn one by one; Student's t on
    the degrees of freedom of Welch (1947). Where the same places stand on both sides (two years),
    their differences count, on the places less one. A term one group never uses has an infinite
    log ratio, and `why` says whose n is 0. The end that can be known takes units as draws: 3 for
    the none of one group (Hanley & Lippman-Hand 1983) against the units of the other that use it,
    with the reach of that one's own interval; so a few loud units set nothing apart. It does not
    show that a difference is large in meaning, nor that a term was not picked because it differs.

    Raises ValueError for an unknown group, one on both sides, a group of fewer than two units, and
    counts that are missing, negative or without their zeros (those of tokens, for `keyness`).
    """
    need(counts, [by, "n", "n_han"], f"counts by {by}", f"count_terms(..., by=['{by}', ...])")
    of = check_rows(counts, [by])
    counts = counts.reset_index(drop=True).astype({of: "category"})
    counts[of] = counts[of].cat.remove_unused_categories()
    names = counts[by].astype(str)
    check_names([a] if b is None else [a, b], names.unique(), by)
    if str(a) == str(b):
        raise ValueError(f"'{a}' stands on both sides; take another {by} for one of them.")
    terms = list(counts[of].cat.categories)
    unit = units_of(counts, by, of)
    side_a = _side(counts[names == str(a)], unit, of, a)
    other = names != str(a) if b is None else names == str(b)
    side_b = _side(counts[other], unit, of, f"not {a}" if b is None else b)
    sum_a, han_a, with_a, left_a = side_a
    sum_b, han_b, with_b, left_b = side_b
    units_a, units_b = len(left_a), len(left_b)
    floor = least_variance(sum_a, sum_b)
    variance, freedom = variance_between(left_a, left_b, floor)
    rate_a, rate_b = sum_a / han_a, sum_b / han_b
    with np.errstate(divide="ignore", invalid="ignore"):
        log_ratio = np.log2(rate_a / rate_b)
        reach = t.ppf(0.975, freedom) * np.sqrt(variance) / np.log(2)
        low, high = log_ratio - reach, log_ratio + reach
        low = np.where(sum_b == 0, np.log2(with_a / han_a / (3 / han_b)) - reach, low)
        high = np.where(sum_a == 0, np.log2(3 / han_a / (with_b / han_b)) + reach, high)
    table = pd.DataFrame(
        {
            of: pd.Categorical(terms, terms),
            "n_a": sum_a.astype(int), "n_b": sum_b.astype(int),
            "rate_a": 1000 * rate_a, "rate_b": 1000 * rate_b,
            "log_ratio": log_ratio,
            "low": np.where(sum_a == 0, -np.inf, low), "high": np.where(sum_b == 0, np.inf, high),
            "units_a": units_a, "units_b": units_b, "why": why_infinite(sum_a, sum_b),
        }
    )  # fmt: skip
    return table[(sum_a > 0) | (sum_b > 0)].reset_index(drop=True)


def units_of(counts, by, of):
    """Name the unit of each row: its place, or else all that tells rows of a group apart."""
    if by != "place" and "place" in counts:
        return counts["place"].astype(str)
    return counts.groupby(
        list(counts.columns[: counts.columns.get_loc(of)]), observed=True
    ).ngroup()


def why_infinite(n_a, n_b):
    """Say why the log ratio of two counts is infinite; '' where it is not."""
    return np.select([n_a == 0, n_b == 0], ["n_a is 0", "n_b is 0"], "")


def least_variance(n_a, n_b):
    """Give the variance of the log ratio of two counts if every match were drawn by itself; where
    one is 0, that of the other alone."""
    n = np.stack((n_a, n_b))
    return np.divide(1, n, where=n > 0, out=np.zeros(n.shape)).sum(axis=0)


def variance_between(left_a, left_b, floor):
    """Give the variance of each term's difference between two sides, and its degrees of freedom.

    One row per unit, one column per term in: what each unit of a side adds to it (its residual,
    for few units scaled up); `floor` is the least that the variance may be. Independent units as
    Welch (1947); where the same units stand on both sides, their differences count.
    """
    var_a, var_b = (left_a**2).sum().to_numpy(), (left_b**2).sum().to_numpy()
    apart = left_a.sub(left_b, fill_value=0)
    with np.errstate(divide="ignore", invalid="ignore"):
        if len(apart) < len(left_a) + len(left_b):  # the same places on both sides
            return np.fmax((apart**2).sum().to_numpy(), floor), len(apart) - 1
        spread = var_a**2 / (len(left_a) - 1) + var_b**2 / (len(left_b) - 1)
        freedom = np.where(spread > 0, (var_a + var_b) ** 2 / spread, len(apart) - 2)
    return np.fmax(var_a + var_b, floor), freedom


def _side(counts, unit, of, group):
    """Give a group's sums of matches and Han characters by term, and each unit's share of the
    variance of the log rate: its residual over the group's matches, for few units scaled up."""
    unit = unit[counts.index]
    units = unit.nunique()
    if units < 2:
        raise ValueError(
            f"'{group}' has {units} unit(s) in these counts; an interval needs at least two. "
            "Count by its reports or places as well: by=[..., 'year']."
        )
    keys = [unit.rename("unit"), counts[of]]
    n, n_han = (
        counts.pivot_table(c, *keys, aggfunc="sum", observed=False).astype(float)
        for c in ("n", "n_han")
    )
    sum_n, sum_han = n.sum().to_numpy(), n_han.sum().to_numpy()
    with np.errstate(divide="ignore", invalid="ignore"):
        residual = (n - sum_n / sum_han * n_han) / sum_n * np.sqrt(units / (units - 1))
    return sum_n, sum_han, (n > 0).sum().to_numpy(), residual


def profile(counts, *, by="place"):
    """Compare every place with all places together, term by term.

    One row per place x term in; one row per place x term out, with log_ratio = log2 of its rate
    over the rate of all places pooled added: 1 is twice the common rate; and why it is -inf (n is
    0) or missing (no place uses the term), else ''. It has no interval: `contrast` has.

    Raises ValueError for counts that are missing, negative or without their zeros (those of tokens).
    """
    need(counts, [by, "n", "n_han"], f"counts by {by}", f"count_terms(..., by='{by}')")
    of = check_rows(counts, [by])
    table = counts.groupby([by, of], observed=True)[["n", "n_han"]].sum().reset_index()
    pooled = table.groupby(of, observed=True)[["n", "n_han"]].transform("sum")
    table["rate"] = 1000 * table["n"] / table["n_han"]
    with np.errstate(divide="ignore"):
        ratio = np.log2(table["rate"] / (1000 * pooled["n"] / pooled["n_han"]))
    unknown = [pooled["n"] == 0, table["n"] == 0]
    return table.assign(log_ratio=ratio, why=np.select(unknown, [f"no {by} uses it", "n is 0"], ""))
