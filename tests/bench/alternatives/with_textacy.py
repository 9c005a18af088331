"""textacy on spaCy, whose Chinese tokenizer is jieba. The year is read from the file name."""

import re
import sys
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import spacy
import textacy
from scipy.stats import power_divergence
from textacy.representations.vectorizers import GroupVectorizer

TERMS = ["高质量发展", "营商环境", "数字经济", "数字政府", "放管服", "新质生产力"]
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

table = pd.DataFrame({term: [doc.text.count(term) for doc in corpus] for term in TERMS})
table["han"] = [len(HAN.findall(doc.text)) for doc in corpus]
sums = table.groupby(years).sum()
rates = 1000 * sums[TERMS].div(sums["han"], axis=0)
rates = rates.rename_axis("year")
rates.melt(var_name="term", value_name="rate", ignore_index=False).to_csv(out / "rates.csv")
plt.rcParams["font.sans-serif"] = ["SimHei", "Noto Sans CJK SC", "DejaVu Sans"]
rates.plot(xticks=rates.index)
plt.savefig(out / "rates.png")
print(len(table), matrix.sum(), table["han"].sum())
