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


@cache
def _mentions():
    """A matcher of all division names, and of provinces and cities without their suffix."""
    full = {name: name for name in _divisions()}
    for name, places in _divisions().items():
        if places[0].level in ("provincial", "prefectural"):
            stem = re.sub(r"(维吾尔|壮族|回族)?自治区$|特别行政区$|[省市]$", "", name)
            if len(stem) >= 2:
                full.setdefault(stem, name)
    names = sorted(full)
    return AhoCorasick(names, matchkind=MatchKind.LeftmostLongest), [full[n] for n in names]


def mentioned(text):
    """List (start, end, name) of the divisions named in a text, longest names first.

    Provinces and cities are also found without 省 or 市 (广州 for 广州市); `name` is full.
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
