"""How groups differ, as figures. They draw the table they are given."""

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd

from .counts import check_names
from .strokes import gloss, jitter, ratio_axis
from .style import BLUE, GREY, OCHRE, RED, TEAL, TWO, label


def plot_contrast(table, *, left, right, top=12, minimum=10, ax=None):
    """Draw the terms that set two groups most apart: ratio of rates with its interval.

    One row per term, as `contrast` gives it, with gloss_en where there is one. Of the terms used
    at least `minimum` times in both groups together all are drawn if there is room, else the
    `top` on each side whose interval stays farthest from equal rates; how many there are is
    printed below. Grey intervals include equal rates; an arrow is an end that cannot be known.
    """
    of = table.columns[0]
    part = table[table["n_a"] + table["n_b"] >= minimum]
    above, below = part[part["low"] > 0], part[part["high"] < 0]
    drawn = part
    if len(part) > 2 * top:
        drawn = pd.concat([below.nsmallest(top, "high"), above.nlargest(top, "low")])
    # A ratio that is not known stands where its known end is
    middle = drawn["log_ratio"].where(np.isfinite(drawn["log_ratio"]))
    middle = middle.fillna(drawn["low"].where(drawn["log_ratio"] > 0, drawn["high"]))
    rows = drawn.assign(middle=middle).sort_values(["middle", of]).to_dict("records")
    ax = ax or plt.subplots(figsize=(TWO, 0.165 * len(rows) + 0.9))[1]
    known = [abs(v) for r in rows for v in (r["low"], r["high"], r["log_ratio"]) if np.isfinite(v)]
    edge = 1.06 * max(known, default=1)
    margin = ax.get_yaxis_transform()  # x in parts of the axes, y in rows
    ax.axvline(0, color=GREY, lw=0.8)
    for y, row in enumerate(rows):
        colour = BLUE if row["low"] > 0 else RED if row["high"] < 0 else GREY
        ax.plot([max(row["low"], -edge), min(row["high"], edge)], [y, y], color=colour, lw=1.2)
        if np.isfinite(row["log_ratio"]):
            ax.plot(row["log_ratio"], y, "o", color=colour, ms=3.6, mec="white", mew=0.5)
        for end, mark in ((row["low"], "<"), (row["high"], ">")):
            if not np.isfinite(end):
                ax.plot(np.sign(end) * edge, y, mark, color=colour, ms=3.6, mew=0)
        ax.text(-0.02, y, str(row[of]), transform=margin, ha="right", va="center")
        ax.text(
            1.02, y, f"{row['n_a']:,} : {row['n_b']:,}", transform=margin, va="center", fontsize=6.3
        )
        ax.text(1.18, y, gloss(row, 36), transform=margin, va="center", color=GREY, fontsize=6.3)
    head, left, right = len(rows) - 0.25, label(left), label(right)
    ax.text(edge, head, f"{left} →", ha="right", va="bottom", color=BLUE)
    ax.text(-edge, head, f"← {right}", ha="left", va="bottom", color=RED)
    ax.text(
        1.02, head, f"n {left} : {right}", transform=margin, va="bottom", color=GREY, fontsize=6.3
    )
    note = label("clear of equal").format(
        terms=len(part), minimum=minimum, up=len(above), down=len(below), shown=len(rows)
    )
    ax.set(xlim=(-1.03 * edge, 1.03 * edge), ylim=(-0.8, len(rows) + 0.5))
    ax.set_xlabel(f"{label('ratio')}\n{note}", linespacing=1.5)
    ax.set_yticks([])
    ax.spines["left"].set_visible(False)
    ax.grid(axis="x")
    ratio_axis(ax)
    return ax


def plot_profile(table, *, of="category", highlight=(), ax=None):
    """Draw how places differ: one row per category, one dot per place, some places named.

    One row per place x category, as `profile` gives it; the line at 0 is the rate of all places
    together. `highlight` names the places to colour.
    """
    check_names(highlight, table["place"].unique(), "place")
    order = table.groupby(of, observed=True)["log_ratio"].apply(lambda v: v[np.isfinite(v)].std())
    names = list(order.sort_values(ascending=False).index)[::-1]
    ax = ax or plt.subplots(figsize=(TWO, 0.3 * len(names) + 0.7))[1]
    finite = table["log_ratio"][np.isfinite(table["log_ratio"])]
    floor = np.floor(finite.min())
    colours = dict(zip(highlight, (RED, BLUE, OCHRE, TEAL), strict=False))
    ax.axvline(0, color=GREY, lw=0.8)
    for y, name in enumerate(names):
        part = table[table[of] == name]
        others = part[~part["place"].isin(highlight)].sort_values("place")
        values = others["log_ratio"].clip(lower=floor)
        ax.plot(values, y + jitter(len(values)), "o", color=GREY, alpha=0.45, ms=2.4, mew=0)
        for place, colour in colours.items():
            value = part.loc[part["place"] == place, "log_ratio"].clip(lower=floor)
            ax.plot(
                value, [y] * len(value), "o", color=colour, ms=5, mec="white", mew=0.6, zorder=4
            )
    ax.set_yticks(range(len(names)), [f"{n}  " for n in names])
    margin = ax.get_yaxis_transform()
    for y, name in enumerate(names):
        one = table[table[of] == name].iloc[0]
        ax.text(1.01, y, gloss(one), transform=margin, va="center", color=GREY)
    ax.tick_params(axis="y", length=0)
    ax.spines["left"].set_visible(False)
    ax.grid(axis="x")
    ax.set(ylim=(-0.6, len(names) - 0.1), xlabel=label("ratio to all"))
    ratio_axis(ax)
    x = 0.0
    for place, colour in colours.items():
        ax.annotate(f"● {place}", (x, 1.01), xycoords="axes fraction", color=colour, va="bottom")
        x += 0.035 * len(place) + 0.06
    ax.annotate(
        f"● {label('other places')}", (x, 1.01), xycoords="axes fraction", color=GREY, va="bottom"
    )
    return ax
