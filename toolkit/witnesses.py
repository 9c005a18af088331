"""Where a page names whose report it is, the surest witness first.

A title, a grid of particulars, a signature, a letterhead, the subject of the opening, the page's own
source line, its path and its host.
"""

import re
from collections import Counter
from itertools import chain, pairwise

from .bodies import OWN_TOWN, TERM, TOWN, Body, body_at, first_body, whole_line
from .dates import DATE, DAY_STAMP, YEAR
from .places import mentioned

OPENING = 400  # characters in which a report says who speaks, of which year
END = 2000  # characters at either end in which a page says what it is
_GOVERNMENT = r"([\u4e00-\u9fff]{0,24}?)(?:人民)?(?:政府|国务院|行政公署|行署)"
SPEAKS_FOR = re.compile(rf"代表{_GOVERNMENT}|受{_GOVERNMENT}的?委托")
_CONGRESS = re.compile(
    rf"([\u4e00-\u9fff]{{2,24}}?)(?:{TERM}[^。\n]{{0,4}})?(?:人民代表大会|人代会)"
)
_REACH = 24 + 9  # characters from the beginning of a match to its last word
_GRID = re.compile(
    r"(?:发布|发文|公开|制发|责任|成文)(?:责任)?(?:机构|部门|机关|单位|主体)[:：\s】\]│|]{1,6}(?=[\u4e00-\u9fff])"
)
_SOURCE = re.compile(r"(?:来源|作者|发布者|供稿|单位)[:：\s】\]│|]{1,6}(?=[\u4e00-\u9fff])")
HOST = re.compile(r"首页|位置|政府网|政务网|网站|主[办管]|版权|[>＞»]|[-—]{2,}|/[^/\n]*/")
_OPENS = rf"(?:^|\n)[\s\u3000*]*(?:(?:{YEAR}年?度?(?:以来)?|[一今全]年以?来)[，,]?)?"
_SUBJECT = re.compile(_OPENS + "(?=[\u4e00-\u9fff]{2})")
_DOES = re.compile(  # a clause that says what a body does
    rf"(?:{_OPENS}|[。，,：:])(?=[\u4e00-\u9fff]{{2,36}}?(?:局|委|厅|政府|办|中心|部|署|处|社|街道|镇|乡)"
    r"(?:党[组委]|认真|深入|坚持|以|紧|全面|按|贯彻|严格|围绕|始终|积极|持续|高度|切实|现将|牢牢|根据|推进"
    r"|把|将|扎实|着力|聚焦|立足|依法|不断))"
)
_SIGNED = re.compile(
    r"(?:^|[。\s\n])([\u4e00-\u9fff]{4,40})\s*(?:[（(]?(?:盖章|印章)[)）]?)?\s*"
    rf"(?:{DATE.pattern}|{DAY_STAMP.pattern})日?[\s)）]*$"
)
_DATED = re.compile(rf"\s*(?:[（(]\s*)?(?:{DATE.pattern}|{DAY_STAMP.pattern})")
TOWNS = ("镇", "乡", "街")


def ends(plain):
    """Give the two stretches of a text in which it says what it is."""
    if len(plain) <= 2 * END:
        return [(0, len(plain))]
    return [(0, END), (len(plain) - END, len(plain))]


_SELVES = {
    "局": ("局",), "委": ("委", "委员会"), "厅": ("厅",), "办": ("办", "办公室"), "部": ("部",),
    "行": ("行",), "队": ("队",),
}  # fmt: skip


def of_a_paper(plain, head, titles, lines):
    """Yield the bodies a bureau's report may be of, with where each is named."""
    self_word, of_town = ours(plain), own_word(plain) in TOWNS

    def fits(body):  # 我局 is no 委, 我镇 no county
        if of_town and not body.town and body.owner not in TOWNS:
            return False
        return not self_word or not body.org or body.org.endswith((*_SELVES[self_word], "政府"))

    for body, source, sure in _named(plain, head, titles, lines):
        if body and (sure or fits(body)):
            yield body, source


