"""What a corpus holds, as figures. Each function draws the table it is given and counts nothing.

Each takes a table first, gives the matplotlib Figure or Axes it drew on, and shows nothing.
"""

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.ticker import MultipleLocator, PercentFormatter

from .strokes import cloud, interval_line, short_name, tint
from .style import BLUE, GREY, INK, OCHRE, ONE, PALE, RED, ROLE_COLOURS, SHADES, TEAL, TWO, label


def plot_coverage(lengths, *, columns=33):
    """Draw which place has a report of which year, and how long it is.

    One row per place x year: place, level, year, reports, n_han. A cell is shaded by length; a
    place without a report of a year is crossed out; a dot marks two sessions in one year. Places
    stand by level, in the order of the table.
    """
    years = sorted(lengths["year"].unique())
    rows = _rows_of_places(lengths, columns)
    width = max(sum(len(p) for _, p in row) + len(row) - 1 for row in rows)
    figure, axes = plt.subplots(len(rows), 1, figsize=(TWO, 1.3 * len(rows) + 0.4), squeeze=False)
    held = lengths.set_index(["place", "year"])
    thousand = held["n_han"] / 1000 / held["reports"]
    top = np.ceil(thousand.max())
    for ax, row in zip(axes[:, 0], rows, strict=True):
        x = 0
        for level, places in row:
            if len(places) > 3:
                ax.text(x - 0.5, -0.75, label(level), ha="left", va="bottom", color=GREY)
            for place in places:
                for y, year in enumerate(years):
                    if (place, year) not in held.index:
                        ax.plot([x - 0.3, x + 0.3], [y - 0.3, y + 0.3], color=RED, lw=0.8)
                        continue
                    shade, corner = SHADES(thousand[place, year] / top), (x - 0.46, y - 0.46)
                    ax.add_patch(plt.Rectangle(corner, 0.92, 0.92, color=shade, lw=0))
                    if held.loc[(place, year), "reports"] > 1:
                        ax.plot(x, y, "o", color="white", ms=2.2, mec=INK, mew=0.3)
                name = "\n".join(short_name(place))
                ax.text(
                    x, len(years) - 0.3, name, ha="center", va="top", fontsize=5.6, linespacing=1
                )
                x += 1
            x += 1
        ax.set(xlim=(-0.6, width - 0.4), ylim=(len(years) + 2.3, -1.8))
        ax.set_yticks(range(len(years)), years)
        ax.tick_params(length=0)
        ax.set_xticks([])
        ax.spines[:].set_visible(False)
    scale = plt.cm.ScalarMappable(plt.Normalize(0, top), SHADES)
    bar = figure.colorbar(
        scale, ax=axes, location="bottom", aspect=50, shrink=0.35, pad=0.02, anchor=(0, 0)
    )
    bar.outline.set_visible(False)
    bar.ax.tick_params(length=0, pad=1)
    bar.set_label(label("length"), labelpad=1)
    marks = []
    if (lengths["reports"] > 1).any():
        marks.append(
            (
                label("two sessions"),
                {"marker": "o", "color": "white", "mec": INK, "mew": 0.4, "ms": 3},
            )
        )
    if lengths["place"].nunique() * len(years) > len(lengths):
        marks.append((label("no report"), {"marker": "$╲$", "color": RED, "mew": 0, "ms": 4}))
    for i, (meaning, mark) in enumerate(marks):
        bar.ax.plot(1.07 + 0.45 * i, 0.5, transform=bar.ax.transAxes, clip_on=False, ls="", **mark)
        bar.ax.text(
            1.1 + 0.45 * i, 0.5, meaning, transform=bar.ax.transAxes, va="center", color=GREY
        )
    return figure


