"""The notebooks: run them in two languages, list their figures, and check that nothing differs."""

import asyncio
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import nbformat
import numpy as np
import pandas as pd
from matplotlib.image import imread
from pypdfium2 import PdfDocument

from . import DATA
from .corpus import verify
from .style import LANGUAGES
from .tables import difference

ROOT = DATA.parent
_IMPORTED = Path(__file__).resolve().parent.parent  # where this package, and no other copy, lies
_SAVE = re.compile(r'tk\.save\(\w+, "([^"]+)"(?!.*folder=)')
_GALLERY = "figures/README.md"
_ABOUT = """# Figures · 图

Drawn by the notebooks, in English and, in `zh/`, in Chinese; the numbers that a figure plots are one CSV for
both. Each PNG and PDF carries in its metadata the line that stands under it here: the cell that drew it and
the first digits of the SHA-256 of the tables in `data/` and of the lexicon. `python -m toolkit figures` draws
all anew, this page included; `python -m toolkit check` says whether all is the same to the byte.

图由笔记本绘制，中英文各一套（中文在 `zh/`），两套共用一份 CSV 数据。每个 PNG 和 PDF 的元数据里都有下面这行
出处：由哪个笔记本的第几个单元绘制，以及 `data/` 各表与词表的 SHA-256 前几位。`python -m toolkit figures`
重绘全部图和本页，`python -m toolkit check` 逐字节核对。
"""


def notebooks():
    """List the notebooks of the repository, in order."""
    return sorted((ROOT / "notebooks").glob("*.ipynb"))


def saved(cell):
    """Name the figures that a cell saves into figures/."""
    return _SAVE.findall(cell.source) if cell.cell_type == "code" else []


def run_notebook(path, folder, language="en"):
    """Execute a notebook from a fresh kernel; write it and what it draws into a folder.

    The folder gains notebooks/NAME.ipynb, outputs included, and figures/. Both are the same to the
    byte on every run: no times, no versions of the kernel. The notebook file itself is not touched.

    Raises ValueError where a cell stops with an error.
    """
    from nbclient import NotebookClient
    from nbclient.exceptions import CellExecutionError

    path, folder = Path(path).resolve(), Path(folder).resolve()
    notebook = nbformat.read(path, as_version=4)
    client = NotebookClient(
        notebook, timeout=300, kernel_name="python3", record_timing=False, coalesce_streams=True,
        extra_arguments=["--log-level=ERROR"],
        resources={"metadata": {"path": str(path.parent)}},
    )  # fmt: skip
    told = {
        "JPY_SESSION_NAME": str(path),  # as Jupyter tells a kernel its notebook
        "PYTHONPATH": str(_IMPORTED),
        "TOOLKIT_FIGURES": str(folder / "figures"),
        "TOOLKIT_LANGUAGE": language,
    }
    try:
        asyncio.run(client.async_execute(env=os.environ | told))
    except CellExecutionError as error:
        cell = next(c for c in notebook.cells if any("ename" in o for o in c.get("outputs", ())))
        raise ValueError(
            f"{path.name} stopped at cell {cell.id} with {error.ename}: {error.evalue}. Open it and "
            "run it up to there."
        ) from None
    notebook.metadata = {
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
        "language_info": {"name": "python"},
    }
    for cell in notebook.cells:
        cell.metadata.pop("execution", None)
        for output in cell.get("outputs", ()):
            if "text/plain" in output.get(
                "data", {}
            ):  # addresses of objects differ from run to run
                text = re.sub(r" at 0x[0-9a-f]+", "", output.data["text/plain"])
                output.data["text/plain"] = text
    (folder / "notebooks").mkdir(parents=True, exist_ok=True)
    nbformat.write(notebook, folder / "notebooks" / path.name)


def redraw(paths, folder):
    """Run notebooks in English and in Chinese, side by side, and write all they make into a folder.

    The folder gains notebooks/ as run in English, figures/ and figures/zh/; the repository is not
    touched. Gives {name of the notebook: what went wrong}: a cell stopped, or the numbers plotted
    differ between the languages.
    """
    folder, wrong = Path(folder), {}
    with ThreadPoolExecutor(os.cpu_count()) as pool:  # each run is a process of its own
        places = {"en": folder, "zh": folder / "zh"}
        runs = [
            (path, pool.submit(_timed_run, path, places[language], language))
            for language in LANGUAGES
            for path in paths
        ]
    for path, run in runs:
        if isinstance(run.exception(), ValueError):
            wrong[path.name] = str(run.exception())
        else:
            run.result()
    for file in (folder / "zh" / "figures").glob("*.csv"):
        english = folder / "figures" / file.name
        if english.is_file() and file.read_bytes() != english.read_bytes():
            wrong[file.name] = "the Chinese figure plots other numbers than the English one"
    if (pictures := folder / "zh" / "figures" / "zh").is_dir():
        shutil.move(pictures, folder / "figures" / "zh")
    return wrong


def _timed_run(path, folder, language):
    begun = time.perf_counter()
    run_notebook(path, folder, language)
    print(f"{path.name}  {language}  {time.perf_counter() - begun:.1f} s", flush=True)


def draw(paths):
    """Run notebooks in place: what they draw, and the page that lists it, is written into figures/.

    Nothing is written unless all ran. What no notebook draws any longer is deleted.

    Raises ValueError saying which notebook stopped and why; or, figures being written but no page,
    which figure has no caption.
    """
    with tempfile.TemporaryDirectory() as scratch:
        if wrong := redraw(paths, scratch):
            raise ValueError("\n".join(f"{name}: {why}" for name, why in wrong.items()))
        for path in paths:
            shutil.copyfile(Path(scratch, "notebooks", path.name), path)
        made = Path(scratch, "figures")
        others = {path.stem[:2] for path in notebooks()} - {path.stem[:2] for path in paths}
        for old in (ROOT / "figures").rglob("[0-9][0-9]-*"):
            if old.name[:2] not in others:
                old.unlink()
        shutil.copytree(made, ROOT / "figures", dirs_exist_ok=True)
    (ROOT / _GALLERY).write_text(gallery(), encoding="utf-8", newline="\n")


