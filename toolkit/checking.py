"""What a person should look at before building: what was read of each report, and how surely."""

import os
import re
import tempfile
from pathlib import Path

import pandas as pd

from .corpus import build
from .formats import neutral
from .manifest import read_manifest
from .places import find_places, mentioned, resolve

COLUMNS = ("file", "genre", "issuer", "place", "year", "date", "title", "check")
_WEAK = {"mentions": "from mentions", "file name": "from the file name", "date": "from the date"}


def inspect(folder, *, text_column=None, simplify=False):
    """List what was read of each report and what deserves a look.

    One row per report in the folder: file, genre, issuer, place (in full), year, date, title,
    and check: what is unknown, what rests on weak evidence, where the file name says otherwise.
    `check` is empty where title, signature or text say it plainly.
    """
    corpus = build(folder, text_column=text_column, simplify=simplify)
    sources = corpus.evidence.set_index(["report_id", "field"])["source"].to_dict()
    rows = []
    for report in corpus.reports.itertuples():
        fits = find_places(report.place)
        place = fits[0].path if len(fits) == 1 else report.place
        year = "" if pd.isna(report.year) else str(report.year)
        known = {"genre": report.genre, "issuer": report.issuer, "place": place, "year": year}
        notes = [f"{field} unknown" for field, value in known.items() if not value]
        for field in ("place", "year"):
            source = sources.get((report.report_id, field))
            notes += [f"{field} {_WEAK[source]}"] if source in _WEAK else []
        notes += _contradictions(report.report_id, report.place, year)
        known |= {"file": report.report_id, "date": report.date, "title": report.title}
        rows.append(known | {"check": "; ".join(notes)})
    return pd.DataFrame(rows, columns=list(COLUMNS)), corpus.problems


def _contradictions(name, place, year):
    """Say where a file name tells another place or year than the text."""
    notes = []
    stated = re.search(r"(?<![0-9A-Za-z])20[0-3]\d(?![0-9a-f])", name)
    if stated and year and stated[0] != year:
        notes.append(f"the file name says {stated[0]}")
    named = resolve([n for _, _, n in mentioned(name)] or [""])
    if named and place and named.label != place and named.name not in place:
        notes.append(f"the file name says {named.label}")
    return notes


def write_manifest(table, folder):
    """Write the table of `inspect` as the folder's manifest.csv, for a spreadsheet to correct.

    What a manifest there says already stays as it is; only reports it does not name are added.
    Gives the path and the number of rows added.
    """
    folder = Path(folder)
    path = folder / "manifest.csv"
    named = read_manifest(folder, []) if path.is_file() else {}
    fresh = table[~table["file"].isin(named)]
    if path.is_file():
        old = pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8-sig")
        fresh = pd.concat([old, fresh.reindex(columns=old.columns, fill_value="")])
    handle, scratch = tempfile.mkstemp(dir=folder, prefix=".manifest-")
    os.close(handle)
    neutral(fresh).to_csv(scratch, index=False, encoding="utf-8-sig", lineterminator="\n")
    os.chmod(scratch, 0o644)
    os.replace(scratch, path)
    return path, len(table) - table["file"].isin(named).sum()
