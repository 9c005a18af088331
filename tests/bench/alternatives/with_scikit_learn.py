"""scikit-learn's CountVectorizer with jieba, pandas and SciPy. The year is read from the file name."""

import sys
from pathlib import Path

import jieba
import numpy as np
import pandas as pd
from common import TERMS, write_keyness, write_rates
from sklearn.feature_extraction.text import CountVectorizer

folder, out = map(Path, sys.argv[1:])
paths = sorted(folder.glob("*.txt"))
table = pd.DataFrame({"text": [path.read_text(encoding="utf-8") for path in paths]})
table["year"] = pd.Series([path.name for path in paths]).str.extract(r"(20\d\d)")[0].astype(int)
table["han"] = table["text"].str.count("[\u3400-\u4dbf\u4e00-\u9fff]")

vectorizer = CountVectorizer(tokenizer=jieba.lcut, token_pattern=None, lowercase=False)
matrix = vectorizer.fit_transform(table["text"])
words = vectorizer.get_feature_names_out()
is_word = np.array([word.isalpha() for word in words])
matrix, words = matrix[:, is_word], words[is_word]
n_a = np.asarray(matrix[table["year"].isin([2023, 2024]).to_numpy()].sum(axis=0)).ravel()
n_b = np.asarray(matrix[table["year"].isin([2020, 2021]).to_numpy()].sum(axis=0)).ravel()
write_keyness(out, words, n_a, n_b)

mentions = pd.DataFrame({term: table["text"].str.count(term) for term in TERMS})
write_rates(out, mentions, table["han"], table["year"])
print(len(table), matrix.sum(), table["han"].sum())
