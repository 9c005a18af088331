"""A batch of files to its part of every table, made once and kept."""

import gc
import json
from bisect import bisect_left
from collections import Counter
from contextlib import contextmanager
from functools import cache, partial
from itertools import groupby
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd
import pyarrow as pa

from . import DATA
from .cache import code_key, find, get, key, put
from .cleaning import as_read, clean
from .formats import Unreadable, to_simplified
from .lexicon import find_hits, is_han, joined, load_lexicon
from .manifest import carried, override, own_words
from .metadata import infer_metadata
from .places import find_places
from .reading import PLAIN, converter, file_bytes, read_file, spelled
from .sections import ROLES, split_clauses
from .segment import count_tokens
from .tables import QUARANTINED, REPORTS, SCHEMAS, as_arrow, dictionary
from .workers import Unable, in_order

_BATCH = 2_000_000  # bytes of files that are matched and cut together
_OPEN = 4  # kept packs that are held at a time


class How(NamedTuple):
    """How files are made into tables: what a worker must know of the build, and whose code it is."""

    lexicon: pd.DataFrame
    only: tuple
    simplify: bool
    text_column: str | None
    max_seconds: float
    max_memory: int
    code: str


class Pack(NamedTuple):
    """What a batch of files made.

    files   of each file: unread, why it could not be read, or ''; its problems, (name, reason) each;
            and its documents: report_id, name, sha256, problems and, where there is Chinese text in
            it, report, its row of that table
    counts  of each table, how many rows are of each document, in the order of all files
    tables  Arrow tables without report_id; `han` has the Han characters of the clauses, one a row,
            and a 0 at the end of each document
    """

    files: list
    counts: dict
    tables: dict


def make_packs(folder, files, manifest, how, kept, *, max_size, **workers):
    """Yield the packs of files, in their order: (pack, the numbers of its files that come next).

    What was finished before is taken from `kept`. The rest is read, matched and cut in batches by
    `workers`, as `in_order` takes them; how it is cut into batches changes nothing.
    """
    tasks = _tasks(folder, files, manifest, how, kept, max_size)
    for (items, keys, _), made in in_order(partial(make_pack, how), tasks, **workers):
        if keys:
            _keep(kept, keys, made)
        for _, run in groupby(items, key=lambda item: id(item[0])):
            packs, numbers = zip(*run, strict=True)
            yield packs[0] or made, list(numbers)


def _tasks(folder, files, manifest, how, kept, max_size):
    """Yield batches: pack and number of each file in order, with None for the pack to be made; the
    keys of what is to be made; and that itself, (name, bytes, conversion kept, rows) each."""
    options, members = key(how.lexicon.to_csv(), *how[1:4], how.code), sorted(manifest)
    root, items, keys, batch, packs, size = folder.resolve(), [], [], [], {}, 0
    for file in files:
        name = spelled(file)
        try:
            raw = file_bytes(folder / file, root, max_size)
        except Unreadable as reason:
            items.append((Pack([_file(str(reason))], {}, {}), 0))
            continue
        named = _named(manifest, members, name)
        made_from = key(options, name, raw, json.dumps(named))
        pack, nth = _kept(kept, made_from, packs)
        items.append((pack, nth if pack else len(batch)))
        if not pack:
            plain = Path(name).suffix.lower() in PLAIN
            asked = None if plain else key(how.code, name, raw, how.text_column)
            keys.append((made_from, asked))
            batch.append((name, raw, asked and get(kept, asked), named))
            size += len(raw)
        if size > _BATCH or len(packs) > _OPEN:
            yield items, keys, batch
            items, keys, batch, packs, size = [], [], [], {}, 0
    if items:
        yield items, keys, batch


def _named(manifest, members, name):
    """Give the rows of the manifest for what a file holds: its report, or those of an archive."""
    rows, inside = {}, f"{name}/"
    for at in range(bisect_left(members, inside), len(members)):
        if not members[at].startswith(inside):
            break
        rows[members[at]] = manifest[members[at]]
    report_id = name.removesuffix(Path(name).suffix)
    return rows | ({report_id: manifest[report_id]} if report_id in manifest else {})


