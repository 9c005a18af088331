"""How terms moved, as figures: rates, shares and trends. They draw the table they are given."""

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.ticker import FuncFormatter, MaxNLocator, MultipleLocator, PercentFormatter

from .counts import check_names, counted, need
from .strokes import fit, gloss, head, interval_line, ratio_axis
from .style import BLUE, GREY, INK, RED, TEAL, TWO, label
from .trends import SURE

_BARE = {"color": "white", "pad": 0.6}  # keeps lines out of a text
_FARTHEST = 4  # doublings a year: an interval that reaches beyond ends in an arrow


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
        ax.grid(axis="y")
    axes[0, 0].set_xticks(years, [f"'{year % 100:02}" for year in years])
    for ax in axes.flat[len(terms) :]:
        ax.set_axis_off()
    figure.supylabel(label(value), fontsize=7.5)
    return figure


def plot_shapes(rates, shapes, *, columns=4):
    """Draw the rate of each term by year with the shape it is called, its peak ringed.

    One row per year x term, as for `plot_trends`; and one row per term: the term, label, peak, as
    `shape` gives it. The peak is that with places held fixed: where reports are missing, the rates
    drawn, which are pooled, may be highest in another year.

    Raises ValueError for a term that has no shape.
    """
    need(shapes, ["label", "peak"], "shapes second", "shape")
    colours = {"rising": BLUE, "falling": RED, "rise and fall": TEAL}
    shapes = shapes.set_index(shapes[counted(shapes)].astype(str)).fillna({"peak": 0})
    shapes["colour"] = shapes["label"].map(colours).fillna(GREY)
    terms = list(dict.fromkeys(rates[counted(rates)].astype(str)))
    check_names(terms, shapes.index, "shape of")
    figure = plot_trends(rates, columns=columns, colours=shapes["colour"].to_dict())
    for ax, (_, row) in zip(figure.axes, shapes.loc[terms].iterrows(), strict=False):
        years, values = ax.lines[0].get_data()
        at = years == row["peak"]
        ax.plot(years[at], values[at], "o", ms=6.5, mfc="none", mec=INK, mew=0.7, clip_on=False)
        x, side = (0.98, "right") if at[: len(at) // 2].any() else (0.02, "left")  # off the peak
        ax.set_ylim(0, 1.12 * ax.get_ylim()[1])
        ax.text(
            x, 0.98, label(row["label"] or "untested"), transform=ax.transAxes,
            ha=side, va="top", color=row["colour"], fontsize=6.5,
        )  # fmt: skip
    return figure


def plot_forest(table, *, top=15, ax=None):
    """Draw how terms moved, as a forest: the ratio of rates a year with its interval, term by term.

    One row per term, as `trend` gives it, or per group x term (up to three groups, one mark each);
    with gloss_en where there is one. All terms with a ratio are drawn if there is room, else the
    `top` up and the `top` down whose interval stays farthest from 1. What has a q above 0.05 is
    grey, in groups hollow; how many have less, and the family that q is of, is printed below. An
    arrow is an interval that goes on. Terms without a ratio stand below with why, the `top` most
    frequent.

    Raises ValueError where nothing has a ratio, or more than three groups have.
    """
    needed = ["n", "places", "ratio", "low", "high", "q", "family", "why"]
    need(table, needed, "trends", "trend")
    of = counted(table)
    by = list(table.columns[: table.columns.get_loc(of)])
    table = table.assign(term=table[of].astype(str), sure=table["q"] <= SURE)
    table["group"] = ["/".join(map(label, names)) for names in table[by].to_numpy()]
    with np.errstate(divide="ignore"):  # a lower end of 0
        table[["ratio", "low", "high"]] = np.log2(table[["ratio", "low", "high"]])
    table["far"] = np.where(table["ratio"] > 0, table["low"], -table["high"])
    groups = list(dict.fromkeys(table.loc[table["ratio"].notna(), "group"]))
    if not 1 <= len(groups) <= 3:
        raise ValueError(
            f"a forest has one to three groups with a ratio; here are {len(groups)}: "
            f"{', '.join(groups[:5]) or 'why says what is missing'}. Give other rows of trend."
        )
    looks = dict(zip(groups, ((BLUE, "o"), (RED, "s"), (TEAL, "D")), strict=False))
    drawn = table[table["group"].isin(groups)]
    names = _forest_terms(drawn, top)
    step = 0.165 if len(groups) == 1 else 0.11 * len(groups) + 0.06  # inches a term
    ax = ax or plt.subplots(figsize=(TWO, step * len(names) + 0.95))[1]
    rows = drawn[drawn["term"].isin(names)]
    reach = rows[["low", "high"]].clip(-_FARTHEST, _FARTHEST)
    ax.set_xlim(1.04 * min(reach["low"].min(), 0), 1.04 * max(reach["high"].max(), 0))
    ax.set_ylim(-0.8, len(names) + 0.4)
    ax.axvline(0, color=GREY, lw=0.8)
    unnamed = list(groups) if by else []
    for row in (
        rows.assign(y=rows["term"].map(names.index)).sort_values("y")[::-1].to_dict("records")
    ):
        colour, marker = looks[row["group"]]
        row["y"] += 0.11 / step * ((len(groups) - 1) / 2 - groups.index(row["group"]))
        if not by:
            colour = GREY if not row["sure"] else BLUE if row["ratio"] > 0 else RED
        _forest_row(ax, row, colour, marker, hollow=bool(by) and not row["sure"])
        if row["group"] in unnamed and row["ratio"] == row["ratio"]:  # its uppermost mark
            unnamed.remove(row["group"])
            ax.annotate(
                row["group"], (max(row["low"], ax.get_xlim()[0]), row["y"]), (-4, 0),
                textcoords="offset points", ha="right", va="center", color=colour, fontsize=6.3,
                bbox=_BARE,
            )  # fmt: skip
    _forest_margins(ax, rows, names, (GREY, GREY) if by else (RED, BLUE))
    rise = table["sure"] & (table["ratio"] > 0)
    note = label("family").format(
        family=table["family"].iloc[0], what=label("trends of terms and groups" if by else "terms"),
        level=SURE, up=rise.sum(), down=(table["sure"] & ~rise).sum(), shown=len(names),
        terms=table["term"].nunique(),
    )  # fmt: skip
    without = ", ".join(dict.fromkeys(table.loc[~table["group"].isin(groups), "group"]))
    note += f"\n{label('no trend')}: {fit(without, 90)}" if without else ""
    ax.set_xlabel(f"{label('ratio a year')}\n{note}", linespacing=1.4)
    return ax


def _forest_terms(table, top):
    """Give the terms to draw, the lowest row first: without a ratio, then by ratio."""
    known = table[table["ratio"].notna()]
    best = known.sort_values("far", ascending=False).drop_duplicates("term")
    if len(best) > 2 * top:
        best = best.groupby(best["ratio"] > 0).head(top)
    bare = table[~table["term"].isin(known["term"])].groupby("term")["n"].sum()
    bare = bare.sort_values(kind="stable").tail(top)
    return [*bare.index, *best.sort_values(["ratio", "term"])["term"]]


def _forest_row(ax, row, colour, marker, *, hollow):
    """Draw one trend: its ratio with its interval, or why it has none; n and places beside it."""
    y, margin, (left, right) = row["y"], ax.get_yaxis_transform(), ax.get_xlim()
    small = {"transform": margin, "va": "center", "fontsize": 6.3}
    for x, value in ((1.09, row["n"]), (1.18, row["places"])):
        ax.text(x, y, f"{value:,}", ha="right", **small)
    if np.isnan(row["ratio"]):
        ax.text(0.01, y, row["why"], color=GREY, bbox=_BARE, **small)
        return
    ax.plot([max(row["low"], left), min(row["high"], right)], [y, y], color=colour, lw=1.2)
    face, edge = ("white", colour) if hollow else (colour, "white")
    ax.plot(row["ratio"], y, marker, color=face, ms=3.4, mec=edge, mew=0.6)
    for end, mark, on in ((left, "<", row["low"] < left), (right, ">", row["high"] > right)):
        if on:
            ax.plot(end, y, mark, color=colour, ms=3.6, mew=0)


def _forest_margins(ax, rows, names, colours):
    """Name the rows of a forest, what stands beside them, and its two directions."""
    margin, over = ax.get_yaxis_transform(), len(names) - 0.3  # x in parts of the axes, y in rows
    first = rows.drop_duplicates("term").set_index("term").to_dict("index")
    for y, name in enumerate(names):
        ax.text(-0.02, y, name, transform=margin, ha="right", va="center")
        note = {"transform": margin, "va": "center", "color": GREY, "fontsize": 6.3}
        ax.text(1.21, y, gloss(first[name], 36), **note)
    for x, text in ((1.09, "n"), (1.18, label("places"))):
        ax.text(x, over, text, transform=margin, ha="right", color=GREY, fontsize=6.3)
    directions = (f"← {label('falling')}", f"{label('rising')} →")
    for x, side, text, colour in zip((0, 1), ("left", "right"), directions, colours, strict=True):
        ax.text(x, over, text, transform=margin, ha=side, color=colour)
    ax.set_yticks([])
    ax.spines["left"].set_visible(False)
    ax.grid(axis="x")
    ratio_axis(ax)
