"""Clean text to clauses: which section each stands in, and which role it plays.

A clause ends at 。；！？ (of either width) or at the end of its line. Roles follow the statutory
contents of the annual report on law-based government (2019 regulation); a work report looks back
(achievement), admits (problem) and looks ahead (plan).
"""

import re
from itertools import accumulate
from typing import NamedTuple

from ahocorasick_rs import AhoCorasick, MatchKind

from .metadata import WORK

ROLES = (
    "intro", "study", "leadership", "achievement", "problem", "rectification", "plan",
)  # fmt: skip

_CLAUSE = re.compile(r"[^。；！？;!?\r\n]+[。；！？;!?]*[”’」』）)]*")
HAN = re.compile("[\u3400-\u4dbf\u4e00-\u9fff]")
_NUMBERING = re.compile(  # a group for each depth
    r"(第?[一二三四五六七八九十]{1,3}(?:[、.．]|部分))|([（(][一二三四五六七八九十]{1,3}[)）])"
    r"|(\d{1,2}(?:[、．]|\.(?!\d)))|([（(]\d{1,2}[)）])"
)
_PART = re.compile("[一二三四五六七八九十]{1,3}、")
_INNER = re.compile(
    r"(?<=[。；！？.\s])(?=[一二三四五六七八九十]{1,3}、|[（(][一二三四五六七八九十]{1,3}[)）])"
)
_FEW_LINES = 6
_HEADING = 40  # Characters: an unnumbered line this short, without a full stop, is a heading


class Paragraph(NamedTuple):
    """A line of the clean text: its span, the ordinal numbers of its section, its heading."""

    start: int
    end: int
    text: str
    section: tuple
    headings: tuple


def split_clauses(text, genre, year=None):
    """Split a clean text into clauses with section and role.

    Gives a list of (start, end, section, role): offsets in the clean text, and in `section` the
    ordinals of the headings above the clause ('2.3' = third part of the second, '0' = above the
    first heading). Every clause has at least one Han character; what has none is no clause.
    """
    paragraphs = _paragraphs(text)
    roles = (_speech_roles if genre == WORK else _paper_roles)(paragraphs, year)
    clauses = []
    for paragraph, role in zip(paragraphs, roles, strict=True):
        section = ".".join(map(str, paragraph.section))
        for match in _CLAUSE.finditer(text, paragraph.start, paragraph.end):
            start, end = match.span()
            if HAN.search(text, start, end):
                clauses.append((start, end, section, role))
    return clauses


def _paragraphs(text):
    """Cut a text into lines and number its sections by its numbered and unnumbered headings."""
    out, section, headings = [], (0,), ("",)
    parts = text.splitlines(keepends=True)
    if len(parts) < _FEW_LINES:  # a page on one line: its numbering makes the paragraphs
        parts = [part for line in parts for part in _INNER.split(line) if part]
    bares = [part.strip() for part in parts]
    numbered = any(map(_PART.match, bares))
    at = 0
    for line, bare in zip(parts, bares, strict=True):
        start, at = at, at + len(line)
        if not bare:
            continue
        number = _NUMBERING.match(bare)
        depth = number and number.lastindex - 1
        if (
            depth is None
            and not numbered
            and len(bare) <= _HEADING
            and bare[-1] not in "。；！？：:;!?"
        ):
            depth = 0
        if depth is not None:
            depth = min(depth, len(section) if section != (0,) else 0)
            count = section[depth] + 1 if depth < len(section) else 1
            section = (*section[:depth], count)
            heading = re.split("[。：:]", bare, maxsplit=1)[0][: 2 * _HEADING]
            headings = (*headings[:depth], heading)
        out.append(Paragraph(start, start + len(line), bare, section, headings))
    return out


# ------------------------------------------------------------------ work reports: speeches

