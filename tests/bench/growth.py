"""How seconds and memory of a build grow with the number of reports, on fictional reports."""

import shutil
import sys
import tempfile
from itertools import product

from measure import run, table

SIZES = (1_000, 3_000, 10_000, 30_000)
MOST = 100_000  # with --full
LIMIT = 600  # seconds for one build; one of more reports is not tried then
TABLES = {"all but reuse": "hits tokens claims marks", "all": "hits tokens claims marks reuse"}
NOTE = """Reports of about 1,700 Han characters, written by `python -m toolkit simulate`, from cold text to
tables on disk. They are made of few words and share more wording than real ones do: reuse is dearer here."""
KINDS = tuple(product(TABLES, (1, 2)))  # which tables, by how many processes on as many cores


def grow(scratch, environment, *, full):
    """Build more and more fictional reports; give {kind: {number of reports: its Run, or None}}."""
    measured = {kind: {} for kind in KINDS}
    for reports in (*SIZES, MOST) if full else SIZES:
        folder = scratch / "growing"
        size = [
            "--places",
            reports // 5,
            "--years",
            5,
            "--n-han",
            1700,
            "--missing",
            0,
            "--seed",
            1,
        ]
        run([sys.executable, "-m", "toolkit", "simulate", folder, *size], **environment)
        for kind, done in measured.items():
            if None not in done.values():
                done[reports] = _build(scratch, folder / "reports", kind, environment)
        shutil.rmtree(folder)
    return measured


def _build(scratch, folder, kind, environment):
    """Build the tables of a folder from its text alone; give the Run, or None where it is too long."""
    name, jobs = kind
    with tempfile.TemporaryDirectory(dir=scratch) as fresh:
        code = (
            f"import toolkit; toolkit.build({str(folder)!r}, {fresh + '/tables'!r}, "
            f"only={TABLES[name].split()}, jobs={jobs})"
        )
        own = environment | {"XDG_CACHE_HOME": fresh}
        try:
            return run([sys.executable, "-c", code], cores=jobs, limit=LIMIT, **own)
        except TimeoutError:
            return None


def written(measured):
    """Write what was measured, and the exponents: 1 where twice the reports take twice the time."""
    head = ["tables", "processes", "reports", "seconds", "reports a second", "peak MB"]
    lines = [
        (*kind, f"{reports:,}", *_cells(reports, run))
        for kind, done in measured.items()
        for reports, run in done.items()
    ]
    fits = [(*kind, *_exponent(done)) for kind, done in measured.items()]
    exponents = ["tables", "processes", "exponent", "standard error", "of sizes"]
    return f"{NOTE}\n\n{table(head, lines)}\n\n{table(exponents, fits)}"


def _cells(reports, run):
    if run is None:
        return f"over {LIMIT}", "", ""
    return f"{run.seconds:.1f}", f"{reports / run.seconds:.0f}", f"{run.peak:.0f}"


def _exponent(done):
    """Fit log seconds on log reports: the slope, its standard error, and of how many sizes."""
    import numpy as np  # at the end, as its memory would count as that of each process begun
    from scipy.stats import linregress

    known = [(reports, run.seconds) for reports, run in done.items() if run]
    if len(known) < 3:
        return "unknown", "", len(known)
    fit = linregress(*np.log(np.array(known, dtype=float)).T)
    return f"{fit.slope:.2f}", f"{fit.stderr:.2f}", len(known)
