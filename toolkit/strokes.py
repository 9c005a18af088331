"""What several figures draw alike: intervals, heads, names, axes of ratios."""

import re

import numpy as np
from matplotlib.colors import to_rgb
from matplotlib.ticker import FuncFormatter, MaxNLocator

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


def ratio_axis(ax):
    """Label an axis of log2 ratios with the ratios: 1/4, 1, 4, or 0.8, 1, 1.25 where it is short."""
    reach = max(map(abs, ax.get_xlim()))
    if reach < 1.5:
        ax.set_xticks([np.log2(ratio) for ratio in _FINE if abs(np.log2(ratio)) < reach])
    else:
        ax.xaxis.set_major_locator(MaxNLocator(9, steps=[1, 2, 4, 5, 10], integer=True))
    ax.xaxis.set_major_formatter(
        FuncFormatter(lambda v, _: f"{2**v:.3g}" if v >= 0 or v % 1 else f"1/{2**-v:.0f}")
    )


def jitter(n):
    """Spread n dots over the height of a row, the same way every time."""
    return 0.26 * (((np.arange(n) * 0.618034) % 1) * 2 - 1)
