from itertools import islice

import numpy as np
import pandas as pd
import pytest

import toolkit
from toolkit import DATA, places, simulate
from toolkit.simulate import NOTE, TERMS, simulate_counts, simulate_reports

SAMPLE = DATA / "sample"
ONE = TERMS.iloc[[0]].assign(provincial=1.0)


@pytest.fixture(scope="module")
def sample(tmp_path_factory):
    from toolkit import cache

    was, cache.folder = cache.folder, lambda: tmp_path_factory.mktemp("cache")
    try:
        return toolkit.build(SAMPLE / "reports")
    finally:
        cache.folder = was


@pytest.fixture(scope="module")
def truth():
    return pd.read_csv(SAMPLE / "truth-reports.csv"), pd.read_csv(SAMPLE / "truth-terms.csv")


def test_the_shipped_sample_is_what_the_command_writes(tmp_path, capsys):
    from toolkit.__main__ import main

    assert main(["simulate", str(tmp_path)]) == 0 and "fictional" in capsys.readouterr().out
    written = {p.relative_to(tmp_path): p.read_bytes() for p in tmp_path.rglob("*") if p.is_file()}
    shipped = {p.relative_to(SAMPLE): p.read_bytes() for p in SAMPLE.rglob("*") if p.is_file()}
    assert written == shipped and len(written) == 60


def test_tables_written_some_rows_at_a_time_are_the_same_tables(tmp_path, monkeypatch):
    monkeypatch.setattr(simulate, "_ROWS", 7)
    simulate_reports(tmp_path, places=12, n_han=1200, missing=0.05, seed=1)
    for name in ("truth-reports.csv", "truth-terms.csv", "reports/manifest.csv"):
        assert (tmp_path / name).read_bytes() == (SAMPLE / name).read_bytes(), name


def test_there_are_names_for_twenty_thousand_places_that_do_not_exist():
    names = [name + "市" for name in islice(simulate._names(), 20_000)]
    assert len(set(names)) == 20_000
    assert not places.mentioned("，".join(names)) and not any(map(places.find_places, names))


def test_every_file_says_that_it_is_fictional():
    for path in SAMPLE.rglob("*"):
        if path.is_file():
            lines = path.read_text(encoding="utf-8-sig").splitlines()
            said = [NOTE in line for line in lines]
            assert all(said[1:]) if path.suffix == ".csv" else said[1], path


def test_no_such_place_exists(truth):
    names = set(truth[0]["place"])
    assert len(names) == 12
    assert not any(places.find_places(name) or places.mentioned(name) for name in names)


def test_what_is_read_is_what_was_written(sample, truth):
    reports, terms = truth
    assert sample.problems.empty
    read = sample.reports.set_index("report_id").loc[reports["file"]].reset_index()
    for column in ("place", "level", "province", "year", "n_han"):
        assert (read[column].astype(str) == reports[column].astype(str)).all(), column
    roles = sample.clauses.pivot_table(
        "n_han", "report_id", "role", aggfunc="sum", observed=True, fill_value=0
    )
    for role in ("intro", "achievement", "problem", "plan"):
        assert (roles[role].loc[reports["file"]].to_numpy() == reports[role].to_numpy()).all(), role
    claims = sample.claims.groupby("report_id", observed=True).size()
    assert (claims.loc[reports["file"]].to_numpy() == reports["claims"].to_numpy()).all()
    hits = sample.hits.groupby(["report_id", "term"], observed=True).size()
    expected = terms[terms["n"] > 0].set_index(["file", "term"])["n"]
    assert hits[hits > 0].to_dict() == expected.to_dict()


def test_what_was_copied_is_found_and_little_else(sample, truth):
    before = toolkit.previous(toolkit.add_relation(sample.reuse, sample.reports))
    copied = truth[0].set_index("file")["copied"]
    known = before["report_id"].map(copied)
    adjacent = before["year"] - before["other_year"] == 1
    assert adjacent.sum() > 30
    assert (before["shared_han"] >= known)[adjacent].all()
    assert ((before["shared_han"] - known) / before["n_han"]).mean() < 0.15  # set phrases


