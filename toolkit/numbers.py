"""Numbers as reports write them, Chinese or Arabic, with the units they count or measure in."""

import re
from functools import lru_cache

import numpy as np


def words(text):
    """List words, the longest first, as alternatives of a pattern must stand."""
    return sorted(text.split(), key=len, reverse=True)


# ------------------------------------------------------------------ numbers

_DIGIT = {c: i for i, c in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
_SCALE = {"十": 10, "百": 100, "千": 1000, "万": 10**4, "亿": 10**8}
_DIGITS = "".join(_DIGIT)
HAN = "".join((*_DIGIT, *_SCALE))  # the characters of a Chinese numeral
_PLAIN = r"(?:\d{1,3}(?:,\d{3})+(?!\d)|\d+)(?:\.\d+)?"
_SCALES = r"(?:万亿|[十百千]?[万亿]|[百千](?![瓦米克伏安帕卡字升赫]))"  # 50千瓦 is 50 of 千瓦
_NUMBER = (
    rf"(?:{_PLAIN}(?:[多余]?{_SCALES}(?:{_PLAIN}(?![A-Za-z\d.]))?)*"  # 2亿1291万, 3万多
    rf"|[{HAN}]+(?:[多余][万亿]+)?(?:点[{_DIGITS}]+[万亿]*)?)"  # 三千二百, 十多万, 九点五
)
_PART = re.compile(rf"(?P<plain>{_PLAIN})|(?P<digit>[{_DIGITS}])|[十百千万亿]")

# ------------------------------------------------------------------ units

# Measure words that a Chinese numeral takes too, and those that only digits take
MEASURES = words("""
人 人次 户次 车次 批次 架次 班次 台次 件次 项次 场次 例次 亩次 轮次 人份 剂次 名 户 家 个 项 件 条 份 次 类 张 台 套 部 座 栋 幢
所 处 场 批 门 种 款 宗 例 只 羽 株 棵 篇 册 枚 块 片 辆 艘 架 列 组 支 位 间 床 盏 眼 笔 趟 班 轮 方面 环节 车位 床位 学位
""")
DIGITS_ONLY = words("本 头 口 对 根 单 席 面 层 段 颗 尾 起 剂 字 岁 分贝 分 美元 欧元 港元 日元")
SIZES = words("""
厘米 毫米 米 千伏安 千伏 伏 千瓦时 千瓦 兆瓦 吉瓦 瓦 GW MW GWh MWh 吨标准煤 吨标煤 蒸吨 载重吨 总吨 吨
""")
_PHYSICAL = words("""
平方公里 平方千米 平方米 平米 立方米 立方 公里 千米 海里 公顷 亩 吨公里 公斤 千克 斤 毫克 微克 克 升 担 度 标箱 标准箱 元 倍
""")
TERMS = words("个工作日 工作日 个小时 小时 分钟")
TIMES = [*TERMS, *words("个月 天 秒 年 届")]
PARTS = ("%", "‰", "百分点")
SHARES = (*PARTS, "倍", "番")
AREAS = "省市县区镇乡村国"
_TIME = "|".join(TIMES)
_LATIN = (
    r"(?:[kKMGTP]?[Ww]h?|[KMGTPE]B|[GMT]bps|[kcm]?m[²³23]?|kg|[EPT]F(?:lops|LOPS)|P)(?![A-Za-z])"
)
_NOUNS = words(" ".join(MEASURES + DIGITS_ONLY + SIZES + _PHYSICAL))
_NOUN = f"(?:{'|'.join(_NOUNS)}|{_LATIN})"
_UNIT = (
    rf"(?:%|‰|百分点|{_TIME}"
    rf"|{_NOUN}(?:[/每][万千百]?(?:{_NOUN}|{_TIME}|日|月))?"  # 元/平方米
    r"|大(?=[“\u4e00-\u9fff])"  # 七大类
    r"|成(?![立为效果就员绩分本功品套长])|番"
    rf"|[{AREAS}](?![\u4e00-\u9fff])"  # 联动6省
    r")(?![级别之])"
)

# ------------------------------------------------------------------ a number with its unit

QUANTITY = re.compile(
    r"(?<![A-Za-z\d.+×/])(?<!\d[:∶])"  # not within a name, a number or a ratio
    r"(?P<nth>(?:倒数)?第|(?<![目以此当日提之年空史])前)?"
    rf"(?:(?P<per>[{HAN}]+)分之)?"  # 百分之九十, 三分之一
    rf"(?P<number>{_NUMBER})"
    r"(?:/(?P<over>\d{1,3})(?![\d/月]))?"  # 1/8
    r"(?:[:∶]1(?![\d.:∶])|(?![:∶]\d|\.\d|(?<=\d)\d))"  # 1.98:1, but of 9:30 or 1.2.3 nothing
    rf"(?P<more>[多余])? ?(?:个(?=百分))?(?P<unit>{_UNIT})?"
    rf"(?: ?[-—–~至到]{{1,2}} ?(?P<high>{_NUMBER})[多余]? ?"  # 3—5个, 3个至5个
    rf"(?(unit)(?P=unit)|(?:个(?=百分))?(?P<unit2>{_UNIT})))?"
    r"(?P<after>及?以[上下内]|之内|左右|上下|内)?"
)
_GOES_ON = f"{HAN}点多余分至到大成番{AREAS}{''.join(word[0] for word in _NOUNS + TIMES)}"
FIRST = re.compile(  # what a quantity begins with: most numerals in a text (一网通办) do not go on
    rf"[0-9第前倒{HAN}](?:(?<=[0-9])[0-9]*|(?<=[第前倒])|(?=[^\u4e00-\u9fff]|[{_GOES_ON}]))"
)
RATIO = re.compile(  # 5:40:55
    r"[0-9](?<![\d:∶.]\d)\d*(?:\.\d+)?(?:[:∶]\d+(?:\.\d+)?){2,3}(?![\d:∶])"
)
_SCALED = re.compile("[万亿]+$")


def find_all(pattern, first, text):
    """Yield what a pattern matches in a text, as its finditer does, looking only at some places.

    `first` is a pattern of what every match begins with. Where it begins with a set of characters
    it is found much faster than the pattern is tried everywhere.
    """
    end = 0
    for place in first.finditer(text):
        at = place.start()
        if at >= end and (found := pattern.match(text, at)):
            end = found.end()
            yield found


@lru_cache(2**16)
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


def read_quantity(number, high, per, unit):
    """Give value, high end and unit of a quantity in numbers, NaN for a value that makes no sense.

    `per` is what the number is a part of: 百 of 百分之九十, 8 of 1/8.
    """
    value = read_number(number)
    if high:
        scale, high = _SCALED.search(high), read_number(high)
        if scale and not is_scaled(number):
            value *= read_number("1" + scale[0])  # 3至5万 begins at 30000
    else:
        high = np.nan
    if unit == "成":
        return 10 * value, 10 * high, "%"
    if per in ("百", "千"):
        return value, high, "%" if per == "百" else "‰"
    if per:
        whole = read_number(per)
        return (value / whole if value < whole else np.nan), np.nan, unit
    return value, high, unit


def is_scaled(number):
    """Tell whether a number is written in 万 or 亿."""
    return "万" in number or "亿" in number


# ------------------------------------------------------------------ where it stands

BOUND, OPENING, CLOSING = ",。;:、()!?\n", "“‘「『", "”’」』"
_FROM_BOUND = re.compile(f"(?s:.*[{BOUND}])?(.*)")
_OPENED = re.compile(rf"[{OPENING}][^{OPENING}{CLOSING}\n]*\Z")
_CLOSED = re.compile(rf"[^{OPENING}\n]*?[{CLOSING}]")


def part_before(text, at):
    """Give what stands before a place in its part of the sentence, at most 40 characters."""
    return _FROM_BOUND.match(text, at - 40, at)[1]


def is_quoted(text, start, end):
    """Tell whether a span stands in a short quotation, as a name does."""
    opened = _OPENED.search(text, start - 10, start)
    return bool(opened and _CLOSED.match(text, end, end + 10))
