"""How long the statistics take on a collection the size of a country, each in a fresh process.

    python tests/bench/panel.py                   every function, at three sizes
    python tests/bench/panel.py trend shape       these

Prints a Markdown table: rows that go in, seconds of the call, highest memory of its process with all it
was given. The collection is invented and the same every time: places x years x terms, each report one
of 400 clauses, most terms in few reports.
"""

import os
import resource
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd

import toolkit as tk

ROOT = Path(__file__).parents[2]
SIZES = ((500, 5, 100), (1500, 5, 300), (5000, 5, 1000))  # places, years, terms
CLAUSES, TOKENS, VOCABULARY = 400, 200, 20_000  # of a report, of each of its two roles, in all


def reports(places, years, _):
    """Give one report for every place and year, as a build does."""
    place, year = (at.ravel() for at in np.indices((places, years)))
    level = np.repeat(["provincial", "prefectural", "county"], [31, 333, places])[place]
    names = np.array([f"虚构{i:04}" for i in range(places)], dtype=object)[place]
    table = pd.DataFrame({"level": level, "place": names, "year": 2020 + year, "n_han": 30 * CLAUSES})
    table.insert(0, "report_id", table["place"] + table["year"].astype(str))
    return table.astype({"year": "Int64"})


def draw(places, years, terms):
    """Draw the mentions of each term in each report: rates, places, years and uptake differ."""
    rng = np.random.default_rng(0)
    rate = rng.lognormal(-3, 1.3, terms) * np.exp(np.outer(np.arange(years), rng.normal(0, 0.2, terms)))
    size = rng.lognormal(0, 0.5, (places, 1, terms)) * (rng.random((places, 1, terms)) < 0.7)
    return rng.poisson(size * rate).reshape(places * years, terms)


