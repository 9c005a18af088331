import os
import shutil

import pages
import pandas as pd
import pytest
from conftest import ROOT, texts

import toolkit
from toolkit.__main__ import main
from toolkit.corpus import Corpus

SPEECH = """政府工作报告
——{year}年1月4日在{place}第九届人民代表大会上

各位代表：
现在，我代表{place}人民政府，向大会报告，请审议。
一、{past}年工作回顾
一年来，我们优化营商环境，累计种树三千棵。
二、{year}年工作安排
确保继续优化营商环境，深化“放管服”改革{extra}。
各位代表！让我们团结奋斗！
"""  # invented


@pytest.fixture
def folder(tmp_path, invented):
    folder = tmp_path / "reports"
    folder.mkdir()
    for place in ("云溪市", "星渡市"):
        for year in (2020, 2021):
            text = SPEECH.format(place=place, year=year, past=year - 1, extra=f"，再种{year}棵树")
            (folder / f"{place}_{year}.txt").write_text(text, encoding="utf-8")
    return folder


def test_a_folder_becomes_tables(folder):
    corpus = toolkit.build(folder)
    assert corpus.reports[["report_id", "place", "year", "level"]].values.tolist() == [
        ["云溪市_2020", "云溪市", 2020, "prefectural"], ["云溪市_2021", "云溪市", 2021, "prefectural"],
        ["星渡市_2020", "星渡市", 2020, "prefectural"], ["星渡市_2021", "星渡市", 2021, "prefectural"],
    ]  # fmt: skip
    assert corpus.problems.empty
    assert (
        corpus.hits.groupby("term", observed=True).size()[["放管服", "营商环境"]] == [4, 8]
    ).all()
    han = corpus.clauses.groupby("report_id", observed=True)["n_han"].sum()
    assert (han == corpus.reports.set_index("report_id")["n_han"]).all()
    assert repr(corpus).startswith("4 reports, 2 places, 2020-2021:")


def test_clauses_point_into_the_file(folder):
    corpus = toolkit.build(folder)
    text = (folder / "云溪市_2021.txt").read_text(encoding="utf-8")
    for clause in corpus.clauses[corpus.clauses["report_id"] == "云溪市_2021"].itertuples():
        assert text[clause.start : clause.end] == clause.text


def test_the_same_bytes_whatever_the_order_on_disk(folder, tmp_path):
    other = tmp_path / "other"
    other.mkdir()
    for path in sorted(folder.iterdir(), reverse=True):
        shutil.copy(path, other)
    toolkit.build(folder, tmp_path / "one")
    toolkit.build(other, tmp_path / "two")
    for file in (tmp_path / "one").iterdir():
        assert file.read_bytes() == (tmp_path / "two" / file.name).read_bytes(), file.name


def test_what_is_written_is_what_is_loaded(folder, tmp_path):
    built = toolkit.build(folder, tmp_path / "out")
    loaded = toolkit.load(tmp_path / "out")
    for name in Corpus._fields:
        there = getattr(built, name).drop(columns="text", errors="ignore")
        pd.testing.assert_frame_equal(
            there, getattr(loaded, name), check_dtype=False, check_categorical=False
        )
    assert "text" not in loaded.clauses


def test_a_manifest_overrides_and_every_override_is_on_record(folder):
    (folder / "manifest.csv").write_text(
        "file,place,year,date,region\n云溪市_2020.txt,星渡市,2019,2019-01-05,东部\n云溪市_2021.txt,云溪市,,,西部\n无此文件.txt,,,,\n",
        encoding="gb18030",  # as a Chinese spreadsheet saves it
    )
    corpus = toolkit.build(folder)
    row = corpus.reports.set_index("report_id").loc["云溪市_2020"]
    assert (row["place"], row["city"], row["year"], row["region"]) == (
        "星渡市",
        "星渡市",
        2019,
        "东部",
    )
    assert corpus.reports["region"].tolist() == ["东部", "西部", "", ""]
    given = corpus.evidence[corpus.evidence["source"] == "manifest"]
    assert given[["report_id", "field", "inferred"]].values.tolist() == [
        ["云溪市_2020", "place", "云溪市"], ["云溪市_2020", "city", "云溪市"], ["云溪市_2020", "issuer", "云溪市人民政府"],
        ["云溪市_2020", "year", "2020"], ["云溪市_2020", "date", "2020-01-04"],
    ]  # fmt: skip
    assert corpus.problems.values.tolist() == [
        ["无此文件", "manifest", "is in the manifest, but no such report was read"]
    ]


