"""Files on disk to text: what may be read, what it says, what could not be read and why."""

import codecs
from pathlib import Path

SUFFIXES = (".txt", ".md")
MANIFESTS = ("manifest.csv", "index.csv")
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


class UnreadableFile(ValueError):
    """A file that cannot become a report; the message says why and what to do."""


def list_files(folder):
    """List the files of a folder and its subfolders, in the order of their names.

    Manifests and hidden files are left out; files of other kinds are kept, so that they
    can be reported rather than silently skipped.

    Raises NotADirectoryError where the folder does not exist.
    """
    folder = Path(folder)
    if not folder.is_dir():
        raise NotADirectoryError(
            f"{folder} is not a folder. Name the folder that holds the reports."
        )
    inside = (path.relative_to(folder) for path in folder.rglob("*") if path.is_file())
    return sorted(
        (
            p
            for p in inside
            if p.name not in MANIFESTS and not any(s.startswith(".") for s in p.parts)
        ),
        key=lambda path: path.as_posix(),
    )


def read_file(path):
    """Read one report: its text exactly as written, line ends included, and its bytes.

    The encoding is a byte-order mark's, else UTF-8, else GB18030.

    Raises UnreadableFile for an unsupported kind, an unreadable or empty file, or bytes that
    are text in none of these encodings.
    """
    path = Path(path)
    if path.suffix.lower() not in SUFFIXES:
        raise UnreadableFile(
            f"'{path.suffix}' files are not read; save it as one of {', '.join(SUFFIXES)}"
        )
    try:
        raw = path.read_bytes()
    except OSError as error:
        reason = f"the file cannot be opened ({error.strerror}); check its permissions"
        raise UnreadableFile(reason) from None
    text = decode(raw)
    if not text.strip():
        raise UnreadableFile("the file is empty; fetch the report again or delete the file")
    return text, raw


def decode(raw):
    """Turn bytes into text: by their byte-order mark, else as UTF-8, else as GB18030."""
    marked = next((encoding for mark, encoding in _BOMS if raw.startswith(mark)), None)
    candidates = (marked,) if marked else ("utf-8", "gb18030")
    for encoding in candidates:
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise UnreadableFile(
        f"the bytes are not text in {' or '.join(candidates)}; open it and save it as UTF-8"
    )
