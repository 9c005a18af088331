"""Text and file name to what a report is: genre, issuer, place, year, date, title.

Each value comes with where it was seen. What the text does not show stays empty.
"""

import re
from typing import NamedTuple

from .cleaning import NUMBERED, as_read
from .dates import DATE, DAY_STAMP, YEAR, day, number
from .issuers import find_issuer, note_place
from .lexicon import as_codes, as_text, narrow
from .places import LEVELS, mentioned, resolve
from .witnesses import END, HOST, OPENING, SPEAKS_FOR, ends, signatures

FIELDS = (
    "genre", "title", "place", "level", "city", "province",
    "issuer", "year", "date", "source_url", "abridged",
)  # fmt: skip
WORK, RULE_OF_LAW = "work report", "rule-of-law report"
_LONGEST_TITLE = 60  # characters


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
    r"(?P<made>成文|生成|印发)?(?:发布|发文|公开|录入|更新)?(?:日期|时间)[:：\s】\]│|]{0,4}(?="
    + YEAR
    + ")"
)
_CLOCK = re.compile("今天|星期|现在是")  # of the page, in whatever year it was saved
_SIGNED = re.compile(rf"(?:{DATE.pattern}日?|{DAY_STAMP.pattern})[\s)）]*\Z")
_PARTICULARS = re.compile(
    "(?:信息|发布|发文|文章)?(?:日期|来源|时间|阅读|浏览|作者|字体|点击|录入).*$"
)
_FRONT = re.compile(r"^(source|url|title):[ \t]*(\S.*?)[ \t]*$", re.M)
_NOISE = re.compile("[\u200b-\u200f\u2060\ufeff]+|<U\\+[0-9A-F]{4}>")
_LAW = r"法治|依法行政|依法治[国省市区县州乡镇企]"
# Where every alternative begins with one character, a search looks for these and is fast.
_SHORTENED = re.compile(r"本文有删[减节]|（(?:摘要|节选|摘登)[）)]|\((?:摘要|节选|摘登)[）)]")
_KINDS = (  # by its title: a page of another kind names one as well
    ("", re.compile(r"通知|要点|计划(?!.*总结)|方案|解读|一图|读懂|决议|决定|公告|新闻|述职|述法|任务分解|信息公开|预算|决算"
                    r"|常务?委员?会?工作报告|法院|检察院|国民经济|召开|审议|来了|督察组|调研|督导|.赴.|解答|问答|纪实|综述")),
    (WORK, re.compile(r"((?<!法治)政府|行政公署|行署)工作(的)?报告")),
    (RULE_OF_LAW, re.compile(rf"({_LAW}).{{0,24}}(报告|情况|总结|汇报|小结|公示|的函|思路)")),
)  # fmt: skip
_OTHER = re.compile(
    r"(?:通知|要点|计划|方案|解读|公告|决定|总结|纪实|年报)$|一图读懂|讯[)）]|召开.{0,20}会议?$"
)
_TITLE_END = "(?:报告|情况|总结|汇报|小结)(?:[(（].{0,14}[)）])?"
_TITLE = re.compile(rf"{_TITLE_END}$|(?:{_LAW}).{{0,24}}(?:的函|公示|思路)$")
_REPORTS = re.compile(
    r"(?:报告|汇报|情况|总结|函告|公开|工作)如下|(?:不足|问题|短板)|下一?(?:步|年)|打算|(?:今后|明年|来年)"
)
_LAW_WORDS = re.compile(
    r"依法行政|法治政府|法治建设|依法治|普法|行政执法|执法|行政处罚|行政复议|复议|合法性审[查核]|规范性文件|法律顾问|行政诉讼|应诉"
)
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
    _genre(plain, head, titles, note)
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
    if match := _SHORTENED.search(plain):
        note("abridged", True, "text", match.span())
    return found


# Share of values read right by each witness, on pages that the rules were not made from; see
# data/README.md. (right + 1) / (read + 2), so that few pages make no certainty.
CONFIDENCE = {
    ("genre", "title line"): 0.98, ("genre", "text"): 0.93,
    ("place", "title line"): 0.97, ("place", "signature"): 0.95, ("place", "text"): 0.98,
    ("place", "page"): 0.97, ("place", "mentions"): 0.67,
    ("issuer", "title line"): 0.94, ("issuer", "signature"): 0.94, ("issuer", "text"): 0.90,
    ("issuer", "page"): 0.96,
    ("year", "title line"): 0.98, ("year", "heading"): 0.90, ("year", "text"): 0.95,
    ("year", "date"): 0.91,
    ("date", "signature"): 0.99, ("date", "text"): 0.96, ("date", "page"): 0.93,
}  # fmt: skip


