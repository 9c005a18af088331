"""Who shares wording with whom: runs of eight Han characters that reports have in common.

A shingle is eight Han characters in a row, whatever stands between them: punctuation, figures,
Latin letters and line breaks are skipped, so that a sentence repeated with this year's figures, or
broken into other lines, is the same wording. Shingles run across clauses, never across a report's
end or a clause that was left out. Shared wording does not show who wrote it first: both reports
may follow a third text that is not in the collection, and set phrases are shared by all.
"""

from functools import lru_cache

import numpy as np
import pandas as pd
from scipy.sparse import csr_array

from .counts import check_names, need
from .lexicon import is_han, joined
from .places import LEVELS

REUSE = ("report_id", "other_id", "shared", "containment", "shared_han", "n_han")
SPAN = 8  # Han characters in a shingle
EVERY_PAIR = 2000  # reports up to which all pairs are compared
_SAMPLE = 20_000_000  # in the search, about so many shingles of all reports together
_COMMON = 0.1  # in the search, shingles that more than this share of the reports have are skipped
_ENOUGH = 0.3  # in the search, the part of the floor that a pair must reach without common ones
_FACTOR = 0x9E3779B97F4A7C15
_FACTS = ("place", "level", "city", "province", "year", "date")


def find_reuse(clauses, reports, *, floor=None):
    """Compare the wording of reports, two by two.

    One row per clause with text and per report in; one row per ordered pair of reports out:
    report_id; other_id; shared, the distinct shingles that both have; containment = shared / the
    shingles of the one that has fewer, 0 to 1, the same both ways (Broder 1997; for policy texts
    Wilkerson, Smith & Stramp 2015, Jansa, Hansen & Gray 2019); shared_han, the Han characters of
    report_id that stand in shared shingles; n_han, all its Han characters. What is compared is what
    both tables hold: fewer clauses (say one role) compare less text. A report of fewer than eight
    Han characters has no shingle: its containment is NaN, not 0. `floor` keeps the pairs of at
    least this containment.

    Up to 2,000 reports every pair is compared. For more a floor is needed, and pairs are searched:
    of a sample of 20 million shingles (Broder 1997), without those that a tenth of the reports
    have, a pair must share 0.3 floor. Figures of the pairs found are exact, but pairs are missed,
    those that share set phrases only before others. With one shingle in 32 the search finds of the
    pairs of whole work reports all at a floor of 0.1 and 97 % at 0.05.

    Raises ValueError where clauses have no text, or a floor is missing or not in (0, 1].
    """
    if floor is not None and not 0 < floor <= 1:
        raise ValueError(f"the floor is a containment over 0 and up to 1, not {floor}.")
    ids, part = _by_report(clauses, reports)
    if len(ids) > EVERY_PAIR and floor is None:
        raise ValueError(
            f"{len(ids):,} reports make {len(ids) * (len(ids) - 1) // 2:,} pairs. Say which matter: "
            "floor=0.1 searches for those of containment 0.1 and more."
        )

    @lru_cache(EVERY_PAIR)
    def marks(report):
        values, starts, row, _ = _shingles(clauses, part(report))
        return values, starts, _distinct(values), len(row)

    lengths = [(len(distinct), n) for _, _, distinct, n in map(marks, range(len(ids)))]
    sizes, n_han = np.array(lengths, dtype=int).reshape(-1, 2).T
    found = []
    pairs = _every_pair(marks, len(ids)) if len(ids) <= EVERY_PAIR else _search(marks, sizes, floor)
    for report, others, held in pairs:
        shared, shared_han = _overlap(*marks(report)[:2], held)
        with np.errstate(invalid="ignore"):
            containment = shared / np.minimum(sizes[report], sizes[others])
        kept = others != report
        if floor is not None:
            kept &= containment >= floor
        pair = np.full(len(others), report), others, shared, containment, shared_han
        found.append([column[kept] for column in pair])
    columns = [np.concatenate(column) for column in zip(*found, strict=True)] or [[]] * 5
    table = pd.DataFrame(dict(zip(REUSE, columns, strict=False)))
    table["n_han"] = n_han[table["report_id"].astype(int)]
    for column in REUSE[:2]:
        table[column] = pd.Categorical.from_codes(table[column].astype(int), ids)
    return table.astype(dict.fromkeys(("shared", "shared_han", "n_han"), "int32"))


