"""Generators of files in every format, sound and hostile. All words are invented."""

import csv
import io
import json
import zipfile
from email.message import EmailMessage

import openpyxl
from docx import Document

LINES = [
    "云溪市林业局2021年法治政府建设年度报告",
    "2021年，我局种树三千棵，修路两条，建园四处，培训护林员五十名，群众满意，山更绿了。",
    "一、下一步，继续种树，继续修路。",
]


def html(lines=LINES, charset="utf-8", declared=None):
    body = "".join(f"<p>{line}</p>" for line in lines)
    menu = "".join(f'<li><a href="#">栏目{i}</a></li>' for i in range(20))
    page = f"""<html><head><meta charset="{declared or charset}"><title>云溪</title><script>var a="不要，这些。";</script>
    </head><body><div class="nav"><ul>{menu}</ul></div><div id="main"><div>{body}</div></div>
    <div>版权所有：云溪市 网站标识码：9900010001</div></body></html>"""
    return page.encode(charset)


def mhtml(lines=LINES):
    message = EmailMessage()
    message["Subject"] = "saved"
    message.set_content(html(lines).decode(), subtype="html")
    message.make_related()
    return bytes(message)


def docx(lines=LINES, table=(("项目", "数量"), ("种树", "三千棵"))):
    document = Document()
    document.add_paragraph(lines[0])
    if table:
        grid = document.add_table(rows=len(table), cols=len(table[0]))
        for row, cells in zip(grid.rows, table, strict=True):
            for cell, text in zip(row.cells, cells, strict=True):
                cell.text = text
    for line in lines[1:]:
        document.add_paragraph(line)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def pdf(lines=LINES, per_page=2):
    """A PDF with a text layer in a standard Chinese font that is not embedded."""
    pages = [lines[i : i + per_page] for i in range(0, len(lines), per_page)]
    objects = [b"<< /Type /Catalog /Pages 2 0 R >>", None]
    font = (
        b"<< /Type /Font /Subtype /Type0 /BaseFont /STSong-Light /Encoding /UniGB-UCS2-H /DescendantFonts ["
        b"<< /Type /Font /Subtype /CIDFontType0 /BaseFont /STSong-Light /CIDSystemInfo "
        b"<< /Registry (Adobe) /Ordering (GB1) /Supplement 2 >> >>] >>"
    )
    objects.append(font)
    kids = []
    for page in pages:
        text = b"".join(
            b"BT /F1 12 Tf 40 %d Td <%s> Tj ET\n"
            % (800 - 20 * i, line.encode("utf-16-be").hex().encode())
            for i, line in enumerate(page)
        )
        objects.append(b"<< /Length %d >>\nstream\n%s\nendstream" % (len(text), text))
        kids.append(len(objects) + 1)
        objects.append(
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 600 840] /Contents %d 0 R "
            b"/Resources << /Font << /F1 3 0 R >> >> >>" % len(objects)
        )
    references = b" ".join(b"%d 0 R" % kid for kid in kids)
    objects[1] = b"<< /Type /Pages /Kids [%s] /Count %d >>" % (references, len(kids))
    out, offsets = b"%PDF-1.5\n", []
    for number, body in enumerate(objects, 1):
        offsets.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    return out + b"trailer << /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF" % (
        len(objects) + 1,
        start,
    )


ROWS = [
    {"城市": "云溪市", "年份": "2021", "正文": LINES[1]},
    {"城市": "星渡市", "年份": "2022", "正文": LINES[2]},
]


def table_csv(rows=ROWS, encoding="gb18030"):
    out = io.StringIO()
    writer = csv.DictWriter(out, list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue().encode(encoding)


def jsonl(rows=ROWS):
    return "\n".join(json.dumps(row, ensure_ascii=False) for row in rows).encode()


def xlsx(rows=ROWS):
    book = openpyxl.Workbook()
    book.active.append(list(rows[0]))
    for row in rows:
        book.active.append(list(row.values()))
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def archive(members):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in members.items():
            packed.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)
    return out.getvalue()


SOUND = {
    "a.html": html(), "a.htm": html(charset="gb18030", declared="gb2312"), "a.mhtml": mhtml(), "a.docx": docx(),
    "a.pdf": pdf(), "a.csv": table_csv(), "a.jsonl": jsonl(), "a.xlsx": xlsx(),
    "a.zip": archive({"b.txt": LINES[1].encode(), "c/d.html": html()}), "a.txt": "\n".join(LINES).encode(),
}  # fmt: skip


def bomb(megabytes=600):
    """A zip that says it unfolds to more than is allowed, of a few hundred kilobytes."""
    return archive({f"{i}.txt": b"0" * 10**7 for i in range(megabytes // 10)})


LAUGHS = (
    b"""<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a "ha">"""
    + b"".join(b'<!ENTITY %c "%s">' % (98 + i, b"&%c;" % (97 + i) * 10) for i in range(12))
    + b"]><w:document xmlns:w='http://schemas.openxmlformats.org/wordprocessingml/2006/main'><w:body><w:p><w:r><w:t>&m;</w:t></w:r></w:p></w:body></w:document>"
)
OUTSIDE = LAUGHS.replace(b'<!ENTITY m "', b'<!ENTITY m SYSTEM "file:///etc/hostname"><!ENTITY z "')


def laughing(body, raw=None, member="word/document.xml"):
    """A Word file whose body is replaced."""
    source = zipfile.ZipFile(io.BytesIO(raw or docx()))
    members = {i.filename: source.read(i) for i in source.infolist()}
    return archive({**members, member: body})


NASTY = {
    "loop.pdf": pdf().replace(b"/Kids [", b"/Kids [2 0 R "),
    "empty.pdf": b"", "random.pdf": bytes(range(256)) * 40, "scan.pdf": pdf(["abc"]), "locked.zip": b"PK\x03\x04" + b"\0" * 60,
    "bomb.zip": bomb(), "bomb.docx": bomb(), "bomb.xlsx": bomb(), "laughs.docx": laughing(LAUGHS),
    "outside.docx": laughing(OUTSIDE), "laughs.html": b"<html>" + LAUGHS + b"</html>",
    "laughs.xlsx": laughing(LAUGHS, xlsx(), "xl/worksheets/sheet1.xml"),
    "deep.html": b"<div>" * 100_000 + "种树，修路。".encode(), "deep.jsonl": b"[" * 100_000,
    "paths.zip": archive({"../../evil.txt": b"x", "/etc/passwd.txt": "种树，修路，造桥。".encode()}),
    "nested.zip": archive({"in.zip": archive({"a.txt": b"x"})}), "half.docx": docx()[:2000], "half.xlsx": xlsx()[:2000],
    "half.pdf": pdf()[:300], "no.mhtml": b"Subject: x\n\nnothing", "list.jsonl": b"[1, 2]", "bare.csv": b"\n\n",
    "old.doc": b"\xd0\xcf\x11\xe0", "old.wps": b"\xd0\xcf\x11\xe0", "entity.xlsx": archive({"xl/workbook.xml": LAUGHS}),
    "zeros.txt": b"\0" * 1000, "noise.txt": bytes((i * 7919 + i * i) % 256 for i in range(4000)),
}  # fmt: skip
