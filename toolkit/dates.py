"""Years and days as reports write them, in digits and in Chinese numerals."""

import re
from datetime import date

_YEAR_NUMERALS = "〇○零Ｏ０一二三四五六七八九"
YEAR = (
    r"((?:19|20|１９|２０)\d{2}"
    rf"|(?:二[〇○零Ｏ０]|一九)[{_YEAR_NUMERALS}]{{2}})"
)
_NUMERALS = {c: str(i) for i, c in enumerate("〇一二三四五六七八九")} | dict.fromkeys(
    "○零Ｏ０元", "0"
)
_NUMERALS["元"] = "1"
_DAY = r"[\d一二三四五六七八九十元]{1,3}"
DATE = re.compile(YEAR + rf"\s*年\s*({_DAY})\s*月\s*({_DAY})(?!\d)")
DAY_STAMP = re.compile(YEAR + r"\s*[年/.-]\s*(\d{1,2})\s*[月/.-]\s*(\d{1,2})(?!\d)")


def number(text):
    """Read 2021, 二〇二一, 十二 or 三十一."""
    if text.isdigit():
        return int(text)
    if "十" in text:
        tens, _, ones = text.partition("十")
        return int(_NUMERALS.get(tens[:1], "1")) * 10 + int(_NUMERALS.get(ones[:1], "0"))
    return int("".join(_NUMERALS.get(c, c) for c in text))


def day(match):
    """Give a matched date as YYYY-MM-DD, or None where there is no such day."""
    try:
        return date(*(number(part) for part in match.groups())).isoformat()
    except ValueError:
        return None
