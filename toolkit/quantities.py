"""Which numbers in a text count or measure something, how much, and how that is put.

A unit or measure word follows such a number, or a verb of reaching stands before it and nothing
after. Years, names and numbering have neither.
"""

import re
from functools import lru_cache
from math import isnan

from .numbers import (
    AREAS,
    BOUND,
    DIGITS_ONLY,
    FIRST,
    HAN,
    MEASURES,
    PARTS,
    QUANTITY,
    RATIO,
    SHARES,
    SIZES,
    TERMS,
    TIMES,
    find_all,
    is_quoted,
    is_scaled,
    part_before,
    read_quantity,
)
from .objects import first_class
from .ranks import read_rank
from .segment import cutter

_NAMES = re.compile(  # with a measure word, and yet no count
    r"八项规定|三大攻坚战|三大保卫战|五大发展理念|四大班子|三次产业|三条控制线"
    r"|两个(?:市场|大局|百年|确立|维护|坚决)|两种资源|四个(?:意识|自信|全面)|[三五]篇大?文章"
    r"|十[二三四五六七八九]大|二十[一二]?大|\S类(?:新药|水|断面)"
)
# A search is fast where each alternative begins with a character, not with a set or a condition:
# 升|降 for [升降], 增(?<!新增) for (?<!新)增
_VERB = (
    "增长|增加|增幅|增速|提高|提升|上升|上涨|扩大|翻|提速|延长|增(?<!新增)"
    "|下降|降低|减少|压缩|压减|缩短|缩减|精简|缩小|回落|下滑|放缓|收窄|升|降|减|涨|跌"
)
_VERBS = f"(?:{_VERB})"
_CHANGES = re.compile(_VERBS)
_CHANGING = re.compile(f"{_VERBS}[到至为]")
_EACH = re.compile("[人户亩]均|每")
_SORT = re.compile("类|方面|[\u4e00-\u9fff]{2}(?![\u4e00-\u9fff])")
_SITTING = re.compile("[第届][^,。;\n]{0,20}$")
_CHANGED = re.compile(
    rf"{_VERBS}(?:目标|预期|[了近约超过逾至到为达在]|分别|突破|不低于|不少于|左右)* ?$"
)
_FROM = re.compile(r"[由从][^由从]{0,18}$")
_TO = re.compile(  # between the ends of a change: 由120个|降至|45个
    rf"[^,。;、\n]{{0,12}}?(?:{_VERBS}|发展|[变调])"
    r"[^,。;、\n]{0,6}?[至到为](?:\d{4}年的?|[近约超过逾])*"
)
_LIMITED = re.compile(
    rf"(?:连续|[仅只]需|平均|天数|不超过|不到|[至到由从达在]|{_VERBS}[了近约超过]*) ?$"
)
_NEEDED = dict.fromkeys(TIMES, _LIMITED) | {  # before units that mostly name: 三年行动, 60岁以上
    "年": re.compile("连续$|年限.{0,4}$"),
    "届": re.compile("连续$"),
    "岁": re.compile("寿命|年龄"),
    "番": re.compile("翻.?$"),
}
_COMPARATORS = {
    "at least": "不[少低小]于|至少|最少",
    "at most": "不超过|不[高多大]于|最多|至多|控制在",
    "over": "超[过出]?|逾|突破|高于|大于|多于|上(?<!线上)(?=$)",
    "under": "低于|少于|小于|不[足到满]",
    "about": "约(?<![节预签履集条违契合特邀制公]约)|近(?<![最附邻临靠贴亲就远]近)|大概",
}
_COMPARED = re.compile(f"(?:{'|'.join(_COMPARATORS.values())})(?:[了为达到至]|人民币)* ?$")
_SIZES = frozenset(SIZES)
_IN_CHARACTERS = re.compile("的?[“\u4e00-\u9fff]")
_NO_COUNT = frozenset((*DIGITS_ONLY, *AREAS, "度"))  # after a Chinese numeral
_POINTING = frozenset("这那哪该另")
_AFTER = {"上": "at least", "下": "at most", "内": "at most"}
_REACHED = re.compile(r"(?:[达为至到在近约逾]|超过?|突破) ?$")
_REACHES = (
    "(?:达到?|为|有|共有|现有|已有|共计?|合计|总计|累计|均|分别|已|是|了|在|到|至|将|于"
    "|比上年|同比|年均|平均|超过?|突破|约|近|逾|不[低少]于|控制|力争|目标|全部|保持|稳定|连续"
    f"|完成|实现|建成|新增|新建|举办|引进|办理|开展|获批|{_VERB})"
)
_REACH = re.compile(rf"{_REACHES}{_REACHES}* ?$")  # between the thing measured and its number


def find_quantities(text):
    """List the claims that have a number, a change with both ends as one."""
    claims = []
    last = {"end": 0, "unit": None, "kind": "", "before": ""}
    for match in find_all(QUANTITY, FIRST, text):
        claim = read_rank(text, match) if match["nth"] else _read(text, match)
        if claim is None:
            continue
        ranked, gap = claim["kind"] == "rank", claim["start"] - last["end"]
        if gap < 24 and last["unit"] == claim["unit"] and (last["kind"] == "rank") == ranked:
            between = text[last["end"] : claim["start"]]
            if _FROM.search(last["before"]) and _TO.fullmatch(between):
                claim |= {"start": last["start"], "value_from": last["value"]}
                claim |= {"kind": "rank" if ranked else "change", "before": last["before"]}
                claim["left"] = _REACH.sub("", re.split("[由从]", last["left"])[0])
                claims.pop()
            elif between in ("、", "和", "及", "与") and not ranked:  # 分别增长6%、7.4%
                claim |= {name: last[name] for name in ("kind", "before", "left")}
        claims.append(claim)
        last = claim
    return claims


