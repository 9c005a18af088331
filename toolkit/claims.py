"""Quantified claims and superlatives: what a report puts a number on, or calls the first.

A number is a claim where it counts or measures: a unit or measure word follows it, or a verb of
reaching stands before it and nothing after. Years, names and numbering have neither.
"""

import re
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pandas as pd

from .lexicon import as_text, joined
from .segment import cutter

CLAIMS = (
    "report_id", "clause", "start", "end", "role", "kind", "value", "high", "value_from",
    "comparator", "unit", "object", "status", "flow", "scope", "word",
)  # fmt: skip
NAMED = {
    "kind": ("count", "rate", "change", "structure", "rank", "superlative"),
    "comparator": ("", "exact", "about", "over", "at least", "under", "at most"),
    "status": ("done", "expected", "planned"),
    "flow": ("", "stock", "flow"),
}
_EMPTY = dict.fromkeys(("value", "high", "value_from"), np.nan) | dict.fromkeys(
    ("comparator", "unit", "scope", "word"), ""
)


def _words(text):
    """List words, the longest first, as alternatives of a pattern must stand."""
    return sorted(text.split(), key=len, reverse=True)


# ------------------------------------------------------------------ the grammar of a number

_DIGIT = {c: i for i, c in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
_SCALE = {"十": 10, "百": 100, "千": 1000, "万": 10**4, "亿": 10**8}
_HAN = "".join((*_DIGIT, *_SCALE))
_PLAIN = r"(?:\d{1,3}(?:,\d{3})+(?!\d)|\d+)(?:\.\d+)?"
_SCALES = r"(?:万亿|[十百千]?[万亿]|[百千](?![瓦米克伏安帕卡字升赫]))"  # 50千瓦 is 50 of 千瓦
_NUMBER = (
    rf"(?:{_PLAIN}(?:[多余]?{_SCALES}(?:{_PLAIN}(?![A-Za-z\d.]))?)*"
    rf"|[{_HAN}]+(?:[多余][万亿]+)?(?:点[{''.join(_DIGIT)}]+[万亿]*)?)"
)
_PART = re.compile(rf"(?P<plain>{_PLAIN})|(?P<digit>[{''.join(_DIGIT)}])|[十百千万亿]")

# Measure words that a Chinese numeral takes too, and those that only digits take
_MEASURES = _words("""
人 人次 户次 车次 批次 架次 班次 台次 件次 项次 场次 例次 亩次 轮次 人份 剂次 名 户 家 个 项 件 条 份 次 类 张 台 套 部 座 栋 幢
所 处 场 批 门 种 款 宗 例 只 羽 株 棵 篇 册 枚 块 片 辆 艘 架 列 组 支 位 间 床 盏 眼 笔 趟 班 轮 方面 环节 车位 床位 学位
""")
_DIGITS_ONLY = _words("本 头 口 对 根 单 席 面 层 段 颗 尾 起 剂 字 岁 分贝 分 美元 欧元 港元 日元")
_SIZES = _words("""
厘米 毫米 米 千伏安 千伏 伏 千瓦时 千瓦 兆瓦 吉瓦 瓦 GW MW GWh MWh 吨标准煤 吨标煤 蒸吨 载重吨 总吨 吨
""")
_PHYSICAL = _words("""
平方公里 平方千米 平方米 平米 立方米 立方 公里 千米 海里 公顷 亩 吨公里 公斤 千克 斤 毫克 微克 克 升 担 度 标箱 标准箱 元 倍
""")
_TERMS = _words("个工作日 工作日 个小时 小时 分钟")
_TIMES = [*_TERMS, *_words("个月 天 秒 年 届")]
_SHARES = ("%", "‰", "百分点", "倍", "番")
_LATIN = (
    r"(?:[kKMGTP]?[Ww]h?|[KMGTPE]B|[GMT]bps|[kcm]?m[²³23]?|kg|[EPT]F(?:lops|LOPS)|P)(?![A-Za-z])"
)
_NOUN = f"(?:{'|'.join(_words(' '.join(_MEASURES + _DIGITS_ONLY + _SIZES + _PHYSICAL)))}|{_LATIN})"
_UNIT = (
    rf"(?:%|‰|百分点|{'|'.join(_TIMES)}|{_NOUN}(?:[/每][万千百]?(?:{_NOUN}|{'|'.join(_TIMES)}|日|月))?"
    r"|大(?=[“\u4e00-\u9fff])|成(?![立为效果就员绩分本功品套长])|番|[省市县区镇乡村国](?![\u4e00-\u9fff]))(?![级别之])"
)
_CLAIM = re.compile(
    rf"(?<![A-Za-z\d.+×/])(?<!\d[:∶])(?P<nth>(?:倒数)?第|(?<![目以此当日提之年空史])前)?"
    rf"(?:(?P<per>[{_HAN}]+)分之)?(?P<number>{_NUMBER})(?:/(?P<over>\d{{1,3}})(?![\d/月]))?"
    rf"(?:[:∶]1(?![\d.:∶])|(?![:∶]\d|\.\d|(?<=\d)\d))(?P<more>[多余])? ?(?:个(?=百分))?(?P<unit>{_UNIT})?"
    rf"(?: ?[-—–~至到]{{1,2}} ?(?P<high>{_NUMBER})[多余]? ?(?(unit)(?P=unit)|(?:个(?=百分))?(?P<unit2>{_UNIT})))?"
    r"(?P<after>及?以[上下内]|之内|左右|上下|内)?"
)
_RATIO = re.compile(r"(?<![\d:∶.])\d+(?:\.\d+)?(?:[:∶]\d+(?:\.\d+)?){2,3}(?![\d:∶])")

# ------------------------------------------------------------------ the words around it

_BOUND, _OPENING, _CLOSING = ",。;:、()!?\n", "“‘「『", "”’」』"
_NAMES = re.compile(  # with a measure word, and yet no count
    r"八项规定|三大攻坚战|三大保卫战|五大发展理念|四大班子|三次产业|三条控制线|两个(?:市场|大局|百年|确立|维护|坚决)|两种资源"
    r"|[三五]篇大?文章|四个(?:意识|自信|全面)|十[二三四五六七八九]大|二十[一二]?大|\S类(?:新药|水|断面)"
)
_VERBS = (
    r"(?:增长|增加|增幅|增速|提高|提升|上升|上涨|扩大|翻|下降|降低|减少|压缩|压减|缩短|缩减|精简|缩小|回落|下滑|放缓|收窄|提速"
    r"|延长|[升降减涨跌]|(?<!新)增)"
)
_CHANGES = re.compile(_VERBS)
_CHANGED = re.compile(
    rf"{_VERBS}(?:目标|预期|[了近约超过逾至到为达在]|分别|突破|不低于|不少于|左右)* ?$"
)
_FROM = re.compile(r"[由从][^由从]{0,18}$")
_TO = re.compile(
    rf"[^,。;、]{{0,12}}?(?:{_VERBS}|发展|[变调])[^,。;、]{{0,6}}?[至到为](?:\d{{4}}年的?|[近约超过逾])*$"
)
_NEEDED = dict.fromkeys(  # before units that mostly name: 三年行动, 60岁以上
    _TIMES, re.compile(rf"(?:连续|[仅只]需|平均|天数|不超过|不到|[至到由从达在]|{_VERBS}[了近约超过]*) ?$")
) | {
    "年": re.compile("连续$|年限.{0,4}$"), "届": re.compile("连续$"), "岁": re.compile("寿命|年龄"), "番": re.compile("翻.?$"),
}  # fmt: skip
_COMPARED = re.compile(
    r"(?:(?P<at_least>不[少低小]于|至少|最少)|(?P<at_most>不超过|不[高多大]于|[最至]多|控制在)"
    r"|(?P<over>超[过出]?|逾|突破|[高大多]于|(?<!线)上(?=$))|(?P<under>[低少小]于|不[足到满])"
    r"|(?P<about>(?<![节预签履集条违契合特邀制公])约|(?<![最附邻临靠贴亲就远])近|大概))(?:[了为达到至]|人民币)* ?$"
)
_AFTER = {"上": "at least", "下": "at most", "内": "at most"}
_REACHED = re.compile(r"(?:[达为至到在近约逾]|超过?|突破) ?$")
_REACH = re.compile(  # what stands between the thing measured and its number
    r"(?:达到?|为|[共现已]?有|共计?|[合总累]计|超过?|突破|约|近|逾|均|分别|已|完成|实现|建成|新增|新建|举办|引进|办理|全部|保持|稳定|连续|是|了|在"
    rf"|到|至|将|于|比上年|同比|年均|平均|开展|获批|控制|力争|不[低少]于|目标|{_VERBS})+ ?$"
)
_SCOPE = re.compile(
    r"(?:全球|世界|国际|亚洲|全[国省市区县州盟旗域网]|[国省市区县]内|我[国省市区县]|[中东西]部|中西部|[东西]北|华[东南北中]|长三角|珠三角|大湾区"
    r"|京津冀|行业)?(?:(?:副省级|地级|省会|同类|超大|特大|沿海|计划单列)(?:以上)?(?:城市|市))?(?<=[\u4e00-\u9fff]{2})"
)
_RANKED = re.compile(r"(?:位?[居列排]名?|排?名|[升进]至|[升入进]到?|跻身|保持|前移)[^,。;、]{0,8}$")
_SUPERLATIVE = re.compile(
    r"(?<!一)率先(?!垂范)|(?<!敢)首创(?!精神)|唯一(?!性)|领先|领跑(?!者)|(?<!一)前列|(?<![在为])首位(?!度)|(?<!上)榜首|居首|首屈一指|名列前茅"
    r"|第一(?:方阵|梯队)|(?<!双)一流|(?P<series>首[个家例部条座款单张只艘支次台套项所])|(?P<most>最[大高多快好优强长早低佳])"
)
_EXPECTED = re.compile(r"预计|预期|预估|预测|有望|估计")
_PLANNED = re.compile(r"力争|确保|争取|目标|计划|拟|(?<!即)将(?!近)|到20[2-9]\d年")
_ASPIRED = re.compile(r"争|打造|建设|营造|努力|奋力|瞄准|对标|向|目标|加快|追求|[勇敢]|冲刺")
_DONE = re.compile(r"[已了]|累计|去年|目前|以来|上年")
_STOCK = re.compile(
    r"累计|总[数量额计]|[共现已]有|拥有|保有|存量|在[册库]|余额|目前|截[至止]|数量|实有"
)
_FLOW = re.compile(
    r"新增|[全今去本当]年|年[内度]|同比|新[建设改培认登引推办签]|一年来|\d{4}年(?![末底])"
)
_NO_NOUNS = frozenset(_words("新建 办理 全部 全省 全市 全国 全区 全县 我省 我市 均 占"))


def find_claims(clauses):
    """Find the quantified claims and superlatives in clauses with text.

    One row per clause in, with `report_id`, `clause`, `role` and `text`; one row per claim out, in
    the order of the text. Years, names (in 《》, in a short quotation, in a longer word of the
    dictionary), numbering and spans of time that limit nothing are no claims; nor is 一, which is
    an article, nor a class (projects of 5亿元以上). Width does not matter.

    start, end    the claim in the clause's text: the number, its unit and what qualifies it; of a
                  change with both ends, from the first number on
    kind          count (amounts too), rate (%, 倍, per head), change (增长8%, 由120个降至45个),
                  structure (占, N大类; 5:40:55 as three rows), rank (第3位, 前10名), superlative
    value         the number in full (1.2亿元: 120000000), of a range its low end; 九成 is 90 %;
                  NaN for a superlative
    high          the high end of a range, else NaN
    value_from    where a change with both ends began, else NaN
    comparator    exact, about, over, at least, under, at most; '' for a superlative
    unit          as written but for its multiplier; '' where the report leaves it out
    object        the noun beside it that is counted or measured, at most 12 characters, or ''
    status        done, expected (预计), or planned: in a plan, or after a word of intent. A planned
                  superlative is an aspiration
    flow          of a count: stock (累计, 总数), flow (新增, 全年) or '' where no word tells. Stocks
                  and flows must not be added
    scope, word   of a rank or superlative: among whom (全国, 全省, or '') and by which word

    首个, 首次 and their like are superlatives only with a scope (全国首个), and a scope serves one
    word: 全国率先开通首个 is one row. The parts of a claim follow Li et al. (2019); the rules are
    this module's.
    """
    codes, begins = joined(clauses)
    text = re.sub("《[^》\n]*》", lambda title: "□" * len(title[0]), as_text(codes)) + "\n"
    found = [*_numbers(text), *_ratios(text), *_superlatives(text)]
    claims = [_EMPTY | claim for claim in sorted(found, key=lambda claim: claim["start"])]
    table = pd.DataFrame(claims, columns=CLAIMS)
    start, end = (table[edge].to_numpy(dtype=np.int64) for edge in ("start", "end"))
    row = np.searchsorted(begins, start, side="right") - 1
    heads = [text[a:b] for a, b in zip(begins[row], start, strict=True)]
    roles = clauses["role"].array.take(row)
    table = table.assign(
        report_id=clauses["report_id"].array.take(row),
        clause=clauses["clause"].to_numpy()[row],
        start=(start - begins[row]).astype(np.int32),
        end=(end - begins[row]).astype(np.int32),
        role=roles,
        object=_objects(text, claims),
        status=list(map(_status, heads, roles.astype(str), table["kind"])),
        flow=list(map(_flow, heads, table["kind"])),
    ).astype(dict.fromkeys(("value", "high", "value_from"), float))
    for column in ("unit", "object", "scope", "word", *NAMED):
        table[column] = pd.Categorical(table[column], NAMED.get(column))
    return table


def read_number(text):
    """Give the value of a number as reports write it: 2亿1291万, 12.5万, 1,234, 三千二百, 九点五.

    NaN where digits stand in a row without their place: 三四 is a guess, 二〇二一 a year.
    """
    whole, _, decimals = text.partition("点")
    tenths = decimals.rstrip("万亿")
    total = section = 0.0  # above and below the last 万 or 亿
    digit = None
    for part in _PART.finditer(whole):
        if part.lastgroup:
            if digit:
                return np.nan
            digit = float(part[0].replace(",", "")) if part["plain"] else _DIGIT[part[0]]
            continue
        scale = _SCALE[part[0]]
        if scale < 10**4:
            section += (1 if digit is None else digit) * scale
        else:  # 万亿: the second multiplies what the first gave
            section += digit or 0
            total = total + section * scale if section else (total or 1) * scale
            section = 0.0
        digit = None
    value = total + section + (digit or 0)
    value += sum(_DIGIT[c] / 10 ** (i + 1) for i, c in enumerate(tenths))
    scale = decimals[len(tenths) :]
    return value * read_number(scale) if scale else value


# ------------------------------------------------------------------ numbers


def _numbers(text):
    """List the claims that have a number, a change with both ends as one."""
    claims = []
    last = {"end": 0, "unit": None, "kind": "", "before": ""}
    for match in _CLAIM.finditer(text):
        claim = _rank(text, match) if match["nth"] else _read(text, match)
        if claim is None:
            continue
        between = text[last["end"] : claim["start"]]
        ranked = claim["kind"] == "rank"
        if last["unit"] == claim["unit"] and (last["kind"] == "rank") == ranked:
            if len(between) < 24 and _TO.match(between) and _FROM.search(last["before"]):
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
    value, high, unit = _quantity(match)
    start, end = match.span()
    before = _before(text, start)
    if np.isnan(value) or not _is_claim(text, match, value, unit, before):
        return None
    after, compared = match["after"], _COMPARED.search(before)
    kind = _kind(unit, before, match["per"] or match["over"])
    if unit == "大":  # the unit is the sort that ends there (七大类, 四大方面), else 个
        sort = re.compile("类|方面|[\u4e00-\u9fff]{2}(?![\u4e00-\u9fff])").match(text, end)
        end, unit = (sort.end(), "大" + sort[0]) if sort else (end, "个")
    if after:
        comparator = _AFTER.get(after[-1], "about")
    elif match["more"] or not compared:
        comparator = "about" if match["more"] else "exact"
    else:
        comparator = compared.lastgroup.replace("_", " ")
    return {
        "start": start, "end": end, "kind": kind, "value": value, "high": high, "unit": unit,
        "comparator": comparator, "before": before, "left": _REACH.sub("", before),
    }  # fmt: skip


def _quantity(match):
    """Give value, high end and unit of a matched number, NaN for a value that makes no sense."""
    number, unit = match["number"], (match["unit"] or match["unit2"] or "").replace("每", "/")
    value = read_number(number)
    high = read_number(match["high"]) if match["high"] else np.nan
    if (scale := re.search("[万亿]+$", match["high"] or "")) and not re.search("[万亿]", number):
        value *= read_number("1" + scale[0])  # 3至5万 begins at 30000
    if unit == "成":
        return 10 * value, 10 * high, "%"
    if match["per"] in ("百", "千"):
        return value, high, "%" if match["per"] == "百" else "‰"
    if fraction := match["per"] or match["over"]:
        per = read_number(fraction)
        return (value / per if value < per else np.nan), np.nan, unit
    return value, high, unit


def _before(text, at):
    """Give what stands before a number in its part of the sentence."""
    window = text[max(0, at - 40) : at]
    return window[max(map(window.rfind, _BOUND)) + 1 :]


def _is_claim(text, match, value, unit, before):
    """Tell whether a number counts or measures something."""
    (start, end), number, after = match.span(), match["number"], match["after"] or ""
    follows, han = text[end : end + 4], number[0] in _HAN
    if _is_name(text, start, end):
        return False
    if match["per"] or match["over"] or unit in ("%", "‰", "百分点"):
        return True
    classed = re.match("的?[“\u4e00-\u9fff]", follows) and (
        (unit in _SIZES and not after)  # 500千伏电网
        or (after.endswith(("上", "下")) and (unit not in _MEASURES or unit == "人"))
        or (unit == "元" and before.endswith("超"))  # 5亿元以上项目, 超亿元项目
    )
    bare = re.fullmatch("[百千万亿]+", number) and not (match["more"] or _COMPARED.search(before))
    named = before.endswith("每") or _NAMES.match(text, match.start("number"))
    if classed or bare or named:
        return False
    if not unit:
        return not han and _stands(match, value, before, follows)
    if unit in _NEEDED:
        limited = _NEEDED[unit].search(before) or (unit in _TERMS and after.endswith("内"))
        return bool(limited) and (value > 1 or not han or unit == "番")
    return not han or unit == "倍" or _counts(text, match, unit, value, before)


def _counts(text, match, unit, value, before):
    """Tell whether a Chinese numeral with a measure word is a count."""
    start, at = match.start("number"), match.end("unit") if match["unit"] else match.end()
    if value < 2 or match["number"] == "二" or unit in (*_DIGITS_ONLY, *"省市县区镇乡村国度"):
        return False  # 一 is an article, 二 before a measure word an ordinal
    if before.endswith(tuple("这那哪该另")) or (not before and text[at] in _BOUND):
        return False  # the last: a place in a list, 鹭洲、三台、松月
    if unit in ("次", "批") and re.search(
        "[第届][^,。;\n]{0,20}$", text[max(0, start - 20) : start]
    ):
        return False
    if unit == "个" and _class(text[at : at + 4])[0] in "dpcruz":  # 三个务必
        return False
    word = max(0, start - 2)
    for part in cutter()(text[word : at + 3]):
        if word <= start < word + len(part):  # 三门峡 is a longer word than 三门
            return word + len(part) <= at or _classes().get(part, "m")[0] in "mqx"
        word += len(part)
    return True


def _stands(match, value, before, follows):
    """Tell whether a number without a unit is a claim: 超258万, 达到85.2, 1.5万劳动者."""
    scaled = bool(re.search("[万亿]", match["number"]))
    if match["after"] or not follows or follows[0] in _BOUND + "” ":
        year = match["number"].isdigit() and 1900 <= value <= 2100
        return scaled or bool(_REACHED.search(before) and not year)
    if _FROM.search(before) and re.match(f"{_VERBS}[到至为]", follows):  # 从2.5缩小到2.3
        return True
    return scaled and "级" not in follows and _class(follows)[0] in "nabjlv"


def _is_name(text, start, end):
    """Tell whether a number stands in a short quotation."""
    left, right = text[max(0, start - 10) : start], text[end : end + 10]
    opened, closed = max(map(left.rfind, _OPENING)), max(map(left.rfind, _CLOSING + "\n"))
    return opened > closed and bool(re.match(f"[^\n{_OPENING}]*?[{_CLOSING}]", right))


def _kind(unit, before, fraction):
    """Give the kind of a number from its unit and the words before it."""
    if unit == "大" or re.search("占|比重", before):
        return "structure"
    if _CHANGED.search(before) or (unit in _SHARES and _CHANGES.search(before)):
        return "change"
    each = "/" in unit or re.search("[人户亩]均|每", before)
    return "rate" if unit in _SHARES or fraction or each else "count"


def _rank(text, match):
    """Read 第3位, 前10名 or 全省第二部 as a rank, where a scope or a verb of ranking goes before."""
    nth, unit, (start, end) = match["nth"], match["unit"], match.span()
    value, before, follows = read_number(match["number"]), _before(text, start), text[end : end + 1]
    scope = _scope(before)
    placed = unit in ("位", "名") or (unit is None and follows in (*_BOUND, *"的” 强大", ""))
    beside = nth != "前" and scope and before.endswith(scope) and unit in _MEASURES
    ranked = (placed and (scope or _RANKED.search(before))) or (beside and unit not in ("次", "批"))
    if not ranked or not value > 0 or match["high"] or match["after"]:
        return None
    return {
        "start": start, "end": end + (follows in ("强", "大")), "kind": "rank", "value": value, "unit": "位",
        "comparator": "at most" if nth == "前" else "exact", "scope": scope, "word": nth, "before": before,
        "left": _RANKED.sub("", re.split(scope or "$", before)[0]),
    }  # fmt: skip


def _scope(text):
    """Give the last scope in a text, or ''."""
    return next((scope for scope in reversed(_SCOPE.findall(text)) if scope), "")


def _ratios(text):
    """Yield the parts of 三次产业比5:40:55, each a share."""
    for match in _RATIO.finditer(text):
        before = _before(text, match.start())
        for part in re.finditer(r"[\d.]+", match[0]) if re.search("比|结构", before) else ():
            start, end = (match.start() + at for at in part.span())
            yield {
                "start": start, "end": end, "kind": "structure", "value": float(part[0]), "unit": "%",
                "comparator": "exact", "before": before, "left": _REACH.sub("", before),
            }  # fmt: skip


def _superlatives(text):
    """Yield the superlatives; a scope serves the first word after it."""
    last = 0
    for match in _SUPERLATIVE.finditer(text):
        start, end = match.span()
        window = text[max(last, start - 30) : start]
        near = window[max(map(window.rfind, ",。;:()!?\n")) + 1 :]
        scope = _scope(near)
        if match["most"] and not re.search(f"{scope or '-'}(?:的|范围内?|规模)?$", near):
            continue
        if not scope and (match["series"] or _is_name(text, start, end)):
            continue
        if not scope and match[0] == "率先":  # 率先在全国
            scope = _scope(text[end : end + 3])
        last = end
        found = {"start": start, "end": end, "kind": "superlative", "scope": scope}
        yield found | {"word": match[0], "unit": "", "before": "", "left": ""}


# ------------------------------------------------------------------ object, status, flow


@cache
def _classes():
    """Read the word classes of jieba's dictionary."""
    path = Path(find_spec("jieba").origin).with_name("dict.txt")
    lines = path.read_text(encoding="utf-8").splitlines()
    return {word: kind for word, _, kind in (line.split(" ") for line in lines)}


def _class(text):
    """Give the class of the first word of a text."""
    return _classes().get(next(iter(cutter()(text)), ""), "x")


def _objects(text, claims):
    """List the noun that each claim counts or measures: after a measure word, else before."""
    after = re.compile("的?([\u4e00-\u9fff“”A-Za-z]*)")
    rights = [after.match(text, claim["end"], claim["end"] + 18)[1] for claim in claims]
    objects = []
    for claim, left, right in zip(
        claims, _cut([claim["left"] for claim in claims]), _cut(rights), strict=True
    ):
        before, behind, unit = _noun_before(left), _noun_after(right), claim["unit"]
        if claim["kind"] in ("rank", "superlative"):
            behind = ""
        if before and behind:
            counted = unit in ("", *_MEASURES) or unit[0] == "大" or text[claim["end"]] == "的"
            adjacent = claim["left"] == claim["before"] and _nominal(left[-1])
            behind = behind if counted and (_nominal(right[0]) or not adjacent) else ""
        objects.append(behind or before)
    return objects


def _cut(texts):
    """Cut each text into words, without quotation marks, all in one go."""
    rows, row = [[] for _ in texts], 0
    for word in cutter()(re.sub(f"[{_OPENING}{_CLOSING}]", "", "\n".join(texts))):
        if word == "\n":
            row += 1
        else:
            rows[row].append(word)
    return rows


def _nominal(word):
    nouns = _classes().get(word, "x").startswith(("n", "b", "j", "vn", "an", "l", "s"))
    return word not in _NO_NOUNS and (nouns or (word.isascii() and word.isalpha()))


def _noun_after(words):
    """Give the noun phrase that words begin with: a verb or adjective may stand before the noun."""
    end = next((i for i, word in enumerate(words) if _nominal(word)), 0)
    if any(_classes().get(word, "x")[0] not in "va" for word in words[:end]):
        return ""
    rest = (i for i in range(end, len(words)) if not _nominal(words[i]))
    return _short(words[: next(rest, len(words))])


def _noun_before(words):
    """Give the noun phrase that words end in."""
    while words and _classes().get(words[-1], "n" if words[-1] > "~" else "m")[0] in "pdcrtfmu":
        words = words[:-1]
    first = len(words) - 1 - (len(words) > 1 and len(words[-1]) == 1)  # 关联|率
    while first > 0 and _nominal(words[first - 1]):
        first -= 1
    return _short(words[max(first, 0) :])


def _short(words):
    while sum(map(len, words)) > 12:
        words = words[1:]
    return "".join(words)


def _status(head, role, kind):
    if kind == "superlative":
        aspired = role == "plan" or _ASPIRED.search(re.split("[,;]", head)[-1])
        return "planned" if aspired else "done"
    if _EXPECTED.search(head):
        return "expected"
    planned = not _DONE.search(head) if role == "plan" else _PLANNED.search(head)
    return "planned" if planned else "done"


def _flow(head, kind):
    """Tell stock from flow by the last word that says so."""
    stock, flow = (max((m.end() for m in cue.finditer(head)), default=0) for cue in (_STOCK, _FLOW))
    return "" if kind != "count" or stock == flow else "stock" if stock > flow else "flow"
