"""Fictional panels with known truth: counts, and readable reports of places that do not exist.

What the statistics say of them can be held against what was put in.
"""

from itertools import count, groupby, islice, product
from pathlib import Path

import numpy as np
import pandas as pd

from .formats import write_csv
from .lexicon import as_codes, is_han

NOTE = "Fictional: text, places and figures are invented."
TERMS = pd.DataFrame(
    [
        ("营商环境", 3.0, 1.0, 1.5, None, 1.0),
        ("放管服", 2.5, 0.7, 1.0, None, 1.0),
        ("一网通办", 1.5, 1.0, 1.0, 2020, 0.5),
        ("数据要素", 0.8, 1.4, 1.0, 2021, 0.4),
        ("高效办成一件事", 2.0, 1.0, 1.0, 2023, 0.6),
    ],
    columns=["term", "rate", "ratio", "provincial", "since", "uptake"],
)
_SENTENCE = 25  # Han characters
_ROWS = 50_000  # of a table, written at a time
_HEADS = "一二三四五六七八九十"

_PAST = "开春 入夏 秋收后 年初 腊月里 上半年 雨季前 霜降后 清明前 立冬时 中秋前 谷雨后".split()
_NEXT = "春后 汛期前 年内 秋后 入冬前 下半年 麦收后 端午前 三伏里 惊蛰后 重阳前 小满前".split()
_WHERE = """松林巷 石板街 渡口村 鹭滩 老米市 柳荫里 钟楼下 织坊弄 半山腰 桑园边 南塘埂 古槐坡 灯笼街 竹篱坊 盐仓桥 风车岗
 白沙湾 枫叶岭 井台边 船坞旁 书院后 茶亭口 梨花坳 碾子沟""".split()
_WHO = """河务队 园林组 渡口船工 街坊议事会 图书管理员 护林人 水文站 茶农社 修桥匠人 社区医生 放映队 校车队 邮路班
 码头工友 气象员 织造坊 果园社 海塘巡护队 老木匠 养蜂人 花匠们 打更人 采茶姑娘 摆渡人""".split()
_ACTS = """修通/公里/小路 新栽/棵/香樟 翻修/座/石桥 加开/班/早车 添置/册/图书 清淤/公里/水渠 改好/间/灶房 辟出/处/花园
 加装/部/电梯 办起/场/夜校 救护/只/候鸟 整修/亩/茶园 淘净/口/古井 安放/张/长椅 接通/户/山泉 描新/面/壁画 扎好/艘/木筏
 收割/亩/晚稻 点亮/盏/路灯 砌成/段/矮墙 种下/株/牡丹 刷新/面/影壁 编成/只/竹篮 放养/万尾/鱼苗""".split()
_ACTS = [act.split("/") for act in _ACTS]
_NUMBERS = range(2, 900)
_HELPED = "出力 操办 经手 照看 帮衬 守着 动手 领路 管账 掌灯 撑船 跑腿".split()
_SAY = "写进告示 讲给街坊听 排进日程 挂到墙上 编进画册 记进账簿 贴在门口 念给船工听".split()
_ENDS = """出门少绕路 放学有去处 歇脚不用愁 浇地不等水 夜路看得清 赶集不必早 雨天不湿鞋 歌声过河面 灶火整天旺 渔船回港稳 花香跟一路
 鸟儿又筑巢 见面有话说 远客愿久住 米价一直平 门前有笑声 病人少走路 船票好买了 屋檐不漏雨 茶客坐满院 稻香进了城 月下能下棋
 马车走新道 炊烟准时升""".split()
_LACK = """的小路还不够平 的路灯还不够亮 的图书还不够多 的水渠存在堵塞 的夜校缺少先生 的早车还不够准 的长椅还不够用
 的矮墙存在裂缝""".split()


def simulate_counts(
    terms=TERMS, *, places=30, years=5, n_han=15000, between=0.5, spread=0.3, missing=0.0, seed=0
):
    """Draw counts of terms in a panel of fictional places whose truth is known.

    One row per term in: term; rate, mentions per 1,000 Han characters of a city in 2020; ratio,
    its factor from year to year; provincial, that of provinces over cities; since, the first year
    in which any place uses it (missing: all do, always); uptake, the chance of a place to take it
    up in each year from then on. One row per place x year x term out, as `count_terms` gives:
    place, level (one place in four is provincial), province, year, term, n, n_title, with_term,
    reports, n_han, rate; and the truth behind them: expected, the mean of n given the place; adopted,
    the year the place takes the term up (missing: not in these years, or used always).

    places, years: how many; years start in 2020. n_han: the median length of a report, which
    varies by a quarter. Places differ by a lognormal factor of mean 1 and log standard deviation
    `between`; the reports of a place scatter about their mean as gamma-Poisson (negative binomial)
    counts whose rates have variance `spread`, 0 for Poisson. In the year it is taken up a term is
    used at least once. `missing` is the chance that a report is not there. The same seed gives the
    same panel; a term's counts do not depend on which other terms are drawn beside it.

    Raises ValueError for a panel without places or years, and chances or variances that cannot be.
    """
    for name, value, least, most in (
        ("places", places, 1, np.inf), ("years", years, 1, np.inf), ("n_han", n_han, 1, np.inf),
        ("between", between, 0, np.inf), ("spread", spread, 0, np.inf), ("missing", missing, 0, 1),
    ):  # fmt: skip
        if not least <= value <= most:
            raise ValueError(f"{name} is {value}; it lies between {least} and {most}.")
    cells = _cells(np.random.default_rng(seed), places, years, n_han, missing)
    tables = [
        _draw(np.random.default_rng([seed, *map(ord, row.term)]), cells, row, between, spread)
        for row in terms.itertuples()
    ]
    table = pd.concat(tables, keys=range(len(tables)), names=["at", "cell"])
    table = table.sort_values(["cell", "at"]).reset_index(drop=True)
    return table.astype({"term": pd.CategoricalDtype(list(terms["term"])), "adopted": "Int64"})