def make_pack(how, batch):
    """Make the pack of a batch of files: (name, bytes, conversion kept or None, manifest's rows)."""
    if batch and code_key() != how.code:
        raise Unable(
            "the workers have another version of this package, of Python or of a library it reads "
            "with. Install there what is installed here (requirements.lock): other code could give "
            "other tables."
        )
    files, read = [], []
    with _uncollected(), converter(how.max_seconds, how.max_memory) as convert:
        for name, raw, known, rows in batch:
            ask = convert if known is None else (lambda *_, known=known: known)
            try:
                documents, problems, answer = read_file(name, raw, how.text_column, ask)
            except Unreadable as reason:
                files.append(_file(str(reason)))
                continue
            made = [_read_report(d, _id(name, d), rows, how.simplify) for d in documents]
            read += made
            files.append(_file("", problems, [record for record, *_ in made], answer))
        return Pack(files, *_tables(read, how))


@contextmanager
def _uncollected():
    """Put off the collection of cycles: a batch makes millions of strings and lists, and no cycle."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _file(unread, problems=(), documents=(), answer=None):
    return {
        "unread": unread, "problems": list(problems), "documents": list(documents), "answer": answer,
    }  # fmt: skip


def _id(name, document):
    """Give a report's id: the name of its file without the ending, or its name in an archive."""
    alone = document.name == name
    return name.removesuffix(Path(name).suffix) if alone else document.name


def _read_report(document, report_id, rows, simplify):
    """Read one document: what is known of it, its clauses, its evidence, the spans removed."""
    row = own_words(document.given) | rows.get(report_id, {})
    text = to_simplified(document.text) if simplify else document.text
    clean_text, spans = clean(text, document.marked)
    values, sources, wrong = override(infer_metadata(text, report_id, spans), row)
    record = {"report_id": report_id, "name": document.name, "sha256": document.sha256}
    record["problems"] = [(report_id, "manifest", reason) for reason in wrong]
    found = split_clauses(clean_text, values.get("genre", ""), values.get("year"))
    if not found:
        reason = "no Chinese text is left after cleaning; look into the file"
        record["problems"].append((report_id, QUARANTINED, reason))
        return record, (), (), ()
    notes = (_copies(clean_text), _candidates(values))
    record["problems"] += [(report_id, "noted", note) for note in notes if note]
    record["report"] = {
        **dict.fromkeys(REPORTS, ""), **carried(row), **values, "report_id": report_id,
        "year": values.get("year"), "abridged": values.get("abridged", False),
        "simplified": text != document.text, "sha256": document.sha256,
        "n_removed": sum(end - start for start, end, _ in spans),
    }  # fmt: skip
    removed = [(start, end - start, rule) for start, end, rule in spans]
    starts, ends, sections, roles = zip(*found, strict=True)
    to_read = as_read(spans)
    clauses = (
        [clean_text[a:b] for a, b in zip(starts, ends, strict=True)],
        to_read(np.array(starts)), to_read(np.array(ends) - 1) + 1, sections, roles,
    )  # fmt: skip
    return record, clauses, sources, removed


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


# ------------------------------------------------------------------ reports to tables


def _tables(read, how):
    """Match and cut the clauses of several reports: how many rows each has in every table, and the
    tables."""
    counts = {
        "clauses": [len(clauses[0]) if clauses else 0 for _, clauses, *_ in read],
        "evidence": [len(sources) for *_, sources, _ in read],
        "removed": [len(removed) for *_, removed in read],
    }
    clauses = [clauses for _, clauses, *_ in read if clauses]
    if not clauses:  # then there is no evidence either
        return {}, {}
    table, *text = _clause_table(clauses, counts["clauses"])
    made = {"clauses": table}
    if {"hits", "tokens"}.intersection(how.only):
        made["hits"] = find_hits(table, how.lexicon, text)
    if "tokens" in how.only:
        made["tokens"] = count_tokens(table, made["hits"], text=text)
    if "claims" in how.only:
        from .claims import find_claims  # its patterns take a while to compile

        made["claims"] = find_claims(table, text)
    if "marks" in how.only:
        made["marks"] = find_hits(table, markers(), text)
    owner = table["report_id"].cat.codes.to_numpy()
    n_han = np.bincount(owner, table["n_han"], len(read)).astype(int).tolist()
    for (record, *_), n in zip(read, n_han, strict=True):
        if n:
            record["report"]["n_han"] = n
    for name, frame in made.items():
        counts[name] = np.bincount(frame["report_id"].cat.codes, minlength=len(read)).tolist()
    for name, rows in (
        ("evidence", [row for *_, sources, _ in read for row in sources]),
        ("removed", [row for *_, removed in read for row in removed]),
    ):
        made[name] = pd.DataFrame(rows, columns=SCHEMAS[name].names[1:])
    tables = {
        name: as_arrow(frame.drop(columns="report_id", errors="ignore"), name)
        for name, frame in made.items()
    }
    if "reuse" in how.only:
        counts["han"] = [n + 1 if n else 0 for n in n_han]
        tables["han"] = pa.table({"han": _stream(*text, owner)})
    return counts, tables


