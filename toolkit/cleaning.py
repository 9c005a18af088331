"""Text as read to the words of the report, with every removed span and the reason kept.

Nothing is rewritten: the clean text is the text as read with some spans left out, so that
kept + removed = read, and every later offset can point into the file itself.
"""

import re
from bisect import bisect_left

import numpy as np

# Marks inside the text: markup and the newspaper's "continued on page 2".
_INLINE = re.compile(
    r"(?=[<*#&\[［（(上下_ \t\u00a0\u200b-\u200f\u2060\ufeff-])(?:"  # most characters start none
    r"(?P<markdown>\*\*|^#{1,6}[ \t]|^[ \t]*[-*][ \t]|^[ \t]*[-*_]{3,}[ \t]*$)"
    r"|(?P<markup></?[a-zA-Z][^<>\n]{0,80}>|&[a-z]{2,8};|<U\+[0-9A-F]{4}>)"
    r"|(?P<footnote>[\[［]\d{1,3}[\]］])"
    r"|(?P<continued>[（(]?(?:[上下][接转]|紧接)第?[一二三四五六七八九十\d]{1,3}版[）)]?)"
    r"|(?P<space>[\u00a0\u200b-\u200f\u2060\ufeff]+))",
    re.M,
)
_FRONT_MATTER = re.compile(
    r"\ufeff?---[ \t]*\r?\n(?:(?:[\w-]+:|[ \t]+\S|-[ \t])[^\n]*\n|[ \t\r]*\n){1,40}"
    r"---[ \t]*(?:\r?\n|$)"
)
NUMBERED = re.compile(
    r"第?[一二三四五六七八九十]{1,3}(?:[、.．]|部分)|[（(][一二三四五六七八九十\d]{1,3}[)）]"
    r"|\d{1,2}(?:[、．]|\.(?!\d))"
)

# Whole lines that belong to the page, not to the report. Over-removal is worse than a button left
# in: a line that is numbered or ends like a sentence is never furniture.
_FURNITURE = re.compile(
    r"当前位置|首页.{0,4}[>＞»]|繁体版|无障碍(辅助|浏览|阅读)|长者助手|^扫一扫|您访问的链接|^分享到|^分享[:：]"
    r"|打印本页|关闭窗口|[【\[（(]字[号体]|责任编辑|^上一[篇条]|^下一[篇条]|主办单位[:：]|承办单位[:：]|版权所有"
    r"|ICP备|公网安备|网站标识码|(浏览|阅读)([次量]数?|人次)?[:：]|点击数?[:：]|^(信息)?来源[:：]"
    r"|发布(日期|时间)[:：]|^索引号|^文号[:：]|本文有删[减节]|^今天是"
)
_TITLE = re.compile(r"(报告|情况|总结)([（(].{0,12}[)）])?$")
_SALUTATION = re.compile(r"各位代表[:：,，!！]|(现在.{0,2})?我(谨)?代表.{2,24}向(大会|会议)")
_DATE_LINE = re.compile(
    r"(二〇|二○|二零|20)[\d〇○零一二三四五六七八九]{2}年[\d一二三四五六七八九十]{1,3}月[\d一二三四五六七八九十]{1,3}日"
)
_SIGNER = re.compile(r"[\u4e00-\u9fff]{2,28}(局|委员会|办公室|厅|中心|政府|部|办事处)")
_OFFICER = re.compile(r"代?(省长|市长|区长|县长|州长|镇长|乡长|主席|总理)[\s\u3000].{2,6}")
_ANNEX = re.compile(
    r"[（(【\[]?(附件|附[:：]|附录|(.{0,24}(名词|用语|词语|有关|报告》).{0,2})?(注释|注解|释义)"
    r"|.{0,24}(名词|用语|词语).{0,4}(解释|说明))"
)
_SENTENCE = re.compile(r"。(?!$)|；|[，,].*。$|[。！!]$")
_PUNCTUATION = re.compile(r"[。；;！!？?，,、]")

_SHORT = 60  # Characters: furniture, titles, signatures and annex headings are not longer.
_TAIL = 0.4  # Annexes and signatures stand after this share of the text.


def clean(text, marked=()):
    """Leave out what is not the report: markup, page furniture, title block, signature, annex.

    `marked` are spans (start, end, rule) that the file's own markup shows to be no part of it.
    Returns the clean text and the removed spans, a list of (start, end, rule) in the order of
    the text as read, disjoint: text kept + text removed = text read.
    """
    front = _FRONT_MATTER.match(text)
    apart = [*marked, *_comments(text)] + ([(0, front.end(), "front matter")] if front else [])
    spans = [(*m.span(), m.lastgroup) for m in _INLINE.finditer(text)] + apart
    spans += _line_spans(_blanked(text, apart), sorted(at for span in spans for at in span[:2]))
    removed = _disjoint(spans)
    kept, at = [], 0
    for start, end, _ in removed:
        kept.append(text[at:start])
        at = end
    kept.append(text[at:])
    return "".join(kept), removed


