"""Tables to counts: terms, roles, tokens, and the places in the text where a term stands."""

from difflib import get_close_matches

import numpy as np
import pandas as pd

from . import DATA
from .disk import (
    categories,
    on_disk,
    sum_frequent,
    sum_roles,
    sum_terms,
    sum_texts,
    sum_tokens,
)
from .places import find_region, place_rank

_NAMES = (  # of hits and of claims, by which they can be counted
    "term", "category", "surface", "kind", "word", "scope", "unit", "object", "comparator", "status",
    "flow",
)  # fmt: skip

_OF_CLAUSE = ("role", "section", "block")  # by which clauses can be counted

COUNTED = (
    "term", "category", "surface", "kind", "word", "scope", "relation", "source", "token", "role",
)  # fmt: skip


def coverage(reports):
    """Count what a corpus holds: one row per report in, one row per place x year out.

    place, level, year, reports, n_han (of all its reports); from the State Council down, places by
    administrative code. A place without a report of a year has no row for it.

    Raises ValueError where the year or place of a report is not known.
    """
    need(reports, ["report_id", "place", "level", "year", "n_han"], "reports", "corpus.reports")
    check_known(reports, ["place", "year"])
    table = reports.groupby(["place", "level", "year"], sort=True).agg(
        reports=("report_id", "size"), n_han=("n_han", "sum")
    )
    table = table.reset_index()
    rank = table["place"].map({place: place_rank(place) for place in table["place"].unique()})
    return table.iloc[np.lexsort((table["year"], rank))].reset_index(drop=True)


def count_terms(hits, clauses, reports, *, by=("place", "year"), of="term", among=None):
    """Count terms in each group of reports.

    One row per match, per clause and per report in; one row per group x term out, for every
    group that has text and every term: a term that a group never uses is 0, a group without a
    report is absent. What is counted is what all three tables hold: fewer rows of `reports` (or
    of `clauses`, say one role) count fewer texts. Nothing is modified.

    by     columns of `reports`, and 'role', 'section' or 'block' (see `add_blocks`) of `clauses`,
           that make the groups
    of     what of a match is counted: 'term', 'category' or 'surface'; of claims, which are counted
           in the same way, 'kind', 'word', 'scope' or another of their names
    among  only these terms (or categories); by default all of the lexicon

    Columns: *by; the name in `of`; n, matches in running text; n_title, matches inside 《》;
    with_term, reports with n > 0; reports, those with text in the group; n_han, Han characters of
    the group's clauses; rate = 1000 n / n_han, per 1,000 Han characters (Wang & Li 2017).

    Raises ValueError for an unknown column or term, and where groups are by year or place and a
    report's is not known.
    """
    key = "kind" if "kind" in hits.columns else "term"
    need(hits, ["report_id", "clause", key], "hits first", "build or load: corpus.hits")
    need(clauses, ["report_id", "clause", "n_han"], "clauses second", "corpus.clauses")
    by = [by] if isinstance(by, str) else list(by)
    of_clause = [column for column in by if column in _OF_CLAUSE]
    check_names(by, [*reports.columns, *(c for c in clauses.columns if c in _OF_CLAUSE)], "column")
    check_names([of], [name for name in _NAMES if name in hits.columns], "name in hits")
    check_known(reports, [column for column in by if column in reports])
    known = categories(hits, of)
    among = [among] if isinstance(among, str) else among
    names = known if among is None else list(dict.fromkeys(among))
    check_names(names, known, of)
    if on_disk(hits, clauses):
        groups = sum_texts(clauses, reports, by, of_clause)
        columns = sum_terms(hits, clauses, reports, groups, by, of_clause, of, names)
    else:
        groups, columns = _counted(hits, clauses, reports, by, of_clause, of, names)
    table = _spread(groups, of, names, len(by), columns)
    return table.assign(rate=1000 * table["n"] / table["n_han"])


def _counted(hits, clauses, reports, by, of_clause, of, names):
    """Count names of hits in groups of texts: the groups; n, n_title and with_term, group by group
    and name by name."""
    groups, group, report = _grouped(clauses, reports, by, of_clause)
    found = pd.DataFrame({"report": _rows_of(reports, hits), "name": _codes(hits[of], names)})
    found["prose"] = ~hits["in_title"].to_numpy(dtype=bool) if "in_title" in hits else True
    span = 1 + max(table["clause"].to_numpy().max(initial=0) for table in (hits, clauses))
    found["at"] = found["report"] * span + hits["clause"].to_numpy()
    texts = pd.DataFrame({"at": report * span + clauses["clause"].to_numpy(), "group": group})
    found = found[(found["report"] >= 0) & (found["name"] >= 0)].merge(texts[group >= 0], on="at")
    cell = (found["group"] * len(names) + found["name"]).to_numpy()
    size, prose = len(groups) * len(names), found["prose"].to_numpy(dtype=bool)
    once = pd.unique((cell * len(reports) + found["report"].to_numpy())[prose]) // len(reports)

    return groups, {
        "n": np.bincount(cell[prose], minlength=size),
        "n_title": np.bincount(cell[~prose], minlength=size),
        "with_term": np.bincount(once, minlength=size),
    }


