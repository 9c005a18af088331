"""Files on disk to documents: what may be read, what it says, what could not be read and why.

Plain text is read here; every other kind is converted in a process of its own, bounded in time and
memory, so that no file can stop a build or take it down.
"""

import contextlib
import json
import os
import queue
import re
import subprocess
import sys
import threading
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

from . import formats
from .formats import Unreadable, decode

PLAIN = (".txt", ".md")
CONVERTED = {
    ".html": formats.html_text, ".htm": formats.html_text, ".mhtml": formats.mhtml_text,
    ".mht": formats.mhtml_text, ".docx": formats.docx_text, ".pdf": formats.pdf_text,
}  # fmt: skip
TABLES = {".csv": formats.csv_rows, ".jsonl": formats.jsonl_rows, ".xlsx": formats.xlsx_rows}
SUFFIXES = (*PLAIN, *CONVERTED, *TABLES, ".zip")
MANIFESTS = ("manifest.csv", "index.csv")
_HINTS = {
    ".doc": "open it in Word or LibreOffice and save it as .docx",
    ".wps": "open it in WPS and save it as .docx",
    ".rar": "unpack it, or pack it as .zip",
    ".7z": "unpack it, or pack it as .zip",
    ".xls": "open it in a spreadsheet and save it as .xlsx",
}

MAX_SECONDS = 60  # for one file's conversion
MAX_MEMORY = 2000  # MB for one file's conversion
MAX_SIZE = 50  # MB of one file
LONGEST_TEXT = 2_000_000  # characters: a shelf of reports in one, and as much as is read in seconds
_CONTROLS = re.compile("[\x00-\x1f\x7f]")
_HALVES = re.compile("[\ud800-\udfff]")  # halves of a character, which no file could hold


class Document(NamedTuple):
    """One report as read.

    `marked` are spans (start, end, rule) that the file's own markup shows to be no part of the
    report, `given` the fields that a table gives beside the text.
    """

    name: str
    text: str
    sha256: str
    marked: tuple = ()
    given: dict = {}  # noqa: RUF012


def list_files(folder):
    """List the files of a folder and its subfolders, in the order of their names, each with a number
    that changes when it does (None for a broken link).

    Manifests and hidden files are left out; links and files of other kinds are kept, so that they
    can be reported rather than silently skipped.

    Raises NotADirectoryError where the folder does not exist.
    """
    if not Path(folder).is_dir():
        raise NotADirectoryError(
            f"{folder} is not a folder. Name the folder that holds the reports."
        )
    found, inside = {}, [""]
    while inside:
        within = inside.pop()
        try:
            entries = list(os.scandir(Path(folder, within)))
        except OSError:  # it may not be opened: `file_bytes` says so
            found[within[:-1]] = None
            continue
        for entry in entries:
            name = f"{within}{entry.name}"
            if entry.name in MANIFESTS or entry.name.startswith("."):
                continue
            if entry.is_dir(follow_symlinks=False):
                inside.append(f"{name}/")
            elif entry.is_symlink() or entry.is_file():
                found[name] = _stamp(entry)
    return dict(sorted(found.items()))


def _stamp(entry):
    try:
        stat = entry.stat()
    except OSError:  # a broken link
        return None
    return hash((stat.st_size, stat.st_mtime_ns))


def read_file(name, raw, text_column, ask):
    """Read a file's bytes into the documents that it holds: one, or those of an archive or a table.

    `ask` converts what is no plain text, as `converter` gives it, and gives an answer. Gives the
    documents; problems, each (name, reason); and the answer, None for plain text. Raises Unreadable.
    """
    if Path(name).suffix.lower() in PLAIN:
        return [_plain(name, raw)], [], None
    answer = ask(name, raw, text_column)
    return *_documents(answer), answer


