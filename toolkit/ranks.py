"""Ranks and superlatives: what a report calls the third, the first or the best, and among whom."""

import re

from .numbers import BOUND, MEASURES, is_quoted, part_before, read_number

_CITIES = "(?:副省级|地级|省会|同类|超大|特大|沿海|计划单列)(?:以上)?(?:城市|市)"
_SCOPE = re.compile(
    "(?:全球|世界|国际|亚洲|全[国省市区县州盟旗域网]|[国省市区县]内|我[国省市区县]"
    "|[中东西]部|中西部|[东西]北|华[东南北中]|长三角|珠三角|大湾区|京津冀|行业)"
    f"(?:{_CITIES})?|{_CITIES}"
)
_RANKED = re.compile(r"(?:位?[居列排]名?|排?名|[升进]至|[升入进]到?|跻身|保持|前移)[^,。;、]{0,8}$")
_SUPERLATIVE = re.compile(
    r"率先(?<!一率先)(?!垂范)|首创(?<!敢首创)(?!精神)|唯一(?!性)|领先|领跑(?!者)|前列(?<!一前列)"
    r"|首位(?<![在为]首位)(?!度)|榜首(?<!上榜首)|居首|首屈一指|名列前茅|第一(?:方阵|梯队)|一流(?<!双一流)"
    r"|首(?P<series>[个家例部条座款单张只艘支次台套项所])|最(?P<most>[大高多快好优强长早低佳])"
)


def read_rank(text, match):
    """Read 第3位, 前10名 or 全省第二部 as a rank, where a scope or a verb of ranking goes before.

    Takes a matched quantity with its 第 or 前; gives the claim, or None where it ranks nothing.
    """
    nth, unit, (start, end) = match["nth"], match["unit"], match.span()
    value, follows = read_number(match["number"]), text[end : end + 1]
    before = part_before(text, start)
    scope = _scope(before)
    placed = unit in ("位", "名") or (unit is None and follows in (*BOUND, *"的” 强大", ""))
    beside = nth != "前" and scope and before.endswith(scope) and unit in MEASURES
    ranked = (placed and (scope or _RANKED.search(before))) or (beside and unit not in ("次", "批"))
    if not ranked or not value > 0 or match["high"] or match["after"]:
        return None
    return {
        "start": start, "end": end + (follows in ("强", "大")), "kind": "rank", "value": value, "unit": "位",
        "comparator": "at most" if nth == "前" else "exact", "scope": scope, "word": nth, "before": before,
        "left": _RANKED.sub("", re.split(scope or "$", before)[0]),
    }  # fmt: skip


def find_superlatives(text):
    """Yield the superlatives in a text as claims; a scope serves the first word after it."""
    last = 0
    for match in _SUPERLATIVE.finditer(text):
        start, end = match.span()
        window = text[max(last, start - 30) : start]
        near = window[max(map(window.rfind, ",。;:()!?\n")) + 1 :]
        scope = _scope(near)
        if match["most"] and not re.search(f"{scope or '-'}(?:的|范围内?|规模)?$", near):
            continue
        if not scope and (match["series"] or is_quoted(text, start, end)):
            continue
        if not scope and match[0] == "率先":  # 率先在全国
            scope = _scope(text[end : end + 3].partition("\n")[0])
        last = end
        found = {"start": start, "end": end, "kind": "superlative", "scope": scope}
        yield found | {"word": match[0], "unit": "", "before": "", "left": ""}


def _scope(text):
    """Give the last scope in a text, or ''."""
    return (_SCOPE.findall(text) or [""])[-1]
