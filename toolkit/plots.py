"""One function per kind of figure. They draw the table they are given and count nothing.

Each takes a table first, gives the matplotlib Figure or Axes it drew on, and shows nothing.
"""

import re

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.colors import to_rgb
from matplotlib.ticker import FuncFormatter, MaxNLocator, MultipleLocator, PercentFormatter

from .counts import check_names, counted
from .places import find_places
from .style import BLUE, GREY, INK, OCHRE, ONE, PALE, RED, ROLE_COLOURS, SHADES, TEAL, TWO, label


def short_name(place):
    """Give a place its everyday name: 内蒙古 for 内蒙古自治区, 赣州 for 赣州市."""
    found = find_places(place)
    if found and found[0].level in ("provincial", "prefectural"):
        return re.sub(r"(维吾尔|壮族|回族)?自治区$|特别行政区$|[省市]$", "", place)
    return place


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
    _interval_line(
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
    from pylopdf_fonts_zh_cn import sans_path
    from wordcloud import WordCloud

    ax = ax or plt.subplots(figsize=(ONE, 2.5))[1]
    part = table.head(top)
    cloud = WordCloud(
        font_path=str(sans_path()), background_color="white", width=1730, height=1250,
        random_state=1, prefer_horizontal=1, relative_scaling=0.5, max_font_size=240, margin=6,
        max_words=top, color_func=_one_ink,
    )  # fmt: skip
    cloud.generate_from_frequencies(dict(zip(part["token"].astype(str), part["rate"], strict=True)))
    ax.imshow(cloud.to_array(), interpolation="antialiased")
    ax.set_axis_off()
    return ax


def _one_ink(word, **_):
    return BLUE


def _interval_line(ax, x, middle, low, high, colour):
    ax.vlines(x, low, high, color=_tint(colour), lw=2.6, capstyle="butt")
    ax.plot(
        x, middle, color=colour, marker="o", ms=3, mec="white", mew=0.5, clip_on=False, zorder=3
    )


def _tint(colour):
    """Mix a colour with white, opaque, so that what lies behind does not show."""
    return tuple(1 - 0.4 * (1 - part) for part in to_rgb(colour))


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
            _interval_line(ax, years, part["share"], part["low"], part["high"], colour)
            ends.append((part["share"].iloc[-1], years.iloc[-1], level, colour))
        last = -1.0
        for y, x, level, colour in sorted(ends):
            last = max(y, last + 0.08)  # names keep clear of each other
            at = (x + 0.15, last)
            ax.annotate(label(level), at, color=colour, va="center", annotation_clip=False)
        _head(ax, term, shares.loc[shares["term"] == term])
        ax.set_ylim(0, 1.02)
        ax.yaxis.set_major_formatter(PercentFormatter(1, decimals=0))
        ax.set_xticks(sorted(shares["year"].unique()))
        ax.margins(x=0.14)
        ax.grid(axis="y")
    axes[0][0].set_ylabel(label("share"))
    return figure


def _head(ax, title, part):
    ax.set_title(title, pad=13)
    if "gloss_en" in part:
        gloss = _fit(part["gloss_en"].iloc[0], 34)
        ax.text(0, 1.035, gloss, transform=ax.transAxes, color=GREY, fontsize=6)


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
        _interval_line(left, part["year"], *values, colour)
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
        right.hlines(y, row["low"], row["high"], color=_tint(BLUE), lw=2.6)
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
        _interval_line(ax, part["year"], *columns, colour)
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
        _interval_line(
            ax,
            part["year"],
            part[value],
            part["low"],
            part["high"],
            (colours or {}).get(term, BLUE),
        )
        _head(ax, label(f"kind {term}") if of == "kind" else term, part)
        ax.set_ylim(0, 1.02 if value == "share" else None)
        ax.yaxis.set_major_locator(MultipleLocator(0.5) if value == "share" else MaxNLocator(3))
        ax.yaxis.set_major_formatter(formatter)
        ax.set_xticks(years, [f"'{year % 100:02}" for year in years])
        ax.grid(axis="y")
    for ax in axes.flat[len(terms) :]:
        ax.set_axis_off()
    figure.supylabel(label(value), fontsize=7.5)
    return figure


def _fit(text, length):
    return text if len(text) <= length else text[: length - 1].rstrip() + "…"


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
        gloss = _fit(row.get("gloss_en", ""), 36)
        ax.text(-0.02, y, str(row[of]), transform=margin, ha="right", va="center")
        ax.text(
            1.02, y, f"{row['n_a']:,} : {row['n_b']:,}", transform=margin, va="center", fontsize=6.3
        )
        ax.text(1.18, y, gloss, transform=margin, va="center", color=GREY, fontsize=6.3)
    head = len(rows) - 0.25
    ax.text(edge, head, f"{left} →", ha="right", va="bottom", color=BLUE)
    ax.text(-edge, head, f"← {right}", ha="left", va="bottom", color=RED)
    ax.text(
        1.02, head, f"n {left} : {right}", transform=margin, va="bottom", color=GREY, fontsize=6.3
    )
    note = label("clear of equal").format(
        terms=len(part), minimum=minimum, up=len(above), down=len(below), shown=len(rows)
    )
    ax.set(xlim=(-1.03 * edge, 1.03 * edge), ylim=(-0.8, len(rows) + 0.5))
    ax.set_xlabel(f"{label('ratio')}\n{note}")
    ax.set_yticks([])
    ax.spines["left"].set_visible(False)
    ax.grid(axis="x")
    _ratio_axis(ax)
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
        ax.plot(values, y + _jitter(len(values)), "o", color=GREY, alpha=0.45, ms=2.4, mew=0)
        for place, colour in colours.items():
            value = part.loc[part["place"] == place, "log_ratio"].clip(lower=floor)
            ax.plot(
                value, [y] * len(value), "o", color=colour, ms=5, mec="white", mew=0.6, zorder=4
            )
    gloss = dict(zip(table[of], table["gloss_en"], strict=True)) if "gloss_en" in table else {}
    ax.set_yticks(range(len(names)), [f"{n}  " for n in names])
    for y, name in enumerate(names):
        ax.text(
            1.01,
            y,
            gloss.get(name, ""),
            transform=ax.get_yaxis_transform(),
            va="center",
            color=GREY,
        )
    ax.tick_params(axis="y", length=0)
    ax.spines["left"].set_visible(False)
    ax.grid(axis="x")
    ax.set(ylim=(-0.6, len(names) - 0.1), xlabel=label("ratio to all"))
    _ratio_axis(ax)
    x = 0.0
    for place, colour in colours.items():
        ax.annotate(f"● {place}", (x, 1.01), xycoords="axes fraction", color=colour, va="bottom")
        x += 0.035 * len(place) + 0.06
    ax.annotate(
        f"● {label('other places')}", (x, 1.01), xycoords="axes fraction", color=GREY, va="bottom"
    )
    return ax


_FINE = (0.25, 0.33, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1, 1.1, 1.25, 1.5, 2, 2.5, 3, 4)


def _ratio_axis(ax):
    """Label an axis of log2 ratios with the ratios: 1/4, 1, 4, or 0.8, 1, 1.25 where it is short."""
    reach = max(map(abs, ax.get_xlim()))
    if reach < 1.5:
        ax.set_xticks([np.log2(ratio) for ratio in _FINE if abs(np.log2(ratio)) < reach])
    else:
        ax.xaxis.set_major_locator(MaxNLocator(9, steps=[1, 2, 4, 5, 10], integer=True))
    ax.xaxis.set_major_formatter(
        FuncFormatter(lambda v, _: f"{2**v:.3g}" if v >= 0 or v % 1 else f"1/{2**-v:.0f}")
    )


def _jitter(n):
    """Spread n dots over the height of a row, the same way every time."""
    return 0.26 * (((np.arange(n) * 0.618034) % 1) * 2 - 1)