@contextlib.contextmanager
def converter(max_seconds=MAX_SECONDS, max_memory=MAX_MEMORY):
    """Give a function that converts a file's bytes, in a process that is started when first asked."""
    worker = None

    def ask(name, raw, text_column=None):
        nonlocal worker
        worker = _ready(worker, max_memory)
        return _ask(worker, name, raw, text_column, max_seconds, max_memory)

    try:
        yield ask
    finally:
        if worker:
            _stop(worker[0])


def spelled(file):
    """Spell a file's name in characters that a table can hold.

    Names from Chinese Windows may be GBK; bytes that are no text, and line breaks, stand as \\xNN.
    """
    raw = os.fsencode(file)
    try:
        name = raw.decode()
    except UnicodeDecodeError:
        try:
            name = raw.decode("gb18030")
        except UnicodeDecodeError:
            name = raw.decode(errors="backslashreplace")
    return _CONTROLS.sub(lambda match: f"\\x{ord(match[0]):02x}", name)


def file_bytes(path, root, max_size=MAX_SIZE):
    """Read the bytes of a file that lies under root; raises Unreadable for what is not read."""
    suffix = path.suffix.lower()
    if path.is_symlink() and not Path(os.path.realpath(path)).is_relative_to(root):
        raise Unreadable("it is a link out of the folder; put the file itself there")
    if path.is_dir():
        raise Unreadable(
            "it is a link to a folder, or a folder that may not be opened; put the files themselves there"
        )
    if suffix not in SUFFIXES:
        hint = _HINTS.get(suffix, f"save it as one of {', '.join(SUFFIXES)}")
        raise Unreadable(f"'{suffix}' files are not read; {hint}")
    try:
        if (size := path.stat().st_size) > max_size * 10**6:
            raise Unreadable(
                f"it has {size / 10**6:.0f} MB, more than {max_size}; split it, or raise max_size"
            )
        return path.read_bytes()
    except OSError as error:
        reason = f"the file cannot be opened ({error.strerror}); check its permissions"
        raise Unreadable(reason) from None


def _document(name, text, raw, marked=(), given=None):
    """Make a document of a text, refusing one that is empty or far too long for a report."""
    if not text.strip():
        what = "there is no text in it" if raw.strip() else "the file is empty"
        raise Unreadable(f"{what}; fetch the report again or delete the file")
    if len(text) > LONGEST_TEXT:
        raise Unreadable(
            f"it has {len(text):,} characters, more than {LONGEST_TEXT:,}; is it several reports? "
            "Put each in a file of its own"
        )
    text = _HALVES.sub("\ufffd", text)
    return Document(name, text, sha256(raw).hexdigest(), tuple(marked), given or {})


def _plain(name, raw):
    return _document(name, decode(raw), raw)


def convert(raw, name, text_column=None, *, inside=False):
    """Convert one file's bytes to documents and problems; archives are opened one level deep."""
    suffix = Path(name).suffix.lower()
    if suffix == ".zip" and not inside:
        documents, problems = [], []
        for member, content in formats.zip_members(raw):
            try:
                if isinstance(content, Unreadable):
                    raise content
                more, worse = convert(content, f"{name}/{member}", text_column, inside=True)
                documents += more
                problems += worse
            except Unreadable as reason:
                problems.append((f"{name}/{member}", str(reason)))
        return documents, problems
    if suffix in PLAIN:
        return [_plain(name, raw)], []
    if suffix in CONVERTED:
        found = CONVERTED[suffix](raw)
        text, marked = found if isinstance(found, tuple) else (found, ())
        return [_document(name, text, raw, marked)], []
    if suffix in TABLES:
        return _rows(TABLES[suffix](raw), name, text_column)
    raise Unreadable(f"'{suffix}' files are not read{' in an archive' if inside else ''}")


