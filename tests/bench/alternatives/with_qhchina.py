"""qhchina: its loading, its segmenter on jieba, its comparison of corpora. The year is read from the
file name."""

import re
import sys
from collections import Counter
from pathlib import Path

import pandas as pd
from common import TERMS, write_rates
from qhchina.analytics.stylometry import compare_corpora
from qhchina.helpers.texts import load_texts
from qhchina.preprocessing import create_segmenter

HAN = re.compile("[\u3400-\u4dbf\u4e00-\u9fff]")

folder, out = map(Path, sys.argv[1:])
names = sorted(map(str, folder.glob("*.txt")))
years = [int(re.search(r"20\d\d", Path(name).name)[0]) for name in names]
texts = load_texts(names)
segmenter = create_segmenter(backend="jieba")
documents = [[word for word in segmenter.segment(text) if word.isalpha()] for text in texts]

later = [words for words, year in zip(documents, years, strict=True) if year in (2023, 2024)]
earlier = [words for words, year in zip(documents, years, strict=True) if year in (2020, 2021)]
keyness = compare_corpora(later, earlier, method="log_likelihood", sort_by="statistic")
keyness = keyness[(keyness["rel_ratio"] > 1) & (keyness["word"].str.len() > 1)]
keyness = keyness[["word", "statistic"]].set_axis(["word", "g2"], axis=1).head(100)
keyness.to_csv(out / "keyness.csv", index=False)

mentions = pd.DataFrame({term: [text.count(term) for text in texts] for term in TERMS})
han = pd.Series([len(HAN.findall(text)) for text in texts])
write_rates(out, mentions, han, years)
counts = [Counter(words) for words in documents]
print(len(texts), sum(count.total() for count in counts), han.sum())
