"""A folder of reports to tables, and tables to disk and back."""

import os
import shutil
import tempfile
from collections import Counter
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from . import DATA
from .cleaning import as_read, clean
from .formats import to_simplified, write_csv
from .lexicon import find_hits, is_han, joined, load_lexicon
from .manifest import carried, override, own_words, read_manifest
from .metadata import infer_metadata
from .reading import SUFFIXES, list_files, read_files
from .sections import ROLES, split_clauses
from .segment import count_tokens

REPORTS = (
    "report_id", "genre", "issuer", "place", "level", "city", "province", "year", "date",
    "title", "source_url", "abridged", "simplified", "sha256", "n_han", "n_removed",
)  # fmt: skip


class Corpus(NamedTuple):
    """The tables of one folder of reports.

    reports   one row per report
    clauses   one row per clause; `text` only where the reports were read from disk
    hits      one row per match of a lexicon term
    tokens    one row per report x role x token
    evidence  one row per report x field: where its value was read, or that the manifest gave it
    removed   one row per span that cleaning left out
    problems  one row per file or manifest entry that could not be used, with the reason
    """

    reports: pd.DataFrame
    clauses: pd.DataFrame
    hits: pd.DataFrame
    tokens: pd.DataFrame
    evidence: pd.DataFrame
    removed: pd.DataFrame
    problems: pd.DataFrame

    def __repr__(self):
        years = self.reports["year"].dropna()
        span = f", {years.min()}-{years.max()}" if len(years) else ""
        places = self.reports["place"].replace("", pd.NA).nunique()
        return (
            f"{len(self.reports)} reports, {places} places{span}: {len(self.clauses):,} clauses, "
            f"{len(self.hits):,} hits, {self.tokens['n'].sum():,} tokens; "
            f"{len(self.problems)} problems"
        )


def build(folder, out=None, *, lexicon=None, text_column=None, simplify=False):
    """Read every report in a folder and its subfolders into tables.

    A `manifest.csv` (or `index.csv`) in the folder overrides what the texts say: one row per
    file, named in a column `file` or `report_id`; its columns place, level, city, province,
    issuer, year, date, title, genre and source_url override where they are not empty, and any
    other column is carried into `reports` unchanged, as own_n where the tables have an n. With
    `out` the tables are also written there, whole or not at all. The same files give the same
    tables, in whatever order the disk lists them.

    Tables of reports (.csv, .jsonl, .xlsx) give one report a row; `text_column` names the column
    of the text, by default the longest, and the others are read as a manifest's. `simplify` turns
    traditional characters into simplified ones before anything is read from the text; the column
    `simplified` of `reports` says where that changed something.

    Gives a Corpus. Files that cannot be read are listed in its `problems`; the rest goes through.
    Raises NotADirectoryError for a folder that is not there, ValueError where no report in it
    can be read, FileExistsError where `out` holds anything but tables or lies in the folder.
    """
    folder = Path(folder)
    if out is not None:
        _checked(out, folder.resolve())
    if isinstance(lexicon, str | Path):
        lexicon = load_lexicon(lexicon)
    problems = []
    manifest = read_manifest(folder, problems)
    reports, evidence, removed, clauses = [], [], [], []
    for report_id, document in _documents(folder, text_column, problems):
        text = to_simplified(document.text) if simplify else document.text
        clean_text, spans = clean(text, document.marked)
        inferred = infer_metadata(text, report_id, spans)
        row = own_words(document.given) | manifest.pop(report_id, {})
        values, sources = override(inferred, row, report_id, problems)
        found = split_clauses(clean_text, values.get("genre", ""), values.get("year"))
        if not found:
            problems.append(
                (report_id, "no Chinese text is left after cleaning; look into the file")
            )
            continue
        if copies := _copies(clean_text):
            problems.append((report_id, copies))
        to_read = as_read(spans)
        clauses += [
            (len(reports), i, section, role, to_read(a), to_read(b - 1) + 1, clean_text[a:b])
            for i, (a, b, section, role) in enumerate(found)
        ]
        evidence += [(report_id, *source) for source in sources]
        removed += [(report_id, start, end - start, rule) for start, end, rule in spans]
        reports.append(
            {
                **dict.fromkeys(REPORTS, ""), **carried(row), **values, "report_id": report_id,
                "year": values.get("year"), "abridged": values.get("abridged", False),
                "simplified": text != document.text, "sha256": document.sha256,
                "n_removed": sum(end - start for start, end, _ in spans),
            }
        )  # fmt: skip
    problems += [
        (report_id, "is in the manifest, but no such report was read") for report_id in manifest
    ]
    if not reports:
        reasons = "; ".join(f"{name}: {reason}" for name, reason in sorted(problems)[:3])
        raise ValueError(
            f"no report could be read in {folder} ({reasons or 'it is empty'}). "
            f"Put reports there: {', '.join(SUFFIXES)}."
        )
    corpus = _tables(reports, clauses, evidence, removed, problems, lexicon)
    if out is not None:
        write(corpus, out)
    return corpus


