"""Whose report a text is: the body that issued it and the place that body belongs to.

A body that names no place (县发改局) is given the one that the page speaks for: its host, its path,
its addressee, the plans it carries out, the places it names. A passing mention decides nothing, and
what is not plain stays unknown.
"""

import re
from collections import Counter

from .bodies import NATIONAL, STOP, TOWN, Body
from .places import find_places, mentioned, resolve
from .witnesses import END, TOWNS, hosts, of_a_paper, of_a_speech, ours, own_word, top_lines

_OWNERS = {"省": "provincial", "自治区": "provincial", "州": "prefectural", "盟": "prefectural", "自治州": "prefectural",
           "区": "county", "县": "county", "旗": "county", "镇": "township", "乡": "township", "市": ""}  # fmt: skip
_TAXES = "国家税务总局"
_FULL = {  # short names that stand for one long name everywhere
    "发改": "发展和改革", "卫健": "卫生健康", "卫计": "卫生和计划生育", "人社": "人力资源和社会保障", "住建": "住房和城乡建设",
    "市监": "市场监督管理", "市场监管": "市场监督管理", "医保": "医疗保障", "应急": "应急管理", "经信": "经济和信息化",
    "工信": "工业和信息化", "教体": "教育和体育", "药监": "药品监督管理", "食药监": "食品药品监督管理",
    "国资": "国有资产监督管理", "政务和数据": "政务服务和数据管理", "市场监督": "市场监督管理",
}  # fmt: skip
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


def note_place(place, source, span, note):
    """Note a place and what the divisions say of it."""
    for field, value in place_fields(place).items():
        own = field == "place"
        note(field, value, source if own else "divisions", span if own else (None, None))


def find_issuer(plain, head, titles, lines, work, note):
    """Find who issued a report and of which place; `note` takes each value with its span.

    `plain` is the text, `head` where its opening ends, `titles` and `lines` the spans that are a
    title or were marked by cleaning, `work` whether it is a work report.
    """
    witnesses = of_a_speech if work else of_a_paper
    said = None  # the body that a sure witness names without its place
    for body, source in witnesses(plain, head, titles, lines):
        if national := _national(plain, body):
            if national[0] == "国务院":
                note("place", "国务院", source, national[1])
            note("level", "national", source, national[1])
            note("issuer", national[0], source, national[1])
            return
        if not (body.names or body.town or body.zone):
            said = said or (body, source)
            continue
        if said and not _belongs(said[0], body):
            continue
        if _settle(plain, body, said, source, note):
            return
    _settle_by_mentions(plain, said, titles, note)


def _national(plain, body):
    text = plain[body.start : body.end]
    if text == "国务院":
        return text, (body.start, body.end)
    match = None if body.names else NATIONAL.fullmatch(text)
    return match and (match[1], (body.start, body.end))


def _belongs(said, body):
    """Tell whether a body that names no place (区城管局) can belong to the place of another."""
    if body.town:
        return said.owner in ("镇", "乡")
    if not body.names:
        return False
    return not said.owner or body.names[-1].endswith(said.owner)


# ------------------------------------------------------------------ a body to its place


def _settle(plain, body, said, source, note):
    """Settle place and issuer by a body that names its place; tell whether it could."""
    org = said[0].org if said else body.org
    if body.zone and not said:
        return _settle_zone(plain, body, source, note)
    place, candidates = _placed(plain, body.names)
    span = (body.start, body.until)
    if body.town:
        return _settle_town(plain, body, place, source, span, note)
    if place is None and not candidates:
        return False
    org = _written_out(plain, org) or _own_government(plain, body)
    if place is None:  # a name that several districts share, and nothing tells which
        name = candidates[0].name
        note("place", name, source, span)
        note("level", candidates[0].level, "divisions")
        for field in ("city", "province"):
            values = {getattr(c, field) for c in candidates}
            note(field, values.pop() if len(values) == 1 else "", "divisions")
        note("issuer", org and name + org, source, (body.start, body.end))
        return True
    note_place(place, source, span, note)
    if org == "人民政府" and re.search("盟|地区$", place.name) and "公署" in plain:
        org = "行政公署"
    own = said[0] if said else body
    if org == "海关":
        note("issuer", plain[own.start : own.end], source, (own.start, own.end))
    if plain[own.start - 6 : own.start] == _TAXES:
        note("issuer", _TAXES + place.name + org, source, (own.start - 6, own.end))
    note("issuer", org and _of(place, org), said[1] if said else source, (own.start, own.end))
    return True


