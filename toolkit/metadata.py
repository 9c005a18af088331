"""Text and file name to what a report is: genre, issuer, place, year, date, title.

Each value comes with where it was seen. What the text does not show stays empty.
"""

import re
from collections import Counter
from typing import NamedTuple

from .places import LEVELS, find_places, mentioned, resolve

FIELDS = (
    "genre", "title", "place", "level", "city", "province",
    "issuer", "year", "date", "source_url", "abridged",
)  # fmt: skip
WORK, RULE_OF_LAW = "work report", "rule-of-law report"


class Evidence(NamedTuple):
    """One inferred value: its field, where it comes from, and the span it was read from.

    `start` and `end` are offsets in the text as read; both None where the source is not the text.
    """

    field: str
    value: object
    source: str
    start: int | None = None
    end: int | None = None


_YEAR = r"(20\d{2}|二[〇○零]?[〇○零一二三四五六七八九]{3}|二[〇○零][一二三四五六七八九〇○零]{2})"
_NUMERALS = {c: str(i) for i, c in enumerate("〇一二三四五六七八九")} | {"○": "0", "零": "0"}
_DATE = re.compile(_YEAR + r"年([\d一二三四五六七八九十]{1,3})月([\d一二三四五六七八九十]{1,3})日")
_ISO_DATE = re.compile(r"发布(?:日期|时间)[:：]\s*(20\d{2})-(\d{2})-(\d{2})")
_FRONT = re.compile(r"^(source|title):[ \t]*(\S.*?)[ \t]*$", re.M)
_WORK_REPORT = re.compile(
    r"^[^。，,\n]{0,40}政\s*府\s*工\s*作\s*报\s*告[^。，,\n]{0,30}$|各位代表[:：,，!！]", re.M
)
_SPEAKS_FOR = re.compile(r"我(?:谨)?代表([\u4e00-\u9fff]{0,14}?)(?:人民)?(?:政府|国务院)")
_CONGRESS = re.compile(r"([\u4e00-\u9fff]{2,12}?)第[一二三四五六七八九十]{1,3}届人民代表大会")
_BODY = re.compile(
    r"([\u4e00-\u9fff]{0,12}?[省市区县州盟旗])?"
    r"((?:政务|行政|大数据|数据|司法|财政|教育|民政|公安|市场|自然|生态|住房|交通|水[务利]|农业|商务|文化"
    r"|卫生|应急|审计|统计|医疗|城市|发展|人力|退役|信访|科[技学]|工业|国[有资]|税务|气象|林业)"
    r"[\u4e00-\u9fff]{0,16}?(?:局|委员会|办公室|厅|中心))"
)
_ON_YEAR = tuple(
    re.compile(pattern)
    for pattern in (
        r"\A\s*" + _YEAR + "年",
        r"现将[^。\n]{0,30}?" + _YEAR + "年",
        _YEAR + r"年度?(?:推进)?(?:法治政府|依法行政)",
    )
)
_ALIASES = {"政务和数据局": "政务服务和数据管理局"}  # short names in running text
_OPENING = 400  # Characters in which a report says who speaks, of which year
_DOMINANT = 3  # A place is the report's own if named this many times as often as any other
_LEVEL_OF = {"省": "provincial", "自治区": "provincial", "市": "prefectural", "州": "prefectural",
             "区": "county", "县": "county", "旗": "county"}  # fmt: skip


_WORDS = tuple(
    (level, re.compile(words))
    for level, words in (
        ("township", "乡|镇|街道"),
        ("county", "县|区|旗|市辖区|自治[县旗]"),
        ("provincial", "省|自治区|直辖市|特别行政区"),
        ("prefectural", "地|市|州|盟|自治州|副省级"),
        ("national", "国|中央"),
    )
)


