"""A folder of reports to tables."""

import json
import sys
import tempfile
from collections import Counter
from contextlib import nullcontext
from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
from tqdm import tqdm

from .cache import code_key, finished_work, get, key, put
from .cleaning import as_read, clean
from .formats import to_simplified
from .lexicon import find_hits, is_han, joined, load_lexicon
from .manifest import carried, override, own_words, read_manifest
from .metadata import infer_metadata
from .places import find_places
from .reading import MAX_MEMORY, MAX_SECONDS, MAX_SIZE, SUFFIXES, list_files, read_files, spelled
from .sections import ROLES, split_clauses
from .segment import count_tokens
from .tables import QUARANTINED, REPORTS, Corpus, checked, difference, find_folder, load, write

_BATCH = 2_000_000  # characters that are matched and cut together


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
        parts = list(_parts(documents, manifest, lexicon, simplify, kept))
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
    corpus = _corpus(parts, problems, lexicon)
    if out is not None:
        write(corpus, out)
    return corpus


def _progress(reading, total):
    """Show how far a long reading is, where somebody looks: in a terminal or a notebook."""
    seen = sys.stderr.isatty() or "ipykernel" in sys.modules
    return tqdm(reading, total=total, unit="file", delay=1, leave=False, disable=not seen)


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


# ------------------------------------------------------------------ one report


def _parts(documents, manifest, lexicon, simplify, kept):
    """Yield the part of the tables that each document makes: (record, clauses, hits, tokens).

    What was finished before is taken from `kept`; the rest is matched and cut in batches.
    """
    options = (code_key(), key(lexicon.to_csv()), simplify)
    waiting, size = [], 0
    for report_id, document in documents:
        row = own_words(document.given) | manifest.pop(report_id, {})
        made_from = key(*options, report_id, *document[1:3], json.dumps([document.marked, row]))
        part = _unpacked(get(kept, made_from))
        waiting.append((made_from, part or _read_report(report_id, document, row, simplify)))
        size += 0 if part else len(document.text)
        if size > _BATCH:
            yield from _finished(waiting, lexicon, kept)
            waiting, size = [], 0
    yield from _finished(waiting, lexicon, kept)


def _read_report(report_id, document, row, simplify):
    """Read one document: its record of what goes into the tables of reports, and its clauses."""
    text = to_simplified(document.text) if simplify else document.text
    clean_text, spans = clean(text, document.marked)
    inferred = infer_metadata(text, report_id, spans)
    record = {"problems": [], "report": None, "evidence": [], "removed": []}
    values, sources, wrong = override(inferred, row)
    record["problems"] += [(report_id, "manifest", reason) for reason in wrong]
    found = split_clauses(clean_text, values.get("genre", ""), values.get("year"))
    if not found:
        reason = "no Chinese text is left after cleaning; look into the file"
        record["problems"].append((report_id, QUARANTINED, reason))
        return record, []
    notes = (_copies(clean_text), _candidates(values))
    record["problems"] += [(report_id, "noted", note) for note in notes if note]
    record["evidence"] = [(report_id, *source) for source in sources]
    record["removed"] = [(report_id, start, end - start, rule) for start, end, rule in spans]
    record["report"] = {
        **dict.fromkeys(REPORTS, ""), **carried(row), **values, "report_id": report_id,
        "year": values.get("year"), "abridged": values.get("abridged", False),
        "simplified": text != document.text, "sha256": document.sha256,
        "n_removed": sum(end - start for start, end, _ in spans),
    }  # fmt: skip
    to_read = as_read(spans)
    return record, [
        (i, section, role, to_read(a), to_read(b - 1) + 1, clean_text[a:b])
        for i, (a, b, section, role) in enumerate(found)
    ]


def _candidates(values):
    """Say so where the place is one of several of its name, and nothing tells which."""
    fits = find_places(values.get("place", ""))
    if len(fits) < 2:
        return ""
    paths = " or ".join(sorted(fit.path for fit in fits))
    return f"its place is one of several: write {paths} in the manifest"


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


# ------------------------------------------------------------------ parts to tables and back


def _finished(waiting, lexicon, kept):
    """Match and cut the reports that have only clauses yet, keep them, and yield all parts."""
    raw = [(made_from, *part) for made_from, part in waiting if len(part) == 2]
    fresh = {}
    if raw:
        lengths = [len(clauses) for *_, clauses in raw]
        table = _clause_table([c for *_, clauses in raw for c in clauses], lengths)
        hits = find_hits(table, lexicon)
        tokens = count_tokens(table, hits)
        split = [_split(t, len(raw)) for t in (table, hits, tokens)]
        for (made_from, record, _), *pieces in zip(raw, *split, strict=True):
            fresh[made_from] = (record, *pieces)
        put(kept, [(made_from, _packed(part)) for made_from, part in fresh.items()])
    for made_from, part in waiting:
        yield fresh[made_from] if len(part) == 2 else part


