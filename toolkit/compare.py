"""Places against places: which terms set them apart, and by how much."""

import numpy as np
import pandas as pd
from scipy.sparse import csr_array
from scipy.special import stdtr, stdtrit

from .counts import (
    check_cells,
    check_names,
    check_rows,
    counted,
    need,
    spread_counts,
    sum_counts,
)


def contrast(counts, a, b=None, *, by="place"):
    """Compare two groups' rates of each term.

    One row per group x unit x term in, as `count_terms` gives: for two places `by=["place",
    "year"]`, a place's reports being the units; for two levels `by=["level", "place"]`, places
    being the units. One row per term out: the term; n_a, n_b; rate_a, rate_b, per 1,000 Han
    characters; log_ratio = log2(rate_a / rate_b) (Hardie 2014); low, high, its 95 % interval;
    units_a, units_b; why. `b=None` takes all other groups together. A term without a row in a unit
    is 0 there, but every unit needs a row.

    The interval rests on how the units of each group differ: the variance of a ratio of sums
    (Cochran 1977, ch. 6), but never less than that of mentions drawn one by one; Student's t on
    the degrees of freedom of Welch (1947). Where the same places stand on both sides (two years),
    their differences count, on the places less one. It does not show that a difference is large in
    meaning, nor that a term was not picked because it differs.

    A term one group never uses has an infinite log ratio, and `why` says whose n is 0. The end that
    can be known bounds none by 3 draws (Hanley & Lippman-Hand 1983) and takes the other group's
    matches for the draws they are worth, one over the variance of its log rate: n where its units
    are even, about one where a single unit has them all (of places on both sides, those that use
    it); the reach of that rate is taken off too. Of terms that fall on 5 to 40 units a side by
    chance this calls at most 5 % clear of equal rates, on two units a side up to a quarter.

    Raises ValueError for an unknown group, one on both sides, a group of fewer than two units, and
    counts that are missing, negative or counted twice.
    """
    need(counts, [by, "n", "n_han"], f"counts by {by}", f"count_terms(..., by=['{by}', ...])")
    groups = counts[by].drop_duplicates().astype(str).unique()
    check_names([a] if b is None else [a, b], groups, by)
    if str(a) == str(b):
        raise ValueError(f"'{a}' stands on both sides; take another {by} for one of them.")
    others = [group for group in groups if group != str(a)] if b is None else [str(b)]
    matrix, cells, terms, of = as_matrix(counts, by)
    (n_a, han_a), (n_b, han_b) = (
        side_of(matrix, cells, side, by=by, fewest=2) for side in ([str(a)], others)
    )
    table = between(n_a.toarray(), n_b.toarray(), han_a, han_b).drop(
        columns=["z_clustered", "p_clustered"]
    )
    table.insert(0, of, pd.Categorical(terms, terms))
    table = table.assign(units_a=len(han_a), units_b=len(han_b), why=table.pop("why"))
    return table[(table["n_a"] > 0) | (table["n_b"] > 0)].reset_index(drop=True)


def as_matrix(counts, by):
    """Give counts as a sparse matrix of cells x terms, the first row of each cell, the terms, and the
    column that names them.

    A cell is what the columns before the term name: a place and year. Raises ValueError for counts
    that are missing, negative or counted twice, and where `by` is not one of those columns.
    """
    of = counted(counts, [by])
    lead = list(counts.columns[: counts.columns.get_loc(of)])
    if by not in lead:
        raise ValueError(
            f"the columns before '{of}' name the groups, and '{by}' is not among them: "
            f"{', '.join(map(str, lead)) or 'none'}. Order the columns as count_terms does."
        )
    _, cell, cells, names = check_cells(counts, [by])
    if (counts["n_han"].to_numpy() != cells["n_han"].to_numpy()[cell]).any():
        raise ValueError(
            f"rows of the same {', '.join(map(str, lead))} differ in n_han, the length of one text. "
            "Count once, by all that tells the rows apart: count_terms(..., by=[...])."
        )
    matrix = csr_array(
        (counts["n"].to_numpy(dtype=float), (cell, names.cat.codes.to_numpy())),
        shape=(len(cells), len(names.cat.categories)),
    )
    return matrix, cells, names.cat.categories, of


def side_of(matrix, cells, groups, *, by, fewest):
    """Give one side's counts as a sparse matrix of terms x units, and each unit's Han characters.

    Units are places, in whatever cells they stand; with by="place" each cell is one: a report.
    """
    own = by == "place" or "place" not in cells
    unit = pd.Series(cells.index) if own else cells["place"].astype(str)
    at = np.flatnonzero(cells[by].astype(str).isin(groups))
    code, names = pd.factorize(unit.iloc[at], sort=True)
    if len(names) < fewest:
        raise ValueError(
            f"'{', '.join(groups)}' has {len(names)} unit(s) in these counts; to tell a difference "
            f"of sides from one of units takes at least {fewest}. Count by places or reports as "
            "well, by=[..., 'year'], or show the counts themselves."
        )
    gather = csr_array((np.ones(len(at)), (code, at)), shape=(len(names), len(cells)))
    return (gather @ matrix).T.tocsr(), pd.Series(gather @ cells["n_han"].to_numpy(float), names)


