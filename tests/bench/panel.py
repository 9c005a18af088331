"""How long the statistics take on a collection the size of a country, each in a fresh process on one core.

    python tests/bench/panel.py                   every function; writes panel.md beside this file
    python tests/bench/panel.py trend shape       these, printed

Of each function: the rows that go in, the seconds of the call (of the processor, whatever else runs), and
the highest memory of its process, with all that it was given. The collection is invented and the same
every time: one report of 400 clauses for every place and year, each term in few of them.
"""

import os
import resource
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))

import toolkit as tk  # noqa: E402

SIZE = (5000, 5, 1000)  # places, years, terms
CLAUSES, HAN = 400, 30  # of a report; of a clause
TOKENS, VOCABULARY = 200, 20_000  # drawn for each of a report's two roles; there are


def reports(places, years, _):
    """Give a report for every place and year."""
    place, year = (at.ravel() for at in np.indices((places, years)))
    names = np.array([f"虚构{i:04}" for i in range(places)], dtype=object)[place]
    level = np.repeat(["provincial", "prefectural", "county"], [31, 333, places])[place]
    table = pd.DataFrame({"place": names, "level": level, "year": 2020 + year})
    table["report_id"] = table["place"] + table["year"].astype(str)
    return table.assign(n_han=HAN * CLAUSES).astype({"year": "Int64"})


def draw(places, years, terms):
    """Draw the mentions of each term in each report; places, years and terms differ."""
    rng = np.random.default_rng(0)
    rate = np.exp(
        rng.normal(-3, 1.3, terms) + np.outer(np.arange(years), rng.normal(0, 0.2, terms))
    )
    rate = rate * rng.lognormal(0, 0.5, (places, 1, terms)) * (rng.random((places, 1, terms)) < 0.7)
    return rng.poisson(rate).reshape(places * years, terms)


def category(codes, kind, number):
    """Give codes as a column of so many names."""
    return pd.Categorical.from_codes(codes, [f"{kind}{i:05}" for i in range(number)])


def counts(*size):
    """Give what count_terms gives by level, place and year: a row for every report and term."""
    n, table = draw(*size), reports(*size)[["level", "place", "year"]]
    table = table.loc[table.index.repeat(size[2])].reset_index(drop=True)
    table["term"] = category(np.tile(np.arange(size[2]), len(n)), "词", size[2])
    table["n"], table["n_title"], table["reports"] = n.ravel(), 0, 1
    table["with_term"] = (table["n"] > 0).astype(int)
    table["n_han"] = np.int64(HAN * CLAUSES)
    return (table.assign(rate=1000 * table["n"] / table["n_han"]),)


