import re
from copy import deepcopy

import nbformat
import pytest
from conftest import ROOT
from nbformat import v4

import toolkit.notebooks
from toolkit.__main__ import main
from toolkit.handout import exercises, is_solution, student_version, timetable

NOTEBOOKS = {
    path.name[:2]: nbformat.read(path, as_version=4)
    for path in sorted((ROOT / "notebooks").glob("*.ipynb"))
}
TEMPLATE = (ROOT / "notebooks" / "timetable-template.md").read_text(encoding="utf-8")
each = pytest.mark.parametrize("notebook", NOTEBOOKS.values(), ids=NOTEBOOKS)
ROW = re.compile(r"^\| (\d+):(\d\d) \| (\d+) \| (.+) \|$", re.M)


def invented(*, apart):
    """Make a notebook of two exercises, whose list and caution stand in one cell or apart."""
    title = v4.new_markdown_cell(
        "# 01 · Do we plant?\n\nOf trees.\n\n**Makes** `01-trees`, `01-flowers`."
    )
    code = v4.new_code_cell(
        "1 + 1", execution_count=1, outputs=[v4.new_output("stream", text="2")], metadata={"x": 1}
    )
    parts = [
        "It is done.\n\n## Exercises · 练习\n\nIn pairs.\n\n1. Count trees:\n   all.\n2. Count flowers.",
        "## What may not be said\n\n- That trees plant.",
    ]
    answers = [
        v4.new_code_cell("# Exercise 1\ntrees = 7", metadata={"tags": ["solution"]}),
        v4.new_markdown_cell("Seven, with 1. and 2.", metadata={"tags": ["solution"]}),
    ]
    ends = [v4.new_markdown_cell(part) for part in (parts if apart else ["\n\n".join(parts)])]
    cells = [title, v4.new_markdown_cell("## Where?"), code, ends[0], *answers * apart, *ends[1:]]
    return v4.new_notebook(cells=cells)


@pytest.mark.parametrize("apart", [True, False])
def test_a_student_version_by_hand(apart):
    given = invented(apart=apart)
    before = deepcopy(given)
    cells = student_version(given).cells
    assert [(c.cell_type, c.source) for c in cells[2:]] == [
        ("code", "1 + 1"),
        ("markdown", "It is done.\n\n## Exercises · 练习\n\nIn pairs."),
        ("markdown", "1. Count trees:\n   all."), ("code", ""),
        ("markdown", "2. Count flowers."), ("code", ""),
        ("markdown", "## What may not be said\n\n- That trees plant."),
    ]  # fmt: skip
    assert cells[2].outputs == [] and cells[2].execution_count is None and given == before
    nbformat.validate(student_version(given))


@each
def test_a_student_version_asks_everything_and_answers_nothing(notebook):
    student = student_version(notebook)
    nbformat.validate(student)
    assert len({cell.id for cell in student.cells}) == len(student.cells)
    assert not any(is_solution(cell) for cell in student.cells)
    assert not any(cell.get("outputs") or cell.get("execution_count") for cell in student.cells)
    assert not any("../" in cell.source for cell in student.cells)  # they lie in another folder
    kept = {cell.source for cell in student.cells}
    for cell in notebook.cells:
        assert is_solution(cell) == (cell.source not in kept) or "## Exercises" in cell.source
    for exercise in exercises(notebook):
        at = next(i for i, cell in enumerate(student.cells) if cell.source == exercise)
        assert student.cells[at + 1].cell_type == "code" and student.cells[at + 1].source == ""


def test_a_notebook_without_exercises_is_named():
    notebook = v4.new_notebook(cells=[v4.new_markdown_cell("# 07 · Why?")])
    with pytest.raises(ValueError, match="'07 · Why\\?' has no exercises"):
        exercises(notebook)


def test_a_timetable_by_hand():
    template = "| from | minutes | what |\n| 5 | Welcome |\n| 35 | 01 |\n\n| 61 | Walk |\n| 9 | Rest |\n\n{notebooks}"
    text = timetable(template, {"01": invented(apart=True)})
    assert [row[:3] for row in ROW.findall(text)] == [
        ("0", "00", "5"), ("0", "05", "15"), ("0", "20", "5"), ("0", "25", "10"), ("0", "35", "5"),
        ("0", "00", "61"), ("1", "01", "9"),
    ]  # fmt: skip
    assert "**01 · Do we plant?** Run its 1 code cells" in text
    assert "Discuss `01-trees`, `01-flowers`" in text and "Exercise 1, in pairs" in text
    assert "Exercises, solved in the notebook:" in text
    assert "- Where?" in text and "1. Count trees:" in text and "- That trees plant." in text
    assert "Seven" not in text and "- Exercises" not in text


def test_a_session_of_a_notebook_that_is_not_there_is_refused():
    with pytest.raises(ValueError, match="notebook '99'; there are 01. Correct its template"):
        timetable("| 10 | 99 |", {"01": invented(apart=True)})


def test_the_timetables_add_up_and_leave_no_gap():
    text = timetable(TEMPLATE, NOTEBOOKS)
    tables = {
        title: ROW.findall(part)
        for title, part in re.findall(r"^## (.+?)\n(.+?)(?=^## |\Z)", text, re.S | re.M)
    }
    tables = {title: rows for title, rows in tables.items() if rows}
    assert list(tables) == ["90 minutes", "One day"]
    work = {
        title: sum(int(minutes) for _, _, minutes, what in rows if what != "Lunch")
        for title, rows in tables.items()
    }
    assert work == {"90 minutes": 90, "One day": 360}
    for rows in tables.values():
        clock = 0
        for hours, past, minutes, _ in rows:
            assert 60 * int(hours) + int(past) == clock and int(minutes) >= 5
            clock += int(minutes)


def test_the_timetable_holds_what_is_needed_of_every_notebook():
    text = timetable(TEMPLATE, NOTEBOOKS)
    assert "{" not in text
    for notebook in NOTEBOOKS.values():
        assert "### " + notebook.cells[0].source.splitlines()[0].removeprefix("# ") in text
        assert all(exercise in text for exercise in exercises(notebook))
        caution = notebook.cells[-1].source.split("## What may not be said · 不能说的话")[1].strip()
        assert caution in text


def test_the_command_writes_them(tmp_path, monkeypatch, capsys):
    (tmp_path / "notebooks").symlink_to(ROOT / "notebooks")
    monkeypatch.setattr(toolkit.notebooks, "ROOT", tmp_path)
    assert main(["handout"]) == 0
    written = {path.name for path in (tmp_path / "build" / "handout").iterdir()}
    assert written == {path.name for path in (ROOT / "notebooks").glob("*.ipynb")} | {
        "timetable.md"
    }
    assert "build/handout" in capsys.readouterr().out
