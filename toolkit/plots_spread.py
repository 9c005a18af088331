"""How terms spread, as figures. They draw the table they are given."""

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.ticker import MultipleLocator, PercentFormatter

from .strokes import apart, gloss, head, interval_line
from .style import BLUE, GREY, OCHRE, PALE, RED, TEAL, TWO, is_chinese, label


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
        ends.sort()
        heights = apart([end[0] for end in ends], 0.08, 1.02)
        for y, (_, x, level, colour) in zip(heights, ends, strict=True):
            at = (x + 0.15, y)
            ax.annotate(label(level), at, color=colour, va="center", annotation_clip=False)
        head(ax, term, shares.loc[shares["term"] == term])
        ax.set_ylim(0, 1.02)
        ax.yaxis.set_major_formatter(PercentFormatter(1, decimals=0))
        ax.set_xticks(sorted(shares["year"].unique()))
        ax.margins(x=0.14)
        ax.grid(axis="y")
    axes[0][0].set_ylabel(label("share"))
    return figure


def plot_adoption(curve):
    """Draw how many places had used each term by each year: a panel a term, a step a year.

    One row per group x term x year, as `adoption_curve` gives it: the group's columns, the term,
    year, share, low, high, and gloss_en where there is one. Bands are the intervals. Groups have
    the same colour in every panel and their names at the end of each row.

    Raises ValueError for more than five groups: lines could no longer be told apart.
    """
    *by, of = curve.columns[: curve.columns.get_loc("year")]
    lines = curve[by].map(label).agg(" · ".join, axis=1) if by else pd.Series("", curve.index)
    groups = list(lines.unique())
    colours = (RED, BLUE, OCHRE, TEAL, GREY) if len(groups) > 1 else (BLUE,)
    if len(groups) > len(colours):
        raise ValueError(
            f"{len(groups)} groups are more lines than can be told apart ({len(colours)}). Give the "
            "rows of fewer, or draw the curve of coarser groups: adoption_curve(first, by='region')."
        )
    terms = list(dict.fromkeys(curve[of].astype(str)))
    years = sorted(curve["year"].unique())
    edges = np.append(np.array(years) - 0.5, years[-1] + 0.5)
    columns, shade = min(4, len(terms)), 0.4 / max(2, len(groups))
    rows = -(-len(terms) // columns)
    size = (TWO, 1.5 * rows + 0.15)
    figure, axes = plt.subplots(
        rows, columns, figsize=size, squeeze=False, sharex=True, sharey=True
    )
    for at, (ax, term) in enumerate(zip(axes.flat, terms, strict=False)):
        ends = []
        for group, colour in zip(groups, colours, strict=False):
            part = curve[(curve[of] == term) & (lines == group)].set_index("year")
            if part.empty:
                continue
            low, share, high = (part[c].reindex(years) for c in ("low", "share", "high"))
            ax.stairs(high, edges, baseline=low, fill=True, color=colour, alpha=shade, lw=0)
            ax.stairs(share, edges, baseline=None, color=colour, lw=1.4, clip_on=False, zorder=3)
            ends.append((share.iloc[-1], group, colour))
        if (at + 1) % columns == 0 or at + 1 == len(terms):
            ends.sort()
            heights = apart([end[0] for end in ends], 0.13, 1)
            for y, (_, name, colour) in zip(heights, ends, strict=True):
                at_end = (edges[-1] + 0.12, y)
                ax.annotate(name, at_end, color=colour, va="center", annotation_clip=False)
        head(ax, term, curve[curve[of] == term])
        ax.set(xlim=(edges[0], edges[-1]), ylim=(0, 1.02))
        ax.yaxis.set_major_locator(MultipleLocator(0.5))
        ax.yaxis.set_major_formatter(PercentFormatter(1, decimals=0))
        ax.set_xticks(years, [f"'{year % 100:02}" for year in years])
        ax.grid(axis="y")
    for ax in axes.flat[len(terms) :]:
        ax.set_axis_off()
    figure.supylabel(label("adopted"), fontsize=7.5)
    return figure


_NAMES = (1.75, 1.25)  # inches: names of terms with glosses, and without, as in Chinese
_ROW, _DOTS = 0.58, 0.3  # inches: a row of the timeline; its dots


def plot_timeline(first):
    """Draw when each term was first seen in each place: a row a term, a column a year, a dot a place.

    One row per place x term, as `first_use` gives it, and gloss_en where there is one; terms in
    the order of the table. In grey and apart: places that had the term in their first report already
    (left), and those never seen with it (right, hollow). A hollow dot in a year may belong to a year
    before it without a report. A diamond is the year of the first central document, beside the
    years where it is outside them; hollow and called earliest known where an older one may exist,
    which is no origin. Counts are printed.
    """
    of = first.columns[first.columns.get_loc("seen_from") - 1]
    terms = list(dict.fromkeys(first[of].astype(str)))
    years = list(range(first["seen_from"].min() + 1, first["seen_to"].max() + 1))
    heads = [label("already"), *years, label("never")]
    at = (first["until"] - years[0] + 1).where(first["censored"] == "interval")
    at = at.fillna(0).mask(first["censored"] == "right", len(heads) - 1).astype(int)
    most = first.groupby([first[of], at], observed=True).size().max()
    wide = (TWO - _NAMES[is_chinese()]) / len(heads)
    high = int(np.ceil(np.sqrt(most * _DOTS / (0.9 * wide))))
    step = min(_DOTS / high, 0.9 * wide / np.ceil(most / high))
    figure, ax = plt.subplots(figsize=(TWO, _ROW * len(terms) + 0.7))
    for row, term in enumerate(terms):
        mine, y = first[of] == term, _ROW * row
        for x in range(len(heads)):
            part = first[mine & (at == x)]
            gap = (part["until"] - part["after"] > 1).fillna(x == len(heads) - 1)
            ink = GREY if x in (0, len(heads) - 1) else BLUE
            _dots(ax, x * wide, y, np.sort(gap.to_numpy(dtype=bool)), ink, high, step)
        one = first[mine].iloc[0]
        if pd.notna(one["central_year"]):
            _central(ax, one["central_year"], years, one["evidence"] == "E", y + 0.2, wide)
        ax.text(-0.6 * wide, y - 0.06, term, ha="right", va="bottom")
        ax.text(-0.6 * wide, y - 0.03, gloss(one), ha="right", va="top", color=GREY, fontsize=6)
    edge, under = wide * (len(heads) - 0.45), _ROW * (len(terms) - 0.5)
    ax.hlines(_ROW * np.arange(0.5, len(terms)), -0.55 * wide, edge, color=PALE, lw=0.6)
    _key(ax, under + 0.12, wide, bool((first["until"] - first["after"] > 1).any()))
    ax.set(xlim=(-0.55 * wide, edge), ylim=(under + 0.2, -0.5 * _ROW), aspect="equal")
    ax.set_xticks(wide * np.arange(len(heads)), heads)
    ax.xaxis.tick_top()
    ax.tick_params(length=0)
    ax.set_yticks([])
    ax.spines[:].set_visible(False)
    return figure


def _dots(ax, x, y, hollow, ink, high, step):
    """Stack a dot for each place, hollow ones last, and print how many."""
    i = np.arange(len(hollow))
    left = x + step * (i // high - (len(i) - 1) // high / 2)
    up = y + 0.11 - step * (i % high)
    for some, fill in ((~hollow, ink), (hollow, "none")):
        ax.plot(left[some], up[some], "o", ms=54 * step, mec=ink, mfc=fill, mew=0.5)
    if len(i):
        top = up.min() - 0.6 * step
        ax.text(x, top, len(i), ha="center", va="bottom", color=ink, fontsize=6.5)


def _central(ax, year, years, earliest, y, wide):
    """Mark the year of the first central document in a row of the timeline, as sure as it is."""
    x = wide * min(max(year - years[0] + 1, 0), len(years))
    ax.plot(x, y, "D", ms=3.4, mec=RED, mfc="none" if earliest else RED, mew=0.8)
    said = [label("earliest known")] if earliest else []
    said += [str(year)] if year not in years else []
    ax.text(x + 0.07, y, " ".join(said), va="center", color=RED, fontsize=6)


def _key(ax, y, wide, gaps):
    """Say below the timeline what its marks are."""
    x = -0.5 * wide
    marks = [("one place", {"marker": "o", "color": BLUE, "ms": 2.8})]
    if gaps:
        marks += [
            ("in a gap", {"marker": "o", "color": BLUE, "mfc": "none", "ms": 2.8, "mew": 0.5})
        ]
    for key, mark in [*marks, ("central year", {"marker": "D", "color": RED, "ms": 3.4})]:
        ax.plot(x, y, **mark)
        ax.text(x + 0.07, y, label(key), va="center", color=GREY, fontsize=6)
        x += 1.9 * wide
