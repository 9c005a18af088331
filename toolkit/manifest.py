"""The user's word over the text's: a table in the folder that corrects what was inferred."""

import csv
import io
import re

from .bodies import body_at
from .formats import Unreadable, decode, read_cell
from .issuers import place_fields
from .metadata import FIELDS, RULE_OF_LAW, WORK, as_level, confidence
from .places import LEVELS, find_places, resolve
from .reading import MANIFESTS, SUFFIXES

_ALIASES = {
    "meeting_date": "date", "url": "source_url", "source": "source_url", "filename": "file",
    "文件": "file", "文件名": "file", "地区": "place", "地方": "place", "城市": "place",
    "省份": "province", "层级": "level", "年份": "year", "年度": "year", "日期": "date",
    "发布日期": "date", "标题": "title", "发布机构": "issuer", "机构": "issuer", "单位": "issuer",
    "网址": "source_url", "链接": "source_url",
}  # fmt: skip

# Names that the tables use themselves: a user's column of that name is carried as own_...
_TAKEN = frozenset(
    """clause section role start end n_han n_removed sha256 abridged simplified text term category
    surface in_title token n n_title with_term reports rate low high clusters""".split()
)
_GENRES = {
    "政府工作报告": WORK,
    "法治政府建设年度报告": RULE_OF_LAW,
    WORK: WORK,
    RULE_OF_LAW: RULE_OF_LAW,
}


def read_manifest(folder, problems):
    """Read a folder's manifest.csv or index.csv: report id -> its row, under our column names.

    What cannot be used is added to `problems`, a list of (file, reason). {} without a manifest.
    """
    path = next((folder / name for name in MANIFESTS if (folder / name).is_file()), None)
    if path is None:
        return {}
    try:
        rows = list(csv.DictReader(io.StringIO(decode(path.read_bytes()), newline="")))
    except (Unreadable, csv.Error, OSError) as reason:
        problems.append((path.name, f"{reason}; it was not used"))
        return {}
    rows = [own_words(row) for row in rows]
    key = next((name for name in ("file", "report_id") if rows and name in rows[0]), None)
    if key is None:
        problems.append(
            (path.name, "has no column 'file' or 'report_id'; add one. It was not used")
        )
        return {}
    manifest = {}
    for row in rows:
        report_id = row[key]
        suffix = next((s for s in SUFFIXES if report_id.lower().endswith(s)), "")
        report_id = report_id[: len(report_id) - len(suffix)]
        if report_id in manifest:
            problems.append((path.name, f"has two rows for '{row[key]}'; the first was used"))
        else:
            manifest[report_id] = row
    return manifest


def own_words(row):
    """Give a row of a user's table under our names for columns (年份 is year), cells trimmed."""
    named = ((column.strip(), value) for column, value in row.items() if isinstance(column, str))
    return {_ALIASES.get(c, c): read_cell((v or "").strip()) for c, v in named if c}


def carried(row):
    """Give the columns of a manifest row that are the user's own, to carry into `reports`."""
    ours = (*FIELDS, "file", "report_id", "check", "confidence")
    mine = ((name, value) for name, value in row.items() if name not in ours)
    return {f"own_{name}" if name in _TAKEN else name: value for name, value in mine}


def override(inferred, row):
    """Settle each field of a report: what the manifest says, else what the text says.

    Gives the values by field; the rows of `evidence`: (field, source, confidence, start, end,
    inferred), `inferred` being what the text said where the manifest says otherwise; and what is
    wrong with the row of the manifest, in words.
    """
    wrong = []
    wanted = _wanted(row, wrong)
    values, sources = {}, []
    moved = "place" in wanted and str(wanted["place"]) != str(_value(inferred, "place"))
    for field in FIELDS:
        seen = _value(inferred, field)
        if field in wanted and str(seen) != str(wanted[field]):
            values[field] = wanted[field]
            sources.append((field, "manifest", None, None, None, str(seen)))
        elif moved and field in ("level", "city", "province", "issuer") and field not in wanted:
            # another place's: unknown
            sources.append((field, "manifest", None, None, None, str(seen)))
        elif field in inferred:
            values[field] = seen
            _, _, source, start, end = inferred[field]
            sources.append((field, source, confidence(field, inferred), start, end, ""))
    return values, sources, wrong


def _value(inferred, field):
    return inferred[field].value if field in inferred else ""


_FORMS = (
    ("year", lambda year: re.fullmatch(r"(19|20)[0-9]{2}(\D.*)?", year), "a year, such as 2024"),
    (
        "date",
        lambda date: re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", date),
        "a day, as 2024-01-31",
    ),
    ("genre", _GENRES.__contains__, f"'{WORK}' or '{RULE_OF_LAW}'"),
)


def _wanted(row, wrong):
    """Give the fields a manifest row sets, checked; a place brings its city and province along."""
    wanted = {field: value for field in FIELDS if (value := row.get(field, ""))}
    if "abridged" in wanted:
        wanted["abridged"] = wanted["abridged"].lower() in ("1", "true", "yes", "是")
    for field, right, form in _FORMS:
        if field in wanted and not right(wanted[field]):
            wrong.append(f"the manifest's {field} '{wanted.pop(field)}' is not {form}")
    if "year" in wanted:
        wanted["year"] = int(wanted["year"][:4])
    if "genre" in wanted:
        wanted["genre"] = _GENRES[wanted["genre"]]
    said = wanted.get("level", "")
    if said and not as_level(said):
        del wanted["level"]
        words = ", ".join(LEVELS)
        wrong.append(f"the manifest's level '{said}' is none of {words}")
    elif said:
        wanted["level"] = as_level(said)
    if "place" not in wanted:
        return wanted
    place = resolve([*(wanted[f] for f in ("province", "city") if f in wanted), wanted["place"]])
    if place is None and (fits := find_places(wanted["place"])):
        name, paths = wanted.pop("place"), " or ".join(fit.path for fit in fits)
        wrong.append(f"several places are called '{name}'; write {paths}")
    if place is None:
        town = body_at(wanted.get("place", ""), 0, len(wanted.get("place", "")))
        above = resolve(list(town.names)) if town and town.names and town.town else None
        if above:
            known = {"level": "township", "city": above.city, "province": above.province}
            return known | wanted
        return wanted
    known = {field: value for field, value in place_fields(place).items() if value}
    if said not in LEVELS:  # 市 may mean a city, a municipality or a county: the table knows
        wanted.pop("level", None)
    return known | wanted | {"place": place.label}
