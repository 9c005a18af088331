"""textacy on spaCy, whose Chinese tokenizer is jieba. The year is read from the file name."""

import re
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import spacy
import textacy
from common import TERMS, write_keyness, write_rates
from textacy.representations.vectorizers import GroupVectorizer

HAN = re.compile("[\u3400-\u4dbf\u4e00-\u9fff]")

folder, out = map(Path, sys.argv[1:])
language = spacy.blank("zh", config={"nlp": {"tokenizer": {"segmenter": "jieba"}}})
records = (
    (path.read_text(encoding="utf-8"), {"year": int(re.search(r"20\d\d", path.name)[0])})
    for path in sorted(folder.glob("*.txt"))
)
corpus = textacy.Corpus(language, data=records)
years = [doc._.meta["year"] for doc in corpus]

vectorizer = GroupVectorizer()
tokens = ([token.text for token in doc if token.is_alpha] for doc in corpus)
matrix = vectorizer.fit_transform(tokens, years).toarray()
words, groups = np.array(vectorizer.terms_list), np.array(vectorizer.grps_list)
n_a = matrix[np.isin(groups, [2023, 2024])].sum(axis=0)
n_b = matrix[np.isin(groups, [2020, 2021])].sum(axis=0)
write_keyness(out, words, n_a, n_b)

mentions = pd.DataFrame({term: [doc.text.count(term) for doc in corpus] for term in TERMS})
han = pd.Series([len(HAN.findall(doc.text)) for doc in corpus])
write_rates(out, mentions, han, years)
print(len(han), matrix.sum(), han.sum())
