"""What simulated panels of known truth say of the measures, as figures. They draw what they are given."""

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.ticker import PercentFormatter

from .strokes import apart, tint
from .style import BLUE, GREY, INK, PALE, RED, SHADES, TWO, label


def plot_power(table):
    """Draw how often a trend of known size is found: a line for each ratio per year, by places.

    One row per places x years x mentions x ratio: places, years, mentions (expected in a report),
    ratio, power, low, high (as tests/validation/power.csv has them). A panel for each number of
    years and of mentions; the level that many call enough, 0.8, is marked. Bars are 95 % intervals.
    """
    kinds = [
        (years, mentions)
        for mentions in sorted(table["mentions"].unique())
        for years in sorted(table["years"].unique())
    ]
    ratios = sorted(table["ratio"].unique())
    figure, axes = plt.subplots(
        1, len(kinds), figsize=(TWO, 2.3), squeeze=False, sharey=True, sharex=True
    )
    for ax, (years, mentions) in zip(axes[0], kinds, strict=True):
        part = table[(table["years"] == years) & (table["mentions"] == mentions)]
        ax.axhline(0.8, color=GREY, lw=0.6, ls=(0, (4, 3)))
        for at, ratio in enumerate(ratios):
            line = part[part["ratio"] == ratio].sort_values("places")
            colour = SHADES(0.3 + 0.7 * at / max(len(ratios) - 1, 1))
            ax.vlines(line["places"], line["low"], line["high"], color=tint(colour), lw=2.2)
            ax.plot(line["places"], line["power"], color=colour, lw=1.2, marker="o", ms=2.4)
        ax.set_title(label("mentions in years").format(mentions=f"{mentions:g}", years=years))
        ax.set(ylim=(0, 1.02), xticks=sorted(table["places"].unique()), xlabel=label("places"))
        ax.yaxis.set_major_formatter(PercentFormatter(1, decimals=0))
        ax.grid(axis="y")
        ax.margins(x=0.06)
    ends = part.sort_values("places").groupby("ratio").tail(1).sort_values(["power", "ratio"])
    for ratio, height in zip(ends["ratio"], apart(ends["power"], 0.075, 1.0), strict=True):
        axes[0][-1].annotate(
            f"× {ratio:g}", (1.03, height), xycoords=("axes fraction", "data"),
            va="center", annotation_clip=False, fontsize=6.5,
        )  # fmt: skip
    axes[0][0].set_ylabel(label("power"))
    return figure


def plot_interval_coverage(table, *, ours, others=()):
    """Draw how often nominal 95 % intervals hold the truth: a row for each measure, a dot a setting.

    One row per measure x setting: measure, coverage, nominal (as tests/validation/results.csv has
    them). `ours` names the measures to draw in colour, `others` those for comparison, in grey, from
    the top down. The band is two points to either side of the nominal share; what falls short of it is
    red.
    """
    names = [*ours, *others][::-1]
    nominal = table["nominal"].iloc[0]
    ax = plt.subplots(figsize=(TWO, 0.26 * len(names) + 0.65))[1]
    ax.axvspan(nominal - 0.02, nominal + 0.02, color=PALE, lw=0, alpha=0.7)
    ax.axvline(nominal, color=INK, lw=0.6)
    for y, name in enumerate(names):
        held = np.sort(table.loc[table["measure"] == name, "coverage"].to_numpy())
        short = held < nominal - 0.02
        for part, colour in (
            (short, RED if name in ours else GREY),
            (~short, BLUE if name in ours else GREY),
        ):
            at = y + 0.2 * (np.arange(len(held)) % 3 - 1)
            ax.plot(held[part], at[part], "o", color=colour, ms=2.8, mew=0, alpha=0.75)
    ax.set_yticks(range(len(names)), [label(f"measure {name}") for name in names])
    ax.tick_params(axis="y", length=0)
    ax.spines["left"].set_visible(False)
    ax.xaxis.set_major_formatter(PercentFormatter(1, decimals=0))
    ax.set(ylim=(-0.6, len(names) - 0.4), xlabel=label("interval coverage"))
    ax.grid(axis="x")
    return ax