def _read(text, match):
    """Read a matched number as a claim, or give None where it is none."""
    _, per, number, over, more, unit, high, unit2, after = match.groups("")
    fraction, unit, han = per or over, (unit or unit2).replace("每", "/"), number[0] in HAN
    if han and not (fraction or unit):
        return None
    value, high, unit = read_quantity(number, high, fraction, unit)
    if isnan(value) or (han and value <= 1 and not (fraction or unit in SHARES)):
        return None  # it is no number, or 一, which is an article
    start, end = match.span()
    before = part_before(text, start)
    compared = more or _COMPARED.search(before)
    counts = fraction or unit in PARTS or _is_claim(text, match, value, unit, before, compared)
    if not counts or is_quoted(text, start, end):
        return None
    kind = _kind(unit, before, fraction)
    if unit == "大":  # the unit is the sort that ends there (七大类, 四大方面), else 个
        sort = _SORT.match(text, end)
        end, unit = (sort.end(), "大" + sort[0]) if sort else (end, "个")
    if after:
        comparator = _AFTER.get(after[-1], "about")
    elif more or not compared:
        comparator = "about" if more else "exact"
    else:
        comparator = next(name for name, cue in _COMPARATORS.items() if re.match(cue, compared[0]))
    return {
        "start": start, "end": end, "kind": kind, "value": value, "high": high, "unit": unit,
        "comparator": comparator, "before": before, "left": _REACH.sub("", before),
    }  # fmt: skip


def _is_claim(text, match, value, unit, before, compared):
    """Tell whether a number counts or measures something."""
    number, after = match["number"], match["after"]
    han = number[0] in HAN
    classed = (
        (unit in _SIZES and not after)  # 500千伏电网
        or (after and after[-1] in "上下" and (unit not in MEASURES or unit == "人"))
        or (unit == "元" and before.endswith("超"))  # 5亿元以上项目, 超亿元项目
    ) and _IN_CHARACTERS.match(text, match.end())
    bare = han and not (compared or number.strip("百千万亿"))
    named = (han or unit == "类") and _NAMES.match(text, match.start("number"))
    if classed or bare or named or before.endswith("每"):
        return False
    if not unit:
        return _stands(text, match, value, before)
    if unit in _NEEDED:
        return _NEEDED[unit].search(before) or (unit in TERMS and after and after[-1] == "内")
    return not han or unit == "倍" or _counts(text, match, unit, value, before)


def _counts(text, match, unit, value, before):
    """Tell whether a Chinese numeral with a measure word is a count."""
    start, at = match.start("number"), match.end("unit") if match["unit"] else match.end()
    if value < 2 or match["number"] == "二" or unit in _NO_COUNT:
        return False  # 二 before a measure word is an ordinal
    if before[-1:] in _POINTING or (not before and text[at] in BOUND):
        return False  # the last: a place in a list, 鹭洲、三台、松月
    if unit in ("次", "批") and _SITTING.search(text, start - 20, start):
        return False  # 第十届三次会议
    if unit == "个" and first_class(text[at : at + 4])[0] in "dpcruz":  # 三个务必
        return False
    first = max(0, start - 2)
    return _ends_words(text[first : at + 3], start - first, at - first)


@lru_cache(2**16)
def _ends_words(text, start, at):
    """Tell whether a numeral and measure word from start to at are no part of a longer word."""
    word = 0
    for part in cutter()(text):
        if word <= start < word + len(part):  # 三门峡 is a longer word than 三门
            return word + len(part) <= at or first_class(part)[0] in "mqx"
        word += len(part)
    return True


def _stands(text, match, value, before):
    """Tell whether a number without a unit is a claim: 超258万, 达到85.2, 1.5万劳动者."""
    scaled = is_scaled(match["number"])
    follows = text[match.end() : match.end() + 4].partition("\n")[0]
    if match["after"] or not follows or follows[0] in BOUND + "” ":
        year = match["number"].isdigit() and 1900 <= value <= 2100
        return scaled or bool(_REACHED.search(before) and not year)
    if _FROM.search(before) and _CHANGING.match(follows):  # 从2.5缩小到2.3
        return True
    return scaled and "级" not in follows and first_class(follows)[0] in "nabjlv"


def _kind(unit, before, fraction):
    """Give the kind of a number from its unit and the words before it."""
    if unit == "大" or "占" in before or "比重" in before:
        return "structure"
    share = unit in SHARES
    if (_CHANGES if share else _CHANGED).search(before):
        return "change"
    return "rate" if share or fraction or "/" in unit or _EACH.search(before) else "count"


def find_ratios(text):
    """Yield the parts of 三次产业比5:40:55, each a share."""
    for match in RATIO.finditer(text):
        before = part_before(text, match.start())
        for part in re.finditer(r"[\d.]+", match[0]) if re.search("比|结构", before) else ():
            start, end = (match.start() + at for at in part.span())
            yield {
                "start": start, "end": end, "kind": "structure", "value": float(part[0]), "unit": "%",
                "comparator": "exact", "before": before, "left": _REACH.sub("", before),
            }  # fmt: skip
