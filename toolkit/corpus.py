"""A folder of reports to tables."""

import sys
import tempfile
from contextlib import nullcontext
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
from tqdm import tqdm

from . import DATA
from .cache import code_key, finished_work, get, key, put
from .claims import NAMED
from .counts import check_names
from .lexicon import load_lexicon
from .manifest import read_manifest
from .parts import How, make_packs, take
from .reading import MAX_MEMORY, MAX_SECONDS, MAX_SIZE, SUFFIXES, list_files, spelled
from .reuse import EVERY_PAIR, find_reuse, reused
from .sections import ROLES
from .tables import (
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
    write,
)  # fmt: skip

OPTIONAL = ("hits", "tokens", "claims", "marks", "reuse")
_SEARCHED = 0.1  # containment from which the pairs of a large collection are searched


def build(
    folder, out=None, *, lexicon=None, only=OPTIONAL, jobs=1, executor=None,
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
    package, the same version, on its machines. Work lost with a worker is done again.

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
    can be read or there are no jobs, FileExistsError where `out` holds anything but tables or lies
    in the folder, RuntimeError where the executor cannot do the work.
    """
    folder = Path(folder)
    if jobs < 1:
        raise ValueError(f"jobs is the number of processes, 1 or more, not {jobs}.")
    only = (only,) if isinstance(only, str) else tuple(only)
    check_names(only, OPTIONAL, "table to make")
    if out is not None:
        checked(out, folder.resolve())
    if not isinstance(lexicon, pd.DataFrame):
        lexicon = load_lexicon(lexicon)
    how = How(lexicon, only, simplify, text_column, max_seconds, max_memory, code_key())
    problems, wrong = [], []
    manifest = read_manifest(folder, wrong)
    with nullcontext() if fresh else finished_work() as kept:
        files = list_files(folder)
        found = _stamps(folder, files)
        packs = make_packs(
            folder, _progress(files), manifest, how, kept,
            max_size=max_size, jobs=jobs, executor=executor,
        )  # fmt: skip
        rows, tables = _gathered(packs, files, problems, manifest)
        wrong += [(name, "is in the manifest, but no such report was read") for name in manifest]
        problems += [(name, "manifest", reason) for name, reason in wrong]
        problems += _changed(found, _stamps(folder, list_files(folder)))
        if not rows:
            reasons = "; ".join(f"{name}: {reason}" for name, _, reason in sorted(problems)[:3])
            raise ValueError(
                f"no report could be read in {folder} ({reasons or 'it is empty'}). "
                f"Put reports there: {', '.join(SUFFIXES)}."
            )
        corpus = _corpus(rows, tables, problems, how, kept)
    if out is not None:
        write(corpus, out)
    return corpus


def _progress(files):
    """Show how far a long reading is, where somebody looks: in a terminal or a notebook, unless the
    variable TQDM_DISABLE says no."""
    seen = sys.stderr.isatty() or "ipykernel" in sys.modules
    hidden = {} if seen else {"disable": True}
    return tqdm(files, unit="file", delay=1, leave=False, **hidden)


def _stamps(folder, files):
    """Give size and time of change of each file by name."""
    stamps = {}
    for file in files:
        try:
            stat = (folder / file).stat()
            stamps[spelled(file)] = (stat.st_size, stat.st_mtime_ns)
        except OSError:  # a broken link
            stamps[spelled(file)] = None
    return stamps


def _changed(before, after):
    """List the files that came, went or changed between two listings."""
    for name in sorted(before.keys() | after.keys()):
        if before.get(name, 0) != after.get(name, 0):
            what = "went" if name not in after else "changed" if name in before else "came"
            yield name, "noted", f"it {what} while the folder was read; build again"


def _gathered(packs, files, problems, manifest):
    """Give the rows of the table of reports, and of each other table its pieces, in order.

    Of two documents with one id, or one text, the first is kept; what is wrong is listed."""
    rows, tables, seen, same = [], {}, {}, {}
    names = map(spelled, files)
    for pack, numbers in packs:
        wanted = _wanted(pack, numbers, names, problems, seen, same)
        for name, table in take(pack, [n for n, _ in wanted]).items():
            tables.setdefault(name, []).append(table)
        for _, record in wanted:
            manifest.pop(record["report_id"], None)
            problems += map(tuple, record["problems"])
            rows += [record["report"]] if "report" in record else []
    return rows, tables


def _wanted(pack, numbers, names, problems, seen, same):
    """List the documents of a pack's files, (number, record), that no earlier one repeats."""
    first = np.cumsum([0, *(len(file["documents"]) for file in pack.files)])
    wanted = []
    for number, name in zip(numbers, names, strict=False):
        file = pack.files[number]
        problems += [(name, QUARANTINED, file["unread"])] if file["unread"] else []
        problems += [(n, QUARANTINED, reason) for n, reason in file["problems"]]
        for at, record in enumerate(file["documents"], first[number]):
            report_id, text = record["report_id"], record["sha256"]
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
        for table in (lexicon, load_lexicon(DATA / "markers.csv"))
    )
    return {
        "clauses": role, "tokens": role, "claims": {**NAMED, **role}, "hits": hits, "marks": marks,
    }  # fmt: skip


