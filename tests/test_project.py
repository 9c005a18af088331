import re
import subprocess

import pandas as pd
import pytest
import yaml
from conftest import ROOT
from rattler import MatchSpec

import toolkit
from toolkit.corpus import Corpus

LOCK = (ROOT / "requirements.lock").read_text(encoding="utf-8")


def tracked():
    out = subprocess.run(
        ["git", "ls-files", "-z"], check=False, cwd=ROOT, capture_output=True, text=True
    )
    if out.returncode:
        pytest.skip("this is no git checkout: what is committed cannot be listed")
    return [name for name in out.stdout.split("\0") if name]


def test_the_top_level_is_the_agreed_one():
    top = {name.split("/")[0] for name in tracked()}
    root_files = {
        "README.md", "README.zh.md", "LICENSE", "CITATION.cff", "CONTRIBUTING.md", "pyproject.toml", "requirements.lock",
        "Makefile", ".ci", ".gitignore",
    }  # fmt: skip
    assert (
        top == {"notebooks", "toolkit", "data", "figures", "environment.yml", "tests"} | root_files
    )


def test_the_lock_pins_everything_with_hashes_and_names_no_host():
    pins = re.findall(r"^([a-z0-9-]+)==\S+", LOCK, re.M)
    assert {"jupyterlab", "pandas", "jieba", "matplotlib", "wordcloud"} <= set(pins)
    blocks = re.split(r"^(?=[a-z0-9-]+==)", LOCK, flags=re.M)[1:]
    assert all("--hash=sha256:" in block for block in blocks)
    assert "://" not in LOCK and "index-url" not in LOCK


def test_every_dependency_has_its_reason():
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    listed = re.findall(r'^    "[a-z-]+>=[^"]*",.*$', text, re.M)
    assert listed and all("#" in line for line in listed)


def test_the_conda_door_leads_to_the_lock():
    environment = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))
    *specs, pip = environment["dependencies"]
    assert [MatchSpec(spec, strict=True).name.normalized for spec in specs] == ["python", "pip"]
    assert pip == {"pip": ["--requirement requirements.lock"]}


def test_the_citation_can_be_read():
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    assert citation["version"] == toolkit.__version__ and citation["license"] == "BSD-3-Clause"


def test_ci_runs_the_readmes_test_command():
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    commands = re.findall(r"^make \w+", readme, re.M)
    assert commands[:2] == ["make figures", "make test"]
    assert "make test" in (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    assert all(re.search(rf"^{c.split()[1]}:", makefile, re.M) for c in commands)


@pytest.mark.parametrize("name", ["README.md", "README.zh.md"])
def test_what_the_readme_shows_exists(name):
    readme = (ROOT / name).read_text(encoding="utf-8")
    links = re.findall(r"\]\((?!http)([^)#]+)\)", readme)
    assert links and all((ROOT / link).exists() for link in links)


def outline(readme):
    """Give what two READMEs in two languages share: levels of headings, commands, links, numbers."""
    blocks = re.findall(r"^```(\w+)\n(.*?)^```", readme, re.M | re.S)
    prose = re.sub(r"^```.*?^```", "", readme, flags=re.M | re.S)
    links = re.findall(r"\]\(([^)]+)\)", prose)
    return {
        "headings": [len(marks) for marks in re.findall(r"^(#+) ", prose, re.M)],
        "commands": [(kind, re.sub(r" *#.*", "", code)) for kind, code in blocks],
        "links": sorted(link.replace("figures/zh/", "figures/") for link in links if "README." not in link),
        "rows": prose.count("\n| "), "points": prose.count("\n- "),
        "numbers": sorted(set(re.findall(r"\d[\d,.]*\d", prose))),
    }  # fmt: skip


def test_the_readmes_say_the_same_in_two_languages():
    english, chinese = (
        outline((ROOT / name).read_text(encoding="utf-8")) for name in ("README.md", "README.zh.md")
    )
    assert len(english["headings"]) > 3 and len(english["commands"]) > 3
    for what, found in english.items():
        assert chinese[what] == found, what


def test_the_readmes_example_runs(monkeypatch, tmp_path):
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    example = next(
        b for b in re.findall(r"```python\n(.*?)```", readme, re.S) if "import toolkit" in b
    )
    monkeypatch.chdir(tmp_path)
    exec(example, {})
    assert list((tmp_path / "my-figures").glob("*.png"))


def codebook():
    """Read data/README.md: {table: [columns]} from its headings and the first cells of its rows."""
    text = (ROOT / "data" / "README.md").read_text(encoding="utf-8")
    sections = re.split(r"^### `([\w-]+)`.*$", text, flags=re.M)
    return {
        name: [c for row in re.findall(r"^\| (`.*?`) \|", body.split("\n## ")[0], re.M) for c in re.findall(r"`(\w+)`", row)]
        for name, body in zip(sections[1::2], sections[2::2], strict=True)
    }  # fmt: skip


def test_codebook_and_tables_agree():
    book = codebook()
    own = {"chars", "group", "truncated_note"}  # carried from the panel's index.csv
    for name in Corpus._fields:
        for corpus in ("work-reports", "bureau-reports"):
            columns = list(getattr(toolkit.load(corpus), name))
            documented = [c for c in book[name] if c in columns or c not in own]
            assert columns == documented, (corpus, name)
    for name in ("lexicon", "divisions", "markers"):
        columns = list(pd.read_csv(ROOT / "data" / f"{name}.csv", nrows=1, encoding="utf-8-sig"))
        assert columns == book[name]


def test_every_public_function_says_what_goes_in_and_out():
    for name in toolkit.__all__:
        if name != "DATA":
            doc = getattr(toolkit, name).__doc__
            assert doc and len(doc.splitlines()) > 1, name


def test_no_file_names_a_machine_or_a_registry():
    for name in tracked():
        path = ROOT / name
        if path.suffix in (".png", ".pdf", ".parquet") or not path.is_file() or "tests/" in name:
            continue
        text = path.read_text(encoding="utf-8")
        assert not re.search(r"(?<![\w.])/(?:home|root|tmp|work|Users)/\w", text), name
        assert "://pypi" not in text and "files.pythonhosted" not in text, name
