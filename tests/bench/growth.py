"""How seconds and memory of a build grow with the number of reports, on fictional reports."""

import shutil
import sys
import tempfile

from measure import run, table

SIZES = (1_000, 3_000, 10_000, 30_000)
MOST = 100_000  # with --full
LIMIT = 1_800  # seconds for one build; one of more reports is not tried then
NOTE = """Reports of about 1,700 Han characters, written by `python -m toolkit simulate`, from cold text to
tables on disk. They are made of few words and share more wording than real ones do: reuse is dearer here."""
KINDS = {  # arguments of a build of every table, and on how many cores it is measured
    "in memory": ("jobs=1", 1), "in memory, two processes": ("jobs=2", 2),
    "on disk": ("large=True", 1), "on disk, two processes": ("large=True, jobs=2", 2),
}  # fmt: skip


def grow(scratch, environment, *, full):
    """Build more and more fictional reports; give {kind: {number of reports: its Run, or why none}}."""
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
            if not any(isinstance(run, str) for run in done.values()):
                done[reports] = _build(scratch, folder / "reports", kind, environment)
        shutil.rmtree(folder)
    return measured


def _build(scratch, folder, kind, environment):
    """Build the tables of a folder from its text alone; give the Run, or say why there is none."""
    how, cores = KINDS[kind]
    with tempfile.TemporaryDirectory(dir=scratch) as fresh:
        code = f"import toolkit; toolkit.build({str(folder)!r}, {fresh + '/tables'!r}, {how})"
        own = environment | {"XDG_CACHE_HOME": fresh}
        try:
            return run([sys.executable, "-c", code], cores=cores, limit=LIMIT, **own)
        except (TimeoutError, RuntimeError) as reason:  # RuntimeError: killed, for want of memory
            return str(reason).partition(":")[0]


def written(measured):
    """Write what was measured, and the exponents: 1 where twice the reports take twice the time."""
    head = ["tables", "reports", "seconds", "reports a second", "peak MB"]
    lines = [
        (kind, f"{reports:,}", *_cells(reports, run))
        for kind, done in measured.items()
        for reports, run in done.items()
    ]
    fits = [(kind, *_exponent(done)) for kind, done in measured.items()]
    exponents = ["tables", "exponent", "standard error", "of sizes"]
    return f"{NOTE}\n\n{table(head, lines)}\n\n{table(exponents, fits)}"


def _cells(reports, run):
    if isinstance(run, str):
        return run, "", ""
    return f"{run.seconds:.1f}", f"{reports / run.seconds:.0f}", f"{run.peak:.0f}"


def _exponent(done):
    """Fit log seconds on log reports: the slope, its standard error, and of how many sizes."""
    import numpy as np  # at the end, as its memory would count as that of each process begun
    from scipy.stats import linregress

    known = [(reports, run.seconds) for reports, run in done.items() if not isinstance(run, str)]
    if len(known) < 3:
        return "unknown", "", len(known)
    fit = linregress(*np.log(np.array(known, dtype=float)).T)
    return f"{fit.slope:.2f}", f"{fit.stderr:.2f}", len(known)
