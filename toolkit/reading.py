"""Files on disk to documents: what may be read, what it says, what could not be read and why.

Plain text is read here; every other kind is converted in a process of its own, bounded in time and
memory, so that no file can stop a build or take it down.
"""

import contextlib
import json
import queue
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

LARGEST_FILE = 50_000_000  # bytes
SECONDS = 60  # for one file's conversion
MEGABYTES = 2000  # of memory for conversions


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
    """List the files of a folder and its subfolders, in the order of their names.

    Manifests and hidden files are left out; links and files of other kinds are kept, so that they
    can be reported rather than silently skipped.

    Raises NotADirectoryError where the folder does not exist.
    """
    folder = Path(folder)
    if not folder.is_dir():
        raise NotADirectoryError(
            f"{folder} is not a folder. Name the folder that holds the reports."
        )
    found = []
    for path in folder.rglob("*"):
        inside = path.relative_to(folder)
        if path.name in MANIFESTS or any(part.startswith(".") for part in inside.parts):
            continue
        if path.is_symlink() or path.is_file():
            found.append(inside)
    return sorted(found, key=lambda path: path.as_posix())


def read_files(folder, files, *, text_column=None):
    """Read files, each into the documents it holds: one, or those of an archive or a table.

    Yields (file, documents, problems) in the order given; a problem is (name, reason).
    """
    worker = None
    try:
        for file in files:
            name, suffix = file.as_posix(), file.suffix.lower()
            documents, problems = [], []
            try:
                raw = _bytes(folder / file, Path(folder).resolve())
                if suffix in PLAIN:
                    documents = [_plain(name, raw)]
                else:
                    worker = _ready(worker)
                    documents, problems = _ask(worker, str(folder / file), name, text_column)
            except Unreadable as reason:
                problems = [(name, str(reason))]
            yield file, documents, problems
    finally:
        if worker:
            _stop(worker[0])


def _bytes(path, root):
    suffix = path.suffix.lower()
    if path.is_symlink() and not path.resolve().is_relative_to(root):
        raise Unreadable("it is a link out of the folder; put the file itself there")
    if path.is_dir():
        raise Unreadable("it is a link to a folder; put the files themselves there")
    if suffix not in SUFFIXES:
        hint = _HINTS.get(suffix, f"save it as one of {', '.join(SUFFIXES)}")
        raise Unreadable(f"'{suffix}' files are not read; {hint}")
    try:
        if (size := path.stat().st_size) > LARGEST_FILE:
            raise Unreadable(
                f"it has {size // 10**6} MB, more than {LARGEST_FILE // 10**6}; split it"
            )
        return path.read_bytes()
    except OSError as error:
        reason = f"the file cannot be opened ({error.strerror}); check its permissions"
        raise Unreadable(reason) from None


def _plain(name, raw):
    text = decode(raw)
    if not text.strip():
        raise Unreadable("the file is empty; fetch the report again or delete the file")
    return Document(name, text, sha256(raw).hexdigest())


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
        if not text.strip():
            raise Unreadable("there is no text in it; look into the file")
        return [Document(name, text, sha256(raw).hexdigest(), tuple(marked))], []
    if suffix in TABLES:
        return _rows(TABLES[suffix](raw), name, text_column)
    raise Unreadable(f"'{suffix}' files are not read{' in an archive' if inside else ''}")


def _rows(rows, name, text_column):
    """Make a document of each row of a table: its longest Chinese column is the text."""
    columns = list(dict.fromkeys(column for row in rows for column in row))
    if text_column is None:
        lengths = {c: sum(len(r.get(c) or "") for r in rows) for c in columns}
        text_column = max(lengths, key=lengths.get, default=None)
    if text_column not in columns:
        raise Unreadable(f"has no column '{text_column}'; it has {', '.join(columns) or 'none'}")
    documents, problems = [], []
    width = len(str(len(rows)))
    for number, row in enumerate(rows, 1):
        member = f"{name}/{number:0{width}}"
        text = row.get(text_column) or ""
        given = {k: v for k, v in row.items() if k and k != text_column and v}
        if text.strip():
            documents.append(Document(member, text, sha256(text.encode()).hexdigest(), (), given))
        else:
            problems.append((member, f"its column '{text_column}' is empty"))
    return documents, problems


# ------------------------------------------------------------------ the process apart


def _ready(worker):
    """Give a process that converts files: the one there is, or a fresh one if it has ended."""
    if worker and worker[0].poll() is None:
        return worker
    if worker:
        _stop(worker[0])
    return _start()


def _start():
    """Start a process that converts files; give it and the queue of its answers."""
    process = subprocess.Popen(
        [sys.executable, "-m", "toolkit.reading"],
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


def _ask(worker, path, name, text_column):
    process, answers = worker
    question = {"path": str(Path(path).resolve()), "name": name, "text_column": text_column}
    try:
        process.stdin.write(json.dumps(question).encode() + b"\n")
        process.stdin.flush()
        line = answers.get(timeout=SECONDS)
    except queue.Empty:
        _stop(process)
        raise Unreadable(f"reading it took more than {SECONDS} s; look into the file") from None
    except OSError:
        line = None
    if line is None:
        _stop(process)
        raise Unreadable("reading it ran out of memory or failed; look into the file")
    answer = json.loads(line)
    if "unreadable" in answer:
        raise Unreadable(answer["unreadable"])
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


def _serve():
    """Answer questions on standard input, one JSON line each, within the bounds of memory."""
    try:
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (MEGABYTES * 10**6,) * 2)
    except (ImportError, ValueError, OSError):
        pass  # systems without such limits keep the bound of time
    out = sys.stdout.buffer
    sys.stdout = sys.stderr  # a library that prints must not spoil the answers
    for line in sys.stdin.buffer:
        question = json.loads(line)
        try:
            raw = Path(question["path"]).read_bytes()
            documents, problems = convert(raw, question["name"], question["text_column"])
            answer = {"documents": documents, "problems": problems}
        except Unreadable as reason:
            answer = {"unreadable": str(reason)}
        except MemoryError:
            answer = {"unreadable": f"reading it took more than {MEGABYTES} MB; split it"}
        except Exception as reason:
            answer = {"unreadable": f"it cannot be read ({type(reason).__name__}); save it anew"}
        out.write(json.dumps(answer).encode() + b"\n")
        out.flush()


if __name__ == "__main__":
    _serve()
