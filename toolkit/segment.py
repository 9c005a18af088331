"""Clauses to tokens, by jieba's dictionary, with the lexicon's terms kept whole."""

import re
import warnings
from collections import Counter
from functools import cache

import numpy as np
import pandas as pd

from .lexicon import as_text, joined, mask_hits

TOKENS = ("report_id", "role", "token", "n")
_WORD = re.compile("[\u3400-\u4dbf\u4e00-\u9fffA-Za-z]")


@cache
def cutter(engine="rjieba"):
    """Give the function that cuts a text into words, `engine` being 'rjieba' or 'jieba'.

    Both read the same dictionary and cut alike; HMM is off, so that every token is a word of the
    dictionary or a single character. rjieba is the faster; jieba serves where it is missing.
    """
    if engine == "rjieba":
        try:
            from rjieba import Jieba
        except ImportError:
            return cutter("jieba")
        jieba = Jieba()
        return lambda text: jieba.cut(text, hmm=False)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from jieba import Tokenizer
    tokenizer = Tokenizer()
    # Read the dictionary itself: the cache that jieba would trust lies in a shared folder.
    tokenizer.FREQ, tokenizer.total = tokenizer.gen_pfdict(tokenizer.get_dict_file())
    tokenizer.initialized = True
    return lambda text: tokenizer.lcut(text, HMM=False)


def count_tokens(clauses, hits, engine="rjieba"):
    """Count the tokens of each report and role.

    One row per clause with text and one row per hit in; one row per report x role x token out.
    A hit counts once, under its term; the words between hits are cut by the dictionary. Tokens
    without a Han character or Latin letter (numbers, punctuation) are left out.
    """
    cut = cutter(engine)
    codes, begins = joined(clauses)
    codes, rows = mask_hits(codes, begins, clauses, hits)
    group = clauses.groupby(["report_id", "role"], observed=True, sort=True).ngroup().to_numpy()
    words, counts, owners, known = [], [], [], {}
    for text in _texts_of(codes, begins, group):
        counter = Counter(cut(text))
        words += [known.setdefault(word, len(known)) for word in counter]
        counts += counter.values()
        owners.append(len(counter))
    owner = np.repeat(np.arange(len(owners)), owners)
    terms = hits["term"].cat.categories
    as_word = np.array([known.setdefault(term, len(known)) for term in terms], dtype=np.int64)
    word = np.concatenate((np.array(words, dtype=np.int64), as_word[hits["term"].cat.codes]))
    count = np.concatenate((np.array(counts, dtype=np.int64), np.ones(len(hits), dtype=np.int64)))
    owner = np.concatenate((owner, group[rows]))

    used = np.bincount(word, minlength=len(known)) > 0
    vocabulary = sorted(token for token, i in known.items() if used[i] and _WORD.search(token))
    rank = np.full(len(known), -1, dtype=np.int64)
    rank[[known[token] for token in vocabulary]] = np.arange(len(vocabulary))
    kept = rank[word] >= 0
    key = owner[kept] * len(vocabulary) + rank[word[kept]]
    key, where = np.unique(key, return_inverse=True)
    first = np.unique(group, return_index=True)[1]  # a clause of each group, for its names
    owner = first[key // max(len(vocabulary), 1)]
    return pd.DataFrame(
        {
            "report_id": clauses["report_id"].array.take(owner),
            "role": clauses["role"].array.take(owner),
            "token": pd.Categorical.from_codes(key % max(len(vocabulary), 1), vocabulary),
            "n": np.bincount(where, count[kept], len(key)).astype(np.int32),
        },
        columns=list(TOKENS),
    )


def _texts_of(codes, begins, group):
    """Yield the text of each group, in the order of their numbers, from runs of its clauses."""
    runs = np.flatnonzero(np.diff(group, prepend=-1))
    ends = np.append(begins[runs[1:]], len(codes))
    parts = {}
    for run, end in zip(runs, ends, strict=True):
        parts.setdefault(group[run], []).append(as_text(codes[begins[run] : end]))
    return ("\n".join(parts[number]) for number in sorted(parts))
