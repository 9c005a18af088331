"""The tables of a folder of reports: what they are, and to disk and back."""

import contextlib
import errno
import glob
import json
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
from .disk import open_table, total
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
        counts = {
            name: total(table, "n" if name == "tokens" else None)
            for name in ("clauses", "hits", "tokens", "claims")
            if (table := getattr(self, name)) is not None
        }
        sizes = ", ".join(f"{n:,} {name}" for name, n in counts.items())
        return f"{len(self.reports)} reports, {places} places{span}: {sizes}"


_LEFT = 86_400  # seconds: no write takes a day
_MAY_MISS = {"clauses": ("from_own", "from_any"), "evidence": ("start", "end")}  # integers
# Names that columns have before any text is read, whether they are used or not: of claims, of all
NAMED = {
    "kind": ("count", "rate", "change", "structure", "rank", "superlative"),
    "comparator": ("", "exact", "about", "over", "at least", "under", "at most"),
    "status": ("done", "expected", "planned"),
    "flow": ("", "stock", "flow"),
}
KNOWN = ("role", "term", "category", *NAMED)
_CSV = ("reports", "problems")  # for people; the long tables are Parquet
_FILES = {f"{name}.csv" if name in _CSV else f"{name}.parquet" for name in Corpus._fields}
_REPORT_TYPES = {
    "year": "Int64", "abridged": bool, "simplified": bool, "n_han": "int64", "n_removed": "int64",
}  # fmt: skip
_ROWS = 1 << 18  # of a row group, which is written at once
_TYPES = {
    "name": pa.dictionary(pa.int32(), pa.string()), "text": pa.string(), "int": pa.int32(),
    "float": pa.float64(), "bool": pa.bool_(),
}  # fmt: skip


def _schema(columns):
    named = (column.partition(":") for column in columns.split())
    return pa.schema([(name, _TYPES[kind or "name"]) for name, _, kind in named])


SCHEMAS = {  # of the long tables; a column without a type holds names, in memory a Categorical
    "clauses": _schema(
        "report_id clause:int section role start:int end:int n_han:int from_own:int from_any:int"
    ),
    "hits": _schema("report_id clause:int start:int term category surface in_title:bool"),
    "tokens": _schema("report_id role token n:int"),
    "claims": _schema(
        "report_id clause:int start:int end:int role kind value:float high:float value_from:float "
        "comparator unit object status flow scope word"
    ),
    "marks": _schema("report_id clause:int start:int term category surface in_title:bool"),
    "reuse": _schema("report_id other_id shared:int containment:float shared_han:int n_han:int"),
    "evidence": _schema(
        "report_id field:text source:text confidence:float start:int end:int inferred:text"
    ),
    "removed": _schema("report_id start:int length:int rule:text"),
}


def as_arrow(table, name):
    """Turn a long table, or those of its columns that are there, into Arrow as it is written."""
    columns = {}
    for field in SCHEMAS[name]:
        if field.name not in table:
            continue
        column = table[field.name]
        if isinstance(column.dtype, pd.CategoricalDtype):
            codes = column.cat.codes.to_numpy(dtype=np.int32)
            columns[field.name] = dictionary(codes, column.cat.categories.tolist())
        elif field.type == _TYPES["name"]:
            columns[field.name] = pa.array(column, pa.string()).dictionary_encode()
        else:
            columns[field.name] = pa.array(column, field.type, from_pandas=True)
    if "text" in table:
        columns["text"] = pa.array(table["text"], pa.string())
    return pa.table(columns)


def dictionary(codes, names):
    """Make an Arrow column of names from codes and what they stand for."""
    return pa.DictionaryArray.from_arrays(pa.array(codes), pa.array(names, pa.string()))


def as_frame(table, name, known=None):
    """Turn an Arrow table of this name into a DataFrame; names are categories, all that are `known`
    of a column or else those used, in their order as characters."""
    frame, maybe = {}, _MAY_MISS.get(name, ())
    for field, column in zip(table.column_names, table.columns, strict=True):
        if pa.types.is_dictionary(column.type):
            codes, names = _coded(column, (known or {}).get(field))
            frame[field] = pd.Categorical.from_codes(codes, pd.Index(names, dtype="str"))
        elif field in maybe:
            frame[field] = pd.array(column.to_numpy(), dtype="Int32")
        elif pa.types.is_string(column.type):
            frame[field] = pd.array(column, dtype="str")
        else:
            frame[field] = column.to_numpy()
    return pd.DataFrame(frame)


def _coded(column, names=None):
    """Give the codes of a column of names and what they stand for: the names used, sorted, or all
    of `names`."""
    coded = column.unify_dictionaries().combine_chunks()
    codes, there = coded.indices.to_numpy(), coded.dictionary.to_pylist()
    rank = np.full(len(there), -1, dtype=np.int32)
    if names is None:
        used = np.flatnonzero(np.bincount(codes, minlength=len(there))).tolist()
        used.sort(key=there.__getitem__)
        names, rank[used] = [there[i] for i in used], np.arange(len(used))
    else:
        place = {name: i for i, name in enumerate(names)}
        rank[:] = [place.get(name, -1) for name in there]
    return rank[codes], names


