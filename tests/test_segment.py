import csv

from conftest import reference, tiny
from hypothesis import given, settings
from hypothesis import strategies as st

from toolkit.segment import count_tokens, cutter

PHRASES = [
    "深化改革",
    "数字政府",
    "建设",
    "云溪市",
    "abc",
    "12.5%",
    "，",
    "\n",
    "优化营商环境",
    "的",
    "一网通办",
]


@settings(max_examples=60)
@given(st.lists(st.sampled_from(PHRASES) | st.text(max_size=6), max_size=12).map("".join))
def test_rjieba_cuts_as_jieba_does(text):
    text = "".join(c for c in text if c.isprintable() or c == "\n")
    assert [w for w in cutter("rjieba")(text) if w.strip()] == [
        w for w in cutter("jieba")(text) if w.strip()
    ]


def tokens(clauses, terms):
    clauses, hits, _ = tiny(clauses, terms)
    table = count_tokens(clauses, hits)
    return {(t.report_id, t.token): t.n for t in table.itertuples()}


def test_terms_stay_whole_under_their_own_name_and_the_rest_is_cut():
    terms = {"全市种树日": "全市种树日|种树日"}
    assert tokens({"甲": ["深化改革，种树日种树。"], "乙": ["全市种树日改革3次AB。"]}, terms) == {
        ("甲", "深化改革"): 1, ("甲", "全市种树日"): 1, ("甲", "种树"): 1,
        ("乙", "全市种树日"): 1, ("乙", "改革"): 1, ("乙", "次"): 1, ("乙", "AB"): 1,
    }  # fmt: skip


def test_a_term_is_as_frequent_among_tokens_as_among_hits(panel):
    by_token = panel.tokens.groupby("token", observed=True)["n"].sum()
    by_hit = panel.hits["term"].value_counts()
    by_hit = by_hit[by_hit > 0]
    more = by_token.loc[by_hit.index.astype(str)].to_numpy() - by_hit.to_numpy()
    assert (
        more >= 0
    ).all() and more.sum() <= 5  # a word may stand across the border of a quotation


def test_names_stay_whole_only_where_jieba_with_guessing_keeps_them_whole():
    """The published pieces are jieba's with HMM, which joins single characters to words it guesses."""
    with open(reference("systems.csv"), encoding="utf-8-sig", newline="") as file:
        published = [row["jieba_splits"].split("/") for row in csv.DictReader(file)]
    cut = {"".join(pieces): len(cutter()("".join(pieces))) for pieces in published}
    guessed = {"".join(pieces): len(pieces) for pieces in published}
    assert len(published) == 423 and all(cut[name] >= n for name, n in guessed.items())
    whole, guessed_whole = ({name for name, n in c.items() if n == 1} for c in (cut, guessed))
    assert whole < guessed_whole and len(guessed_whole) == 24
