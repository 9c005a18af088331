"""Whose report a text is: the body that issued it and the place that body belongs to.

The surest witness is asked first: a grid of particulars, a signature, the title, who speaks, the
subject of the opening. A body without a place (市政务服务数据管理局) is given the one that the text
names far more often than any other. A passing mention decides nothing.
"""

import re
from collections import Counter

from .dates import DATE, YEAR
from .places import find_places, mentioned, resolve

SPEAKS_FOR = re.compile(r"代表([\u4e00-\u9fff]{0,16}?)(?:人民)?(?:政府|国务院)")
_CONGRESS = re.compile(
    r"([\u4e00-\u9fff]{2,14}?)第?[一二三四五六七八九十]{1,3}届[^。\n]{0,4}人民代表大会"
)
_ENDS = (
    "人民政府|行政公署|街道办事处|办事处|管理委员会|管委会|委员会|总局|[\u4e00-\u9fff]局|[\u4e00-\u9fff]厅"
    "|办公室|[\u4e00-\u9fff]中心|[\u4e00-\u9fff]部"
)
_BODY = re.compile(
    rf"[\u4e00-\u9fff（）()]{{2,28}}?(?:{_ENDS})(?![\u4e00-\u9fff]{{0,2}}[局委厅办])"
)
_ALONE = re.compile(
    rf"(?:^|(?<=\n))[\s*(]*([\u4e00-\u9fff]{{2,36}}(?:{_ENDS}|[\u4e00-\u9fff]委))"
    rf"[\s*)]*(?:{DATE.pattern}日?)?[\s*)]*(?=\n|$)"
)
_OVER_DATE = re.compile(
    rf"(?:^|(?<=\n))([^\n]{{2,40}}\n[^\S\n]*[^\n]{{0,4}}{DATE.pattern}[日)]{{0,2}})\s*(?=\n|$)"
)
_GENERIC = re.compile(r"(?<=[。\n,，])(?=(?:自治区|[省市区县州盟旗])[\u4e00-\u9fff]{2,16}局)")
_GRID = re.compile(
    r"(?:发布机构|发文机关|发文单位|公开机构|制发机关|责任部门|信息来源)[:：\s]{1,3}(?=[\u4e00-\u9fff])"
)
_SUBJECT = re.compile(
    rf"(?:^|[。\n，,：:])[\s\u3000]*(?:{YEAR}年度?[，,]?)?"
    r"(?=[\u4e00-\u9fff]{2,30}?(?:局|委|厅|政府|办|中心|部|署|会|处)"
    r"(?:党[组委]|认真|深入|坚持|在|以|紧|全面|按|贯彻|严格|围绕|始终|积极|持续|高度|切实|现将|牢牢|根据|推进"
    r"|把|扎实|着力|聚焦|[，,]))"
)
_IN_THE_YEAR = re.compile(rf"{YEAR}年度?[,](?=[\u4e00-\u9fff])")
_TOWN = re.compile(r"([\u4e00-\u9fff]{1,6}?(?:镇|乡|街道))(?:人民政府|办事处|党)")
_TOWN_IN_FULL = re.compile(
    r"[\u4e00-\u9fff]{2,14}?[县市区旗][\u4e00-\u9fff]{1,6}?(?:镇|乡|街道)(?:人民政府|办事处)"
)
_ZONE = re.compile(r"[\u4e00-\u9fff]{2,14}?(?:开发区|新区|示范区|合作区|高新区|经开区)(?!人民代表)")
_MINISTRY = re.compile(
    r"(?:国家[\u4e00-\u9fff]{2,8}(?:局|委员会|总局|署)|[\u4e00-\u9fff]{2,8}部|中国[\u4e00-\u9fff]{2,6}委员会)"
)
_ALIASES = {"政务和数据局": "政务服务和数据管理局"}  # short names in running text
OPENING = 400  # Characters in which a report says who speaks, of which year
END = 2000
_OWNER = re.compile(r"(?:中共)?(自治区|[省市区县州盟旗])(?=[\u4e00-\u9fff]{2})")
_DOMINANT = 3  # A place is the report's own if named this many times as often as any other
_LEVEL_OF = {"省": "provincial", "自治区": "provincial", "市": "prefectural", "州": "prefectural",
             "盟": "prefectural", "区": "county", "县": "county", "旗": "county"}  # fmt: skip
_ICP = {  # the letter of a province in a page's licence number
    "京": "北京市", "津": "天津市", "沪": "上海市", "渝": "重庆市", "冀": "河北省", "晋": "山西省", "辽": "辽宁省",
    "吉": "吉林省", "黑": "黑龙江省", "苏": "江苏省", "浙": "浙江省", "皖": "安徽省", "闽": "福建省",
    "赣": "江西省", "鲁": "山东省", "豫": "河南省", "鄂": "湖北省", "湘": "湖南省", "粤": "广东省", "琼": "海南省",
    "川": "四川省", "蜀": "四川省", "贵": "贵州省", "黔": "贵州省", "云": "云南省", "滇": "云南省",
    "陕": "陕西省", "甘": "甘肃省", "陇": "甘肃省", "青": "青海省", "桂": "广西壮族自治区", "蒙": "内蒙古自治区",
    "藏": "西藏自治区", "宁": "宁夏回族自治区", "新": "新疆维吾尔自治区",
}  # fmt: skip