@contextlib.contextmanager
def rows_to(folder, name, known):
    """Give a function that takes Arrow tables and writes their rows on, as one Parquet file.

    Its bytes depend on the rows alone, not on the tables they came in. `known` has the names of a
    column, used or not, by column; the file keeps them.
    """
    schema, waiting = SCHEMAS[name], []
    how = {"compression": "zstd", "compression_level": 3, "store_schema": False}
    where = {"write_statistics": ["report_id"]}  # of other columns nobody asks which rows have them
    with pq.ParquetWriter(folder / f"{name}.parquet", schema, **how, **where) as writer:

        def write_group(rows):
            columns = [
                dictionary(*_coded(column))
                if pa.types.is_dictionary(column.type)
                else column.combine_chunks()
                for column in rows.columns
            ]
            table = pa.table(dict(zip(schema.names, columns, strict=True))).cast(schema)
            writer.write_table(table, row_group_size=_ROWS)

        def add(table):
            waiting.append(table.select(schema.names))
            while sum(map(len, waiting)) >= _ROWS:
                rows = pa.concat_tables(waiting)
                write_group(rows.slice(0, _ROWS))
                waiting[:] = [rows.slice(_ROWS)]

        yield add
        if any(map(len, waiting)):
            write_group(pa.concat_tables(waiting))
        names = {c: json.dumps(list(n), ensure_ascii=False) for c, n in sorted(known.items())}
        writer.add_key_value_metadata(names)


@contextlib.contextmanager
def writing(out):
    """Give a scratch folder that takes the place of the tables in `out` when all is written there.

    Whenever this is stopped, `load` finds the old tables or the new ones; of two that write at
    once, the later stays. Raises FileExistsError where the folder holds something else than tables,
    OSError where the disk is full.
    """
    out = checked(out)
    for left in out.parent.glob(f".{glob.escape(out.name)}-*"):  # by a write that was killed
        if _modified(left) < time.time() - _LEFT:
            shutil.rmtree(left, ignore_errors=True)
    scratch = Path(tempfile.mkdtemp(dir=out.parent, prefix=f".{out.name}-"))
    fresh = scratch / "fresh"
    try:
        fresh.mkdir()
        yield fresh
        _swap(fresh, out, scratch)
    except OSError as error:
        if error.errno != errno.ENOSPC:
            raise
        raise OSError(
            f"the disk of {out.parent} is full. What is in {out} stays as it was. Free some space, or "
            "name a folder on another disk; what was finished is not made again."
        ) from None
    finally:
        _restore(out)
        shutil.rmtree(scratch, ignore_errors=True)


def write(corpus, out):
    """Write the tables of a corpus into a folder, whole or not at all; texts are left out.

    Raises what `writing` raises.
    """
    with writing(out) as folder:
        for name, table in corpus._asdict().items():
            if name in _CSV:
                write_csv(table, folder / f"{name}.csv")
            elif table is not None:
                known = {c: table[c].cat.categories for c in KNOWN if c in table}
                with rows_to(folder, name, known) as add:
                    add(as_arrow(table, name))


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


def load(name, *, large=False):
    """Load the tables of a corpus: the name of a shipped one, or a folder that `build` wrote.

    Gives a Corpus; its clauses have no `text`, which is not shipped. With `large` the long tables
    stay on disk: relations of DuckDB in place of DataFrames, which `count_terms`, `role_shares`,
    `frequent_tokens` and `count_tokens_by` take as they are, in bounded memory; `.filter("...")`
    narrows one and `.df()` brings it into memory.

    Raises FileNotFoundError naming the corpora there are, ImportError where DuckDB is missing.
    """
    folder = find_folder(name)
    tables = {table: _read_csv(folder, table) for table in _CSV}
    ids = tables["reports"]["report_id"].tolist()
    for table, schema in SCHEMAS.items():
        path, of_ids = folder / f"{table}.parquet", {"report_id": ids, "other_id": ids}
        if not path.is_file():
            tables[table] = None
            continue
        said = {c.decode(): n for c, n in (pq.read_metadata(path).metadata or {}).items()}
        known = {c: json.loads(said[c]) for c in schema.names if c in said}
        if large:
            tables[table] = open_table(path, known)
            continue
        named = [field.name for field in schema if field.type == _TYPES["name"]]
        read = pq.read_table(path, read_dictionary=named)
        tables[table] = as_frame(read, table, of_ids | known)
    return Corpus(**tables)


def _read_csv(folder, name):
    read = pd.read_csv(
        folder / f"{name}.csv", dtype=str, encoding="utf-8-sig", keep_default_na=False
    ).map(read_cell)
    for column, kind in _REPORT_TYPES.items() if name == "reports" else ():
        missing = read[column] == ""
        read[column] = (
            read[column] == "True" if kind is bool else read[column].mask(missing).astype(kind)
        )
    return read


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
