"""Numbers and superlatives in invented sentences, and in the labelled reports where they lie."""

import json
import sys
from collections import Counter

import numpy as np
import pandas as pd
import pytest
from conftest import reference, texts, tiny
from hypothesis import given
from hypothesis import strategies as st

from toolkit.claims import CLAIMS, find_claims
from toolkit.corpus import build
from toolkit.numbers import read_number
from toolkit.objects import _leads_on, _nominal, first_class
from toolkit.quantities import _ends_words
from toolkit.sections import ROLES
from toolkit.segment import cutter, let_go


def find(*clauses, role="achievement"):
    """Find the claims of invented clauses of one report."""
    table = tiny({"云溪": clauses}, {"云溪": "云溪"})[0]
    return find_claims(table.assign(role=pd.Categorical([role] * len(table), ROLES)))


def numbers(text, **options):
    """List what a text claims as (value, unit)."""
    table = find(text, **options)
    table = table[table["kind"] != "superlative"]
    return list(zip(table["value"], table["unit"], strict=True))


@pytest.mark.parametrize(
    ("value", "ways"),
    [
        (212910000, ["2亿1291万", "2.1291亿", "212,910,000", "二亿一千二百九十一万"]),
        (125000, ["12.5万", "125,000", "125000", "十二万五千", "12万5千"]),
        (3000, ["3千", "三千", "3,000", "3000", "0.3万"]),
        (15, ["15", "十五", "一十五"]),
        (205, ["两百零五", "二百〇五"]),
        (1.2e12, ["1.2万亿", "12000亿", "一点二万亿"]),
        (9.5, ["九点五", "9.5"]),
        (2e6, ["两百万", "200万", "2百万"]),
        (10**4, ["万", "一万"]),
    ],
)
def test_a_number_has_one_value_however_it_is_written(value, ways):
    assert [read_number(way) for way in ways] == pytest.approx([value] * len(ways))


def test_digits_in_a_row_without_their_place_are_no_number():
    assert np.isnan([read_number("三四"), read_number("二〇二一")]).all()


@given(st.integers(0, 10**9))
def test_a_number_written_three_ways_is_one(n):
    thousands, digits = divmod(n, 10000)
    parts = f"{thousands}万{digits}" if thousands and digits else f"{n}"
    assert read_number(f"{n:,}") == read_number(f"{n}") == read_number(parts) == n


COUNTS = [
    ("归集数据2亿1291万条。", [(212910000, "条")]),
    ("优良天数300天以上，共计三家", [(300, "天"), (3, "家")]),
    ("投资1.2亿元，补贴3400万元。", [(120000000, "元"), (34000000, "元")]),
    ("服务老人1,234,567人次、1，234户。", [(1234567, "人次"), (1234, "户")]),
    ("服务老人１２３４人次，好评率９９．５％。", [(1234, "人次"), (99.5, "%")]),
    ("植树三千棵，修路十五条，建成两个公园。", [(3000, "棵"), (15, "条"), (2, "个")]),
    ("办结率百分之九十，其中九成网上办理，占全市三分之一。", [(90, "%"), (90, "%"), (1 / 3, "")]),
    ("发生率降至千分之五，占全省的1/8。", [(5, "‰"), (0.125, "")]),
    ("产值翻一番，产量是去年的1.5倍。", [(1, "番"), (1.5, "倍")]),
    ("合格率提高2.5个百分点，密度为32微克/立方米。", [(2.5, "百分点"), (32, "微克/立方米")]),
    ("用户数量超258万，指数达到85.2。", [(2580000, ""), (85.2, "")]),
    ("惠及1.5万劳动者。", [(15000, "")]),
    ("近百家企业、上千名职工参加，发放百余份问卷。", [(100, "家"), (1000, "名"), (100, "份")]),
    ("覆盖七大类、四大方面，建成两大资源池。", [(7, "大类"), (4, "大方面"), (2, "个")]),
    ("全市6个区52个街道都已开通。", [(6, "个"), (52, "个")]),
    ("办理时限压缩至3个工作日，24小时内办结。", [(3, "个工作日"), (24, "小时")]),
    ("连续五年评为优秀，人均预期寿命达到80.5岁。", [(5, "年"), (80.5, "岁")]),
    ("三次产业比调整为5:40:55。", [(5, "%"), (40, "%"), (55, "%")]),
    ("城乡收入比缩小到1.98∶1。", [(1.98, "")]),
]


@pytest.mark.parametrize(("text", "expected"), COUNTS, ids=[text for text, _ in COUNTS])
def test_a_number_with_a_unit_is_a_claim(text, expected):
    assert numbers(text) == [(pytest.approx(value), unit) for value, unit in expected]


