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
from .provenance import provenance

ONE, TWO = 3.46, 7.09  # inches: one and two columns of a journal (88 and 180 mm)
INK, GREY, PALE = "#20242a", "#767d87", "#dfe3e8"
BLUE, RED, OCHRE, TEAL = "#22578f", "#c4502f", "#d8a13a", "#2f8279"  # told apart in grey as well
SHADES = LinearSegmentedColormap.from_list("shades", ["#eef2f6", "#9db9d4", BLUE, "#10294a"])
ROLE_COLOURS = {
    "intro": "#b9c0c9", "study": OCHRE, "leadership": "#8c6d31", "achievement": BLUE,
    "problem": RED, "rectification": "#e39a7c", "plan": "#a9c3dc",
}  # fmt: skip

_LABELS = {
    "rate": ("per 1,000 Han characters", "每千汉字次数"),
    "share": ("share of reports", "报告占比"),
    "role share": ("share of Han characters", "汉字占比"),
    "length": ("thousand Han characters per report", "每份报告字数（千汉字）"),
    "ratio": ("ratio of rates (log scale)", "频率比（对数刻度）"),
    "ratio to all": (
        "rate over that of all places together (log scale)",
        "与全部地区频率之比（对数刻度）",
    ),
    "ratio a year": (
        "rate of a year over that of the year before (log scale)",
        "与上年频率之比（对数刻度）",
    ),
    "family": (
        "family of {family} {what}; q (Benjamini–Hochberg) ≤ {level}: {up} up and {down} down; "
        "{shown} of {terms} terms shown",
        "检验族 {family} {what}；校正后 q ≤ {level}：升 {up} 项、降 {down} 项；"
        "图示 {terms} 词中的 {shown} 词",
    ),
    "terms": ("terms", "词"),
    "trends of terms and groups": ("trends of terms and groups", "词与组别的趋势"),
    "no trend": ("no trend", "无趋势"),
    "untested": ("not tested", "未检验"),
    "other places": ("other places", "其他地区"),
    "two sessions": ("two sessions in the year", "当年两次会议"),
    "no report": ("no report", "无报告"),
    "national": ("State Council", "国务院"),
    "provincial": ("provincial level", "省级"),
    "prefectural": ("cities", "市级"),
    "east": ("East", "东部"),
    "northeast": ("Northeast", "东北"),
    "central": ("Central", "中部"),
    "west": ("West", "西部"),
    "adopted": ("share of places that had used it by then", "至当年已使用的地区占比"),
    "already": ("in the first report\nalready", "首份报告已有"),
    "never": ("in no report", "各份报告均无"),
    "one place": ("one place, in the year of its first use", "一个地区，列于首次使用之年"),
    "in a gap": ("or in a year before it without a report", "或在此前无报告之年"),
    "central year": ("first central document known", "已知首份中央文件"),
    "earliest known": ("earliest known", "已知最早"),
    "intro": ("opening", "引言"),
    "study": ("study", "学习"),
    "leadership": ("leadership", "组织领导"),
    "achievement": ("looking back", "回顾"),
    "problem": ("shortcomings", "问题"),
    "rectification": ("rectification", "整改"),
    "plan": ("looking ahead", "部署"),
    "clear of equal": (
        "{terms} with n ≥ {minimum}: {up} up and {down} down clear of equal rates; {shown} shown",
        "n ≥ {minimum} 的 {terms} 项中，区间不含 1 者升 {up} 项、降 {down} 项；图示 {shown} 项",
    ),
    "kind count": ("counts and amounts", "数量"),
    "kind rate": ("rates and multiples", "比率与倍数"),
    "kind change": ("changes", "变化"),
    "kind structure": ("shares of a whole", "构成"),
    "kind rank": ("ranks", "位次"),
    "kind superlative": ("superlatives", "“第一”类表述"),
    "own": ("in the place's own report of the year before", "见于本地上年报告"),
    "elsewhere": ("in another place's report of the year before", "见于他地上年报告"),
    "text share": ("share of the text's Han characters", "正文汉字占比"),
    "log ratio": ("ln(symbolic / operational words)", "象征性与操作性用语对数比"),
    "unvalidated": ("exploratory: word lists are not validated", "探索性指标：词表未经检验"),
    "key": ("{n:,} key", "关键 {n:,}"),
    "key by words": ("{n:,} by words alone", "仅按词次 {n:,}"),
    "key neither": (
        "{terms:,} tested, {n:,} key neither way (q ≤ {level}); n ≥ {minimum} drawn",
        "共 {terms:,} 个，{n:,} 个不关键（q ≤ {level}）；图示 n ≥ {minimum}",
    ),
    "mentions": ("mentions on both sides (log scale)", "两侧合计次数（对数刻度）"),
    "odds ratio": ("weighted ratio of odds (log scale)", "加权优势比（对数刻度）"),
    "place": ("places", "地区"),
    "category": ("categories", "类别"),
    "term": ("terms", "词条"),
    "inertia": (
        "dimension {dimension} ({share:.0%} of inertia)",
        "第 {dimension} 维（惯量 {share:.0%}）",
    ),
    "spread": ("evenness (1 − DPnorm)", "均匀度（1 − DPnorm）"),
    "places": ("places", "地区数"),
    "power": ("share of trends found (p ≤ 0.05)", "检出趋势的比例（p ≤ 0.05）"),
    "mentions in years": (
        "{mentions} mentions a report,\n{years} years",
        "每份报告 {mentions} 次，{years} 年",
    ),
    "interval coverage": (
        "simulated panels whose truth the 95 % interval holds, a dot for each setting",
        "95% 区间包含真值的模拟面板占比，一点代表一种设定",
    ),
    "repeats": ("who repeats", "复述者"),
    "said before": ("who said it the year before", "上年已有此表述者"),
    "measure rate": ("rate of a year", "年度频率"),
    "measure log ratio, two groups of places": (
        "log ratio, two groups of places",
        "两组地区频率对数比",
    ),
    "measure trend, ratio per year": ("trend, ratio per year", "趋势：逐年比率"),
    "measure trend, last year to first": ("trend, last year to first", "趋势：末年与首年之比"),
    "measure share of places that have adopted": (
        "share of places that have adopted",
        "已采用地区占比",
    ),
    "measure rate of one report, blocks": ("rate of one report, blocks", "单份报告频率：文段"),
    "measure rate, percentiles of resampled places": (
        "rate, percentiles of resampled places",
        "年度频率：地区重抽样百分位",
    ),
    "measure rate of one report, percentiles of blocks": (
        "rate of one report, percentiles of blocks",
        "单份报告频率：文段重抽样百分位",
    ),
    "measure rate, mentions as draws": ("rate, mentions as draws", "年度频率：以词次为独立抽样"),
    "slogans": ("Slogans", "口号与理念"),
    "mechanisms": ("Mechanisms", "机制"),
    "platforms": ("Platforms", "平台"),
    "regulations": ("Regulations", "法规制度"),
    "institutions": ("Institutions", "机构"),
    "names alone": ("{names} more in one report only", "另有 {names} 项仅见于一份报告"),
    "alone": ("searched alone", "单独检索"),
    "longest": ("longest match", "最长匹配"),
    "study and leadership": ("study and leadership", "学习与组织领导"),
    "shortcomings and rectification": ("shortcomings, rectification", "问题与整改"),
    "standing": (
        "per 1,000 Han characters of the part; below: 95 % interval over passages  |  reports of those "
        "with the part",
        "该部分每千汉字次数；下：按段落计的 95% 区间  |  使用的报告数/有该部分的报告数",
    ),
    "note": ("Note. {}", "注：{}"),
    "missing values": ("Missing or infinite values: {}.", "缺失或无穷的数值：{}。"),
    "interval": ("In brackets, 95 % intervals.", "方括号内为95%区间。"),
    "lower limit": ("{}, lower 95 % limit", "{}，95%下限"),
    "upper limit": ("{}, upper 95 % limit", "{}，95%上限"),
    "rising": ("rising", "上升"),
    "falling": ("falling", "下降"),
    "rise and fall": ("rise and fall", "先升后降"),
    "undecided": ("undecided", "未定"),
    "column term": ("term", "词条"),
    "column gloss_en": ("gloss", "英文释义"),
    "column category": ("category", "类别"),
    "column token": ("word", "词"),
    "column place": ("place", "地区"),
    "column level": ("level", "层级"),
    "column province": ("province", "省份"),
    "column city": ("city", "城市"),
    "column year": ("year", "年份"),
    "column role": ("part of the report", "报告部分"),
    "column n": ("n", "次数"),
    "column n_a": ("n, first side", "次数（甲）"),
    "column n_b": ("n, second side", "次数（乙）"),
    "column n_title": ("n in titles 《》", "《》内次数"),
    "column n_han": ("Han characters", "汉字数"),
    "column with_term": ("reports that use it", "使用的报告数"),
    "column reports": ("reports", "报告数"),
    "column places": ("places", "地区数"),
    "column clusters": ("clusters", "聚类数"),
    "column rate": ("per 1,000 Han characters", "每千汉字次数"),
    "column rate_a": ("per 1,000 Han characters, first side", "每千汉字次数（甲）"),
    "column rate_b": ("per 1,000 Han characters, second side", "每千汉字次数（乙）"),
    "column share": ("share", "占比"),
    "column ratio": ("ratio per year", "逐年比率"),
    "column last_to_first": ("last year to first", "末年与首年之比"),
    "column peak": ("peak year", "峰值年份"),
    "column peak_to_first": ("peak year to first", "峰值年与首年之比"),
    "column last_to_peak": ("last year to peak", "末年与峰值年之比"),
    "column log_ratio": ("log ratio", "对数比"),
    "column hazard": ("hazard", "风险率"),
    "column odds_ratio": ("odds ratio", "优势比"),
    "column family": ("tests in the family", "检验族大小"),
    "column label": ("shape", "走势"),
    "column p_naive": ("p, words as draws", "p（以词次为抽样）"),
    "column q_naive": ("q, words as draws", "q（以词次为抽样）"),
    "column p_clustered": ("p, places as draws", "p（以地区为抽样）"),
    "column q_clustered": ("q, places as draws", "q（以地区为抽样）"),
    "column dp_norm": ("DPnorm (0: even)", "DPnorm（0 为均匀）"),
    "cities": ("cities", "市级"),
    "provinces": ("provinces", "省级"),
    "county": ("county level", "县级"),
    "township": ("township level", "乡级"),
    "all places": ("all places", "全部地区"),
    "same clauses": ("terms in the same clauses", "同句词语"),
    "lines": ("lines", "例句"),
}
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
    return _LABELS[key][is_chinese()] if key in _LABELS else str(key)


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
