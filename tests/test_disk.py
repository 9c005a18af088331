"""Tables that stay on disk give the counts of those in memory."""

import builtins

import pandas as pd
import pytest

import toolkit as tk
from toolkit import disk

COUNTS = {
    "terms": lambda c: tk.count_terms(c.hits, c.clauses, c.reports),
    "some terms": lambda c: tk.count_terms(c.hits, c.clauses, c.reports, by="year", among=["放管服", "营商环境"]),
    "categories by role": lambda c: tk.count_terms(c.hits, c.clauses, c.reports, by=["year", "role"], of="category"),
    "surfaces by section": lambda c: tk.count_terms(c.hits, c.clauses, c.reports, by="section", of="surface"),
    "claims": lambda c: tk.count_terms(c.claims, c.clauses, c.reports, by=["level", "year"], of="kind"),
    "words of claims": lambda c: tk.count_terms(c.claims, c.clauses, c.reports, by="year", of="word"),
    "some reports": lambda c: tk.count_terms(c.hits, c.clauses, c.reports[c.reports["year"] == 2023], by="report_id"),
    "roles": lambda c: tk.role_shares(c.clauses, c.reports),
    "tokens": lambda c: tk.count_tokens_by(c.tokens, c.clauses, c.reports, by=["province", "year"]),
    "tokens by role": lambda c: tk.count_tokens_by(c.tokens, c.clauses, c.reports, by=["year", "role"]),
    "frequent tokens": lambda c: tk.frequent_tokens(c.tokens, c.clauses),
}  # fmt: skip


@pytest.fixture(scope="module")
def large():
    return tk.load("work-reports", large=True)


@pytest.mark.parametrize("count", COUNTS.values(), ids=COUNTS)
def test_the_same_counts_on_disk_and_in_memory(count, panel, large):
    there, here = count(large), count(panel)
    pd.testing.assert_frame_equal(there, here, check_categorical=False, rtol=1e-12)
    again = count(large)
    assert there.equals(again)


def test_a_filter_on_disk_is_a_filter_in_memory(panel, large):
    plans = panel.clauses[panel.clauses["role"] == "plan"]
    there = tk.count_terms(large.hits, large.clauses.filter("role = 'plan'"), large.reports)
    here = tk.count_terms(panel.hits, plans, panel.reports)
    pd.testing.assert_frame_equal(there, here, check_categorical=False)
    mixed = tk.count_terms(large.hits, plans, panel.reports)
    pd.testing.assert_frame_equal(mixed, here, check_categorical=False)


def test_a_corpus_on_disk_says_what_it_holds_and_comes_into_memory(panel, large):
    assert repr(large) == repr(panel)
    pd.testing.assert_frame_equal(
        large.hits.df(), panel.hits, check_dtype=False, check_categorical=False
    )
    assert large.reports.equals(panel.reports)


def test_wrong_names_are_told_from_disk_too(large):
    with pytest.raises(ValueError, match="no term '放管'. Near it: 放管服"):
        tk.count_terms(large.hits, large.clauses, large.reports, among=["放管"])
    with pytest.raises(ValueError, match="hits first"):
        tk.count_terms(large.tokens, large.clauses, large.reports)
    with pytest.raises(ValueError, match="no column 'plce'. Near it: place"):
        tk.role_shares(large.clauses, large.reports, by="plce")


def test_without_duckdb_the_next_step_is_said(monkeypatch):
    imported = builtins.__import__

    def missing(name, *arguments, **options):
        if name == "duckdb":
            raise ImportError(name)
        return imported(name, *arguments, **options)

    disk._connection.cache_clear()
    monkeypatch.setattr(builtins, "__import__", missing)
    with pytest.raises(ImportError, match="pip install duckdb"):
        tk.load("bureau-reports", large=True)
    monkeypatch.undo()
    disk._connection.cache_clear()
