"""The names that reports give to their systems, as figures. They draw the table they are given."""

import re

import matplotlib.pyplot as plt
import numpy as np
from scipy.optimize import isotonic_regression

from .strokes import fit, short_name
from .style import BLUE, GREY, INK, PALE, RED, SHADES, TWO, is_chinese, label


def plot_presence(counts):
    """Draw which report uses which name how often: a row for each name of two reports and more.

    One row per report x name: place, year, term, kind, n (counts by place and year, with the
    lexicon's kind) and gloss_en where there is one. Rows stand by kind; the last of a kind says how
    many more of its names each report uses alone. What no report uses is not drawn.
    """
    counts = counts.assign(gloss_en=counts.get("gloss_en", ""))
    wide = counts.astype({"term": str}).pivot(
        index=["kind", "term", "gloss_en"], columns=["year", "place"], values="n"
    )
    wide = wide.sort_index(axis=1)
    blocks = [_block(kind, part) for kind, part in wide.groupby(level="kind", sort=False)]
    columns = [[] for _ in blocks[:2]]
    for block in sorted(blocks, key=len, reverse=True):  # the longest first: columns come out even
        min(columns, key=len).extend(block)
    most, tall = wide.to_numpy().max(), max(map(len, columns))
    figure, axes = plt.subplots(1, len(columns), figsize=(TWO, 0.15 * tall + 0.5), squeeze=False)
    heads = ["\n".join((*short_name(place), f"'{year % 100:02}")) for year, place in wide.columns]
    for ax, rows in zip(axes[0], columns, strict=True):
        for y, row in enumerate(rows):
            _row(ax, y, *row, most)
        ax.set(xlim=(-0.5, len(heads) - 0.5), ylim=(tall - 0.4, -0.5), yticks=[])
        ax.set_xticks(range(len(heads)), heads, fontsize=5.6, linespacing=1.05)
        ax.xaxis.tick_top()
        ax.tick_params(length=0, pad=1)
        ax.spines[:].set_visible(False)
    return figure


def _block(kind, part):
    """Give the rows of a kind, (what, text, gloss, counts): its head, names, and how many more."""
    used = part > 0
    shared = part[used.sum(axis=1) > 1]
    rows = [("name", name, gloss, counts) for (_, name, gloss), *counts in shared.itertuples()]
    rows.sort(key=lambda row: (-sum(n > 0 for n in row[3]), [n == 0 for n in row[3]]))
    alone = used[used.sum(axis=1) == 1].sum().tolist()
    more = label("names alone").format(names=sum(alone))
    return [("head", label(f"{kind}s"), "", ()), *rows, ("more", more, "", alone)]


def _row(ax, y, what, text, gloss, counts, most):
    """Draw one row of the matrix; counts of uses are shaded, counts of names are not."""
    margin = ax.get_yaxis_transform()  # x in parts of the axes, y in rows
    ink, size = {"head": (BLUE, 7.5), "name": (INK, 6), "more": (GREY, 6)}[what]
    ax.text(-0.03, y, text, transform=margin, ha="right", va="center", fontsize=size, color=ink)
    ax.text(1.03, y, _short(gloss), transform=margin, va="center", fontsize=5.6, color=GREY)
    for x, n in enumerate(counts):
        shade = 0.15 + 0.85 * np.sqrt(n / most) if n and what == "name" else 0
        style = (
            {"color": SHADES(shade), "lw": 0} if shade else {"fc": "none", "ec": PALE, "lw": 0.5}
        )
        ax.add_patch(plt.Rectangle((x - 0.47, y - 0.44), 0.94, 0.88, **style))
        if n:
            colour = "white" if shade > 0.55 else ink
            ax.text(x, y, n, ha="center", va="center_baseline", fontsize=5.8, color=colour)


