"""The user's word over the text's: a table in the folder that corrects what was inferred."""

import csv
import io

from .metadata import FIELDS, as_level, place_fields
from .places import LEVELS, find_places, resolve
from .reading import MANIFESTS, SUFFIXES, UnreadableFile, decode

_ALIASES = {"meeting_date": "date", "url": "source_url", "source": "source_url"}


def read_manifest(folder, problems):
    """Read a folder's manifest.csv or index.csv: report id -> its row, under our column names.

    What cannot be used is added to `problems`, a list of (file, reason). {} without a manifest.
    """
    path = next((folder / name for name in MANIFESTS if (folder / name).is_file()), None)
    if path is None:
        return {}
    try:
        rows = csv.DictReader(io.StringIO(decode(path.read_bytes()), newline=""))
        names = rows.fieldnames or ()
    except (UnreadableFile, OSError) as reason:
        problems.append((path.name, f"{reason}; it was not used"))
        return {}
    key = next((name for name in ("file", "report_id") if name in names), None)
    if key is None:
        problems.append(
            (path.name, "has no column 'file' or 'report_id'; add one. It was not used")
        )
        return {}
    manifest = {}
    for row in rows:
        report_id = row[key]
        for suffix in SUFFIXES:
            report_id = report_id.removesuffix(suffix)
        if report_id in manifest:
            problems.append((path.name, f"has two rows for '{row[key]}'; the first was used"))
        else:
            manifest[report_id] = {
                _ALIASES.get(c, c): (v or "").strip() for c, v in row.items() if c
            }
    return manifest


def carried(row):
    """Give the columns of a manifest row that are the user's own, to carry into `reports`."""
    return {
        name: value for name, value in row.items() if name not in (*FIELDS, "file", "report_id")
    }


def override(inferred, row, report_id, problems):
    """Settle each field of a report: what the manifest says, else what the text says.

    Gives the values by field, and the rows of `evidence`: (field, source, start, end, inferred),
    `inferred` being what the text said where the manifest says otherwise.
    """
    wanted = _wanted(row, report_id, problems)
    values, sources = {}, []
    moved = "place" in wanted and str(wanted["place"]) != str(_value(inferred, "place"))
    for field in FIELDS:
        seen = _value(inferred, field)
        if field in wanted and str(seen) != str(wanted[field]):
            values[field] = wanted[field]
            sources.append((field, "manifest", None, None, str(seen)))
        elif moved and field in ("level", "city", "province") and field not in wanted:
            sources.append((field, "manifest", None, None, str(seen)))  # another place's: unknown
        elif field in inferred:
            values[field] = seen
            sources.append(
                (field, inferred[field].source, inferred[field].start, inferred[field].end, "")
            )
    return values, sources


def _value(inferred, field):
    return inferred[field].value if field in inferred else ""


def _wanted(row, report_id, problems):
    """Give the fields a manifest row sets, checked; a place brings its city and province along."""
    wanted = {field: value for field in FIELDS if (value := row.get(field, ""))}
    if "abridged" in wanted:
        wanted["abridged"] = wanted["abridged"].lower() in ("1", "true", "yes", "是")
    if "year" in wanted and wanted["year"][:4].isdigit():
        wanted["year"] = int(wanted["year"][:4])
    elif "year" in wanted:
        year = wanted.pop("year")
        problems.append((report_id, f"the manifest's year '{year}' is no year; write it as 2024"))
    said = wanted.get("level", "")
    if said and not as_level(said):
        del wanted["level"]
        words = ", ".join(LEVELS)
        problems.append((report_id, f"the manifest's level '{said}' is none of {words}"))
    elif said:
        wanted["level"] = as_level(said)
    if "place" not in wanted:
        return wanted
    place = resolve([*(wanted[f] for f in ("province", "city") if f in wanted), wanted["place"]])
    if place is None and len(find_places(wanted["place"])) > 1:
        problems.append(
            (
                report_id,
                f"several places are called '{wanted['place']}'; add a province or city column",
            )
        )
    if place is None:
        return wanted
    known = {field: value for field, value in place_fields(place).items() if value}
    if said not in LEVELS:  # 市 may mean a city, a municipality or a county: the table knows
        wanted.pop("level", None)
    return known | wanted | {"place": place.label}
