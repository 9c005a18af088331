"""The scripts of make bench give what they should, and a build does nothing twice: counted, not timed."""

import json
import os
import subprocess
import sys
import time
import tracemalloc
from collections import Counter
from pathlib import Path
from types import SimpleNamespace

import pandas as pd
import pytest
from conftest import ROOT

import toolkit
from toolkit.sections import HAN

BENCH = ROOT / "tests" / "bench"
SAMPLE = ROOT / "data" / "sample"
CALLS = 760  # of functions of the toolkit in a build of the sample, a report: a tenth over what was counted
# How often the steps of that build are done: once a report, or for all reports at once (find_hits with
# the lexicon and the markers, shingles in two pieces).
EACH = ("reading.read_file", "cleaning.clean", "metadata.infer_metadata", "sections.split_clauses")
ALL = {
    "lexicon.joined": 1, "lexicon.find_hits": 2, "segment.count_tokens": 1, "claims.find_claims": 1,
    "reuse.compare": 1, "shingles.shingles": 2,
}  # fmt: skip
PEAK = 125  # bytes of memory at the peak of that build, a Han character, that Python and NumPy asked for


@pytest.fixture
def scripts(monkeypatch):
    """The scripts of the benchmark can be imported, and find this toolkit."""
    monkeypatch.syspath_prepend(str(BENCH))
    monkeypatch.setenv("PYTHONPATH", str(ROOT))


def script(path, out, own_cache):
    """Run a script on the sample."""
    environment = os.environ | {
        "PYTHONPATH": str(ROOT), "XDG_CACHE_HOME": str(own_cache), "TMPDIR": str(own_cache),
    }  # fmt: skip
    command = [sys.executable, path, SAMPLE / "reports", out]
    done = subprocess.run(command, check=True, capture_output=True, text=True, env=environment)
    return done.stdout


def truth():
    """The mentions of each term that were put into the reports of each year."""
    terms = pd.read_csv(SAMPLE / "truth-terms.csv")
    return terms.groupby(["year", "term"])["n"].sum()


@pytest.mark.parametrize("name", ["job.py", "alternatives/with_counter.py"])
def test_this_project_and_the_loop_of_tutorials_find_what_was_put_in(name, tmp_path, own_cache):
    out = script(BENCH / name, tmp_path, own_cache)
    reports = pd.read_csv(SAMPLE / "truth-reports.csv")
    han = reports.groupby("year")["n_han"].sum()
    if name != "job.py":  # it counts the titles and the lines that say the texts are fictional, too
        texts = [
            (SAMPLE / "reports" / f"{file}.txt").read_text("utf-8") for file in reports["file"]
        ]
        han = pd.Series([len(HAN.findall(text)) for text in texts]).groupby(reports["year"]).sum()
    assert [int(n) for n in out.split()[::2]] == [len(reports), han.sum()]
    rates = pd.read_csv(tmp_path / "rates.csv").set_index(["year", "term"])["rate"]
    assert len(rates) == 30 and (tmp_path / "rates.png").stat().st_size > 10_000
    for year, term in [(2020, "放管服"), (2022, "营商环境"), (2024, "放管服")]:
        assert rates[year, term] == pytest.approx(1000 * truth()[year, term] / han[year])
    words = pd.read_csv(tmp_path / "keyness.csv")
    assert words["g2"].is_monotonic_decreasing and words["word"].str.len().min() > 1


def test_every_stage_of_a_build_is_timed(tmp_path, own_cache):
    seconds = json.loads(script(BENCH / "stages.py", tmp_path / "tables", own_cache))
    assert {"read", "clean", "hits", "marks", "reuse", "write", "all else"} < set(seconds)
    assert len(seconds) == 13 and all(spent > 0 for spent in seconds.values())


def test_a_stage_within_a_stage_is_not_counted_twice(scripts, monkeypatch):
    import stages

    clock = iter([0, 1, 3, 6])
    monkeypatch.setattr(stages, "time", SimpleNamespace(perf_counter=lambda: next(clock)))
    inner = stages.timed("inner", lambda: None)
    stages.timed("outer", lambda *_: inner())()
    assert stages.seconds == {"inner": 2, "outer": 4}


linux = pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="make bench needs Linux")


@linux
def test_memory_is_that_of_children_too():
    take = "import time; taken = bytearray(100_000_000); time.sleep(1)"
    both = (
        f"import subprocess, sys; child = subprocess.Popen([sys.executable, '-c', {take!r}]); "
        "taken = bytearray(100_000_000); child.wait()"
    )
    code = (  # in a small process: the peak of a child is not less than what its parent takes
        "import sys; from measure import run\n"
        f"for code in {[take, both]!r}: print(run([sys.executable, '-c', code], cores=2).peak)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], check=True, capture_output=True, text=True,
        env=os.environ | {"PYTHONPATH": str(BENCH)},
    )  # fmt: skip
    alone, two = map(float, done.stdout.split())
    assert 95 < alone < 160 and 195 < two < 280


@linux
def test_a_process_that_takes_too_long_or_fails_is_said_to(scripts):
    from measure import run

    start = time.monotonic()
    with pytest.raises(TimeoutError, match="over 1 s"):
        run([sys.executable, "-c", "import time; time.sleep(30)"], limit=1)
    assert time.monotonic() - start < 15
    with pytest.raises(RuntimeError, match="no such thing"):
        run([sys.executable, "-c", "raise SystemExit('no such thing')"])


def test_the_exponent_is_the_slope_of_the_logs(scripts):
    from growth import _exponent
    from measure import Run

    square = {n: Run(n * n / 1e6, 0, 0, "") for n in (1000, 3000, 10000)}
    assert _exponent(square)[0] == "2.00"
    assert _exponent({**square, 3000: "over 1 s"}) == ("unknown", "", 2)


def build():
    """Build every table of the sample anew."""
    toolkit.build(SAMPLE / "reports", fresh=True)


@pytest.fixture(scope="module")
def calls():
    """Calls of each function of the toolkit (file.function) in a build of the sample."""
    build()  # what is kept for the process is made: divisions, matchers, dictionary
    found, here = Counter(), str(Path(toolkit.__file__).parent)

    def see(frame, event, _):
        code = frame.f_code  # <listcomp> and its like are calls in some versions of Python only
        if event == "call" and code.co_filename.startswith(here) and code.co_name[0] != "<":
            found[f"{Path(code.co_filename).stem}.{code.co_name}"] += 1

    sys.setprofile(see)
    try:
        build()
    finally:
        sys.setprofile(None)
    return found


def test_no_step_of_a_build_is_done_twice(calls):
    reports = len(list((SAMPLE / "reports").glob("*.txt")))
    expected = ALL | dict.fromkeys(EACH, reports)
    assert {step: calls[step] for step in expected} == expected


def test_a_build_calls_no_more_than_it_did(calls):
    assert 100 < sum(calls.values()) / len(list((SAMPLE / "reports").glob("*.txt"))) < CALLS


def test_a_build_takes_no_more_memory_than_it_did():
    build()
    tracemalloc.start()
    try:
        build()
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    han = pd.read_csv(SAMPLE / "truth-reports.csv")["n_han"].sum()
    assert 20 < peak / han < PEAK