# Where every alternative begins with one character, a search looks for these and is fast.
_FRAMES = re.compile(
    "清醒|不容忽视|看到成绩的同时|肯定成绩的同时|总结成绩的同时|取得成绩的同时|知忧|需要说明的是"
)
_RARER_FRAMES = re.compile(
    "要看到|应看到|应当看到|必须看到|正视|检讨|自揭|短处|不足之处|深知|欠账|"
    + "|".join(f"{lack}(主要)?(是|有|在于|[:：])" for lack in "差距 短板 不足 困难 问题".split())
)
_ADMITS = re.compile(
    r"困难|问题|不足|短板|差距|挑战|矛盾|弱项|压力|不够|未达|低于|不牢|风险|处于|复杂严峻|须臾"
)
_LACKS = re.compile(
    r"不足|不够|不强|不高|不快|不优|不畅|不大|不牢|不均|滞后|短板|薄弱|弱项|差距|困难|压力|矛盾|偏[小低慢弱重]|较[弱低慢]"
    r"|放缓|低于|下行|有待|亟待|隐患|任重道远|突出|不确定|没有达到|未达|尚[未需不]|还需|制约|瓶颈|问题"
)
_RARER_LACKS = re.compile(
    r"[底量力]子?[小弱薄]|成本高|粗放|不到位|接不住|重复|偏少|堵|难[，；、。]"
)
# Log ratios of each cue's rate in the look back over its rate in the plan, in 40 labelled reports,
# rounded to halves.
_CUE_WEIGHTS = {
    "获评": 5, "一年来": 5, "荣获": 4.5, "五年来": 4, "成功": 4, "累计": 3.5, "位居": 3.5,
    "过去": 3, "连续": 2.5, "圆满": 2.5, "同比": 2.5, "显著": 2, "了": 2, "提高到": 2,
    "去年": 1.5, "已": 1.5, "有力": 1.5, "率先": 1.5, "完成": 1, "新增": 1, "不断": 1, "建成": 1,
    "增长": 1, "达": 0.5, "实现": 0.5, "扎实": 0.5, "突破": 0.5, "推进": -0.5, "提升": -0.5,
    "支持": -0.5, "大力": -0.5, "目标": -1, "将": -1, "要": -0.5, "积极": -1, "加快": -1,
    "加强": -1, "今年": -1.5, "继续": -1.5, "推动": -1.5, "强化": -1.5, "我们要": -2.5,
    "确保": -3, "今后": -3, "力争": -4,
}  # fmt: skip
_CUES = AhoCorasick(list(_CUE_WEIGHTS), matchkind=MatchKind.LeftmostLongest)
_SURE = 40  # The weight of a heading that says what follows, or of an admission
_EARLY = 2  # paragraphs of the plan that may still admit
_PROBLEMS = re.compile(r"(存在|面临).{0,6}(困难|问题|不足|挑战)|困难[和与]问题")
_LIKELY = 10  # of a paragraph that opens with the year ahead
_BACK = re.compile(r"回顾|过去|来的?工作(情况)?$|发展成就|取得的?(成就|成绩)")
_OPENS_AHEAD = "今后[一二三五]年|未来[一二三五]年|新的一年|明年|做好今年|今年是"
_AHEAD = re.compile(
    r"十.五.{0,8}(目标|任务|要求)|今年|明年|今后|未来|下一|总体要求|主要(预期)?目标|重点工作|工作(安排|部署|打算|重点)"
)


def _speech_roles(paragraphs, year):
    """Give the roles of a work report's paragraphs.

    The look back ends where the words of things done stop outweighing those of things to do: the
    point that best divides the two. A heading that says so, or an admission, weighs more.
    """
    first = _opening(paragraphs)
    cues = (_CUES.find_matches_as_strings(p.text) for p in paragraphs)
    weights = [sum(map(_CUE_WEIGHTS.get, found)) for found in cues]
    degrees = {i: _admits(p.text) for i, p in enumerate(paragraphs) if i >= first}
    admits = [i for i, degree in degrees.items() if degree and degree == max(degrees.values())]
    headed = {i for i, p in enumerate(paragraphs) if _PROBLEMS.search(p.headings[0])}
    opens_ahead = re.compile(f"{_OPENS_AHEAD}|{year}年(?!以来|前|工作回顾)")
    ahead = 0
    for i, p in enumerate(paragraphs):
        if p.headings[0] and p.text.startswith(p.headings[0]):
            years = [int(y) for y in re.findall(r"20\d{2}(?=年)", p.text)]
            if _BACK.search(p.text) or (year and years and max(years) < year):
                weights[i] += _SURE
            elif _AHEAD.search(p.text) or (year and year in years):
                weights[i] -= _SURE
                ahead = ahead or i
        if opens_ahead.match(p.text):
            weights[i] -= _LIKELY
    for i in headed.union(admits):
        weights[i] += _SURE if not ahead or i < ahead else 0
    sums = list(accumulate(weights[first:], initial=0))
    # Of equal points the heading that looks ahead, else the first
    turn = first + max(range(len(sums)), key=lambda k: (sums[k], first + k == ahead, -k))
    roles = (
        ["intro"] * first + ["achievement"] * (turn - first) + ["plan"] * (len(paragraphs) - turn)
    )
    for i in headed.union(i for i in admits if i < turn + _EARLY * (degrees[i] > 1)):
        roles[i] = "problem"
    return roles