def _rows_of(reports, table):
    """Give the row in `reports` of each row's report, -1 where it is not among them."""
    ids, known = table["report_id"].astype("category").cat, pd.Index(reports["report_id"])
    if not known.is_unique:
        twice = known[known.duplicated()][0]
        raise ValueError(f"report '{twice}' is there twice: give each report once.")
    return np.append(known.get_indexer(ids.categories), -1)[ids.codes]


def _codes(column, names):
    """Give the place of each value of a column in a list of names, -1 where it is not among them."""
    values = column.astype("category").cat
    return np.append(pd.Index(names).get_indexer(values.categories), -1)[values.codes]


def _grouped(clauses, reports, by, own=()):
    """Group clauses by columns of their reports, and `own` of theirs: a table of the groups, with
    reports and n_han; for each clause its group's number and its report's row, -1 where none."""
    check_known(clauses, own)
    report = _rows_of(reports, clauses)
    held = report >= 0
    part, parts = number_groups(clauses.loc[held, [*own]].assign(row=report[held]), ["row", *own])
    parts["n_han"] = clauses.loc[held, "n_han"].astype("int64").groupby(part).sum()
    named = reports[[c for c in by if c not in own]].iloc[parts["row"]].reset_index(drop=True)
    grouped = pd.concat([parts, named], axis=1).groupby(by, observed=True, sort=True)
    groups = grouped.agg(reports=("row", "nunique"), n_han=("n_han", "sum")).reset_index()
    group = np.full(len(clauses), -1)
    group[held] = grouped.ngroup().to_numpy()[part]
    return groups, group, report


def _spread(groups, of, names, at, columns):
    """Give every group a row for every name, with counts in group-major order after column `at`."""
    table = groups.loc[groups.index.repeat(len(names))].reset_index(drop=True)
    every = pd.Categorical.from_codes(np.tile(np.arange(len(names)), len(groups)), names)
    for place, (column, values) in enumerate({of: every, **columns}.items(), start=at):
        table.insert(place, column, values)
    return table


def role_shares(clauses, reports, *, by=("place", "year")):
    """Count the Han characters of each role in each group of reports.

    One row per clause and per report in; one row per group x role out: *by; role; n, its Han
    characters; reports; n_han, those of all roles; rate = 1000 n / n_han, per 1,000 (a share).
    """
    need(clauses, ["report_id", "role", "n_han"], "clauses first", "corpus.clauses")
    by = [by] if isinstance(by, str) else list(by)
    check_names(by, reports.columns, "column")
    check_known(reports, [column for column in by if column in reports])
    if on_disk(clauses):
        groups = sum_texts(clauses, reports, by)
        roles, n = sum_roles(clauses, reports, groups, by)
    else:
        groups, group, _ = _grouped(clauses, reports, by)
        texts, group = clauses[group >= 0], group[group >= 0]
        roles = list(texts["role"].cat.remove_unused_categories().cat.categories)
        cell = group * len(roles) + _codes(texts["role"], roles)
        n = {"n": np.bincount(cell, texts["n_han"], len(groups) * len(roles)).astype(int)}
    table = _spread(groups, "role", roles, len(by), n)
    return table.assign(rate=1000 * table["n"] / table["n_han"])


