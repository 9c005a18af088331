"""What the scripts beside it that use pandas do alike, once words and mentions are counted."""

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from scipy.stats import power_divergence

TERMS = ["高质量发展", "营商环境", "数字经济", "数字政府", "放管服", "新质生产力"]


def write_keyness(out, words, n_a, n_b):
    """Write the hundred words that are key in side a by G2 over four cells (Dunning 1993)."""
    size_a, size_b = n_a.sum(), n_b.sum()
    used = (n_a + n_b) > 0
    n_a, n_b, words = n_a[used], n_b[used], words[used]
    share = (n_a + n_b) / (size_a + size_b)
    rest = 1 - share
    observed = np.array([n_a, n_b, size_a - n_a, size_b - n_b], dtype=float)
    expected = np.array([size_a * share, size_b * share, size_a * rest, size_b * rest])
    g2 = power_divergence(observed, expected, lambda_="log-likelihood").statistic
    keyness = pd.DataFrame({"word": words, "g2": g2})
    keyness = keyness[(n_a / size_a > n_b / size_b) & (keyness["word"].str.len() > 1)]
    keyness.nlargest(100, "g2").to_csv(out / "keyness.csv", index=False)


def write_rates(out, mentions, han, years):
    """Write the rate of each term by year, per 1,000 Han characters, and a figure of them."""
    sums = mentions.groupby(years).sum()
    rates = 1000 * sums.div(han.groupby(years).sum(), axis=0)
    rates = rates.rename_axis("year")
    rates.melt(var_name="term", value_name="rate", ignore_index=False).to_csv(out / "rates.csv")
    plt.rcParams["font.sans-serif"] = ["SimHei", "Noto Sans CJK SC", "DejaVu Sans"]
    rates.plot(xticks=rates.index)
    plt.savefig(out / "rates.png")
