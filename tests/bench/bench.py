"""make bench: how long the first steps take, each in a fresh process on one core.

Prints medians of five runs. The build needs the texts of the panel beside the checkout
(../shared/corpora/work-reports) or a folder named on the command line.
"""

import os
import platform
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[2]
RUNS = 5
PREAMBLE = "import time, resource; start = time.perf_counter()\n"
REPORT = """
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
print(time.perf_counter() - start, peak)"""


def measure(code):
    """Run code in fresh processes; give the median seconds and the highest peak memory in MB."""
    seconds, peaks = [], []
    for _ in range(RUNS):
        out = subprocess.run(
            [sys.executable, "-c", PREAMBLE + code + REPORT],
            cwd=ROOT,
            check=True,
            capture_output=True,
            text=True,
        )
        time, peak = map(float, out.stdout.split()[-2:])
        seconds.append(time)
        peaks.append(peak)
    return statistics.median(seconds), max(peaks)


def main():
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {0})  # one core, for the children too
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT.parent / "shared/corpora/work-reports"
    cases = {
        "import toolkit": "import toolkit",
        "load the panel": "import toolkit; toolkit.load('work-reports')",
    }
    if folder.is_dir():
        with tempfile.TemporaryDirectory() as scratch:
            out = Path(scratch) / "tables"
            build = f"import toolkit; toolkit.build({str(folder)!r}, {str(out)!r}"
            cases["build the tables"] = f"{build}, fresh=True)"
            cases["build them again"] = f"{build})"
            subprocess.run([sys.executable, "-c", cases["build them again"]], cwd=ROOT, check=True)
            rows = {name: measure(code) for name, code in cases.items()}
    else:
        print(f"no texts in {folder}: the build was not measured")
        rows = {name: measure(code) for name, code in cases.items()}
    print(f"Python {platform.python_version()}, {platform.machine()}, one core, median of {RUNS}")
    print(f"{'':20} {'seconds':>8} {'peak MB':>8}")
    for name, (time, peak) in rows.items():
        print(f"{name:20} {time:8.2f} {peak:8.0f}")


if __name__ == "__main__":
    main()