def test_a_place_the_divisions_do_not_know_keeps_no_city_of_another(folder):
    (folder / "manifest.csv").write_text("file,place\n云溪市_2020.txt,松风新区\n", encoding="utf-8")
    row = toolkit.build(folder).reports.set_index("report_id").loc["云溪市_2020"]
    assert (row["place"], row["level"], row["city"], row["province"]) == ("松风新区", "", "", "")


def test_a_manifest_that_makes_no_sense_is_listed_and_harms_nothing(folder):
    (folder / "manifest.csv").write_text(
        "file,place,year,level\n云溪市_2020.txt,松月区,去年,星系\n云溪市_2020.txt,,,\n",
        encoding="utf-8",
    )
    reasons = " | ".join(toolkit.build(folder).problems["reason"])
    for part in ("去年", "星系", "several places are called '松月区'", "two rows"):
        assert part in reasons
    (folder / "manifest.csv").write_text("name\nx\n", encoding="utf-8")
    assert "no column 'file'" in toolkit.build(folder).problems["reason"][0]


def test_bad_files_are_listed_and_the_rest_goes_through(folder):
    (folder / "empty.txt").write_bytes(b"")
    (folder / "scan.doc").write_bytes(b"%PDF")
    (folder / "english.txt").write_text("No Chinese here.")
    (folder / "云溪市_2020.md").write_text("另一份虚构的报告。", encoding="utf-8")
    shutil.copy(folder / "星渡市_2021.txt", folder / "再来一份.txt")
    corpus = toolkit.build(folder)
    assert len(corpus.reports) == 4
    reasons = corpus.problems.set_index("file")["reason"]
    assert "empty" in reasons["empty.txt"] and "'.doc'" in reasons["scan.doc"]
    assert "no Chinese text" in reasons["english"]
    # of two files with one id the first by name is read, of two with one text likewise
    assert "云溪市_2020.md has the same id" in reasons["云溪市_2020.txt"]
    assert any("has the text of" in reason for reason in reasons)
    assert corpus.problems["kind"].tolist() == ["quarantined"] * 5


def test_a_folder_without_reports_is_refused(tmp_path):
    with pytest.raises(ValueError, match="it is empty"):
        toolkit.build(tmp_path)
    (tmp_path / "english.txt").write_text("No Chinese here.")
    with pytest.raises(ValueError, match="english: no Chinese text is left"):
        toolkit.build(tmp_path)


def test_a_report_of_one_sentence_has_every_table(tmp_path):
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.txt").write_text("虚构的一句话。", encoding="utf-8")
    toolkit.build(tmp_path / "in", tmp_path / "out")
    corpus = toolkit.load(tmp_path / "out")
    assert corpus.reuse.empty and corpus.claims.empty
    for name in ("unit", "object", "scope", "word"):
        assert isinstance(corpus.claims[name].dtype, pd.CategoricalDtype), name


