"""One core, many, other machines: the same bytes; lost workers cost time; old tables stay intact."""

import errno
import os
import signal
import sys
import warnings
from concurrent.futures import Future, ProcessPoolExecutor, ThreadPoolExecutor, wait
from multiprocessing import get_context
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import toolkit
from toolkit import corpus, parts, workers
from toolkit.tables import Corpus


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """Twelve reports that a build takes in batches of one or two, a few at a time."""
    monkeypatch.setattr(workers, "_AHEAD", 1)
    monkeypatch.setattr(workers, "_FEWEST", 1)
    toolkit.simulate_reports(tmp_path / "made", places=3, years=4, n_han=120, missing=0, seed=3)
    monkeypatch.setattr(parts, "_BATCH", 500)
    return tmp_path / "made" / "reports"


def tables(folder):
    return {file.name: file.read_bytes() for file in folder.iterdir()}


def built(folder, out, **how):
    toolkit.build(folder, out, fresh=True, **how)
    return tables(out)


@pytest.mark.parametrize("how", ["jobs", "threads", "one batch", "large", "large and jobs"])
def test_the_same_bytes_however_the_work_is_done(folder, tmp_path, monkeypatch, how):
    alone = built(folder, tmp_path / "alone")
    if how == "one batch":
        monkeypatch.setattr(parts, "_BATCH", 10**9)
    options = {"jobs": 2} if "jobs" in how else {}
    if how == "threads":
        options["executor"] = ThreadPoolExecutor(3)
    assert built(folder, tmp_path / "other", large="large" in how, **options) == alone


def test_long_tables_are_cut_into_the_same_row_groups(folder, tmp_path, monkeypatch):
    monkeypatch.setattr("toolkit.tables._ROWS", 100)
    assert built(folder, tmp_path / "a") == built(folder, tmp_path / "b", large=True)


class Deadly:
    """An executor that kills one of its processes when the third task is handed to it."""

    def __init__(self, executor, processes):
        self.executor, self.processes, self.tasks = executor, processes, 0

    def submit(self, function, *arguments):
        self.tasks += 1
        future = self.executor.submit(function, *arguments)
        if self.tasks == 3:
            self.executor.submit(abs, 1).result()  # a process is there
            os.kill(self.processes()[0], signal.SIGKILL)
            wait([future])
        return future

    def shutdown(self, **options):
        self.executor.shutdown(**options)


@pytest.mark.skipif(sys.platform == "win32", reason="no signals to kill a process with")
def test_a_pool_that_loses_a_process_costs_time_only(folder, tmp_path):
    alone = built(folder, tmp_path / "alone")
    with ProcessPoolExecutor(2, get_context("spawn")) as pool:
        deadly = Deadly(pool, lambda: list(pool._processes))
        with pytest.warns(RuntimeWarning, match="a worker was lost"):
            assert built(folder, tmp_path / "other", executor=deadly) == alone


def test_processes_of_our_own_that_are_lost_are_replaced(folder, tmp_path, monkeypatch):
    alone, pools, start = built(folder, tmp_path / "alone"), [], workers._processes

    def deadly(jobs):
        pools.append(start(jobs))
        first = Deadly(pools[0], lambda: list(pools[0]._processes))
        return first if len(pools) == 1 else pools[-1]

    monkeypatch.setattr(workers, "_processes", deadly)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # only where a task was lost as well
        assert built(folder, tmp_path / "other", jobs=2) == alone
    assert len(pools) == 2


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
@pytest.mark.skipif(sys.platform == "win32", reason="no signals to kill a process with")
def test_a_cluster_that_loses_a_worker_costs_time_only(folder, tmp_path):
    distributed = pytest.importorskip("distributed")
    alone = built(folder, tmp_path / "alone")
    with (
        distributed.LocalCluster(
            n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None
        ) as cluster,
        distributed.Client(cluster) as client,
    ):
        executor = client.get_executor()
        deadly = Deadly(executor, lambda: list(client.run(os.getpid).values()))
        assert built(folder, tmp_path / "other", executor=deadly) == alone
        assert deadly.tasks > 3


def failed(error):
    """An executor of which every task fails with this error."""

    class Executor:
        def submit(self, function, *arguments):
            future = Future()
            future.set_exception(error)
            return future

    return Executor()


