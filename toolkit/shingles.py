"""Shingles: runs of eight Han characters, and which reports have which of them.

A shingle is eight Han characters in a row, whatever stands between them: punctuation, figures,
Latin letters and line breaks are skipped, so that a sentence repeated with this year's figures, or
broken into other lines, is the same wording. Shingles run across clauses, never across a report's
end or a clause that was left out.
"""

import numpy as np
import pandas as pd
from scipy.sparse import csr_array

from .counts import need, need_text
from .lexicon import is_han, joined

SPAN = 8  # Han characters in a shingle
_SAMPLE = 20_000_000  # in the search, about so many shingles of all reports together
_COMMON = 0.1  # in the search, shingles that more than this share of the reports have are skipped
_ENOUGH = 0.3  # in the search, the part of the floor that a pair must reach without common ones
_FACTOR = 0x9E3779B97F4A7C15


def by_report(clauses, reports):
    """Give the ids of reports in order, and a function from a report's number to the rows of its
    clauses in order."""
    need(clauses, ["report_id", "clause"], "clauses first", "corpus.clauses")
    need(reports, ["report_id"], "reports second", "corpus.reports")
    need_text(clauses)
    ids = sorted(reports["report_id"].astype(str).unique())
    named = clauses["report_id"].astype("category").cat
    report = pd.Index(ids).get_indexer(named.categories.astype(str))[named.codes]
    order = np.lexsort((clauses["clause"], report))
    bounds = np.searchsorted(report[order], np.arange(len(ids) + 1))
    return ids, lambda number: order[bounds[number] : bounds[number + 1]]


def shingles(clauses, rows):
    """Find the shingles in rows of clauses of one report.

    Gives the number of each shingle (a polynomial in 64 bits: two of a billion shingles meet with
    a chance of 3 %), the Han character it begins at; and of each Han character its row among
    `rows` and its offset in the clause.
    """
    part = clauses.iloc[rows]
    codes, begins = joined(part)
    at = np.flatnonzero(is_han(codes))
    row = np.searchsorted(begins, at, side="right") - 1
    gaps = np.cumsum(np.diff(part["clause"].to_numpy(), prepend=-1) != 1)
    run, han = gaps[row], codes[at].astype(np.uint64)
    n = max(len(han) - SPAN + 1, 0)
    values = np.zeros(n, dtype=np.uint64)
    for step in range(SPAN):
        values = values * _FACTOR + han[step : step + n]
    starts = np.flatnonzero(run[:n] == run[SPAN - 1 :][:n]).astype(np.int32)
    return values[starts], starts, row, at - begins[row]


def distinct(values):
    """Sort numbers and drop repeats: np.unique of NumPy 2.3 and later takes five times as long."""
    values = np.sort(values)
    return values[np.diff(values, prepend=~values[:1]) != 0]


def every_pair(marks, n):
    """Yield (report, others, held) with held[i, j]: the i-th shingle of report stands in others[j].

    One sparse table of shingle x report serves all pairs.
    """
    values = [marks(report)[0] for report in range(n)]
    bounds = np.cumsum([0, *map(len, values)])
    number = np.unique(np.concatenate(values), return_inverse=True)[1]
    owner = np.repeat(np.arange(n), np.diff(bounds))
    ones = np.ones(len(owner), dtype=np.int32)
    table = csr_array((ones, (number, owner)), shape=(number.max(initial=-1) + 1, n))
    for report in range(n):
        yield report, np.arange(n), table[number[bounds[report] : bounds[report + 1]]]


def search(marks, sizes, floor):
    """Yield (report, others, held) as `every_pair` does, for others that a sample of the rarer
    shingles calls for."""
    part, sampled = min(1, _SAMPLE / sizes.sum()), []
    for report in range(len(sizes)):
        values = marks(report)[2]
        sampled.append(values[values * _FACTOR >> 32 < part * 2**32])
    owner = np.repeat(np.arange(len(sizes)), list(map(len, sampled)))
    number, times = np.unique(np.concatenate(sampled), return_inverse=True, return_counts=True)[1:]
    rare = (times > 1) & (times <= max(_COMMON * len(sizes), 2))
    owner, number = owner[rare[number]], number[rare[number]]
    ones = np.ones(len(owner), dtype=np.int32)
    table = csr_array((ones, (owner, number)), shape=(len(sizes), len(times)))
    turned = table.T.tocsr()
    for report in range(len(sizes)):
        common = table[[report]] @ turned
        fewer = np.minimum(sizes[report], sizes[common.indices])
        enough = common.data >= _ENOUGH * floor * fewer * part
        others = np.sort(common.indices[enough & (common.indices != report)])
        if len(others):  # of the sample, common ones included, within four standard errors
            both = _held(sampled[report], [sampled[other] for other in others]).sum(0)
            expected = floor * np.minimum(sizes[report], sizes[others]) * part
            others = others[both >= expected - 4 * np.sqrt(expected)]
        if len(others):
            held = _held(marks(report)[2], [marks(other)[2] for other in others])
            yield report, others, held[np.searchsorted(marks(report)[2], marks(report)[0])]


def _held(known, others):
    """Tell which of the sorted numbers each of the others has: a sparse table, known x others."""
    column = np.repeat(np.arange(len(others)), list(map(len, others)))
    values = np.concatenate(others)
    row = np.minimum(np.searchsorted(known, values), len(known) - 1)
    same = known[row] == values
    ones = np.ones(same.sum(), dtype=np.int32)
    return csr_array((ones, (row[same], column[same])), shape=(len(known), len(others)))


def overlap(values, starts, held):
    """Count for each column of held the distinct shingles, and the Han characters they cover."""
    first = np.zeros(len(values), dtype=bool)
    first[np.unique(values, return_index=True)[1]] = True
    held = held.tocsc()
    column = np.repeat(np.arange(held.shape[1]), np.diff(held.indptr))
    at = starts[held.indices]
    gap = np.minimum(np.diff(at, append=0), SPAN)
    gap[np.diff(column, append=-1) != 0] = SPAN
    return [
        np.bincount(column, weights, held.shape[1]).astype(int)
        for weights in (first[held.indices], gap)
    ]


def stretch(starts, n):
    """Tell which of n Han characters stand in a shingle that begins at one of these."""
    edges = np.zeros(n + SPAN, dtype=np.int32)
    edges[starts] += 1
    edges[starts + SPAN] -= 1
    return np.cumsum(edges)[:n] > 0