def place_fields(place):
    """Spell out a Place as the values of the columns place, level, city, province."""
    return {
        "place": place.label, "level": place.level, "city": place.city, "province": place.province,
    }  # fmt: skip


def ends(plain):
    """Give the two stretches of a text in which it says what it is."""
    if len(plain) <= 2 * END:
        return [(0, len(plain))]
    return [(0, END), (len(plain) - END, len(plain))]


def find_issuer(plain, head, titles, lines, work, note):
    """Find who issued a report and of which place; `note` takes each value with its span.

    `plain` is the text, `head` where its opening ends, `titles` and `lines` the spans that are a
    title or were marked by cleaning, `work` whether it is a work report.
    """
    speaks = SPEAKS_FOR.search(plain, 0, 3 * head)
    if speaks and speaks[0].endswith("国务院"):
        span = (speaks.end() - 3, speaks.end())
        note_place(find_places("国务院")[0], "text", span, note)
        note("issuer", "国务院", "text", span)
        return
    spans = list(_issuers(plain, head, titles, lines))
    if work and speaks:
        spans.insert(0, (speaks.start(1), speaks.end()))
    if _of_a_town(plain, titles, speaks):
        spans = [*(m.span() for m in _TOWN_IN_FULL.finditer(plain, 0, 2 * head)), *spans]
    if any(_settle(plain, start, end, plain[start:end], note) for start, end in spans):
        return
    congress = [m.span(1) for m in _CONGRESS.finditer(plain, 0, 3 * head)] if work else []
    for start, end in [*congress, *titles]:
        place, span = _named(plain, start, end)
        if place:
            note_place(place, "text", span, note)
            if speaks and work:
                note("issuer", _of(place, "人民政府"), "text", speaks.span())
            return
    for start, end in spans:  # 市政务服务数据管理局: the text must show which city
        if owner := _OWNER.match(plain, start, end):
            _settle_by_mentions(plain, start, end, owner, note)
            return


def _of_a_town(plain, titles, speaks):
    said = plain[speaks.start() : speaks.end()] if speaks else ""
    title = plain[slice(*titles[0])] if titles else ""
    return re.search(r"(?:镇|乡|街道)(?:政府|$)", said) or re.search("镇|乡|街道", title)


def _settle_by_mentions(plain, start, end, owner, note):
    """Settle a body that names no place: whose the text mentions tell, or only its level."""
    place, span = _dominant(plain, _LEVEL_OF[owner[1]])
    if place:
        rest = plain[start + len(owner[0]) : end]
        note_place(place, "mentions", span, note)
        note("issuer", _of(place, _ALIASES.get(rest, rest)), "text", (start, end))
    elif owner[1] != "市":  # 市 may be a city, a municipality or a county
        note("level", _LEVEL_OF[owner[1]], "text", (start, end))


def _issuers(plain, head, titles, lines):
    """Yield the spans that may name the issuer, the surest first."""

    def bodies(start, end):
        return [m.span() for m in _BODY.finditer(plain, start, end)][:1]

    for first, last in ends(plain):
        for match in _GRID.finditer(plain, first, last):
            yield from bodies(match.end(), min(match.end() + 34, len(plain)))
    for start, end in signatures(plain, lines):
        for match in _ALONE.finditer(plain, start, end):
            yield match.span(1)
    for start, end in titles:
        yield from bodies(start, end)
    first = len(plain) - len(plain.lstrip())
    if (body := _BODY.match(plain, first)) and re.match(r"\d{4}年|关于", plain[body.end() :][:6]):
        yield body.span()  # a page on one line begins with its title
    for match in list(_ALONE.finditer(plain, 0, head))[:2]:
        yield match.span(1)
    for pattern, reach in ((_SUBJECT, 34), (_IN_THE_YEAR, 24)):
        for match in pattern.finditer(plain[:head]):
            for a, b in bodies(match.end(), min(match.end() + reach, len(plain))):
                if a == match.end() and plain[a] not in "在由经向与和会根按以对":
                    yield a, b
    for match in _GENERIC.finditer(plain, 0, 3 * head):
        yield from bodies(match.end(), min(match.end() + 24, len(plain)))


def signatures(plain, lines):
    """Find the lines that sign: those cleaning marked, a name over a date near the ends, the last."""
    spans = [(start, end) for start, end, rule in lines if rule == "signature"]
    for first, last in ends(plain):
        spans += [m.span(1) for m in _OVER_DATE.finditer(plain, first, last)]
    start = max(0, len(plain) - 400)
    tail = [(start + m.start(), start + m.end()) for m in re.finditer(r"[^\n]+", plain[start:])]
    return [*spans, *reversed(tail[-4:])]


