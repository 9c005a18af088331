"""Text and file name to what a report is: genre, issuer, place, year, date, title.

Each value comes with where it was seen. What the text does not show stays empty.
"""

import re
from typing import NamedTuple

from .cleaning import as_read
from .dates import DATE, DAY_STAMP, YEAR, day, number
from .issuers import END, OPENING, SPEAKS_FOR, ends, find_issuer, note_place, signatures
from .places import LEVELS, mentioned, resolve

_HALF_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0xA0: 0x20, 0x3000: 0x20}
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


_PAGE_DATE = re.compile(
    r"(?:发布|发文|成文|公开|生成|印发)?(?:日期|时间)[:：\s]{0,3}(?=" + YEAR + ")"
)
_FRONT = re.compile(r"^(source|url|title):[ \t]*(\S.*?)[ \t]*$", re.M)
_NOISE = re.compile("[\u200b-\u200f\u2060\ufeff]+|<U\\+[0-9A-F]{4}>")
_KINDS = (  # by its title: a page of another kind names one as well
    ("", re.compile(r"通知|要点|计划|方案|解读|一图|读懂|决议|决定|公告|新闻|述职|述法|任务分解|信息公开|预算|决算"
                    r"|常务?委员?会?工作报告|国民经济|召开|审议")),
    (WORK, re.compile(r"政府工作(的)?报告")),
    (RULE_OF_LAW, re.compile(r"(法治政府|法治|依法行政).{0,20}(报告|情况|总结|汇报)")),
    ("", re.compile(r"总结$|报告$|情况$")),
)  # fmt: skip
_OTHER = re.compile(
    r"(?:通知|要点|计划|方案|解读|公告|决定|总结|纪实|年报)$|一图读懂|讯[)）]|召开.{0,20}会议?$"
)
_NUMBERED = re.compile(r"[(]?[一二三四五六七八九十]+[、)]")
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
    noisy = any(mark in text for mark in ("\u200b", "\u200c", "\u200d", "\ufeff", "<U+"))
    noise = [(m.start(), m.end(), "") for m in _NOISE.finditer(text)] if noisy else []
    plain, to_read = _half_width(_NOISE.sub("", text) if noise else text), as_read(noise)
    gaps = [(start, end - start) for start, end, _ in noise]
    lines = [
        (_shift(start, gaps), _shift(end, gaps), rule)
        for start, end, rule in removed
        if rule in ("title", "signature", "furniture", "navigation")
    ]
    found = {}

    def note(field, value, source, span=(None, None)):
        if value not in (None, "") and field not in found:
            start, end = span
            if start is not None:
                start, end = to_read(start), to_read(end - 1) + 1
            found[field] = Evidence(field, value, source, start, end)

    def said(start, end):
        return _NOISE.sub("", text[to_read(start) : to_read(end - 1) + 1])

    front = plain.lstrip("\ufeff").startswith("---")
    for match in _FRONT.finditer(plain[: 20 * OPENING] if front else ""):
        field = "title" if match[1] == "title" else "source_url"
        note(field, said(*match.span(2)), "front matter", match.span(2))
    titles = _titles(plain, lines)
    for start, end in titles:
        title = re.sub(r"(?<=[\u4e00-\u9fff\d])\s+", "", said(start, end))
        note("title", title, "title line", (start, end))
    head = (titles[0][1] if titles else 0) + OPENING
    _genre(plain, head, found, note)
    work = "genre" in found and found["genre"].value == WORK
    find_issuer(plain, head, titles, lines, work, note)
    if work:
        _session_year(plain, head, found, titles, note)
    else:
        _paper_year(plain, found, titles, lines, note)
    named, year = read_name(name)
    if named and "place" not in found:
        note_place(named, "file name", (None, None), note)
    note("year", year, "file name")
    if match := re.search(r"本文有删[减节]|[（(](摘要|节选|摘登)[）)]", plain):
        note("abridged", True, "text", match.span())
    return found


def read_name(name):
    """Give the Place and the year that a file's name tells, None where it tells none."""
    year = re.search(r"(?<![0-9A-Za-z])20[0-3]\d(?![0-9a-f])", name)
    return resolve([n for _, _, n in mentioned(name)] or [""]), int(year[0]) if year else None


def _half_width(text):
    """Give the ends of a text, where it says what it is, half-width; every character stays put."""
    if len(text) <= 2 * END:
        return text.translate(_HALF_WIDTH)
    first, last = text[:END].translate(_HALF_WIDTH), text[-END:].translate(_HALF_WIDTH)
    return first + text[END:-END] + last


def _shift(position, gaps):
    """Turn an offset in the text as read into one in the text without noise."""
    return position - sum(
        min(length, position - start) for start, length in gaps if start < position
    )


def _titles(plain, lines):
    """Find the lines that are a title: (start, end) each, those that cleaning found first."""
    spans, tops = [], [m.span() for m in re.finditer(r"[^\n]+", plain[:END])][:12]
    marked = [(start, end) for start, end, rule in lines if rule in ("title", "navigation")]
    for start, end in [*marked, *tops]:
        line = plain[start:end].strip("*# \r\n\t\u3000")
        bare = re.sub(r"\s", "", line)
        ends = re.search(r"(报告|情况|总结|汇报)([(（].{0,14}[)）])?$", bare)
        known = (start, end) in marked or re.search(r"20\d\d|法治|政府工作", bare)
        if (
            line
            and ends
            and known
            and len(bare) <= 60
            and not re.match("[—(]|[一二三四五六七八九十]{1,3}、", bare)
        ):
            at = plain.index(line, start)
            spans.append((at, at + len(line)))
    return list(dict.fromkeys(spans))