def gallery():
    """Give the page that lists every figure: the picture, its captions, where it comes from.

    A caption stands in the notebook, in the metadata of the cell that saves the figure:
    {"caption": {"en": ..., "zh": ...}}. The provenance is read from the figure itself.

    Raises ValueError for a figure without a caption in both languages.
    """
    parts = [_ABOUT]
    for path in notebooks():
        cells = nbformat.read(path, as_version=4).cells
        parts.append(f"## {cells[0].source.splitlines()[0].lstrip('# ')}\n")
        parts += [_entry(path, name, cell) for cell in cells for name in saved(cell)]
    return "\n".join(parts)


def _entry(path, name, cell):
    said = cell.metadata.get("caption", {})
    if missing := [language for language in LANGUAGES if not said.get(language)]:
        raise ValueError(
            f"{path.name}: {name} has no caption in {' and '.join(missing)}. Give the cell that "
            'saves it the metadata {"caption": {"en": "...", "zh": "..."}}.'
        )
    return f"""### {name}

![{name}]({name}.png)

{said["en"]}

{said["zh"]}

[CSV]({name}.csv) · [PDF]({name}.pdf) · 中文 [PNG](zh/{name}.png), [PDF](zh/{name}.pdf)<br>
[`{_keywords(ROOT / "figures" / f"{name}.pdf")}`](../notebooks/{path.name})
"""


def _keywords(path):
    with PdfDocument(path) as document:
        return document.get_metadata_dict()["Keywords"]


def check(paths, texts=None):
    """Rebuild what the repository holds and compare byte for byte; the repository is not touched.

    Of the notebooks given: as executed, their figures in both languages, and the numbers plotted.
    For all notebooks, or with `texts`, also the tables: the fictional sample, and each corpus whose
    texts lie in the folder `texts` under its name. Gives one row per file (the sample is one): file;
    difference, '' where it is identical; rebuilt, False where there are no texts.

    Raises ValueError where `texts` holds the texts of no corpus.
    """
    with tempfile.TemporaryDirectory() as scratch:
        tables = texts or set(paths) == set(notebooks())
        rows = _check_tables(Path(scratch), texts) if tables else []
        rows += [(name, why, True) for name, why in redraw(paths, scratch).items()]
        for path in paths:
            figures = (f"figures/{folder}{path.stem[:2]}-*" for folder in ("", "zh/"))
            for name, why in _compare(Path(scratch), (f"notebooks/{path.name}", *figures)):
                rows.append((name, why, True))
    listed = (ROOT / _GALLERY).read_text(encoding="utf-8") == gallery()
    rows.append((_GALLERY, "" if listed else "notebooks and figures say otherwise", True))
    return pd.DataFrame(rows, columns=["file", "difference", "rebuilt"])


def _check_tables(scratch, texts):
    """Rebuild the sample and, where there are texts, the tables of the corpora: rows of `check`."""
    corpora = sorted(path.parent for path in DATA.glob("*/reports.csv"))
    held = [folder for folder in corpora if texts and Path(texts, folder.name).is_dir()]
    if texts and not held:
        names = ", ".join(f"{folder.name}/" for folder in corpora)
        raise ValueError(f"{texts} holds none of {names}. Name the folder that holds them.")
    command = [sys.executable, "-m", "toolkit", "simulate", scratch / "data" / "sample"]
    subprocess.run(command, cwd=_IMPORTED, check=True, capture_output=True)
    unlike = [f"{name}: {why}" for name, why in _compare(scratch, ["data/sample/**/*"]) if why]
    rows = [("data/sample", "; ".join(unlike[:3]), True)]
    for folder in corpora:
        tables = verify(Path(texts, folder.name), folder).itertuples() if folder in held else ()
        rows += [(f"data/{folder.name}/{row.table}", row.difference, True) for row in tables]
        rows += [] if folder in held else [(f"data/{folder.name}", "", False)]
    return rows


def _compare(made, patterns):
    """Yield each file that lies in the repository or was made anew, and how the two differ."""
    found = {f.relative_to(top) for top in (made, ROOT) for p in patterns for f in top.glob(p)}
    for name in sorted(name.as_posix() for name in found):
        if not (made / name).is_dir() and not (ROOT / name).is_dir():
            yield name, _unlike(ROOT / name, made / name)


def _unlike(there, anew):
    """Say in words how a file differs from the one made anew: '' where it does not."""
    if not (there.is_file() and anew.is_file()):
        return "is there, but is not made" if there.is_file() else "is made, but is not there"
    if there.read_bytes() == anew.read_bytes():
        return ""
    how = "other bytes"
    if there.suffix == ".csv":
        as_written = {"dtype": str, "keep_default_na": False}
        how = difference(*(pd.read_csv(file, **as_written) for file in (there, anew)))
    elif there.suffix == ".pdf" and (was := _keywords(there)) != (now := _keywords(anew)):
        how = f"'{was}' there, '{now}' anew"
    elif there.suffix == ".png":
        same = np.array_equal(imread(there), imread(anew))
        how = "the same picture in other bytes" if same else "another picture"
    elif there.suffix == ".ipynb":
        old, new = (nbformat.read(file, as_version=4).cells for file in (there, anew))
        how = "cells " + ", ".join(b.id for a, b in zip(old, new, strict=True) if a != b)
    return how
