import csv
from pathlib import Path

import pandas as pd
import pytest
from conftest import ROOT, read_text, texts
from hypothesis import given
from test_cleaning import pages

from toolkit.cleaning import clean
from toolkit.metadata import RULE_OF_LAW, WORK, as_level, infer_metadata
from toolkit.places import find_places, find_region, mentioned, place_rank, resolve
from toolkit.reading import list_files

SPEECH = """政府工作报告
——{date}在云溪市第九届人民代表大会上

各位代表：
现在，我代表{who}人民政府，向大会报告，请审议。
一、{past}工作回顾
云溪种了树。
"""


def infer(text, name="x"):
    return infer_metadata(text, name, clean(text)[1])


def values(text, name="x"):
    return {field: e.value for field, e in infer(text, name).items()}


def test_a_speech_says_whose_it_is_and_of_which_year(invented):
    text = SPEECH.format(date="2021年1月4日", who="云溪市", past="2020年")
    found = infer(text)
    assert {field: e.value for field, e in found.items()} == {
        "title": "政府工作报告", "genre": WORK, "place": "云溪市", "level": "prefectural", "city": "云溪市",
        "province": "沧澜省", "issuer": "云溪市人民政府", "date": "2021-01-04", "year": 2021,
    }  # fmt: skip
    for field in ("title", "place", "date", "year"):  # each from the text, at a span that shows it
        assert found[field].start is not None
    assert text[found["place"].start : found["place"].end] == "云溪市"
    assert text[found["date"].start : found["date"].end] == "2021年1月4"


def test_a_session_in_december_plans_the_next_year(invented):
    assert values(SPEECH.format(date="2020年12月20日", who="云溪市", past="今年"))["year"] == 2021
    assert values(SPEECH.format(date="2020年10月20日", who="云溪市", past="今年"))["year"] == 2020


def test_dates_in_chinese_numerals(invented):
    found = values(SPEECH.format(date="二〇二一年一月二十四日", who="云溪市", past="今年"))
    assert (found["date"], found["year"]) == ("2021-01-24", 2021)


PAPER = """2021年,区林业局认真做好法治政府建设。松月区人民政府支持,松月区造林,松月区护林,云溪市指导,与鹭洲区合作。
现将法治政府建设情况报告如下:
一、种树
松月区种了树。
"""


def test_a_district_that_others_share_its_name_with_is_found_by_its_city(invented):
    found = infer(PAPER)
    assert found["genre"].value == RULE_OF_LAW
    assert found["place"].value == "云溪市松月区"  # the label tells the two 松月区 apart
    assert found["place"].source == "mentions"
    assert found["issuer"].value == "云溪市松月区林业局"
    assert found["year"].value == 2021


def test_what_the_text_does_not_show_stays_empty(invented):
    assert values("我局种了树。法治政府建设有进展,法治政府建设要加强。") == {"genre": RULE_OF_LAW}
    # What a section is about does not say what the paper is; its own top line does.
    headed = (
        "一、法治建设种树有序\n我局种了树。\n二、落实种树要点\n我局执行法治政府建设的各项安排。"
    )
    assert values(headed)["genre"] == RULE_OF_LAW
    assert "genre" not in values("种树工作要点\n" + headed)
    assert values("今天天气很好。") == {}


def test_a_signature_names_the_issuer_and_the_date_but_the_title_the_year(invented):
    text = "云溪市林业局2020年法治政府建设报告\n我局种树,法治政府建设好。\n云溪市林业局\n2021年2月24日\n"
    found = values(text)
    assert (found["issuer"], found["date"], found["year"]) == ("云溪市林业局", "2021-02-24", 2020)


def test_the_body_that_guides_is_not_the_issuer(invented):
    text = "2024年,在云溪市司法局的指导下,市林业局推进法治政府建设。云溪种树,云溪造林,云溪护林。法治政府建设好。"
    assert values(text)["issuer"] == "云溪市林业局"


def test_a_year_that_is_not_the_reports_is_not_taken_for_it(invented):
    text = "我局落实《纲要(2021—2025年)》,法治政府建设有进展,法治政府建设要加强。\n"
    assert "year" not in values(text)
    assert values(text + "云溪市林业局\n2023年1月9日\n")["year"] == 2022
    assert values(text + "云溪市林业局\n2022年12月9日\n")["year"] == 2022
    assert "year" not in values(text + "云溪市林业局\n2022年7月9日\n")