def infer_metadata(text, name, removed):
    """Infer what a report is from its text as read and its file name.

    `removed` is what `clean` left out: title, signature and page furniture are looked for there.
    Gives a dict field -> Evidence with the fields that could be inferred, and no others.
    """
    found = {}
    head_end = max((end for _, end, rule in removed if rule == "title"), default=0) + _OPENING
    head = text[:head_end]

    def note(field, value, source, span=(None, None)):
        if value not in (None, "") and field not in found:
            found[field] = Evidence(field, value, source, *span)

    for match in _FRONT.finditer(head if head.lstrip("\ufeff").startswith("---") else ""):
        field = {"source": "source_url", "title": "title"}[match[1]]
        note(field, match[2], "front matter", match.span(2))
    for start, end, rule in removed:
        line = text[start:end].strip("*# \r\n\t\u3000")
        if rule == "title" and re.search(r"报\s*告|情况|总结", line) and not line.startswith("—"):
            at = text.index(line, start)
            note(
                "title",
                re.sub(r"(?<=[\u4e00-\u9fff])\s+", "", line),
                "title line",
                (at, at + len(line)),
            )
    _genre(text, head, note)
    genre = found["genre"].value if "genre" in found else ""
    if genre == WORK:
        _speaker(text, head, found, note)
        _session_year(text, head, found, note)
    else:
        _author(text, head, found, removed, note)
        _paper_year(text, found, removed, note)
    named = resolve([place for _, _, place in mentioned(name)] or [""])
    if named and "place" not in found:
        _place(named, "file name", (None, None), note)
    if match := re.search(r"20\d{2}(?!\d)", name):
        note("year", int(match[0]), "file name")
    if match := re.search(r"本文有删[减节]|[（(](摘要|节选|摘登)[）)]", text):
        note("abridged", True, "text", match.span())
    return found


def as_level(value):
    """Turn a level in the manifest's words (省, 市, county ...) into one of LEVELS, or ''."""
    value = str(value).strip()
    if value in LEVELS:
        return value
    return next((level for level, words in _WORDS if words.match(value)), "")


def place_fields(place):
    """Spell out a Place as the values of the columns place, level, city, province."""
    return {
        "place": place.label, "level": place.level, "city": place.city, "province": place.province,
    }  # fmt: skip


def _number(text):
    """Read 2021, 二〇二一, 十二 or 三十一."""
    if text.isdigit():
        return int(text)
    if "十" in text:
        tens, _, ones = text.partition("十")
        return int(_NUMERALS.get(tens[:1], "1")) * 10 + int(_NUMERALS.get(ones[:1], "0"))
    return int("".join(_NUMERALS.get(c, c) for c in text))


def _date(match):
    year, month, day = (_number(part) for part in match.groups())
    valid = 2000 <= year < 2100 and 1 <= month <= 12 and 1 <= day <= 31
    return f"{year}-{month:02}-{day:02}" if valid else None


def _genre(text, head, note):
    if match := _WORK_REPORT.search(head):
        note("genre", WORK, "text", match.span())
    elif (match := re.search("法治政府建设", text)) and text.count("法治政府建设") > 1:
        note("genre", RULE_OF_LAW, "text", match.span())


def _place(place, source, span, note):
    for field, value in place_fields(place).items():
        note(
            field,
            value,
            source if field == "place" else "divisions",
            span if field == "place" else (),
        )


def _named(text, start, end):
    """Find the place a passage names in full, the most specific one that its names agree on."""
    names = [
        (a, b, n) for a, b, n in mentioned(text[start:end]) if text[start + a : start + b] == n
    ]
    for last in range(len(names), 0, -1):
        if place := resolve([n for _, _, n in names[:last]]) or resolve([names[last - 1][2]]):
            return place, (start + names[0][0], start + names[last - 1][1])
    return None, None


def _dominant(text, level):
    """Find the place of a level that a text names far more often than any other of that level."""
    spans = {}
    for start, end, name in mentioned(text):
        if any(p.level == level for p in find_places(name)):
            spans.setdefault(name, []).append((start, end))
    ranking = Counter({name: len(where) for name, where in spans.items()}).most_common(2)
    if not ranking or ranking[0][1] < _DOMINANT:
        return None, None
    if len(ranking) == 2 and ranking[0][1] < _DOMINANT * ranking[1][1]:
        return None, None
    name = ranking[0][0]
    place = resolve([name])
    if place is None:  # a shared name: the province or city that the text names decides
        above = [n for _, _, n in mentioned(text) if n != name]
        place = next(
            (p for n, _ in Counter(above).most_common() if (p := resolve([n, name]))), None
        )
    return place, spans[name][0]


