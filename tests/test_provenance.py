import hashlib

import nbformat
import pytest
from matplotlib import pyplot as plt
from pypdfium2 import PdfDocument

import toolkit
from toolkit import provenance, style
from toolkit.notebooks import run_notebook


def test_a_fingerprint_is_of_names_and_bytes_and_of_nothing_else(tmp_path):
    (tmp_path / "b").mkdir()
    (tmp_path / "a.csv").write_text("1\n")
    (tmp_path / "b" / "c.txt").write_text("2\n")
    one, two = (hashlib.sha256(line).hexdigest() for line in (b"1\n", b"2\n"))
    assert provenance.fingerprint(tmp_path / "a.csv") == one[:12]
    listed = f"{one}  a.csv\n{two}  b/c.txt\n"
    whole = provenance.fingerprint(tmp_path)
    assert whole == hashlib.sha256(listed.encode()).hexdigest()[:12]
    (tmp_path / "README.md").write_text("prose")
    (tmp_path / ".hidden").mkdir()
    (tmp_path / ".hidden" / "a.csv").write_text("3\n")
    assert provenance.fingerprint(tmp_path) == whole
    (tmp_path / "a.csv").write_text("3\n")
    assert provenance.fingerprint(tmp_path) != whole


def test_outside_a_notebook_it_says_so(monkeypatch):
    monkeypatch.setenv("JPY_SESSION_NAME", "left-over.ipynb")  # of a terminal opened from Jupyter
    said = provenance.provenance()
    assert said.startswith("no notebook; data ") and said.endswith(f"toolkit {toolkit.__version__}")


DRAW = """\
import matplotlib.pyplot as plt, pandas as pd, toolkit as tk
tk.use_style()
figure, ax = plt.subplots()
ax.set_xlabel(tk.style.label("share"))
tk.save(figure, "x", pd.DataFrame({"n": [1]}), svg=True)"""


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_picture_carries_its_cell_and_fingerprints(tmp_path, language):
    code = [nbformat.v4.new_code_cell(source) for source in ("1 + 1", DRAW)]
    path = tmp_path / "云 draw.ipynb"
    nbformat.write(nbformat.v4.new_notebook(cells=code), path)
    before = path.read_bytes()
    run_notebook(path, tmp_path / "out", language)
    assert path.read_bytes() == before
    figures = tmp_path / "out" / "figures"
    pictures = figures / "zh" if language == "zh" else figures
    assert {f.name for f in pictures.iterdir() if f.is_file()} >= {"x.png", "x.pdf", "x.svg"}
    assert (figures / "x.csv").is_file()
    lexicon = hashlib.sha256((toolkit.DATA / "lexicon.csv").read_bytes()).hexdigest()[:12]
    expected = (
        f"云 draw.ipynb, cell 2; data {provenance.fingerprint(toolkit.DATA)}; lexicon {lexicon}; "
        f"toolkit {toolkit.__version__}"
    )
    with PdfDocument(pictures / "x.pdf") as document:
        said = document.get_metadata_dict()
        text = document[0].get_textpage().get_text_range()
    assert (said["Title"], said["Keywords"], said["CreationDate"]) == ("x", expected, "")
    assert style.LABELS["share"][language == "zh"] in text
    for kind in ("png", "svg"):
        content = (pictures / f"x.{kind}").read_bytes()
        assert expected.encode() in content and str(tmp_path).encode() not in content


def test_a_notebook_that_stops_says_where(tmp_path):
    code = [nbformat.v4.new_code_cell(source, id=f"x-{source[0]}") for source in ("1 / 1", "2 / 0")]
    nbformat.write(nbformat.v4.new_notebook(cells=code), tmp_path / "x.ipynb")
    with pytest.raises(ValueError, match=r"x\.ipynb stopped at cell x-2 with ZeroDivisionError"):
        run_notebook(tmp_path / "x.ipynb", tmp_path / "out")
    assert not (tmp_path / "out" / "notebooks").exists()


def test_the_numbers_are_one_file_for_both_languages(tmp_path):
    import pandas as pd

    numbers = pd.DataFrame({"term": ["种树"], "rate": [1 / 3]})
    try:
        for language in style.LANGUAGES:
            toolkit.use_style(language)
            toolkit.save(plt.subplots()[0], "x", numbers, folder=tmp_path)
    finally:
        toolkit.use_style("en")
        plt.close("all")
    files = {f.relative_to(tmp_path).as_posix() for f in tmp_path.rglob("*") if f.is_file()}
    assert files == {"x.csv", "x.png", "x.pdf", "zh/x.png", "zh/x.pdf"}