def as_level(value):
    """Turn a level in the manifest's words (省, 市, county ...) into one of LEVELS, or ''."""
    value = str(value).strip()
    if value in LEVELS:
        return value
    return next((level for level, words in _WORDS if words.match(value)), "")


def _genre(plain, head, found, note):
    if "title" in found:
        title = re.sub(r"\s", "", found["title"].value)
        for genre, pattern in _KINDS:
            if match := pattern.search(title):
                start = plain.find(match[0])
                note(
                    "genre",
                    genre,
                    "title line",
                    (start, start + len(match[0])) if start >= 0 else (None, None),
                )
                return
    tops = [re.sub(r"\s", "", line) for line in plain[:END].split("\n") if line.strip()][:12]
    # A section's own heading ("三、…要点") does not say what the paper is.
    tops = [top for top in tops if len(top) <= 60 and not _NUMBERED.match(top)]
    if any(map(_OTHER.search, tops)):
        return
    speaks = re.search(r"各位代表[:,!]", plain[: 2 * head])
    if speaks and SPEAKS_FOR.search(plain[: 3 * head]):
        note("genre", WORK, "text", speaks.span())
        return
    papers = list(re.finditer("法治政府|依法行政|法治建设", plain))
    reports = re.search(
        r"报告如下|汇报如下|情况如下|总结如下|[一二三四五]、.{0,30}(不足|问题|下一步|打算|计划|安排)",
        plain,
    )
    if len(papers) >= 2 and (reports or papers[0].start() < head):
        note("genre", RULE_OF_LAW, "text", papers[0].span())


# ------------------------------------------------------------------ of which year


def _session_year(plain, head, found, titles, note):
    """The year a work report plans: titles and headings say it, else the session's date."""
    salutation = re.search(r"各位代表[:,!]", plain)
    top = salutation.start() if salutation and salutation.start() < 3 * head else head
    for start, end in [*titles, (0, top)]:
        for match in DATE.finditer(plain, start, end):
            before = plain[max(0, match.start() - 12) : match.start()]
            if not re.search(r"今天|日期|时间", before):
                note("date", day(match), "text", match.span())
    meeting = YEAR + r"年\s*\d{1,2}月\s*\d{1,2}日(?=在[^。\n]{2,30}人民代表大会)"
    if (match := re.search(meeting, plain)) and (exact := DATE.match(plain, match.start())):
        note("date", day(exact), "text", exact.span())
    title = found.get("title")
    if title:
        bare = DATE.sub("", title.value.translate(_HALF_WIDTH))
        years = [number(y) for y in re.findall(YEAR + r"(?=年(?!\d{1,2}月)|[)）])", bare)]
        if years:
            note("year", max(years), "title line", _span_of(plain, max(years)))
    if match := re.search(r"^[^。\n]{0,14}?(20\d{2})年[^。\n]{0,24}回顾[*\s]*$", plain, re.M):
        note("year", int(match[1]) + 1, "heading", match.span(1))
    if "date" in found:  # a session in November or December plans the next year
        year, month = map(int, found["date"].value.split("-")[:2])
        note("year", year + (month >= 11), "date")
    _page_date(plain, note)


def _paper_year(plain, found, titles, lines, note):
    """The year a bureau's report is on: title, opening or heading; the date it bears besides."""
    for start, end in signatures(plain, lines):
        match = DATE.search(plain, start, end)
        line = plain[start:end].strip()
        if match and len(line) <= 60 and not re.search("日期|时间|[。;]", line):
            note("date", day(match), "signature", match.span())
    _page_date(plain, note)
    for start, end in titles:
        spaced = re.compile(r"(2\s?0\s?\d\s?\d)\s?年|" + YEAR + "年").search(plain, start, end)
        if spaced:
            value = re.sub(r"\s", "", spaced[1] or spaced[2])
            note("year", number(value), "title line", spaced.span(1 if spaced[1] else 2))
    for pattern in _ON_YEAR:
        if match := pattern.search(plain):
            note("year", number(match[1]), "text", match.span(1))
    if "date" in found:  # signed about the turn of the year, it is on the year that ends
        year, month = map(int, found["date"].value.split("-")[:2])
        if month >= 11 or month <= 3:
            note("year", year - (month <= 3), "date")


_ON_YEAR = tuple(
    re.compile(pattern)
    for pattern in (
        r"\A\s*" + YEAR + r"年度?(?:以来)?[,，\u4e00-\u9fff]",
        r"现将[^。\n]{0,40}?" + YEAR + "年",
        YEAR
        + r"年度?(?:推进)?(?:法治政府|依法行政|法治建设)(?:建设)?(?:工作|年度|情况|总体|的|主要|有关|取得)",
        r"(?:^|\n)[^\S\n]*" + YEAR + r"年(?:以来|来|度)?[,，](?![^。]{0,10}(?:计划|安排))",
    )
)


def _page_date(plain, note):
    for first, last in ends(plain):
        for label in _PAGE_DATE.finditer(plain, first, last):
            if match := DAY_STAMP.match(plain, label.end()):
                note("date", day(match), "page", match.span())


def _span_of(plain, year):
    start = plain.find(str(year))
    return (start, start + 4) if start >= 0 else (None, None)
