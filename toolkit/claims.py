"""Quantified claims and superlatives: what a report puts a number on, or calls the first."""

import re

import numpy as np
import pandas as pd

from .lexicon import as_text, joined
from .objects import find_objects
from .quantities import find_quantities, find_ratios
from .ranks import find_superlatives
from .tables import NAMED

CLAIMS = (
    "report_id", "clause", "start", "end", "role", "kind", "value", "high", "value_from",
    "comparator", "unit", "object", "status", "flow", "scope", "word",
)  # fmt: skip

# What is said before a number, or a superlative, in its clause
_EXPECTED = re.compile(r"预计|预期|预估|预测|有望|估计")
_PLANNED = re.compile(r"力争|确保|争取|目标|计划|拟|将(?<!即将)(?!近)|到20[2-9]\d年")
_ASPIRED = re.compile(r"争|打造|建设|营造|努力|奋力|瞄准|对标|向|目标|加快|追求|[勇敢]|冲刺")
_DONE = re.compile(r"已|了|累计|去年|目前|以来|上年")
_STOCK = re.compile(
    "累计|总[数量额计]|共有|现有|已有|拥有|保有|存量|在[册库]|余额|目前|截[至止]|数量|实有"
)
_FLOW = (
    r"全年|今年|去年|本年|当年|年[内度]|年(?<=\d{4}年)(?![末底])|同比|一年来"
    r"|新[增建设改培认登引推办签]"
)
_STOCK_OR_FLOW = re.compile(f"{_STOCK.pattern}|{_FLOW}")


def find_claims(clauses, text=None):
    """Find the quantified claims and superlatives in clauses with text.

    One row per clause in, with `report_id`, `clause`, `role` and `text`; one row per claim out, in
    the order of the text. Years, names (in 《》, in a short quotation, in a longer word of the
    dictionary), numbering and spans of time that limit nothing are no claims; nor is 一, which is
    an article, nor a class (projects of 5亿元以上). Width does not matter.

    start, end    the claim in the clause's text: the number, its unit and what qualifies it; of a
                  change with both ends, from the first number on
    kind          count (amounts too), rate (%, 倍, per head), change (增长8%, 由120个降至45个),
                  structure (占, N大类; 5:40:55 as three rows), rank (第3位, 前10名), superlative
    value         the number in full (1.2亿元: 120000000), of a range its low end; 九成 is 90 %;
                  NaN for a superlative
    high          the high end of a range, else NaN
    value_from    where a change with both ends began, else NaN
    comparator    exact, about, over, at least, under, at most; '' for a superlative
    unit          as written but for its multiplier; '' where the report leaves it out
    object        the noun beside it that is counted or measured, at most 12 characters, or ''
    status        done, expected (预计), or planned: in a plan, or after a word of intent. A planned
                  superlative is an aspiration
    flow          of a count: stock (累计, 总数), flow (新增, 全年) or '' where no word tells. Stocks
                  and flows must not be added
    scope, word   of a rank or superlative: among whom (全国, 全省, or '') and by which word

    首个, 首次 and their like are superlatives only with a scope (全国首个), and a scope serves one
    word: 全国率先开通首个 is one row. The parts of a claim follow Li et al. (2019); the rules are
    this module's. `text` is what `joined` gives of the clauses, where it is at hand.
    """
    codes, begins = text or joined(clauses)
    text = re.sub("《[^》\n]*》", lambda title: "□" * len(title[0]), as_text(codes)) + "\n"
    found = [*find_quantities(text), *find_ratios(text), *find_superlatives(text)]
    claims = sorted(found, key=lambda claim: claim["start"])
    start, end = (np.array(_each(claims, edge), dtype=np.int64) for edge in ("start", "end"))
    row = np.searchsorted(begins, start, side="right") - 1
    role, kind = clauses["role"].array.take(row), _each(claims, "kind")
    heads = [text[a:b] for a, b in zip(begins[row].tolist(), start.tolist(), strict=True)]
    columns = {
        "report_id": clauses["report_id"].array.take(row),
        "clause": clauses["clause"].to_numpy()[row],
        "start": (start - begins[row]).astype(np.int32),
        "end": (end - begins[row]).astype(np.int32),
        "role": role,
        "kind": kind,
        "object": find_objects(text, claims),
        "status": list(map(_status, heads, role.tolist(), kind)),
        "flow": list(map(_flow, heads, kind)),
    }
    for name in ("value", "high", "value_from"):
        columns[name] = np.array(_each(claims, name, np.nan), dtype=float)
    for name in ("comparator", "unit", "scope", "word"):
        columns[name] = _each(claims, name, "")
    for name in ("unit", "object", "scope", "word", *NAMED):
        names = NAMED.get(name) or sorted(set(columns[name]))
        code = {known: i for i, known in enumerate(names)}
        codes = np.fromiter(map(code.get, columns[name]), np.int32, len(claims))
        columns[name] = pd.Categorical.from_codes(codes, pd.Index(names, dtype="str"))
    return pd.DataFrame(columns, columns=CLAIMS)


def _each(claims, name, missing=None):
    """List what each claim has by a name."""
    return [claim.get(name, missing) for claim in claims]


def _status(head, role, kind):
    """Tell what is done from what is expected or planned, by the words before it in its clause."""
    if kind == "superlative":
        aspired = role == "plan" or _ASPIRED.search(re.split("[,;]", head)[-1])
        return "planned" if aspired else "done"
    if _EXPECTED.search(head):
        return "expected"
    planned = not _DONE.search(head) if role == "plan" else _PLANNED.search(head)
    return "planned" if planned else "done"


def _flow(head, kind):
    """Tell stock from flow, of what is counted, by the last word before it that says so."""
    if kind != "count":
        return ""
    cues = _STOCK_OR_FLOW.findall(head)
    return "" if not cues else "stock" if _STOCK.match(cues[-1]) else "flow"
