"""Places against places: which terms set them apart, and by how much."""

import numpy as np
import pandas as pd
from scipy.stats import t

from .counts import check_names


def contrast(counts, a, b=None, *, by="place"):
    """Compare two groups' rates of each term.

    One row per group x unit x term in, as `count_terms` gives: for two places `by=["place",
    "year"]`, a place's reports being the units; for two levels `by=["level", "place"]`, places
    being the units. One row per term out: the term; n_a, n_b; rate_a, rate_b, per 1,000 Han
    characters; log_ratio = log2(rate_a / rate_b) (Hardie 2014); low, high, its 95 % interval;
    units_a, units_b. `b=None` takes all other groups together.

    The interval rests on how the units of each group differ: the variance of a ratio of sums
    (Cochran 1977, ch. 6), Student's t on units_a + units_b - 2. A term one group never uses has
    no log ratio: the end that can be known is given (n = 0 bounded by 3, Hanley & Lippman-Hand
    1983), the other is infinite. It does not show that a difference is large in meaning, nor that
    a term was not picked because it differs.

    Raises ValueError for an unknown group, or a group of fewer than two units.
    """
    of = next(c for c in ("term", "category", "surface", "role") if c in counts and c != by)
    names = counts[by].astype(str)
    check_names([a] if b is None else [a, b], names.unique(), by)
    terms = list(counts[of].cat.categories)
    n_a, han_a = _sums(counts[names == str(a)], of, a)
    n_b, han_b = _sums(counts[names == str(b) if b else names != str(a)], of, b or f"not {a}")
    units_a, units_b = len(n_a), len(n_b)
    sum_a, sum_b = n_a.sum(0), n_b.sum(0)
    rate_a, rate_b = sum_a / han_a.sum(0), sum_b / han_b.sum(0)
    with np.errstate(divide="ignore", invalid="ignore"):
        log_ratio = np.log2(rate_a / rate_b)
        reach = t.ppf(0.975, units_a + units_b - 2) * np.sqrt(
            _variance(n_a, han_a) + _variance(n_b, han_b)
        )
        low, high = log_ratio - reach / np.log(2), log_ratio + reach / np.log(2)
        low = np.where(sum_b == 0, np.log2(rate_a / (3 / han_b.sum(0))), low)
        high = np.where(sum_a == 0, np.log2(3 / han_a.sum(0) / rate_b), high)
    table = pd.DataFrame(
        {
            of: pd.Categorical(terms, terms),
            "n_a": sum_a.astype(int), "n_b": sum_b.astype(int),
            "rate_a": 1000 * rate_a, "rate_b": 1000 * rate_b,
            "log_ratio": log_ratio,
            "low": np.where(sum_a == 0, -np.inf, low), "high": np.where(sum_b == 0, np.inf, high),
            "units_a": units_a, "units_b": units_b,
        }
    )  # fmt: skip
    return table[(sum_a > 0) | (sum_b > 0)].reset_index(drop=True)


def _sums(counts, of, group):
    """Spread a group's counts into two tables of unit x term: matches and Han characters."""
    unit = counts.groupby(
        list(counts.columns[: counts.columns.get_loc(of)]), observed=True
    ).ngroup()
    units = unit.nunique()
    if units < 2:
        raise ValueError(
            f"'{group}' has {units} unit(s) in these counts; an interval needs at least two. "
            "Count by its reports or places as well: by=[..., 'year']."
        )
    sums = np.zeros((2, units, len(counts[of].cat.categories)))
    at = unit.to_numpy(), counts[of].cat.codes.to_numpy()
    np.add.at(sums[0], at, counts["n"])
    np.add.at(sums[1], at, counts["n_han"])
    return sums


def _variance(n, n_han):
    """Give the variance of the log of each column's ratio of sums, from how the rows differ."""
    units = len(n)
    left_over = n - n.sum(0) / n_han.sum(0) * n_han
    return units / (units - 1) * (left_over**2).sum(0) / n.sum(0) ** 2


def profile(counts, *, by="place"):
    """Compare every place with all places together, term by term.

    One row per place x term in; one row per place x term out, with log_ratio = log2 of its rate
    over the rate of all places pooled added: 1 is twice the common rate. -inf where it is 0.
    """
    of = next(c for c in ("term", "category", "surface", "role") if c in counts and c != by)
    table = counts.groupby([by, of], observed=True)[["n", "n_han"]].sum().reset_index()
    pooled = table.groupby(of, observed=True)[["n", "n_han"]].transform("sum")
    table["rate"] = 1000 * table["n"] / table["n_han"]
    with np.errstate(divide="ignore"):
        return table.assign(
            log_ratio=np.log2(table["rate"] / (1000 * pooled["n"] / pooled["n_han"]))
        )
