"""The tables of a folder of reports: what they are, and to disk and back."""

import contextlib
import glob
import os
import shutil
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from . import DATA
from .formats import read_cell, write_csv

REPORTS = (
    "report_id", "genre", "issuer", "place", "level", "city", "province", "year", "date",
    "title", "source_url", "abridged", "simplified", "sha256", "n_han", "n_removed",
)  # fmt: skip


QUARANTINED = "quarantined"


class Corpus(NamedTuple):
    """The tables of one folder of reports.

    reports   one row per report
    clauses   one row per clause; `text` only where the reports were read from disk. from_own and
              from_any count its Han characters that stand in earlier reports (`reused`)
    hits      one row per match of a lexicon term
    tokens    one row per report x role x token
    claims    one row per quantified claim or superlative
    marks     one row per marker of symbolic or operational language (unvalidated word lists)
    reuse     one row per pair of reports: the wording they share
    evidence  one row per report x field: where its value was read, or that the manifest gave it
    removed   one row per span that cleaning left out
    problems  one row per problem with its reason: a file that was quarantined (not read), something
              noted about a report that was, an entry of the manifest that could not be used
    """

    reports: pd.DataFrame
    clauses: pd.DataFrame
    hits: pd.DataFrame
    tokens: pd.DataFrame
    claims: pd.DataFrame
    marks: pd.DataFrame
    reuse: pd.DataFrame
    evidence: pd.DataFrame
    removed: pd.DataFrame
    problems: pd.DataFrame

    def __repr__(self):
        years = self.reports["year"].dropna()
        span = f", {years.min()}-{years.max()}" if len(years) else ""
        places = self.reports["place"].replace("", pd.NA).nunique()
        return (
            f"{len(self.reports)} reports, {places} places{span}: {len(self.clauses):,} clauses, "
            f"{len(self.hits):,} hits, {self.tokens['n'].sum():,} tokens, {len(self.claims):,} claims"
        )


_LEFT = 86_400  # seconds: no write takes a day
_MAY_MISS = ("from_own", "from_any")  # integers that are not known of every row
_CSV = ("reports", "problems")  # for people; the long tables are Parquet
_FILES = {f"{name}.csv" if name in _CSV else f"{name}.parquet" for name in Corpus._fields}
_REPORT_TYPES = {
    "year": "Int64", "abridged": bool, "simplified": bool, "n_han": "int64", "n_removed": "int64",
}  # fmt: skip


def write(corpus, out):
    """Write the tables of a corpus into a folder, whole or not at all; texts are left out.

    Whenever this is stopped, `load` finds the old tables or the new ones; of two that write at
    once, the later stays. Raises FileExistsError where the folder holds something else than tables.
    """
    out = checked(out)
    for left in out.parent.glob(f".{glob.escape(out.name)}-*"):  # by a write that was killed
        if _modified(left) < time.time() - _LEFT:
            shutil.rmtree(left, ignore_errors=True)
    scratch = Path(tempfile.mkdtemp(dir=out.parent, prefix=f".{out.name}-"))
    fresh = scratch / "fresh"
    try:
        fresh.mkdir()
        for name, table in corpus._asdict().items():
            _write_table(table.drop(columns="text", errors="ignore"), fresh, name)
        _swap(fresh, out, scratch)
    finally:
        _restore(out)
        shutil.rmtree(scratch, ignore_errors=True)


def _swap(fresh, out, scratch):
    """Put the fresh folder in the place of the one that is there, which goes to scratch."""
    for attempt in range(1000):
        with contextlib.suppress(FileNotFoundError):
            os.replace(out, scratch / f"old-{attempt}")
        try:
            return os.replace(fresh, out)
        except OSError:
            if attempt == 999 or not out.exists():  # else another build was quicker: again
                raise


def _restore(out):
    """Put back the tables of a write that was stopped between its two moves."""
    if not out.exists():
        moved = out.parent.glob(f".{glob.escape(out.name)}-*/old-*")
        for old in sorted(moved, key=_modified, reverse=True)[:1]:
            with contextlib.suppress(OSError):  # another build has just put them there
                os.replace(old, out)


def _modified(folder):
    with contextlib.suppress(OSError):  # it may be another build's, and gone by now
        return folder.stat().st_mtime
    return 0.0


def checked(out, folder=None):
    """Give the full path of a folder to write to, refusing one that holds anything but tables."""
    out = Path(out).resolve()
    out.parent.mkdir(parents=True, exist_ok=True)
    _restore(out)
    try:
        others = {f.name for f in out.iterdir()} - _FILES
    except NotADirectoryError:
        raise FileExistsError(f"{out} is a file. Name a folder for the tables.") from None
    except FileNotFoundError:
        others = ()
    if others:
        raise FileExistsError(
            f"{out} holds other files ({', '.join(sorted(others)[:3])}). Name a new folder, or one "
            "that holds nothing but tables."
        )
    if folder is not None and (out == folder or folder in out.parents):
        raise FileExistsError(f"{out} lies in the folder of the reports. Name a folder beside it.")
    return out


def _write_table(table, folder, name):
    if name in _CSV:
        write_csv(table, folder / f"{name}.csv")
        return
    arrow = pa.Table.from_pandas(table, preserve_index=False).replace_schema_metadata()
    pq.write_table(arrow, folder / f"{name}.parquet", compression="zstd", compression_level=6)


def load(name):
    """Load the tables of a corpus: the name of a shipped one, or a folder that `build` wrote.

    Gives a Corpus; its clauses have no `text`, which is not shipped.
    Raises FileNotFoundError naming the corpora there are.
    """
    folder = find_folder(name)
    tables = {}
    for table in Corpus._fields:
        if table in _CSV:
            types = _REPORT_TYPES if table == "reports" else {}
            read = pd.read_csv(
                folder / f"{table}.csv", dtype=str, encoding="utf-8-sig", keep_default_na=False
            ).map(read_cell)
            for column, kind in types.items():
                missing = read[column] == ""
                values = (
                    read[column] == "True"
                    if kind is bool
                    else read[column].mask(missing).astype(kind)
                )
                read[column] = values
            tables[table] = read
        else:
            read = pq.read_table(folder / f"{table}.parquet").to_pandas()
            counted = [column for column in _MAY_MISS if column in read]
            tables[table] = read.astype(dict.fromkeys(counted, "Int32"))
    return Corpus(**tables)


def find_folder(name):
    """Find the folder of a shipped corpus, or of one that `build` wrote."""
    _restore(Path(name))
    for folder in (DATA / str(name), Path(name)):
        if (folder / "reports.csv").is_file():
            return folder
    shipped = ", ".join(sorted(f.parent.name for f in DATA.glob("*/reports.csv")))
    raise FileNotFoundError(
        f"there is no corpus '{name}'. Name one of {shipped}, or a folder written by "
        "'python -m toolkit build FOLDER --out DIR'."
    )


def difference(known, rebuilt):
    """Say in words how two versions of a table differ."""
    if len(known) != len(rebuilt):
        return f"{len(known):,} rows there, {len(rebuilt):,} rebuilt"
    if list(known) != list(rebuilt):
        return f"columns {', '.join(known)} there, {', '.join(rebuilt)} rebuilt"
    for column in known:
        there, here = known[column].astype(str).to_numpy(), rebuilt[column].astype(str).to_numpy()
        if (unlike := np.flatnonzero(there != here)).size:
            row = unlike[0]
            return f"column '{column}', row {row}: '{there[row]}' there, '{here[row]}' rebuilt"
    return "the same rows in other bytes"
