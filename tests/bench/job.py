"""What a script of one's own does with this toolkit: python job.py FOLDER OUT.

A folder of reports to keyness of the later against the earlier years, rates of six terms with their
intervals, and a figure of them.
"""

import sys
from pathlib import Path

import toolkit as tk

TERMS = ["高质量发展", "营商环境", "数字经济", "数字政府", "放管服", "新质生产力"]

if __name__ == "__main__":
    folder, out = map(Path, sys.argv[1:])
    corpus = tk.build(folder, only=("hits", "tokens"))
    tables = corpus.clauses, corpus.reports

    words = tk.count_tokens_by(corpus.tokens, *tables)
    key = tk.keyness(words, [2023, 2024], [2020, 2021], by="year")
    key = key[(key["log_ratio"] > 0) & (key["token"].astype(str).str.len() > 1)]
    key = key.sort_values("g2", ascending=False)[["token", "g2"]].head(100)
    key.set_axis(["word", "g2"], axis=1).to_csv(out / "keyness.csv", index=False)

    counts = tk.count_terms(corpus.hits, *tables, among=TERMS)
    rates = tk.pool_rates(counts, by="year")
    rates[["year", "term", "rate"]].to_csv(out / "rates.csv", index=False)
    tk.use_style("zh")
    tk.plot_trends(rates, columns=3).figure.savefig(out / "rates.png")
    print(len(corpus.reports), corpus.tokens["n"].sum(), corpus.reports["n_han"].sum())
