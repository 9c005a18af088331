"""Shingles: runs of eight Han characters, and which reports have which of them.

A shingle is eight Han characters in a row, whatever stands between them: punctuation, figures,
Latin letters and line breaks are skipped, so that a sentence repeated with this year's figures, or
broken into other lines, is the same wording. Shingles run across clauses, never across a report's
end or a clause that was left out.

Reports are read from a stream: the Han characters of one after the other as 16-bit numbers, with a
0 at the end of each report and where a clause was left out. It is read in pieces, so that it may
lie in a file (`Stream`), and compared in parts, so that memory does not grow with it.
"""

import os
import tempfile
from contextlib import ExitStack
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd

from .counts import need, need_text
from .lexicon import is_han, joined

SPAN = 8  # Han characters in a shingle
_SAMPLE = 10_000_000  # in the search, about so many shingles of all reports call for pairs
_CROWD = 64  # in the search, a shingle calls for pairs among so many neighbours that have it
NEAREST = 50  # in the search, so many others are compared with each report
_ENOUGH = 0.3  # in the search, the part of the floor that a pair must reach among them
_ERRORS = 3  # in the search, the standard errors that a pair may lie below the floor in the sample
_PART = 3 << 19  # shingles that are compared at a time
_FILES = 500  # at most, in which parts lie
_PIECE = 1 << 15  # characters of the stream that are read at a time
_CLAUSES = 1000  # clauses that are summed up at a time
_ROWS = 64  # reports that are searched for at a time
_FACTOR = 0x9E3779B97F4A7C15


class Stream:
    """A stream in an open file: as long as an array is, and its slices are arrays read from there."""

    def __init__(self, file):
        """Take the file, which whoever opened it closes."""
        self.file = file

    def __len__(self):
        return os.fstat(self.file.fileno()).st_size // 2

    def __getitem__(self, part):
        begin, end, _ = part.indices(len(self))
        raw = os.pread(self.file.fileno(), 2 * max(end - begin, 0), 2 * begin)
        return np.frombuffer(raw, dtype=np.uint16)


class Part(NamedTuple):
    """Shingles that two reports or more have: a row each time, by shingle and place."""

    at: np.ndarray  # where it begins in the stream
    owner: np.ndarray  # the number of its report
    number: np.ndarray  # the number of the shingle
    first: np.ndarray  # whether it is the first of its kind in the report
    value: np.ndarray  # the 64 bits that were compared


def stream(clauses, reports):
    """Make the stream of clauses with text, reports in order of their ids.

    Gives the ids; the rows of the clauses in the order of the stream; the stream; the places in it
    where clauses begin, and those where reports begin and the last ends.
    """
    need(clauses, ["report_id", "clause"], "clauses first", "corpus.clauses")
    need(reports, ["report_id"], "reports second", "corpus.reports")
    need_text(clauses)
    ids = sorted(reports["report_id"].astype(str).unique())
    named = clauses["report_id"].astype("category").cat
    report = pd.Index(ids).get_indexer(named.categories.astype(str))[named.codes]
    rows = np.lexsort((clauses["clause"], report))
    rows = rows[np.searchsorted(report[rows], 0) :]
    han, spots, begins = spelled(clauses.iloc[rows], report[rows])
    begins = np.searchsorted(spots, begins)
    bounds = np.append(begins, len(han))[np.searchsorted(report[rows], np.arange(len(ids) + 1))]
    return ids, rows, han, begins, bounds


def spelled(clauses, report):
    """Give the stream of clauses in order, the place of each of its characters in the joined texts,
    and the places there where clauses begin."""
    codes, begins = joined(clauses)
    codes = np.append(codes, np.uint32(0))
    apart = (np.diff(report) != 0) | (np.diff(clauses["clause"].to_numpy()) != 1)
    ends = np.append(begins[1:][apart] - 1, len(codes) - 1)
    kept = is_han(codes)
    codes[ends], kept[ends] = 0, True
    spots = np.flatnonzero(kept)
    return codes[spots].astype(np.uint16), spots, begins


def shingles(han):
    """Number the shingles that begin at the characters of a stream, all but the last seven.

    Gives the numbers (a polynomial in 64 bits: two of a billion shingles meet with a chance of
    3 %), and whether each is a shingle, not broken by a 0.
    """
    values, whole = han.astype(np.uint64) * _FACTOR, han != 0
    for step in (1, 2, 4):
        values = values[:-step] * pow(_FACTOR, step, 1 << 64) + values[step:]
        whole = whole[:-step] & whole[step:]
    return values, whole


def shared(han, bounds, owners):
    """Yield the shingles that two reports or more have, and the distinct ones of each report, also
    those that no other has; both a part of all shingles at a time, with all their places.

    `owners` numbers the reports of the stream.
    """
    count = 0
    for values, at in (_spooled if isinstance(han, Stream) else _scanned)(han):
        found, sizes = _repeated(values, at, bounds, owners, count)
        count = found.number.max(initial=count - 1) + 1
        yield found, sizes
        del found, values, at  # before the next is made


