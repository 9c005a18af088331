"""The committed results of `make validate`: they are what the script writes, and hold what is said."""

import sys

import pandas as pd
import pytest
from conftest import ROOT, read_text

FOLDER = ROOT / "tests" / "validation"
OURS = [
    "rate", "log ratio, two groups of places", "trend, ratio per year",
    "trend, last year to first", "share of places that have adopted", "rate of one report, blocks",
]  # fmt: skip


@pytest.fixture(scope="module")
def results():
    return pd.read_csv(FOLDER / "results.csv")


@pytest.fixture
def validate(monkeypatch):
    monkeypatch.syspath_prepend(str(FOLDER))
    import validate

    yield validate
    sys.modules.pop("validate")


def test_intervals_hold_the_truth_about_as_often_as_they_say(results):
    ours = results[results["measure"].isin(OURS)]
    assert set(ours["measure"]) == set(OURS)
    assert {8, 30, 80} <= set(ours["places"].dropna()) and (ours["panels"] >= 50).all()
    assert ours["coverage"].min() > 0.92 and ours["coverage"].between(0.93, 1).mean() > 0.98
    many = ours[
        (ours["places"] >= 30) & (ours["mentions"] >= 3) & ~ours["measure"].str.contains("first")
    ]
    assert many["coverage"].between(0.92, 0.97).all()


def test_places_as_draws_keep_the_declared_rate_and_words_do_not():
    table = pd.read_csv(FOLDER / "false-discoveries.csv")
    words = table["measure"].str.contains("words")
    kept = table[~words]
    assert (kept["false_discovery_rate"] - 2.6 * kept["error"] <= kept["declared"]).all()
    assert (table.loc[words, "families_with_one"] == 1).all()


def test_power_grows_with_places_years_and_size():
    power = pd.read_csv(FOLDER / "power.csv")
    cells = power.pivot(index=["mentions", "years", "places"], columns="ratio", values="power")
    least, most = (cells.xs(places, level="places") for places in (8, 80))
    assert (most >= least)[[1.1, 1.2, 1.5]].all().all()
    assert cells.loc[(3.0, 5, 80), 1.1] > cells.loc[(3.0, 3, 80), 1.1]
    assert cells.loc[(3.0, 5, 80), 1.1] > cells.loc[(0.3, 5, 80), 1.1]


def test_a_setting_run_again_gives_the_committed_rows(validate, results):
    again = pd.DataFrame(validate.cover_report((80, 3.0, 1.0)))
    same = results[
        (results["clauses"] == 80) & (results["mentions"] == 3) & (results["overdispersion"] == 1)
    ]
    assert again["coverage"].round(4).tolist() == same["coverage"].tolist()


def test_the_readme_cites_the_tables(results):
    readme = read_text(ROOT / "README.md")
    ours = results[results["measure"].isin(OURS)]
    assert f"{100 * ours['coverage'].min():.0f} to {100 * ours['coverage'].max():.0f} %" in readme
    assert "make validate" in readme and "tests/validation/results.csv" in readme