def _speaker(text, head, found, note):
    """Place and issuer of a work report: whose people's congress, whose government."""
    speaks = _SPEAKS_FOR.search(text)
    if speaks and speaks[0].endswith("国务院"):
        _place(find_places("国务院")[0], "text", (speaks.end() - 3, speaks.end()), note)
        note("issuer", "国务院", "text", (speaks.end() - 3, speaks.end()))
        return
    passages = [match.span(1) for match in (speaks, *_CONGRESS.finditer(head)) if match]
    if "title" in found and found["title"].start is not None:
        passages.append((found["title"].start, found["title"].end))
    passages.append((0, speaks.start() if speaks else len(head)))
    for start, end in passages:
        place, span = _named(text, start, end)
        if place:
            _place(place, "text", span, note)
            break
    else:
        generic = speaks and re.search(r"自治区$|[省市州区县旗]$", speaks[1])
        place, span = _dominant(text, _LEVEL_OF[generic[0]]) if generic else (None, None)
        if place:
            _place(place, "mentions", span, note)
    if place and speaks:
        note("issuer", place.path + "人民政府", "text", speaks.span())


def _author(text, head, found, removed, note):
    """Place and issuer of a bureau's report: title, signature, opening, then dominant mentions."""
    regions = [(e.start, e.end) for e in (found.get("title"),) if e and e.start is not None]
    regions += [(start, end) for start, end, rule in removed if rule == "signature"]
    regions.append((0, len(head)))
    bodies = (m for start, end in regions for m in _BODY.finditer(text, start, end))
    matches = [m for m in bodies if not re.match(r".{0,6}[指领]导下", text[m.end() : m.end() + 9])]
    for match in matches:
        place, span = _named(text, *match.span())
        if place:
            _place(place, "text", span, note)
            note("issuer", _of(place, match[2]), "text", match.span())
            return
    for match in matches:  # 市政务服务数据管理局: the text must show which city
        if match[1] and (level := _LEVEL_OF.get(match[1][-1])):
            place, span = _dominant(text, level)
            if place:
                _place(place, "mentions", span, note)
                note("issuer", _of(place, _ALIASES.get(match[2], match[2])), "text", match.span())
                return


def _of(place, body):
    """Name a bureau in full: city and county before its own name, province only for provinces'."""
    owners = (place.city or place.province if place.level == "county" else "", place.name)
    return "".join(dict.fromkeys(owners)) + body


def _session_year(text, head, found, note):
    """The year a work report plans: titles and headings say it, else the session's date."""
    title = found.get("title")
    meeting = (
        _DATE.search(text[title.start : title.end]) if title and title.start is not None else None
    )
    offset = title.start if meeting else 0
    meeting = meeting or _DATE.search(head)
    if meeting:
        note("date", _date(meeting), "text", (meeting.start() + offset, meeting.end() + offset))
    if title and (match := re.search(_YEAR + r"年?(?!\d|.{0,3}月)", title.value)):
        start = text.find(match[1], title.start or 0)
        note("year", _number(match[1]), "title line", (start, start + len(match[1])))
    if match := re.search(r"^[^。\n]{0,12}?(20\d{2})年[^。\n]{0,20}回顾[*\s]*$", text, re.M):
        note("year", int(match[1]) + 1, "heading", match.span(1))
    if "date" in found:  # a session in November or December plans the next year
        year, month = map(int, found["date"].value.split("-")[:2])
        note("year", year + (month >= 11), "date", (found["date"].start, found["date"].end))


def _paper_year(text, found, removed, note):
    """The year a bureau's report is on: title, opening or heading; the date it bears besides."""
    for match in _ISO_DATE.finditer(text):
        note("date", "-".join(match.groups()), "page", match.span())
    for start, end, rule in removed:
        if rule == "signature" and (match := _DATE.search(text, start, end)):
            note("date", _date(match), "signature", match.span())
    title = found.get("title")
    if title and (match := re.search(_YEAR + "年", title.value)):
        start = text.find(match[1], title.start)
        note("year", _number(match[1]), "title line", (start, start + len(match[1])))
    for pattern in _ON_YEAR:
        if match := pattern.search(text):
            note("year", _number(match[1]), "text", match.span(1))
    if "date" in found:  # signed about the turn of the year, it is on the year that ends
        year, month = map(int, found["date"].value.split("-")[:2])
        if month >= 11 or month <= 3:
            note("year", year - (month <= 3), "date", (found["date"].start, found["date"].end))