def frequent_tokens(tokens, clauses, *, stopwords=None):
    """Rank tokens by frequency, with their dispersion over reports.

    One row per report x role x token and per clause in; one row per token out, most frequent
    first: token; n; with_token, reports that use it; rate, per 1,000 Han characters of the
    clauses; dp_norm, how unevenly the reports use it: 0 as even as their lengths, 1 all in one
    report (DP of Gries 2008, normalised by Lijffijt & Gries 2012). What is counted is the reports
    and roles that both tables hold. Single characters and stopwords (data/stopwords.txt) are left
    out of the rows, never of the denominators.
    """
    need(tokens, ["report_id", "role", "token", "n"], "tokens first", "corpus.tokens")
    need(clauses, ["report_id", "role", "n_han"], "clauses second", "corpus.clauses")
    if stopwords is None:
        stopwords = (DATA / "stopwords.txt").read_text(encoding="utf-8").split()
    if on_disk(tokens, clauses):
        table, n_han, shortest, reports = sum_frequent(tokens, clauses)
    else:
        table, n_han, shortest, reports = _frequent(tokens, clauses)
    dp = (1 + table.pop("apart")) / 2  # reports without the token add their expected share
    table["rate"] = 1000 * table["n"] / n_han
    table["dp_norm"] = dp / (1 - shortest / n_han) if reports > 1 else 0.0
    words = table["token"].astype(str)
    table = table[(table["with_token"] > 0) & (words.str.len() > 1) & ~words.isin(stopwords)]
    return table.sort_values(["n", "token"], ascending=[False, True], ignore_index=True)


def _frequent(tokens, clauses):
    """Give in memory what `sum_frequent` gives of tables on disk."""
    reports = clauses[["report_id"]].drop_duplicates()
    groups, matrix, names = _tokens_of(tokens, clauses, reports, ["report_id"])
    length, matrix = groups["n_han"], matrix.T.tocsr()
    share = (length / length.sum()).to_numpy()
    total, with_token = matrix.sum(axis=1), np.diff(matrix.indptr).astype(int)
    row, expected = np.repeat(np.arange(len(total)), with_token), share[matrix.indices]
    apart = np.bincount(row, np.abs(matrix.data / total[row] - expected) - expected, len(total))
    columns = {"n": total, "with_token": with_token, "apart": apart}
    names = pd.Series(names, dtype=tokens["token"].dtype)
    return pd.DataFrame({"token": names, **columns}), length.sum(), length.min(), len(length)


def _tokens_of(tokens, clauses, reports, by):
    """Count tokens in groups of texts: a table of the groups, a sparse matrix of groups x tokens, in
    order, and the tokens. Of a report, only tokens of roles that have a clause count."""
    check_known(tokens, ["token"])
    groups, group, report = _grouped(clauses, reports, by, [c for c in by if c == "role"])
    role, token = (column.astype("category").cat for column in (clauses["role"], tokens["token"]))
    text = np.full((len(reports) + 1, len(role.categories) + 1), -1, dtype=np.int32)
    text[report, role.codes] = group  # the last row and column: of no report or role here
    text = text[_rows_of(reports, tokens), _codes(tokens["role"], role.categories)]
    held = text >= 0
    from scipy.sparse import csr_array

    matrix = csr_array(
        (tokens["n"].to_numpy("int64")[held], (text[held], token.codes.to_numpy()[held])),
        shape=(len(groups), len(token.categories)),
    )
    return groups, matrix, token.categories


def count_tokens_by(tokens, clauses, reports, *, by=("place", "year")):
    """Count tokens in each group of reports, as `count_terms` counts terms.

    One row per report x role x token, per clause and per report in; one row per group x token
    out: *by; token; n; reports, those with text in the group; n_han, Han characters of the group's
    clauses; rate = 1000 n / n_han. A token that a group never uses has no row, unlike a term: for
    places and years of the work reports they would be 15 million. What is counted is the reports
    and roles that all three tables hold; single characters and stopwords are, too.

    Raises ValueError for an unknown column, and where groups are by year or place and a report's
    is not known.
    """
    need(tokens, ["report_id", "role", "token", "n"], "tokens first", "corpus.tokens")
    need(clauses, ["report_id", "role", "n_han"], "clauses second", "corpus.clauses")
    by = [by] if isinstance(by, str) else list(by)
    check_names(by, [*reports.columns, "role"], "column")
    check_known(reports, [column for column in by if column in reports])
    if on_disk(tokens, clauses):
        own = [column for column in by if column == "role"]
        groups = sum_texts(clauses, reports, by, own)
        table = sum_tokens(tokens, clauses, reports, groups, by, own)
        return table.assign(rate=1000 * table["n"] / table["n_han"])
    groups, matrix, names = _tokens_of(tokens, clauses, reports, by)
    table = groups.loc[groups.index.repeat(np.diff(matrix.indptr))].reset_index(drop=True)
    table.insert(len(by), "token", pd.Categorical.from_codes(matrix.indices, names))
    table.insert(len(by) + 1, "n", matrix.data)
    return table.assign(rate=1000 * table["n"] / table["n_han"])


