"""The vocabulary of terms, and where clauses use it."""

import re
from functools import lru_cache

import numpy as np
import pandas as pd
from ahocorasick_rs import AhoCorasick, Implementation, MatchKind

from . import DATA

COLUMNS = (
    "term", "gloss_en", "category", "category_en", "kind", "tier", "surfaces",
    "first_central_year", "first_central_source", "evidence", "local_origin", "named_in",
)  # fmt: skip
HITS = ("report_id", "clause", "start", "term", "category", "surface", "in_title")
OPENING, CLOSING = "“‘「『", "”’」』"
QUOTES = OPENING + CLOSING + "\"'"
_BREAK = 0x0A
_LONG = 300_000  # characters from which a matcher pays that is slow to make and fast to use
_PLAIN = {0x3000: " ", **{code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}}
_PLAIN |= dict.fromkeys(map(ord, QUOTES))
_BORDER = re.compile(f"[{CLOSING}][{OPENING}]")


def narrow(codes):
    """Give full-width ASCII among character codes half its width; each stays in its place."""
    narrowed = codes.copy()
    narrowed[codes == 0x3000] = 0x20
    narrowed[(codes >= 0xFF01) & (codes <= 0xFF5E)] -= 0xFEE0
    return narrowed


def as_codes(text):
    """Give the characters of a text as numbers, for arithmetic over a whole corpus at once."""
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype="<u4")


def as_text(codes):
    """Give the text that character codes spell."""
    return codes.tobytes().decode("utf-32-le", "surrogatepass")


def is_han(codes):
    """Tell which character codes are Han characters: the unified ideographs and extension A."""
    return (codes >= 0x4E00) & (codes <= 0x9FFF) | (codes >= 0x3400) & (codes <= 0x4DBF)


_IS_QUOTE = np.zeros(0x110000, dtype=bool)
_IS_QUOTE[as_codes(QUOTES)] = True


def load_lexicon(path=None):
    """Read a lexicon: one row per term, `surfaces` the ways it is written, split by '|'.

    Without a path the one shipped in data/. A lexicon of your own needs the columns `term` and
    `category`; a term without surfaces stands for itself.

    Raises ValueError where a column is missing, a term comes twice, or two terms claim the same
    surface (compared without width and quotation marks).
    """
    path = path or DATA / "lexicon.csv"
    lexicon = pd.read_csv(path, dtype=str, encoding="utf-8-sig", keep_default_na=False)
    for column in ("term", "category"):
        if column not in lexicon:
            raise ValueError(
                f"{path} has no column '{column}'; it has {', '.join(lexicon)}. Add it."
            )
    lexicon = lexicon.reindex(columns=[*dict.fromkeys([*COLUMNS, *lexicon])], fill_value="")
    if (lexicon["term"].map(_plain) == "").any():
        raise ValueError(f"{path} has a row without a term. Fill it in or delete the row.")
    surfaces = [
        "|".join(s.strip() for s in cell.split("|") if _plain(s.strip()))
        for cell in lexicon["surfaces"]
    ]
    lexicon["surfaces"] = [s or term for s, term in zip(surfaces, lexicon["term"], strict=True)]
    for what, names in (("term", lexicon["term"]), ("surface", pd.Series(_surfaces(lexicon)[0]))):
        if (twice := names[names.duplicated()].unique()).size:
            raise ValueError(
                f"{path} has the {what} '{twice[0]}' more than once. Keep each {what} in one row."
            )
    return lexicon


def add_gloss(table, lexicon=None):
    """Add the English gloss to a table of terms or categories, as the column gloss_en.

    One row in, the same row out; '' where the lexicon has no gloss. For display only: what is
    counted is Chinese.
    """
    lexicon = load_lexicon() if lexicon is None else lexicon
    of = "term" if "term" in table else "category"
    if of not in table:
        raise ValueError(f"a gloss is of terms or categories; the table has {', '.join(table)}.")
    gloss = lexicon.drop_duplicates(of).set_index(of)["gloss_en" if of == "term" else "category_en"]
    return table.assign(gloss_en=table[of].astype(str).map(gloss).fillna(""))


def longest_matches(text, surfaces):
    """List (index of the surface, start, end) of the surfaces in a text.

    Leftmost-longest over all surfaces, never overlapping: of 数字政府 and 数字政府建设 the second
    is counted where it stands, and the first only elsewhere.
    """
    return _matcher(tuple(surfaces), len(text) > _LONG).find_matches_as_indexes(text)


