"""For papers: a table as LaTeX, Markdown and workbook, and the paragraph that says what was done."""

import hashlib
import io
import platform
import re
import zipfile
from importlib.metadata import version
from pathlib import Path

import numpy as np
import pandas as pd
from openpyxl import Workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter
from pandas.api.types import is_bool_dtype, is_integer_dtype, is_numeric_dtype

from . import _USED, __version__
from .formats import write_cell
from .lexicon import load_lexicon
from .measures import CORPUS, GENRES, MEASURES, SHIPPED, SOFTWARE
from .style import LANGUAGES, is_chinese, label
from .tables import Corpus

# ------------------------------------------------------------------ tables

_TESTS = re.compile(r"[pq](_\w+)?")  # columns that hold p or q
_SMALL_P = '[<0.001]"<0.001";0.000'  # their number format, as a workbook has it
_NAMED = ("level", "role", "label")  # columns whose values have labels
_DAY = (1980, 1, 1, 0, 0, 0)  # of every workbook: the first day that an archive knows


def save_table(table, name, *, caption, note="", folder=None, digits=3):
    """Save a table for print and for the record, beside `save` for figures.

    Takes a table, one row a line of it, in the order given, and its caption; writes NAME.tex,
    NAME.md and NAME.xlsx into tables/ of the working folder, or into `folder`. The same table gives
    the same bytes on every run. Caption and note are plain text, and `note` follows "Note.".

    Heads are the names of columns as `label` has them, in the language of `use_style`. Numbers
    have `digits` significant digits, but are never rounded before the decimal point; an exact 0 is
    0, what is missing is empty. Where X is followed by low and high, or by y_low and y_high, these
    are its 95 % interval: .tex and .md set it beside X, as in 0.75 [0.70, 0.80], with the decimals
    that X needs, or half the interval where that is more than X. p and q have three decimals, or are
    <0.001. What a column `why` says goes into the note, as it stands, for rows where a number is
    missing or infinite. The workbook holds numbers in full, ends of intervals in columns of their
    own, under formats that show the same digits; it has no formulas, and marks text that looks like
    one as `write_csv` does.

    NAME.tex is a float with the label tab:NAME, for \\input. It needs \\usepackage{booktabs} and,
    for Chinese, xelatex with \\usepackage{xeCJK} and \\setCJKmainfont{...}. What is wider or longer
    than a page is not broken: choose columns and rows first.

    Raises ValueError for a name that cannot be a file's and a label's, fewer digits than one, and
    two columns of one name.
    """
    if not re.fullmatch(r"[\w-][\w.-]*", name):
        raise ValueError(
            f"'{name}' cannot name a file and a label: take letters, digits, '-', '_' and '.'; the "
            "folder goes into `folder`."
        )
    if digits < 1:
        raise ValueError(f"digits is {digits}; a number is shown with 1 or more.")
    table = table.rename(columns=str).reset_index(drop=True).infer_objects()
    if (twice := table.columns[table.columns.duplicated()]).size:
        raise ValueError(f"there are two columns '{twice[0]}'. Rename or drop one.")
    for column in table.columns.intersection(_NAMED):
        table[column] = table[column].astype(object).map(label, na_action="ignore")
    notes = [_plain(note), _reasons(table)]
    table = table.drop(columns="why", errors="ignore")
    formats = _formats(table, digits)
    lines, right = _page(table, formats)
    below = [*notes[:1], label("interval") * bool(_intervals(table)), *notes[1:]]
    caption = _plain(caption)
    written = {
        "tex": _tex(lines, right, name, caption, _note(below)).encode(),
        "md": _markdown(lines, right, caption, _note(below)).encode(),
        "xlsx": _workbook(table, formats, caption, _note(notes)),
    }
    folder = Path("tables" if folder is None else folder)
    folder.mkdir(parents=True, exist_ok=True)
    for kind, content in written.items():
        (folder / f"{name}.{kind}").write_bytes(content)


def _plain(text):
    """Put a text on one line, without control characters."""
    return " ".join(ILLEGAL_CHARACTERS_RE.sub(" ", str(text)).split())