def _settle(plain, start, end, body, note):
    """Settle place and issuer from a body that names its place; tell whether it could."""
    town = _TOWN.search(body)
    place, span = _named(plain, start, end)
    if (ministry := _MINISTRY.fullmatch(body)) and _ALONE.match(plain, start):
        note("level", "national", "text", (start, end))
        note("issuer", ministry[0], "text", (start, end))
        return True
    if (zone := _ZONE.match(body)) and (names := mentioned(zone[0])) and names[0][0] == 0:
        above = resolve([names[0][2]])
        if above and above.level in ("provincial", "prefectural") and names[0][1] < zone.end():
            reach = (start, start + zone.end())
            note("place", zone[0], "text", reach)
            note("level", "county", "text", reach)
            note("city", above.city, "divisions")
            note("province", above.province, "divisions")
            note("issuer", body, "text", (start, end))
            return True
    if place is None:
        return False
    rest = body[span[1] - start :]
    if town:
        own = town[1][max(0, span[1] - start - town.start(1)) :]
        own = own or town[1]
        above = place
        note("place", above.name + own, "text", (span[0], start + town.end(1)))
        note("level", "township", "text", (span[0], start + town.end(1)))
        note(
            "city", above.city or (above.name if above.level == "prefectural" else ""), "divisions"
        )
        note("province", above.province or above.name, "divisions")
        note("issuer", _of(above, rest), "text", (start, end))
        return True
    if not rest or rest[0] in "和与":
        return False
    note_place(place, "text", span, note)
    rest = re.sub(r"^(人民)?政府$|^$", "人民政府", rest)
    note("issuer", _of(place, rest), "text", (start, end))
    return True


def note_place(place, source, span, note):
    """Note a place and what the divisions say of it."""
    for field, value in place_fields(place).items():
        own = field == "place"
        note(field, value, source if own else "divisions", span if own else (None, None))


def _named(plain, start, end):
    """Find the place a passage names in full, the most specific one that its names agree on."""
    names = [
        (a, b, n) for a, b, n in mentioned(plain[start:end]) if plain[start + a : start + b] == n
    ]
    for last in range(len(names), 0, -1):
        spelled = [n for _, _, n in names[:last]]
        place = resolve(spelled) or resolve(spelled[-1:]) or _by_context(plain, spelled[-1])
        if place:
            return place, (start + names[0][0], start + names[last - 1][1])
    return None, None


def _by_context(plain, name):
    """Tell which of the places of a shared name is meant, by the city or province beside it."""
    fits = find_places(name)
    if len(fits) < 2:
        return None
    above = Counter()
    for match in re.finditer(r"([\u4e00-\u9fff]{2,12}?)" + re.escape(name), plain):
        above.update(n for _, _, n in mentioned(match[1]) if match[1].endswith(n))
    for other, _ in above.most_common():
        if place := resolve([other, name]):
            return place
    if (match := re.search("([" + "".join(_ICP) + "])ICP", plain)) and (
        place := resolve([_ICP[match[1]], name])
    ):
        return place
    named = [n for _, _, n in mentioned(plain)]
    for higher in ({p.city for p in fits}, {p.province for p in fits}):
        names = Counter(n for n in named if n in higher)
        if len(names) == 1 or (
            names and names.most_common(2)[0][1] >= _DOMINANT * names.most_common(2)[1][1]
        ):
            return resolve([names.most_common(1)[0][0], name])
    return None


# What makes a mention one of the authority, not of a word that happens to be its name (长治久安, 老城区)
_OFFICIAL = re.compile(
    r"(?:\d|人民|政府|政务|政协|人大|县委|区委|市委|省委|委|第.{1,3}届|实现|全|[\u4e00-\u9fff]{0,12}?(?:局|办法|条例|规定|规划|平台|方案|清单|目录|交易所|热线|门户))"
)


def _dominant(plain, level):
    """Find the place of a level that a text names far more often than any other of that level.

    At least once it must be named in full as an authority's: 曾都区人民政府, 广州市…规定.
    """
    spans = {}
    for start, end, name in mentioned(plain):
        if any(p.level == level for p in find_places(name)):
            spans.setdefault(name, []).append((start, end))
    ranking = Counter({name: len(where) for name, where in spans.items()}).most_common(2)
    if not ranking or ranking[0][1] < _DOMINANT:
        return None, None
    if len(ranking) == 2 and ranking[0][1] < _DOMINANT * ranking[1][1]:
        return None, None
    name = ranking[0][0]
    official = any(
        (plain[a:b] == name or level == "provincial")
        and (level != "county" or _OFFICIAL.match(plain, b))
        and (a == 0 or level != "county" or plain[a - 1] not in "府市县区和")
        for a, b in spans[name]
    )
    place = (resolve([name]) or _by_context(plain, name)) if official else None
    return place, spans[name][0]


def _of(place, body):
    """Name a body in full: a district or county is led by its city, a city by nothing."""
    above = place.city or place.province
    alone = place.level != "county" or place.name.endswith(("市", "林区")) or not above
    if place.level == "county" and not place.city and not place.province.endswith("市"):
        alone = True  # administered by the province
    return ("" if alone else above) + place.name + body
