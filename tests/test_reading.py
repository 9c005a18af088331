import hashlib
import os

import pages
import pytest
from hypothesis import given
from hypothesis import strategies as st

from toolkit import reading
from toolkit.formats import Unreadable, decode
from toolkit.reading import convert, converter, file_bytes, list_files, read_file

chinese = st.text(
    st.characters(min_codepoint=0x4E00, max_codepoint=0x9FA5), min_size=4, max_size=40
)


@given(chinese, st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "gb18030"]))
def test_text_comes_back_whatever_its_encoding(text, encoding):
    sentence = f"虚构的报告：{text}。\r\n"
    assert decode(sentence.encode(encoding)) == sentence


def read(folder, name, **limits):
    with converter(**limits) as ask:
        try:
            raw = file_bytes(folder / name, folder)
            documents, problems, _ = read_file(name, raw, None, ask)
        except Unreadable as reason:
            return [], [(name, str(reason))]
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
    found = {file: read(tmp_path, file) for file in list_files(tmp_path)}
    assert all(documents and not problems for documents, problems in found.values())
    for name, raw in pages.SOUND.items():
        assert found[name][0] == convert(raw, name)[0]


def test_a_conversion_that_takes_too_long_is_listed(tmp_path):
    (tmp_path / "a.html").write_bytes(pages.html())
    assert "took more than 0 s" in read(tmp_path, "a.html", max_seconds=0)[1][0][1]


def test_a_reader_that_dies_is_replaced(monkeypatch):
    started, start = [], reading._start
    monkeypatch.setattr(reading, "_start", lambda m: started.append(start(m)) or started[-1])
    with converter() as ask:
        assert read_file("a.html", pages.html(), None, ask)[0]
        started[0][0].kill()
        started[0][0].wait()
        assert read_file("b.html", pages.html(), None, ask)[0] and len(started) == 2


def test_files_are_listed_by_name_in_all_subfolders_without_manifests(tmp_path):
    for name in ("b.txt", "a/z.md", "manifest.csv", ".hidden.txt", "c.pdf"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("x")
    assert list(list_files(tmp_path)) == ["a/z.md", "b.txt", "c.pdf"]


def test_a_folder_that_may_not_be_opened_is_listed(tmp_path, monkeypatch):
    (tmp_path / "closed").mkdir()
    (tmp_path / "a.txt").write_text("x")
    scan = os.scandir

    def refusing(path):
        if path.name == "closed":
            raise PermissionError(13, "Permission denied")
        return scan(path)

    monkeypatch.setattr(os, "scandir", refusing)
    assert list(list_files(tmp_path)) == ["a.txt", "closed"]
    with pytest.raises(Unreadable, match="may not be opened"):
        file_bytes(tmp_path / "closed", tmp_path)


def test_a_folder_that_is_not_there_is_named(tmp_path):
    with pytest.raises(NotADirectoryError, match="nowhere"):
        list_files(tmp_path / "nowhere")