def _note(parts):
    """Join the parts of a note, if there are any."""
    return label("note").format(" ".join(filter(None, parts))) if any(parts) else ""


def _is_number(column):
    return is_numeric_dtype(column) and not is_bool_dtype(column)


def _reasons(table):
    """Say which rows have a number missing or infinite and why, where a column `why` tells."""
    if "why" not in table:
        return ""
    numbers = table[[c for c in table if _is_number(table[c])]].astype(float)
    rows = ~np.isfinite(numbers.to_numpy()).all(axis=1) & table["why"].fillna("").ne("").to_numpy()
    names = table.drop(columns="why").astype(str)
    widths = range(1, names.shape[1])
    width = next((k for k in widths if not names.iloc[:, :k].duplicated().any()), 1)
    named = {}
    for reason, *name in zip(
        table["why"][rows], *names.iloc[rows, :width].T.to_numpy(), strict=True
    ):
        named.setdefault(_plain(reason), []).append(_plain(" ".join(name)))
    said = "; ".join(f"{', '.join(of)} ({reason})" for reason, of in named.items())
    return label("missing values").format(said) if said else ""


def _intervals(table):
    """Give {estimate: (low, high)}, the columns of 95 % intervals, where they follow each other."""
    names = list(table)
    return {
        of: (low, high)
        for of, low, high in zip(names, names[1:], names[2:], strict=False)
        if re.fullmatch(r"(\w+_)?low", low) and high == f"{low[:-3]}high" and _is_number(table[of])
        if not _TESTS.fullmatch(of)
    }


def _formats(table, digits):
    """Give the format that each number is shown in, in the words of a workbook; '' for text."""
    numbers = table[[c for c in table if _is_number(table[c])]].astype(float)
    sizes = numbers.abs().where(np.isfinite)
    for of, ends in _intervals(table).items():
        half = (numbers[ends[1]] - numbers[ends[0]]).where(np.isfinite) / 2
        size = np.fmax(sizes[of], half).fillna(sizes[[*ends]].max(axis=1))
        sizes = sizes.assign(**dict.fromkeys((of, *ends), size))
    formats = pd.DataFrame("", table.index, table.columns)
    for column in numbers:
        shown = 0 if is_integer_dtype(table[column]) else digits
        formats[column] = [_format(size, shown) for size in sizes[column].fillna(0)]
        formats.loc[numbers[column] == 0, column] = "0"
        if _TESTS.fullmatch(column):
            formats[column] = _SMALL_P
    return formats


def _format(size, digits):
    """Give the format that shows a number of this size with so many significant digits."""
    exponent = int(f"{size:.{max(digits - 1, 0)}e}".split("e")[1])
    decimals = min(max(digits - 1 - exponent, 0), 9)
    return ("#,##0" if size >= 10_000 else "0") + "." * (decimals > 0) + "0" * decimals


def _shown(value, form):
    """Print a value in its format."""
    if pd.isna(value):
        return ""
    if not form:
        return _plain(value)
    if form == _SMALL_P and value < 0.001:
        return "<0.001"
    if np.isinf(value):
        return "∞" if value > 0 else "−∞"
    decimals = len(form.rpartition(".")[2]) if "." in form else 0
    return f"{float(value):z{',' * form.startswith('#')}.{decimals}f}".replace("-", "−")


def _page(table, formats):
    """Give a table as it is read: its lines, heads first, an estimate with its interval in one
    cell; and which of its columns are numbers."""
    texts = {c: list(map(_shown, table[c], formats[c])) for c in table}
    heads = {c: _head(c) for c in table}
    for of, (low, high) in _intervals(table).items():
        cells = zip(texts[of], texts.pop(low), texts.pop(high), strict=True)
        texts[of] = [f"{x} [{a}, {b}]" if a or b else x for x, a, b in cells]
    lines = [[heads[c] for c in texts], *map(list, zip(*texts.values(), strict=True))]
    return lines, [_is_number(table[c]) for c in texts]


def _head(column):
    """Give the head of a column: its label, else its name in words."""
    return _plain(label(f"column {column}").removeprefix("column ").replace("_", " "))