def _opening(paragraphs):
    """Count the paragraphs of the salutation and the formula that opens the speech."""
    for i, p in enumerate(paragraphs[:6]):
        if re.search(r"代表.{2,30}向.{0,6}(报告|作)|请予?.{0,4}审议|提出意见", p.text):
            return i + 1
    return 1 if paragraphs and paragraphs[0].text.startswith("各位代表") else 0


def _admits(text):
    """Tell how plainly a paragraph admits: 3 if it is framed so, 2 if in a rarer way, 1 if what is
    lacking fills it."""
    lacks = len(_LACKS.findall(text))
    if lacks and _FRAMES.search(text[:100]) and _ADMITS.search(text[:200]):
        return 3
    if _RARER_FRAMES.search(text[:60]) and lacks + len(_RARER_LACKS.findall(text)) >= 2:
        return 2
    return int(lacks >= 7 and lacks / len(text) > 0.02)


# ------------------------------------------------------------- bureaus' reports: papers

_TITLES = re.compile(r"《[^》]*》")
_HEADS = (
    ("rectification", re.compile(r"整改|改进情况|解决思路|改进措施|(上|前)一?年度.{0,12}问题")),
    ("problem", re.compile(r"不足|存在.{0,6}问题|差距|短板|薄弱")),
    (
        "plan",
        re.compile(r"下一?步|下一?(年度|阶段)|明年|今后|计划|打算|思路|工作安排|主要安排|展望"),
    ),
    ("leadership", re.compile(r"第一责任人|组织领导|主要负责人|党的领导|统筹领导|领导机制")),
    ("study", re.compile(r"学习|普法|法治宣传|宣传教育|法治教育|培训|法治思维|法治素养|法治意识")),
)
_STUDY = re.compile(r"学习|普法|宣传|培训|讲座|学法|宣讲|教育|宣誓|传达|研讨|素养|意识|理论")
_WORK = re.compile(
    r"政务服务|事项|审批|平台|系统|数据|营商|清单|标准化|热线|监管|执法|办理|上线|窗口"
)
_PAPER_ADMITS = re.compile(
    r"存在.{0,8}(不足|问题|差距|短板)|有待|还不够|不够(深入|紧密|到位|完善|健全|高|强)|还有(一定)?差距|仍需(完善|加强|提升)|尚未"
)


def _paper_roles(paragraphs, year):
    """Give the roles of a bureau's report: by leaf section, and by paragraph where one mixes.

    A heading proposes a role and the section's words confirm it: 学习 over a section of services
    is achievement. A paragraph that admits or that opens with the next year keeps its own role.
    """
    sections = {}
    for i, p in enumerate(paragraphs):
        sections.setdefault(p.section[:2], []).append(i)
    roles = [None] * len(paragraphs)
    for section, members in sections.items():
        own = "".join(paragraphs[i].text for i in members)
        heading = paragraphs[members[0]].headings[-1 if len(section) == 1 else 1]
        above = paragraphs[members[0]].headings[0] if len(section) == 2 else ""
        role = "intro" if section == (0,) else _section_role(heading, above, own, year)
        for i in members:
            roles[i] = _own_role(paragraphs[i].text, heading, year) or role
    below = {}
    for section, members in sections.items():
        if len(section) == 2:
            below.setdefault(section[:1], set()).update(roles[i] for i in members)
    for section, parts in below.items():  # a heading with parts below takes their role
        if len(parts) == 1:
            for i in sections.get(section, ()):
                roles[i] = next(iter(parts))
    return roles


def _section_role(heading, above, own, year):
    """Give a section's role: what its heading says, then the heading above, then its words."""
    for text in (heading, above):
        bare = _TITLES.sub("", text)
        years = [int(y) for y in re.findall(r"20\d{2}(?=年)", bare)]
        if year and years and min(years) > year:
            return "plan"
        for role, pattern in _HEADS[:3]:
            if pattern.search(bare):
                return role
    bare = _TITLES.sub("", heading)
    for role, pattern in _HEADS[3:]:
        if pattern.search(bare) and (role == "leadership" or _is_study(own)):
            return role
    return "achievement"


def _is_study(text):
    """Tell whether a section headed 学习 or 普法 is about that, rather than about services."""
    return 2 * len(_STUDY.findall(text)) >= len(_WORK.findall(text))


def _own_role(text, heading, year):
    """Give the role a paragraph has of itself, where it has one."""
    if year and re.match(rf"{year + 1}年|下一步|接下来|明年", text):
        return "plan"
    if re.search(r"不足|问题|差距", heading) and len(_PAPER_ADMITS.findall(text)) >= 2:
        return "rectification" if re.search(r"改进情况|整改", heading) else "problem"
    return None
