"""The loop of tutorials: jieba, Counter, matplotlib. The year is read from the file name."""

import csv
import math
import re
import sys
from collections import Counter
from pathlib import Path

import jieba
import matplotlib.pyplot as plt

TERMS = ["高质量发展", "营商环境", "数字经济", "数字政府", "放管服", "新质生产力"]
HAN = re.compile("[\u3400-\u4dbf\u4e00-\u9fff]")

folder, out = map(Path, sys.argv[1:])
documents = []  # year, words with counts, Han characters, mentions of the terms
for path in sorted(folder.glob("*.txt")):
    text = path.read_text(encoding="utf-8")
    year = int(re.search(r"20\d\d", path.name)[0])
    words = Counter(jieba.lcut(text))
    documents.append((year, words, len(HAN.findall(text)), [text.count(term) for term in TERMS]))

by_year = {year: Counter() for year, *_ in documents}
for year, words, *_ in documents:
    by_year[year].update(words)
later = by_year[2023] + by_year[2024]
earlier = by_year[2020] + by_year[2021]
later = {word: n for word, n in later.items() if word.isalpha()}
earlier = {word: n for word, n in earlier.items() if word.isalpha()}
size_a, size_b = sum(later.values()), sum(earlier.values())


def log_likelihood(n_a, n_b):
    """Give G2 over four cells (Dunning 1993)."""
    share = (n_a + n_b) / (size_a + size_b)
    cells = [
        (n_a, size_a * share), (size_a - n_a, size_a * (1 - share)),
        (n_b, size_b * share), (size_b - n_b, size_b * (1 - share)),
    ]  # fmt: skip
    return 2 * sum(n * math.log(n / expected) for n, expected in cells if n)


keyness = [
    (word, log_likelihood(n, earlier.get(word, 0)))
    for word, n in later.items()
    if len(word) > 1 and n / size_a > earlier.get(word, 0) / size_b
]
keyness.sort(key=lambda row: -row[1])
with open(out / "keyness.csv", "w", encoding="utf-8", newline="") as file:
    csv.writer(file).writerows([("word", "g2"), *keyness[:100]])

rates = {}
for year in sorted(by_year):
    of_year = [(han, mentions) for y, _, han, mentions in documents if y == year]
    size = sum(han for han, _ in of_year)
    for i, term in enumerate(TERMS):
        rates[year, term] = 1000 * sum(mentions[i] for _, mentions in of_year) / size
with open(out / "rates.csv", "w", encoding="utf-8", newline="") as file:
    csv.writer(file).writerows([("year", "term", "rate"), *((*k, v) for k, v in rates.items())])

plt.rcParams["font.sans-serif"] = ["SimHei", "Noto Sans CJK SC", "DejaVu Sans"]
for term in TERMS:
    plt.plot(sorted(by_year), [rates[year, term] for year in sorted(by_year)], label=term)
plt.xticks(sorted(by_year))
plt.legend()
plt.savefig(out / "rates.png")
tokens = sum(n for words in by_year.values() for word, n in words.items() if word.isalpha())
print(len(documents), tokens, sum(han for _, _, han, _ in documents))