_TEX = str.maketrans(
    {c: f"\\{c}" for c in "&%$#_{}"}
    | {"\\": r"\textbackslash{}", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}"}
    | {"<": "$<$", ">": "$>$", "−": "$-$", "∞": r"$\infty$"}
)


def _tex(lines, right, name, caption, note):
    """Write the lines of a table as a LaTeX float."""
    head, *rows = (
        " & ".join(re.sub(r"^([\[*])", r"{\1}", cell.translate(_TEX)) for cell in line) + r" \\"
        for line in lines  # after \\ a bracket or a star would be its own
    )
    columns = "".join("r" if number else "l" for number in right)
    foot = [rf"\par\smallskip\parbox{{\linewidth}}{{\footnotesize {note.translate(_TEX)}}}"]
    return "\n".join(
        [
            r"\begin{table}[tb]", r"\centering\small", rf"\caption{{{caption.translate(_TEX)}}}",
            rf"\label{{tab:{name}}}\smallskip", rf"\begin{{tabular}}{{{columns}}}",
            r"\toprule", head, r"\midrule", *rows, r"\bottomrule",
            r"\end{tabular}", *foot * bool(note), r"\end{table}", "",
        ]
    )  # fmt: skip


_MARKUP = re.compile(r"[\\`*_|$]|<(?=[A-Za-z/!?])|&(?=#?\w+;)|](?=\()")


def _markdown(lines, right, caption, note):
    """Write the lines of a table as Markdown, with pipes."""
    head, *rows = (
        "| " + " | ".join(_MARKUP.sub(r"\\\g<0>", cell) for cell in line) + " |" for line in lines
    )
    rule = "|" + "|".join(" ---: " if number else " --- " for number in right) + "|"
    caption, note = (_MARKUP.sub(r"\\\g<0>", text) for text in (caption, note))
    return "\n".join([f"**{caption}**", "", head, rule, *rows, *["", note] * bool(note), ""])


def _workbook(table, formats, caption, note):
    """Write a table as a workbook: caption, heads, rows and note, numbers in full."""
    heads = {c: _head(c) for c in table}
    for of, ends in _intervals(table).items():
        for end, key in zip(ends, ("lower limit", "upper limit"), strict=True):
            heads[end] = label(key).format(heads[of])
    book = Workbook()
    sheet = book.active
    _fill(sheet.cell(1, 1), caption).font = Font(bold=True)
    for at, column in enumerate(table, start=1):
        side = Alignment(horizontal="right" if _is_number(table[column]) else "left")
        cells = [(heads[column], ""), *zip(table[column], formats[column], strict=True)]
        for row, (value, form) in enumerate(cells, start=2):
            _fill(sheet.cell(row, at), value, form).alignment = side
        sheet.cell(2, at).font = Font(bold=True)
        widest = max(sum(1 + (c > "\u2e7f") for c in _shown(*cell)) for cell in cells)
        sheet.column_dimensions[get_column_letter(at)].width = widest + 2
    if note:
        _fill(sheet.cell(len(table) + 4, 1), note)
    sheet.freeze_panes = "A3"
    return _packed(book)


def _fill(cell, value, form=""):
    """Put a value into a cell of a workbook: a number in its format, else text; no formula."""
    if pd.isna(value):
        return cell
    if form and np.isfinite(value):
        cell.value, cell.number_format = float(value), form
    else:
        cell.value = write_cell(_shown(value, form))
        cell.data_type, cell.number_format = "s", "@"  # an = makes it a formula to openpyxl
    return cell


def _packed(book):
    """Give the bytes of a workbook, the same whenever it is written."""
    fresh, packed = io.BytesIO(), io.BytesIO()
    book.save(fresh)
    with zipfile.ZipFile(fresh) as parts, zipfile.ZipFile(packed, "w") as archive:
        for name in parts.namelist():
            content = parts.read(name)
            if name == "docProps/core.xml":
                content = re.sub(rb"\d{4}-\d\d-\d\dT[\d:]+Z", b"1980-01-01T00:00:00Z", content)
            archive.writestr(zipfile.ZipInfo(name, _DAY), content, zipfile.ZIP_DEFLATED)
    return packed.getvalue()


# ------------------------------------------------------------------ the paragraph on methods


