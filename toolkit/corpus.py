"""A folder of reports to tables."""

import ctypes
import sys
import tempfile
from contextlib import ExitStack, contextmanager, nullcontext, suppress
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
from tqdm import tqdm

from .cache import code_key, finished_work, get, key, put
from .counts import check_names
from .formats import write_csv
from .lexicon import load_lexicon
from .manifest import read_manifest
from .parts import How, Pack, make_packs, markers, packed, take, unpacked
from .reading import MAX_MEMORY, MAX_SECONDS, MAX_SIZE, SUFFIXES, list_files, spelled
from .reuse import EVERY_PAIR, compare
from .sections import ROLES
from .segment import let_go
from .shingles import Stream
from .tables import (
    NAMED,
    QUARANTINED,
    REPORTS,
    SCHEMAS,
    Corpus,
    as_arrow,
    as_frame,
    checked,
    difference,
    find_folder,
    load,
    rows_to,
    write,
    writing,
)  # fmt: skip

OPTIONAL = ("hits", "tokens", "claims", "marks", "reuse")
_SEARCHED = 0.1  # containment from which the pairs of a large collection are searched


def build(
    folder, out=None, *, large=False, lexicon=None, only=OPTIONAL, jobs=1, executor=None,
    text_column=None, simplify=False, fresh=False,
    max_seconds=MAX_SECONDS, max_memory=MAX_MEMORY, max_size=MAX_SIZE,
):  # fmt: skip
    """Read every report in a folder and its subfolders into tables.

    A `manifest.csv` (or `index.csv`) in the folder overrides what the texts say: one row per
    file, named in a column `file` or `report_id`; its columns place, level, city, province,
    issuer, year, date, title, genre and source_url override where they are not empty, and any
    other column is carried into `reports` unchanged, as own_n where the tables have an n. With
    `out` the tables are also written there, whole or not at all. The same files give the same
    tables, in whatever order the disk lists them, by however many workers.

    `only` names the tables to make of hits, tokens, claims, marks and reuse, for speed; the others
    are None. `jobs` is the number of processes on this machine, `executor` one of
    concurrent.futures or like it (a cluster's), which is given the files' bytes and needs this
    package, the same version, on its machines; `jobs` is then how many workers it has, if more than
    eight. Work lost with a worker is done again.

    With `large` the tables go to `out` as they are made, and stay there: the long tables of the Corpus
    are on disk (see `load`), and clauses have no text. Of a report memory then holds what stands in
    `reports`, and some bytes a clause; beside `out`, 20 bytes of disk a Han character are needed.

    Tables of reports (.csv, .jsonl, .xlsx) give one report a row; `text_column` names the column
    of the text, by default the longest, and the others are read as a manifest's. `simplify` turns
    traditional characters into simplified ones before anything is read from the text; the column
    `simplified` of `reports` says where that changed something.

    A build that was stopped, or that is repeated, reuses what was finished of the same texts with
    the same lexicon, options and code; `fresh` makes everything anew. No file takes longer than
    `max_seconds` or more than `max_memory` MB to convert, and none over `max_size` MB is read.

    Gives a Corpus. Files that cannot be read are listed in its `problems`, as are those that came,
    went or changed meanwhile; the rest goes through.
    Raises NotADirectoryError for a folder that is not there, ValueError where no report in it
    can be read, there are no jobs, or `large` has no `out`, FileExistsError where `out` holds
    anything but tables or lies in the folder, RuntimeError where the executor cannot do the work.
    """
    folder = Path(folder)
    if jobs < 1:
        raise ValueError(f"jobs is the number of processes, 1 or more, not {jobs}.")
    only = (only,) if isinstance(only, str) else tuple(only)
    check_names(only, OPTIONAL, "table to make")
    if large and out is None:
        raise ValueError("large keeps the tables on disk: name a folder for them, out=FOLDER.")
    if out is not None:
        checked(out, folder.resolve())
    if not isinstance(lexicon, pd.DataFrame):
        lexicon = load_lexicon(lexicon)
    how = How(lexicon, only, simplify, text_column, max_seconds, max_memory, code_key())
    problems, wrong = [], []
    manifest = read_manifest(folder, wrong)
    with _frugal(), nullcontext() if fresh else finished_work() as kept:
        files = list_files(folder)
        packs = make_packs(
            folder, _progress(files), manifest, how, kept,
            max_size=max_size, jobs=jobs, executor=executor,
        )  # fmt: skip
        with (_on_disk if large else _in_memory)(out, how, kept) as (add, finish):
            reports, lengths = _gathered(packs, files, manifest, problems, add)
            wrong += [
                (name, "is in the manifest, but no such report was read") for name in manifest
            ]
            problems += [(name, "manifest", reason) for name, reason in wrong]
            problems += _changed(files, list_files(folder))
            if reports is None:
                reasons = "; ".join(f"{name}: {reason}" for name, _, reason in sorted(problems)[:3])
                raise ValueError(
                    f"no report could be read in {folder} ({reasons or 'it is empty'}). "
                    f"Put reports there: {', '.join(SUFFIXES)}."
                )
            listed = sorted({*map(tuple, problems), *_same_day(reports)})
            named = pd.DataFrame(listed, columns=["file", "kind", "reason"], dtype="str")
            corpus = finish(reports, named, lengths)
    return load(out, large=True) if large else corpus


