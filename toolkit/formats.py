"""Bytes of each kind of file to text: web pages, Word, PDF, spreadsheets, archives.

Nothing in a file is run, nothing outside it is read and nothing is fetched. Each function takes
bytes and gives the text in reading order, one line per paragraph; `Unreadable` says why not.
"""

import contextlib
import csv
import email
import email.policy
import io
import json
import re
import zipfile
from collections import Counter

# The most a file may unfold to, in bytes.
LONGEST_CELL = 200_000_000
LARGEST_ARCHIVE = 500_000_000
MOST_MEMBERS = 20_000

_BOMS = (
    (b"\xef\xbb\xbf", "utf-8-sig"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)
# Characters that any Chinese report is full of, simplified and traditional.
_COMMON = frozenset(
    "的一是在不了有和人中大为上个国我以要他时来用们生到作地于出就分对成会可主发年动同工能下过子产方行学法民"
    "得经进部度力化理加体制机业政府市省区县建设服务改革全实推推进新高展與為個國時來們對會發動產學經進體機業"
    "設務實進開放長員處書記議報告點縣區廣東電辦，。、；：“”（）\n"
)


class Unreadable(ValueError):
    """Bytes that cannot become a report; the message says why and what to do."""


def decode(raw):
    """Turn bytes into text: by their byte-order mark, else as UTF-8, else by what reads best.

    GB18030, Big5 and UTF-16 without a mark are told apart by the share of common characters.
    """
    marked = next((encoding for mark, encoding in _BOMS if raw.startswith(mark)), None)
    try:
        return raw.decode(marked or "utf-8")
    except UnicodeDecodeError:
        if marked:
            raise Unreadable(
                f"its mark says {marked}, its bytes are not; save it as UTF-8"
            ) from None
    best, text = 0.0, None
    for encoding in ("gb18030", "big5hkscs", "utf-16-le", "utf-16-be"):
        try:
            candidate = raw.decode(encoding)
        except UnicodeDecodeError:
            continue
        sample = candidate[:20_000]
        share = sum(c in _COMMON for c in sample) / max(len(sample), 1)
        if share > best:
            best, text = share, candidate
    if text is None or best < 0.05:
        raise Unreadable(
            "its bytes are not Chinese text in UTF-8, GB18030, Big5 or UTF-16; save it as UTF-8"
        )
    return text


_FORMULA = re.compile(r"'*[=+\-@\t\r](?![\d.]+$)")  # a number may keep its sign


def write_csv(table, path, **options):
    """Write a table as CSV for spreadsheets, which take none of its texts for a formula.

    UTF-8 with a mark, one kind of line end; '=1+1 for =1+1.
    """
    safe = table.copy()
    for column in table.select_dtypes(["object", "string", "category"]):
        words = table[column].astype(str)
        safe[column] = table[column].astype(object).mask(words.str.match(_FORMULA), "'" + words)
    safe.to_csv(path, index=False, encoding="utf-8-sig", lineterminator="\n", **options)


def write_cell(cell):
    """Mark a text that a spreadsheet would take for a formula, as `write_csv` does."""
    return "'" + cell if _FORMULA.match(cell) else cell


def read_cell(cell):
    """Give what a cell said before `write_csv` marked it as no formula."""
    return cell[1:] if cell.startswith("'") and _FORMULA.match(cell) else cell


def to_simplified(text):
    """Turn traditional characters into simplified ones (OpenCC), each in its place."""
    from opencc import OpenCC

    convert = OpenCC("t2s").convert
    simplified = convert(text)
    if len(simplified) == len(text):
        return simplified
    return "".join(c if len(s := convert(c)) != 1 else s for c in text)


# ------------------------------------------------------------------ web pages

_CHARSET = re.compile(rb"""<meta[^>]{0,200}?charset\s*=\s*["']?([\w-]{2,20})""", re.I)
_BLOCKS = frozenset(
    """address article aside blockquote body br center dd div dl dt fieldset figcaption figure
    footer form h1 h2 h3 h4 h5 h6 header hr li main nav ol p pre section table tbody tfoot thead title tr
    ul""".split()
)
_UNSEEN = ("script", "style", "noscript", "template", "svg", "iframe", "object", "select", "head")
_SENTENCE = re.compile("[，。；,;、]")
_HOLDERS = ("html", "body", "div", "td", "article", "section", "main", "center", "form")
_GB = {"gb2312": "gb18030", "gbk": "gb18030"}


def html_text(raw):
    """Give the text of a web page, and the spans that its markup shows to be no part of the report.

    The report is the smallest element that holds seven tenths of the page's sentences outside
    links. What stands outside it and is no sentence is marked (start, end, 'navigation').
    """
    from lxml import etree, html

    parser = html.HTMLParser(recover=True, huge_tree=False, no_network=True)
    try:
        root = html.document_fromstring(_page(raw), parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError, ValueError) as reason:
        raise Unreadable(f"the page cannot be parsed ({reason}); save it as text") from None
    unseen = (etree.Comment, etree.ProcessingInstruction, *_UNSEEN)
    etree.strip_elements(root, *unseen, with_tail=False)
    lines, pieces, weight = [], [], Counter()
    for event, element in etree.iterwalk(root, events=("start", "end")):
        if element.tag in _BLOCKS:
            _end_line(lines, pieces)
        if event == "start":
            text, owner = element.text, element
        else:
            text, owner = element.tail, element.getparent()
        if not text or owner is None:
            continue
        pieces.append(("\t" if element.tag in ("td", "th") else "", text, owner))
        around = [owner, *owner.iterancestors()]
        if _SENTENCE.search(text) and all(outer.tag != "a" for outer in around):
            weight.update(dict.fromkeys(around, len(text)))
    _end_line(lines, pieces)
    return _with_navigation(lines, weight)


def _page(raw):
    """Decode a page by what it declares, where that is true of its bytes."""
    declared = _CHARSET.search(raw[:4096])
    name = declared[1].decode("ascii", "replace").lower() if declared else ""
    try:
        page = raw.decode(_GB.get(name, name))
    except (LookupError, UnicodeDecodeError):
        page = decode(raw)
    return re.sub(r"^\s*<\?xml[^>]{0,200}\?>", "", page)


def _end_line(lines, pieces):
    text = re.sub(r"[ \t\r\n\f\v]+", " ", "".join(gap + text for gap, text, _ in pieces)).strip()
    if text:
        lines.append((text, next(owner for _, said, owner in pieces if said.strip())))
    pieces.clear()


def _with_navigation(lines, weight):
    """Join lines to a text and mark those outside the element that holds the report."""
    most = max(weight.values(), default=0)
    holding = [
        e for e, sentences in weight.items() if e.tag in _HOLDERS and sentences >= 0.7 * most
    ]
    # Of the elements that hold enough, each lies in the one before: the deepest holds the report
    report = max(holding, key=lambda e: sum(1 for _ in e.iterancestors()), default=None)
    parts, spans, at = [], [], 0
    for text, owner in lines:
        parts.append(text + "\n")
        inside = report is None or owner is report or report in owner.iterancestors()
        if not inside and not re.search("[。；]", text):  # a sentence is never navigation
            spans.append((at, at + len(text) + 1, "navigation"))
        at += len(text) + 1
    return "".join(parts), spans


def mhtml_text(raw):
    """Give the text of a web page saved with its pictures in one file, as `html_text` does."""
    message = email.message_from_bytes(raw, policy=email.policy.default)
    for part in message.walk():
        if part.get_content_type() == "text/html":
            return html_text(part.get_payload(decode=True) or b"")
    raise Unreadable("the saved page holds no page; save it as HTML")


# ------------------------------------------------------------------ Word, PDF


def docx_text(raw):
    """Give the paragraphs and tables of a Word file in their order, a table's row on one line."""
    from docx import Document

    _check_archive(raw)
    try:
        document = Document(io.BytesIO(raw))
        return "".join(f"{line}\n" for line in _docx_lines(document) if line.strip())
    except Unreadable:
        raise
    except Exception as reason:  # whatever python-docx meets in a damaged file
        raise Unreadable(
            f"the Word file is damaged ({type(reason).__name__}); save it again"
        ) from None


def _docx_lines(container):
    for block in container.iter_inner_content():
        if hasattr(block, "rows"):
            for row in block.rows:
                seen = []
                for cell in row.cells:  # a merged cell comes once for each column it spans
                    if cell._tc not in seen:
                        seen.append(cell._tc)
                yield "\t".join(map(_cell_text, seen))
        else:
            yield block.text


def _cell_text(cell):
    return "".join(t.text or "" for t in cell.iter() if str(t.tag).endswith("}t"))


_WRAPPED = re.compile(r"[\u4e00-\u9fff，、0-9a-zA-Z（“《]$")
_STARTS = re.compile(
    r"[一二三四五六七八九十]{1,3}、|[（(][一二三四五六七八九十\d]{1,3}[)）]|\d{1,2}[.、．]"
    r"|——|各位代表|第[一二三四五六七八九十]+[章节]"
)
_TITLE = re.compile(r"(报告|情况|总结)$")
_PAGE_NUMBER = re.compile(r"[—–\-－\s]*\d{1,4}[—–\-－\s]*")


def pdf_text(raw):
    """Give the text layer of a PDF: wrapped lines joined to paragraphs, page numbers left out.

    Raises Unreadable for a PDF without a text layer (a scan), or one that is damaged or locked.
    """
    import pypdfium2

    try:
        with pypdfium2.PdfDocument(raw) as pdf:
            pages = [_page_text(pdf, number) for number in range(min(len(pdf), 5000))]
    except pypdfium2.PdfiumError as reason:
        raise Unreadable(
            f"the PDF is damaged or locked ({reason}); open it and print it anew"
        ) from None
    if not any(re.search("[\u4e00-\u9fff]", page) for page in pages):
        raise Unreadable(
            "the PDF has no text layer (a scan); run it through text recognition first"
        )
    lines = [line.strip() for page in pages for line in page.splitlines() if line.strip()]
    widest = max(map(len, lines), default=0)
    out = []
    for line in lines:
        number = bool(_PAGE_NUMBER.fullmatch(line))
        joins = out and not number and not _STARTS.match(line) and not _TITLE.search(out[-1][-1])
        if joins and _WRAPPED.search(out[-1][-1]) and len(out[-1][-1]) >= 0.75 * widest:
            out[-1].append(line)
        elif not number:
            out.append([line])
    return "".join("".join(parts) + "\n" for parts in out)


def _page_text(pdf, number):
    page = pdf[number]
    text = page.get_textpage()
    try:
        return text.get_text_bounded()
    finally:
        text.close()
        page.close()


# ------------------------------------------------------------------ tables and archives


def csv_rows(raw):
    """Give the rows of a CSV file as dicts."""
    csv.field_size_limit(LONGEST_CELL)
    text = decode(raw)
    delimiter = max(",\t;", key=text.split("\n", 1)[0].count)
    try:
        return [
            dict(row) for row in csv.DictReader(io.StringIO(text, newline=""), delimiter=delimiter)
        ]
    except csv.Error as reason:
        raise Unreadable(f"the table cannot be read ({reason}); save it as CSV anew") from None


def jsonl_rows(raw):
    """Give the objects of a file of one JSON object per line."""
    rows = []
    for number, line in enumerate(decode(raw).splitlines(), 1):
        if line.strip():
            try:
                row = json.loads(line)
            except (ValueError, RecursionError):
                raise Unreadable(f"line {number} is not JSON; write one object per line") from None
            if not isinstance(row, dict):
                raise Unreadable(f"line {number} is no JSON object; write one object per line")
            rows.append(
                {
                    str(k): v if isinstance(v, str) else str(v)
                    for k, v in row.items()
                    if v is not None
                }
            )
    return rows


def xlsx_rows(raw):
    """Give the rows of a workbook's first sheet as dicts; formulas count as their saved values."""
    import openpyxl

    _check_archive(raw)
    try:
        book = openpyxl.load_workbook(io.BytesIO(raw), read_only=True, data_only=True)
        rows = book.worksheets[0].iter_rows(values_only=True)
        names = [str(name) if name is not None else "" for name in next(rows, ())]
        return [
            {n: str(v) for n, v in zip(names, row, strict=False) if n and v is not None}
            for row in rows
        ]
    except Unreadable:
        raise
    except Exception as reason:  # whatever openpyxl meets in a damaged file
        raise Unreadable(
            f"the workbook is damaged ({type(reason).__name__}); save it as CSV"
        ) from None


def zip_members(raw):
    """List (name, bytes) of an archive's files, in memory: no path in it is written to."""
    archive = _check_archive(raw)
    members = []
    for info in sorted(archive.infolist(), key=lambda i: i.filename):
        name = info.filename
        if not info.flag_bits & 0x800:  # names from Chinese Windows are GBK, read as cp437
            with contextlib.suppress(UnicodeEncodeError, UnicodeDecodeError):
                name = name.encode("cp437").decode("gbk")
        hidden = any(part.startswith((".", "__MACOSX")) for part in name.split("/"))
        if info.is_dir() or hidden:
            continue
        try:
            with archive.open(info) as member:
                content = member.read(info.file_size + 1)
        except Exception as reason:  # an encrypted or damaged member
            content = Unreadable(f"it cannot be unpacked ({type(reason).__name__}: {reason})")
        members.append((name, content))
    return members


def _check_archive(raw):
    """Open a zip after checking what it says it unfolds to."""
    try:
        archive = zipfile.ZipFile(io.BytesIO(raw))
        infos = archive.infolist()
    except (zipfile.BadZipFile, NotImplementedError, ValueError, OSError) as reason:
        raise Unreadable(
            f"it is no sound archive, as .zip, .docx and .xlsx are ({reason}); save it anew"
        ) from None
    if len(infos) > MOST_MEMBERS or sum(info.file_size for info in infos) > LARGEST_ARCHIVE:
        raise Unreadable(
            f"it would unfold to over {MOST_MEMBERS:,} files or {LARGEST_ARCHIVE // 10**6} MB; "
            "split it"
        )
    return archive