@lru_cache(4)
def _matcher(surfaces, long):
    how = Implementation.DFA if long else Implementation.ContiguousNFA
    return AhoCorasick(list(surfaces), matchkind=MatchKind.LeftmostLongest, implementation=how)


def naive_counts(hits, lexicon=None):
    """Count each term as plain searches would, beside its longest matches.

    One row per match in; one row per term of the lexicon out: term; n, its longest matches, in
    running text and in titles; alone, what a search for this one term gives, which finds 一次办 in
    一件事一次办 too; summed, the counts of each of its surfaces added up, which counts 数字政府 again
    in its own 数字政府建设. n <= alone <= summed. Width and quotation marks are ignored.

    Searched are the surfaces of the hits, which are at hand where no text is: a use that reaches
    over the edge of a hit is missed. Fewer rows of hits (say one report's) count fewer texts.

    Raises ValueError where hits lack a column or hold a term that the lexicon does not.
    """
    lexicon = load_lexicon() if lexicon is None else lexicon
    if missing := [column for column in ("term", "surface") if column not in hits]:
        raise ValueError(
            f"this needs hits, with the column(s) {', '.join(missing)}; the table given has "
            f"{', '.join(map(str, hits))}. Such a table comes from build or load: corpus.hits."
        )
    if unknown := sorted(set(hits["term"].astype(str)) - set(lexicon["term"])):
        raise ValueError(
            f"the hits hold '{unknown[0]}', which is no term of the lexicon ({len(lexicon)} terms). "
            "Give the lexicon that the hits were found with."
        )
    seen = hits["surface"].astype(str).value_counts()
    plain, weight = [_plain(surface) for surface in seen.index], seen.to_numpy()
    text, begins = "\n".join(plain), np.cumsum([0, *(len(surface) + 1 for surface in plain)])

    def found(surfaces):
        starts = [start for _, start, _ in longest_matches(text, surfaces)]
        return weight[np.searchsorted(begins, starts, side="right") - 1].sum()

    own = [sorted(set(map(_plain, cell.split("|")))) for cell in lexicon["surfaces"]]
    n = hits["term"].astype(str).value_counts().reindex(lexicon["term"], fill_value=0)
    return pd.DataFrame(
        {
            "term": lexicon["term"].to_numpy(),
            "n": n.to_numpy(),
            "alone": [found(surfaces) for surfaces in own],
            "summed": [sum(found([surface]) for surface in surfaces) for surfaces in own],
        }
    )


def find_hits(clauses, lexicon, text=None):
    """Find every lexicon term in clauses with text.

    One row per clause in, with `report_id`, `clause` and `text`; one row per match out, with
    `start` the offset in the clause's text, `surface` as the report writes it and `in_title`
    whether it stands inside 《》. Width and quotation marks do not matter: “放管服”改革 is
    放管服改革. A surface that begins or ends with a digit or Latin letter is not matched inside
    a longer number or word. `text` is what `joined` gives of the clauses, where it is at hand.
    """
    keys, terms = _surfaces(lexicon)
    codes, begins = text or joined(clauses)
    quotes = np.flatnonzero(_IS_QUOTE[codes])
    matches = longest_matches(as_text(np.delete(codes, quotes)), keys)
    index, start, end = np.array(matches, dtype=np.int64).reshape(-1, 3).T
    gaps = quotes - np.arange(len(quotes))  # where the quotation marks stood, in the text without
    start = start + np.searchsorted(gaps, start, side="right")
    end = end + np.searchsorted(gaps, end - 1, side="right")
    borders = np.array([bool(_BORDER.search(s)) for s in _spread(lexicon)[0]])
    index, start, end = _with_marks(codes, quotes, index, start, end, borders)
    inside = _alnum(codes, start) & _alnum(codes, start - 1)
    inside |= _alnum(codes, end - 1) & _alnum(codes, end)
    term, start, end = terms[index[~inside]], start[~inside], end[~inside]

    row = np.searchsorted(begins, start, side="right") - 1
    opened, closed = np.flatnonzero(codes == ord("《")), np.flatnonzero(codes == ord("》"))
    bounds = np.stack((begins[row], start))  # brackets count within their clause
    depth = np.diff(np.searchsorted(opened, bounds), axis=0) - np.diff(
        np.searchsorted(closed, bounds), axis=0
    )
    texts, first = clauses["text"].tolist(), start - begins[row]
    surfaces = [texts[r][a:b] for r, a, b in zip(row, first, first + end - start, strict=True)]
    category = pd.Categorical(lexicon["category"])
    return pd.DataFrame(
        {
            "report_id": clauses["report_id"].array.take(row),
            "clause": clauses["clause"].to_numpy()[row],
            "start": first.astype(np.int32),
            "term": pd.Categorical.from_codes(term, lexicon["term"].tolist()),
            "category": pd.Categorical.from_codes(category.codes[term], category.categories),
            "surface": pd.Categorical(surfaces),
            "in_title": depth[0] > 0,
        },
        columns=list(HITS),
    )


