"""Whose report, in the forms that real pages take. All places, bodies and sentences are invented."""

import pytest
from test_metadata import infer, values

BODY = "我局种树三千棵，普法五次，行政执法公正，合法性审核全覆盖。\n存在的不足：树还不够多。\n2023年打算：继续种树。\n"
FORMS = {
    "the title names it": (
        "云溪市林业局2022年法治政府建设年度报告\n" + BODY,
        ("云溪市林业局", "云溪市", "prefectural", 2022, ""),
    ),
    "a branch it speaks of is not itself": (
        "云溪市林业局2022年法治政府建设年度报告\n与某支行、执法支队一起种树，普法五次。\n存在的不足：树还不够多。\n",
        ("云溪市林业局", "云溪市", "prefectural", 2022, ""),
    ),
    "a title over three lines": (
        "云溪市林业局\n2022年度\n法治政府建设情况报告\n" + BODY + "2023.1.18\n",
        ("云溪市林业局", "云溪市", "prefectural", 2022, "2023-01-18"),
    ),
    "a government by its place alone": (
        "云溪市鹭洲区2022年法治政府建设情况报告\n一年来，全区种树。\n不足：树少。\n",
        ("云溪市鹭洲区人民政府", "鹭洲区", "county", 2022, ""),
    ),
    "a generic title under a page's path": (
        "当前位置：首页 > 云溪市鹭洲区 > 政府信息公开 > 区林业局\n区林业局2022年法治政府建设情况报告\n"
        + BODY,
        ("云溪市鹭洲区林业局", "鹭洲区", "county", 2022, ""),
    ),
    "a short name that the path writes out": (
        "云溪市政府网 » 部门 » 文化体育和旅游局 » 文件\n2022年市文旅局法治建设工作总结\n发布日期：2023年1月5日\n"
        + BODY,
        ("云溪市文化体育和旅游局", "云溪市", "prefectural", 2022, "2023-01-05"),
    ),
    "the grid of particulars": (
        "索引号：123 发布机构：云溪市发改委 发布日期：2023-01-09\n2022年法治政府建设工作情况报告\n我委推进法治政府建设。\n",
        ("云溪市发展和改革委员会", "云溪市", "prefectural", 2022, "2023-01-09"),
    ),
    "a seal under the text, in one line": (
        "2022年法治政府建设报告 种树三千棵，普法五次。云溪市林业局（盖章） 2023年1月20日",
        ("云溪市林业局", "云溪市", "prefectural", 2022, "2023-01-20"),
    ),
    "a signature in Chinese numerals": (
        "2022年法治政府建设报告\n" + BODY + "星渡市林业局\n二〇二三年元月十二日\n",
        ("星渡市林业局", "星渡市", "prefectural", 2022, "2023-01-12"),
    ),
    "the host of a page is not the issuer": (
        "云溪市鹭洲区人民政府\n走进鹭洲  政务公开\n鹭洲区卫生健康委\n2 0 2 2 年 法 治 政 府 建 设 报 告\n"
        "2022年，区卫生健康委普法五次。\n",
        ("云溪市鹭洲区卫生健康委员会", "鹭洲区", "county", 2022, ""),
    ),
    "the opening names it, a neighbour teaches": (
        "2022年，云溪市林业局对标星渡市，种树三千棵，法治政府建设有进展。赴星渡市林业局学习，与星渡市签订协议。\n"
        "存在的不足：普法不够。\n",
        ("云溪市林业局", "云溪市", "prefectural", 2022, ""),
    ),
    "a town under its district": (
        "关于松风镇2022年度法治政府建设的报告\n区司法局：\n我镇种树三千棵，普法五次。\n鹭洲区松风镇人民政府\n2023年2月6日\n",
        ("云溪市鹭洲区松风镇人民政府", "鹭洲区松风镇", "township", 2022, "2023-02-06"),
    ),
    "a development zone": (
        "云溪经济开发区2022年法治政府建设情况报告\n管委会普法五次。\n不足：树少。\n",
        ("云溪经济开发区管理委员会", "云溪经济开发区", "county", 2022, ""),
    ),
    "a national administration": (
        "国家植树总局2022年法治政府建设年度报告\n一年来，植树普法。\n不足：树少。\n",
        ("国家植树总局", "", "national", 2022, ""),
    ),
    "a district that shares its name, undecided": (
        "松月区林业局2022年法治政府建设年度报告\n" + BODY,
        ("松月区林业局", "松月区", "county", 2022, ""),
    ),
    "a district that shares its name, told by its city": (
        "松月区林业局2022年法治政府建设年度报告\n落实云溪市的安排。云溪市普法，云溪市种树。\n"
        + BODY,
        ("云溪市松月区林业局", "云溪市松月区", "county", 2022, ""),
    ),
    "nothing but 我局": (BODY + "法治政府建设好，依法行政好。", ("", "", "", "", "")),
    "a stale clock above, the year in words": (
        "今天是2026年11月20日 星期五\n云溪市林业局关于二〇二一年度法治政府建设情况的报告\n发布时间：2022/01/18\n"
        + BODY,
        ("云溪市林业局", "云溪市", "prefectural", 2021, "2022-01-18"),
    ),
}
SPEECHES = {
    "a town's congress": (
        "松风镇政府工作报告\n——2021年12月30日在鹭洲区松风镇第一届人民代表大会第一次会议上\n镇长 林某\n各位代表：\n"
        "五年来种树。\n明年继续种树。\n",
        ("云溪市鹭洲区松风镇人民政府", "鹭洲区松风镇", "township", 2022, "2021-12-30"),
    ),
    "a title over two lines, before the turn of the century": (
        "云溪市政府\n工作报告\n一九九八年三月二十八日\n市长 林某\n各位代表：\n五年来种树。\n今年继续种树。\n",
        ("云溪市人民政府", "云溪市", "prefectural", 1998, "1998-03-28"),
    ),
    "the speaker's words, no title": (
        "各位代表：\n现在，我代表云溪市鹭洲区人民政府，报告种树的事，请审议。\n一、2020年工作回顾\n种了树。\n"
        "二、2021年工作安排\n继续种树。\n",
        ("云溪市鹭洲区人民政府", "鹭洲区", "county", 2021, ""),
    ),
    "a target far ahead is not the year": (
        "云溪市人民政府工作报告\n各位代表：\n五年来种树。\n2035年远景目标和今后五年任务\n种更多树。\n2021年工作安排\n继续种树。\n"
        "发布时间：2021-02-01\n",
        ("云溪市人民政府", "云溪市", "prefectural", 2021, "2021-02-01"),
    ),
}  # fmt: skip


@pytest.mark.parametrize("form", [*FORMS, *SPEECHES])
def test_whose_report_it_is(invented, form):
    text, expected = {**FORMS, **SPEECHES}[form]
    found = values(text)
    fields = ("issuer", "place", "level", "year", "date")
    assert tuple(found.get(field, "") for field in fields) == expected


def test_a_shared_name_keeps_what_its_candidates_have_in_common(invented):
    found = values(FORMS["a district that shares its name, undecided"][0])
    assert found["province"] == "沧澜省" and "city" not in found


def test_the_span_of_a_value_shows_it(invented):
    text = FORMS["a town under its district"][0]
    found = infer(text)
    assert text[found["place"].start : found["place"].end].endswith("松风镇")
    assert text[found["issuer"].start : found["issuer"].end].endswith(("松风镇", "政府"))