def methods_paragraph(corpus, *, language=None):
    """Write the paragraph on corpus and methods of a paper, from what was taken from this package.

    Takes a Corpus; gives text in English or Chinese, by default the language of `use_style`: the
    corpus, its lexicon and how that is matched, each measure with its interval and source (author
    year), the versions installed now. All numbers of the corpus are counted in the tables given:
    with fewer rows of `reports` or `clauses`, of fewer texts.

    A measure is named where its function was taken from the package since import (`tk.trend`, or
    `from toolkit import trend`; `import *` takes all), called or not: restart before the run that
    is published. What has no sentence is not mentioned. Sentences tell methods at their defaults,
    no results; how large a family of tests was stands in the tables. Of a lexicon a corpus keeps
    terms and categories, not spellings: the hash is of the terms, and a lexicon of your own is to
    be published beside the paper. Not shown: that a method was the right one.

    Raises ValueError for another language, for what is no Corpus, and one without reports.
    """
    language = language or LANGUAGES[is_chinese()]
    if language not in LANGUAGES:
        raise ValueError(f"the paragraph is in 'en' or 'zh', not in '{language}'.")
    if not isinstance(corpus, Corpus) or corpus.reports.empty:
        got = "a Corpus without" if isinstance(corpus, Corpus) else type(corpus).__name__
        raise ValueError(
            f"a Corpus with reports is needed, as build or load give it; this is {got}."
        )
    zh = language == "zh"
    facts = _facts(corpus)
    facts["genres"] = _genres(corpus.reports["genre"], zh)
    facts["shipped"] = SHIPPED[facts["shipped"]][zh]
    said = [pair[zh].format(**facts) for key, pair in CORPUS.items() if facts[key]]
    said += [pair[zh] for names, *pair in MEASURES if not _USED.keys().isdisjoint(names)]
    versions = [f"{name} {version(name)}" for name in ("pandas", "numpy", "scipy", "jieba")]
    own = [f"toolkit {__version__}", f"Python {platform.python_version()}"]
    said.append(SOFTWARE[zh].format(("、" if zh else ", ").join([*own, *versions])))
    return ("" if zh else " ").join(said)


def _genres(genres, zh):
    """Count reports by genre, in words."""
    counts = genres.fillna("").value_counts().items()
    named = [
        f"{GENRES.get(genre, (genre, genre))[zh]}{'：' if zh else ': '}{n}" for genre, n in counts
    ]
    return ("；" if zh else "; ").join(named)


def _facts(corpus):
    """Count what a corpus holds, of the reports and clauses that its tables have."""
    reports = corpus.reports
    known = reports[reports["place"].fillna("").ne("") & reports["year"].notna()]
    held = known.groupby(["place", "year"]).size()
    places = known["place"].nunique()
    first, last = (known["year"].min(), known["year"].max()) if places else (0, 0)
    cells = places * (last - first + 1)
    dates = reports.loc[reports["date"].fillna("").ne(""), "date"]
    keys = ["report_id", "clause"]
    clauses = corpus.clauses[corpus.clauses["report_id"].isin(reports["report_id"])]
    hits = corpus.hits.merge(clauses[keys].astype(corpus.hits[keys].dtypes), on=keys)
    terms = corpus.hits["term"].cat.categories
    return {
        "reports": len(reports), "n_han": clauses["n_han"].sum(),
        "places": places, "first": first, "last": last, "cells": cells, "double": (held > 1).sum(),
        "missing": cells - len(held), "share": 100 * (1 - len(held) / max(cells, 1)),
        "unplaced": len(reports) - len(known),
        "dated": len(dates), "earliest": dates.min(), "latest": dates.max(),
        "undated": len(reports) - len(dates),
        "sourced": reports["source_url"].fillna("").ne("").sum(),
        "hashed": reports["sha256"].fillna("").ne("").sum(),
        "terms": len(terms), "categories": len(corpus.hits["category"].cat.categories),
        "shipped": list(terms) == load_lexicon()["term"].tolist(),
        "sha": hashlib.sha256("\n".join(terms).encode()).hexdigest()[:12],
        "matched": True, "n": (~hits["in_title"]).sum(), "n_title": hits["in_title"].sum(),
    }  # fmt: skip
