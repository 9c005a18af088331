"""What a corpus can carry: the guard in front of every trend, and counts as arrays."""

import numpy as np
import pandas as pd

from .counts import check_known, check_rows, counted, need, number_groups, sum_counts
from .uncertainty import FEWEST

_SOURCE = "count_terms(..., by=['place', 'year'])"


def check_design(table):
    """Check that a corpus can carry a trend: places seen in several years, years that share places.

    One row per report, or per place x year x term, in; one row out: places; years; cells, the
    pairs of place and year with a report; repeated, places with two or more years; rank, of the
    dummies of places and years together: places + years less the separate blocks they fall into,
    so that one block tells places and years apart.

    Raises ValueError where fewer than five places have two or more years (Cameron & Miller 2015 on
    few clusters), where places and years fall into separate blocks, or a place or year is missing.
    It does not show that the places stand for others, nor why a report is missing.
    """
    need(table, ["place", "year"], "reports or counts", f"corpus.reports or {_SOURCE}")
    check_known(table, ["place", "year"])
    seen = number_groups(table, ["place", "year"])[1]
    place, places = pd.factorize(seen["place"])
    year, years = pd.factorize(seen["year"])
    repeated = int((np.bincount(place) > 1).sum())
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    pairs, nodes = (place, len(places) + year), len(places) + len(years)
    edges = coo_array((np.ones(len(seen)), pairs), shape=(nodes, nodes))
    blocks = connected_components(edges, directed=False)[0]
    have = f"{len(places)} place(s) in {len(years)} year(s), {repeated} of them in two or more"
    if not repeated:
        raise ValueError(
            f"place and year are the same thing here: no trend is identified ({have}). A trend "
            f"needs at least {FEWEST} places with two or more years each; describe the reports one "
            "by one instead."
        )
    if repeated < FEWEST:
        raise ValueError(
            f"{repeated} place(s) with two or more years; it takes {FEWEST}: there are {have}, which "
            "is too few for a trend. Add reports, or describe those there are."
        )
    if blocks > 1:
        raise ValueError(
            f"places and years fall into {blocks} blocks that share neither: there are {have}, and "
            "years of different blocks cannot be compared with places held fixed. Take one block at "
            "a time."
        )
    return pd.DataFrame(
        {
            "places": [len(places)], "years": len(years), "cells": len(seen), "repeated": repeated,
            "rank": nodes - blocks,
        }
    )  # fmt: skip


def check_counts(counts, by=()):
    """Check counts by place and year; give the column that names what is counted.

    Raises ValueError as `check_rows` does, and for a year that is no whole number.
    """
    need(counts, ["place", "year", "n", "n_han"], "counts by place and year", _SOURCE)
    of = check_rows(counts, [*by, "place", "year"])
    years = counts["year"].drop_duplicates()
    numbers = pd.api.types.is_numeric_dtype(years)
    odd = years[years % 1 != 0] if numbers else years
    if len(odd):
        raise ValueError(
            f"'{odd.iloc[0]}' is no year: years are whole numbers, not {years.dtype}. Turn them "
            "into numbers, or set them in manifest.csv and build again."
        )
    return of


def as_arrays(counts):
    """Give checked counts as arrays: a table of the terms, n and n_han of each term, place and year
    (0 where there is no report), and the years."""
    of = counted(counts, ["place", "year"])
    cells, names, *sums = sum_counts(counts, ["place", "year"], of)
    return name_terms(counts, of, names), *lay_out(cells, *sums)


def name_terms(counts, of, names):
    """Give the names in use as a table of one column, in the order they have in the counts."""
    ordered = getattr(counts[of].dtype, "ordered", False)
    return pd.DataFrame({of: pd.Categorical(names, names, ordered)})


def lay_out(cells, *sums, rows=slice(None)):
    """Lay sums out, arrays of cells x terms, or some rows of them, as terms x places x years, 0 where
    there is no cell; and give the years."""
    place, places = pd.factorize(cells["place"].iloc[rows])
    year, years = pd.factorize(cells["year"].iloc[rows], sort=True)
    laid = [np.zeros((values.shape[1], len(places), len(years))) for values in sums]
    for array, values in zip(laid, sums, strict=True):
        array[:, place, year] = values[rows].T
    return *laid, np.asarray(years, dtype=int)