def _own_government(plain, body):
    """Tell that a government speaks: of its place (我县), never of a bureau (我局)."""
    speaks = body.names and body.names[-1].endswith(own_word(plain) or "?")
    return "人民政府" if speaks and not ours(plain) else ""


def _settle_zone(plain, body, source, note):
    above = resolve(list(body.names)) if body.names else None
    zone = plain[body.start : body.until]
    if above and above.level == "county":
        return False
    note("place", zone, source, (body.start, body.start + len(zone)))
    if above:  # what no division is above may be of any level
        note("level", "county", source, (body.start, body.start + len(zone)))
        note("city", above.city, "divisions")
        note("province", above.province, "divisions")
    org = re.sub("^管委会$|^$", "管理委员会", body.org)
    note("issuer", zone + org, source, (body.start, body.end))
    return True


def _settle_town(plain, body, above, source, span, note):
    """Settle a town; its county is named before it, elsewhere in the text, or not at all."""
    town = body.town
    if above is None:  # 某县某镇 elsewhere in the text, or the county that it names most
        before = {b: name for _, b, name in mentioned(plain)}
        found = [
            before[m.start()] for m in re.finditer(re.escape(town), plain) if m.start() in before
        ]
        above = _placed(plain, tuple(found[:1]))[0] or _whose(plain, ("county",), [])[0]
    org = re.sub("^(人民)?政府$|^$", "人民政府", body.org)
    org = "办事处" if org == "人民政府" and town.endswith("街道") else org
    note("place", (above.name if above else "") + town, source, span)
    note("level", "township", source, span)
    if above:
        note("city", above.city, "divisions")
        note("province", above.province, "divisions")
    note("issuer", (_of(above, town) if above else town) + org, source, (body.start, body.end))
    return True


def _settle_by_mentions(plain, said, titles, note):
    """Settle a body that names no place, or a report that names no body: whose its page speaks for."""
    owner = said[0].owner if said else own_word(plain)
    if owner in TOWNS:
        for start, end in [*top_lines(plain, titles), *hosts(plain)]:
            for match in re.compile(r"[^>＞»/|:：\s]+").finditer(plain, start, end):
                if re.fullmatch(TOWN, match[0]):
                    body = Body(match.start(), match.end(), match.end(), town=match[0])
                    _settle_town(plain, body, None, "page", match.span(), note)
                    return
        if body := _town_of_text(plain):
            place = _placed(plain, body.names)[0]
            _settle_town(plain, body, place, "mentions", (body.start, body.end), note)
        note("level", "township", "text")
    if owner in TOWNS or not owner:
        return
    level = _OWNERS[owner]
    levels = (level,) if level else ("prefectural", "county")
    place, span = _whose(plain, levels, titles, owner)
    if place:
        note_place(place, "mentions", span, note)
        if said:
            org = _written_out(plain, said[0].org)
            note("issuer", _of(place, org), said[1], (said[0].start, said[0].end))
        return
    if not level and (below := re.search("各县|县[（(]市、区|各区县|县市区|各县区", plain)):
        note("level", "prefectural", "text", below.span())  # a 市 that has counties below it
    elif level and said:
        note("level", level, said[1], (said[0].start, said[0].end))


def _town_of_text(plain):
    """Find the town that a text names under its county far more than any other, else None."""
    scores, where = Counter(), {}
    for a, b, name in mentioned(plain):
        if town := re.compile(TOWN).match(plain, b, b + 8):
            weight = _weight(plain, a, town.end(), ())
            scores[town[0]] += weight
            where.setdefault(town[0], Body(a, town.end(), town.end(), (name,), town[0]))
    return where.get(_dominant(scores))


def _written_out(plain, org):
    """Write a body's short name out where that is plain: 发改局, or the long name is in the text."""
    org = re.sub("^政府$", "人民政府", org)
    stem, end = re.fullmatch("(.*?)(局|委|厅|办)?", org).groups()
    if not end or len(stem) > 5 or not stem:
        return org
    pattern = "[\u4e00-\u9fff]{0,4}".join(map(re.escape, stem)) + f"[\u4e00-\u9fff]{{0,4}}{end}"
    pattern += "(?:员会|公室)?" if end in "委办" else ""
    for match in re.finditer(
        rf"(?<=[省市区县州旗/>＞»:：\s]){pattern}(?=[\s/>＞»，,]|$|关于|\d|党|认真)", plain[:END]
    ):
        if len(match[0]) > len(org) + 1 and not re.search(STOP, match[0]):
            return match[0]
    end = "委员会" if end == "委" and (stem in _FULL or len(stem) >= 4) else end
    return _FULL.get(stem, stem) + end