@contextmanager
def _frugal():
    """Let Arrow take memory from the system meanwhile, which then gets back what it can."""
    pool = pa.default_memory_pool()
    pa.set_memory_pool(pa.system_memory_pool())
    try:
        yield
    finally:
        pa.set_memory_pool(pool)
        _give_back()


def _give_back():
    """Give freed memory back to the system, where the C library can: glibc does."""
    with suppress(AttributeError, OSError, TypeError):
        ctypes.CDLL(None).malloc_trim(0)


def _progress(files):
    """Show how far a long reading is, where somebody looks: in a terminal or a notebook, unless the
    variable TQDM_DISABLE says no."""
    seen = sys.stderr.isatty() or "ipykernel" in sys.modules
    hidden = {} if seen else {"disable": True}
    return tqdm(files, unit="file", delay=1, leave=False, **hidden)


def _changed(before, after):
    """List the files that came, went or changed between two listings."""
    for file in sorted(before.keys() | after.keys()):
        if before.get(file, 0) != after.get(file, 0):
            what = "went" if file not in after else "changed" if file in before else "came"
            yield spelled(file), "noted", f"it {what} while the folder was read; build again"


def _gathered(packs, files, manifest, problems, add):
    """Hand the tables of packs on to `add`, by name and in order; give the table of reports, None
    where there is none, and how many clauses each has.

    Of two documents with one id, or one text, the first is kept. What is wrong is listed, and what
    the manifest names and is there leaves it."""
    frames, lengths, seen, same = [], [], {}, {}
    names = map(spelled, files)
    for pack, numbers in packs:
        wanted = _wanted(pack, numbers, names, problems, seen, same)
        for name, table in take(pack, [n for n, _ in wanted]).items():
            add(name, table)
        for _, record in wanted:
            manifest.pop(record["report_id"], None)
            problems += map(tuple, record["problems"])
        if rows := [record["report"] for _, record in wanted if "report" in record]:
            frames.append(pd.DataFrame(rows).astype({"year": "Int64"}))
            lengths += [pack.counts["clauses"][n] for n, record in wanted if "report" in record]
    if not frames:
        return None, lengths
    reports = pd.concat(frames, ignore_index=True)
    own = sorted(set(reports) - set(REPORTS))
    return reports[[*REPORTS, *own]].fillna(dict.fromkeys(own, "")), lengths


