"""One look for every figure: sizes, ink, a Chinese font, two languages, and a save that repeats
to the byte."""

import os
import warnings
from pathlib import Path

import matplotlib as mpl
from matplotlib import font_manager
from matplotlib.colors import LinearSegmentedColormap
from pylopdf_fonts_zh_cn import sans_path

from . import DATA
from .formats import write_csv
from .labels import LABELS
from .provenance import provenance

ONE, TWO = 3.46, 7.09  # inches: one and two columns of a journal (88 and 180 mm)
INK, GREY, PALE = "#20242a", "#767d87", "#dfe3e8"
BLUE, RED, OCHRE, TEAL = "#22578f", "#c4502f", "#d8a13a", "#2f8279"  # told apart in grey as well
SHADES = LinearSegmentedColormap.from_list("shades", ["#eef2f6", "#9db9d4", BLUE, "#10294a"])
ROLE_COLOURS = {
    "intro": "#b9c0c9", "study": OCHRE, "leadership": "#8c6d31", "achievement": BLUE,
    "problem": RED, "rectification": "#e39a7c", "plan": "#a9c3dc",
}  # fmt: skip

_RC = {
    "font.family": "Noto Sans SC",
    "font.size": 7.5,
    "axes.titlesize": 8,
    "axes.titlelocation": "left",
    "axes.titlecolor": INK,
    "axes.labelsize": 7.5,
    "axes.labelcolor": INK,
    "axes.edgecolor": GREY,
    "axes.linewidth": 0.6,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.unicode_minus": True,
    "axes.axisbelow": True,
    "text.color": INK,
    "xtick.color": GREY,
    "ytick.color": GREY,
    "xtick.labelcolor": INK,
    "ytick.labelcolor": INK,
    "xtick.labelsize": 7,
    "ytick.labelsize": 7,
    "xtick.major.width": 0.6,
    "ytick.major.width": 0.6,
    "xtick.major.size": 2.5,
    "ytick.major.size": 2.5,
    "grid.color": PALE,
    "grid.linewidth": 0.5,
    "lines.linewidth": 1.4,
    "figure.dpi": 144,
    "figure.constrained_layout.use": True,
    "savefig.dpi": 300,
    "savefig.bbox": None,
    "svg.hashsalt": "toolkit",
    "svg.fonttype": "path",
    "pdf.fonttype": 3,
    "hatch.linewidth": 0.5,
}
LANGUAGES = ("en", "zh")
_language = ["en"]


def use_style(language=None):
    """Give all figures drawn from now on the house style, labelled in 'en' or 'zh'.

    Without a language, in the one that the environment variable TOOLKIT_LANGUAGE names, else in
    English. Raises ValueError for another language.
    """
    language = language or os.environ.get("TOOLKIT_LANGUAGE") or "en"
    if language not in LANGUAGES:
        raise ValueError(
            f"figures are labelled in 'en' or 'zh', not in '{language}'. Give one of the two to "
            "use_style, or set TOOLKIT_LANGUAGE to it."
        )
    _language[0] = language
    if not any(font.name == "Noto Sans SC" for font in font_manager.fontManager.ttflist):
        font_manager.fontManager.addfont(sans_path())
    mpl.rcParams.update(_RC)


def label(key):
    """Give a label in the language in use; a key without one is its own label."""
    return LABELS[key][is_chinese()] if key in LABELS else str(key)


def is_chinese():
    """Tell whether figures are labelled in Chinese now."""
    return _language[0] == "zh"


def save(figure, name, data, *, folder=None, svg=False):
    """Save a figure for print and for the record.

    Takes a figure (or an Axes of it) and the table it shows; writes NAME.png (300 dpi), NAME.pdf,
    NAME.svg if asked, and NAME.csv, the numbers plotted, into `folder`: by default the one that the
    environment variable TOOLKIT_FIGURES names, else figures/. Pictures labelled in Chinese go to zh/
    in it. Each picture carries its name and its `provenance`. The same figure drawn by the same cell
    from the same data gives the same bytes on every run.

    Raises ValueError where the font lacks a character: no figure is saved with a missing glyph.
    """
    figure = getattr(figure, "figure", figure)
    folder = Path(folder or os.environ.get("TOOLKIT_FIGURES") or DATA.parent / "figures")
    pictures = folder / "zh" if is_chinese() else folder
    pictures.mkdir(parents=True, exist_ok=True)
    said = {"Title": name, "Keywords": provenance()}
    kinds = {"png": "Software", "pdf": "CreationDate"} | ({"svg": "Date"} if svg else {})
    with warnings.catch_warnings():
        warnings.filterwarnings("error", message="Glyph .* missing")
        try:
            figure.canvas.draw()
            for kind, unsaid in kinds.items():
                figure.savefig(pictures / f"{name}.{kind}", metadata=said | {unsaid: None})
        except UserWarning as missing:
            raise ValueError(f"figure '{name}' was not saved: {missing}") from None
    write_csv(data, folder / f"{name}.csv", float_format="%.6g")
