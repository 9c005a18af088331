import ast
import json
import re
import shutil
import subprocess
import sys

import nbformat
import pyarrow.parquet as pq
import pytest
from conftest import ROOT, SHARED
from pypdfium2 import PdfDocument
from test_corpus import folder  # noqa: F401

import toolkit
from toolkit import notebooks
from toolkit.__main__ import main
from toolkit.handout import exercises, is_solution

NOTEBOOKS = notebooks.notebooks()
FIGURES = ROOT / "figures"
IDS = [path.stem for path in NOTEBOOKS]
each = pytest.mark.parametrize("path", NOTEBOOKS, ids=IDS)
ENDS = ("## Exercises · 练习", "## What may not be said · 不能说的话")
HAN = re.compile("[^\u4e00-\u9fff]+")


def cells(path, kind):
    return [cell for cell in nbformat.read(path, as_version=4).cells if cell.cell_type == kind]


def saved(path):
    return [name for cell in cells(path, "code") for name in notebooks.saved(cell)]


def printed(cell):
    for output in cell.get("outputs", ()):
        yield output.get("text") or output.get("data", {}).get("text/plain", "")


def test_the_sequence_is_numbered():
    assert [name[:2] for name in IDS] == [f"{i:02}" for i in range(1, len(IDS) + 1)]


@each
def test_a_notebook_runs_and_gives_what_is_committed_in_both_languages(path, capsys):
    status = main(["check", str(path)])
    said = capsys.readouterr().out
    assert status == 0, said
    for name in saved(path):
        for file in (
            f"{name}.png",
            f"{name}.pdf",
            f"{name}.csv",
            f"zh/{name}.png",
            f"zh/{name}.pdf",
        ):
            assert f"figures/{file}  identical" in said
    assert f"notebooks/{path.name}  identical" in said


def test_check_names_what_a_changed_count_changes(tmp_path):
    for name in ("data", "figures", "notebooks", "toolkit"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
    table = tmp_path / "data" / "work-reports" / "reuse.parquet"
    reuse = pq.read_table(table).to_pandas()
    pair = (reuse["report_id"] == "主要城市_上海市_2024") & (
        reuse["other_id"] == "主要城市_上海市_2023"
    )
    assert pair.sum() == 1
    reuse.loc[pair, "shared_han"] += 500
    reuse.to_parquet(table, index=False)
    held = {f: f.read_bytes() for f in tmp_path.rglob("*") if f.is_file()}
    path = "notebooks/05-copying-and-boilerplate.ipynb"
    ran = subprocess.run(
        [sys.executable, "-m", "toolkit", "check", path],
        cwd=tmp_path, capture_output=True, text=True, encoding="utf-8", check=False,
    )  # fmt: skip
    said = dict(re.findall(r"^(\S+)  (identical|differs: .+)$", ran.stdout, re.M))
    assert ran.returncode == 1 and not ran.stderr, ran.stderr
    assert re.match(r"differs: column 'n', row 3: '\d+' there", said["figures/05-copied.csv"])
    assert said["figures/05-spread.csv"] == "identical"
    assert said["figures/05-spread.png"] == "differs: the same picture in other bytes"
    for file in ("05-copied.pdf", "05-spread.pdf", "zh/05-copied.pdf", "zh/05-spread.pdf"):
        assert re.search("data (\\w+);.* there, .*data (?!\\1)", said[f"figures/{file}"])
    assert "05-07" in said[path] and "05-15" not in said[path]
    assert all(file.read_bytes() == before for file, before in held.items())


def test_check_rebuilds_the_sample_and_the_tables_whose_texts_lie_there(
    folder,  # noqa: F811
    tmp_path,
    monkeypatch,
):
    toolkit.build(folder, tmp_path / "data" / "reports")
    monkeypatch.setattr(notebooks, "DATA", tmp_path / "data")
    without = notebooks._check_tables(tmp_path / "a", None)
    assert without == [("data/sample", "", True), ("data/reports", "", False)]
    rows = notebooks._check_tables(tmp_path / "b", tmp_path)
    assert len(rows) == 11 and all(why == "" and rebuilt for _, why, rebuilt in rows)
    path = folder / "云溪市_2020.txt"
    path.write_text(path.read_text(encoding="utf-8").replace("种树", "植树"), encoding="utf-8")
    changed = {name: why for name, why, _ in notebooks._check_tables(tmp_path / "c", tmp_path)}
    assert "'sha256'" in changed["data/reports/reports"] and changed["data/reports/removed"] == ""
    with pytest.raises(ValueError, match="holds none of reports/"):
        notebooks._check_tables(tmp_path / "d", folder)


def test_what_a_cell_prints_is_one_output_however_slowly_it_comes(tmp_path):
    slow = "import time\nprint(1, flush=True)\ntime.sleep(0.5)\nprint(2)"
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(slow)])
    nbformat.write(notebook, tmp_path / "slow.ipynb")
    notebooks.run_notebook(tmp_path / "slow.ipynb", tmp_path)
    (cell,) = cells(tmp_path / "notebooks" / "slow.ipynb", "code")
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
    assert prose[0].startswith(f"# {path.stem[:2]} · ") and re.search(
        r"\? · .+？$", prose[0].splitlines()[0]
    )
    for word in ("**Needs**", "**Makes**", "**Takes**"):
        assert word in prose[0]
    said = "\n\n".join(prose)
    assert [h for h in re.findall("^## .*", said, re.M) if h in ENDS] == list(ENDS)
    last = nbformat.read(path, as_version=4).cells[-1]
    assert last.cell_type == "markdown" and "## What may not be said" in last.source
    made = set(re.findall(r"`(\d\d-[a-z-]+)`", prose[0]))
    assert made == set(saved(path))
    for name in made:
        assert {f.suffix for f in FIGURES.glob(f"{name}.*")} == {".png", ".pdf", ".csv"}