def concordance(clauses, hits, term, *, width=20):
    """Show each use of a term in its surroundings.

    One row per clause with text and per match in; one row per match of the term out: report_id,
    clause, left, surface, right, with `width` characters on either side within the clause.

    Raises ValueError where the clauses come without text (it is not shipped), or the term is
    not in the lexicon.
    """
    need_text(clauses)
    check_names([term], hits["term"].cat.categories, "term")
    table = hits[hits["term"] == term].merge(
        clauses[["report_id", "clause", "text"]], on=["report_id", "clause"]
    )
    ends = table["start"] + table["surface"].astype(str).str.len()
    spans = list(zip(table["text"], table["start"], ends, strict=True))
    table["left"] = [text[max(0, start - width) : start] for text, start, _ in spans]
    table["right"] = [text[end : end + width] for text, _, end in spans]
    return table[["report_id", "clause", "left", "surface", "right"]]


def add_region(table):
    """Add to a table of places the region of each, as the column region.

    One row in, the same row out: 'east', 'northeast', 'central' or 'west', by `province`, or by
    `place` where the table has no province and its places are provinces themselves; '' for the
    State Council and where the province is ''. The regions are those of `find_region` (National
    Bureau of Statistics 2011).

    Raises ValueError for a place or province that is no province.
    """
    if "province" not in table:
        need(table, ["place"], "a table of places, by province", "corpus.reports or count_terms")
    names = table["province" if "province" in table else "place"].fillna("")
    region = {name: find_region(name) if name else "" for name in names.unique()}
    return table.assign(region=names.map(region))


def counted(table, by=()):
    """Give the column that names what a table of counts counts: term, kind, role and so on."""
    found = next((c for c in COUNTED if c in table and c not in by), None)
    if found is None:
        raise ValueError(
            f"nothing here is counted: one of {', '.join(COUNTED)} is missing; the table has "
            f"{', '.join(map(str, table))}. Counts come from count_terms or role_shares."
        )
    return found


def check_rows(counts, by):
    """Check counts that have their zeros; give the column that names what is counted.

    Raises ValueError as `check_cells` does, and where groups leave out what they never use.
    """
    of, _, cells, names = check_cells(counts, by)
    if len(counts) < len(cells) * len(names.unique()):
        groups = ", ".join(map(str, _lead(counts, by, of)))
        raise ValueError(
            f"rows are missing: every {groups} needs a row for every {of}, those with n = 0 too. "
            "Count again and leave the zeros in, as count_terms does."
        )
    if of == "token" and (counts["n"] > 0).all():
        raise ValueError(
            "these tokens have no row with n = 0: count_tokens_by leaves zeros out, and without "
            "them a group that never uses a token looks like one without a report. Count terms "
            "of a lexicon (count_terms), or use keyness, which takes tokens as they are."
        )
    return of


def check_cells(counts, by):
    """Check counts that are grouped by some of their columns: the column that names what is
    counted; each row's cell by number; the first row of each cell; and each row's name, a category.

    A cell is what `by` and the columns before that name tell apart. Raises ValueError where there
    are no rows, a name or number is missing or cannot be, or a row stands twice.
    """
    check_names(by, counts.columns, "column")
    of = counted(counts, by)
    if counts.empty:
        raise ValueError(
            "these counts have no rows: there is nothing to compare. Count again, with more "
            "reports, clauses or terms."
        )
    lead = _lead(counts, by, of)
    check_known(counts, [*lead, of])
    for column, least in (("n", 0), ("n_han", 1)):
        bad = _bad_numbers(counts[column], least)
        if bad.any():
            row = counts.loc[bad].iloc[0]
            raise ValueError(
                f"{column} of '{row[of]}' is {row[column]} ({', '.join(str(row[c]) for c in lead)}); "
                f"it is a number, {least} or more. Count again with count_terms or count_tokens_by."
            )
    cell, cells = number_groups(counts, lead)
    names = counts[of].astype("category")
    from scipy.sparse import csr_array

    once = np.ones(len(counts), dtype=bool)
    if csr_array((once, (cell, names.cat.codes.to_numpy()))).nnz < len(counts):
        raise ValueError(
            f"rows of the same {', '.join(map(str, lead))} have the same {of} twice. Count once, by "
            "all that tells the rows apart: count_terms(..., by=[...])."
        )
    return of, cell, cells, names


def _lead(counts, by, of):
    """List the columns that tell cells apart."""
    return list(dict.fromkeys([*by, *counts.columns[: counts.columns.get_loc(of)]]))


