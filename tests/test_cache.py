"""Stopped builds, repeated builds, two at once: the tables are those of one quiet build."""

import os
import sqlite3
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pages
import pytest
from conftest import ROOT

import toolkit
from toolkit import cache, corpus, parts
from toolkit.tables import Corpus, write


@pytest.fixture
def folder(tmp_path):
    folder = tmp_path / "reports"
    folder.mkdir()
    for i in range(4):
        text = f"虚构的云溪市第{i}份报告。\n我们优化营商环境，种树{i}棵。\n"
        (folder / f"{i}.txt").write_text(text, encoding="utf-8")
    (folder / "page.html").write_bytes(pages.html())
    return folder


@pytest.fixture
def read(monkeypatch):
    """The ids of the reports that were read anew, in a list that the test may clear."""
    ids, read_report = [], parts._read_report
    monkeypatch.setattr(parts, "_read_report", lambda *a: ids.append(a[1]) or read_report(*a))
    return ids


def tables(folder):
    return {file.name: file.read_bytes() for file in folder.iterdir()}


def test_a_repeated_build_reads_only_what_changed(folder, tmp_path, read):
    def build(**options):
        read.clear()
        toolkit.build(folder, tmp_path / "out", **options)
        return read.copy()

    everything = ["0", "1", "2", "3", "page"]
    assert build() == everything
    first = tables(tmp_path / "out")
    assert build() == [] and tables(tmp_path / "out") == first
    assert build(fresh=True) == everything and tables(tmp_path / "out") == first
    (folder / "2.txt").write_text("虚构的报告，改过了。", encoding="utf-8")
    assert build() == ["2"]
    (folder / "manifest.csv").write_text("file,year\n3.txt,2023\n", encoding="utf-8")
    assert build() == ["3"]
    assert build(simplify=True) == everything
    assert build(lexicon=toolkit.load_lexicon().iloc[:9]) == everything
    after = tables(tmp_path / "out")
    build(lexicon=toolkit.load_lexicon().iloc[:9], fresh=True)
    assert tables(tmp_path / "out") == after


def test_nobody_is_shown_progress_who_does_not_look(folder, monkeypatch, capsys):
    toolkit.build(folder)
    assert capsys.readouterr() == ("", "")
    assert corpus._progress([1]).disable
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    assert not corpus._progress([1]).disable


def test_progress_can_be_switched_off_for_a_page_that_is_the_same_on_every_run():
    ask = "import ipykernel, toolkit.corpus as c; print(c._progress([1]).disable)"
    said = [
        subprocess.run(
            [sys.executable, "-c", ask], check=True, cwd=ROOT, capture_output=True, text=True,
            env={**os.environ, "TQDM_DISABLE": off},
        ).stdout.strip()
        for off in ("", "1")
    ]  # fmt: skip
    assert said == ["False", "True"]


def test_other_code_reuses_nothing(folder, read, monkeypatch):
    toolkit.build(folder)
    read.clear()
    for module in (cache, parts, corpus):
        monkeypatch.setattr(module, "code_key", lambda: "another version")
    toolkit.build(folder)
    assert len(read) == 5


def test_a_conversion_is_kept_as_well(folder, monkeypatch):
    toolkit.build(folder)
    monkeypatch.setattr("toolkit.reading._start", lambda memory: 1 / 0)
    assert len(toolkit.build(folder).reports) == 5


@pytest.mark.parametrize("harm", ["garbage", "values", "a file in its place"])
def test_a_damaged_cache_costs_time_only(folder, tmp_path, own_cache, harm):
    toolkit.build(folder, tmp_path / "one")
    (path,) = own_cache.glob("*.sqlite")
    if harm == "garbage":
        path.write_bytes(b"no database" * 100)
    elif harm == "values":
        with sqlite3.connect(path) as connection:
            connection.execute("UPDATE made SET value = substr(value, 1, 700)")
        connection.close()
    else:
        path.unlink()
        own_cache.rmdir()
        own_cache.write_text("x")
    toolkit.build(folder, tmp_path / "two")
    assert tables(tmp_path / "one") == tables(tmp_path / "two")
    if harm == "a file in its place":
        own_cache.unlink()
        own_cache.mkdir()


# A build that dies at the nth call of a function, as by kill -9: nothing is tidied up.
DIES = """
import os, sys
from pathlib import Path
from toolkit import cache, corpus, parts, tables
source, out, kept, module, name, nth = sys.argv[1:]
cache.folder = lambda: Path(kept)
parts._BATCH = 1
owner = {"parts": parts, "os": tables.os, "pq": tables.pq, "shutil": tables.shutil}[module]
function, calls = getattr(owner, name), []

def dying(*a, **k):
    calls.append(name)
    if len(calls) == int(nth):
        os._exit(9)
    return function(*a, **k)

setattr(owner, name, dying)
corpus.build(source, out)
"""


@pytest.mark.parametrize(
    ("module", "name", "nth", "left"),
    [("parts", "find_hits", 5, "old"), ("pq", "ParquetWriter", 2, "old"), ("os", "replace", 1, "old"),
     ("os", "replace", 2, "old"), ("shutil", "rmtree", 1, "new")],
)  # fmt: skip
def test_a_killed_build_leaves_old_tables_or_new_ones(
    folder, tmp_path, own_cache, read, module, name, nth, left
):
    out = tmp_path / "out"
    toolkit.build(folder, out)
    old = toolkit.load(out)
    for i in range(4):
        (folder / f"{i}.txt").write_text(f"虚构的新报告，种树{i}棵。" * (i + 1), encoding="utf-8")
    toolkit.build(folder, tmp_path / "whole", fresh=True)
    arguments = [sys.executable, "-c", DIES, folder, out, own_cache, module, name, nth]
    assert subprocess.run([*map(str, arguments)], cwd=ROOT, check=False).returncode == 9
    found = toolkit.load(out)
    expected = old if left == "old" else toolkit.load(tmp_path / "whole")
    for table in Corpus._fields:
        assert getattr(found, table).equals(getattr(expected, table)), table
    read.clear()
    toolkit.build(folder, out)
    assert tables(out) == tables(tmp_path / "whole")
    # The reports that were finished before it died are not read again.
    assert read == (["2", "3"] if name == "find_hits" else [])


def test_two_that_write_at_once_leave_the_tables_of_one(folder, tmp_path):
    out = tmp_path / "out"
    whole = toolkit.build(folder)
    part = whole._replace(reports=whole.reports[:1])
    with ThreadPoolExecutor(4) as threads:
        list(threads.map(lambda i: write((whole, part)[i % 2], out), range(40)))
    assert len(toolkit.load(out).reports) in (1, 5)
    assert [p.name for p in tmp_path.iterdir() if p.name.startswith(".")] == []