def _copies(text):
    """Say so where most of a text stands in it more than once, as some saved pages have it."""
    times = Counter(line for line in map(str.strip, text.splitlines()) if len(line) >= 50)
    again = sum(count > 1 for count in times.values())
    if 2 * again <= len(times):
        return ""
    return (
        f"{again} of its {len(times)} long paragraphs stand in it more than once, up to "
        f"{max(times.values())} times; all were counted. Keep one copy in the file and build again"
    )


def _documents(folder, text_column, problems):
    """Yield (report_id, Document) in the order of the files, listing what cannot be read."""
    seen, same = {}, {}
    for file, documents, worse in read_files(folder, list_files(folder), text_column=text_column):
        problems += worse
        for document in documents:
            name = document.name
            report_id = name.removesuffix(file.suffix) if name == file.as_posix() else name
            if report_id in seen:
                reason = f"{seen[report_id]} has the same id and was read; rename one of them"
            elif document.sha256 in same:
                reason = f"it has the text of {same[document.sha256]}, which was read; delete one"
            else:
                seen[report_id] = same[document.sha256] = name
                yield report_id, document
                continue
            problems.append((name, reason))


def _tables(reports, clauses, evidence, removed, problems, lexicon):
    """Turn the rows gathered from the reports into the tables of a Corpus."""
    own = sorted({column for report in reports for column in report} - set(REPORTS))
    table = pd.DataFrame(reports, columns=[*REPORTS, *own]).fillna(dict.fromkeys(own, ""))
    table["year"] = table["year"].astype("Int64")
    dated = table[(table["date"] != "") & (table["place"] != "")]
    for (_, date), ids in dated.groupby(["place", "date"])["report_id"]:
        problems += [
            (again, f"is of the same place and day ({date}) as {ids.iloc[0]}; both were counted")
            for again in ids.iloc[1:]
        ]
    spread = _clause_table(table["report_id"].tolist(), clauses)
    n_han = np.bincount(spread["report_id"].cat.codes, spread["n_han"], len(table))
    table["n_han"] = n_han.astype(int)
    hits = find_hits(spread, load_lexicon() if lexicon is None else lexicon)
    tokens = count_tokens(spread, hits)
    return Corpus(
        table,
        spread,
        hits,
        tokens,
        pd.DataFrame(
            evidence, columns=["report_id", "field", "source", "start", "end", "inferred"]
        ).astype({"start": "Int32", "end": "Int32"}),
        pd.DataFrame(removed, columns=["report_id", "start", "length", "rule"]).astype(
            {"start": "int32", "length": "int32"}
        ),
        pd.DataFrame(sorted(problems), columns=["file", "reason"]),
    )


