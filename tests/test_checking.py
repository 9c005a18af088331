import pandas as pd
import pytest
from test_corpus import SPEECH, folder  # noqa: F401

import toolkit
from toolkit.__main__ import main


def test_inspect_says_what_is_plain_and_what_deserves_a_look(folder):  # noqa: F811
    (folder / "星渡市_2023.txt").write_text(
        SPEECH.format(place="云溪市", year=2022, past=2021, extra=""), encoding="utf-8"
    )
    (folder / "无名.txt").write_text("我们种树，修路。", encoding="utf-8")
    table, _ = toolkit.inspect(folder)
    rows = table.set_index("file")
    assert rows.loc["云溪市_2020", ["place", "year", "check"]].tolist() == [
        "沧澜省云溪市",
        "2020",
        "",
    ]
    assert rows.loc["星渡市_2023", "check"] == "the file name says 2023; the file name says 星渡市"
    assert rows.loc["无名", "check"] == "genre unknown; issuer unknown; place unknown; year unknown"


def test_a_wrong_place_is_corrected_in_the_manifest_and_built_again(folder, capsys):  # noqa: F811
    assert main(["inspect", str(folder)]) == 0
    out = capsys.readouterr().out
    assert "云溪市_2020: 沧澜省云溪市 · 2020 · work report" in out and "4 added to" in out
    first = toolkit.build(folder)
    # What is written as it was read corrects nothing, and the notes are for the reader alone.
    assert "manifest" not in set(first.evidence["source"])
    assert "check" not in first.reports
    path = folder / "manifest.csv"
    text = path.read_text(encoding="utf-8-sig").replace(
        "云溪市_2020,work report,云溪市人民政府,沧澜省云溪市",
        "云溪市_2020,work report,,云溪市松月区",
    )
    path.write_text(text, encoding="utf-8-sig")
    row = toolkit.build(folder).reports.set_index("report_id").loc["云溪市_2020"]
    assert (row["place"], row["level"], row["city"]) == ("云溪市松月区", "county", "云溪市")
    (folder / "新来.txt").write_text("我们种树，修路。", encoding="utf-8")
    assert main(["inspect", str(folder)]) == 0  # what was corrected stays
    again = pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8-sig").set_index(
        "file"
    )
    assert again.loc["云溪市_2020", "place"] == "云溪市松月区" and "新来" in again.index


@pytest.mark.parametrize("name", ["manifest.csv", "index.csv"])
def test_a_manifest_in_other_words_is_extended_in_its_own(folder, name):  # noqa: F811
    path = folder / name
    path.write_bytes("报告,文件名,年份,n\n甲,云溪市_2020.txt,2020,7\n".encode("gb18030"))
    table, _ = toolkit.inspect(folder)
    assert toolkit.write_manifest(table, folder) == (path, len(table) - 1)
    again = pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8-sig")
    assert list(again) == ["报告", "文件名", "年份", "n"] and len(again) == len(table)
    assert again.iloc[0].tolist() == ["甲", "云溪市_2020.txt", "2020", "7"]
    assert set(again["文件名"][1:]) == set(table["file"]) - {"云溪市_2020"}
    before = path.read_bytes()
    assert toolkit.write_manifest(table, folder) == (path, 0) and path.read_bytes() == before
    # A column that the tables have themselves is carried under a name of its own.
    row = toolkit.build(folder).reports.set_index("report_id").loc["云溪市_2020"]
    assert (row["own_n"], row["报告"]) == ("7", "甲")


def test_a_manifest_that_cannot_be_used_is_not_written_over(folder):  # noqa: F811
    (folder / "manifest.csv").write_text("x,y\n1,2\n", encoding="utf-8")
    with pytest.raises(ValueError, match="no column 'file' or 'report_id'"):
        toolkit.write_manifest(toolkit.inspect(folder)[0], folder)
    assert (folder / "manifest.csv").read_text(encoding="utf-8") == "x,y\n1,2\n"


def test_no_cell_is_taken_for_a_formula(folder, tmp_path):  # noqa: F811
    (folder / "manifest.csv").write_text(
        'file,title,note\n云溪市_2020.txt,"=1+1",@x\n', encoding="utf-8"
    )
    toolkit.build(folder, tmp_path / "out")
    raw = (tmp_path / "out" / "reports.csv").read_text(encoding="utf-8-sig")
    assert "'=1+1" in raw and "'@x" in raw


def test_links_out_of_the_folder_are_listed_and_not_read(folder, tmp_path):  # noqa: F811
    (tmp_path / "secret.txt").write_text("外面的文字。", encoding="utf-8")
    (folder / "link.txt").symlink_to(tmp_path / "secret.txt")
    (folder / "loop").symlink_to(folder)
    (folder / "broken.txt").symlink_to(tmp_path / "gone.txt")
    corpus = toolkit.build(folder)
    reasons = corpus.problems.set_index("file")["reason"]
    assert len(corpus.reports) == 4 and "link out" in reasons["link.txt"]
    assert "link" in reasons["broken.txt"] and "link to a folder" in reasons["loop"]
