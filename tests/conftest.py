"""What the tests share: where texts lie, an invented country, and six invented sentences."""

import json
from pathlib import Path

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest
from hypothesis import settings

import toolkit
from toolkit import cache, places
from toolkit.lexicon import COLUMNS, as_codes, find_hits, is_han
from toolkit.sections import ROLES

mpl.use("agg")
settings.register_profile("same every time", derandomize=True, deadline=None)
settings.load_profile("same every time")

ROOT = Path(__file__).parent.parent
SHARED = ROOT.parent / "shared"

# Fictional: no such province, city or district exists.
DIVISIONS = """code,level,province,city,county
990000,provincial,沧澜省,,
990100,prefectural,沧澜省,云溪市,
990101,county,沧澜省,云溪市,松月区
990102,county,沧澜省,云溪市,鹭洲区
990200,prefectural,沧澜省,星渡市,
990201,county,沧澜省,星渡市,松月区
"""


def texts(name):
    """Give the folder of the real texts, or skip and say why."""
    folder = SHARED / "corpora" / name
    if not folder.is_dir():
        pytest.skip(f"the texts of {name} do not lie beside this checkout (they are not shipped)")
    return folder


def read_text(path):
    """Read a UTF-8 text as it is, line ends included."""
    return path.read_bytes().decode("utf-8")


def reference(name):
    """Give a file of reference values, or skip and say why."""
    path = SHARED / "reference" / name
    if not path.is_file():
        pytest.skip(f"{name} does not lie beside this checkout")
    return path


@pytest.fixture(scope="module")
def published():
    """The published cases by their id."""
    cases = json.loads(read_text(reference("reference_values.json")))["cases"]
    return {case["id"]: case for case in cases}


def near(case, got, expected):
    """Check a value against a published one, at the tolerance given there."""
    np.testing.assert_allclose(got, expected, rtol=0, atol=case["abs_tol"])


@pytest.fixture(autouse=True)
def own_cache(tmp_path_factory, monkeypatch):
    """No test finds the finished work of another, or of whoever runs the tests."""
    folder = tmp_path_factory.mktemp("cache")
    monkeypatch.setattr(cache, "folder", lambda: folder)
    return folder


@pytest.fixture
def invented(tmp_path, monkeypatch):
    """An invented country in place of the real divisions."""
    (tmp_path / "divisions.csv").write_text(DIVISIONS, encoding="utf-8")
    monkeypatch.setattr(places, "DATA", tmp_path)
    cached = (
        places._divisions,
        places._mentions,
        places._ranks,
        places.find_places,
        places._in_full,
    )
    for function in cached:
        function.cache_clear()
    yield
    for function in cached:
        function.cache_clear()


@pytest.fixture(scope="session")
def panel():
    return toolkit.load("work-reports")


@pytest.fixture(scope="session")
def bureaus():
    return toolkit.load("bureau-reports")


def tiny(texts_by_report, terms):
    """Make tables of invented reports: {report_id: [clause, ...]}, with one term per surface."""
    rows = [
        (report, i, "0", "plan", 0, 0, int(is_han(as_codes(text)).sum()), text)
        for report, clauses in texts_by_report.items()
        for i, text in enumerate(clauses)
    ]
    clauses = pd.DataFrame(
        rows, columns=["report_id", "clause", "section", "role", "start", "end", "n_han", "text"]
    )
    ids = list(texts_by_report)
    clauses["report_id"] = pd.Categorical(clauses["report_id"], ids)
    clauses["role"] = pd.Categorical(clauses["role"], ROLES)
    lexicon = pd.DataFrame(
        [
            {**dict.fromkeys(COLUMNS, ""), "term": t, "category": "c", "surfaces": s}
            for t, s in terms.items()
        ]
    )
    reports = pd.DataFrame({"report_id": ids})
    reports["n_han"] = clauses.groupby("report_id", observed=True)["n_han"].sum().to_numpy()
    return clauses, find_hits(clauses, lexicon), reports