def _clause_table(report_ids, clauses):
    number, clause, section, role, start, end, text = (
        zip(*clauses, strict=True) if clauses else [()] * 7
    )
    table = pd.DataFrame(
        {
            "report_id": pd.Categorical.from_codes(number, report_ids),
            "clause": np.array(clause, dtype=np.int32),
            "section": pd.Categorical(section),
            "role": pd.Categorical(role, ROLES),
            "start": np.array(start, dtype=np.int32),
            "end": np.array(end, dtype=np.int32),
            "text": pd.Series(text, dtype=object),
        }
    )
    codes, begins = joined(table)
    table.insert(6, "n_han", np.add.reduceat(is_han(codes), begins, dtype=np.int32))
    return table


# --------------------------------------------------------------------------- on disk

_CSV = ("reports", "problems")  # for people; the long tables are Parquet
_FILES = {f"{name}.csv" if name in _CSV else f"{name}.parquet" for name in Corpus._fields}
_REPORT_TYPES = {
    "year": "Int64", "abridged": bool, "simplified": bool, "n_han": "int64", "n_removed": "int64",
}  # fmt: skip


def write(corpus, out):
    """Write the tables of a corpus into a folder, whole or not at all; texts are left out.

    Raises FileExistsError where the folder holds something else than tables.
    """
    out = _checked(out)
    scratch = Path(tempfile.mkdtemp(dir=out.parent, prefix=f".{out.name}-"))
    fresh, old = scratch / "fresh", scratch / "old"
    try:
        fresh.mkdir()
        for name, table in corpus._asdict().items():
            _write_table(table.drop(columns="text", errors="ignore"), fresh, name)
        if out.exists():
            os.replace(out, old)
        os.replace(fresh, out)
    except BaseException:  # an interruption too must leave the old tables where they were
        if old.exists() and not out.exists():
            os.replace(old, out)
        raise
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def _checked(out, folder=None):
    """Give the full path of a folder to write to, refusing one that holds anything but tables."""
    out = Path(out).resolve()
    out.parent.mkdir(parents=True, exist_ok=True)
    if out.exists() and not out.is_dir():
        raise FileExistsError(f"{out} is a file. Name a folder to write the tables into.")
    others = {f.name for f in out.iterdir()} - _FILES if out.exists() else ()
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
    folder = _folder(name)
    tables = {}
    for table in Corpus._fields:
        if table in _CSV:
            types = _REPORT_TYPES if table == "reports" else {}
            read = pd.read_csv(
                folder / f"{table}.csv", dtype=str, encoding="utf-8-sig", keep_default_na=False
            )
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
            tables[table] = pq.read_table(folder / f"{table}.parquet").to_pandas()
    return Corpus(**tables)


def _folder(name):
    """Find the folder of a shipped corpus, or of one that `build` wrote."""
    for folder in (DATA / str(name), Path(name)):
        if (folder / "reports.csv").is_file():
            return folder
    shipped = ", ".join(sorted(f.parent.name for f in DATA.glob("*/reports.csv")))
    raise FileNotFoundError(
        f"there is no corpus '{name}'. Name one of {shipped}, or a folder written by "
        "'python -m toolkit build FOLDER --out DIR'."
    )


def verify(folder, tables, **options):
    """Build a folder anew, with the options of `build`, and compare it with tables byte for byte.

    Gives one row per table: table, identical, difference ('' where identical). A table may hold
    the same rows in other bytes where another version of pyarrow wrote it; that is said.
    """
    known = load(tables)
    rows = []
    with tempfile.TemporaryDirectory() as scratch:
        fresh = Path(scratch) / "tables"
        build(folder, fresh, **options)
        rebuilt = load(fresh)
        for name in Corpus._fields:
            file = next(fresh.glob(f"{name}.*"))
            same = file.read_bytes() == (_folder(tables) / file.name).read_bytes()
            difference = "" if same else _difference(getattr(known, name), getattr(rebuilt, name))
            rows.append((name, same, difference))
    return pd.DataFrame(rows, columns=["table", "identical", "difference"])


def _difference(known, rebuilt):
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