def test_tables_are_written_whole_or_not_at_all(folder, tmp_path, monkeypatch):
    toolkit.build(folder, tmp_path / "out")
    before = {f.name: f.read_bytes() for f in (tmp_path / "out").iterdir()}
    monkeypatch.setattr("toolkit.tables.pq.ParquetWriter", lambda *a, **k: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        toolkit.build(folder, tmp_path / "out")
    assert {f.name: f.read_bytes() for f in (tmp_path / "out").iterdir()} == before
    assert not [p for p in tmp_path.iterdir() if p.name.startswith(".out")]


def test_an_interrupted_swap_leaves_the_old_tables(folder, tmp_path, monkeypatch):
    toolkit.build(folder, tmp_path / "out")
    before = {f.name: f.read_bytes() for f in (tmp_path / "out").iterdir()}
    replace, calls = os.replace, []

    def interrupted(*paths):
        calls.append(paths)
        if len(calls) == 2:
            raise KeyboardInterrupt
        replace(*paths)

    monkeypatch.setattr("toolkit.tables.os.replace", interrupted)
    with pytest.raises(KeyboardInterrupt):
        toolkit.build(folder, tmp_path / "out")
    assert {f.name: f.read_bytes() for f in (tmp_path / "out").iterdir()} == before


def test_tables_are_not_written_over_reports_nor_over_other_work(folder, tmp_path):
    (folder / "reports.csv").write_text("mine", encoding="utf-8")
    for out in (folder, folder / "tables"):
        with pytest.raises(FileExistsError):
            toolkit.build(folder, out)
    assert (folder / "云溪市_2020.txt").exists()
    (tmp_path / "file").write_text("x")
    with pytest.raises(FileExistsError, match="is a file"):
        toolkit.build(folder, tmp_path / "file")


def test_one_speech_under_two_names_is_listed(folder):
    text = (folder / "云溪市_2021.txt").read_text(encoding="utf-8")
    (folder / "又一份.txt").write_text(text.replace("种树", "植树"), encoding="utf-8")
    (row,) = toolkit.build(folder).problems.values.tolist()
    assert row[:2] == ["又一份", "noted"] and "same place and day (2021-01-04)" in row[2]


def test_every_format_builds_and_a_table_gives_its_columns(tmp_path, invented):
    for name, raw in pages.SOUND.items():
        (tmp_path / f"{name[2:]}-{name}").write_bytes(raw)
    corpus = toolkit.build(tmp_path)
    assert {"csv-a.csv/1", "zip-a.zip/c/d.html", "docx-a"} <= {
        *corpus.reports["report_id"],
        *corpus.problems["file"],
        "docx-a",
    }
    row = corpus.reports.set_index("report_id").loc["csv-a.csv/1"]
    assert (row["place"], row["year"]) == ("云溪市", 2021)


def test_a_folder_of_everything_builds_in_one_command(tmp_path, invented, capsys):
    folder = tmp_path / "everything"
    (folder / "sub" / "deeper").mkdir(parents=True)
    for name, raw in {**pages.SOUND, **pages.NASTY}.items():
        (folder / "sub" / f"{name.partition('.')[2]}-{name}").write_bytes(raw)
    named = {
        "two\nlines.txt": "名字有换行的虚构报告。",
        os.fsdecode("虚构".encode("gb18030")) + ".txt": "名字是另一种编码的虚构报告。",
        os.fsdecode(b"\xff\xfe") + ".txt": "名字不是文字的虚构报告。",
        "=1+1.txt": "名字像公式的虚构报告。",
    }
    for name, text in named.items():
        (folder / name).write_text(text, encoding="utf-8")
    (folder / "sub" / "deeper" / "loop").symlink_to(folder, target_is_directory=True)
    (folder / "self.txt").symlink_to("self.txt")
    (folder / "out.txt").symlink_to(ROOT / "README.md")
    with open(folder / "huge.txt", "wb") as file:
        file.truncate(200_000_000)
    (folder / "long.txt").write_text("树" * 2_000_001, encoding="utf-8")
    assert main(["build", str(folder), "--out", str(tmp_path / "out"), "--max-seconds", "20"]) == 0
    corpus = toolkit.load(tmp_path / "out")
    said = capsys.readouterr().out
    bad = corpus.problems[corpus.problems["kind"] == "quarantined"]
    assert f"{len(corpus.reports)} reports read, {len(bad)} quarantined" in said
    reasons = bad.set_index("file")["reason"]
    assert {"two\\x0alines", "虚构", "\\xff\\xfe", "=1+1"} <= set(corpus.reports["report_id"])
    for file, says in {
        "sub/deeper/loop": "link to a folder", "self.txt": "cannot be opened", "out.txt": "link out",
        "huge.txt": "200 MB, more than 50", "long.txt": "2,000,001 characters", "sub/doc-old.doc": ".docx",
        "sub/zip-bomb.zip": "unfold", "sub/docx-laughs.docx": "", "sub/pdf-scan.pdf": "no text layer",
    }.items():  # fmt: skip
        assert says in reasons[file], file
    assert len(bad) >= 25 and not bad["reason"].duplicated(keep=False).all()


def test_traditional_text_is_counted_after_conversion(folder):
    path = folder / "云溪市_2021.txt"
    text = path.read_text(encoding="utf-8").replace("营商环境", "營商環境")
    path.write_text(text, encoding="utf-8")
    plain, simple = toolkit.build(folder), toolkit.build(folder, simplify=True)
    assert simple.reports["simplified"].tolist() == [False, True, False, False]
    used = [(c.hits["term"] == "营商环境").sum() for c in (plain, simple)]
    assert used == [6, 8]


def test_a_folder_with_other_files_is_not_overwritten(folder, tmp_path):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.docx").write_text("x")
    with pytest.raises(FileExistsError, match="other files"):
        toolkit.build(folder, tmp_path / "mine")


def test_an_unknown_corpus_is_named_with_the_known_ones():
    with pytest.raises(FileNotFoundError, match=r"'work-report'.*bureau-reports, work-reports"):
        toolkit.load("work-report")


def test_verify_names_what_differs(folder, tmp_path, capsys):
    toolkit.build(folder, tmp_path / "out")
    assert toolkit.verify(folder, tmp_path / "out")["identical"].all()
    path = folder / "云溪市_2020.txt"
    path.write_text(path.read_text(encoding="utf-8").replace("种树", "植树"), encoding="utf-8")
    changed = toolkit.verify(folder, tmp_path / "out").set_index("table")
    assert (
        not changed.loc["reports", "identical"]
        and "'sha256'" in changed.loc["reports", "difference"]
    )
    assert changed.loc["removed", "identical"]
    assert main(["build", str(folder), "--verify", str(tmp_path / "out")]) == 1
    assert "reports    differs" in capsys.readouterr().out


def test_the_command_line_builds_and_says_what_it_did(folder, tmp_path, capsys):
    (folder / "empty.txt").write_bytes(b"")
    assert main(["build", str(folder), "--out", str(tmp_path / "out")]) == 0
    out = capsys.readouterr().out
    assert "empty.txt: the file is empty" in out and "4 reports, 2 places, 2020-2021" in out
    assert f"4 reports read, 1 quarantined: see {tmp_path / 'out'}/problems.csv" in out
    assert main(["build", str(tmp_path / "nowhere"), "--out", str(tmp_path / "x")]) == 1
    assert "is not a folder" in capsys.readouterr().err


@pytest.mark.parametrize("name", ["work-reports", "bureau-reports"])
def test_the_shipped_tables_are_rebuilt_from_the_texts(name):
    result = toolkit.verify(texts(name), ROOT / "data" / name)
    assert result["identical"].all(), result[~result["identical"]].to_dict("records")


@pytest.mark.parametrize("name", ["work-reports", "bureau-reports"])
def test_the_shipped_tables_fit_together(name):
    corpus = toolkit.load(name)
    ids = set(corpus.reports["report_id"])
    for table in ("clauses", "hits", "tokens", "evidence", "removed"):
        assert set(getattr(corpus, table)["report_id"].astype(str)) <= ids
    assert "text" not in corpus.clauses
    assert (corpus.clauses["n_han"] > 0).all() and (
        corpus.clauses["start"] < corpus.clauses["end"]
    ).all()
    han = corpus.clauses.groupby("report_id", observed=True)["n_han"].sum()
    assert (han == corpus.reports.set_index("report_id")["n_han"]).all()
    keys = corpus.clauses.set_index(["report_id", "clause"]).index
    assert keys.is_unique
    assert pd.MultiIndex.from_frame(corpus.hits[["report_id", "clause"]]).isin(keys).all()
    assert corpus.reports["sha256"].str.fullmatch("[0-9a-f]{64}").all()
    assert len(corpus.problems) == (
        name == "work-reports"
    )  # one speech of Lanzhou stands there twice


def test_no_text_of_a_report_is_in_the_tables(panel):
    names = set(panel.hits["term"].cat.categories)  # of the lexicon, some of them long
    assert max(map(len, panel.hits["surface"].cat.categories)) < 30
    assert (
        max(len(token) for token in panel.tokens["token"].cat.categories if token not in names) < 16
    )


def test_old_encodings_come_out_as_four_reports_of_the_state_council():
    corpus = toolkit.build(texts("legacy-encodings"))
    table = corpus.reports.set_index("report_id")
    # The first two hold their text more than once, as they were saved.
    assert corpus.problems["file"].tolist() == ["2013", "2014"]
    assert table["year"].to_dict() == {str(year): year for year in (2013, 2014, 2015, 2018)}
    assert set(zip(table["genre"], table["place"], table["issuer"], strict=True)) == {
        ("work report", "国务院", "国务院")
    }
    # Every character of the originals is decoded, and no escape is left among the words.
    for mark in ("\ufffd", "<U+", "\r", "\u00a0\u00a0"):
        assert not corpus.clauses["text"].str.contains(mark, regex=False).any()


def test_a_text_that_stands_twice_in_its_file_is_listed(folder):
    line = "虚构的云溪市在这一年里种了许多树，修了许多路，也为许多人办了许多事情，大家都很高兴，来年还要继续这样努力做下去。"
    assert len(line) > 50
    (folder / "两遍.txt").write_text(f"{line}\n" * 2, encoding="utf-8")
    (folder / "一遍.txt").write_text(f"{line}\n今年不同。{line}", encoding="utf-8")
    problems = toolkit.build(folder).problems.set_index("file")["reason"]
    assert (
        problems["两遍"].startswith("1 of its 1 long paragraphs") and "2 times" in problems["两遍"]
    )
    assert "一遍" not in problems
