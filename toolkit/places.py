"""Names to places, by the table of administrative divisions.

A name that several divisions share is answered with all of them: which one is meant is for
the text, or for the user, to say.
"""

import csv
import re
from functools import cache
from typing import NamedTuple

from ahocorasick_rs import AhoCorasick, MatchKind

from . import DATA

LEVELS = ("national", "provincial", "prefectural", "county", "township")
_NATION = "国务院"


class Place(NamedTuple):
    """A division: its own name, its level, and the city and province above it (or '')."""

    name: str
    level: str
    city: str
    province: str

    @property
    def label(self):
        """The name, led by its city where other divisions bear the same name."""
        return (
            (self.city or self.province) + self.name
            if len(find_places(self.name)) > 1
            else self.name
        )

    @property
    def path(self):
        """Full name from province down, each step once."""
        return "".join(
            dict.fromkeys(step for step in (self.province, self.city, self.name) if step)
        )


@cache
def _divisions():
    table = {_NATION: [Place(_NATION, "national", "", "")]}
    with open(DATA / "divisions.csv", encoding="utf-8-sig", newline="") as file:
        for row in csv.DictReader(file):
            name = row["county"] or row["city"] or row["province"]
            place = Place(name, row["level"], row["city"], row["province"])
            table.setdefault(name, []).append(place)
    return table


@cache
def find_places(name):
    """Find every division of this name ('鼓楼区' has four), or the one of this full name; else ().

    Full names are 福州市鼓楼区 as well as 福建省福州市鼓楼区.
    """
    return tuple(_divisions().get(name, ())) or tuple(_in_full().get(name, ()))


@cache
def _in_full():
    """Table of full names: with the city or province before the name, and with both."""
    table = {}
    for places in _divisions().values():
        for place in places:
            for full in {place.path, (place.city or place.province) + place.name}:
                table.setdefault(full, []).append(place)
    return table


_PEOPLES = (
    "壮族|回族|满族|苗族|土家族|彝族|蒙古族?|藏族|布依族|侗族|瑶族|白族|朝鲜族|哈尼族|黎族|哈萨克族?|傣族|畲族|傈僳族"
    "|拉祜族|佤族|水族|东乡族|纳西族|景颇族|柯尔克孜|土族|达斡尔族|仫佬族|羌族|布朗族|撒拉族|毛南族|仡佬族|锡伯"
    "|普米族|塔吉克|怒族|鄂温克族|保安族|裕固族|独龙族|各族"
)
_AUTONOMOUS = re.compile(f"(.+?)(?:{_PEOPLES})+自治([州县旗])")
_WING = re.compile("(.).*([左右])翼(.+)")


def _short_forms(name, level):
    """Give the ways a division is called for short: 广州, 宁夏, 凉山州, 长阳县, 喀左县."""
    if level in ("provincial", "prefectural"):
        yield re.sub(r"(维吾尔|壮族|回族)?自治区$|特别行政区$|[省市]$", "", name)
    if match := _AUTONOMOUS.fullmatch(name):
        name = match[1] + match[2]
        yield name
    if match := _WING.fullmatch(name):
        yield "".join(match.groups())


@cache
def _mentions():
    """A matcher of all division names and of their unambiguous short forms."""
    full, short = {name: name for name in _divisions()}, {}
    for name, places in _divisions().items():
        for form in _short_forms(name, places[0].level):
            short.setdefault(form, set()).add(name)
    for form, names in short.items():
        if len(form) >= 2 and len(names) == 1:
            full.setdefault(form, *names)
    names = sorted(full)
    return AhoCorasick(names, matchkind=MatchKind.LeftmostLongest), [full[n] for n in names]


def mentioned(text):
    """List (start, end, name) of the divisions named in a text, longest names first.

    Provinces and cities are also found without 省 or 市 (广州 for 广州市), autonomous ones without
    their peoples (凉山州); `name` is full.
    """
    matcher, full = _mentions()
    return [(a, b, full[i]) for i, a, b in matcher.find_matches_as_indexes(text)]


def resolve(names):
    """Choose the place a list of names spells out from the top down (深圳市, 宝安区).

    Returns the one candidate of the last name that fits the names before it, or None where no
    candidate or more than one does.
    """
    *above, last = names
    fits = [p for p in find_places(last) if all(n in (p.province, p.city, p.name) for n in above)]
    return fits[0] if len(fits) == 1 else None


# The four economic regions: National Bureau of Statistics, Division of the East, West, Central and
# Northeast, 13 June 2011 (国家统计局《东西中部和东北地区划分方法》).
_REGIONS = {
    "east": "北京市 天津市 河北省 上海市 江苏省 浙江省 福建省 山东省 广东省 海南省",
    "northeast": "辽宁省 吉林省 黑龙江省",
    "central": "山西省 安徽省 江西省 河南省 湖北省 湖南省",
    "west": "内蒙古自治区 广西壮族自治区 重庆市 四川省 贵州省 云南省 西藏自治区 陕西省 甘肃省 青海省 "
    "宁夏回族自治区 新疆维吾尔自治区",
}
_REGION = {name: region for region, names in _REGIONS.items() for name in names.split()}
_REGION |= dict.fromkeys((_NATION, "台湾省", "香港特别行政区", "澳门特别行政区"), "")


def find_region(province):
    """Find the region of a province by its full name: east, northeast, central or west.

    They are the four of the National Bureau of Statistics (2011); '' for the State Council and for
    what the Bureau puts in none: Taiwan, Hong Kong, Macao. They group provinces by policy, and are
    neither alike inside nor the Bureau's only division.

    Raises ValueError for what is none of these.
    """
    if province not in _REGION:
        raise ValueError(
            f"'{province}' is no province; a region is known of {', '.join(filter(_REGION.get, _REGION))}."
            " Give the full name, or count by province as well: by=[..., 'province']."
        )
    return _REGION[province]


@cache
def _ranks():
    places = [place for named in _divisions().values() for place in named]
    places.sort(
        key=lambda place: LEVELS.index(place.level)
    )  # within a level by code, as in the table
    return {place.label: rank for rank, place in enumerate(places)}


def place_rank(label):
    """Give a place's rank from the State Council down: by level, then by administrative code.

    A label that is no division comes after all that are.
    """
    return _ranks().get(label, len(_ranks()))