def counts(*size):
    """Give what count_terms gives by level, place and year: a row for every report and term."""
    n, table = draw(*size).ravel(), reports(*size)[["level", "place", "year"]]
    table = table.loc[table.index.repeat(size[2])].reset_index(drop=True)
    table["term"] = pd.Categorical.from_codes(np.tile(np.arange(size[2]), len(n) // size[2]), names(size[2]))
    table["n"], table["n_title"], table["with_term"], table["reports"] = n, 0 * n, (n > 0) * 1, 1
    table["n_han"] = np.int32(30 * CLAUSES)
    return (table.assign(rate=1000 * n / (30 * CLAUSES)),)


def names(number):
    """Name terms or tokens."""
    return [f"词{i:05}" for i in range(number)]


def texts(*size):
    """Give hits, clauses and reports: every mention a match in some clause."""
    table, n = reports(*size), draw(*size)
    ids = pd.CategoricalDtype(table["report_id"])
    clauses = pd.DataFrame({"report_id": pd.Categorical.from_codes(np.repeat(np.arange(len(n)), CLAUSES), dtype=ids)})
    clauses["clause"] = np.tile(np.arange(CLAUSES, dtype=np.int32), len(n))
    clauses["role"] = pd.Categorical.from_codes(clauses["clause"] * 2 // CLAUSES, ["achievement", "plan"])
    clauses["n_han"] = np.int32(30)
    report, term = np.divmod(np.repeat(np.arange(n.size), n.ravel()), size[2])
    hits = pd.DataFrame({"report_id": pd.Categorical.from_codes(report, dtype=ids)})
    hits["clause"] = np.random.default_rng(1).integers(0, CLAUSES, len(hits), dtype=np.int32)
    hits["term"] = pd.Categorical.from_codes(term, names(size[2]))
    return hits.assign(in_title=False), clauses, table


def words(*size):
    """Give tokens, clauses and reports: the tokens of each role, the first of the vocabulary oftener."""
    hits, clauses, table = texts(*size)
    rows = 2 * TOKENS * len(table)
    code = (VOCABULARY ** np.random.default_rng(2).random(rows)).astype(int) - 1
    tokens = pd.DataFrame({"report_id": pd.Categorical.from_codes(np.arange(rows) // (2 * TOKENS), dtype=hits["report_id"].dtype)})
    tokens["role"] = pd.Categorical.from_codes(np.arange(rows) // TOKENS % 2, ["achievement", "plan"])
    tokens["token"] = pd.Categorical.from_codes(code, names(VOCABULARY))
    tokens = tokens.drop_duplicates(ignore_index=True)
    return tokens.assign(n=np.int32(1)), clauses, table


def blocks(*size):
    """Give counts of three terms by report and block."""
    hits, clauses, table = texts(*size)
    return (tk.count_terms(hits, tk.add_blocks(clauses), table, by=["report_id", "block"], among=names(3)),)


def first(*size):
    """Give first uses."""
    return (tk.first_use(*counts(*size)),)


def hazards(*size):
    """Give hazards by level."""
    return (tk.hazard(*first(*size), by="level"),)


def pairs(*size):
    """Give pairs of places."""
    return (tk.compare_pairs(*counts(*size)),)


def sides(*size):
    """Give mentions of each term and the text of two sides, 100 times over: columns of numbers."""
    n = np.tile(draw(*size), 100 if False else 1)
    return n[0], n.sum(), n[1], n.sum()


CASES = {  # what is measured: what is made first, the call
    "count_terms": (texts, lambda h, c, r: tk.count_terms(h, c, r, by=["level", "place", "year"])),
    "count_tokens_by": (words, tk.count_tokens_by),
    "frequent_tokens": (words, lambda t, c, r: tk.frequent_tokens(t, c)),
    "role_shares": (texts, lambda h, c, r: tk.role_shares(c, r)),
    "coverage": (texts, lambda h, c, r: tk.coverage(r)),
    "add_blocks": (texts, lambda h, c, r: tk.add_blocks(c)),
    "add_shares": (counts, tk.add_shares),
    "pool_rates": (counts, tk.pool_rates),
    "pool_rates by report": (blocks, lambda c: tk.pool_rates(c, by="report_id", cluster="block")),
    "check_design": (counts, tk.check_design),
    "trend": (counts, tk.trend),
    "trend by level": (counts, lambda c: tk.trend(c, by="level")),
    "shape": (counts, tk.shape),
    "first_use": (counts, tk.first_use),
    "adoption_curve": (first, tk.adoption_curve),
    "hazard": (first, lambda f: tk.hazard(f, by="level")),
    "compare_hazards": (hazards, lambda h: tk.compare_hazards(h, "prefectural", "county")),
    "contrast": (counts, lambda c: tk.contrast(c, 2024, 2020, by="year")),
    "contrast levels": (counts, lambda c: tk.contrast(c, "prefectural", by="level")),
    "profile": (counts, tk.profile),
    "keyness": (counts, lambda c: tk.keyness(c, 2024, 2020, by="year")),
    "add_tf_idf": (counts, tk.add_tf_idf),
    "compare_pairs": (counts, tk.compare_pairs),
    "cluster_order": (pairs, tk.cluster_order),
    "correspondence": (counts, tk.correspondence),
}  # fmt: skip


def call(name, size):
    """Make what a case takes, call it; print rows in, seconds, and peak MB of this process."""
    make, function = CASES[name]
    given = make(*size)
    begun = time.perf_counter()
    function(*given)
    seconds = time.perf_counter() - begun
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(len(given[0]), seconds, peak)


def rows(names=CASES, sizes=SIZES):
    """Measure cases in fresh processes: name, size, rows in, seconds, peak MB of each."""
    for name in names:
        for size in sizes:
            command = [sys.executable, __file__, "--call", name, *map(str, size)]
            out = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)
            many, seconds, peak = map(float, out.stdout.split())
            yield name, " x ".join(map(str, size)), int(many), seconds, peak


if __name__ == "__main__":
    if sys.argv[1:2] == ["--call"]:
        call(sys.argv[2], tuple(map(int, sys.argv[3:])))
    else:
        print("| function | places x years x terms | rows in | seconds | peak MB |")
        print("|---|---|---:|---:|---:|")
        for name, size, many, seconds, peak in rows(sys.argv[1:] or CASES):
            print(f"| {name} | {size} | {many:,} | {seconds:.1f} | {peak:,.0f} |", flush=True)