def confidence(field, found):
    """Give how often a field read this way is right; None where that was not measured."""
    source = found[field].source
    if field in ("level", "city", "province"):
        field, source = "place", found["place"].source if "place" in found else source
    return CONFIDENCE.get((field, source))


def read_name(name):
    """Give the Place and the year that a file's name tells, None where it tells none."""
    year = re.search(r"(?<![0-9A-Za-z])20[0-3]\d(?![0-9a-f])", name)
    names = [full for _, _, full in mentioned(name)]
    return resolve(names) if names else None, int(year[0]) if year else None


def _half_width(text):
    """Give the ends of a text, where it says what it is, half-width; every character stays put."""
    if len(text) <= 2 * END:
        return as_text(narrow(as_codes(text))).replace("\xa0", " ")
    narrowed = _half_width(text[:END] + text[-END:])
    return narrowed[:END] + text[END:-END] + narrowed[END:]


def _shift(position, gaps):
    """Turn an offset in the text as read into one in the text without noise."""
    return position - sum(
        min(length, position - start) for start, length in gaps if start < position
    )


def _titles(plain, lines):
    """Find what is a title: (start, end) each, the lines that cleaning found first.

    A title may run over up to three lines; one that begins a page on one line ends at a space.
    """
    tops = [m.span() for m in re.finditer(r"[^\r\n]+", plain[:END]) if m[0].strip()][:15]
    body = next((i for i, (a, b) in enumerate(tops) if i and re.search("[。；]", plain[a:b])), 15)
    tops = tops[:body]
    marked = [(start, end) for start, end, rule in lines if rule in ("title", "navigation")]
    if tops and tops[0][1] - tops[0][0] > _LONGEST_TITLE:
        first = re.match(
            r"\s*(?:\S+\s){0,4}?\S*(?:报告|情况|总结|汇报)(?=\s)", plain[: 2 * _LONGEST_TITLE]
        )
        tops[:1] = [first.span()] if first else []
    runs = [tops[i : i + n] for n in (2, 3) for i in range(len(tops) - n + 1)]
    spans = [span for span in marked + tops if _is_title(plain, *span, span in marked)]
    spans += [
        (run[0][0], run[-1][1]) for run in runs
        if max(end - start for start, end in run) <= _LONGEST_TITLE // 2
        and _is_title(plain, run[0][0], run[-1][1], False)
        and not any(_is_title(plain, *line, True) for line in run[:-1])
    ]  # fmt: skip
    trimmed = []
    for start, end in spans:
        text = plain[start:end]
        bare = text.strip("*# \r\n\t\u3000")
        at = start + text.index(bare)
        trimmed.append((at, at + len(bare)))
    return list(dict.fromkeys(trimmed))


def _is_title(plain, start, end, known):
    """Tell whether lines are a title: they end as one does, and say of what or of which year."""
    bare = re.sub(r"[\s《》]", "", _PARTICULARS.sub("", plain[start:end])).strip("*#")
    return bool(
        _TITLE.search(bare)
        and (known or re.search(rf"20\d\d|{_LAW}|政府.{{0,2}}工作|公署工作", bare))
        and 6 <= len(bare) <= _LONGEST_TITLE
        and not re.search("[上下]一[篇条个]", bare)
        and not HOST.search(bare)
        and not re.search("[。;；]", bare)
        and not re.match("[—(]", bare)
        and not NUMBERED.match(bare)
    )


def as_level(value):
    """Turn a level in the manifest's words (省, 市, county ...) into one of LEVELS, or ''."""
    value = str(value).strip()
    if value in LEVELS:
        return value
    return next((level for level, words in _WORDS if words.match(value)), "")


