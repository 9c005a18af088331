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
from .lexicon import load_lexicon
from .manifest import read_manifest
from .parts import PIECES, join_pieces, make_parts
from .reading import MAX_MEMORY, MAX_SECONDS, MAX_SIZE, SUFFIXES, list_files, read_files, spelled
from .reuse import EVERY_PAIR, find_reuse, reused
from .sections import ROLES
from .tables import QUARANTINED, REPORTS, Corpus, checked, difference, find_folder, load, write

_SEARCHED = 0.1  # containment from which the pairs of a large collection are searched


def build(
    folder, out=None, *, lexicon=None, text_column=None, simplify=False, fresh=False,
    max_seconds=MAX_SECONDS, max_memory=MAX_MEMORY, max_size=MAX_SIZE,
):  # fmt: skip
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

    A build that was stopped, or that is repeated, reuses what was finished of the same texts with
    the same lexicon, options and code; `fresh` makes everything anew. No file takes longer than
    `max_seconds` or more than `max_memory` MB to convert, and none over `max_size` MB is read.

    Gives a Corpus. Files that cannot be read are listed in its `problems`; the rest goes through.
    Raises NotADirectoryError for a folder that is not there, ValueError where no report in it
    can be read, FileExistsError where `out` holds anything but tables or lies in the folder.
    """
    folder = Path(folder)
    if out is not None:
        checked(out, folder.resolve())
    if not isinstance(lexicon, pd.DataFrame):
        lexicon = load_lexicon(lexicon)
    problems, wrong = [], []
    manifest = read_manifest(folder, wrong)
    with nullcontext() if fresh else finished_work() as kept:
        files = list_files(folder)
        reading = read_files(
            folder, files, text_column=text_column, kept=kept,
            max_seconds=max_seconds, max_memory=max_memory, max_size=max_size,
        )  # fmt: skip
        documents = _documents(_progress(reading, len(files)), problems)
        parts = list(make_parts(documents, manifest, lexicon, simplify, kept))
        missing = "is in the manifest, but no such report was read"
        wrong += [(report_id, missing) for report_id in manifest]
        problems += [(name, "manifest", reason) for name, reason in wrong]
        problems += [problem for record, *_ in parts for problem in record["problems"]]
        parts = [part for part in parts if part[0]["report"]]
        if not parts:
            reasons = "; ".join(f"{name}: {reason}" for name, _, reason in sorted(problems)[:3])
            raise ValueError(
                f"no report could be read in {folder} ({reasons or 'it is empty'}). "
                f"Put reports there: {', '.join(SUFFIXES)}."
            )
        corpus = _corpus(parts, problems, lexicon, kept)
    if out is not None:
        write(corpus, out)
    return corpus


def _progress(reading, total):
    """Show how far a long reading is, where somebody looks: in a terminal or a notebook, unless the
    variable TQDM_DISABLE says no."""
    seen = sys.stderr.isatty() or "ipykernel" in sys.modules
    hidden = {} if seen else {"disable": True}
    return tqdm(reading, total=total, unit="file", delay=1, leave=False, **hidden)


def _documents(reading, problems):
    """Yield (report_id, Document) in the order of the files, listing what cannot be read."""
    seen, same = {}, {}
    for file, documents, worse in reading:
        problems += [(name, QUARANTINED, reason) for name, reason in worse]
        for document in documents:
            name = document.name
            report_id = name.removesuffix(file.suffix) if name == spelled(file) else name
            if report_id in seen:
                reason = f"{seen[report_id]} has the same id and was read; rename one of them"
            elif document.sha256 in same:
                reason = f"it has the text of {same[document.sha256]}, which was read; delete one"
            else:
                seen[report_id] = same[document.sha256] = name
                yield report_id, document
                continue
            problems.append((name, QUARANTINED, reason))


def _corpus(parts, problems, lexicon, kept):
    """Join the parts that the reports made to the tables of a Corpus."""
    records, *tables = zip(*parts, strict=True)
    reports = pd.DataFrame([record["report"] for record in records])
    own = sorted(set(reports) - set(REPORTS))
    reports = reports[[*REPORTS, *own]].fillna(dict.fromkeys(own, ""))
    reports["year"] = reports["year"].astype("Int64")
    ids = reports["report_id"].tolist()
    made = dict(zip(PIECES, (join_pieces(pieces, ids) for pieces in tables), strict=True))
    clauses = made["clauses"]
    n_han = np.bincount(clauses["report_id"].cat.codes, clauses["n_han"], len(ids))
    reports["n_han"] = n_han.astype(int)
    reuse, copied = _reuse(clauses, reports, kept)
    names = {
        "hits": _names(lexicon), "marks": _names(load_lexicon(DATA / "markers.csv")),
        "claims": {**NAMED, "role": ROLES},
        "clauses": {"role": ROLES}, "tokens": {"role": ROLES},
    }  # fmt: skip
    for name, categories in names.items():
        table = made[name]
        ordered = {c: table[c].cat.set_categories(list(n)) for c, n in categories.items()}
        made[name] = table.assign(**ordered)
    return Corpus(
        reports=reports,
        **{**made, "clauses": made["clauses"].assign(**copied)},
        reuse=reuse,
        evidence=pd.DataFrame(
            [row for record in records for row in record["evidence"]],
            columns=[
                "report_id", "field", "source", "confidence", "start", "end", "inferred",
            ],
        ).astype({"confidence": float, "start": "Int32", "end": "Int32"}),
        removed=pd.DataFrame(
            [row for record in records for row in record["removed"]],
            columns=["report_id", "start", "length", "rule"],
        ).astype({"start": "int32", "length": "int32"}),
        problems=pd.DataFrame(
            sorted({*map(tuple, problems), *_same_day(reports)}),
            columns=["file", "kind", "reason"],
        ),
    )  # fmt: skip


def _names(lexicon):
    """Give the categories that hits of a lexicon have, in its order."""
    return {"term": lexicon["term"], "category": sorted(lexicon["category"].unique())}


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
        for table in (pairs, columns):
            arrow = pa.Table.from_pandas(table, preserve_index=False)
            with pa.ipc.new_stream(sink, arrow.schema) as stream:
                stream.write_table(arrow)
        packed = sink.getvalue().to_pybytes()
        put(kept, [(made_from, packed)])
    source = pa.BufferReader(packed)
    pairs, columns = (pa.ipc.open_stream(source).read_all().to_pandas() for _ in range(2))
    return pairs, {name: columns[name].astype("Int32") for name in columns}


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