NONE = [
    "2021年1至11月，截至11月底，2021-2025年，二〇二一年，第三季度，上午9时，“3·15”活动。",
    "拨打12345、12329或110，热线85908590已并入。",
    "云府函〔2021〕3号、第146期、第十二条、第七次普查。",
    "云溪市第十届人民代表大会第三次会议，党的十八大和二十大，二十届三中全会。",
    "市委八届三次、四次全会。",
    "“十四五”规划、第十四个五年规划、三年行动、《2021年3个专项方案》。",
    "四个意识、两个确立、三个务必、八项规定，“五个一百”和“三级四同”。",
    "一网通办，办好一件事，最多跑一次，推出一批政策、一个平台。",
    "5G网络、5A级景区、PM2.5、7×24小时、24小时自助、15分钟服务圈、H1N1。",
    "1.优化服务（二）改进作风，一是公开，2.办好民生事。",
    "第一责任人、第一时间、第一书记、第一产业、第一批清单。",
    "区、街道、社区三级，ABCD四类事项，这两个方面，二次供水。",
    "建设500千伏电网、300万吨炼化项目，引进5亿元以上项目，帮助60岁以上老人，建设百亿级集群。",
    "三门峡、红十字会、两位数增长，鹭洲、三台、松月。",
    "每万人拥有。每3户一组。",
]


@pytest.mark.parametrize("text", NONE)
def test_a_number_that_names_dates_or_orders_is_none(text):
    assert find(text).empty


@pytest.mark.parametrize(
    ("text", "comparator"),
    [
        ("受理100件。", "exact"),
        ("受理2600多件。", "about"), ("受理800余件。", "about"), ("受理近800件。", "about"),
        ("受理约800件。", "about"), ("受理800件左右。", "about"),
        ("受理超800件。", "over"), ("受理超过800件。", "over"), ("受理逾800件。", "over"), ("受理突破800件。", "over"),
        ("受理800件以上。", "at least"), ("受理不少于800件。", "at least"),
        ("受理不足800件。", "under"), ("受理800件以内。", "at most"), ("受理不超过800件。", "at most"),
        ("签约800个项目。", "exact"), ("附近800个站点。", "exact"),
    ],
)  # fmt: skip
def test_what_qualifies_a_number(text, comparator):
    assert find(text)["comparator"].tolist() == [comparator]


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("新增学校3所。", "count"), ("好评率99%。", "rate"), ("人均藏书3册。", "rate"),
        ("产值增长8%。", "change"), ("密度下降0.3个百分点。", "change"), ("新增占全部的8%。", "structure"),
        ("推进六大工程。", "structure"), ("总量居全省第3位。", "rank"),
    ],
)  # fmt: skip
def test_kinds(text, kind):
    assert find(text)["kind"].tolist() == [kind]


@pytest.mark.parametrize("text", ["3—5个", "3-5个", "3至5个", "3～5个", "3个至5个", "３－５个"])
def test_a_range_is_one_claim_with_both_ends(text):
    (claim,) = find(f"每月开放{text}场馆。").to_dict("records")
    assert (claim["value"], claim["high"], claim["unit"]) == (3, 5, "个")
    assert find("投资增长5%—6%。")[["value", "high", "kind"]].values.tolist() == [[5, 6, "change"]]
    assert find("招生3至5万人。")[["value", "high"]].values.tolist() == [[30000, 50000]]


@pytest.mark.parametrize(
    ("text", "ends", "span"),
    [
        ("网点由120个降至45个。", (120, 45), "120个降至45个"),
        (
            "收入从2020年的3万元提高到2024年的5.5万元。",
            (30000, 55000),
            "3万元提高到2024年的5.5万元",
        ),
        ("收入比从2.5缩小到2.3。", (2.5, 2.3), "2.5缩小到2.3"),
        ("排名由全省第8位上升到第5位。", (8, 5), "第8位上升到第5位"),
    ],
)
def test_a_change_with_both_ends_is_one_claim(text, ends, span):
    (claim,) = find(text).to_dict("records")
    assert (claim["value_from"], claim["value"]) == ends
    assert text[claim["start"] : claim["end"]] == span
    assert claim["object"] in ("网点", "收入", "收入比", "")


def test_parallel_numbers_share_what_they_measure():
    table = find("城镇、农村居民收入分别增长6%、7.4%。")
    assert table[["value", "kind", "object"]].values.tolist() == [
        [6, "change", "农村居民收入"], [7.4, "change", "农村居民收入"],
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "noun"),
    [
        ("完成12个项目备案。", "项目备案"), ("服务事项860项。", "服务事项"), ("好评率达99%。", "好评率"),
        ("“秒批”事项共有120项。", "事项"), ("统筹14个审批部门。", "审批部门"), ("注册企业数量超过3万家。", "企业数量"),
        ("发放补贴3亿元惠及群众。", "补贴"),
    ],
)  # fmt: skip
def test_the_noun_that_is_counted(text, noun):
    assert find(text)["object"].tolist() == [noun]


