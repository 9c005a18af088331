"""One report to its part of every table, made once and kept."""

import json
from collections import Counter
from itertools import pairwise

import numpy as np
import pandas as pd
import pyarrow as pa

from . import DATA
from .cache import code_key, get, key, put
from .claims import find_claims
from .cleaning import as_read, clean
from .formats import to_simplified
from .lexicon import find_hits, is_han, joined, load_lexicon
from .manifest import carried, override, own_words
from .metadata import infer_metadata
from .places import find_places
from .sections import ROLES, split_clauses
from .segment import count_tokens
from .tables import QUARANTINED, REPORTS

PIECES = ("clauses", "hits", "tokens", "claims", "marks")  # tables that a report makes by itself
_BATCH = 2_000_000  # characters that are matched and cut together


def make_parts(documents, manifest, lexicon, simplify, kept):
    """Yield the part of the tables that each document makes: its record, then `PIECES`.

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
    raw = [(made_from, *part) for made_from, part in waiting if len(part) == 2 and part[1]]
    fresh = {}  # a report without clauses has a record, and no part of any table
    if raw:
        lengths = [len(clauses) for *_, clauses in raw]
        table = _clause_table([c for *_, clauses in raw for c in clauses], lengths)
        hits = find_hits(table, lexicon)
        tokens = count_tokens(table, hits)
        marks = find_hits(table, load_lexicon(DATA / "markers.csv"))
        split = [_split(t, len(raw)) for t in (table, hits, tokens, find_claims(table), marks)]
        for (made_from, record, _), *pieces in zip(raw, *split, strict=True):
            fresh[made_from] = (record, *pieces)
        put(kept, [(made_from, _packed(part)) for made_from, part in fresh.items()])
    for made_from, part in waiting:
        yield fresh.get(made_from, part)


def _clause_table(clauses, lengths):
    """Make the table of the clauses of several reports, numbered in the column report_id."""
    clause, section, role, start, end, text = zip(*clauses, strict=True)
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
    table.insert(6, "n_han", np.add.reduceat(is_han(codes), begins, dtype=np.int32))
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
    return json.loads(line), *(pa.ipc.open_stream(source).read_all() for _ in PIECES)


def join_pieces(pieces, ids):
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
        names = names or pd.Index([], dtype="str")
        columns[name] = pd.Categorical.from_codes(rank[coded.indices.to_numpy()], names)
    return pd.DataFrame(columns)
