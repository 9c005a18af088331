"""Who shares wording with whom: runs of eight Han characters (shingles) that reports have in common.

Shared wording does not show who wrote it first: both reports may follow a third text that is not in
the collection, and set phrases are shared by all.
"""

import numpy as np
import pandas as pd

from .counts import check_names, need, need_text
from .places import LEVELS
from .shingles import SPAN, covered, every_pair, sample, search, shared, shingles, spelled, stream

REUSE = ("report_id", "other_id", "shared", "containment", "shared_han", "n_han")
EVERY_PAIR = 2000  # reports up to which all pairs are compared
_ROWS = 100_000  # pairs that are handed on at a time
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

    Up to 2,000 reports every pair is compared. For more a floor is needed, and pairs are searched by
    a sample of 10 million shingles (Broder 1997): for each report at most 50 others, those that share
    most of it, ties by id. A shingle that more than 64 reports have calls for pairs among 64 that
    follow one another by id only. Time and table grow with the reports, not with their pairs; lost
    are the 51st and further, and pairs that share only what hundreds have. Figures of the pairs found
    are exact. In 417 work reports the search finds all 36 pairs at a floor of 0.1 (32 with 2 in place
    of 64, as though many more reports had each shingle); in 2,861 simulated reports, mostly set
    phrases, all pairs of one place, of which one copied, and a fifth of the others.

    Raises ValueError where clauses have no text, or a floor is missing or not in (0, 1].
    """
    if floor is not None and not 0 < floor <= 1:
        raise ValueError(f"the floor is a containment over 0 and up to 1, not {floor}.")
    ids, _, *texts = stream(clauses, reports)
    if len(ids) > EVERY_PAIR and floor is None:
        raise ValueError(
            f"{len(ids):,} reports make {len(ids) * (len(ids) - 1) // 2:,} pairs. Say which matter: "
            "floor=0.1 searches for those of containment 0.1 and more."
        )
    facts = pd.DataFrame({"report_id": ids}).assign(place="", level="", year=np.nan, date="")
    return pd.concat(compare(*texts, facts, floor or 0)[0], ignore_index=True)


def compare(han, begins, bounds, reports, floor):
    """Compare the wording of all reports: what `find_reuse` and `reused` find, in one reading.

    In: a stream (see `shingles`), an array or a Stream; where clauses begin in it; where the
    reports, a row of `reports` each, begin in it and the last ends; the least containment of a pair,
    0 for every pair, over 1 for none. Out: the pairs of `find_reuse`, yielded in pieces; of the
    clauses n_han, from_own and from_any as `reused` gives them.
    """
    ids = reports["report_id"].astype(str).to_numpy(dtype=object)
    order, n = np.argsort(ids), len(ids)
    facts, edges = reports.iloc[order], np.stack((bounds[:-1], bounds[1:]), axis=1)[order]
    number, times = np.argsort(order), _times(facts)
    last, later = _last(facts, times), _later(np.arange(n), np.zeros(n, dtype=int), times)
    every, sizes, kept, marks = n <= EVERY_PAIR, 0, [], np.zeros(len(han), dtype=np.uint8)
    for part, distinct in shared(han, bounds, number):
        marks[part.at] = _in_last(part, last) + 2 * _later(part.owner, part.number, times)
        kept.append(part[:4] if every else sample(part, len(han)))
        sizes += distinct
        del part
    counts = covered(han, marks, begins)
    del marks
    of = np.repeat(number.astype(np.int32), np.diff(np.searchsorted(begins, bounds)))
    n_han = np.bincount(of, counts[0], n).astype(np.int32)
    own, anywhere = (
        pd.arrays.IntegerArray(count, ~known[of])
        for count, known in ((counts[1], last >= 0), (counts[2], later))
    )
    within = {"n_han": counts[0], "from_own": own, "from_any": anywhere}
    within = pd.DataFrame(within, copy=False)
    del of

    kept = map(np.concatenate, zip(*kept, strict=True))
    pairs = every_pair(*kept, edges) if every else search(*kept, sizes, han, edges, floor)
    return _tables(() if floor > 1 else pairs, sizes, n_han, ids[order], floor), within


def _tables(pairs, sizes, n_han, ids, floor):
    """Yield the table of pairs, of at least this containment, a piece at a time; one at least."""
    found, rows, known = [], 0, pd.Index(ids, dtype="str")
    for report, others, both, han in pairs:
        with np.errstate(invalid="ignore"):
            containment = both / np.minimum(sizes[report], sizes[others])
        wanted = (others != report) & ((containment >= floor) | (floor == 0))
        pair = np.full(len(others), report), others, both, containment, han
        found.append([column[wanted] for column in pair])
        rows += len(found[-1][0])
        if rows >= _ROWS:
            yield _table(found, n_han, known)
            found, rows = [], 0
    yield _table(found, n_han, known)


def _table(found, n_han, ids):
    columns = map(np.concatenate, zip([[]] * 5, *found, strict=True))
    table = pd.DataFrame(dict(zip(REUSE, columns, strict=False)))
    table["n_han"] = n_han[table["report_id"].astype(int)]
    for column in REUSE[:2]:
        table[column] = pd.Categorical.from_codes(table[column].astype(int), ids)
    return table.astype(dict.fromkeys(("shared", "shared_han", "n_han"), "int32"))


def _in_last(part, last):
    """Tell which shingles stand in the last earlier report of the same place as well."""
    row = part.number.astype(np.int64) * len(last)
    having = np.sort((row + part.owner)[part.first], kind="stable")  # sorted already, or nearly
    wanted = row + last[part.owner]
    found = np.minimum(np.searchsorted(having, wanted), len(having) - 1)
    return (having[found] == wanted) & (last[part.owner] >= 0)


def _later(owner, number, times):
    """Tell which shingles, in order of number, stand in an earlier report as well.

    Earlier is, as in `_lag`, of an earlier day if both are known, else of an earlier year.
    """
    begins = np.flatnonzero(np.diff(number, prepend=-1))
    times_each, (day, year) = np.diff(begins, append=len(number)), times
    undated = np.isnan(day)
    days, undated_years, years = (
        np.repeat(np.fmin.reduceat(known[owner], begins), times_each)
        for known in (day, np.where(undated, year, np.nan), year)
    )
    by_year = np.where(undated[owner], years, undated_years) < year[owner]
    return (days < day[owner]) | by_year


def _last(facts, times):
    """Number for each report the last earlier one of its own place (see `previous`), -1 for none."""
    place = facts["place"].fillna("").astype(str).to_numpy()
    known = np.flatnonzero((place != "") & facts["level"].isin(LEVELS).to_numpy())
    code = np.full(len(place), -1)
    code[known] = pd.factorize(place[known])[0]
    dated = np.nan_to_num(times[0], nan=-1)
    order = known[np.lexsort((dated[known], times[1][known], code[known]))]
    begins, ends = (np.searchsorted(code[order], code, side) for side in ("left", "right"))
    last = np.full(len(place), -1)
    while len(known):
        ends[known] -= 1
        known = known[ends[known] >= begins[known]]
        other = order[ends[known]]
        found = _lag(times, known, other) < 0
        last[known[found]] = other[found]
        known = known[~found]
    return last


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

    Raises ValueError where clauses have no text.
    """
    ids, rows, *texts = stream(clauses, reports)
    need(reports, ["report_id", *_FACTS], "reports second", "corpus.reports")
    facts = reports.set_index(reports["report_id"].astype(str)).loc[ids]
    within, back = compare(*texts, facts, np.inf)[1], np.argsort(rows)
    table = clauses[["report_id", "clause"]].iloc[rows[back]]
    return table.assign(**{column: within[column].array[back] for column in within})


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
    need(clauses, ["report_id", "clause"], "clauses first", "corpus.clauses")
    need_text(clauses)
    parts = [clauses[clauses["report_id"] == report].sort_values("clause") for report in (a, b)]
    texts = [spelled(part, np.zeros(len(part))) for part in parts]
    starts = [
        pd.DataFrame({"shingle": values[whole], "at": np.flatnonzero(whole)})
        for values, whole in (shingles(han) for han, *_ in texts)
    ]
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
    for prefix, at, part, (_, spots, begins) in zip(
        ("", "other_"), (found["at"], found["other"]), parts, texts, strict=True
    ):
        first, last = spots[at], spots[at + n_han - 1]
        row = np.searchsorted(begins, first, side="right") - 1
        table[prefix + "clause"] = part["clause"].to_numpy()[row]
        table[prefix + "start"] = first - begins[row]
        whole = "\n".join(part["text"])
        table[prefix + "text"] = [
            whole[x : y + 1].replace("\n", "") for x, y in zip(first, last, strict=True)
        ]
    table["n_han"] = n_han
    return table[["clause", "start", "other_clause", "other_start", "n_han", "text", "other_text"]]


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


def _times(facts):
    """Give the days of reports, numbered in order, and their years; NaN where not known."""
    date = facts["date"].fillna("").astype(str)
    day = np.where(date == "", np.nan, pd.factorize(date, sort=True)[0])
    return day, facts["year"].astype("Float64").to_numpy(dtype=float, na_value=np.nan)


def _lag(times, at, other):
    """Subtract times: in days if both are known, else in years; NaN where neither is."""
    days, years = (time[other] - time[at] for time in times)
    return np.where(np.isnan(days), years, days)


def _order(facts, at, other):
    """Name whether the other is earlier: by day if both are known, else by year."""
    times = _times(facts)
    lag = _lag(times, at, other)
    both = ~np.isnan(times[0][at] + times[0][other])
    names = ["earlier", "later", "same day"]
    order = np.select([lag < 0, lag > 0, both], names, "unknown")
    return pd.Categorical(order, [*names, "unknown"])
