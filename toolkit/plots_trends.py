"""How terms moved, as figures: rates, shares and trends. They draw the table they are given."""

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.ticker import FuncFormatter, MaxNLocator, MultipleLocator, PercentFormatter

from .counts import counted
from .strokes import head, interval_line
from .style import BLUE, TWO, label


def plot_trends(rates, *, columns=4, colours=None):
    """Draw the rate of each term by year, each in its own panel from zero, with its interval.

    One row per year x term (or kind of claim): year, term, rate, low, high (as `pool_rates` gives
    it; counts, which have no intervals, are drawn without) and, where the table has it, gloss_en.
    Panels stand in the order of the terms; their scales differ. `colours` maps terms to colours.
    """
    return _panels(rates, "rate", columns, colours, FuncFormatter(lambda v, _: f"{v:g}"))


def plot_shares(shares, *, columns=4, colours=None):
    """Draw the share of reports that use each term by year, with its interval, on one scale.

    One row per year x term: year, term, share, low, high (as `add_shares` gives it) and, where
    the table has it, gloss_en.
    """
    return _panels(shares, "share", columns, colours, PercentFormatter(1, decimals=0))


def _panels(table, value, columns, colours, formatter):
    if "low" not in table:  # counts of too few places have rates, but no intervals
        table = table.assign(low=np.nan, high=np.nan)
    of = counted(table)
    table = table.assign(term=table[of])
    terms = list(dict.fromkeys(table["term"].astype(str)))
    years = sorted(table["year"].unique())
    rows = -(-len(terms) // columns)
    figure, axes = plt.subplots(
        rows,
        columns,
        figsize=(TWO, 1.45 * rows + 0.15),
        squeeze=False,
        sharex=True,
        sharey=value == "share",
    )
    for ax, term in zip(axes.flat, terms, strict=False):
        part = table[table["term"] == term].sort_values("year")
        interval_line(
            ax,
            part["year"],
            part[value],
            part["low"],
            part["high"],
            (colours or {}).get(term, BLUE),
        )
        head(ax, label(f"kind {term}") if of == "kind" else term, part)
        ax.set_ylim(0, 1.02 if value == "share" else None)
        ax.yaxis.set_major_locator(MultipleLocator(0.5) if value == "share" else MaxNLocator(3))
        ax.yaxis.set_major_formatter(formatter)
        ax.set_xticks(years, [f"'{year % 100:02}" for year in years])
        ax.grid(axis="y")
    for ax in axes.flat[len(terms) :]:
        ax.set_axis_off()
    figure.supylabel(label(value), fontsize=7.5)
    return figure