def _with_marks(codes, quotes, index, start, end, borders):
    """Widen matches to the quotation mark that pairs with one inside: 高效办成“一件事”.

    A match that runs across a border of what is quoted is none: 五个高质量”发展 with half a pair
    inside and no other half beside it, or 优化营商”“环境, unless the lexicon has that border.
    """
    is_open, is_close = (np.isin(codes[quotes], as_codes(marks)) for marks in (OPENING, CLOSING))
    opened, closed = quotes[is_open], quotes[is_close]
    inside = np.searchsorted(opened, (start, end))
    balance = np.diff(inside, axis=0)[0] - np.diff(np.searchsorted(closed, (start, end)), axis=0)[0]
    before, after = np.isin(start - 1, opened), np.isin(end, closed)
    first = np.append(quotes, len(codes))[np.searchsorted(quotes, start)]
    crosses = (balance == 0) & (first < end) & np.isin(first, closed) & ~borders[index]
    whole = (balance == 0) & ~crosses | (balance == -1) & before | (balance == 1) & after
    start, end = start - (balance == -1), end + (balance == 1)
    return index[whole], start[whole], end[whole]


def joined(clauses):
    """Join the texts of clauses by line breaks: their character codes, narrowed, and the place
    where each clause begins."""
    texts = clauses["text"].tolist()
    lengths = np.fromiter(map(len, texts), np.int64, len(texts)) + 1
    return narrow(as_codes("\n".join(texts))), np.cumsum(lengths) - lengths


def mask_hits(codes, begins, clauses, hits):
    """Put line breaks in place of the hits in a copy of joined character codes.

    Gives the copy, and for each hit the row of its clause.
    """
    ids = clauses["report_id"].cat.categories
    clause_key = _key(clauses, clauses["report_id"].cat.codes)
    order = np.argsort(clause_key, kind="stable")
    hit_key = _key(hits, hits["report_id"].cat.set_categories(ids).cat.codes)
    rows = order[np.searchsorted(clause_key, hit_key, sorter=order)]
    start = begins[rows] + hits["start"].to_numpy()
    lengths = np.array([len(surface) for surface in hits["surface"].cat.categories], dtype=np.int64)
    edges = np.zeros(len(codes) + 1, dtype=np.int8)
    np.add.at(edges, start, 1)
    np.add.at(edges, start + lengths[hits["surface"].cat.codes], -1)
    return np.where(np.cumsum(edges[:-1], dtype=np.int8) > 0, np.uint32(_BREAK), codes), rows


def _key(table, report_codes):
    """Number (report, clause) pairs."""
    return report_codes.to_numpy(dtype=np.int64) << 32 | table["clause"].to_numpy(dtype=np.int64)


def _spread(lexicon):
    """List the surfaces of a lexicon, and the row that each belongs to."""
    pairs = [(s, row) for row, cell in enumerate(lexicon["surfaces"]) for s in cell.split("|")]
    return [surface for surface, _ in pairs], np.array([row for _, row in pairs], dtype=np.int64)


def _surfaces(lexicon):
    """List the surfaces of a lexicon as they are matched, and the row that each belongs to."""
    surfaces, rows = _spread(lexicon)
    return [_plain(surface) for surface in surfaces], rows


def _plain(surface):
    return surface.translate(_PLAIN)


def _alnum(codes, at):
    """Tell for each position whether an ASCII letter or digit stands there."""
    if not len(codes):
        return np.zeros(len(at), dtype=bool)
    code = codes[np.clip(at, 0, len(codes) - 1)]
    letter = (code | 0x20 >= ord("a")) & (code | 0x20 <= ord("z"))
    return (at >= 0) & (at < len(codes)) & (letter | (code >= ord("0")) & (code <= ord("9")))
