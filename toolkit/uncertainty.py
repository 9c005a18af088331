"""How sure a rate or a share is, with places, not words, as what was drawn."""

import numpy as np
import pandas as pd
from scipy.stats import beta

from .counts import check_names, need

DRAWS = 2000
SEED = 20240101
FEWEST = 5  # clusters: below this an interval over clusters says nothing


def pool_rates(counts, *, by="year", cluster="place"):
    """Pool rates over places, with 95 % intervals from resampling whole places.

    One row per place x group x term in (as `count_terms` and `role_shares` give); one row per
    group x term out: *by; the term; n; n_han; rate, low, high, per 1,000 Han characters; clusters,
    the places behind them. The estimate is the ratio of sums. The interval is the percentile
    interval of 2,000 draws of places with replacement (cluster bootstrap, Cameron & Miller 2015),
    the same draws for every group, so that years can be compared. Where n is 0 the upper end is
    the bound 3 / n_han (95 %, one-sided; Hanley & Lippman-Hand 1983), which takes mentions as
    independent.

    Raises ValueError where fewer than five clusters stand behind a group.
    """
    need(counts, ["n", "n_han"], "counts", "count_terms or role_shares")
    by = [by] if isinstance(by, str) else list(by)
    check_names([*by, cluster], counts.columns, "column")
    of = next(c for c in ("term", "category", "surface", "role") if c in counts and c not in by)
    groups = counts.groupby([*by, cluster], observed=True)[of].nunique()
    if (groups != counts[of].nunique()).any():
        raise ValueError(
            f"rows are missing: every group needs a row for every {of}, those with n = 0 too. Count "
            "again and leave the zeros in."
        )
    seen = counts.groupby(by, observed=True)[cluster].nunique()
    if seen.min() < FEWEST:
        raise ValueError(
            f"'{seen.idxmin()}' has {seen.min()} {cluster}(s); an interval over them needs at "
            f"least {FEWEST}. Show the counts themselves, or pool more reports."
        )
    keys = [*by, of]
    table = counts.groupby(keys, observed=True)[["n", "n_han"]].sum().reset_index()
    table["rate"] = 1000 * table["n"] / table["n_han"]
    cell = counts.groupby(keys, observed=True).ngroup().to_numpy()
    place = pd.factorize(counts[cluster], sort=True)[0]
    wide = np.zeros((2, place.max() + 1, len(table)))
    np.add.at(wide, (0, place, cell), counts["n"].to_numpy())
    np.add.at(wide, (1, place, cell), counts["n_han"].to_numpy())
    low, high = _percentiles(wide)
    none = (table["n"] == 0).to_numpy()
    table["low"] = np.where(none, 0.0, 1000 * low)
    table["high"] = np.where(none, 3000 / table["n_han"], 1000 * high)
    return table.assign(clusters=table.merge(seen.rename("clusters"), on=by)["clusters"])


def _percentiles(wide):
    """Resample the clusters of (2, clusters, cells) sums; give the 95 % limits of their ratio."""
    clusters = wide.shape[1]
    drawn = np.random.default_rng(SEED).integers(0, clusters, size=(DRAWS, clusters))
    weights = np.stack([np.bincount(row, minlength=clusters) for row in drawn]).astype(float)
    limits = []
    for start in range(0, wide.shape[2], 512):  # whole numbers: sums are exact in any order
        n, n_han = (weights @ part for part in wide[:, :, start : start + 512])
        limits.append(np.quantile(n / np.maximum(n_han, 1), [0.025, 0.975], axis=0))
    return np.concatenate(limits, axis=1)


def add_shares(counts):
    """Add to counts the share of reports that use the term, with its exact 95 % interval.

    One row per group x term in and out, with share, low, high added: with_term / reports and the
    limits of Clopper & Pearson (1934), which take each report as one independent draw: one
    report a place and group. They bound a share of none as well.
    """
    need(counts, ["with_term", "reports"], "counts", "count_terms")
    used, reports = counts["with_term"], counts["reports"]
    return counts.assign(
        share=used / reports,
        low=np.where(used > 0, beta.ppf(0.025, used, reports - used + 1), 0.0),
        high=np.where(used < reports, beta.ppf(0.975, used + 1, reports - used), 1.0),
    )