def add_relation(reuse, reports):
    """Add to pairs of reports how the other's place and day stand to the report's own.

    One row per pair in and out, with place, level, year, date and other_place, other_level,
    other_year, other_date; relation: the other is of its 'own' place, 'above' (of the State
    Council, or of the province or city the place lies in), 'below', 'elsewhere' or 'unknown';
    order: the other is 'earlier', 'later' or of the 'same day', by date, or where a date is missing
    by year; 'unknown' where that does not tell. Only an earlier report can be a source, and it need
    not be: both may follow a third.
    """
    need(reuse, REUSE[:2], "pairs of reports first", "find_reuse")
    need(reports, ["report_id", *_FACTS], "reports second", "corpus.reports")
    facts = reports[["report_id", *_FACTS]].set_index(reports["report_id"].astype(str))
    for column in REUSE[:2]:
        check_names(reuse[column].unique(), facts.index, "report")
    at, other = (facts.index.get_indexer(reuse[column].astype(str)) for column in REUSE[:2])
    table = reuse.copy()
    for prefix, rows in (("", at), ("other_", other)):
        for column in ("place", "level", "year", "date"):
            table[prefix + column] = facts[column].array.take(rows)
    table["relation"] = _relation(facts, at, other)
    table["order"] = _order(facts, at, other)
    return table


def previous(related):
    """Pick for each report the last report of its own place before it.

    One row per pair in, as `add_relation` gives; out those pairs, one per report that has an
    earlier one of its own place. shared_han / n_han is the share that stands in it. Compare year
    and other_year: reports of years between may be missing, and a year may have two.
    """
    need(related, ["relation", "order"], "related pairs", "add_relation")
    own = related[(related["relation"] == "own") & (related["order"] == "earlier")]
    own = own.sort_values(["report_id", "other_year", "other_date", "other_id"])
    return own.drop_duplicates("report_id", keep="last", ignore_index=True)


def nearest(related, relation="elsewhere"):
    """Pick for each report the earlier report that it shares most wording with.

    One row per pair in, as `add_relation` gives; out those pairs of highest containment, one per
    report that has an earlier one of this relation: 'elsewhere', 'above', 'below' or 'own'. The
    highest of many is high by chance as well, and more so for a short report: set it beside the
    containment of other pairs.
    """
    need(related, ["relation", "order", "containment"], "related pairs", "add_relation")
    check_names([relation], ["elsewhere", "above", "below", "own"], "relation")
    found = related[(related["relation"] == relation) & (related["order"] == "earlier")]
    found = found.dropna(subset="containment").sort_values(
        ["report_id", "containment", "other_id"], ascending=[True, False, True]
    )
    return found.drop_duplicates("report_id", ignore_index=True)


def shared_text(related, *, by=("place", "year")):
    """Sum up how much of their text reports share with others, by relation.

    One row per pair in, as `add_relation` gives; one row per group x relation out: *by; relation;
    pairs; n, Han characters of the reports that stand in the other; n_han, all of theirs, once a
    pair; rate = 1000 n / n_han, per 1,000 (a share). Which pairs count is for the caller to say:
    `related[related["year"] - related["other_year"] == 1]` are those of one year to the next.
    """
    need(related, ["relation", "shared_han", "n_han"], "related pairs", "add_relation")
    by = [by] if isinstance(by, str) else list(by)
    check_names(by, related.columns, "column")
    keys = list(dict.fromkeys([*by, "relation"]))
    table = related.groupby(keys, observed=True, sort=True).agg(
        pairs=("n_han", "size"), n=("shared_han", "sum"), n_han=("n_han", "sum")
    )
    table = table.astype("int64").reset_index()
    table["relation"] = table["relation"].cat.remove_unused_categories()
    return table.assign(rate=1000 * table["n"] / table["n_han"])


def copied_shares(clauses, reports, *, by=("place", "year")):
    """Count the Han characters of each group that stand in earlier reports.

    One row per clause, with from_own and from_any, and per report in; one row per group x source
    out: *by (columns of `reports`, and 'role'); source, 'own' for the last earlier report of the
    same place, 'any' for any earlier report; n; reports; n_han; rate = 1000 n / n_han, per 1,000
    (a share). Reports without an earlier one are in neither n nor n_han. The share of 'any' grows
    with the collection: years and collections of unequal size cannot be compared by it.
    """
    need(clauses, ["report_id", "from_own", "from_any", "n_han"], "clauses first", "corpus.clauses")
    by = [by] if isinstance(by, str) else list(by)
    check_names(by, [*reports.columns, "role"], "column")
    of_report = ["report_id", *(column for column in by if column != "role")]
    texts = clauses.merge(reports[list(dict.fromkeys(of_report))], on="report_id")
    tables = []
    for source in ("own", "any"):
        part = texts[texts[f"from_{source}"].notna()]
        table = part.groupby(by, observed=True, sort=True).agg(
            n=(f"from_{source}", "sum"), reports=("report_id", "nunique"), n_han=("n_han", "sum")
        )
        tables.append(table.reset_index().assign(source=source))
    table = pd.concat(tables, ignore_index=True).astype(dict.fromkeys(("n", "n_han"), "int64"))
    table = table[[*by, "source", "n", "reports", "n_han"]]
    return table.assign(rate=1000 * table["n"] / table["n_han"])