def _wanted(pack, numbers, names, problems, seen, same):
    """List the documents of a pack's files, (number, record), that no earlier one repeats."""
    first = np.cumsum([0, *(len(file["documents"]) for file in pack.files)])
    wanted = []
    for number, name in zip(numbers, names, strict=False):
        file = pack.files[number]
        problems += [(name, QUARANTINED, file["unread"])] if file["unread"] else []
        problems += [(n, QUARANTINED, reason) for n, reason in file["problems"]]
        for at, record in enumerate(file["documents"], first[number]):
            report_id, text = record["report_id"], bytes.fromhex(record["sha256"])
            if report_id in seen:
                reason = f"{seen[report_id]} has the same id and was read; rename one of them"
            elif text in same:
                reason = f"it has the text of {same[text]}, which was read; delete one"
            else:
                seen[report_id] = same[text] = record["name"]
                wanted.append((at, record))
                continue
            problems.append((record["name"], QUARANTINED, reason))
    return wanted


def _known(lexicon):
    """Give the names that columns of the long tables have, used or not, by table and column."""
    role = {"role": ROLES}
    hits, marks = (
        {"term": table["term"].tolist(), "category": sorted(table["category"].unique())}
        for table in (lexicon, markers())
    )
    return {
        "clauses": role, "tokens": role, "claims": {**NAMED, **role}, "hits": hits, "marks": marks,
    }  # fmt: skip


@contextmanager
def _in_memory(out, how, kept):
    """Give what takes the tables, and what makes a Corpus of them, written to `out` if that is named."""
    tables = {}

    def add(name, table):
        tables.setdefault(name, []).append(table)

    def finish(reports, problems, lengths):
        ids, known = reports["report_id"].tolist(), _known(how.lexicon)
        joined = {name: pa.concat_tables(tables.pop(name)) for name in [*tables]}
        han = joined.pop("han")["han"].to_numpy() if "reuse" in how.only else None
        pairs, copied = _compared(han, [joined["clauses"]["n_han"]], lengths, reports, kept)
        joined["clauses"] = _with_columns(joined["clauses"], copied)
        made = dict.fromkeys(SCHEMAS)
        for name in sorted({"clauses", "evidence", "removed", *how.only} - {"reuse"}):
            made[name] = as_frame(joined[name], name, {"report_id": ids} | known.get(name, {}))
        if pairs is not None:
            made["reuse"] = as_frame(pairs, "reuse", {"report_id": ids, "other_id": ids})
        corpus = Corpus(reports=reports, problems=problems, **made)
        if out is not None:
            write(corpus, out)
        return corpus

    yield add, finish


@contextmanager
def _on_disk(out, how, kept):
    """Give what takes the tables and writes them on, and what finishes them: nothing long is held."""
    known = _known(how.lexicon)
    with writing(out) as folder, ExitStack() as opened, ExitStack() as stack:
        spool, stream = folder.parent / "clauses.arrow", folder.parent / "han"
        writers = {
            name: stack.enter_context(rows_to(folder, name, known.get(name, {})))
            for name in sorted({"evidence", "removed", *how.only} - {"reuse"})
        }
        han, clauses = stack.enter_context(open(stream, "wb")), []

        def add(name, table):
            if name == "han":
                han.write(table["han"].combine_chunks().to_numpy())
            elif name == "clauses":
                table = table.drop_columns("text")
                if not clauses:
                    clauses.append(stack.enter_context(pa.ipc.new_stream(spool, table.schema)))
                clauses[0].write_table(table)
            elif name in writers:
                writers[name](table)

        def finish(reports, problems, lengths):
            stack.close()
            there = (
                Stream(opened.enter_context(open(stream, "rb"))) if "reuse" in how.only else None
            )
            let_go()
            _give_back()
            n_han = (batch["n_han"] for batch in _batches(spool))
            pairs, copied = _compared(there, n_han, lengths, reports, None, whole=False)
            if pairs is not None:
                with rows_to(folder, "reuse", {}) as add:
                    for part in pairs:
                        add(part)
            at = 0
            with rows_to(folder, "clauses", known["clauses"]) as add:
                for batch in _batches(spool):
                    add(_with_columns(pa.table(batch), copied.slice(at, len(batch))))
                    at += len(batch)
            write_csv(reports, folder / "reports.csv")
            write_csv(problems, folder / "problems.csv")

        yield add, finish


