import csv
import json
from collections import Counter, defaultdict
from pathlib import Path

from conftest import read_text, reference, texts
from hypothesis import given
from test_cleaning import pages

from toolkit.cleaning import as_read, clean
from toolkit.metadata import RULE_OF_LAW, WORK, infer_metadata
from toolkit.reading import list_files
from toolkit.sections import HAN, split_clauses

# Invented.
SPEECH = """各位代表：
现在，我代表云溪市人民政府，向大会报告，请审议。
一、2020年工作回顾
一年来，我们种了三千棵松树；修了两座桥。累计完成九成。
我们也清醒地认识到，树还不够多，路还不够宽，短板仍然突出。
二、2021年工作安排
（一）继续种树。确保再种三千棵。
（二）继续修桥。力争再修两座。
各位代表！让我们团结奋斗！
"""
PAPER = """2021年,我局推进工作。
一、学习法治
(一)学习宪法。组织学习三次,举办讲座。
(二)压实第一责任人职责。党组书记研究部署。
二、主要成效
1.种树。政务服务平台上线。
三、存在的不足和明年打算
存在一些不足:制度有待完善,培训还不够。
2022年,我局将继续种树。
四、上年度问题整改
完成整改三项。
"""


def roles(text, genre, year):
    out = defaultdict(list)
    for start, end, _, role in split_clauses(text, genre, year):
        out[role].append(text[start:end].strip())
    return out


def test_a_speech_opens_looks_back_admits_and_looks_ahead():
    found = roles(SPEECH, WORK, 2021)
    assert found["intro"] == [
        "各位代表：",
        "现在，我代表云溪市人民政府，向大会报告，请审议。",
    ]
    assert found["achievement"] == [
        "一、2020年工作回顾",
        "一年来，我们种了三千棵松树；",
        "修了两座桥。",
        "累计完成九成。",
    ]
    assert found["problem"] == ["我们也清醒地认识到，树还不够多，路还不够宽，短板仍然突出。"]
    assert len(found["plan"]) == 7
    assert set(found) == {"intro", "achievement", "problem", "plan"}


def test_a_paper_takes_its_roles_from_sections_and_paragraphs():
    found = {role: "".join(c) for role, c in roles(PAPER, RULE_OF_LAW, 2021).items()}
    assert found["intro"] == "2021年,我局推进工作。"
    assert "学习宪法" in found["study"] and "党组书记" in found["leadership"]
    assert "政务服务平台" in found["achievement"]
    assert "有待完善" in found["problem"] and "2022年" in found["plan"]
    assert "完成整改" in found["rectification"]


def test_sections_are_the_ordinals_of_the_headings_above():
    found = {
        SPEECH[a:b].strip()[:5]: section for a, b, section, _ in split_clauses(SPEECH, WORK, 2021)
    }
    assert found["各位代表："] == "0" and found["一、202"] == "1" and found["修了两座桥"] == "1"
    assert found["（一）继续"] == "2.1" and found["力争再修两"] == "2.2"


@given(pages)
def test_every_han_character_stands_in_exactly_one_clause(text):
    for genre in (WORK, RULE_OF_LAW, ""):
        clauses = split_clauses(text, genre, 2021)
        inside = [i for start, end, *_ in clauses for i in range(start, end)]
        assert len(inside) == len(set(inside))
        assert {i for i, c in enumerate(text) if HAN.match(c)} <= set(inside)


def _agreement(text, truth, genre, year):
    """Share of the Han characters whose role is the labelled one; what is left out is 'closing'."""
    kept, removed = clean(text)
    where, got = as_read(removed), ["closing"] * len(text)
    for start, end, _, role in split_clauses(kept, genre, year):
        for i in range(start, end):
            got[where(i)] = role
    han = [i for i, c in enumerate(text) if HAN.match(c)]
    return sum(truth[i] == got[i] for i in han) / len(han)


def test_roles_of_the_labelled_bureau_reports():
    folder = texts("bureau-reports")
    labels = json.loads(reference("bureau_report_labels.json").read_text("utf-8"))["documents"]
    for path in map(Path, list_files(folder)):
        if path.name[:3] not in labels:
            continue
        text = read_text(folder / path)
        truth = [None] * len(text)
        for section in labels[path.name[:3]]["sections"]:  # from the whole to its parts
            truth[section["start"] : section["end"]] = [section["role"]] * (
                section["end"] - section["start"]
            )
        year = infer_metadata(text, path.stem, clean(text)[1])["year"].value
        assert _agreement(text, truth, RULE_OF_LAW, year) >= 0.99, path


def test_roles_of_sixty_labelled_work_reports():
    folder = texts("work-reports")
    spans, sample = defaultdict(list), {}
    expected = Path(__file__).parent / "expected" / "work_report_roles.csv"
    with open(expected, encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            spans[row["report_id"]].append(
                (int(row["first_line"]), int(row["last_line"]), row["role"])
            )
            sample[row["report_id"]] = row["sample"]
    assert Counter(sample.values()) == {"weights": 40, "held out": 20}
    for report_id, labelled in spans.items():
        text = read_text(folder / f"{report_id}.txt")
        truth = []
        for number, line in enumerate(text.splitlines(keepends=True)):
            truth += [next((r for a, b, r in labelled if a <= number <= b), None)] * len(line)
        assert _agreement(text, truth, WORK, int(report_id.split("_")[2][:4])) >= 0.95, report_id