def reused(clauses, reports):
    """Count in each clause the Han characters that stand in earlier reports.

    One row per clause with text and per report in; one row per clause out, in the same order and
    under the same index: report_id, clause, n_han; from_own, those in shingles of the last earlier
    report of the same place (`previous`); from_any, those in shingles of any earlier report.
    Missing (<NA>) where there is no such report, as in the collection's first year. Reports of
    which it is unknown whether they are earlier do not count. from_any grows with the collection.

    For rates without what was copied, count the clauses of mostly own wording:
    `clauses[~(copied["from_own"] >= copied["n_han"] / 2).fillna(False)]`.

    Raises ValueError for more than 2,000 reports, and where clauses have no text.
    """
    ids, part = _by_report(clauses, reports)
    if len(ids) > EVERY_PAIR:
        raise ValueError(
            f"{len(ids):,} reports are too many for one comparison: give at most {EVERY_PAIR:,}, "
            "say those of one province."
        )
    pairs = pd.MultiIndex.from_product([ids, ids], names=REUSE[:2]).to_frame(index=False)
    related = add_relation(pairs, reports)
    earlier = (related["order"] == "earlier").to_numpy().reshape(len(ids), len(ids))
    last, own = previous(related), np.zeros_like(earlier)
    own[tuple(pd.Index(ids).get_indexer(last[column]) for column in REUSE[:2])] = True

    table = clauses[["report_id", "clause"]].assign(n_han=0, from_own=-1, from_any=-1)
    counts = table[["n_han", "from_own", "from_any"]].to_numpy(dtype=np.int32)
    marks = [_shingles(clauses, part(report)) for report in range(len(ids))]
    for report, _, held in _every_pair(marks.__getitem__, len(ids)):
        _, starts, row, _ = marks[report]
        counts[part(report), 0] = np.bincount(row, minlength=len(part(report)))
        for column, sources in ((1, own[report]), (2, earlier[report])):
            if sources.any():
                within = _stretch(starts[held @ sources > 0], len(row))
                counts[part(report), column] = np.bincount(row[within], minlength=len(part(report)))
    table["n_han"] = counts[:, 0]
    for column, values in (("from_own", counts[:, 1]), ("from_any", counts[:, 2])):
        table[column] = pd.array(values, dtype="Int32")
        table[column] = table[column].mask(values < 0)
    return table[clauses["report_id"].isin(ids)]


def passages(clauses, a, b):
    """Align two reports: the passages of eight and more Han characters that both have.

    One row per clause with text in; one row per passage of report `a` out, longest first, that is
    part of no longer one: clause and start, where it begins, start being an offset in the clause's
    text, as in hits; other_clause, other_start, the first such place in `b`; n_han, its length in
    Han characters; text, as `a` writes it, and other_text, as `b` does: the same Han characters,
    with their own punctuation and figures. A passage may run on into the next clauses: it ends
    len(text) characters after its start in the clauses one after another. Passages may overlap.

    Raises ValueError where clauses have no text, or a report is not among them.
    """
    check_names([a, b], clauses["report_id"].unique(), "report")
    ids, part = _by_report(clauses, pd.DataFrame({"report_id": list({a, b})}))
    rows = [part(ids.index(str(report))) for report in (a, b)]
    marks = [_shingles(clauses, one) for one in rows]
    starts = [pd.DataFrame({"shingle": values, "at": at}) for values, at, *_ in marks]
    pairs = starts[0].merge(starts[1], on="shingle", suffixes=("", "_other"))
    pairs["apart"] = pairs["at_other"] - pairs["at"]
    pairs = pairs.sort_values(["apart", "at"])
    run = ((pairs["apart"].diff() != 0) | (pairs["at"].diff() != 1)).cumsum()
    found = pairs.groupby(run).agg(
        at=("at", "first"), other=("at_other", "first"), n=("at", "size")
    )
    found["n"] += SPAN - 1
    found["end"] = found["at"] + found["n"]
    found = found.sort_values(["at", "end", "other"], ascending=[True, False, True])
    found = found[found["end"] > found["end"].cummax().shift(fill_value=0)]
    found = found.sort_values(["n", "at"], ascending=[False, True])

    n_han = found["n"].to_numpy()
    table = pd.DataFrame(index=range(len(found)))
    for prefix, at, one, (_, _, row, offset) in zip(
        ("", "other_"), (found["at"], found["other"]), rows, marks, strict=True
    ):
        first, last = at.to_numpy(), at.to_numpy() + n_han - 1
        texts = clauses["text"].iloc[one].tolist()
        begins = np.cumsum([0, *map(len, texts)])
        from_, to = begins[row[first]] + offset[first], begins[row[last]] + offset[last] + 1
        table[prefix + "clause"] = clauses["clause"].to_numpy()[one][row[first]]
        table[prefix + "start"] = offset[first]
        whole = "".join(texts)
        table[prefix + "text"] = [whole[x:y] for x, y in zip(from_, to, strict=True)]
    table["n_han"] = n_han
    return table[["clause", "start", "other_clause", "other_start", "n_han", "text", "other_text"]]


