"""What a person should look at before building: what was read of each report, and how surely."""

import io
import os
import tempfile
from pathlib import Path

import pandas as pd

from .corpus import build
from .formats import decode, write_csv
from .manifest import own_words, read_manifest
from .metadata import read_name
from .places import find_places
from .reading import MANIFESTS

COLUMNS = (
    "file", "genre", "issuer", "place", "year", "date", "title", "confidence", "check",
)  # fmt: skip
_WEAK = {"mentions": "what the text names most", "date": "the date", "file name": "the file name"}


def inspect(folder, **options):
    """List what was read of each report and what deserves a look; options are those of `build`.

    One row per report in the folder: file, genre, issuer, place (in full), year, date, title;
    confidence, that of the least sure of genre, issuer, place and year (the share of values that
    was right when read this way, on pages the rules were not made from; empty where a value is
    unknown); and check: what is unknown, read from a weak witness, shared by several places or said
    otherwise by the file name.
    """
    corpus = build(folder, **options)
    seen = corpus.evidence.set_index(["report_id", "field"])[["source", "confidence"]]
    witness = {key: tuple(row) for key, row in zip(seen.index, seen.to_numpy(), strict=True)}
    rows = []
    for report in corpus.reports.itertuples():
        fits = find_places(report.place)
        place = fits[0].path if len(fits) == 1 else report.place
        year = "" if pd.isna(report.year) else str(report.year)
        known = {"genre": report.genre, "issuer": report.issuer, "place": place, "year": year}
        nation = report.level == "national"  # a ministry is of no division
        notes = [f"{f} unknown" for f, v in known.items() if not (v or (nation and f == "place"))]
        sure = {f: witness.get((report.report_id, f), ("", None)) for f in known if known[f]}
        notes += [f"{f} from {_WEAK[source]}" for f, (source, _) in sure.items() if source in _WEAK]
        if len(fits) > 1:
            notes.append("place is one of " + ", ".join(sorted(fit.path for fit in fits)))
        notes += _contradictions(report.report_id, report.place, year)
        shares = [share for _, share in sure.values() if not pd.isna(share)]
        least = f"{min(shares):.2f}" if len(shares) == len(known) else ""
        known |= {"file": report.report_id, "date": report.date, "title": report.title}
        rows.append(known | {"confidence": least, "check": "; ".join(notes)})
    return pd.DataFrame(rows, columns=list(COLUMNS)), corpus.problems


def _contradictions(name, place, year):
    """Say where a file name tells another place or year than the text."""
    notes = []
    named, stated = read_name(name)
    if stated and year and str(stated) != year:
        notes.append(f"the file name says {stated}")
    if named and place and named.label != place and named.name not in place:
        notes.append(f"the file name says {named.label}")
    return notes


def write_manifest(table, folder):
    """Write the table of `inspect` as the folder's manifest, for a spreadsheet to correct.

    A manifest there (manifest.csv or index.csv) keeps its columns and what it says; only reports
    it does not name are added. Gives the path and the number of rows added.

    Raises ValueError where the manifest there cannot be used: nothing is written over it.
    """
    folder, problems = Path(folder), []
    named = read_manifest(folder, problems)
    path = next((folder / n for n in MANIFESTS if (folder / n).is_file()), folder / MANIFESTS[0])
    if problems and not named:
        raise ValueError(": ".join(problems[0]))
    fresh = whole = table[~table["file"].isin(named)]
    if fresh.empty:
        return path, 0
    if path.is_file():
        old = pd.read_csv(io.StringIO(decode(path.read_bytes())), dtype=str, keep_default_na=False)
        ours = {column: next(iter(own_words({column: ""})), "") for column in old}
        rows = fresh.assign(report_id=fresh["file"])
        added = {c: rows.get(name, "") for c, name in ours.items()}
        whole = pd.concat([old, pd.DataFrame(added, index=rows.index)])
    handle, scratch = tempfile.mkstemp(dir=folder, prefix=".manifest-")
    os.close(handle)
    write_csv(whole, scratch)
    os.chmod(scratch, 0o644)
    os.replace(scratch, path)
    return path, len(fresh)