def _rows_of_places(lengths, columns):
    """Lay out places level by level in rows of at most so many: [[(level, places), ...], ...]."""
    rows = [[]]
    for level in lengths["level"].unique():
        places = list(lengths.loc[lengths["level"] == level, "place"].unique())
        size = -(-len(places) // -(-len(places) // columns))  # rows of a level as even as can be
        for chunk in (places[i : i + size] for i in range(0, len(places), size)):
            if rows[-1] and sum(len(p) for _, p in rows[-1]) + len(chunk) + 1 > columns:
                rows.append([])
            rows[-1].append((level, chunk))
    return rows


def plot_roles(shares, *, focus="problem"):
    """Draw how the text of each year divides into roles, and one role's share with its interval.

    One row per year x role, as `pool_rates(role_shares(...))` gives it.
    """
    figure, (left, right) = plt.subplots(1, 2, figsize=(TWO, 2.1), width_ratios=[1.5, 1])
    years = sorted(shares["year"].unique())
    start = np.zeros(len(years))
    for role in shares["role"].unique():
        part = shares[shares["role"] == role].set_index("year").loc[years]
        values = part["rate"].to_numpy() / 1000
        left.barh(
            range(len(years)), values, left=start, height=0.66, color=ROLE_COLOURS[role], lw=0
        )
        middle = start[0] + values[0] / 2
        if values.mean() > 0.05:
            colour = "white" if role == "achievement" else INK
            for y, (s, v) in enumerate(zip(start, values, strict=True)):
                left.text(
                    s + v / 2, y, f"{v:.1%}", ha="center", va="center", color=colour, fontsize=6.5
                )
        narrow = values.mean() < 0.01
        if not narrow:
            left.text(middle, -0.62, label(role), ha="center", va="bottom", color=INK, fontsize=6.5)
        start += values
    left.set_yticks(range(len(years)), years)
    left.set(xlim=(0, 1), ylim=(len(years) - 0.5, -1.1))
    left.xaxis.set_major_formatter(PercentFormatter(1, decimals=0))
    left.spines["left"].set_visible(False)
    left.tick_params(axis="y", length=0)
    left.set_xlabel(label("role share"))
    part = shares[shares["role"] == focus].sort_values("year")
    interval_line(
        right, part["year"], part["rate"] / 1000, part["low"] / 1000, part["high"] / 1000, RED
    )
    right.yaxis.set_major_formatter(PercentFormatter(1, decimals=1))
    right.set_title(label(focus), color=RED)
    right.set_ylabel(label("role share"))
    right.set_xticks(years)
    right.set_ylim(0, None)
    right.grid(axis="y")
    return figure


def plot_frequent(table, *, top=30, ax=None):
    """Draw the most frequent tokens: how often, and how evenly the reports use them.

    One row per token, as `frequent_tokens` gives it; shade is evenness (1 - DPnorm).
    """
    part = table.head(top)[::-1].reset_index(drop=True)
    ax = ax or plt.subplots(figsize=(ONE, 0.128 * len(part) + 0.6))[1]
    even = 1 - part["dp_norm"]
    ax.hlines(part.index, 0, part["rate"], color=PALE, lw=1)
    dots = ax.scatter(
        part["rate"],
        part.index,
        c=even,
        cmap=SHADES,
        vmin=np.floor(10 * even.min()) / 10,
        vmax=1,
        s=16,
        zorder=3,
        lw=0,
    )
    ax.set_yticks(part.index, part["token"].astype(str))
    ax.tick_params(axis="y", length=0)
    ax.spines["left"].set_visible(False)
    ax.set(xlim=(0, None), ylim=(-0.8, len(part) - 0.2), xlabel=label("rate"))
    bar = ax.figure.colorbar(dots, ax=ax, location="bottom", aspect=30, shrink=0.6, pad=0.02)
    bar.outline.set_visible(False)
    bar.ax.tick_params(length=0, pad=1)
    bar.set_label(label("spread"), labelpad=1)
    return ax


def plot_cloud(table, *, top=80, ax=None):
    """Draw a word cloud of the most frequent tokens. It illustrates; it shows no quantity well.

    One row per token with `rate`; the layout is fixed by a seed.
    """
    ax = ax or plt.subplots(figsize=(ONE, 2.5))[1]
    part = table.head(top)
    cloud(ax, dict(zip(part["token"].astype(str), part["rate"], strict=True)), BLUE)
    return ax


def plot_copied(years, roles):
    """Draw how much of a report's text stands in others: over the years, and by role.

    `years`: one row per year x relation ('own', 'elsewhere'), as `pool_rates(shared_text(...))`
    gives it; `roles`: one row per role, as `pool_rates(copied_shares(...), by="role")` of one
    source. Bars are 95 % intervals over places.
    """
    figure, (left, right) = plt.subplots(1, 2, figsize=(TWO, 2.1), width_ratios=[1.35, 1])
    for relation, colour in (("own", BLUE), ("elsewhere", GREY)):
        part = years[years["relation"] == relation].sort_values("year")
        values = (part[name] / 1000 for name in ("rate", "low", "high"))
        interval_line(left, part["year"], *values, colour)
        side, end = ("top", "low") if relation == "own" else ("bottom", "high")
        at = (part["year"].iloc[0], part[end].iloc[0] / 1000)
        shift = (0, -5 if side == "top" else 5)
        left.annotate(label(relation), at, shift, textcoords="offset points", color=colour, va=side)
    left.yaxis.set_major_locator(MultipleLocator(0.05))
    left.set_xticks(sorted(years["year"].unique()))
    left.set_ylim(0, None)
    left.set_ylabel(label("text share"))
    left.margins(x=0.08)
    left.grid(axis="y")
    order = [role for role in ROLE_COLOURS if role in set(roles["role"])][::-1]
    for y, role in enumerate(order):
        row = roles[roles["role"] == role].iloc[0] / pd.Series(
            {"rate": 1000, "low": 1000, "high": 1000}
        )
        right.hlines(y, row["low"], row["high"], color=tint(BLUE), lw=2.6)
        right.plot(row["rate"], y, "o", color=BLUE, ms=4, mec="white", mew=0.5)
        right.annotate(
            f"{row['rate']:.0%}",
            (row["rate"], y),
            (0, 5),
            textcoords="offset points",
            ha="center",
            fontsize=6.5,
        )
    right.set_yticks(range(len(order)), [label(role) for role in order])
    right.tick_params(axis="y", length=0)
    right.set(xlim=(0, 1), ylim=(-0.6, len(order) - 0.3), xlabel=label("own"))
    right.spines["left"].set_visible(False)
    right.grid(axis="x")
    for axis in (left.yaxis, right.xaxis):
        axis.set_major_formatter(PercentFormatter(1, decimals=0))
    return figure


def plot_reuse(shares):
    """Draw how much of each place's text stands in an earlier report of every other place.

    One row per place x other_place, place, other_place, share. Rows
    are those who repeat, columns those who said it before; both stand in the order of `place`. A
    place's own earlier reports lie on the diagonal, which is framed. A pair without reports is blank.
    """
    names = list(dict.fromkeys(shares["place"]))
    grid = shares.pivot_table("share", "place", "other_place").reindex(names)
    grid = grid.reindex(columns=names).to_numpy(dtype=float)
    figure, ax = plt.subplots(figsize=(0.88 * TWO, 0.81 * TWO))
    top = np.ceil(20 * np.nanmax(grid)) / 20
    shown = ax.imshow(grid, cmap=SHADES, vmin=0, vmax=top, interpolation="nearest")
    for i in range(len(names)):
        frame = plt.Rectangle((i - 0.5, i - 0.5), 1, 1, fill=False, ec=RED, lw=0.8)
        ax.add_patch(frame)
    short = [short_name(name) for name in names]
    ax.set_yticks(range(len(names)), short, fontsize=6.3)
    ax.set_xticks(range(len(names)), ["\n".join(name) for name in short], fontsize=6.3)
    ax.tick_params(length=0)
    ax.set_xticks(np.arange(len(names)) - 0.5, minor=True)
    ax.set_yticks(np.arange(len(names)) - 0.5, minor=True)
    ax.grid(which="minor", color="white", lw=0.4)
    ax.tick_params(which="minor", length=0)
    ax.spines[:].set_visible(False)
    ax.set_ylabel(label("repeats"))
    ax.set_xlabel(label("said before"))
    bar = figure.colorbar(shown, ax=ax, aspect=40, shrink=0.5, pad=0.015)
    bar.outline.set_visible(False)
    bar.ax.tick_params(length=0, pad=1)
    bar.ax.yaxis.set_major_formatter(PercentFormatter(1, decimals=0))
    bar.set_label(label("text share"))
    return figure


def plot_symbolic(ratios, *, roles=("achievement", "plan"), ax=None):
    """Draw the log ratio of symbolic to operational words by year, a line for each role.

    One row per year x role, as `symbolic_ratio` gives it. The figure says itself that the measure
    is exploratory and its word lists are not validated. Bars are 95 % intervals.
    """
    ax = ax or plt.subplots(figsize=(ONE, 2.3))[1]
    ax.axhline(0, color=GREY, lw=0.8)
    ratios = ratios[ratios["role"].isin(roles)]
    colours = dict(zip(roles, (BLUE, OCHRE, RED, TEAL), strict=False))
    for role, colour in colours.items():
        part = ratios[ratios["role"] == role].sort_values("year")
        columns = (part[name] for name in ("log_ratio", "low", "high"))
        interval_line(ax, part["year"], *columns, colour)
        lower = part["log_ratio"].mean() < ratios["log_ratio"].mean()
        at = (part["year"].iloc[0], part["low" if lower else "high"].iloc[0])
        shift, side = ((0, -5), "top") if lower else ((0, 5), "bottom")
        ax.annotate(label(role), at, shift, textcoords="offset points", color=colour, va=side)
    ax.set_xticks(sorted(ratios["year"].unique()))
    ax.set_ylabel(label("log ratio"))
    ax.set_xlabel(label("unvalidated"), color=GREY)
    ax.margins(x=0.08, y=0.14)
    ax.grid(axis="y")
    return ax


def plot_matrix(table, *, rows, columns, value="n", ax=None):
    """Draw a table of counts as shades, with the counts in them.

    One row per row x column name; names stand in the order of their first appearance. A zero is
    left blank.
    """
    names, heads = (list(dict.fromkeys(table[c].astype(str))) for c in (rows, columns))
    ax = ax or plt.subplots(figsize=(TWO, 0.2 * len(names) + 0.6))[1]
    most = np.sqrt(table[value].max())
    for name, head, n in zip(
        table[rows].astype(str), table[columns].astype(str), table[value], strict=True
    ):
        if not n:
            continue
        x, y = heads.index(head), names.index(name)
        shade = np.sqrt(n) / most
        ax.add_patch(plt.Rectangle((x - 0.48, y - 0.46), 0.96, 0.92, color=SHADES(shade), lw=0))
        ink = "white" if shade > 0.55 else INK
        ax.text(x, y, f"{n:,}", ha="center", va="center", fontsize=6, color=ink)
    ax.set(xlim=(-0.6, len(heads) - 0.4), ylim=(len(names) - 0.4, -0.6))
    ax.set_xticks(range(len(heads)), heads)
    ax.set_yticks(range(len(names)), names)
    ax.xaxis.tick_top()
    ax.tick_params(length=0)
    ax.spines[:].set_visible(False)
    return ax