def _rows(rows, name, text_column):
    """Make a document of each row of a table: its longest Chinese column is the text."""
    columns = list(dict.fromkeys(column for row in rows for column in row))
    if not columns:
        raise Unreadable("the table has no rows; put one report in each, under a line of names")
    if text_column is None:
        lengths = {c: sum(len(r.get(c) or "") for r in rows) for c in columns}
        text_column = max(lengths, key=lengths.get, default=None)
    if text_column not in columns:
        raise Unreadable(f"has no column '{text_column}'; it has {', '.join(columns)}")
    documents, problems = [], []
    width = len(str(len(rows)))
    for number, row in enumerate(rows, 1):
        member = f"{name}/{number:0{width}}"
        text = row.get(text_column) or ""
        given = {k: v for k, v in row.items() if k and k != text_column and v}
        try:
            if not text.strip():
                raise Unreadable(f"its column '{text_column}' is empty")
            raw = text.encode("utf-8", "surrogatepass")
            documents.append(_document(member, text, raw, (), given))
        except Unreadable as reason:
            problems.append((member, str(reason)))
    return documents, problems


# ------------------------------------------------------------------ the process apart


def _ready(worker, max_memory):
    """Give a process that converts files: the one there is, or a fresh one if it has ended."""
    if worker and worker[0].poll() is None:
        return worker
    if worker:
        _stop(worker[0])
    return _start(max_memory)


def _start(max_memory):
    """Start a process that converts files; give it and the queue of its answers."""
    process = subprocess.Popen(
        [sys.executable, "-m", "toolkit.reading", str(max_memory)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
        cwd=Path(__file__).parents[1],
    )  # fmt: skip
    answers = queue.Queue()

    def listen():
        for line in process.stdout:
            answers.put(line)
        answers.put(None)

    threading.Thread(target=listen, daemon=True).start()
    return process, answers


def _ask(worker, name, raw, text_column, max_seconds, max_memory):
    """Have a file's bytes converted; give the answer as a line of JSON."""
    process, answers = worker
    question = {"name": name, "text_column": text_column, "bytes": len(raw)}
    try:
        process.stdin.write(json.dumps(question).encode() + b"\n" + raw)
        process.stdin.flush()
        line = answers.get(timeout=max_seconds)
    except queue.Empty:
        _stop(process)
        raise Unreadable(
            f"reading it took more than {max_seconds} s; look into the file, or raise max_seconds"
        ) from None
    except OSError:
        line = None
    if line is None:
        _stop(process)
        raise Unreadable(
            f"reading it failed, or took more than {max_memory} MB of memory; look into the file"
        )
    if "unreadable" in (answer := json.loads(line)):
        raise Unreadable(answer["unreadable"])
    return line


def _documents(line):
    """Read the documents and problems of an answer."""
    answer = json.loads(line)
    documents = [
        Document(d[0], d[1], d[2], tuple(map(tuple, d[3])), d[4]) for d in answer["documents"]
    ]
    return documents, [tuple(problem) for problem in answer["problems"]]


def _stop(process):
    process.kill()
    process.wait()
    for pipe in (process.stdin, process.stdout):
        with contextlib.suppress(OSError):
            pipe.close()


def _serve(max_memory):
    """Answer questions on standard input, one JSON line each, within the bounds of memory.

    A question is a line of JSON and the bytes of a file, whose length the line gives.
    """
    try:
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (max_memory * 10**6,) * 2)
    except (ImportError, ValueError, OSError):
        pass  # systems without such limits keep the bound of time
    source, out = sys.stdin.buffer, sys.stdout.buffer
    sys.stdout = sys.stderr  # a library that prints must not spoil the answers
    for line in source:
        question = json.loads(line)
        raw = source.read(question["bytes"])
        try:
            documents, problems = convert(raw, question["name"], question["text_column"])
            answer = {"documents": documents, "problems": problems}
        except Unreadable as reason:
            answer = {"unreadable": str(reason)}
        except MemoryError:
            reason = f"reading it took more than {max_memory} MB of memory; split it, or raise max_memory"
            answer = {"unreadable": reason}
        except Exception as reason:
            answer = {"unreadable": f"it cannot be read ({type(reason).__name__}); save it anew"}
        out.write(json.dumps(answer).encode() + b"\n")
        out.flush()


if __name__ == "__main__":
    _serve(int(sys.argv[1]))
