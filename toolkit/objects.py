"""The noun beside a number that it counts or measures, by the word classes of the dictionary."""

import re
from functools import lru_cache
from itertools import pairwise

from .numbers import CLOSING, MEASURES, OPENING, words
from .segment import cutter, tagger

_AFTER = re.compile("的?([\u4e00-\u9fff“”A-Za-z]*)")
_COUNTING = frozenset(("", *MEASURES))
_NO_NOUNS = frozenset(words("新建 办理 全部 全省 全市 全国 全区 全县 我省 我市 均 占"))


@lru_cache(2**16)
def first_class(text):
    """Give the class of the first word of a text: m, eng or x where the dictionary has no such word."""
    words = tagger()(text)
    return words[0][1] if words else "x"


def find_objects(text, claims):
    """List the noun that each claim counts or measures: after a measure word, else before.

    A claim has its start and end in the text, its kind and unit, and what stands before it in its
    part of the sentence (before), without the verbs that lead to the number (left).
    """
    lefts = [claim["left"] for claim in claims]
    rights = [_AFTER.match(text, claim["end"], claim["end"] + 18)[1] for claim in claims]
    left_words, right_words = _cut(lefts), _cut(rights)
    nouns_before = {left: _noun_before(words) for left, words in left_words.items()}
    nouns_after = {right: _noun_after(words) for right, words in right_words.items()}
    objects = []
    for claim, left, right in zip(claims, lefts, rights, strict=True):
        before, after, unit = nouns_before[left], nouns_after[right], claim["unit"]
        if claim["kind"] in ("rank", "superlative"):
            after = ""
        if before and after:
            counted = unit in _COUNTING or unit[0] == "大" or text[claim["end"]] == "的"
            adjacent = left == claim["before"] and _nominal(left_words[left][-1])
            after = after if counted and (not adjacent or _nominal(right_words[right][0])) else ""
        objects.append(after or before)
    return objects


def _cut(texts):
    """Give the words of each text, without quotation marks, cut once and all in one go."""
    texts = list(dict.fromkeys(texts))
    lines = "".join(f"{text}\n" for text in texts)
    words = list(cutter()(re.sub(f"[{OPENING}{CLOSING}]", "", lines)))
    ends = [-1, *(at for at, word in enumerate(words) if word[-1] == "\n")]
    return {text: words[a + 1 : b] for text, (a, b) in zip(texts, pairwise(ends), strict=True)}


@lru_cache(2**16)
def _nominal(word):
    """Tell whether a word may be part of a noun phrase."""
    nouns = first_class(word).startswith(("n", "b", "j", "vn", "an", "l", "s"))
    return word not in _NO_NOUNS and (nouns or (word.isascii() and word.isalpha()))


def _noun_after(words):
    """Give the noun phrase that words begin with: a verb or adjective may stand before the noun."""
    end = next((i for i, word in enumerate(words) if _nominal(word)), 0)
    if any(first_class(word)[0] not in "va" for word in words[:end]):
        return ""
    rest = (i for i in range(end, len(words)) if not _nominal(words[i]))
    return _short(words[: next(rest, len(words))])


@lru_cache(2**16)
def _leads_on(word):
    """Tell whether a word may stand between a noun phrase and what is said of it."""
    known = first_class(word)
    return known[0] in "pdcrtfmu" or (known in ("eng", "x") and word <= "~")


def _noun_before(words):
    """Give the noun phrase that words end in."""
    end = len(words)
    while end and _leads_on(words[end - 1]):
        end -= 1
    first = end - 1 - (end > 1 and len(words[end - 1]) == 1)  # 关联|率
    while first > 0 and _nominal(words[first - 1]):
        first -= 1
    return _short(words[max(first, 0) : end])


def _short(words):
    """Give the last words of a phrase that together have at most 12 characters."""
    while len(phrase := "".join(words)) > 12:
        words = words[1:]
    return phrase
