"""Long tables that stay on disk: DuckDB asks the Parquet files, in bounded memory.

A table on disk is one of DuckDB's relations: `.df()` brings it into memory, `.filter("...")` narrows
it, and the functions that count take it as they take a DataFrame.
"""

import tempfile
from functools import cache

import numpy as np
import pandas as pd

_MEMORY = "600MB"  # what DuckDB may take before it puts work on disk


@cache
def _connection():
    try:
        import duckdb
    except ImportError:
        raise ImportError(
            "tables that stay on disk are asked by DuckDB: pip install duckdb, or load them without large"
        ) from None
    spill = tempfile.gettempdir()
    return duckdb.connect(config={"memory_limit": _MEMORY, "temp_directory": spill, "threads": 2})


def open_table(path, known):
    """Give the table of a Parquet file as a relation; columns with `known` names are enumerations."""
    names = {
        column: "ENUM({})".format(", ".join("'{}'".format(n.replace("'", "''")) for n in values))
        for column, values in known.items()
    }
    cast = ", ".join(f'"{column}"::{enum} AS "{column}"' for column, enum in names.items())
    file = str(path).replace("'", "''")
    replaced = f" REPLACE ({cast})" if cast else ""
    return _connection().sql(f"SELECT *{replaced} FROM read_parquet('{file}')")


def on_disk(*tables):
    """Tell whether any of these tables is one on disk."""
    return any(table is not None and not isinstance(table, pd.DataFrame) for table in tables)


def categories(table, column):
    """List the names that a column of a table may have, used or not."""
    if not on_disk(table):
        return list(table[column].astype("category").cat.categories)
    kind = table.types[table.columns.index(column)]
    if kind.id == "enum":
        return list(dict(kind.children)["values"])
    return ask(f'SELECT DISTINCT "{column}" AS name FROM given ORDER BY ALL', given=table)[
        "name"
    ].tolist()


def total(table, column=None):
    """Count the rows of a table, on disk or in memory, or sum up a column."""
    if not on_disk(table):
        return len(table) if column is None else table[column].sum()
    what = "count(*)" if column is None else f"coalesce(sum({column}), 0)::BIGINT"
    return table.aggregate(what).fetchall()[0][0]


def ask(query, **tables):
    """Ask a query of tables by their names in it, on disk or in memory; give a DataFrame."""
    for name, table in tables.items():
        _connection().register(name, table)
    try:
        return _connection().sql(query).df()
    finally:
        for name in tables:
            _connection().unregister(name)


# ------------------------------------------------------------------ counts, of tables on disk


def sum_texts(clauses, reports, by, own=()):
    """Group clauses by columns of their reports, and `own` of theirs: the columns `by` of each group,
    in order, its reports and n_han."""
    groups = ask(
        f"""SELECT {_spelled(by, own)}, count(DISTINCT report_id) AS reports,
            sum(c.n_han)::BIGINT AS n_han
        FROM clauses AS c JOIN reports AS r USING (report_id)
        GROUP BY ALL ORDER BY {_spelled(by, own)}""",
        clauses=clauses, reports=reports,
    )  # fmt: skip
    kinds = {c: reports[c].dtype for c in by if c not in own}
    return groups.astype(kinds | dict.fromkeys(set(own) & {"section"}, "category"))


def sum_terms(hits, clauses, reports, groups, by, own, of, names):
    """Count names of hits in groups of texts: n, n_title and with_term as `count_terms` gives them,
    an array each, group by group and name by name."""
    prose = "NOT h.in_title" if "in_title" in hits.columns else "true"
    cells = ask(
        f"""SELECT {_spelled(by, own)}, h."{of}" AS name, count(*) FILTER ({prose}) AS n,
            count(*) FILTER (NOT ({prose})) AS n_title,
            count(DISTINCT report_id) FILTER ({prose}) AS with_term
        FROM hits AS h JOIN clauses AS c USING (report_id, clause)
        JOIN reports AS r USING (report_id) JOIN names ON names.name = h."{of}"::VARCHAR
        GROUP BY ALL""",
        hits=hits, clauses=clauses, reports=reports, names=pd.DataFrame({"name": names}, dtype=str),
    )  # fmt: skip
    return _placed(cells, groups, by, names, ("n", "n_title", "with_term"))


