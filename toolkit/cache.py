"""Finished work, kept under what it was made from, so that a build that was stopped goes on.

What is kept is found again only for the same bytes, the same options and lexicon, the same code
and the same versions of the libraries that read and cut. It lies in the user's cache folder, may be
deleted at any time, and nothing but time is lost where it cannot be used.
"""

import contextlib
import sqlite3
import sys
import time
from functools import cache
from hashlib import sha256
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from platformdirs import user_cache_path

from . import DATA

_LIBRARIES = (
    "ahocorasick-rs", "jieba", "rjieba", "lxml", "python-docx", "pypdfium2", "openpyxl", "opencc",
    "pyarrow",
)  # fmt: skip
_UNUSED = 30 * 86_400  # seconds after which what another version kept is deleted


def folder():
    """Give the folder in which finished work is kept."""
    return user_cache_path("chinese-government-reports")


def key(*made_from):
    """Name what was made from these strings or bytes."""
    parts = [part if isinstance(part, bytes) else str(part).encode() for part in made_from]
    return sha256(b"".join(b"%d:%b" % (len(part), part) for part in parts)).hexdigest()


@cache
def code_key():
    """Name what makes tables: this package, its divisions and markers, the libraries it reads with."""
    files = [
        *sorted(Path(__file__).parent.glob("*.py")),
        DATA / "divisions.csv",
        DATA / "markers.csv",
    ]
    return key(*(file.read_bytes() for file in files), *map(_version, _LIBRARIES), sys.version)


def _version(library):
    try:
        return version(library)
    except PackageNotFoundError:
        return ""


@contextlib.contextmanager
def finished_work():
    """Open what is kept; None where that is not possible: then everything is made anew."""
    connection = None
    with contextlib.suppress(OSError, sqlite3.Error):
        connection = _open(folder() / f"{code_key()[:16]}.sqlite")
    try:
        yield connection
    finally:
        if connection:
            connection.close()


def _open(path):
    path.parent.mkdir(parents=True, exist_ok=True)
    for other in path.parent.glob("*.sqlite"):
        if other != path and other.stat().st_mtime < time.time() - _UNUSED:
            other.unlink()
    try:
        return _prepare(path)
    except sqlite3.DatabaseError as error:
        if isinstance(error, sqlite3.OperationalError):  # locked, or the disk is full: as it is
            raise
        path.unlink()  # damaged
        return _prepare(path)


def _prepare(path):
    connection = sqlite3.connect(path, timeout=60)
    try:
        connection.execute(
            "CREATE TABLE IF NOT EXISTS made (key TEXT PRIMARY KEY, digest BLOB, value BLOB)"
        )
        connection.execute(
            "CREATE TABLE IF NOT EXISTS part (key TEXT PRIMARY KEY, made TEXT, nth INTEGER)"
        )
    except sqlite3.Error:
        connection.close()
        raise
    return connection


def get(kept, name):
    """Give the bytes kept under a name, or None; damaged ones count as none."""
    if kept is not None:
        with contextlib.suppress(sqlite3.Error):
            query = "SELECT digest, value FROM made WHERE key = ?"
            digest, value = kept.execute(query, (name,)).fetchone() or (None, b"")
            if digest == sha256(value).digest():
                return value
    return None


def put(kept, name, value, parts=()):
    """Keep bytes under a name, and the names of what they hold in order, None for what is not to be
    found again; all or none."""
    if kept is not None:
        rows = [(part, name, nth) for nth, part in enumerate(parts) if part]
        with contextlib.suppress(sqlite3.Error), kept:
            row = name, sha256(value).digest(), value
            kept.execute("INSERT OR REPLACE INTO made VALUES (?, ?, ?)", row)
            kept.executemany("INSERT OR REPLACE INTO part VALUES (?, ?, ?)", rows)


def find(kept, part):
    """Give the name under which a part is kept, and its place there; None where it is not."""
    if kept is not None:
        with contextlib.suppress(sqlite3.Error):
            query = "SELECT made, nth FROM part WHERE key = ?"
            return kept.execute(query, (part,)).fetchone()
    return None