def _named(plain, head, titles, lines):
    """Yield what stands where an issuer is named: a body or None, the source, whether it is sure."""
    for start, end in titles:
        body = first_body(plain, start, end)
        if body and (body.org or not ours(plain)):  # 某县…报告 of a page on which 我局 speaks
            yield _as_government(plain, body), "title line", bool(body.names and body.org)
    for match in _in_ends(_GRID, plain):
        yield _after(plain, match), "page", True
    for start, end in signatures(plain, lines):
        yield whole_line(plain, start, end), "signature", True
    if signed := _SIGNED.search(plain, max(0, len(plain) - 200)):
        yield whole_line(plain, *signed.span(1)), "signature", True
    for start, end in top_lines(plain, titles):
        body = whole_line(plain, start, end) or _letterhead(plain, start, end)
        yield _as_host(body), "title line", False
    for body in _subjects(plain, head):
        yield body, "text", False
    for match in _in_ends(_SOURCE, plain):
        body = _after(plain, match)
        yield None if body and body.org.endswith("政府") else body, "page", False
    for start, end in hosts(plain):
        for body in sorted(_path(plain, start, end), key=lambda body: bool(body.names)):
            yield _as_host(body), "page", False
    for body in _mentions(plain, head):
        yield body, "text", False


def _subjects(plain, head):
    """Yield the bodies that the opening is about."""
    first = plain.find("。") + 1 or head  # later paragraphs begin with others as well
    for pattern, reach in ((_SUBJECT, first), (_DOES, head)):
        for match in pattern.finditer(plain, 0, min(reach, head)):
            body = _after(plain, match)
            if body and body.org and not _addressed(plain, body):
                yield body


def _mentions(plain, head):
    """Yield what the text names without its place (县发改局), and the place of its addressee."""
    for match in re.finditer(r"(?<=[。\n,，:：])", plain[: 3 * head]):
        body = _after(plain, match)
        if body and body.names and _addressed(plain, body):
            yield body._replace(org="", end=body.until)
        elif body and body.owner and not _addressed(plain, body):
            yield body


def _addressed(plain, body):
    """Tell that a report is sent to a body (县人民政府:), which then is not its issuer."""
    return plain[body.end : body.end + 2].lstrip()[:1] in (":", "：")


def _in_ends(pattern, plain):
    return [match for first, last in ends(plain) for match in pattern.finditer(plain, first, last)]


def _after(plain, match):
    """Read the body that follows a label or begins a clause."""
    return body_at(plain, match.end(), min(match.end() + 40, len(plain)))


def of_a_speech(plain, head, titles, lines):
    """Yield the governments a work report may be of, with where each is named."""
    speaks = SPEAKS_FOR.search(plain, 0, 3 * head)
    if speaks and "国务院" in speaks[0]:
        start = plain.index("国务院", speaks.start())
        yield Body(start, start, start + 3, org="国务院"), "text"
    spoken = speaks.span(speaks.lastindex) if speaks and speaks.lastindex else (0, 0)
    for start, end in chain(
        [spoken], titles, _congresses(plain, 3 * head), top_lines(plain, titles), hosts(plain)
    ):
        text = plain[start:end]
        for at, _, _ in mentioned(text)[:1]:
            if body := body_at(plain, start + at, end):
                yield body._replace(org="人民政府"), "text"
        if match := OWN_TOWN.search(text) or re.match(f"(?P<town>{TOWN})$", text):
            at, until = start + match.start(), start + match.end("town")
            yield Body(at, until, until, town=match["town"], org="人民政府"), "text"
    if owner := re.compile("自治区|自治州|[省市区县州盟旗镇乡]").match(plain, *spoken):
        yield Body(spoken[0], spoken[0], speaks.end(), owner=owner[0], org="人民政府"), "text"


