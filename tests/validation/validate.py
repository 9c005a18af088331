"""make validate: do the intervals, tests and refusals keep what they promise, on panels of known truth?

Writes three tables beside this file, the same on every run (some minutes on two cores):

results.csv            how often nominal 95 % intervals hold the truth, one row per measure x setting
false-discoveries.csv  how often nothing is taken for something at q <= 0.05, by words and by places
power.csv              how often a trend of known size is found at p <= 0.05

Panels come from toolkit.simulate: places differ by a lognormal factor (log standard deviation 0.5),
reports scatter as negative binomial with variance `overdispersion`, one report in ten is missing.
Ten panels share each draw of lengths and gaps, and of an adoption curve each year after the first counts as a
panel; low and high are the limits of Clopper & Pearson of what was counted.
"""

from concurrent.futures import ProcessPoolExecutor
from itertools import product
from pathlib import Path

import numpy as np
import pandas as pd

import toolkit as tk
from toolkit.uncertainty import exact_limits

HERE = Path(__file__).parent
DRAWS, TOGETHER = 100, 10  # draws of lengths and gaps, panels to each
TRUE_RATIO, TRUE_SIDES = 1.1, 1.5
RESAMPLES = 2000


def panels(places, years, mentions, spread, seed, ratios=(1.0,) * TOGETHER, sides=1.0):
    """Draw counts of one term in several panels; every second place is on side a, its rate higher."""
    terms = pd.DataFrame({"term": [f"panel {i}" for i in range(len(ratios))], "ratio": ratios})
    terms = terms.assign(rate=mentions / 15, provincial=1.0, since=None, uptake=1.0)
    counts = tk.simulate_counts(
        terms, places=places, years=years, spread=spread, missing=0.1, seed=seed
    )
    side = pd.factorize(counts["place"])[0] % 2 == 0
    if sides != 1:  # thin the other side: a gamma-Poisson count thinned is one of the lower mean
        rng = np.random.default_rng([seed, 7])
        counts["n"] = np.where(side, counts["n"], rng.binomial(counts["n"], 1 / sides))
    return counts.assign(side=np.where(side, "a", "b"))


def holds(table, truth, low="low", high="high"):
    """Count the intervals that hold the truth, and those there are."""
    there = table[low].notna() & table[high].notna()
    inside = (table[low] <= truth) & (truth <= table[high])
    return np.array([(inside & there).sum(), there.sum()])


