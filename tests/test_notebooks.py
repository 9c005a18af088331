import ast
import json
import re

import nbformat
import pytest
from conftest import ROOT, SHARED

from toolkit.__main__ import run_notebook
from toolkit.handout import exercises, is_solution

NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
IDS = [path.stem for path in NOTEBOOKS]
each = pytest.mark.parametrize("path", NOTEBOOKS, ids=IDS)
ENDS = ("## Exercises", "## What may not be said")
HAN = re.compile("[^\u4e00-\u9fff]+")


def cells(path, kind):
    return [cell for cell in nbformat.read(path, as_version=4).cells if cell.cell_type == kind]


def printed(cell):
    for output in cell.get("outputs", ()):
        yield output.get("text") or output.get("data", {}).get("text/plain", "")


def test_the_sequence_is_numbered():
    assert [name[:2] for name in IDS] == [f"{i:02}" for i in range(1, len(IDS) + 1)]


@each
def test_a_notebook_runs_and_gives_what_is_committed(path, tmp_path):
    figures = {f: f.read_bytes() for f in (ROOT / "figures").glob(f"{path.stem[:2]}-*")}
    run_notebook(path, tmp_path / path.name)
    assert (tmp_path / path.name).read_bytes() == path.read_bytes()
    assert figures and all(f.read_bytes() == before for f, before in figures.items())
    assert set(figures) == set((ROOT / "figures").glob(f"{path.stem[:2]}-*"))


def test_what_a_cell_prints_is_one_output_however_slowly_it_comes(tmp_path):
    slow = "import time\nprint(1, flush=True)\ntime.sleep(0.5)\nprint(2)"
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(slow)])
    nbformat.write(notebook, tmp_path / "slow.ipynb")
    run_notebook(tmp_path / "slow.ipynb")
    (cell,) = cells(tmp_path / "slow.ipynb", "code")
    assert [output.text for output in cell.outputs] == ["1\n2\n"]


@each
def test_a_notebook_was_run_once_from_top_to_bottom_without_error(path):
    code = cells(path, "code")
    assert [cell.execution_count for cell in code] == list(range(1, len(code) + 1))
    kinds = {(o.output_type, o.get("name")) for cell in code for o in cell.outputs}
    assert not {kind for kind in kinds if kind[0] == "error" or kind[1] == "stderr"}


@each
def test_a_notebook_defines_nothing_and_says_little_at_a_time(path):
    for cell in cells(path, "code"):
        assert len(cell.source.splitlines()) <= 8, cell.source
        kinds = (ast.FunctionDef, ast.ClassDef, ast.Lambda)
        nodes = [n for n in ast.walk(ast.parse(cell.source)) if isinstance(n, kinds)]
        assert all(isinstance(n, ast.Lambda) for n in nodes)  # pandas' own .loc[lambda n: ...]


@each
def test_a_notebook_asks_one_question_and_ends_with_what_may_not_be_said(path):
    prose = [cell.source for cell in cells(path, "markdown")]
    assert prose[0].startswith(f"# {path.stem[:2]} · ") and prose[0].splitlines()[0].endswith("?")
    for word in ("**Needs**", "**Makes**", "**Takes**"):
        assert word in prose[0]
    said = "\n\n".join(prose)
    assert [h for h in re.findall("^## .*", said, re.M) if h in ENDS] == list(ENDS)
    last = nbformat.read(path, as_version=4).cells[-1]
    assert last.cell_type == "markdown" and "## What may not be said" in last.source
    made = set(re.findall(r"`(\d\d-[a-z-]+)`", prose[0]))
    saved = {
        m for c in cells(path, "code") for m in re.findall(r'tk\.save\(\w+, "([^"]+)"', c.source)
    }
    assert made == saved
    for name in saved:
        assert {f.suffix for f in (ROOT / "figures").glob(f"{name}.*")} == {".png", ".pdf", ".csv"}


@each
def test_solutions_answer_every_exercise_or_none_below_the_list(path):
    notebook = nbformat.read(path, as_version=4)
    tagged = [i for i, cell in enumerate(notebook.cells) if is_solution(cell)]
    if not tagged:
        return
    first = next(i for i, cell in enumerate(notebook.cells) if "## Exercises" in cell.source)
    assert tagged == list(range(first + 1, len(notebook.cells) - 1))
    code = [notebook.cells[i].source for i in tagged if notebook.cells[i].cell_type == "code"]
    solved = [int(re.match(r"# Exercise (\d+)\n", source)[1]) for source in code]
    assert list(dict.fromkeys(solved)) == list(range(1, len(exercises(notebook)) + 1))


@each
def test_every_number_in_prose_is_printed_by_a_cell_above(path):
    seen = (
        " ".join(str(year) for year in range(2019, 2026)) + " 1,000 "
    )  # years, and the unit of rates
    for cell in nbformat.read(path, as_version=4).cells[1:]:
        if cell.cell_type == "code":
            seen += cell.source + " ".join(printed(cell))
            continue
        body = re.sub(r"^\d+\. ", "", cell.source.split("## Exercises")[0], flags=re.M)
        for number in re.findall(r"(?<![\w`-])\d[\d,.]*\d|(?<![\w`+−-])\d{2,}", body):
            assert number in seen, number


@each
def test_no_path_of_a_machine_and_no_text_of_a_report(path):
    text = path.read_text(encoding="utf-8")
    assert not re.search(r"(?<![\w.])/(?:home|root|tmp|work|Users)/\w", text)
    corpora = SHARED / "corpora"
    if not corpora.is_dir():
        pytest.skip(
            "the texts do not lie beside this checkout: outputs were not compared with them"
        )
    plain = HAN.sub("", json.dumps(json.loads(text), ensure_ascii=False))
    runs = {plain[i : i + 16] for i in range(len(plain) - 15)}
    for file in sorted(corpora.glob("*-reports/*.txt")):
        report = HAN.sub("", file.read_text(encoding="utf-8"))
        shared = {run for run in runs if run in report}
        assert not {
            run for run in shared if run not in "学习贯彻习近平新时代中国特色社会主义思想"
        }, file.name


def test_figures_hold_nothing_that_no_notebook_draws():
    drawn = {
        m
        for path in NOTEBOOKS
        for c in cells(path, "code")
        for m in re.findall(r'tk\.save\(\w+, "([^"]+)"', c.source)
    }
    assert {
        f.stem for f in (ROOT / "figures").iterdir() if f.suffix in (".png", ".pdf", ".csv")
    } == drawn