def test_first_use_is_the_year_it_was_taken_up_where_that_year_is_seen(sample, truth):
    counts = toolkit.count_terms(
        sample.hits, sample.clauses, sample.reports, among=list(TERMS["term"])
    )
    first = toolkit.first_use(counts).astype({"term": str})
    known = truth[1].dropna(subset="adopted").drop_duplicates(["place", "term"])
    both = first.merge(known[["place", "term", "adopted"]], on=["place", "term"])
    reports = set(zip(truth[1]["place"], truth[1]["year"], strict=True))
    seen = pd.Series([pair in reports for pair in zip(both["place"], both["adopted"], strict=True)])
    assert (both["until"] == both["adopted"])[seen].all() and seen.sum() > 15
    late = both[~seen]  # the report of the year is missing: use shows later, or never
    assert ((late["until"] > late["adopted"]) | late["until"].isna()).all() and len(late)


def test_the_same_seed_gives_the_same_panel_whatever_else_is_drawn():
    every, one = simulate_counts(seed=4), simulate_counts(TERMS.iloc[[3]], seed=4)
    mine = every[every["term"] == "数据要素"].reset_index(drop=True)
    pd.testing.assert_frame_equal(mine.astype({"term": str}), one.astype({"term": str}))
    assert not simulate_counts(seed=5)["n"].equals(every["n"])


def test_means_and_spread_are_those_asked_for():
    terms = pd.concat([ONE.assign(term=f"词{i}") for i in range(400)])
    drawn = simulate_counts(terms, places=8, years=2, n_han=20000, between=0.0, spread=0.5, seed=1)
    z = (drawn["n"] - drawn["expected"]) / np.sqrt(drawn["expected"] + 0.5 * drawn["expected"] ** 2)
    assert abs(z.mean()) < 0.04 and abs(z.var() - 1) < 0.06
    assert drawn["expected"].tolist() == pytest.approx((3.0 * drawn["n_han"] / 1000).tolist())


def test_reports_go_missing_and_places_with_them():
    whole, part = simulate_counts(ONE, seed=2), simulate_counts(ONE, seed=2, missing=0.4)
    assert len(whole) == 150 and 60 < len(part) < 120
    assert set(part["place"]) <= set(whole["place"])


def test_a_known_slope_and_a_known_ratio_lie_in_their_intervals():
    names = [f"词{i}" for i in range(200)]
    terms = pd.DataFrame({"term": names, "rate": 0.2, "ratio": 1.15, "provincial": 2.0})
    counts = simulate_counts(terms.assign(since=None, uptake=1.0), seed=3, missing=0.1)
    moved = toolkit.trend(counts)
    assert 0.92 <= ((moved["low"] <= 1.15) & (moved["high"] >= 1.15)).mean() <= 0.99
    levels = toolkit.contrast(
        counts.groupby(["level", "place", "term"], observed=True)[["n", "n_han"]].sum().reset_index(),
        "provincial", "prefectural", by="level",
    )  # fmt: skip
    assert 0.9 <= ((levels["low"] <= 1) & (levels["high"] >= 1)).mean() <= 0.99


@pytest.mark.parametrize("wrong", [{"places": 0}, {"years": 0}, {"spread": -1}, {"missing": 1.5}])
def test_panels_that_cannot_be_are_refused(wrong):
    ((name, value),) = wrong.items()
    with pytest.raises(ValueError, match=f"{name} is {value}; it lies between"):
        simulate_counts(ONE, **wrong)


def test_another_seed_writes_other_reports(tmp_path):
    reports, _ = simulate_reports(tmp_path, places=2, years=2, n_han=800, seed=9)
    assert len(reports) == 4 and (reports["copied"].to_numpy()[::2] == 0).all()
    assert "虚构" in (tmp_path / "reports" / f"{reports['file'][0]}.txt").read_text("utf-8")