def sum_counts(counts, by, of):
    """Sum checked counts, every group with a row for every name: the first row of each group; the
    names in use, in their order; n and n_han as arrays of groups x names."""
    (cell, groups), (name, names) = number_groups(counts, by), number_groups(counts, [of])
    size = (len(groups), len(names))
    cell *= len(names)
    cell += name
    n, n_han = (
        np.bincount(cell, counts[c].to_numpy(dtype=float), np.prod(size)).reshape(size)
        for c in ("n", "n_han")
    )
    return groups, list(names[of]), n, n_han


def spread_counts(counts, groups, of, names, n, n_han):
    """Give sums, arrays of groups x names, as a table with a row for every group and name, typed as
    the counts are."""
    table = _spread(groups, of, names, groups.shape[1], {"n": n.ravel(), "n_han": n_han.ravel()})
    types = {c: counts[c].dtype for c in (of, "n", "n_han")}
    for column in ("n", "n_han"):
        if table[column].max() >= 2**31 and pd.api.types.is_integer_dtype(types[column]):
            types[column] = "int64"  # sums may run over the type of what was summed
    return table.astype(types)


def _bad_numbers(column, least):
    """Tell which values are no number, infinite, or below the least."""
    values = pd.to_numeric(column, errors="coerce").to_numpy(float, na_value=np.nan)
    return ~((values >= least) & (values < np.inf)) | pd.api.types.is_string_dtype(column)


def number_groups(table, columns):
    """Number the groups that columns tell apart, in their order, as groupby does, but comparing text
    once per value: the number of each row, and the first row of each group."""
    code, size = 0, 1
    for column in columns:
        value, values = pd.factorize(table[column], use_na_sentinel=False)
        if size * len(values) > 2**62:
            code = pd.factorize(code)[0]
            size = code.max() + 1
        code, size = code * len(values) + value, size * len(values)
    code, different = pd.factorize(code)
    first = np.empty(len(different), dtype=int)
    first[code[::-1]] = np.arange(len(code))[::-1]  # the last to be written is the first row
    groups = table.iloc[first]
    order = groups.groupby(columns, observed=True, dropna=False).ngroup().to_numpy()
    return order[code], groups.iloc[np.argsort(order)].reset_index(drop=True)


def check_known(table, columns):
    """Raise ValueError where a name to group by is missing; a place or year may not be '' either."""
    for column in columns:
        unknown = table[column].isna()
        if column in ("place", "year"):
            unknown |= table[column] == ""
        if unknown.any():
            some = ""
            if "report_id" in table:
                ids = list(table.loc[unknown, "report_id"].astype(str))
                some = f" ({', '.join(ids[:3])}{' ...' if len(ids) > 3 else ''})"
            raise ValueError(
                f"{unknown.sum()} of {len(table)} row(s) have no {column}{some}: leave them out, or "
                "set it in manifest.csv and build again."
            )


def check_once(clauses):
    """Raise ValueError where a clause of a report is there twice."""
    twice = clauses.duplicated(["report_id", "clause"])
    if twice.any():
        report, clause = clauses.loc[twice, ["report_id", "clause"]].iloc[0]
        raise ValueError(
            f"clauses are there twice, the first {clause} of {report}: give each report's clauses once."
        )


def say_why(reasons):
    """Join for each row the reasons that hold of it: {reason: one truth a row} to a column of text."""
    code = sum(np.asarray(holds, dtype=int) << i for i, holds in enumerate(reasons.values()))
    texts = [
        "; ".join(reason for i, reason in enumerate(reasons) if at >> i & 1)
        for at in range(1 << len(reasons))
    ]
    return np.array(texts, dtype=object)[code]


def need(table, columns, what, source):
    """Raise ValueError where a table lacks columns: it is not the table that is wanted."""
    missing = [column for column in columns if column not in table.columns]
    if missing:
        raise ValueError(
            f"this needs {what}, with the column(s) {', '.join(missing)}; the table given has "
            f"{', '.join(map(str, list(table.columns)[:8]))}. Such a table comes from {source}."
        )


def need_text(clauses):
    """Raise ValueError where clauses come without their text."""
    if "text" not in clauses.columns:
        raise ValueError(
            "these clauses have no text: reports' texts are not shipped. Build the tables from "
            "the files: toolkit.build(FOLDER)."
        )


def check_names(names, known, what):
    """Raise ValueError for the first name that is not known, with the nearest ones that are."""
    known = list(map(str, known))
    for name in names:
        if str(name) not in known:
            near = get_close_matches(str(name), known, n=5, cutoff=0.3) or known[:8]
            raise ValueError(f"there is no {what} '{name}'. Near it: {', '.join(near) or 'none'}.")