def test_words_are_classed_and_claims_found_alike_where_only_jieba_is(monkeypatch):
    text = "".join(text for text, _ in COUNTS) + "".join(NONE) + "AI、C++企业3家，(3.5)服务器3台。"
    words = sorted(set(cutter()(text)))
    assert {"企业", "三门峡", "一", "C++", "AI", "，"} <= set(words)
    remembered = (first_class, _nominal, _leads_on, _ends_words)
    classes, claims = [first_class(word) for word in words], find(text)
    with monkeypatch.context() as patch:
        patch.setitem(sys.modules, "rjieba", None)
        let_go()
        for function in remembered:
            function.cache_clear()
        alone = [first_class(word) for word in words]
        pd.testing.assert_frame_equal(find(text), claims)
    let_go()
    for function in remembered:
        function.cache_clear()
    unknown = {"x", "m", "eng"}
    assert all(a == b or {a, b} <= unknown for a, b in zip(alone, classes, strict=True))


@pytest.mark.parametrize(
    ("text", "role", "status"),
    [
        ("建成公园3个。", "achievement", "done"), ("建成公园3个。", "plan", "planned"),
        ("目前已建成公园3个。", "plan", "done"), ("力争建成公园3个。", "achievement", "planned"),
        ("预计到年底发放3万份。", "achievement", "expected"), ("还有3个村未通车。", "problem", "done"),
    ],
)  # fmt: skip
def test_planned_and_expected_are_not_done(text, role, status):
    assert find(text, role=role)["status"].tolist() == [status]


def test_stock_and_flow_are_kept_apart():
    table = find("新增企业3家，累计300家，好评率99%，评为5家。", "企业5家。")
    assert table["flow"].tolist() == ["flow", "stock", "", "stock", ""]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("在全国率先开通首个平台。", [("全国", "率先", "done")]),
        ("率先在全省推行。", [("全省", "率先", "done")]),
        ("全省领先、全国一流。", [("全省", "领先", "done"), ("全国", "一流", "done")]),
        ("争创全国一流，力争率先突破。", [("全国", "一流", "planned"), ("", "率先", "planned")]),
        ("数量居全国省会城市首位，走在全市前列。", [("全国省会城市", "首位", "done"), ("全市", "前列", "done")]),
        ("是省内唯一、全球首创。", [("省内", "唯一", "done"), ("全球", "首创", "done")]),
        ("建成全国首条步道，首次突破。", [("全国", "首条", "done")]),
        ("规模全省最大，最大限度便民。", [("全省", "最大", "done")]),
        ("羊城先锋、首席数据官、首批、首问负责、首位度、首府、首付、“双一流”。", []),
    ],
)  # fmt: skip
def test_superlatives_have_a_scope_a_word_and_an_aspiration(text, expected):
    table = find(text)
    assert (table["kind"] == "superlative").all()
    assert list(zip(table["scope"], table["word"], table["status"], strict=True)) == expected
    assert table["value"].isna().all()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("总量居全省第3位。", ("全省", 3, "exact")),
        ("质量全市第一。", ("全市", 1, "exact")),
        ("跻身全国前10名。", ("全国", 10, "at most")),
        ("评为全省第二部地方规章。", ("全省", 2, "exact")),
        ("综合排名第5。", ("", 5, "exact")),
    ],
)
def test_ranks(text, expected):
    (claim,) = find(text).to_dict("records")
    assert (claim["scope"], claim["value"], claim["comparator"]) == expected
    assert (claim["kind"], claim["unit"]) == ("rank", "位")


ALPHABET = st.sampled_from(
    [*"0123456789０９一二两三十百千万亿零点.,，:∶/%％第前由从至到降—-~、。“”《》\n 年月日", *"个家项元人次大成倍番",
    "增长", "超过", "以上", "左右", "分之", "全省", "率先", "首个", "企业", "累计", "个百分点", "\U0001f600"]
)  # fmt: skip


@given(st.lists(st.lists(ALPHABET, max_size=25).map("".join), min_size=1, max_size=4))
def test_random_text_gives_spans_that_hold_a_number(clauses):
    table = find(*clauses)
    assert list(table) == list(CLAIMS)
    for claim in table.to_dict("records"):
        text = clauses[claim["clause"]]
        assert 0 <= claim["start"] < claim["end"] <= len(text)
        surface = text[claim["start"] : claim["end"]]
        assert claim["kind"] == "superlative" or set(surface) & set(
            "0123456789０９一二两三十百千万亿零"
        )
        assert len(claim["object"]) <= 12 and "\n" not in claim["object"]
        assert np.isfinite(claim["value"]) or claim["kind"] == "superlative"


