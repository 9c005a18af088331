"""How terms spread, as figures. They draw the table they are given."""

import matplotlib.pyplot as plt
from matplotlib.ticker import PercentFormatter

from .strokes import head, interval_line
from .style import BLUE, RED, TWO, label


def plot_spread(shares):
    """Draw how a term spread: the share of reports that use it by year, a line for each level.

    One row per level x year x term: level, year, term, share, low, high (as `add_shares` gives it),
    and gloss_en where there is one. A level of one place is left out: its share is all or nothing.
    """
    terms = list(dict.fromkeys(shares["term"].astype(str)))
    levels = [
        level for level, part in shares.groupby("level", sort=False) if part["reports"].max() > 1
    ]
    figure, axes = plt.subplots(1, len(terms), figsize=(TWO, 2.1), squeeze=False, sharey=True)
    for ax, term in zip(axes[0], terms, strict=True):
        ends = []
        for shift, level, colour in zip((-0.06, 0.06), levels, (RED, BLUE), strict=False):
            part = shares[(shares["term"] == term) & (shares["level"] == level)].sort_values("year")
            years = part["year"] + shift
            interval_line(ax, years, part["share"], part["low"], part["high"], colour)
            ends.append((part["share"].iloc[-1], years.iloc[-1], level, colour))
        last = -1.0
        for y, x, level, colour in sorted(ends):
            last = max(y, last + 0.08)  # names keep clear of each other
            at = (x + 0.15, last)
            ax.annotate(label(level), at, color=colour, va="center", annotation_clip=False)
        head(ax, term, shares.loc[shares["term"] == term])
        ax.set_ylim(0, 1.02)
        ax.yaxis.set_major_formatter(PercentFormatter(1, decimals=0))
        ax.set_xticks(sorted(shares["year"].unique()))
        ax.margins(x=0.14)
        ax.grid(axis="y")
    axes[0][0].set_ylabel(label("share"))
    return figure
