import json
from pathlib import Path

import pytest
from conftest import read_text, reference, texts
from hypothesis import given
from hypothesis import strategies as st

from toolkit.cleaning import as_read, clean
from toolkit.reading import list_files

# Pieces that pages are made of; every sentence here is invented.
PIECES = [
    "---\ntitle: 虚构的标题\n---\n", "\n", "\r\n", "**", "# ", "- ", "<!-- 摄影：无名 -->", "&nbsp;", "\u00a0", "\u200b",
    "云溪市政府工作报告\n", "各位代表：\n", "现在，我代表云溪市人民政府，向大会报告。\n", "一、二〇二一年工作回顾\n",
    "我们种了三千棵松树，修了两座桥。", "（下转第三版）", "[1]", "［12］", "当前位置：首页 > 公告\n", "【字号：大 中 小】\n",
    "扫一扫在手机上查看\n", "云溪市林业局\n", "2021年12月17日\n", "名词解释\n", "附件1\n", "让我们团结奋斗！\n", "A1",
]  # fmt: skip
pages = st.lists(st.sampled_from(PIECES) | st.text(max_size=8), max_size=30).map("".join)


@given(pages)
def test_kept_and_removed_make_up_what_was_read(text):
    kept, removed = clean(text)
    at, rebuilt = 0, []
    for start, end, _ in removed:
        assert at <= start < end <= len(text)
        rebuilt.append(text[at:start])
        at = end
    assert "".join(rebuilt) + text[at:] == kept
    assert len(kept) + sum(end - start for start, end, _ in removed) == len(text)


@given(pages)
def test_every_kept_character_is_found_again_in_the_text_as_read(text):
    kept, removed = clean(text)
    where = as_read(removed)
    assert "".join(text[where(i)] for i in range(len(kept))) == kept


SPEECH = """---
title: 一份虚构的报告
---

**政府工作报告**
——2021年1月4日在云溪市第九届人民代表大会上
<!-- 市长林小舟作报告 -->
各位代表：
我们种了三千棵松树[1]，修了两座桥（下转第二版）。
各位代表！让我们团结奋斗！
**名词解释**
1.松树：一种树。
"""


def test_a_speech_keeps_its_words_and_nothing_else():
    kept, removed = clean(SPEECH)
    assert (
        kept.lstrip()
        == "各位代表：\n我们种了三千棵松树，修了两座桥。\n各位代表！让我们团结奋斗！\n"
    )
    assert [rule for *_, rule in removed] == ["front matter", "title", "title", "comment", "footnote",
                                              "continued", "annex"]  # fmt: skip


def test_a_paper_loses_its_page_and_its_signature():
    page = "当前位置:首页 > 公告\n云溪市林业局2020年工作情况报告\n2020年，我局种树。\n云溪市林业局\n2020年12月31日\n扫一扫\n"
    kept, removed = clean(page)
    assert kept == "2020年，我局种树。\n"
    assert [rule for *_, rule in removed] == [
        "furniture",
        "title",
        "signature",
        "signature",
        "furniture",
    ]


@pytest.mark.parametrize(
    "sentence",
    ["做强“云字号”，打造样板。", "新建无障碍设施三十处，惠及群众。", "改革省对下转移支付制度。", "一是注释条例，二是解释规定。"],
)  # fmt: skip
def test_sentences_that_look_like_furniture_stay(sentence):
    text = "我局工作如下。\n" * 9 + sentence + "\n" + "我局继续工作。\n"
    assert clean(text)[0] == text


def test_closing_residue_of_the_labelled_reports_goes_and_nothing_else_does():
    folder, labels = (
        texts("bureau-reports"),
        json.loads(reference("bureau_report_labels.json").read_text("utf-8")),
    )
    for path in map(Path, list_files(folder)):
        text = read_text(folder / path)
        label = labels["documents"].get(path.name[:3])
        if label is None:
            continue
        gone = {
            i for start, end, rule in clean(text)[1] if rule != "space" for i in range(start, end)
        }
        closing = {
            i
            for s in label["sections"]
            if s["role"] == "closing"
            for i in range(s["start"], s["end"])
        }
        assert {i for i in gone ^ closing if text[i].strip()} == set()


@pytest.mark.parametrize("name", ["bureau-reports", "work-reports"])
def test_no_clause_of_a_real_report_goes(name):
    """Over all reports: what goes is short and no sentence, but for captions and what is appended."""
    folder = texts(name)
    for path in map(Path, list_files(folder)):
        text = read_text(folder / path)
        for start, end, rule in clean(text)[1]:
            gone = text[start:end]
            where = f"{path} {start}-{end} {rule}"
            if rule == "annex":  # notes and glossaries behind the speech, to the end of the text
                assert not text[end:].strip() and start > len(text) / 2, where
            elif rule == "comment":
                assert gone.startswith("<!--") and gone.endswith("-->"), where
            elif rule == "front matter":
                assert start == 0 and gone.startswith("---"), where
            else:
                assert len(gone) < 60 and (rule == "markup" or not set(gone) & set("。；;！")), (
                    where
                )