def _clause_table(clauses, lengths):
    """Make the table of the clauses of several reports, numbered in the column report_id."""
    clause, section, role, start, end, text = zip(*clauses, strict=True) if clauses else [()] * 6
    owner = np.repeat(np.arange(len(lengths)), lengths)
    table = pd.DataFrame(
        {
            "report_id": pd.Categorical.from_codes(owner, range(len(lengths))),
            "clause": np.array(clause, dtype=np.int32),
            "section": np.array(section, dtype=object),
            "role": pd.Categorical(role, ROLES),
            "start": np.array(start, dtype=np.int32),
            "end": np.array(end, dtype=np.int32),
            "text": np.array(text, dtype=object),
        }
    )
    codes, begins = joined(table)
    n_han = np.add.reduceat(is_han(codes), begins, dtype=np.int32) if clauses else []
    table.insert(6, "n_han", np.array(n_han, dtype=np.int32))
    return table


def _split(table, count):
    """Cut a table, ordered by report, into one Arrow table a report, names spelled out."""
    owner = table["report_id"].cat.codes.to_numpy()
    arrow = pa.Table.from_pandas(table.drop(columns="report_id"), preserve_index=False)
    arrow = pa.table(
        {
            name: column.cast(pa.string()) if not pa.types.is_primitive(column.type) else column
            for name, column in zip(arrow.column_names, arrow.columns, strict=True)
        }
    )
    bounds = np.searchsorted(owner, np.arange(count + 1))
    return [arrow.slice(a, b - a) for a, b in pairwise(bounds)]


def _packed(part):
    """Turn a part into bytes: its record as a line of JSON, then its tables."""
    record, *tables = part
    sink = pa.BufferOutputStream()
    sink.write(json.dumps(record, ensure_ascii=False).encode("utf-8", "surrogatepass") + b"\n")
    for table in tables:
        options = pa.ipc.IpcWriteOptions(compression="zstd")
        with pa.ipc.new_stream(sink, table.schema, options=options) as stream:
            stream.write_table(table)
    return sink.getvalue().to_pybytes()


def _unpacked(packed):
    """Turn bytes back into a part; None where there are none."""
    if packed is None:
        return None
    line, _, rest = packed.partition(b"\n")
    source = pa.BufferReader(rest)
    return json.loads(line), *(pa.ipc.open_stream(source).read_all() for _ in range(3))


def _corpus(parts, problems, lexicon):
    """Join the parts that the reports made to the tables of a Corpus."""
    records, *tables = zip(*parts, strict=True)
    reports = pd.DataFrame([record["report"] for record in records])
    own = sorted(set(reports) - set(REPORTS))
    reports = reports[[*REPORTS, *own]].fillna(dict.fromkeys(own, ""))
    reports["year"] = reports["year"].astype("Int64")
    ids = reports["report_id"].tolist()
    clauses, hits, tokens = (_joined(pieces, ids) for pieces in tables)
    n_han = np.bincount(clauses["report_id"].cat.codes, clauses["n_han"], len(ids))
    reports["n_han"] = n_han.astype(int)
    terms = lexicon["term"].tolist()
    categories = sorted(lexicon["category"].unique())
    return Corpus(
        reports,
        clauses.assign(role=clauses["role"].cat.set_categories(ROLES)),
        hits.assign(
            term=hits["term"].cat.set_categories(terms),
            category=hits["category"].cat.set_categories(categories),
        ),
        tokens.assign(role=tokens["role"].cat.set_categories(ROLES)),
        pd.DataFrame(
            [row for record in records for row in record["evidence"]],
            columns=[
                "report_id",
                "field",
                "source",
                "confidence",
                "start",
                "end",
                "inferred",
            ],
        ).astype({"confidence": float, "start": "Int32", "end": "Int32"}),
        pd.DataFrame(
            [row for record in records for row in record["removed"]],
            columns=["report_id", "start", "length", "rule"],
        ).astype({"start": "int32", "length": "int32"}),
        pd.DataFrame(
            sorted({*map(tuple, problems), *_same_day(reports)}),
            columns=["file", "kind", "reason"],
        ),
    )


def _joined(pieces, ids):
    """Join Arrow tables, one a report, to one DataFrame led by report_id; names are categories."""
    table = pa.concat_tables(pieces)
    owner = np.repeat(np.arange(len(ids)), [len(piece) for piece in pieces])
    columns = {"report_id": pd.Categorical.from_codes(owner, ids)}
    for name, column in zip(table.column_names, table.columns, strict=True):
        if name == "text" or not pa.types.is_string(column.type):
            columns[name] = column.to_numpy()
            continue
        coded = column.combine_chunks().dictionary_encode()
        values = coded.dictionary.to_pylist()
        names = sorted(values)
        rank = np.empty(len(values), dtype=np.int32)
        rank[sorted(range(len(values)), key=values.__getitem__)] = np.arange(len(values))
        columns[name] = pd.Categorical.from_codes(rank[coded.indices.to_numpy()], names)
    return pd.DataFrame(columns)


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