def test_a_paper_that_mentions_the_work_report_is_not_one(invented):
    text = "2021年，我局落实政府工作报告部署的任务，推进法治政府建设，法治政府建设取得成效。"
    assert values(text)["genre"] == RULE_OF_LAW


@given(pages)
def test_no_page_breaks_the_reading_and_spans_lie_in_it(text):
    for evidence in infer(text, "2021").values():
        if evidence.start is not None:
            assert 0 <= evidence.start < evidence.end <= len(text)


def test_the_file_name_is_the_last_resort(invented):
    found = infer("各位代表：\n请予审议。\n", "星渡市_2023")
    assert [(found[f].value, found[f].source) for f in ("place", "year")] == [
        ("星渡市", "file name"), (2023, "file name"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("word", "level"),
    [("国家", "national"), ("省(直辖市)", "provincial"), ("市", "prefectural"), ("county", "county"), ("星系", ""), ("市辖区", "county"),
     ("自治州", "prefectural"), ("自治区", "provincial"), ("县级市", "county"), ("镇", "township")],
)  # fmt: skip
def test_levels_in_the_words_of_a_manifest(word, level):
    assert as_level(word) == level


def test_a_shared_name_has_all_its_candidates_and_no_guess(invented):
    assert [p.city for p in find_places("松月区")] == ["云溪市", "星渡市"]
    assert resolve(["松月区"]) is None
    assert resolve(["星渡市", "松月区"]).path == "沧澜省星渡市松月区"
    assert find_places("无名市") == ()


def test_cities_are_found_without_their_suffix(invented):
    assert mentioned("云溪与星渡市松月区") == [(0, 2, "云溪市"), (3, 6, "星渡市"), (6, 9, "松月区")]


def test_places_rank_by_level_then_code():
    order = ["国务院", "北京市", "广东省", "石家庄市", "深圳市", "宝安区", "无此地"]
    assert sorted(reversed(order), key=place_rank) == order


def test_every_province_has_one_region_or_none():
    divisions = pd.read_csv(ROOT / "data" / "divisions.csv", encoding="utf-8-sig", dtype=str)
    regions = divisions.loc[divisions["level"] == "provincial", "province"].map(find_region)
    assert regions.value_counts().to_dict() == {
        "west": 12, "east": 10, "central": 6, "northeast": 3, "": 3,
    }  # fmt: skip
    assert find_region("国务院") == ""
    with pytest.raises(
        ValueError, match="'广东' is no province; a region is known of 北京市, 天津市"
    ):
        find_region("广东")


# What a reader sees in the five bureau reports (names and dates only).
BUREAUS = {
    "000": ("深圳市宝安区政务服务数据管理局", "宝安区", "county", "广东省", 2021, "2021-12-17"),
    "001": ("广州市政务服务数据管理局", "广州市", "prefectural", "广东省", 2022, ""),
    "002": ("随州市曾都区政务服务和大数据管理局", "曾都区", "county", "湖北省", 2021, "2021-12-21"),
    "003": ("深圳市政务服务和数据管理局", "深圳市", "prefectural", "广东省", 2024, ""),
    "004": ("中山市政务服务数据管理局", "中山市", "prefectural", "广东省", 2020, "2021-02-24"),
}


def test_the_bureau_reports_are_who_and_when_they_are(bureaus):
    columns = ["issuer", "place", "level", "province", "year", "date"]
    table = bureaus.reports.set_index(bureaus.reports["report_id"].str[:3])[columns]
    assert {key: tuple(row) for key, row in table.iterrows()} == BUREAUS
    assert set(bureaus.reports["genre"]) == {RULE_OF_LAW}


def test_the_work_reports_are_read_right_without_their_index():
    folder = texts("work-reports")
    with open(folder / "index.csv", encoding="utf-8-sig", newline="") as file:
        index = {row["file"]: row for row in csv.DictReader(file)}
    wrong = {field: [] for field in ("genre", "place", "level", "year", "date")}
    for path in map(Path, list_files(folder)):
        row, found = index[path.name], values(read_text(folder / path), path.stem)
        truth = {
            "genre": WORK, "place": row["place"], "level": as_level(row["level"]),
            "year": int(row["year"][:4]), "date": row["meeting_date"] or None,
        }  # fmt: skip
        for field, value in truth.items():
            if value is not None and found.get(field) != value:
                wrong[field].append(path.stem)
    assert wrong == {
        "genre": [], "place": [], "level": [],
        "year": ["主要城市_兰州市_2021"],  # its title says 2022
        "date": [],
    }  # fmt: skip
