"""Clauses to tokens, by jieba's dictionary, with the lexicon's terms kept whole."""

import re
import warnings
from collections import Counter
from functools import cache

import numpy as np
import pandas as pd
import pyarrow as pa

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
        jieba = _rjieba()
        return (lambda text: jieba.cut(text, hmm=False)) if jieba else cutter("jieba")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from jieba import Tokenizer
    tokenizer = Tokenizer()
    # Read the dictionary itself: the cache that jieba would trust lies in a shared folder.
    tokenizer.FREQ, tokenizer.total = tokenizer.gen_pfdict(tokenizer.get_dict_file())
    tokenizer.initialized = True
    return lambda text: tokenizer.lcut(text, HMM=False)


@cache
def tagger():
    """Give the function that lists the words of a text, each with its class in jieba's dictionary."""
    if jieba := _rjieba():
        return lambda text: jieba.tag(text, hmm=False)
    cut = cutter("jieba")
    from jieba.posseg import POSTokenizer

    known = POSTokenizer().word_tag_tab
    return lambda text: [(word, known.get(word, "x")) for word in cut(text)]


@cache
def _rjieba():
    """Give a dictionary of its own, to which nobody adds words; None where rjieba is missing."""
    try:
        from rjieba import Jieba
    except ImportError:
        return None
    return Jieba()


def let_go():
    """Give back the memory of the dictionary; who cuts next reads it again."""
    for kept in (cutter, tagger, _rjieba):
        kept.cache_clear()


def count_tokens(clauses, hits, engine="rjieba", text=None):
    """Count the tokens of each report and role.

    One row per clause with text and one row per hit in; one row per report x role x token out.
    A hit counts once, under its term; the words between hits are cut by the dictionary. Tokens
    without a Han character or Latin letter (numbers, punctuation) are left out. `text` is what
    `joined` gives of the clauses, where it is at hand.
    """
    cut = cutter(engine)
    codes, begins = text or joined(clauses)
    codes, rows = mask_hits(codes, begins, clauses, hits)
    group = clauses.groupby(["report_id", "role"], observed=True, sort=True).ngroup().to_numpy()
    words, counts, owners = [], [], []
    for part in _texts_of(codes, begins, group):
        counter = Counter(cut(part))
        words.extend(counter)
        counts.extend(counter.values())
        owners.append(len(counter))
    words.extend(hits["term"].cat.categories)
    coded = pa.array(words, pa.string()).dictionary_encode()
    known, word = coded.dictionary.to_pylist(), coded.indices.to_numpy()
    word, as_term = np.split(word, [len(counts)])
    word = np.concatenate((word, as_term[hits["term"].cat.codes]))
    count = np.concatenate((np.array(counts, dtype=np.int64), np.ones(len(hits), dtype=np.int64)))
    owner = np.concatenate((np.repeat(np.arange(len(owners)), owners), group[rows]))

    used = np.flatnonzero(np.bincount(word, minlength=len(known)))
    vocabulary = sorted(known[i] for i in used if _WORD.search(known[i]))
    place = {token: i for i, token in enumerate(vocabulary)}
    rank = np.array([place.get(token, -1) for token in known])
    kept, size = rank[word] >= 0, max(len(vocabulary), 1)
    key = owner[kept] * size + rank[word[kept]]
    order = np.argsort(key)
    starts = np.flatnonzero(np.diff(key[order], prepend=-1))
    key = key[order][starts]
    first = np.unique(group, return_index=True)[1]  # a clause of each group, for its names
    owner = first[key // size]
    return pd.DataFrame(
        {
            "report_id": clauses["report_id"].array.take(owner),
            "role": clauses["role"].array.take(owner),
            "token": pd.Categorical.from_codes(key % size, vocabulary),
            "n": np.add.reduceat(count[kept][order], starts).astype(np.int32),
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
