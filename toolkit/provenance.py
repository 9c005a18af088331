"""Where a figure comes from: the cell that drew it, and fingerprints of what it was drawn from."""

import hashlib
import os
import sys
from pathlib import Path

from . import DATA, __version__

_TABLES = (".csv", ".parquet", ".txt")


def provenance():
    """Say in one line where what is made now comes from: no times, no paths of a machine.

    The notebook and the number of the cell that runs (or that no notebook does), the fingerprints
    of the tables and vocabularies in data/ and of the shipped lexicon, and this package's version.
    A figure of tables of one's own carries no fingerprint of those.
    """
    return (
        f"{_cell()}; data {fingerprint(DATA)}; lexicon {fingerprint(DATA / 'lexicon.csv')}; "
        f"toolkit {__version__}"
    )


def fingerprint(path):
    """Give the first twelve digits of the SHA-256 of a file, or of a folder's tables.

    That of a folder is taken of the list that sha256sum prints of all .csv, .parquet and .txt files
    in it and below, by name, hidden ones left out.
    """
    if path.is_file():
        return _sha256(path.read_bytes())[:12]
    files = {f.relative_to(path).as_posix(): f for f in path.rglob("*") if f.suffix in _TABLES}
    lines = [
        f"{_sha256(files[name].read_bytes())}  {name}\n"
        for name in sorted(files)
        if "/." not in f"/{name}"
    ]
    return _sha256("".join(lines).encode())[:12]


def _sha256(content):
    return hashlib.sha256(content).hexdigest()


def _cell():
    """Name the notebook and its cell that runs, as Jupyter and `run_notebook` tell the kernel.

    The number is the one IPython shows beside the cell: its last input is the one that runs.
    """
    shell = getattr(sys.modules.get("IPython"), "get_ipython", lambda: None)()
    notebook = Path(os.environ.get("JPY_SESSION_NAME", "")).name
    if shell is None or not notebook.endswith(".ipynb"):
        return "no notebook"
    return f"{notebook}, cell {len(shell.history_manager.input_hist_parsed) - 1}"