def _by_report(clauses, reports):
    """Give the ids of reports in order, and a function from a report's number to the rows of its
    clauses in order."""
    need(clauses, ["report_id", "clause"], "clauses first", "corpus.clauses")
    need(reports, ["report_id"], "reports second", "corpus.reports")
    if "text" not in clauses:
        raise ValueError(
            "these clauses have no text: reports' texts are not shipped. Build the tables from "
            "the files: toolkit.build(FOLDER)."
        )
    ids = sorted(reports["report_id"].astype(str).unique())
    named = clauses["report_id"].astype("category").cat
    report = pd.Index(ids).get_indexer(named.categories.astype(str))[named.codes]
    order = np.lexsort((clauses["clause"], report))
    bounds = np.searchsorted(report[order], np.arange(len(ids) + 1))
    return ids, lambda number: order[bounds[number] : bounds[number + 1]]


def _shingles(clauses, rows):
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
    stretch, han = gaps[row], codes[at].astype(np.uint64)
    n = max(len(han) - SPAN + 1, 0)
    values = np.zeros(n, dtype=np.uint64)
    for step in range(SPAN):
        values = values * _FACTOR + han[step : step + n]
    starts = np.flatnonzero(stretch[:n] == stretch[SPAN - 1 :][:n]).astype(np.int32)
    return values[starts], starts, row, at - begins[row]


def _distinct(values):
    """Sort numbers and drop repeats: np.unique of NumPy 2.3 and later takes five times as long."""
    values = np.sort(values)
    return values[np.diff(values, prepend=~values[:1]) != 0]


def _every_pair(marks, n):
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


def _search(marks, sizes, floor):
    """Yield (report, others, held) as `_every_pair` does, for others that a sample of the rarer
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


def _overlap(values, starts, held):
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


def _stretch(starts, n):
    """Tell which of n Han characters stand in a shingle that begins at one of these."""
    edges = np.zeros(n + SPAN, dtype=np.int32)
    edges[starts] += 1
    edges[starts + SPAN] -= 1
    return np.cumsum(edges)[:n] > 0


def _relation(facts, at, other):
    """Name what the other's place is to the report's."""
    place, level, city, province = (
        facts[column].fillna("").astype(str).to_numpy() for column in _FACTS[:4]
    )
    rank = np.array([LEVELS.index(name) if name in LEVELS else -1 for name in level])
    own = place[at] == place[other]

    def over(high, low):
        same_province = (province[high] == province[low]) & (province[low] != "")
        same_city = same_province & (city[high] == city[low]) & (city[low] != "")
        in_it = [rank[high] == 0, (rank[high] == 1) & same_province, (rank[high] == 2) & same_city]
        return np.any(in_it, axis=0) & (rank[high] < rank[low])

    unknown = (place[at] == "") | (place[other] == "") | (rank[at] < 0) | (rank[other] < 0)
    names = ["unknown", "own", "above", "below"]
    return pd.Categorical(
        np.select([unknown, own, over(other, at), over(at, other)], names, "elsewhere"),
        [*names, "elsewhere"],
    )


def _order(facts, at, other):
    """Name whether the other is earlier: by day if both are known, else by year."""
    date = facts["date"].fillna("").astype(str)
    day = pd.factorize(date, sort=True)[0]
    dated = (date != "").to_numpy()
    both = dated[at] & dated[other]
    year = facts["year"].astype("Float64").to_numpy(dtype=float, na_value=np.nan)
    lag = np.where(both, day[other] - day[at], year[other] - year[at])
    names = ["earlier", "later", "same day"]
    order = np.select([lag < 0, lag > 0, both], names, "unknown")
    return pd.Categorical(order, [*names, "unknown"])