def _genre(plain, head, titles, note):
    """Tell the genre by the titles, else by the opening words, else by what the text is about."""
    named = [(re.sub(r"[\s《》]", "", plain[start:end]), start, end) for start, end in titles]
    for bare, start, end in named:
        for genre, pattern in _KINDS:
            if pattern.search(bare):
                note("genre", genre, "title line", (start, end))
                return
    tops = [re.sub(r"\s", "", line) for line in plain[:END].split("\n") if line.strip()][:12]
    # A section's own heading ("三、…要点") does not say what the paper is.
    tops = [top for top in tops if len(top) <= _LONGEST_TITLE and not NUMBERED.match(top)]
    if any(map(_OTHER.search, tops)):
        return
    speaks = re.search(r"各位代表[:,!]", plain[: 2 * head])
    if speaks and SPEAKS_FOR.search(plain[: 3 * head]):
        note("genre", WORK, "text", speaks.span())
    if named or speaks:  # a paper on something else, as its title says
        return
    about = list(_LAW_WORDS.finditer(plain))
    kinds = {match[0] for match in about}
    named = sum(len(re.findall(_LAW, match[0])) for match in about)
    structure = {match[0][:2] for match in _REPORTS.finditer(plain)}
    plainly = named >= 2 and (structure or about[0].start() < head)
    if plainly or (len(kinds) >= 3 and len(structure) >= 2 and (named or len(kinds) >= 5)):
        note("genre", RULE_OF_LAW, "text", about[0].span())


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
    meeting = None if "date" in found else _MEETING.search(plain)
    if meeting and (exact := DATE.match(plain, meeting.start())):
        note("date", day(exact), "text", exact.span())
    for start, end in titles:
        bare = DATE.sub("", plain[start:end])
        years = [number(y) for y in re.findall(YEAR + r"(?=年(?!\d{1,2}月)|[)）])", bare)]
        if years:
            note("year", max(years), "title line", _span_of(plain, max(years)))
    held = int(found["date"].value[:4]) if "date" in found else None
    unread = "" if "year" in found else plain
    lines = [m.span() for m in re.finditer(r"[^\n]+", unread) if "年" in m[0][:_HEADING]]
    for pattern, later in _HEADINGS:
        for match in filter(None, (pattern.match(plain, *line) for line in lines)):
            year = number(match[1]) + later
            if held is None or abs(year - held) <= 1:  # 2035年远景目标 is no plan of this year
                note("year", year, "heading", match.span(1))
    if "date" in found:  # a session in November or December plans the next year
        year, month = map(int, found["date"].value.split("-")[:2])
        note("year", year + (month >= 11), "date")
    if not salutation or "date" not in found:
        _page_date(plain, note)
    if "date" in found:  # posted in the first half of the year that it plans
        year, month = map(int, found["date"].value.split("-")[:2])
        if month <= 6:
            note("year", year, "date")


_MEETING = re.compile(YEAR + r"年\s*\d{1,2}月\s*\d{1,2}日(?=在[^。\n]{2,30}人民代表大会)")
_HEADING = 21  # characters in which a heading has named its year
_HEADINGS = (  # a work report's own: what it looks back on, and what it plans
    (re.compile(rf"[^。\n]{{0,14}}?{YEAR}年[^。\n]{{0,24}}回顾[*\s]*$"), 1),
    (re.compile(rf"[^。，,\n]{{0,16}}?{YEAR}年(?:的)?(?:[^。，,\n]{{0,8}}(?:安排|计划|任务|打算|重点|目标)[^。，,\n]{{0,6}})$"), 0),
)  # fmt: skip


def _paper_year(plain, found, titles, lines, note):
    """The year a bureau's report is on: title, opening or heading; the date it bears besides."""
    for start, end in signatures(plain, lines):
        match = DATE.search(plain, start, end)
        line = plain[start:end].strip()
        if match and len(line) <= _LONGEST_TITLE and not re.search("日期|时间|[。;]", line):
            note("date", day(match), "signature", match.span())
    tail = max(0, len(plain) - 100)
    if signed := _SIGNED.search(plain, tail):
        match = DATE.match(plain, signed.start()) or DAY_STAMP.match(plain, signed.start())
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


_AHEAD = "计划|安排|争取|将|拟|继续|力争|打算|重点|要|思路|目标"
_ON_YEAR = tuple(
    re.compile(pattern)
    for pattern in (
        rf"\A\s*{YEAR}年度?(?:以来)?[,，\u4e00-\u9fff](?![^。\n]{{0,10}}(?:{_AHEAD}))",
        rf"现[将就][^。\n]{{0,40}}?{YEAR}年",
        rf"{YEAR}年度?(?:推进)?(?:法治政府|依法行政|法治建设)(?:建设)?(?:工作|年度|情况|总体|的|主要|有关|取得)",
        rf"(?:^|\n)[^\S\n]*{YEAR}年(?:以来|来|度)?[,，](?![^。]{{0,10}}(?:{_AHEAD}))",
    )
)


def _page_date(plain, note):
    """Note the day a page says it bears: after a label, or in a short line above the text."""
    labels = [m for first, last in ends(plain) for m in _PAGE_DATE.finditer(plain, first, last)]
    for found in sorted(labels, key=lambda found: not found["made"]):  # made before it was posted
        if match := DAY_STAMP.match(plain, found.end()) or DATE.match(plain, found.end()):
            note("date", day(match), "page", match.span())
    for line in list(re.finditer(r"[^\r\n]+", plain[:END]))[:25]:
        if len(line[0].strip()) > 2 * _LONGEST_TITLE or "。" in line[0]:
            return
        match = None if _CLOCK.search(line[0]) else DAY_STAMP.search(plain, *line.span())
        match = match or (None if _CLOCK.search(line[0]) else DATE.search(plain, *line.span()))
        if match:
            note("date", day(match), "page", match.span())


def _span_of(plain, year):
    start = plain.find(str(year))
    return (start, start + 4) if start >= 0 else (None, None)