def texts(*size):
    """Give hits, clauses and reports: each mention in some clause of its report."""
    n, table = draw(*size), reports(*size)
    ids = pd.CategoricalDtype(table["report_id"])
    report = np.repeat(np.arange(len(n)), CLAUSES)
    clauses = pd.DataFrame({"report_id": pd.Categorical.from_codes(report, dtype=ids)})
    clauses["clause"] = np.tile(np.arange(CLAUSES, dtype=np.int64), len(n))
    clauses["role"] = category(clauses["clause"] * 2 // CLAUSES, "role", 2)
    clauses["n_han"] = np.int64(HAN)
    report, term = np.divmod(np.repeat(np.arange(n.size), n.ravel()), size[2])
    hits = pd.DataFrame({"report_id": pd.Categorical.from_codes(report, dtype=ids)})
    hits["clause"] = np.random.default_rng(1).integers(0, CLAUSES, len(hits), dtype=np.int64)
    return hits.assign(term=category(term, "词", size[2]), in_title=False), clauses, table


def words(*size):
    """Give tokens, clauses and reports: a token's chance falls with its rank (Zipf)."""
    hits, clauses, table = texts(*size)
    part, _ = np.divmod(np.arange(2 * TOKENS * len(table)), TOKENS)
    token = (VOCABULARY ** np.random.default_rng(2).random(len(part))).astype(int) - 1
    ids = pd.Categorical.from_codes(part // 2, dtype=hits["report_id"].dtype)
    tokens = pd.DataFrame({"report_id": ids, "role": category(part % 2, "role", 2)})
    tokens = tokens.assign(token=category(token, "词", VOCABULARY), n=np.int64(1))
    return tokens.drop_duplicates(ignore_index=True), clauses, table


def blocks(*size):
    """Give counts of three terms by report and block."""
    hits, clauses, table = texts(*size)
    by = {"by": ["report_id", "block"], "among": list(hits["term"].cat.categories[:3])}
    return (tk.count_terms(hits, tk.add_blocks(clauses), table, **by),)


def first(*size):
    """Give first uses."""
    return (tk.first_use(*counts(*size)),)


CASES = {  # what is made first, and the call that is measured
    "count_terms": (texts, lambda h, c, r: tk.count_terms(h, c, r, by=["level", "place", "year"])),
    "count_tokens_by": (words, tk.count_tokens_by),
    "frequent_tokens": (words, lambda t, c, r: tk.frequent_tokens(t, c)),
    "role_shares": (texts, lambda h, c, r: tk.role_shares(c, r)),
    "coverage": (lambda *size: (reports(*size),), tk.coverage),
    "add_blocks": (lambda *size: texts(*size)[1:2], tk.add_blocks),
    "pool_rates by report": (blocks, lambda c: tk.pool_rates(c, by="report_id", cluster="block")),
    "pool_rates": (counts, tk.pool_rates),
    "add_shares": (counts, tk.add_shares),
    "check_design": (counts, tk.check_design),
    "trend": (counts, tk.trend),
    "trend by level": (counts, lambda c: tk.trend(c, by="level")),
    "shape": (counts, tk.shape),
    "first_use": (counts, tk.first_use),
    "adoption_curve": (first, tk.adoption_curve),
    "hazard": (first, lambda f: tk.hazard(f, by="level")),
    "compare_hazards": (
        lambda *size: (tk.hazard(*first(*size), by="level"),),
        lambda h: tk.compare_hazards(h, "prefectural", "county"),
    ),
    "contrast": (counts, lambda c: tk.contrast(c, 2024, 2020, by="year")),
    "profile": (counts, tk.profile),
    "keyness": (counts, lambda c: tk.keyness(c, 2024, 2020, by="year")),
    "dispersion": (
        lambda *size: (draw(*size),),
        lambda n: tk.dispersion(n, np.full(len(n), HAN * CLAUSES)),
    ),
    "add_tf_idf": (counts, tk.add_tf_idf),
    "correspondence": (counts, tk.correspondence),
    "compare_pairs": (counts, tk.compare_pairs),
    "cluster_order": (lambda *size: (tk.compare_pairs(*counts(*size)),), tk.cluster_order),
}


def call(name, size):
    """Make what a case takes, call it; print rows in, seconds, and peak MB of this process."""
    make, function = CASES[name]
    given = make(*size)
    begun = time.process_time()
    function(*given)
    seconds = time.process_time() - begun
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(len(given[0]), seconds, peak)


def rows(names=tuple(CASES), size=SIZE):
    """Measure cases one after the other, each in a fresh process: name, rows in, seconds, peak MB."""
    for name in names:
        command = [sys.executable, __file__, "--call", name, *map(str, size)]
        out = subprocess.run(command, check=True, capture_output=True, text=True).stdout
        many, seconds, peak = map(float, out.split())
        yield name, int(many), seconds, peak


def main(names):
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {0})  # one core, for the children too
    size = " x ".join(f"{part:,}" for part in SIZE)
    lines = [
        f"# Statistics of {size} places, years and terms",
        "",
        "Made by `python tests/bench/panel.py`.",
    ]
    lines += ["", "| function | rows in | seconds | peak MB |", "|---|---:|---:|---:|"]
    print("\n".join(lines))
    for name, many, seconds, peak in rows(names or CASES):
        lines.append(f"| {name} | {many:,} | {seconds:.1f} | {peak:,.0f} |")
        print(lines[-1], flush=True)
    if not names:
        Path(__file__).with_suffix(".md").write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    if sys.argv[1:2] == ["--call"]:
        call(sys.argv[2], tuple(map(int, sys.argv[3:])))
    else:
        main(sys.argv[1:])