def between(n_a, n_b, han_a, han_b):
    """Compare two sides term by term: rates, their ratio with its interval, and their difference.

    Dense counts of terms x units and the units' lengths in; one row per term out. See `contrast`
    for the ratio and `keyness` for the difference, z_clustered and p_clustered.
    """
    few_a, few_b = (np.sqrt(len(han) / (len(han) - 1)) for han in (han_a, han_b))
    places = han_a.index.union(han_b.index)
    paired = len(places) < len(han_a) + len(han_b)  # the same places on both sides
    if paired:
        (n_a, han_a), (n_b, han_b) = _laid(n_a, han_a, places), _laid(n_b, han_b, places)
    sum_a, sum_b = n_a.sum(axis=1), n_b.sum(axis=1)
    all_a, all_b = han_a.sum(), han_b.sum()
    rate_a, rate_b = sum_a / all_a, sum_b / all_b
    left_a = (n_a - np.outer(rate_a, han_a)) / all_a * few_a
    left_b = (n_b - np.outer(rate_b, han_b)) / all_b * few_b
    # never surer than if every mention were drawn by itself
    pooled = (sum_a + sum_b) / (all_a + all_b)
    variance, freedom = _variance(left_a, left_b, paired, pooled * (1 / all_a + 1 / all_b))
    with np.errstate(divide="ignore", invalid="ignore"):
        z = (rate_a - rate_b) / np.sqrt(variance)
        log_ratio = np.log2(rate_a / rate_b)
        alone = np.where(sum_a > 0, 1 / sum_a, 0) + np.where(sum_b > 0, 1 / sum_b, 0)
        left_a, left_b = (
            left / np.where(rate > 0, rate, 1)[:, None]
            for left, rate in ((left_a, rate_a), (left_b, rate_b))
        )
        relative, free = _variance(left_a, left_b, paired, alone)
        if paired:  # only places that use a term tell its sides apart
            users = ((n_a + n_b) / (sum_a + sum_b)[:, None]) ** 2
            relative = np.where((sum_a > 0) & (sum_b > 0), relative, users.sum(axis=1))
        reach = stdtrit(free, 0.975) * np.sqrt(relative) / np.log(2)
        # where one side has none, `relative` is of the other: as sure as 1 / relative draws are
        low = np.where(sum_b == 0, -np.log2(3 * relative * all_a / all_b), log_ratio) - reach
        high = np.where(sum_a == 0, np.log2(3 * relative * all_b / all_a), log_ratio) + reach
    return pd.DataFrame(
        {
            "n_a": sum_a.astype(int), "n_b": sum_b.astype(int),
            "rate_a": 1000 * rate_a, "rate_b": 1000 * rate_b,
            "log_ratio": log_ratio,
            "low": np.where(sum_a == 0, -np.inf, low), "high": np.where(sum_b == 0, np.inf, high),
            "z_clustered": z, "p_clustered": 2 * stdtr(freedom, -np.abs(z)),
            "why": np.select([sum_a == 0, sum_b == 0], ["n_a is 0", "n_b is 0"], ""),
        }
    )  # fmt: skip


def _laid(n, han, places):
    """Lay dense counts of terms x places, and their lengths, out over more places: 0 where none."""
    at = han.index.get_indexer(places)  # -1 is the column of zeros
    return np.pad(n, [(0, 0), (0, 1)]).take(at, axis=1), han.reindex(places, fill_value=0)


def _variance(left_a, left_b, paired, floor):
    """Give the variance of each term's difference between two sides, and its degrees of freedom.

    One row per term, one column per unit in: what each unit of a side adds to it (its residual,
    for few units scaled up); `floor` is the least that the variance may be. Independent units as
    Welch (1947); where sides are paired, which have the same columns then, their differences count.
    """
    if paired:
        variance = ((left_a - left_b) ** 2).sum(axis=1)
        return np.fmax(variance, floor), left_a.shape[1] - 1
    var_a, var_b = (left_a**2).sum(axis=1), (left_b**2).sum(axis=1)
    free_a, free_b = left_a.shape[1] - 1, left_b.shape[1] - 1
    with np.errstate(divide="ignore", invalid="ignore"):
        spread = var_a**2 / free_a + var_b**2 / free_b
        freedom = np.where(spread > 0, (var_a + var_b) ** 2 / spread, free_a + free_b)
    return np.fmax(var_a + var_b, floor), freedom


def profile(counts, *, by="place"):
    """Compare every place with all places together, term by term.

    One row per place x term in; one row per place x term out, with log_ratio = log2 of its rate
    over the rate of all places pooled added: 1 is twice the common rate; and why it is -inf (n is
    0) or missing (no place uses the term), else ''. It has no interval: `contrast` has.

    Raises ValueError for counts that are missing, negative or without their zeros (those of tokens).
    """
    need(counts, [by, "n", "n_han"], f"counts by {by}", f"count_terms(..., by='{by}')")
    of = check_rows(counts, [by])
    groups, names, n, n_han = sum_counts(counts, [by], of)
    table = spread_counts(counts, groups[[by]], of, names, n, n_han)
    table["rate"] = 1000 * table["n"] / table["n_han"]
    used = np.tile(n.sum(0) > 0, len(groups))
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = np.log2(table["rate"] / np.tile(1000 * n.sum(0) / n_han.sum(0), len(groups)))
    unknown = [~used, table["n"] == 0]
    return table.assign(log_ratio=ratio, why=np.select(unknown, [f"no {by} uses it", "n is 0"], ""))