def cover(setting):
    """Count for one setting how often each measure's intervals hold the truth."""
    places, years, mentions, spread = setting
    found = {}

    def add(measure, held):
        found[measure] = found.get(measure, 0) + held

    for draw in range(DRAWS):
        seed = 1000 * draw + places + years
        flat = panels(places, years, mentions, spread, seed)
        first = flat[flat["year"] == 2020]
        if first["place"].nunique() >= 5:
            pooled = tk.pool_rates(first)
            add("rate", holds(pooled, mentions / 15))
            add("rate, percentiles of resampled places", holds(resampled(first), mentions / 15))
            add("rate, mentions as draws", holds(alone(pooled), mentions / 15))
        apart = panels(places, years, mentions, spread, seed, sides=TRUE_SIDES)
        apart = apart[["side", "place", "year", "term", "n", "n_han"]]
        pairs = tk.contrast(apart, "a", "b", by="side")
        add("log ratio, two groups of places", holds(pairs, np.log2(TRUE_SIDES)))
        moving = panels(
            places, years, mentions, spread, seed, ratios=[1.0, TRUE_RATIO] * (TOGETHER // 2)
        )
        truth = np.array([1.0, TRUE_RATIO] * (TOGETHER // 2))
        moved = tk.trend(moving)
        add("trend, ratio per year", holds(moved, truth))
        add(
            "trend, last year to first",
            holds(moved, truth ** (years - 1), "last_low", "last_high"),
        )
    return [
        {
            "measure": measure, "places": places, "years": years, "mentions": mentions,
            "overdispersion": spread, "nominal": 0.95, **share(*held, "coverage"),
        }
        for measure, held in found.items()
    ]  # fmt: skip


def cover_adoption(places):
    """Count how often the interval of an adoption curve holds the chance to have adopted by a year."""
    terms = pd.DataFrame({"term": [f"panel {i}" for i in range(TOGETHER)], "ratio": 1.0})
    terms = terms.assign(rate=3.0, provincial=1.0, since=2021, uptake=0.4)  # 45 mentions a report
    held = np.zeros(2, dtype=int)
    for seed in range(DRAWS):
        counts = tk.simulate_counts(terms, places=places, missing=0.1, seed=seed)
        curve = tk.adoption_curve(tk.first_use(counts))
        curve = curve[curve["year"] >= 2021]
        held += holds(curve, 1 - 0.6 ** (curve["year"] - 2020))
    return [
        {
            "measure": "share of places that have adopted", "places": places, "years": 5,
            "mentions": 45.0, "overdispersion": 0.3, "nominal": 0.95, **share(*held, "coverage"),
        }
    ]  # fmt: skip


def share(k, n, name):
    """Give k of n as a share with its exact limits."""
    low, high = map(float, exact_limits(k, n))
    return {name: k / n, "low": low, "high": high, "panels": n}


def resampled(counts):
    """Give the percentile bootstrap over places, for comparison."""
    n = counts.pivot_table("n", "place", "term", observed=True).to_numpy()
    han = counts.pivot_table("n_han", "place", "term", observed=True).to_numpy()
    rng, even = np.random.default_rng(0), np.full(len(n), 1 / len(n))
    weight = rng.multinomial(len(n), even, RESAMPLES)
    low, high = np.percentile(1000 * (weight @ n) / (weight @ han), [2.5, 97.5], axis=0)
    return pd.DataFrame({"low": low, "high": high})


def alone(pooled):
    """Give the interval that takes every mention as an independent draw, for comparison."""
    reach = np.exp(1.959964 / np.sqrt(pooled["n"].clip(lower=1)))
    return pd.DataFrame({"low": pooled["rate"] / reach, "high": pooled["rate"] * reach})


def cover_report(setting):
    """Count how often the interval of a single report's rate holds the rate it was written at."""
    clauses, mentions, burst = setting
    rng = np.random.default_rng([clauses, int(10 * mentions), int(10 * burst)])
    found = {"rate of one report, blocks": 0, "rate of one report, percentiles of blocks": 0}
    for _ in range(DRAWS):
        n_han = rng.integers(15, 60, clauses)
        passage = np.cumsum(rng.random(clauses) < 1 / 10)  # of ten clauses on average
        tables = []
        for panel in range(TOGETHER):
            loud = (
                rng.gamma(1 / burst, burst, passage[-1] + 1) if burst else np.ones(passage[-1] + 1)
            )
            n = rng.poisson(mentions / n_han.sum() * n_han * loud[passage])
            tables.append(pd.DataFrame({"term": f"panel {panel}", "n": n, "n_han": n_han}))
        table = pd.concat(tables, keys=range(TOGETHER)).reset_index(names=["panel", "clause"])
        table["place"] = table["clause"] // 10
        table = table.groupby(["place", "term"], observed=True)[["n", "n_han"]].sum().reset_index()
        table["report_id"] = "one"
        true = 1000 * mentions / n_han.sum()
        pooled = tk.pool_rates(table, by="report_id", cluster="place")
        found["rate of one report, blocks"] += holds(pooled, true)
        found["rate of one report, percentiles of blocks"] += holds(resampled(table), true)
    return [
        {
            "measure": measure, "clauses": clauses, "mentions": mentions, "overdispersion": burst,
            "nominal": 0.95, **share(*held, "coverage"),
        }
        for measure, held in found.items()
    ]  # fmt: skip


def false_alarms(setting):
    """Count families of 50 terms in which something is called though nothing, or little, is there."""
    places, spread, true = setting
    families, terms = 200, 50
    any_false, proportion = {}, {}
    for seed in range(families):
        real = np.arange(terms) < true
        moving = panels(places, 5, 3.0, spread, seed, ratios=np.where(real, 1.3, 1.0))
        sided = moving.groupby(["side", "place", "term"], observed=True)[["n", "n_han"]].sum()
        sided = sided.reset_index()  # nothing tells the sides apart but for the first terms
        more = real[sided["term"].cat.codes] & (sided["side"] == "b")
        sided["n"] = np.where(more, 3 * sided["n"], sided["n"])
        keys = tk.keyness(sided, "a", "b", by="side").set_index("term")
        keys = keys.reindex(sided["term"].cat.categories)
        for name, q in (
            ("trend", tk.trend(moving)["q"]),
            ("keyness, places as draws", keys["q_clustered"]),
            ("keyness, words as draws", keys["q_naive"]),
        ):
            called = q.to_numpy() <= 0.05
            wrong = (called & ~real).sum()
            any_false[name] = any_false.get(name, 0) + (wrong > 0)
            proportion.setdefault(name, []).append(wrong / max(called.sum(), 1))
    return [
        {
            "measure": name, "places": places, "overdispersion": spread, "terms": terms,
            "true": true, "declared": 0.05, "false_discovery_rate": np.mean(proportion[name]),
            "error": np.std(proportion[name]) / np.sqrt(families),
            "families_with_one": any_false[name] / families, "families": families,
        }
        for name in any_false
    ]  # fmt: skip


def power(setting):
    """Count how often trends of known size are found, one row per size."""
    places, years, mentions = setting
    ratios = [1.02, 1.05, 1.1, 1.2, 1.5]
    found, n = np.zeros(len(ratios)), 0
    for draw in range(DRAWS):
        table = tk.trend(
            panels(places, years, mentions, 0.3, 5000 + draw, ratios=np.repeat(ratios, 4))
        )
        found += (table["p"] <= 0.05).to_numpy().reshape(len(ratios), 4).sum(1)
        n += 4
    return [
        {
            "measure": "trend", "places": places, "years": years, "mentions": mentions,
            "overdispersion": 0.3, "ratio": ratio, **share(int(k), n, "power"),
        }
        for ratio, k in zip(ratios, found, strict=True)
    ]  # fmt: skip


def main():
    """Run every setting and write the tables."""
    covers = [
        *product((8, 30, 80), (5,), (3.0, 0.3), (0.0, 0.3, 1.0)),
        *product((8, 30, 80), (3,), (3.0,), (0.3,)),
    ]
    reports = list(product((80, 400), (3.0, 10.0), (0.0, 1.0)))
    alarms = list(product((10, 30, 80), (0.3, 1.0), (0, 10)))
    powers = list(product((8, 15, 30, 50, 80), (3, 5), (3.0, 0.3)))
    with ProcessPoolExecutor() as pool:
        jobs = {
            "results.csv": [
                pool.map(cover, covers),
                pool.map(cover_adoption, (8, 30, 80)),
                pool.map(cover_report, reports),
            ],
            "false-discoveries.csv": [pool.map(false_alarms, alarms)],
            "power.csv": [pool.map(power, powers)],
        }
        for name, parts in jobs.items():
            rows = [row for part in parts for rows in part for row in rows]
            table = pd.DataFrame(rows)
            if "clauses" in table:  # of one report, not of places and years
                table = table.astype({"places": "Int64", "years": "Int64", "clauses": "Int64"})
            table.to_csv(HERE / name, index=False, float_format="%.4f", lineterminator="\n")
            print(f"{name}: {len(table)} rows")


if __name__ == "__main__":
    main()