def _stream(codes, begins, owner):
    """Give the Han characters of joined clauses, with a 0 at the end of each report."""
    ends = np.append(begins[1:][np.diff(owner) > 0] - 1, len(codes))
    codes = np.append(codes, np.uint32(0))
    codes[ends], kept = 0, is_han(codes)
    kept[ends] = True
    return codes[kept].astype(np.uint16)


@cache
def markers():
    """Give the word lists of symbolic and operational language, read once."""
    return load_lexicon(DATA / "markers.csv")


def _clause_table(clauses, lengths):
    """Make the table of the clauses of several reports, numbered in the column report_id, with
    their joined character codes and the place where each begins."""
    texts, starts, ends, sections, roles = zip(*clauses, strict=True)
    role = {role: i for i, role in enumerate(ROLES)}
    table = pd.DataFrame(
        {
            "report_id": pd.Categorical.from_codes(
                np.repeat(np.arange(len(lengths)), lengths), range(len(lengths))
            ),
            "clause": np.concatenate([np.arange(n, dtype=np.int32) for n in lengths]),
            "section": pd.Series([s for part in sections for s in part], dtype=object),
            "role": pd.Categorical.from_codes([role[r] for part in roles for r in part], ROLES),
            "start": np.concatenate(starts).astype(np.int32),
            "end": np.concatenate(ends).astype(np.int32),
            "text": pd.Series([text for part in texts for text in part], dtype=object),
        }
    )
    codes, begins = joined(table)
    table.insert(6, "n_han", np.add.reduceat(is_han(codes), begins, dtype=np.int32))
    return table, codes, begins


# ------------------------------------------------------------------ packs to bytes and back


def take(pack, documents):
    """Give the tables of some documents of a pack, by number, led by report_id."""
    ids = [record["report_id"] for file in pack.files for record in file["documents"]]
    out = {}
    for name, table in pack.tables.items() if documents else ():
        counts = np.array(pack.counts[name])
        first = np.cumsum(counts) - counts
        whole = len(documents) == len(ids)
        pieces = [table] if whole else [table.slice(first[d], counts[d]) for d in documents]
        part = pa.concat_tables(pieces)
        if name != "han":
            owner = np.repeat(np.arange(len(documents), dtype=np.int32), counts[documents])
            part = part.add_column(0, "report_id", dictionary(owner, [ids[d] for d in documents]))
        out[name] = part
    return out


def _keep(kept, keys, pack):
    """Keep a pack and, apart, the conversions it rests on, which other options leave as they are."""
    answers = [file.pop("answer") for file in pack.files]
    for (_, asked), answer in zip(keys, answers, strict=True):
        if answer:
            put(kept, asked, answer)
    made = [None if file["unread"] else k for (k, _), file in zip(keys, pack.files, strict=True)]
    if kept is not None and any(made):
        put(kept, key("pack", *made), packed(pack), made)


def _kept(kept, made_from, packs):
    """Find what was made before: its pack, opened once, and its number there; None where it is not."""
    name, nth = find(kept, made_from) or (None, 0)
    if name is not None and name not in packs:
        known = get(kept, name)
        if known is None:
            return None, 0
        packs[name] = unpacked(known)
    return packs.get(name), nth


def packed(pack):
    """Turn a pack into bytes: a line of JSON, then its tables."""
    sink = pa.BufferOutputStream()
    head = {"files": pack.files, "counts": pack.counts, "tables": list(pack.tables)}
    sink.write(json.dumps(head, ensure_ascii=False).encode("utf-8", "surrogatepass") + b"\n")
    options = pa.ipc.IpcWriteOptions(compression="lz4", use_threads=False)
    for table in pack.tables.values():
        with pa.ipc.new_stream(sink, table.schema, options=options) as stream:
            stream.write_table(table)
    return sink.getvalue()


def unpacked(known):
    """Turn bytes back into a pack."""
    line, _, rest = known.partition(b"\n")
    head, source = json.loads(line), pa.BufferReader(rest)
    alone = pa.ipc.IpcReadOptions(use_threads=False)
    tables = {n: pa.ipc.open_stream(source, options=alone).read_all() for n in head["tables"]}
    return Pack(head["files"], head["counts"], tables)
