import pytest
from hypothesis import given
from hypothesis import strategies as st

from toolkit.reading import UnreadableFile, decode, list_files, read_file

chinese = st.text(
    st.characters(min_codepoint=0x4E00, max_codepoint=0x9FA5), min_size=4, max_size=40
)


@given(chinese, st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "gb18030"]))
def test_text_comes_back_whatever_its_encoding(text, encoding):
    sentence = f"虚构的报告：{text}。\r\n"
    assert decode(sentence.encode(encoding)) == sentence


def test_a_file_is_read_exactly_as_it_is_written(tmp_path):
    (tmp_path / "a.md").write_bytes("一行\r\n\u00a0二行".encode())
    assert read_file(tmp_path / "a.md") == ("一行\r\n\u00a0二行", "一行\r\n\u00a0二行".encode())


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [("a.txt", b"", "empty"), ("a.txt", b" \n ", "empty"), ("a.doc", b"x", ".doc"), ("a.txt", b"\xff\xff\xff", "UTF-8")],
)  # fmt: skip
def test_what_cannot_be_read_says_why(tmp_path, name, content, says):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(UnreadableFile, match=says):
        read_file(tmp_path / name)


def test_files_are_listed_by_name_in_all_subfolders_without_manifests(tmp_path):
    for name in ("b.txt", "a/z.md", "manifest.csv", ".hidden.txt", "c.pdf"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("x")
    assert [p.as_posix() for p in list_files(tmp_path)] == ["a/z.md", "b.txt", "c.pdf"]


def test_a_folder_that_is_not_there_is_named(tmp_path):
    with pytest.raises(NotADirectoryError, match="nowhere"):
        list_files(tmp_path / "nowhere")
