import hashlib
from pathlib import Path

import pages
import pytest
from hypothesis import given
from hypothesis import strategies as st

from toolkit import reading
from toolkit.formats import decode
from toolkit.reading import convert, list_files, read_files

chinese = st.text(
    st.characters(min_codepoint=0x4E00, max_codepoint=0x9FA5), min_size=4, max_size=40
)


@given(chinese, st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "gb18030"]))
def test_text_comes_back_whatever_its_encoding(text, encoding):
    sentence = f"虚构的报告：{text}。\r\n"
    assert decode(sentence.encode(encoding)) == sentence


def read(folder, name):
    ((_, documents, problems),) = read_files(folder, [Path(name)])
    return documents, problems


def test_a_file_is_read_exactly_as_it_is_written(tmp_path):
    raw = "一行\r\n\u00a0二行".encode()
    (tmp_path / "a.md").write_bytes(raw)
    ((document,), problems) = read(tmp_path, "a.md")
    assert (document.text, problems) == (raw.decode(), [])
    assert document.sha256 == hashlib.sha256(raw).hexdigest()


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [("a.txt", b"", "empty"), ("a.txt", b" \n ", "empty"), ("a.doc", b"x", "save it as .docx"), ("a.xyz", b"x", ".xyz"),
     ("a.wps", b"x", "WPS"), ("a.txt", b"\xff\xff\xff", "UTF-8"), ("a.pdf", b"x", "damaged")],
)  # fmt: skip
def test_what_cannot_be_read_says_why(tmp_path, name, content, says):
    (tmp_path / name).write_bytes(content)
    documents, ((where, reason),) = read(tmp_path, name)
    assert documents == [] and where == name and says in reason


def test_a_file_that_vanished_is_listed(tmp_path):
    assert "cannot be opened" in read(tmp_path, "gone.txt")[1][0][1]


def test_other_kinds_are_read_in_a_process_apart(tmp_path):
    for name, raw in pages.SOUND.items():
        (tmp_path / name).write_bytes(raw)
    found = {f.name: (d, p) for f, d, p in read_files(tmp_path, list_files(tmp_path))}
    assert all(documents and not problems for documents, problems in found.values())
    for name, raw in pages.SOUND.items():
        assert found[name][0] == convert(raw, name)[0]


def test_a_conversion_that_takes_too_long_is_listed(tmp_path):
    (tmp_path / "a.html").write_bytes(pages.html())
    ((_, _, problems),) = read_files(tmp_path, [Path("a.html")], max_seconds=0)
    assert "took more than 0 s" in problems[0][1]


def test_a_reader_that_dies_is_replaced(tmp_path, monkeypatch):
    for name in ("a.html", "b.html"):
        (tmp_path / name).write_bytes(pages.html())
    started, start = [], reading._start
    monkeypatch.setattr(reading, "_start", lambda m: started.append(start(m)) or started[-1])
    results = read_files(tmp_path, [Path("a.html"), Path("b.html")])
    assert next(results)[1]
    started[0][0].kill()
    started[0][0].wait()
    assert next(results)[1] and len(started) == 2


def test_files_are_listed_by_name_in_all_subfolders_without_manifests(tmp_path):
    for name in ("b.txt", "a/z.md", "manifest.csv", ".hidden.txt", "c.pdf"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("x")
    assert [p.as_posix() for p in list_files(tmp_path)] == ["a/z.md", "b.txt", "c.pdf"]


def test_a_folder_that_is_not_there_is_named(tmp_path):
    with pytest.raises(NotADirectoryError, match="nowhere"):
        list_files(tmp_path / "nowhere")
