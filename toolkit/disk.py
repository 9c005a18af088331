"""Long tables that stay on disk: DuckDB asks the Parquet files, in bounded memory.

A table on disk is one of DuckDB's relations: `.df()` brings it into memory, `.filter("...")` narrows
it, and the functions that count take it as they take a DataFrame.
"""

import tempfile
from functools import cache

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
    """List the names that a column of a table on disk may have, used or not."""
    kind = table.types[table.columns.index(column)]
    if kind.id == "enum":
        return list(dict(kind.children)["values"])
    used = _connection().sql(f'SELECT DISTINCT "{column}" FROM table ORDER BY ALL')
    return [name for (name,) in used.fetchall()]


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
