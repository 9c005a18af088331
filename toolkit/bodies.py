"""Bodies as reports name them: 某市某县某局, 某镇人民政府, 某市某开发区管委会, 县发改局, 水利部."""

import re
from typing import NamedTuple

from .dates import DATE, DAY_STAMP, YEAR
from .places import find_places, mentioned

TERM = r"第?[一二三四五六七八九十]{1,3}届"
# What a body is called by, and the words that are no part of its name.
STOP = (
    "的|了|是|把|将|我|认真|贯彻|落实|坚持|深入|关于|开展|组织|配合|联合|会同|指导|推进|结合|围绕|按照|根据|依法|积极"
    "|始终|严格|切实|法治|数字政府|服务型|人民代表|人大|政协|法院|检察|年度|本级|各级|报送|印发|今年|全年|现|并|由|在"
)
_ENDS = (
    "人民政府国有资产监督管理委员会|人民政府办公[室厅]|政府办公[室厅]|(?:人民)?政府(?:法制办公室|法制办|研究室|外事办公室)?(?!网|信息|门户)|行政公署|行署|街道办事处|办事处"
    "|管理委员会|管委会|委员会|办公室|联合社|海关|支队|总队|大队"
    "|[\u4e00-\u9fff](?:局|厅|中心|部|委|办(?![理法公事学案好]))"
)
_ORG = rf"(?:(?!{STOP})[\u4e00-\u9fff（）()]){{0,22}}?(?:{_ENDS})(?![长员级门署域势限外会]|[\u4e00-\u9fff]?[局厅]$)"
TOWN = r"(?:(?!关于|法治|乡镇|镇街|村镇|城乡|各)[\u4e00-\u9fff]){1,7}?(?:镇|乡|街道|苏木)"
_ZONE = r"[\u4e00-\u9fff]{0,12}?(?:开发区|新区|示范区|合作区|高新区|经开区|保税区|度假区|管理区|投资区|试验区|风景区|园区)"
_AFTER = re.compile(
    rf"(?P<town>{TOWN}(?=人民政府|政府|办事处|党|{TERM}|\d|{YEAR}|\s|$))?"
    rf"(?P<zone>{_ZONE}(?!人民代表))?(?P<org>(?!委){_ORG})?"
)
_OWNED = re.compile(
    rf"(?:中共)?(?P<owner>自治区|自治州|[省市区县州盟旗镇乡])(?P<org>(?!域|情|级|外|内|里){_ORG})"
)
OWN_TOWN = re.compile(
    rf"(?P<town>(?!全|我){TOWN})(?:(?P<org>人民政府|政府|办事处)|(?=\s*\d|{YEAR}|党|关于|{TERM}))"
)
_OWN_ZONE = re.compile(rf"(?P<zone>[\u4e00-\u9fff]{{2,10}}?(?:新区|开发区))(?P<org>{_ORG})")
NATIONAL = re.compile(
    r"(?:中华人民共和国)?((?:国家|中国)[\u4e00-\u9fff]{2,9}?(?:总局|局|署|委员会|办公室|银行)"
    r"|(?:国防|外交|教育|科学?技术?|工业和信息化|公安|国家安全|民政|司法|财政|人力资源和?社会保障|(?:国土|自然)资源"
    r"|生态环境|环境保护|住房和城乡建设|交通运输|铁道|水利|农业|农业农村|商务|文化|文化和旅游|卫生|应急管理|信息产业)部"
    r"|审计署|海关总署|退役军人事务部|国务院[\u4e00-\u9fff]{2,10}办公室)(?!门|长|分局)"
)
_ALONE = re.compile(
    rf"[\s*(（【\[]*(?:(?:{DATE.pattern}|{DAY_STAMP.pattern})日?\s+)?"
    r"(?P<body>[\u4e00-\u9fff（）()、]{2,40}?)"
    rf"[\s*]*(?:[（(【\[]?(?:盖章|印章|公章|章|印)[)）\]】]?)?[\s*]*(?:{DATE.pattern}日?)?[\s*)）]*"
)
_BEFORE = re.compile(r"[\s*]*(?:中共|国家税务总局(?=[\u4e00-\u9fff]{2,}税务局))?")
_BEGINS = re.compile(r"年度?|关于|[《\s(（:：>＞»/*#]|中共")


class Body(NamedTuple):
    """A body as a passage names it; '' or () for what the passage does not say."""

    start: int
    until: int  # where its place ends and its own name begins
    end: int
    names: tuple = ()  # the divisions before it, from the top down
    town: str = ""
    zone: str = ""
    owner: str = ""  # the word for the level it belongs to: 县 of 县发改局
    org: str = ""


def body_at(plain, at, end):
    """Read the body that begins at a place of the text; None where none does."""
    at = _BEFORE.match(plain, at, end).end()
    if match := NATIONAL.match(plain, at, end):
        return Body(at, at, match.end(), org=match[1])
    chain, reach = [], at
    for a, b, name in mentioned(plain[at : min(end, at + 40)]):
        if at + a != reach or (chain and not _under(name, chain)):
            break
        chain.append(name)
        reach = at + b
    if chain:
        match = _AFTER.match(plain, reach, end)
        town, zone, org = (match[name] or "" for name in ("town", "zone", "org"))
        return Body(at, match.end() - len(org), match.end(), tuple(chain), town, zone, "", org)
    if match := _OWN_ZONE.match(plain, at, end):
        until = match.end("zone")
        return Body(at, until, match.end(), zone=match["zone"], org=match["org"])
    if match := OWN_TOWN.match(plain, at, end):
        org = match["org"] or "人民政府"
        return Body(at, match.end("town"), match.end(), town=match["town"], org=org)
    if match := _OWNED.match(plain, at, end):
        return Body(at, at, match.end(), owner=match["owner"], org=match["org"])
    return None


def _under(name, chain):
    return any(chain[-1] in (p.city, p.province) for p in find_places(name))


def first_body(plain, start, end):
    """Find the first body of a line: where it begins, or after a year, 关于 or a bracket."""
    begins = [start, *(match.end() for match in _BEGINS.finditer(plain, start, end))]
    found = (body_at(plain, at, end) for at in begins if at < end)
    return next((body for body in found if body), None)


def whole_line(plain, start, end):
    """Read a line that is nothing but a body, a seal and a date; None where it is more."""
    match = _ALONE.fullmatch(plain, start, end)
    if match is None:
        return None
    body = body_at(plain, match.start("body"), match.end("body"))
    return body if body and body.end == match.end("body") and body.org else None
