"""What a workshop needs: the notebooks without solutions and outputs, and a timetable to teach by."""

import re
from pathlib import Path

from nbformat import v4

TAG = "solution"
_CAUTION = "What may not be said"
_EXERCISES = re.compile(r"## Exercises · 练习\n+(.*?)(?=\n+## |\Z)", re.S)
_ITEM = re.compile(r"^(?=\d+\. )", re.M)
_ROW = re.compile(r"\| (\d+) \| (.+) \|")


def is_solution(cell):
    """Tell whether a cell answers an exercise."""
    return TAG in cell.metadata.get("tags", ())


def exercises(notebook):
    """List the exercises of a notebook as they are written, '1. ...' first.

    Raises ValueError where it has none.
    """
    found = _EXERCISES.search(_prose(notebook))
    items = [item.strip() for item in _ITEM.split(found[1])[1:]] if found else []
    if not items:
        raise ValueError(
            f"'{_title(notebook)}' has no exercises: a cell needs the heading '## Exercises · 练习' and a "
            "numbered list below it."
        )
    return items


def student_version(notebook):
    """Make a notebook to work in: no solution, no output, an empty cell below each exercise."""
    cells = []
    for cell in notebook.cells:
        if is_solution(cell):
            continue
        if cell.cell_type == "code":
            cells.append(v4.new_code_cell(cell.source, id=cell.id))
            continue
        parts, listed = [cell.source], _EXERCISES.search(cell.source)
        if listed:
            first, *items = _ITEM.split(cell.source[: listed.end(1)])
            parts = [first, *items, cell.source[listed.end(1) :]]
        for i, part in enumerate(filter(str.strip, parts)):
            name = f"{cell.id}-{i}" if i else cell.id
            cells.append(v4.new_markdown_cell(part.strip(), id=name))
            if listed and part in items:
                cells.append(v4.new_code_cell(id=f"{name}-answer"))
    return v4.new_notebook(cells=cells, metadata=notebook.metadata)


def timetable(template, notebooks):
    """Fill a template of a timetable with what notebooks hold.

    A text in Markdown and notebooks by number ('01') in, a text out. A row `| minutes | what |` is
    given the time at which it begins, counted anew in each table; one whose `what` is the number
    of a notebook becomes the rows of its session: run, discuss, exercises, caution. In place of
    `{notebooks}` stands what is needed of each to teach it.

    Raises ValueError for the number of a notebook that is not there.
    """
    lines, clock = [], 0
    for line in template.splitlines():
        row = _ROW.fullmatch(line)
        if not row:
            clock = 0
            lines.append(line)
            continue
        minutes, what = int(row[1]), row[2]
        if what.isdigit() and what not in notebooks:
            raise ValueError(
                f"the timetable has a session of notebook '{what}'; there are "
                f"{', '.join(notebooks)}. Correct its template."
            )
        rows = _session(notebooks[what], minutes) if what in notebooks else [(minutes, what)]
        for part, text in rows:
            lines.append(f"| {clock // 60}:{clock % 60:02} | {part} | {text} |")
            clock += part
    sheets = "\n\n".join(_sheet(notebook) for notebook in notebooks.values())
    return "\n".join(lines).replace("{notebooks}", sheets) + "\n"


def _session(notebook, minutes):
    """Divide a session on a notebook: [(minutes, what), ...]."""
    talk, box = 5 if minutes < 45 else 10, 5
    practice = 5 * round(0.35 * minutes / 5)
    n = min(len(exercises(notebook)), max(1, practice // 8))
    code = [c for c in notebook.cells if c.cell_type == "code" and not is_solution(c)]
    figures = ", ".join(re.findall(r"`\d\d-[a-z-]+`", notebook.cells[0].source))
    return [
        (
            minutes - talk - practice - box,
            f"**{_title(notebook)}** Run its {len(code)} code cells one by one",
        ),
        (talk, f"Discuss {figures}: what does each figure show, and what not?"),
        (
            practice,
            f"Exercise{f's 1-{n}' if n > 1 else ' 1'}, in pairs; then one pair shows its answer",
        ),
        (box, "Read *What may not be said* aloud: who has heard, or written, such a sentence?"),
    ]


def _sheet(notebook):
    """Say what one needs to teach a notebook: its stops, exercises and cautions."""
    prose = _prose(notebook)
    heads = re.findall(r"^## (.+)$", prose, re.M)
    stops = [f"- {head}" for head in heads if not head.startswith(("Exercises", _CAUTION))]
    solved = any(map(is_solution, notebook.cells))
    caution = prose.split(f"## {_CAUTION}")[1].split("\n", 1)[1].strip()
    return "\n\n".join(
        (
            f"### {_title(notebook)}",
            prose.split("\n\n", 1)[1].split("\n## ")[0].split("**Needs**")[0].strip(),
            "Stop at each heading, and ask what to expect before the cells below it run:",
            "\n".join(stops),
            f"Exercises, {'solved in the notebook' if solved else 'not solved'}:",
            "\n".join(exercises(notebook)),
            "What may not be said:",
            caution,
        )
    )


def _title(notebook):
    return notebook.cells[0].source.splitlines()[0].removeprefix("# ")


def _prose(notebook):
    """Join what a notebook says outside of its solutions."""
    said = (c for c in notebook.cells if c.cell_type == "markdown" and not is_solution(c))
    return "\n\n".join(cell.source for cell in said)


def write_handout(notebooks, template, folder):
    """Write the student version of each notebook file, and timetable.md, to a folder; give it."""
    import nbformat

    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    held = {}
    for path in notebooks:
        notebook = held[path.name[:2]] = nbformat.read(path, as_version=4)
        nbformat.write(student_version(notebook), folder / path.name)
    text = timetable(Path(template).read_text(encoding="utf-8"), held)
    (folder / "timetable.md").write_text(text, encoding="utf-8")
    return folder