def _corpus(rows, tables, problems, how, kept):
    """Join what the packs made to the tables of a Corpus, and compare all reports."""
    reports = pd.DataFrame(rows)
    own = sorted(set(reports) - set(REPORTS))
    reports = reports[[*REPORTS, *own]].fillna(dict.fromkeys(own, ""))
    reports["year"] = reports["year"].astype("Int64")
    ids, known = {"report_id": reports["report_id"].tolist()}, _known(how.lexicon)
    made = dict.fromkeys(SCHEMAS)
    tables.pop("han", None)
    for name, pieces in tables.items():
        made[name] = as_frame(pa.concat_tables(pieces), name, ids | known.get(name, {}))
    if "hits" not in how.only:
        made["hits"] = None
    clauses = made["clauses"]
    n_han = np.bincount(clauses["report_id"].cat.codes, clauses["n_han"], len(reports))
    reports["n_han"] = n_han.astype(int)
    copied = dict.fromkeys(("from_own", "from_any"), pd.array([pd.NA] * len(clauses), "Int32"))
    if "reuse" in how.only:
        made["reuse"], copied = _reuse(clauses, reports, kept)
    made["clauses"] = clauses.assign(**copied)
    listed = sorted({*map(tuple, problems), *_same_day(reports)})
    problems = pd.DataFrame(listed, columns=["file", "kind", "reason"])
    return Corpus(reports=reports, problems=problems, **made)


def _reuse(clauses, reports, kept):
    """Compare all reports: the table of pairs, and the columns that clauses gain by it."""
    made_from = key(code_key(), "reuse", *(key(*map(str, row)) for row in reports.to_numpy()))
    packed = get(kept, made_from)
    if packed is None:
        every = len(reports) <= EVERY_PAIR
        pairs = find_reuse(clauses, reports, floor=None if every else _SEARCHED)
        within = clauses[["report_id", "clause"]].assign(from_own=pd.NA, from_any=pd.NA)
        within = reused(clauses, reports) if every else within
        sink = pa.BufferOutputStream()
        columns = within[["from_own", "from_any"]].astype("Int32")
        for table in (as_arrow(pairs, "reuse"), as_arrow(columns, "clauses")):
            with pa.ipc.new_stream(sink, table.schema) as stream:
                stream.write_table(table)
        packed = sink.getvalue().to_pybytes()
        put(kept, made_from, packed)
    source = pa.BufferReader(packed)
    pairs, columns = (pa.ipc.open_stream(source).read_all() for _ in range(2))
    ids = dict.fromkeys(("report_id", "other_id"), reports["report_id"].tolist())
    return as_frame(pairs, "reuse", ids), as_frame(columns, "clauses")


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
