import pandas as pd
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
