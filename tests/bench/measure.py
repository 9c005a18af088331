"""Measure processes: seconds from start to end, and peak memory.

What measures stays small: a process begins as a copy of the one that starts it, and the kernel
counts that copy as its peak.
"""

import contextlib
import os
import statistics
import subprocess
import tempfile
import threading
import time
from pathlib import Path
from typing import NamedTuple

_EVERY = 0.1  # seconds between looks at the memory of a process and its children


class Run(NamedTuple):
    """One process: seconds, those of them on a processor, peak memory in MB, what it printed."""

    seconds: float
    busy: float
    peak: float
    out: str


def run(command, *, cores=1, limit=None, **environment):
    """Run a command on so many cores; give its Run.

    The peak is that of the process by the kernel's count, or the sum over it and its children as
    seen ten times a second (shared pages shared out), whichever is more. Raises TimeoutError after
    `limit` seconds, RuntimeError with what a command said that failed.
    """
    every = os.sched_getaffinity(0)
    done, seen = threading.Event(), [0.0]
    with tempfile.TemporaryFile("w+") as out, tempfile.TemporaryFile("w+") as said:
        os.sched_setaffinity(0, sorted(every)[-cores:])  # which a process takes from its parent
        start = time.perf_counter()
        process = subprocess.Popen(
            list(map(str, command)), stdout=out, stderr=said, start_new_session=True,
            env=os.environ | {name: str(value) for name, value in environment.items()},
        )  # fmt: skip
        os.sched_setaffinity(0, every)
        watch = threading.Thread(target=_watch, args=(process.pid, seen, done), daemon=True)
        stop = threading.Timer(limit or threading.TIMEOUT_MAX, os.killpg, (process.pid, 9))
        stop.daemon = True
        watch.start()
        stop.start()
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - start
        in_time = stop.is_alive()
        stop.cancel()
        done.set()
        watch.join()
        process.returncode = os.waitstatus_to_exitcode(status)
        if not in_time:
            raise TimeoutError(f"over {limit} s")
        if process.returncode:
            said.seek(0)
            raise RuntimeError(
                f"failed ({process.returncode}): {command[:3]}: {said.read()[-2000:]}"
            )
        out.seek(0)
        busy = usage.ru_utime + usage.ru_stime
        return Run(seconds, busy, max(usage.ru_maxrss / 1024, seen[0]), out.read())


def _watch(pid, seen, done):
    """Note the most memory that a process and its children are seen to take, in MB."""
    while not done.wait(_EVERY):
        seen[0] = max(seen[0], sum(map(_memory, _family(pid))))


def _family(pid):
    """Yield a process and its children, theirs included."""
    yield pid
    for path in Path(f"/proc/{pid}/task").glob("*/children"):
        with contextlib.suppress(OSError):  # it has just ended
            for child in path.read_text().split():
                yield from _family(int(child))


def _memory(pid):
    """Give the memory of a process in MB, its part of shared pages included."""
    with contextlib.suppress(OSError):
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) / 1024
    return 0.0


def in_turn(cases, times):
    """Run cases, {name: function that gives a Run}, in turn; give the Runs of each."""
    runs = {name: [] for name in cases}
    for _ in range(times):
        for name, case in cases.items():
            runs[name].append(case())
    return runs


def median(runs):
    """Give the median seconds of some Runs."""
    return statistics.median(run.seconds for run in runs)


HEAD = ("", "seconds", "range", "on a processor", "peak MB")


def cells(name, runs):
    """Write Runs as a line under HEAD: median seconds, their range, median of those on a processor
    (less where others had it), highest peak."""
    seconds = [run.seconds for run in runs]
    return (
        name, f"{median(runs):.2f}", f"{min(seconds):.2f} to {max(seconds):.2f}",
        f"{statistics.median(run.busy for run in runs):.2f}", f"{max(run.peak for run in runs):.0f}",
    )  # fmt: skip


def table(head, rows):
    """Set a Markdown table."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(map(str, line)) + " |" for line in lines)