NUMBER = re.compile(r"(?<![\w`-])\d[\d,.]*\d|(?<![\w`+−-])\d{2,}", re.ASCII)
KNOWN = " ".join(map(str, range(2019, 2026))) + " 1,000 95 "  # years, the unit of rates, intervals


@each
def test_headings_are_in_both_languages(path):
    text = "\n".join(cell.source for cell in cells(path, "markdown"))
    headings = re.findall("^#+ .*", text, re.M)
    assert headings and all(re.search(" · [^·]*[\u4e00-\u9fff][^·]*$", h) for h in headings)


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
def test_every_number_in_prose_and_captions_is_printed_by_a_cell_above(path):
    seen = KNOWN
    for cell in nbformat.read(path, as_version=4).cells[1:]:
        body = re.sub(r"^\d+\. ", "", cell.source.split("## Exercises")[0], flags=re.M)
        if cell.cell_type == "code":
            seen += cell.source + " ".join(printed(cell))
            body = " ".join(cell.metadata.get("caption", {}).values())
        for number in NUMBER.findall(body):
            assert number in seen or number.replace(",", "") in seen, number


@each
def test_every_figure_has_a_caption_in_both_languages_with_the_same_numbers(path):
    for cell in cells(path, "code"):
        if names := notebooks.saved(cell):
            assert len(names) == 1, "a figure, a cell: the caption is the cell's"
            english, chinese = (cell.metadata["caption"][language] for language in ("en", "zh"))
            assert not re.search("[\u4e00-\u9fff]", english) and re.search(
                "[\u4e00-\u9fff]", chinese
            )
            numbers = [
                sorted(NUMBER.findall(t.replace("1,000 Han", "Han"))) for t in (english, chinese)
            ]
            assert numbers[0] == numbers[1], names
            assert re.search("interval", english) and "区间" in chinese, "say what intervals are"


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
    drawn = [name for path in NOTEBOOKS for name in saved(path)]
    assert len(set(drawn)) == len(drawn)
    files = {file.relative_to(FIGURES).as_posix() for file in FIGURES.rglob("*") if file.is_file()}
    kinds = ("{}.png", "{}.pdf", "{}.csv", "zh/{}.png", "zh/{}.pdf")
    assert files == {kind.format(name) for name in drawn for kind in kinds} | {"README.md"}


def test_the_page_of_figures_says_what_notebooks_and_figures_say():
    page = (FIGURES / "README.md").read_text(encoding="utf-8")
    assert page == notebooks.gallery()
    links = re.findall(r"\]\(([^)]+)\)", page)
    assert links and all((FIGURES / link).exists() for link in links)


LATIN = {"n", "p", "q", "ln", "DPnorm"}  # what Chinese figures may say in Latin letters


@pytest.mark.parametrize("path", sorted((FIGURES / "zh").glob("*.pdf")), ids=lambda path: path.stem)
def test_a_chinese_figure_says_nothing_in_english(path):
    with PdfDocument(path) as document:
        text = document[0].get_textpage().get_text_range()
    assert re.search("[\u4e00-\u9fff]", text)
    assert set(re.findall("[A-Za-z]+", text)) <= LATIN
