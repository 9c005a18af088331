"""scikit-learn's CountVectorizer with jieba, pandas and SciPy. The year is read from the file name."""

import sys
from pathlib import Path

import jieba
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from scipy.stats import power_divergence
from sklearn.feature_extraction.text import CountVectorizer

TERMS = ["高质量发展", "营商环境", "数字经济", "数字政府", "放管服", "新质生产力"]

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
size_a, size_b = n_a.sum(), n_b.sum()
used = (n_a + n_b) > 0
n_a, n_b, words = n_a[used], n_b[used], words[used]
share = (n_a + n_b) / (size_a + size_b)
observed = np.array([n_a, n_b, size_a - n_a, size_b - n_b], dtype=float)
expected = np.array([size_a * share, size_b * share, size_a * (1 - share), size_b * (1 - share)])
g2 = power_divergence(observed, expected, lambda_="log-likelihood").statistic
keyness = pd.DataFrame({"word": words, "g2": g2})
keyness = keyness[(n_a / size_a > n_b / size_b) & (keyness["word"].str.len() > 1)]
keyness.nlargest(100, "g2").to_csv(out / "keyness.csv", index=False)

mentions = pd.DataFrame({term: table["text"].str.count(term) for term in TERMS})
sums = mentions.groupby(table["year"]).sum()
rates = 1000 * sums.div(table.groupby("year")["han"].sum(), axis=0)
rates = rates.rename_axis("year")
rates.melt(var_name="term", value_name="rate", ignore_index=False).to_csv(out / "rates.csv")
plt.rcParams["font.sans-serif"] = ["SimHei", "Noto Sans CJK SC", "DejaVu Sans"]
rates.plot(xticks=rates.index)
plt.savefig(out / "rates.png")
print(len(table), matrix.sum(), table["han"].sum())