def test_workers_without_the_package_are_named(folder, tmp_path):
    before = built(folder, tmp_path / "out")
    executor = failed(ModuleNotFoundError("No module named 'toolkit'"))
    with pytest.raises(RuntimeError, match="workers cannot import.*'toolkit'.*Install"):
        toolkit.build(folder, tmp_path / "out", fresh=True, executor=executor)
    assert tables(tmp_path / "out") == before


def test_workers_with_another_version_are_refused(folder, tmp_path, monkeypatch):
    before = built(folder, tmp_path / "out")
    monkeypatch.setattr(corpus, "code_key", lambda: "newer")
    with pytest.raises(RuntimeError, match="another version of this package"):
        toolkit.build(folder, tmp_path / "out", fresh=True, executor=ThreadPoolExecutor(1))
    assert tables(tmp_path / "out") == before


def test_a_scheduler_that_is_not_there_is_named(folder, tmp_path):
    executor = ThreadPoolExecutor(1)
    executor.shutdown()
    with pytest.raises(RuntimeError, match="takes no work.*Is its scheduler running"):
        toolkit.build(folder, fresh=True, executor=executor)


def test_what_an_executor_no_longer_takes_is_done_here(folder, tmp_path):
    alone = built(folder, tmp_path / "alone")

    class Ending(ThreadPoolExecutor):
        def submit(self, function, *arguments):
            future = super().submit(function, *arguments)
            future.result()
            self.shutdown()
            return future

    assert built(folder, tmp_path / "other", executor=Ending(1)) == alone


def test_zero_jobs_are_refused(folder):
    with pytest.raises(ValueError, match="1 or more, not 0"):
        toolkit.build(folder, jobs=0)


@pytest.mark.parametrize("large", [False, True])
def test_a_disk_that_fills_leaves_the_old_tables(folder, tmp_path, monkeypatch, large):
    before = built(folder, tmp_path / "out")

    def full(*arguments, **options):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("toolkit.tables.pq.ParquetWriter.write_table", full)
    with pytest.raises(OSError, match="is full. What is in .* stays as it was"):
        toolkit.build(folder, tmp_path / "out", large=large)
    assert tables(tmp_path / "out") == before
    assert not [p for p in tmp_path.iterdir() if p.name.startswith(".out")]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no device that is always full")
def test_a_full_disk_is_known_by_its_number():
    table = pa.table({"n": np.arange(10**6)})
    with pytest.raises(OSError) as full, pq.ParquetWriter("/dev/full", table.schema) as writer:
        writer.write_table(table)
    assert full.value.errno == errno.ENOSPC


def test_a_folder_that_changes_meanwhile_is_said_so(folder, monkeypatch):
    first, second, *_ = sorted(folder.glob("*.txt"))
    read, done = parts._read_report, []

    def meddling(*arguments):
        if not done:
            second.write_text(second.read_text(encoding="utf-8") + "又一行。", encoding="utf-8")
            (folder / "zz.txt").write_text("虚构的新报告。", encoding="utf-8")
            first.unlink()
        done.append(1)
        return read(*arguments)

    monkeypatch.setattr(parts, "_read_report", meddling)
    problems = toolkit.build(folder, fresh=True).problems.set_index("file")["reason"]
    assert "changed while" in problems[second.name] and "came while" in problems["zz.txt"]
    assert "went while" in problems[first.name]


def test_only_the_tables_that_are_asked_for_are_made(folder, tmp_path):
    whole = toolkit.build(folder)
    part = toolkit.build(folder, tmp_path / "out", only=["tokens"])
    assert part.tokens.equals(whole.tokens) and part.clauses["from_own"].isna().all()
    for name in ("hits", "claims", "marks", "reuse"):
        assert getattr(part, name) is None
    loaded = toolkit.load(tmp_path / "out")
    assert [n for n in Corpus._fields if getattr(loaded, n) is None] == [
        "hits",
        "claims",
        "marks",
        "reuse",
    ]
    assert "tokens" in repr(loaded) and "hits" not in repr(loaded)
    with pytest.raises(ValueError, match="no table to make 'word'.*tokens"):
        toolkit.build(folder, only=["word"])


def test_large_needs_a_folder(folder):
    with pytest.raises(ValueError, match="out=FOLDER"):
        toolkit.build(folder, large=True)