@given(st.lists(ALPHABET, max_size=30).map("".join))
def test_width_does_not_matter(text):
    wide = {code: code + 0xFEE0 for code in range(0x21, 0x7F)}
    narrow = {code + 0xFEE0: code for code in range(0x21, 0x7F)}
    pd.testing.assert_frame_equal(find(text.translate(wide)), find(text.translate(narrow)))


BATCHES = {  # at the edges stand the halves of what would be one claim, or another, in one text
    "云溪": ["产值增长5%、", "7%。", "网点由120个"],
    "星渡": [
        "降至45个。",
        "共有3所学校，累计发放3万元",
        "总量居全省",
        "第3位，《云溪",
        "产值1.5万人才",
    ],
    "鹭洲": ["级别不变，预计建成“三台", "服务100个", "率先"],
    "松月": ["全国推行", "5:40:55，没有数字", "三", "台”"],
}


def test_reports_found_in_batches_are_found_as_in_one():
    clauses = tiny(BATCHES, dict.fromkeys(BATCHES, "云溪"))[0]
    clauses = clauses.assign(role=pd.Categorical(["plan"] * len(clauses), ROLES))
    whole = find_claims(clauses)
    owners = clauses["report_id"].astype(str)
    apart = [find_claims(clauses[owners == name]) for name in dict.fromkeys(owners)]
    closed = list(
        whole.columns.difference(["unit", "object", "scope", "word"])
    )  # the same in any batch
    assert all((part[closed].dtypes == whole[closed].dtypes).all() for part in apart)
    for name in ("unit", "object", "scope", "word"):
        assert list(whole[name].cat.categories) == sorted(set(whole[name]))
        apart = [part.assign(**{name: part[name].astype("str")}) for part in apart]
        whole[name] = whole[name].astype("str")
    pd.testing.assert_frame_equal(pd.concat(apart, ignore_index=True), whole)
    assert whole["value_from"].isna().all() and not (whole["scope"] == "全国").any()


@given(st.lists(st.lists(ALPHABET, max_size=12).map("".join), min_size=2, max_size=6))
def test_a_clause_is_read_by_itself(clauses):
    alone = [find(clause) for clause in clauses]
    whole = find(*clauses)[["start", "end", "value", "unit", "object", "status", "flow", "scope"]]
    rows = pd.concat([table[whole.columns].astype(object) for table in alone], ignore_index=True)
    pd.testing.assert_frame_equal(rows, whole.astype(object))


def test_clauses_without_a_claim_give_an_empty_table():
    clauses = tiny({"云溪": ["没有数字。"]}, {"云溪": "云溪"})[0]
    before = clauses.copy(deep=True)
    for some in (clauses, clauses.iloc[:0]):
        table = find_claims(some)
        assert list(table) == list(CLAIMS) and table.empty
    pd.testing.assert_frame_equal(clauses, before)


@pytest.fixture(scope="module")
def claims():
    return find_claims(build(texts("bureau-reports")).clauses)


def as_labelled(unit):
    """Give the unit of a label; one that the report leaves out stands there in brackets."""
    return "" if unit.startswith("(") else unit


def test_labelled_reports(claims):
    labels = json.loads(reference("bureau_report_labels.json").read_text(encoding="utf-8"))
    numbered = claims[~claims["kind"].isin(["rank", "superlative"])]
    for number, document in labels["documents"].items():
        here = numbered[numbered["report_id"].astype(str).str.startswith(number)]
        got = Counter(zip(here["value"].round(6), here["unit"], strict=True))
        want = Counter((float(c["value"]), as_labelled(c["unit"])) for c in document["claims"])
        right = sum((got & want).values())
        assert right >= 0.95 * sum(want.values()), (number, want - got)
        assert right >= 0.95 * sum(got.values()), (number, got - want)
        ranked = claims[claims["kind"].isin(["rank", "superlative"])]
        ranked = ranked[ranked["report_id"].astype(str).str.startswith(number)]
        assert len(ranked) >= len(document["rank_claims"])


def test_reports_claim_what_they_achieved_and_nothing_of_their_problems(claims):
    numbered = claims[~claims["kind"].isin(["rank", "superlative"])]
    ends = len(numbered) + int(numbered["value_from"].notna().sum())
    assert ends == pytest.approx(142, abs=4)
    roles = numbered["role"].value_counts()
    assert roles["achievement"] == pytest.approx(131, abs=4)
    assert roles["problem"] == 0
