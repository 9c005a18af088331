"""Who shares wording with whom: runs of eight Han characters (shingles) that reports have in common.

Shared wording does not show who wrote it first: both reports may follow a third text that is not in
the collection, and set phrases are shared by all.
"""

from functools import lru_cache

import numpy as np
import pandas as pd

from .counts import check_names, need
from .places import LEVELS
from .shingles import SPAN, by_report, distinct, every_pair, overlap, search, shingles, stretch

REUSE = ("report_id", "other_id", "shared", "containment", "shared_han", "n_han")
EVERY_PAIR = 2000  # reports up to which all pairs are compared
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
    ids, part = by_report(clauses, reports)
    if len(ids) > EVERY_PAIR and floor is None:
        raise ValueError(
            f"{len(ids):,} reports make {len(ids) * (len(ids) - 1) // 2:,} pairs. Say which matter: "
            "floor=0.1 searches for those of containment 0.1 and more."
        )

    @lru_cache(EVERY_PAIR)
    def marks(report):
        values, starts, row, _ = shingles(clauses, part(report))
        return values, starts, distinct(values), len(row)

    lengths = [(len(distinct), n) for _, _, distinct, n in map(marks, range(len(ids)))]
    sizes, n_han = np.array(lengths, dtype=int).reshape(-1, 2).T
    found = []
    pairs = every_pair(marks, len(ids)) if len(ids) <= EVERY_PAIR else search(marks, sizes, floor)
    for report, others, held in pairs:
        shared, shared_han = overlap(*marks(report)[:2], held)
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
    ids, part = by_report(clauses, reports)
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
    marks = [shingles(clauses, part(report)) for report in range(len(ids))]
    for report, _, held in every_pair(marks.__getitem__, len(ids)):
        _, starts, row, _ = marks[report]
        counts[part(report), 0] = np.bincount(row, minlength=len(part(report)))
        for column, sources in ((1, own[report]), (2, earlier[report])):
            if sources.any():
                within = stretch(starts[held @ sources > 0], len(row))
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
    ids, part = by_report(clauses, pd.DataFrame({"report_id": list({a, b})}))
    rows = [part(ids.index(str(report))) for report in (a, b)]
    marks = [shingles(clauses, one) for one in rows]
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