def sum_roles(clauses, reports, groups, by):
    """Count the Han characters of each role in groups of texts: the roles that are used, and n."""
    cells = ask(
        f"""SELECT {_spelled(by)}, c.role AS name, sum(c.n_han)::BIGINT AS n
        FROM clauses AS c JOIN reports AS r USING (report_id) GROUP BY ALL""",
        clauses=clauses, reports=reports,
    )  # fmt: skip
    roles = [role for role in categories(clauses, "role") if (cells["name"] == role).any()]
    return roles, _placed(cells, groups, by, roles, ("n",))


def sum_tokens(tokens, clauses, reports, groups, by, own):
    """Count tokens in groups of texts: a row per group and token it uses, as `count_tokens_by`."""
    cells = ask(
        f"""SELECT {_spelled(by, own)}, t.token, sum(t.n)::BIGINT AS n
        FROM tokens AS t JOIN (SELECT DISTINCT report_id, role FROM clauses) AS c
        USING (report_id, role) JOIN reports AS r USING (report_id)
        GROUP BY ALL ORDER BY {_spelled(by, own)}, t.token""",
        tokens=tokens, clauses=clauses, reports=reports,
    )  # fmt: skip
    table = groups.iloc[_group_of(cells, groups, by)].reset_index(drop=True)
    table.insert(len(by), "token", cells["token"].astype("category"))
    table.insert(len(by) + 1, "n", cells["n"])
    return table


def sum_frequent(tokens, clauses):
    """Count tokens over all reports: n, with_token and the sum over reports that use it of |share of
    the token - share of the text| - share of the text, by token; Han characters of all reports; those
    of the shortest; the number of reports. Sums are of whole numbers, in whatever order they come."""
    held = "SELECT report_id, role, sum(n_han)::HUGEINT AS n_han FROM clauses GROUP BY ALL"
    table = ask(
        f"""WITH held AS ({held}),
        length AS (SELECT report_id, sum(n_han) AS own FROM held GROUP BY ALL),
        used AS (SELECT token, report_id, sum(n)::HUGEINT AS n
            FROM tokens JOIN held USING (report_id, role) GROUP BY ALL),
        total AS (SELECT token, sum(n) AS total FROM used GROUP BY ALL),
        whole AS (SELECT sum(own) AS whole FROM length)
        SELECT token, any_value(total)::BIGINT AS n, count(*) AS with_token,
            sum(abs(n * whole - total * own) - total * own)::DOUBLE
                / any_value(total * whole)::DOUBLE AS apart
        FROM used JOIN total USING (token) JOIN length USING (report_id), whole
        GROUP BY token ORDER BY token""",
        tokens=tokens, clauses=clauses,
    )  # fmt: skip
    lengths = ask(
        "SELECT sum(own)::BIGINT, min(own)::BIGINT, count(*) FROM "
        "(SELECT sum(n_han) AS own FROM clauses GROUP BY report_id)", clauses=clauses,
    )  # fmt: skip
    return table.astype({"token": "category"}), *lengths.iloc[0].tolist()


def _spelled(by, own=()):
    """Spell the columns that make groups: those of clauses (c) and of reports (r)."""
    return ", ".join(f'{"c" if column in own else "r"}."{column}"' for column in by)


def _group_of(cells, groups, by):
    """Give the row in `groups` of each cell."""
    named = groups[by].astype(str).assign(group=np.arange(len(groups)))
    return cells[by].astype(str).merge(named, on=by, how="left")["group"].to_numpy()


def _placed(cells, groups, by, names, columns):
    """Lay counts out group by group and name by name, zeros included."""
    name = pd.Index(names, dtype=str).get_indexer(cells["name"].astype(str))
    at, size = _group_of(cells, groups, by) * len(names) + name, len(groups) * len(names)
    return {c: np.bincount(at, cells[c], size).astype(int) for c in columns}