def _cells(rng, places, years, n_han, missing):
    """Give the reports that are there: place, level, province, year and length."""
    provinces = -(-places // 4)
    names = [
        name + ("省" if i < provinces else "市") for i, name in enumerate(islice(_names(), places))
    ]
    table = pd.DataFrame({"place": names})
    table["level"] = np.where(table.index < provinces, "provincial", "prefectural")
    table["province"] = [names[i % provinces] for i in table.index]
    table = table.loc[table.index.repeat(years)].reset_index(names="at")
    table["year"] = np.tile(2020 + np.arange(years), places)
    table["n_han"] = (n_han * rng.lognormal(0, 0.25, len(table))).round().astype(int)
    return table[rng.random(len(table)) >= missing].reset_index(drop=True)


def _names():
    """Give names that no division bears, without end."""
    first, last = "岚霁霭沅澹漪筠菁蕴芷葭翎鹂鸢鸾汐渌霏昀翊", "渚浦岫岑坞墟埠峤溆汀"
    for length in count(1):
        for end, *letters in product(last, *[first] * length):
            yield "".join(letters) + end


def _draw(rng, cells, row, between, spread):
    """Draw the counts of one term in every report, and the year each place takes it up."""
    year, at = cells["year"].to_numpy(), cells["at"].to_numpy()
    places = at.max() + 1
    effect = rng.lognormal(-(between**2) / 2, between, places)
    waited = rng.geometric(row.uptake, places)
    adopted = np.full(places, -np.inf) if pd.isna(row.since) else row.since + waited - 1.0
    rate = row.rate * row.ratio ** (year - 2020.0) * effect[at]
    rate = rate * np.where(cells["level"] == "provincial", row.provincial, 1.0)
    expected = np.where(year >= adopted[at], rate * cells["n_han"] / 1000, 0.0)
    scatter = rng.gamma(1 / spread, spread, len(cells)) if spread else 1.0
    n = np.fmax(rng.poisson(expected * scatter), year == adopted[at]).astype(int)
    seen = (adopted > 0) & (adopted <= year.max())
    return cells[["place", "level", "province", "year"]].assign(
        term=row.term, n=n, n_title=0, with_term=(n > 0).astype(int), reports=1,
        n_han=cells["n_han"], rate=1000 * n / cells["n_han"], expected=expected,
        adopted=np.where(seen, adopted, np.nan)[at],
    )  # fmt: skip


def simulate_reports(folder, terms=TERMS, *, copied=0.15, shortcomings=0.04, **panel):
    """Write the reports of a fictional panel, to be read like any others, and what is true of them.

    Draws a panel as `simulate_counts` does (`panel`: its places, years, n_han, between, spread,
    missing, seed) and writes into `folder`: reports/, a text file per report with a manifest.csv
    of place, level, province and year, as the places stand in no table of divisions; and the truth.
    truth-reports.csv has one row per report: file, place, level, province, year; n_han, its Han
    characters; intro, achievement, problem, plan, those of each role; claims, numbers with a unit;
    copied, Han characters of sentences taken word for word from the place's last report.
    truth-terms.csv has one row per report x term: file, place, level, year, term, n, adopted. Gives
    these two tables. Each file says that it is fictional.

    `copied` and `shortcomings` are shares of a report's sentences: taken from the last one, and
    admitting something. n is exact: each mention is a sentence of its own, and no other holds a
    term of the lexicon. The same seed gives the same bytes.
    """
    folder = Path(folder)
    (folder / "reports").mkdir(parents=True, exist_ok=True)
    counts = simulate_counts(terms, **panel)
    counts.insert(0, "file", counts["place"] + "-" + counts["year"].astype(str))
    cells = counts.iloc[:: len(terms), :5].assign(length=counts["n_han"]).reset_index(drop=True)
    by_term = counts[["file", "place", "level", "year", "term", "n", "adopted"]]
    n = counts["n"].to_numpy().reshape(len(cells), len(terms))
    names, rows = terms["term"].astype(str).to_numpy(), []
    every = groupby(zip(cells.itertuples(), n, strict=True), lambda cell: cell[0].place)
    for at, (_, own) in enumerate(every):
        rng = np.random.default_rng([panel.get("seed", 0), at])
        last = {"achievement": [], "plan": []}
        for of, times in own:
            said = np.repeat(names, times)
            parts, taken = _sentences(rng, of.length, said, last, copied, shortcomings)
            lines = _lines(of, parts)
            text = "".join(f"{line}\n" for _, line in lines)
            (folder / "reports" / f"{of.file}.txt").write_text(text, encoding="utf-8", newline="")
            rows.append(_truth(lines, parts, taken))
            last = {role: [text for text, term in parts[role] if not term] for role in last}
    manifest = cells.drop(columns="length")
    reports = pd.concat([manifest, pd.DataFrame(rows)], axis=1)
    _write(manifest, folder / "reports" / "manifest.csv")
    _write(reports, folder / "truth-reports.csv")
    _write(by_term, folder / "truth-terms.csv")
    return reports, by_term


def _write(table, path):
    """Write a table and the note, some rows at a time, as all of them take much memory."""
    for row in range(0, len(table), _ROWS):
        part, add = table[row : row + _ROWS].assign(note=NOTE), row > 0
        write_csv(part, path, mode="a" if add else "w", header=not add)


def _sentences(rng, n_han, mentions, last, copied, shortcomings):
    """Make a report's sentences by role, as (text, is a mention), and give those copied."""
    size = n_han / _SENTENCE
    back = rng.random(len(mentions)) < 0.4
    parts, taken = {}, []
    for role, share, said in (
        ("achievement", 0.38, mentions[back]),
        ("plan", 0.62, mentions[~back]),
    ):
        wanted = max(round(share * size) - len(said), 8)
        old = rng.permutation(last[role])[: rng.binomial(wanted, copied)].tolist()
        every = [(text, False) for text in old + _acts(rng, role, wanted - len(old))]
        every += [(text, True) for text in _mentions(rng, role, said)]
        parts[role] = [every[i] for i in rng.permutation(len(every))]
        taken += old
    lacking = max(2, round(shortcomings * size))
    parts["problem"] = [(where + what, False) for where, what in _pick(rng, lacking, _WHERE, _LACK)]
    return parts, taken


def _pick(rng, times, *lists):
    """Pick one of each of some lists, so many times."""
    at = rng.integers(0, np.tile([len(words) for words in lists], times))
    rows = at.reshape(times, len(lists)).tolist()
    return [[words[i] for words, i in zip(lists, row, strict=True)] for row in rows]


def _acts(rng, role, times):
    """Make sentences on one thing done or to do each, with one number in it."""
    what = (_ACTS, _NUMBERS, _WHERE, _WHO, _ENDS)
    if role == "achievement":
        return [
            f"{when}，{where}{did}了{n}{unit}{what}，{who}{helped}，{end}。"
            for (did, unit, what), n, where, who, end, when, helped in _pick(
                rng, times, *what, _PAST, _HELPED
            )
        ]
    return [
        f"{when}，{where}{did}{n}{unit}{what}，归{who}，{end}。"
        for (did, unit, what), n, where, who, end, when in _pick(rng, times, *what, _NEXT)
    ]


def _mentions(rng, role, terms):
    """Make sentences that use a term each."""
    did, when = ("已", _PAST) if role == "achievement" else ("要", _NEXT)
    picked = _pick(rng, len(terms), _WHO, _SAY, _ENDS, when)
    return [
        f"{when}，{who}{did}把{term}{say}，{end}。"
        for term, (who, say, end, when) in zip(terms, picked, strict=True)
    ]


def _lines(of, parts):
    """Set a report, line by line, each with its role: '' is what is no part of the speech."""
    place, year = of.place, of.year
    admits = f"看到成绩的同时，{place}还存在不少问题：" + "；".join(t for t, _ in parts["problem"])
    return [
        *[("", line) for line in ("---", f"note: {NOTE}", "---")],
        ("", f"{place}{year}年政府工作报告（虚构）"),
        ("intro", "各位代表："),
        ("intro", f"现在报告{place}一年来做了什么，请予审议。"),
        ("achievement", f"一、{year - 1}年工作回顾"),
        *_paragraphs(parts, "achievement"),
        ("problem", f"{admits}。"),
        ("plan", f"二、{year}年工作安排"),
        *_paragraphs(parts, "plan"),
    ]


def _paragraphs(parts, role):
    """Set sentences as numbered paragraphs of at least eight."""
    texts = [text for text, _ in parts[role]]
    step = max(8, -(-len(texts) // len(_HEADS)))
    chunks = ["".join(texts[i : i + step]) for i in range(0, len(texts), step)]
    return [(role, f"（{number}）{chunk}") for number, chunk in zip(_HEADS, chunks, strict=False)]


def _truth(lines, parts, taken):
    """Tell what is true of a report: Han characters in all and by role, claims, what was copied."""
    han = {
        role: _han(line for its, line in lines if its == role)
        for role in ("intro", "achievement", "problem", "plan")
    }
    acts = [text for role in ("achievement", "plan") for text, term in parts[role] if not term]
    return {"n_han": sum(han.values()), **han, "claims": len(acts), "copied": _han(taken)}


def _han(texts):
    return int(is_han(as_codes("".join(texts))).sum())