def _scanned(han):
    """Yield the shingles of a part, their numbers and where they begin: the stream is read for each."""
    parts = -(-len(han) // _PART)
    for part in range(parts):
        found = []
        for begin in range(0, len(han), _PIECE):
            values, whole = shingles(han[begin : begin + _PIECE + SPAN - 1])
            if parts > 1:
                whole &= (values >> 32) * parts >> 32 == part
            here = np.flatnonzero(whole)
            found.append((values[here], here + begin))
        yield tuple(map(np.concatenate, zip(*found, strict=True)))


def _spooled(han):
    """Yield what `_scanned` does of a stream on disk, which is read once: parts lie in files beside it
    meanwhile, 16 bytes a shingle."""
    parts = min(-(-2 * len(han) // _PART), _FILES)
    with (
        tempfile.TemporaryDirectory(dir=Path(han.file.name).parent) as folder,
        ExitStack() as stack,
    ):
        files = [stack.enter_context(open(Path(folder, str(i)), "w+b")) for i in range(parts)]
        for begin in range(0, len(han), _PART // 8):
            values, whole = shingles(han[begin : begin + _PART // 8 + SPAN - 1])
            at = np.flatnonzero(whole)
            part = (values[at] >> 32) * parts >> 32
            order = np.argsort(part, kind="stable")
            rows = np.stack((values[at], (at + begin).astype(np.uint64)), axis=1)[order]
            edges = np.searchsorted(part[order], np.arange(parts + 1))
            for file, first, last in zip(files, edges, edges[1:], strict=False):
                file.write(rows[first:last].tobytes())
        for file in files:
            file.seek(0)
            values, at = np.frombuffer(file.read(), dtype=np.uint64).reshape(-1, 2).T
            file.truncate(0)
            yield values.copy(), at.astype(np.int64)


def _repeated(values, at, bounds, owners, count):
    """Give the shingles of a part that two reports or more have, numbered from `count`, and how many
    distinct ones each report has."""
    owner = np.repeat(owners.astype(np.int32), np.diff(np.searchsorted(at, bounds)))
    sizes = np.bincount(owner, minlength=len(owners))
    bits = len(values).bit_length()  # the last bits give way to the place: both are sorted at once
    order = values >> bits << bits
    order |= np.arange(len(values), dtype=np.uint64)
    order.sort()
    new = _new(order >> bits)
    order = order[~(new & np.append(new[1:], True))] & ((1 << bits) - 1)
    order = order[np.argsort(values[order], kind="stable")]
    values, at, owner = values[order], at[order], owner[order]
    new = _new(values)
    number = np.cumsum(new, dtype=np.int32) - 1
    first = _new(number, owner)
    sizes -= np.bincount(owner[~first], minlength=len(owners))
    common = np.bincount(number[first]) > 1
    kept = common[number]
    number = (np.cumsum(common, dtype=np.int32) + np.int32(count - 1))[number[kept]]
    return Part(at[kept], owner[kept], number, first[kept], values[kept]), sizes


def every_pair(at, owner, number, first, edges):
    """Yield each report, all reports, and what `overlap` counts of it in each of them."""
    n, having = len(edges), owner[first]
    begins = np.flatnonzero(_new(number[first]))
    table = _lists(having, begins, n)
    weights = np.random.default_rng(0).integers(1 << 64, size=n, dtype=np.uint64)
    sets = np.add.reduceat(weights[having], begins)  # the same where the same reports have them
    order = np.sort(at << 32 | np.arange(len(at))) & 0xFFFFFFFF
    at, number, first = at[order], number[order], first[order]
    runs = np.flatnonzero(_new(at - np.arange(len(at)), sets[number]))
    ends = np.maximum.reduceat(at, runs) + SPAN
    at, number, first = at[runs], number[runs], np.add.reduceat(first, runs, dtype=np.int32)
    for report, (begin, end) in enumerate(np.searchsorted(at, edges)):
        runs = slice(begin, end)
        held = table[number[runs]].tocsc()
        yield report, np.arange(n), *overlap(held, at[runs], ends[runs], first[runs])


def sample(part, n_han):
    """Keep of a part of a stream so long what `search` needs: report and number of a sample."""
    called = np.flatnonzero(part.first & (part.value < int(_share(n_han) * (1 << 64))))
    return part.owner[called], part.number[called]


def search(owner, number, sizes, han, edges, floor):
    """Yield reports, the others that a sample of shingles calls for, and what `overlap` counts.

    A shingle calls for pairs among _CROWD reports that follow one another in the list of those that
    have it, so that work grows with their number and not with that of pairs.
    """
    n, found = len(edges), number.astype(np.int64)
    del number
    found *= n
    found += owner
    found.sort()
    np.remainder(found, n, out=owner, casting="unsafe")
    found //= n
    number = found.astype(np.int32)
    del found
    begins = np.flatnonzero(_new(number))
    place = np.arange(len(number), dtype=np.int32)
    place -= np.repeat(place[begins], np.diff(begins, append=len(number)))
    crowds = np.flatnonzero(_new(number, place // _CROWD))
    del number, place
    turned = _lists(owner, crowds, n)
    table, whole = turned.T.tocsr(), _lists(owner, begins, n).T.tocsr()
    table.data = whole.data = turned.data = np.ones(len(owner), dtype=np.int32)
    for begin in range(0, n, _ROWS):
        common = table[begin : begin + _ROWS] @ turned
        common.sort_indices()
        report = np.repeat(np.arange(common.shape[0]) + begin, np.diff(common.indptr))
        other, both = common.indices, common.data
        expected = floor * _share(len(han)) * np.minimum(sizes[report], sizes[other])
        called = np.flatnonzero((both >= _ENOUGH * expected) & (other != report))
        called = called[np.lexsort((-(both / expected)[called], report[called]))]
        rank = np.arange(len(called)) - np.searchsorted(report[called], report[called])
        called = np.sort(called[rank < NEAREST])
        report, other, expected = report[called], other[called], expected[called]
        both = whole[report].multiply(whole[other]).sum(axis=1)
        called = both >= expected - _ERRORS * np.sqrt(expected)
        for one, others in pd.Series(other[called]).groupby(report[called]):
            yield one, others, *overlap(*_held(han, edges, one, others.to_numpy()))


def _held(han, edges, report, others):
    """Compare a report with others as every_pair does, from the stream."""
    from scipy.sparse import csr_array

    own, *pieces = (han[begin:end] for begin, end in edges[[report, *others]])
    values, whole = shingles(own)
    at = np.flatnonzero(whole)
    known, index, number = np.unique(values[at], return_index=True, return_inverse=True)
    owner = np.repeat(np.arange(len(others)), list(map(len, pieces)))
    values, whole = shingles(np.concatenate(pieces))
    seen = np.zeros(1 << 16, dtype=bool)
    seen[known >> 48] = True
    near = np.flatnonzero(whole & seen[values >> 48])
    place = np.minimum(np.searchsorted(known, values[near]), len(known) - 1)
    same = known[place] == values[near]
    held = np.zeros((len(others), len(known)), dtype=bool)
    held[owner[near[same]], place[same]] = True
    return csr_array(held[:, number]).T, at, at + SPAN, np.isin(np.arange(len(at)), index)


def overlap(held, starts, ends, first):
    """Count for each column of `held` the distinct shingles, and the Han characters they cover.

    The rows of that sparse table are runs of shingles that begin at `starts`, reach to `ends`, and
    `first` of which are the first of their kind in the report.
    """
    filled = np.diff(held.indptr) > 0
    begins, row = held.indptr[:-1][filled], held.indices.astype(np.intp)
    starts, ends = (edge.astype(np.int32)[row] for edge in (starts, ends))
    until = ends.copy()
    np.minimum(ends[:-1], starts[1:], out=until[:-1])
    until[begins[1:] - 1] = ends[begins[1:] - 1]
    counts = np.zeros((2, len(filled)), dtype=np.int32)
    for line, values in zip(counts, (first[row], until - starts), strict=True):
        line[filled] = np.add.reduceat(values, begins, dtype=np.int32)
    return counts


def covered(han, marks, begins):
    """Count the Han characters of each clause: all, and those in shingles with mark 1 and mark 2.

    `marks` has the sum of its marks where a shingle begins in the stream.
    """
    counts = np.zeros((3, len(begins)), dtype=np.int32)
    for some in range(0, len(begins), _CLAUSES):
        inner = begins[some : some + _CLAUSES + 1]
        if len(inner) <= _CLAUSES:
            inner = np.append(inner, len(han))
        before = min(inner[0], SPAN - 1)
        mark = marks[inner[0] - before : inner[-1]]
        for step in (1, 2, 4):
            mark = np.append(mark[:step], mark[step:] | mark[:-step])
        mark, here = mark[before:], han[inner[0] : inner[-1]] != 0
        for line, held in zip(counts, (here, mark & 1, mark >> 1), strict=True):
            sums = np.add.reduceat(held, inner[:-1] - inner[0], dtype=np.int32)
            line[some : some + _CLAUSES] = np.where(np.diff(inner), sums, 0)
    return counts


def _share(n_han):
    """Give the share of its shingles by which a stream of so many Han characters is searched."""
    return min(1, _SAMPLE / n_han)


def _lists(owner, begins, n):
    """Make of lists of reports, one after the other, a sparse table, list x report."""
    from scipy.sparse import csr_array

    ones, edges = np.ones(len(owner), dtype=np.int8), np.append(begins, len(owner))
    return csr_array((ones, owner, edges.astype(np.int32)), shape=(len(begins), n))


def _new(*columns):
    """Tell which rows differ from the one before."""
    new = np.ones(len(columns[0]), dtype=bool)
    new[1:] = np.any([column[1:] != column[:-1] for column in columns], axis=0)
    return new