def _congresses(plain, until):
    """Yield where the text names the place of a people's congress."""
    at = 0
    for word in re.finditer("人民代表大会|人代会", plain[:until]):  # sought first: it is rare
        if match := _CONGRESS.search(plain, max(at, word.start() - _REACH), word.end()):
            at = match.end()
            yield match.span(1)


def top_lines(plain, titles):
    """List the short lines above the report's first words."""
    lines = [m.span() for m in re.finditer(r"[^\r\n]+", plain[:END])][:25]
    out = []
    for start, end in lines:
        text = plain[start:end].strip()
        if len(text) > 60 or re.search("[。；;]", text):
            break
        if text and (start, end) not in titles and not HOST.search(text) and text[-1] not in ":：":
            out.append((start, end))
    return out


def _letterhead(plain, start, end):
    """Read a body at the beginning of a line of the title block (…局关于, …局2021年)."""
    body = body_at(plain, start, end)
    follows = body and plain[body.end : end].strip()
    named = body and (body.org or body.town)
    return body if named and re.match(rf"关于|{YEAR}|\d|文件", follows) else None


def hosts(plain):
    """List the lines that show on whose page a report stands: its path, its host, its footer."""
    for first, last in ends(plain):
        for match in re.finditer(r"[^\r\n]+", plain[first:last]):
            text = match[0].strip()
            if len(text) <= 100 and "。" not in text and HOST.search(text):
                yield first + match.start(), first + match.end()


def _path(plain, start, end):
    """Read the bodies of a page's path (首页 > 某县 > 某局), a town under the county before it."""
    bodies, names = [], ()
    for match in re.finditer(r"[^>＞»/|:：\s]+", plain[start:end]):
        first, last = start + match.start(), start + match.end()
        if names and (town := re.fullmatch(TOWN, match[0])):
            bodies.append(Body(first, last, last, names, town[0]))
        elif body := body_at(plain, first, last):
            bodies.append(body)
            names = body.names or names
    return bodies


def _as_government(plain, body):
    """Take a title that names only a place and a year (某县2022年法治政府建设…) for its government."""
    follows = plain[body.end : body.end + 6]
    alone = body.names and not body.org and re.match(rf"关于|{YEAR}|法治|\s", follows)
    return body._replace(org="管理委员会" if body.zone else "人民政府") if alone else body


def _as_host(body):
    """Take a government that only hosts a page for a place, not for the issuer."""
    government = body and body.names and body.org in ("人民政府", "政府")
    return body._replace(org="", end=body.until) if government else body


def ours(plain):
    """Give the last character of what the report calls itself (我局: 局), or ''."""
    words = Counter(re.findall(r"[我本]([局委厅办部行队])", plain)).most_common(1)
    return words[0][0] if words else ""


def own_word(plain):
    """Give the word a report has for its own place: 我县, 全县, 县委 speak for a county."""
    words = Counter(
        re.findall(r"我([省市区县州盟旗镇乡街])|(?<![健安完齐保])全([市县州盟旗镇乡])", plain)
    )
    words = Counter({a or b: n for (a, b), n in words.items()}).most_common(1)
    return words[0][0] if words else ""


def signatures(plain, lines):
    """Find the lines that sign: those cleaning marked, then the last, and those over or under a date."""
    spans = [(start, end) for start, end, rule in lines if rule == "signature"]
    start = max(0, len(plain) - 400)
    tail = [(start + m.start(), start + m.end()) for m in re.finditer(r"[^\r\n]+", plain[start:])]
    spans += reversed(tail[-4:])
    for first, last in ends(plain):
        rows = [
            (first + m.start(), first + m.end())
            for m in re.finditer(r"[^\r\n]+", plain[first:last])
        ]
        rows = [(a, b) for a, b in rows if plain[a:b].strip()]
        for (a, b), (c, d) in pairwise(rows):
            if _DATED.match(plain, c, d) and d - c < 40 and b - a < 60:
                spans += [(a, b), (c, d)]
    return list(dict.fromkeys(spans))