def _batches(spool):
    """Yield the batches of rows of a file of clauses, one at a time in memory."""
    with pa.OSFile(str(spool)) as source, pa.ipc.open_stream(source) as stream:
        yield from stream


def _compared(han, n_han, lengths, reports, kept, *, whole=True):
    """Compare the wording of all reports: Arrow tables of pairs, and of the columns that clauses gain.

    `han` is the stream of Han characters, None where nothing is to be compared; `n_han` of each
    clause, in pieces; `lengths`, how many clauses each report has. Unless `whole`, the pairs come in
    pieces."""
    if han is None:
        missing = pa.nulls(sum(lengths), pa.int32())
        return None, pa.table({"from_own": missing, "from_any": missing})
    begins, bounds = _places(n_han, lengths)
    floor = 0 if len(reports) <= EVERY_PAIR else _SEARCHED
    if not whole:
        pairs, within = compare(han, begins, bounds, reports, floor)
        return (as_arrow(part, "reuse") for part in pairs), _copied(within)
    made_from = key(code_key(), "reuse", *(key(*map(str, row)) for row in reports.to_numpy()))
    known = get(kept, made_from)
    if known is not None:
        return tuple(unpacked(known).tables.values())
    pairs, within = compare(han, begins, bounds, reports, floor)
    tables = pa.concat_tables(as_arrow(part, "reuse") for part in pairs), _copied(within)
    if kept is not None:
        put(
            kept,
            made_from,
            packed(Pack([], {}, dict(zip(("pairs", "copied"), tables, strict=True)))),
        )
    return tables


def _places(n_han, lengths):
    """Give where clauses begin in the stream of Han characters, and where reports begin and the last
    ends: a 0 stands behind each report."""
    first = np.cumsum([0, *lengths])
    begins = np.zeros(first[-1] + 1, dtype=np.int64)
    at = 1
    for piece in n_han:
        begins[at : at + len(piece)] = piece.to_numpy()
        at += len(piece)
    begins[first[1:]] += 1
    np.cumsum(begins, out=begins)
    return begins[:-1], begins[first]


def _copied(within):
    return as_arrow(within[["from_own", "from_any"]], "clauses")


def _with_columns(table, more):
    """Add the columns of another Arrow table with as many rows."""
    for name, column in zip(more.column_names, more.columns, strict=True):
        table = table.append_column(name, column)
    return table


def _same_day(reports):
    """List the reports of the same place and day as another."""
    dated = reports[(reports["date"] != "") & (reports["place"] != "")]
    return [
        (
            again,
            "noted",
            f"is of the same place and day ({date}) as {ids.iloc[0]}; both are counted",
        )
        for (_, date), ids in dated.groupby(["place", "date"])["report_id"]
        for again in ids.iloc[1:]
    ]


def verify(folder, tables, **options):
    """Build a folder anew, with the options of `build`, and compare it with tables byte for byte.

    Gives one row per table: table, identical, difference ('' where identical). A table may hold
    the same rows in other bytes where another version of pyarrow wrote it; that is said.
    """
    known = load(tables)
    rows = []
    with tempfile.TemporaryDirectory() as scratch:
        rebuilt = Path(scratch) / "tables"
        build(folder, rebuilt, **{"fresh": True, **options})
        anew = load(rebuilt)
        for name in Corpus._fields:
            file = next(rebuilt.glob(f"{name}.*"))
            same = file.read_bytes() == (find_folder(tables) / file.name).read_bytes()
            unlike = "" if same else difference(getattr(known, name), getattr(anew, name))
            rows.append((name, same, unlike))
    return pd.DataFrame(rows, columns=["table", "identical", "difference"])
