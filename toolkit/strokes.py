"""What several figures draw alike: intervals, heads, names, axes of ratios."""

import re
from itertools import product

import numpy as np
from matplotlib.colors import to_rgb
from matplotlib.patheffects import withStroke
from matplotlib.ticker import FuncFormatter, MaxNLocator
from pylopdf_fonts_zh_cn import sans_path

from .places import find_places
from .style import GREY, is_chinese


def short_name(place):
    """Give a place its everyday name: 内蒙古 for 内蒙古自治区, 赣州 for 赣州市."""
    found = find_places(place)
    if found and found[0].level in ("provincial", "prefectural"):
        return re.sub(r"(维吾尔|壮族|回族)?自治区$|特别行政区$|[省市]$", "", place)
    return place


def interval_line(ax, x, middle, low, high, colour):
    """Draw estimates as a line of dots over their upright intervals."""
    ax.vlines(x, low, high, color=tint(colour), lw=2.6, capstyle="butt")
    ax.plot(
        x, middle, color=colour, marker="o", ms=3, mec="white", mew=0.5, clip_on=False, zorder=3
    )


def apart(heights, gap, top):
    """Move names apart that stand at these heights, from low to high: `gap` between them, none
    above `top`."""
    placed = []
    for height in heights:
        placed.append(max(height, placed[-1] + gap) if placed else height)
    return [min(y, top - gap * above) for above, y in enumerate(placed[::-1])][::-1]


def tint(colour):
    """Mix a colour with white, opaque, so that what lies behind does not show."""
    return tuple(1 - 0.4 * (1 - part) for part in to_rgb(colour))


def head(ax, title, part):
    """Head a panel with a term and, where there is one, its gloss in small."""
    glossed = "gloss_en" in part and not is_chinese()
    ax.set_title(title, pad=13 if glossed else None)
    if glossed:
        ax.text(0, 1.035, gloss(part.iloc[0]), transform=ax.transAxes, color=GREY, fontsize=6)


def gloss(row, length=34):
    """Give the English gloss of a row, cut to a length: '' in Chinese figures, which need none."""
    return "" if is_chinese() else fit(row.get("gloss_en", ""), length)


def fit(text, length):
    """Cut a text to a length, with an ellipsis."""
    return text if len(text) <= length else text[: length - 1].rstrip() + "…"


_FINE = (0.25, 0.33, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1, 1.1, 1.25, 1.5, 2, 2.5, 3, 4)


def ratio_axis(ax, which="x"):
    """Label an axis of log2 ratios with the ratios: 1/4, 1, 4, or 0.8, 1, 1.25 where it is short."""
    axis = getattr(ax, f"{which}axis")
    reach = max(map(abs, axis.get_view_interval()))
    if reach < 1.5:
        axis.set_ticks([np.log2(ratio) for ratio in _FINE if abs(np.log2(ratio)) < reach])
    else:
        axis.set_major_locator(MaxNLocator(9, steps=[1, 2, 4, 5, 10], integer=True))
    axis.set_major_formatter(
        FuncFormatter(lambda v, _: f"{2**v:.3g}" if v >= 0 or v % 1 else f"1/{2**-v:.0f}")
    )


def name_colours(ax, colours):
    """Name colours {name: colour} in a row above the axes, each in its own."""
    at, shift, beside = 0, 0, "axes fraction"
    for name, colour in colours.items():
        beside = ax.annotate(
            name, (at, 1), (shift, 5), xycoords=(beside, "axes fraction"),
            textcoords="offset points", color=colour,
        )  # fmt: skip
        at, shift = 1, 10


def jitter(n):
    """Spread n dots over the height of a row, the same way every time."""
    return 0.26 * (((np.arange(n) * 0.618034) % 1) * 2 - 1)


_AROUND = [(1, 0), (-1, 0), (0, 1), (0, -1), (1, 1), (1, -1), (-1, 1), (-1, -1)]


def name_points(ax, points, names, colours, *, among, size=6, reach=(3, 6)):
    """Name points where there is room, in the order given: beside them, or a line away.

    `points` and `among` are arrays of x and y: no name covers one before it, or a point of `among`.
    `reach` is how far off it may stand, in points of print. What finds no room stays unnamed. Draw
    everything else first: the layout as it is then tells what fits.
    """
    ax.figure.draw_without_rendering()
    point = ax.figure.dpi / 72
    frame = ax.get_window_extent().extents
    taken = np.tile(ax.transData.transform(among), 2) + 1.5 * point * np.array([-1, -1, 1, 1])
    steps, sides = (np.array(way) for way in zip(*product(reach, _AROUND), strict=True))
    ruler = ax.text(0, 0, "", size=size)
    for at, name, colour in zip(points, names, colours, strict=True):
        ruler.set_text(name)
        extent = ruler.get_window_extent().size
        low = ax.transData.transform(at) + point * steps[:, None] * sides - (1 - sides) / 2 * extent
        boxes = np.hstack((low, low + extent))[:, None]
        clear = (taken[:, :2] > boxes[..., 2:]) | (taken[:, 2:] < boxes[..., :2])
        inside = (boxes[:, 0, :2] > frame[:2]) & (boxes[:, 0, 2:] < frame[2:])
        for i in np.flatnonzero(clear.any(2).all(1) & inside.all(1))[:1]:
            taken = np.vstack((taken, boxes[i]))
            x, y = sides[i]
            ax.annotate(
                name, at, steps[i] * sides[i], textcoords="offset points", size=size, color=colour,
                ha={1: "left", 0: "center", -1: "right"}[x], va={1: "bottom", 0: "center", -1: "top"}[y],
                path_effects=[withStroke(linewidth=1.2, foreground="white")],
                arrowprops={"arrowstyle": "-", "color": colour, "lw": 0.5, "shrinkA": 0, "shrinkB": 1},
            )  # fmt: skip
    ruler.remove()


def cloud(ax, sizes, colour):
    """Draw words {word: size} as a cloud in one colour; its layout is fixed by a seed."""
    from wordcloud import WordCloud

    words = WordCloud(
        font_path=str(sans_path()), background_color="white", width=1730, height=1250,
        random_state=1, prefer_horizontal=1, relative_scaling=0.5, max_font_size=240, margin=6,
        max_words=len(sizes), color_func=lambda *_, **__: colour,
    )  # fmt: skip
    words.generate_from_frequencies(sizes)
    ax.imshow(words.to_array(), interpolation="antialiased")
    ax.set_axis_off()