def _placed(plain, names):
    """Give the place that names spell out; else None and the divisions it may be."""
    if not names:
        return None, ()
    fits = [
        p for p in find_places(names[-1]) if all(n in (p.province, p.city, p.name) for n in names)
    ]
    fits = fits or list(find_places(names[-1]))
    if len(fits) == 1:
        return fits[0], fits
    return _by_context(plain, fits), fits


def _by_context(plain, fits):
    """Tell which of the places of a shared name is meant, by the cities and provinces named."""
    named = Counter(n for _, _, n in mentioned(plain))
    host = _licensed_in(plain)
    for weigh in (
        lambda p: p.province == host,
        lambda p: (p.city or p.province) + p.name in plain or p.province + p.name in plain,
        lambda p: named[p.city] if p.city else named[p.province],
        lambda p: named[p.province],
    ):
        weights = sorted(((weigh(p), i) for i, p in enumerate(fits)), reverse=True)
        if weights[0][0] and weights[0][0] >= 3 * weights[1][0]:
            return fits[weights[0][1]]
        fits = [p for p in fits if weigh(p)] or fits
    return None


def _licensed_in(plain):
    """Give the province of the page's licence number, or None."""
    licence = re.search("([" + "".join(_ICP) + "])ICP", plain)
    return _ICP[licence[1]] if licence else None


_ENOUGH = 1.5  # weight of mentions without which no place is taken for the report's own
_DOMINANT = 1.8  # and how far it must outweigh the next
_PLAN = re.compile(r"《[^》\n]{0,14}$")
_PARTNER = re.compile(r"[与和同赴到向对驻从]$|支援|学习|来自|借鉴")
_VISITED = re.compile(r"[\u4e00-\u9fff、]{0,12}?(?:学习|考察|交流|调研|跟班|取经)")
_OFFICIAL = re.compile(
    r"(?:人民政府|政府|党?[县区市州]?委|第.{1,3}届|法治|司法局|公安局|人大|门户)"
)


def _whose(plain, levels, titles, owner=""):
    """Find the place of these levels that a text speaks for, and where it is named; else None."""
    shown = [*titles, *hosts(plain)]
    seen = mentioned(plain)
    named = {name for _, _, name in seen}
    host = _licensed_in(plain)
    scores, where = Counter(), {}

    def add(name, weight, span):
        if weight and (not owner or name.endswith(owner)):
            scores[name] += weight
            where.setdefault(name, span)

    for a, b, name in seen:
        fits = find_places(name)
        weight = _weight(plain, a, b, shown)
        if any(place.level in levels for place in fits):
            add(name, weight, (a, b))
        if "prefectural" in levels and weight:  # a county speaks for its city as well
            for city in {place.city for place in fits if place.level == "county"} - {""}:
                add(city, 0.4, (a, b))
    for name in scores:
        fits, stem = find_places(name), name[:-1]  # 岳西 for 岳西县
        if len(stem) >= 2:
            scores[name] += 0.5 * min(plain.count(stem) - plain.count(name), 4)
        above = 0.6 * any(p.city in named for p in fits) + 0.3 * any(
            p.province in named for p in fits
        )
        scores[name] *= 1 + above + 0.6 * any(p.province == host for p in fits)
    name = _dominant(scores)
    return (_placed(plain, (name,))[0], where[name]) if name else (None, None)


def _dominant(scores):
    """Give the name that far outweighs every other, else None."""
    ranking = scores.most_common(2)
    if not ranking or ranking[0][1] < _ENOUGH:
        return None
    if len(ranking) == 2 and ranking[0][1] < _DOMINANT * ranking[1][1]:
        return None
    return ranking[0][0]


def _weight(plain, start, end, shown):
    """Weigh a mention of a place: what it shows of whose the text is."""
    if any(first <= start < last for first, last in shown):
        return 4.0
    before = plain[max(0, start - 15) : start]
    if _PLAN.search(before):
        return 2.0
    before = re.sub("[\u4e00-\u9fff]{2}[省市州]$", "", before)
    if before.endswith("、") or plain[end : end + 1] in ("、", "及"):  # one of several
        return 0.3
    if _PARTNER.search(before[-4:]) or _VISITED.match(plain, end):
        return 0.0
    return 2.0 if _OFFICIAL.match(plain, end) else 1.0


def _of(place, body):
    """Name a body in full: a district or county is led by its city, a city by nothing."""
    above = place.city or place.province
    alone = place.level != "county" or place.name.endswith(("市", "林区")) or not above
    if place.level == "county" and not place.city and not place.province.endswith("市"):
        alone = True  # administered by the province
    return ("" if alone else above) + place.name + body