def plot_naive(table, *, top=14, ax=None):
    """Draw how the count of a name falls when longer names are told apart: a line for each name.

    One row per term: term, alone, n, as `naive_counts` gives them, and gloss_en where there is one.
    Drawn are the `top` terms of which most uses stand inside other names; red ones lose half and
    more.
    """
    part = table.assign(lost=table["alone"] - table["n"], gloss_en=table.get("gloss_en", ""))
    part = part.sort_values(["lost", "alone", "term"], ascending=False).head(top)
    ax = ax or plt.subplots(figsize=(TWO, 0.165 * len(part) + 0.5))[1]
    colours = np.where(part["n"] <= part["alone"] / 2, RED, BLUE)
    ends = np.sqrt(part[["alone", "n"]].to_numpy(float))  # small counts keep apart
    gap = 0.95 * np.ptp(ends) / max(len(part) - 1, 1)
    left, right = _apart(ends[:, 0], ends[:, 1], gap), _apart(ends[:, 1], ends[:, 0], gap)
    rows = zip(part.itertuples(), ends, left, right, colours, strict=True)
    for row, (above, below), y_left, y_right, colour in rows:
        ax.plot([-0.12, -0.03], [y_left, above], [1.03, 1.12], [below, y_right], color=PALE, lw=0.6)
        ax.plot(
            [0, 1], [above, below], color=colour, lw=1.2, marker="o", ms=3, mec="white", mew=0.4
        )
        style = {"va": "center", "fontsize": 6.3, "color": colour}
        ax.text(-0.14, y_left, f"{row.term}  {row.alone}", ha="right", **style)
        ax.text(1.14, y_right, f"{row.n}  {row.term}  {_short(row.gloss_en)}", **style)
    ax.set_xticks([0, 1], [label("alone"), label("longest")], va="baseline")
    ax.xaxis.tick_top()
    ax.set(xlim=(-0.14, 1.14), yticks=[])
    ax.tick_params(length=0)
    ax.spines[:].set_visible(False)
    return ax


def _short(gloss):
    """Give a gloss without its last aside in brackets, cut to fit; '' in Chinese figures."""
    return "" if is_chinese() else fit(re.sub(r" \([^)]*\)$", "", gloss), 36)


def _apart(values, ties, gap):
    """Move values as little as can be so that none stand closer than a gap; of equal ones the one
    with the greater tie stands above."""
    order = np.lexsort((ties, values))
    steps = gap * np.arange(len(values))
    moved = np.empty(len(values))
    moved[order] = isotonic_regression(values[order] - steps).x + steps
    return moved


def plot_standing(table):
    """Draw in which part of the reports the names of each category stand: rates as shades.

    One row per category x role: category, gloss_en, role, n, n_han, rate, low, high (as
    `pool_rates` gives them), with_term, reports (as `count_terms`). A cell gives the rate and below
    it the 95 % interval and the reports of those with such text that use the category; a cell
    of one report alone has no shade. Categories stand by their rate in the longest part.
    """
    roles = list(dict.fromkeys(table["role"].astype(str)))
    longest = table.sort_values(["n_han", "rate", "category"], ascending=False)
    names = list(dict.fromkeys(longest["category"].astype(str)))
    figure, ax = plt.subplots(figsize=(TWO, 0.34 * len(names) + 0.5))
    most = table["rate"].max()
    for row in table.itertuples():
        x, y = roles.index(str(row.role)), names.index(str(row.category))
        shade = row.rate / most if row.with_term > 1 else 0
        style = (
            {"color": SHADES(shade), "lw": 0} if shade else {"fc": "none", "ec": PALE, "lw": 0.6}
        )
        ax.add_patch(plt.Rectangle((x - 0.48, y - 0.46), 0.96, 0.92, **style))
        ink = "white" if shade > 0.55 else INK if shade else GREY
        ax.text(x, y - 0.17, f"{row.rate:.1f}", ha="center", va="center", fontsize=7, color=ink)
        below = f"{row.low:.1f}–{row.high:.1f}  |  {row.with_term}/{row.reports}"
        ax.text(x, y + 0.22, below, ha="center", va="center", fontsize=5.6, color=ink)
    gloss = dict(zip(table["category"].astype(str), table["gloss_en"], strict=True))
    rows = [f"{name}\n{_short(gloss[name])}".strip() for name in names]
    ax.set_yticks(range(len(names)), rows, fontsize=6.3)
    length = table.drop_duplicates("role")["n_han"]
    heads = [f"{label(role)}\n{n:,}" for role, n in zip(roles, length, strict=True)]
    ax.set_xticks(range(len(roles)), heads, fontsize=6.5)
    ax.xaxis.tick_top()
    ax.tick_params(length=0)
    ax.spines[:].set_visible(False)
    ax.set(xlim=(-0.5, len(roles) - 0.5), ylim=(len(names) - 0.5, -0.5), xlabel=label("standing"))
    return figure
