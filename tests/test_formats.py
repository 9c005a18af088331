import random

import pages
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from toolkit.formats import Unreadable, decode, html_text, to_simplified
from toolkit.reading import SUFFIXES, convert

TEXT = pages.LINES


@pytest.mark.parametrize(
    "name", [n for n in pages.SOUND if n.endswith((".html", ".htm", ".mhtml"))]
)
def test_a_page_gives_its_report_and_marks_the_rest(name):
    ((document,), problems) = convert(pages.SOUND[name], name)
    kept = "".join(
        c for i, c in enumerate(document.text) if not any(a <= i < b for a, b, _ in document.marked)
    )
    assert kept.splitlines() == TEXT and problems == []
    assert "栏目3" in document.text and "版权所有" in document.text  # kept in the audit
    assert "不要" not in document.text
    assert {rule for *_, rule in document.marked} == {"navigation"}


def test_a_word_file_gives_paragraphs_and_tables_in_order():
    ((document,), _) = convert(pages.docx(), "a.docx")
    assert document.text.splitlines() == [TEXT[0], "项目\t数量", "种树\t三千棵", *TEXT[1:]]


def test_a_pdf_gives_its_text_layer_with_wrapped_lines_joined():
    ((document,), _) = convert(pages.pdf(), "a.pdf")
    assert document.text.splitlines() == TEXT
    wrapped = [
        "我局工作如下：",
        "一、种树造林，修路架桥，做了许多工作，种了三",
        "千棵树。",
        "- 3 -",
        "二、其他。",
    ]
    ((document,), _) = convert(pages.pdf(wrapped, per_page=9), "a.pdf")
    assert document.text.splitlines() == [
        "我局工作如下：",
        "一、种树造林，修路架桥，做了许多工作，种了三千棵树。",
        "二、其他。",
    ]


def test_a_pdf_with_a_page_that_cannot_be_loaded_is_refused_alone():
    broken = pages.pdf().replace(b"/Page /Parent", b"/Pxge /Parent")
    packed = pages.archive({"a.txt": TEXT[1].encode(), "b.pdf": broken})
    documents, problems = convert(packed, "a.zip")
    assert [d.name for d in documents] == ["a.zip/a.txt"]
    assert [(name, "damaged" in why) for name, why in problems] == [("a.zip/b.pdf", True)]


@pytest.mark.parametrize("name", ["a.csv", "a.jsonl", "a.xlsx"])
def test_a_table_gives_a_report_a_row(name):
    documents, problems = convert(pages.SOUND[name], name)
    assert [d.name for d in documents] == [f"{name}/1", f"{name}/2"] and problems == []
    assert [d.text for d in documents] == [TEXT[1], TEXT[2]]
    assert documents[0].given == {"城市": "云溪市", "年份": "2021"}


def test_the_text_column_can_be_named_and_an_empty_text_is_listed():
    rows = [{"a": "很长很长的一段说明，很长。", "b": "短文，种树。"}, {"a": "x", "b": ""}]
    documents, problems = convert(pages.table_csv(rows), "t.csv", "b")
    assert [d.text for d in documents] == ["短文，种树。"]
    assert problems == [("t.csv/2", "its column 'b' is empty")]
    with pytest.raises(Unreadable, match="no column 'c'; it has a, b"):
        convert(pages.table_csv(rows), "t.csv", "c")


def test_an_archive_gives_its_files_and_lists_what_it_cannot():
    packed = pages.archive(
        {
            "甲.txt": TEXT[1].encode("gb18030"),
            "b.doc": b"x",
            "__MACOSX/c.txt": b"x",
            "in.zip": pages.SOUND["a.zip"],
        }
    )
    documents, problems = convert(packed, "a.zip")
    assert [(d.name, d.text) for d in documents] == [("a.zip/甲.txt", TEXT[1])]
    assert [name for name, _ in problems] == ["a.zip/b.doc", "a.zip/in.zip"]


PASSAGE = "2013年，我省開展優化營商環境的工作，建設服務型政府，取得了新的進展。"


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-16", "utf-16-le", "utf-16-be", "big5", "gb18030"]
)
def test_traditional_text_is_decoded_and_simplified_in_place(encoding):
    assert decode((PASSAGE * 5).encode(encoding)) == PASSAGE * 5
    simple = to_simplified(PASSAGE)
    assert "优化营商环境" in simple and len(simple) == len(PASSAGE)


@given(st.text(max_size=60))
def test_simplifying_keeps_every_character_in_its_place(text):
    assert len(to_simplified(text)) == len(text)


@pytest.mark.parametrize("name", pages.NASTY)
def test_nasty_files_are_refused_or_read_but_never_run_away(name):
    try:
        documents, _ = convert(pages.NASTY[name], name)
    except Unreadable as reason:
        assert len(str(reason)) > 10
    else:
        assert all(len(d.text) < 10**6 and "ha" * 50 not in d.text for d in documents)


damage = st.lists(st.tuples(st.integers(0, 10**6), st.integers(0, 255)), max_size=20)


@settings(max_examples=150)
@given(st.sampled_from(sorted(pages.SOUND)), damage, st.integers(0, 10**6))
def test_damaged_files_are_refused_or_read(name, changes, cut):
    raw = bytearray(pages.SOUND[name])
    for at, byte in changes:
        raw[at % len(raw)] = byte
    raw = bytes(raw[: cut % (2 * len(raw)) or None])
    try:
        convert(raw, name)
    except Unreadable:
        pass


@settings(max_examples=150)
@given(st.sampled_from(sorted(SUFFIXES)), st.binary(max_size=300))
def test_random_bytes_are_refused_or_read(suffix, raw):
    try:
        documents, _ = convert(raw, "x" + suffix)
    except Unreadable:
        return
    assert all(isinstance(d.text, str) and d.text.strip() for d in documents)


@given(st.text(alphabet="<>/divpath=\"'&;#x树种，。 \n!-[]?", max_size=200))
def test_any_markup_gives_text_and_spans_inside_it(page):
    try:
        text, spans = html_text(page.encode())
    except Unreadable:
        return
    assert all(0 <= a < b <= len(text) for a, b, _ in spans)


def test_random_order_of_rows_keeps_their_texts():
    rows = [{"text": f"第{i}份虚构的报告，种树{i}棵。"} for i in range(30)]
    random.Random(1).shuffle(rows)
    documents, _ = convert(pages.jsonl(rows), "r.jsonl")
    assert [d.text for d in documents] == [row["text"] for row in rows]
    assert documents[0].name == "r.jsonl/01"
