"""How groups differ, as figures. They draw the table they are given."""

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.ticker import NullLocator

from .counts import check_names, need
from .strokes import cloud, gloss, jitter, name_colours, name_points, ratio_axis, short_name, tint
from .style import BLUE, GREY, INK, OCHRE, ONE, PALE, RED, TEAL, TWO, label

_LEVEL = 0.05  # of q, above which a term is not called key


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
    name_colours(ax, {f"● {p}": c for p, c in (colours | {label("other places"): GREY}).items()})
    return ax


def plot_keyness(table, *, left, right, top=20, minimum=10, ax=None):
    """Draw how much more one side says a term, against how often both say it: a dot for each term.

    One row per term, as `keyness` gives it. Up and down is the weighted log-odds `delta` of Monroe,
    Colaresi & Quinn (2008), read as a ratio: their z would put on the axis the very certainty that
    the colours deny. In colour are terms key with whole units as draws (q_clustered <= 0.05), in
    pale those key only with words as draws (q_naive), in grey the rest; how many each are, of all
    in the table, is printed. Drawn are terms of at least `minimum` mentions on both sides together,
    named the `top` of each side that are surest (z_clustered), where there is room; a single
    character is mostly a piece of a word and is not named.

    Not shown: intervals, which stand in the table (low, high of log_ratio). Where one side never
    says a term, the prior alone tells how far out it lies.

    Raises ValueError where no term has `minimum` mentions.
    """
    of, table = table.columns[0], table.reset_index(drop=True)
    key, naive = table["q_clustered"] <= _LEVEL, table["q_naive"] <= _LEVEL
    n, ratio = table["n_a"] + table["n_b"], table["delta"] / np.log(2)
    seen, up = n >= minimum, table["z_clustered"] > 0
    only, rest = naive & ~key, ~naive & ~key
    if not seen.any():
        raise ValueError(
            f"no {of} has {minimum} mentions on both sides together; the most is {n.max()}. Give a "
            "smaller minimum."
        )
    ax = ax or plt.subplots(figsize=(ONE, 3.6))[1]
    ax.set_xscale("log")
    ax.axhline(0, color=GREY, lw=0.8)
    ax.scatter(n[rest & seen], ratio[rest & seen], s=1.8, color=PALE, lw=0, rasterized=True)
    up_name, down_name = f"↑ {label(left)}", f"↓ {label(right)}"
    for y, side, colour, name in ((14, up, BLUE, up_name), (4, ~up, RED, down_name)):
        over = {"xycoords": "axes fraction", "textcoords": "offset points"}
        ax.annotate(name, (0, 1), (0, y), color=colour, **over)
        kinds = (
            ("key by words", only & side, tint(colour), -70),
            ("key", key & side, colour, -115),
        )
        for kind, at, shade, x in kinds:  # what is key lies on top
            ax.scatter(n[at & seen], ratio[at & seen], s=4, color=shade, lw=0)
            ax.annotate("●", (1, 1), (x, y), color=shade, ha="right", size=6.5, **over)
            ax.annotate(label(kind).format(n=at.sum()), (1, 1), (x + 3, y), size=6.5, **over)
    note = label("key neither").format(
        terms=len(table), n=rest.sum(), level=_LEVEL, minimum=minimum
    )
    ax.set_xlabel(f"{label('mentions')}\n{note}", linespacing=1.4)
    ax.set_ylabel(label("odds ratio"))
    ax.xaxis.set_major_formatter("{x:,.0f}")
    ax.xaxis.set_minor_locator(NullLocator())
    reach = 1.08 * ratio[seen].abs().max()
    ax.set_ylim(-reach, reach)
    ratio_axis(ax, "y")
    named = table[key & seen & (table[of].astype(str).str.len() > 1)]
    named = named.sort_values("z_clustered", key=np.abs, ascending=False, kind="stable")
    named = named.groupby(named["z_clustered"] > 0, sort=False).head(top)
    points = np.column_stack((n, ratio))
    line = np.column_stack((np.geomspace(minimum, n.max(), 99), np.zeros(99)))
    among = np.vstack((points[key & seen], line))  # names stay on their side of equal rates
    colours = np.where(named["z_clustered"] > 0, BLUE, RED)
    name_points(ax, points[named.index], named[of], colours, among=among)
    return ax


def plot_map(points, axes, *, ax=None):
    """Draw a map of groups and terms: which groups speak alike, and which terms set them apart.

    The two tables of `correspondence`: points, with a column level where groups are places of
    several; axes. Groups are dots, terms crosses, both in principal coordinates (Greenacre 2017):
    read group against group and term against term. The distance of a group from a term is none.
    Named are terms, then groups from the largest inertia down, where there is room.

    Not shown: how sure a position is, and what lies in the dimensions not drawn. Short texts
    scatter; a term of little mass lies far out.

    Raises ValueError for points of one dimension.
    """
    need(points, ["dim_1", "dim_2"], "points", "correspondence of three or more groups and terms")
    points = points.reset_index(drop=True)
    ax = ax or plt.subplots(figsize=(TWO, 4.4))[1]
    is_group = points["kind"] == points["kind"].iloc[0]
    levels = points["level"] if "level" in points else points["kind"]
    colours = levels.map({"national": INK, "provincial": RED}).fillna(BLUE).where(is_group, INK)
    ax.axhline(0, color=PALE, lw=0.6)
    ax.axvline(0, color=PALE, lw=0.6)
    at = points[["dim_1", "dim_2"]].to_numpy()
    ax.scatter(*at[is_group].T, s=9, color=colours[is_group], lw=0)
    ax.scatter(*at[~is_group].T, s=16, color=INK, marker="+", lw=0.8)
    ax.set_aspect("equal", "datalim")
    for axis, row in zip((ax.xaxis, ax.yaxis), axes.itertuples(), strict=False):
        axis.set_label_text(label("inertia").format(dimension=row.dimension, share=row.share))
    kinds = dict(zip(levels[is_group].map(label), colours[is_group], strict=True))
    kinds = {f"● {kind}": colour for kind, colour in kinds.items()}
    name_colours(ax, kinds | {f"+ {label(points['kind'].iloc[-1])}": INK})
    order = points.assign(term=~is_group).sort_values(["term", "inertia"], ascending=False).index
    names = points["name"].map(short_name)
    name_points(ax, at[order], names[order], colours[order], among=at)
    return ax


def plot_clouds(table, *, left, right, top=40):
    """Draw what either side says more as two word clouds. They illustrate; they never prove.

    One row per term, as `keyness` gives it. Shown are terms key with whole units as draws
    (q_clustered <= 0.05), the `top` of each side that are surest, as large as |z_clustered| says; a
    single character is left out. The layout is fixed by a seed; where a word stands means nothing.
    """
    of = table.columns[0]
    figure, axes = plt.subplots(1, 2, figsize=(TWO, 2.7))
    part = table[(table["q_clustered"] <= _LEVEL) & (table[of].astype(str).str.len() > 1)]
    for ax, side, colour, name in zip(axes, (1, -1), (BLUE, RED), (left, right), strict=True):
        sizes = (side * part.set_index(of)["z_clustered"]).rename(index=str).nlargest(top)
        if (sizes > 0).any():
            cloud(ax, sizes[sizes > 0].to_dict(), colour)
        ax.set_axis_off()
        ax.set_title(label(name), color=colour)
    return figure