def as_read(removed):
    """Give a function that turns offsets in the clean text, one or an array, into those as read."""
    if not removed:
        return lambda offsets: offsets
    starts, ends = np.array([span[:2] for span in removed], dtype=int).reshape(-1, 2).T
    lengths = np.cumsum(np.append(0, ends - starts))
    cuts = starts - lengths[:-1]  # where in the clean text each removed span stood
    return lambda offsets: offsets + lengths[np.searchsorted(cuts, offsets, side="right")]


def _comments(text):
    """Yield the spans of HTML comments; an open one ends nothing."""
    start = text.find("<!--")
    while start >= 0 and (end := text.find("-->", start + 4)) >= 0:
        yield start, end + 3, "comment"
        start = text.find("<!--", end + 3)


def _blanked(text, spans):
    """Put spaces in place of spans, line ends kept, so that the rest is judged without them."""
    parts, at = [], 0
    for start, end, _ in _disjoint(spans):
        parts += text[at:start], re.sub(r"[^\r\n]", " ", text[start:end])
        at = end
    return "".join(parts) + text[at:]


def _disjoint(spans):
    """Sort spans by place, longest first, and leave out what an earlier one covers already."""
    out, reached = [], 0
    for start, end, rule in sorted(spans, key=lambda s: (s[0], -s[1])):
        if end > reached:
            out.append((max(start, reached), end, rule))
            reached = end
    return out


def _lines(text, marks):
    """Yield (start, end, bare) for each line that says something; `bare` is free of markup, which
    stands between `marks`."""
    at = 0
    for line in text.splitlines(keepends=True):
        start, at, bare = at, at + len(line), line.strip()
        if bare and len(line) <= 4 * _SHORT and bisect_left(marks, start) < bisect_left(marks, at):
            bare = _INLINE.sub("", line).strip()
        if bare:
            yield start, at, bare


def _line_spans(text, marks):
    lines = list(_lines(text, marks))
    first, last = _title_block(lines), _annex(lines, len(text))
    for start, end, bare in lines[:first]:
        yield start, end, "furniture" if _FURNITURE.search(bare) else "title"
    if last < len(lines):
        yield lines[last][0], len(text), "annex"
    body = lines[first:last]
    for start, end, bare in body:
        if _is_furniture(bare):
            yield start, end, "furniture"
    yield from _signature(body)


def _is_furniture(bare):
    return (
        len(bare) <= _SHORT
        and bool(_FURNITURE.search(bare))
        and not _SENTENCE.search(bare)
        and not NUMBERED.match(bare)
    )


def _signature(body):
    """Find the lines that sign a report at its end: a date with the signers beside it, an officer."""
    tail = [line for line in body[-8:] if not _is_furniture(line[2])][-4:]
    dated, signed = [], []
    for start, end, bare in reversed(tail):
        if _DATE_LINE.fullmatch(bare):
            dated.append((start, end, "signature"))
        elif _OFFICER.fullmatch(bare):
            yield start, end, "signature"
        elif _SIGNER.fullmatch(bare) and not _PUNCTUATION.search(bare):
            signed.append((start, end, "signature"))
        else:
            break
    yield from dated
    if dated:  # a name without a date may be the last item of a list
        yield from signed


def _title_block(lines):
    """Count the lines above the report's first words."""
    head = lines[:25]
    for i, (_, _, bare) in enumerate(head):  # a speech: all that stands above the salutation
        if _SALUTATION.match(bare):
            above = [b for _, _, b in lines[:i]]
            stands_out = all(len(b) <= 2 * _SHORT and not _is_text(b) for b in above)
            return i if stands_out else 0
    titles = [
        i
        for i, (_, _, bare) in enumerate(head[:10])
        if _is_furniture(bare)
        or (len(bare) <= _SHORT and _TITLE.search(bare) and not NUMBERED.match(bare))
    ]
    count = 0
    while count in titles:  # a paper: furniture and title from the first line on
        count += 1
    return count


def _is_text(bare):
    return bool(NUMBERED.match(bare) or re.search(r"[。；;]$", bare))


def _annex(lines, length):
    """Find the first line after the report: an annex or a glossary; len(lines) where none is."""
    for i, (start, _, bare) in enumerate(lines):
        if start <= _TAIL * length or len(bare) > _SHORT:
            continue
        plain = re.sub(r"\s", "", bare)
        if not NUMBERED.match(plain) and _ANNEX.match(plain) and not _PUNCTUATION.search(plain[4:]):
            return i
    return len(lines)
