"""Reuse of wording. Texts are invented; only ids, counts and years of real reports appear."""

import numpy as np
import pandas as pd
import pytest
from conftest import texts
from hypothesis import given
from hypothesis import strategies as st

from toolkit import build, reuse, shingles, uncertainty
from toolkit.lexicon import as_codes, is_han
from toolkit.reuse import (
    add_relation,
    compare,
    copied_shares,
    find_reuse,
    nearest,
    passages,
    previous,
    reused,
    shared_text,
)


def tables(texts_by_report, **facts):
    """Clauses of invented reports {report_id: [clause, ...]}, and what is known of the reports."""
    rows = [
        (report, i, text) for report, held in texts_by_report.items() for i, text in enumerate(held)
    ]
    clauses = pd.DataFrame(rows, columns=["report_id", "clause", "text"])
    reports = pd.DataFrame({"report_id": list(texts_by_report)}).assign(**facts)
    return clauses.astype({"report_id": "category", "clause": "int32", "text": object}), reports


def pair(table, a, b):
    return table[(table["report_id"] == a) & (table["other_id"] == b)].iloc[0]


def shared_by_hand(one, other):
    """What two lists of clauses share, with Python sets: shingles, their number in each, cover."""
    han = ["".join(c for c in "".join(t) if is_han(as_codes(c))[0]) for t in (one, other)]
    a, b = ([text[i : i + 8] for i in range(len(text) - 7)] for text in han)
    covered = {at for i, shingle in enumerate(a) if shingle in set(b) for at in range(i, i + 8)}
    return len(set(a) & set(b)), len(set(a)), len(set(b)), len(covered)


# ten characters of two alphabets: 甲 to 癸 and 子 to 酉
TEN, OTHER_TEN = "甲乙丙丁戊己庚辛壬癸", "子丑寅卯辰巳午未申酉"


def test_containment_by_hand():
    clauses, reports = tables({
        "长": [TEN + OTHER_TEN],  # 20 characters, 13 shingles
        "短": ["云" + TEN[:5] + "，2021" + TEN[5:]],  # 11 characters, 4 shingles, of which 3 shared
        "无": ["云溪市"],  # too short for a shingle
        "空": [],
    })  # fmt: skip
    table = find_reuse(clauses, reports)
    assert len(table) == 4 * 3
    columns = ["shared", "containment", "shared_han", "n_han"]
    assert pair(table, "长", "短")[columns].tolist() == [3, 3 / 4, 10, 20]
    assert pair(table, "短", "长")[columns].tolist() == [3, 3 / 4, 10, 11]
    assert np.isnan(pair(table, "长", "无")["containment"])
    assert np.isnan(pair(table, "空", "无")["containment"])
    kept = find_reuse(clauses, reports, floor=0.75)
    assert kept["report_id"].tolist() == ["短", "长"]
    assert find_reuse(clauses, reports, floor=0.76).empty


def test_wording_runs_across_clauses_but_not_across_what_was_left_out():
    clauses, reports = tables({"一": [TEN[:4] + "。", TEN[4:] + "。"], "二": [TEN]})
    assert find_reuse(clauses, reports)["shared"].tolist() == [3, 3]
    clauses, reports = tables({"一": [TEN[:4], "云溪", TEN[4:]], "二": [TEN]})
    without = clauses[clauses["clause"] != 1]
    assert find_reuse(without, reports)["shared"].tolist() == [0, 0]


letters = st.text("甲乙，1", max_size=40)


@given(st.lists(letters, max_size=3), st.lists(letters, max_size=3), letters)
def test_it_counts_as_sets_do(one, other, more):
    clauses, reports = tables({"一": one, "二": other, "三": [*one, more], "四": one})
    table = find_reuse(clauses, reports)
    shared, size, other_size, covered = shared_by_hand(one, other)
    found, turned = pair(table, "一", "二"), pair(table, "二", "一")
    assert (found["shared"], found["shared_han"]) == (shared, covered)
    smaller = min(size, other_size)
    expected = shared / smaller if smaller else np.nan
    assert [found["containment"], turned["containment"]] == pytest.approx(
        [expected] * 2, nan_ok=True
    )
    assert pair(table, "三", "二")["shared"] >= shared  # adding text never lowers it
    assert pair(table, "一", "四")["containment"] == (
        1 if size else pytest.approx(np.nan, nan_ok=True)
    )

    cover = set()
    for _, row in (passages(clauses, "一", "二") if one and other else clauses[:0]).iterrows():
        whole = "".join(one[row["clause"] :])
        assert whole[row["start"] :].startswith(row["text"])
        assert "".join(other[row["other_clause"] :])[row["other_start"] :].startswith(
            row["other_text"]
        )
        han = [[c for c in text if c in "甲乙"] for text in row[["text", "other_text"]]]
        assert han[0] == han[1]
        assert len(han[0]) == row["n_han"] >= 8
        before = "".join([*one[: row["clause"]], one[row["clause"]][: row["start"]]])
        first = sum(c in "甲乙" for c in before)
        cover |= set(range(first, first + row["n_han"]))
    assert len(cover) == covered


def test_the_order_of_rows_changes_nothing():
    clauses, reports = tables({"一": [TEN, OTHER_TEN], "二": [OTHER_TEN, TEN], "三": [TEN[2:]]})
    table = find_reuse(clauses, reports)
    turned = find_reuse(clauses[::-1], reports[::-1])
    pd.testing.assert_frame_equal(table, turned)
    assert table["report_id"].astype(str).is_monotonic_increasing


def test_a_passage_is_shown_as_each_report_writes_it():
    clauses, _ = tables({
        "一": ["云溪市：", TEN[:5] + "2020年，" + TEN[5:] + "。", "松月。"],
        "二": [OTHER_TEN, TEN[:5] + "2021年" + TEN[5:] + "！松月"],
    })  # fmt: skip
    row = passages(clauses, "一", "二").iloc[0]
    assert row[["clause", "start", "other_clause", "other_start", "n_han"]].tolist() == [
        1,
        0,
        1,
        0,
        13,
    ]
    assert row["text"] == TEN[:5] + "2020年，" + TEN[5:] + "。松月"
    assert row["other_text"] == TEN[:5] + "2021年" + TEN[5:] + "！松月"
    clauses, _ = tables({"一": [TEN], "二": [OTHER_TEN], "三": ["云溪"]})
    assert passages(clauses, "一", "二").empty
    assert passages(clauses, "三", "二").empty


FACTS = pd.DataFrame(
    [
        ("国一", "国务院", "national", "", "", 2020, "2020-05-22"),
        ("省一", "沧澜省", "provincial", "", "沧澜省", 2020, "2020-01-10"),
        ("省二", "沧澜省", "provincial", "", "沧澜省", 2021, ""),
        ("云一", "云溪市", "prefectural", "云溪市", "沧澜省", 2020, ""),
        ("云二", "云溪市", "prefectural", "云溪市", "沧澜省", 2021, "2021-02-01"),
        ("云三", "云溪市", "prefectural", "云溪市", "沧澜省", 2021, "2021-10-20"),
        ("云四", "云溪市", "prefectural", "云溪市", "沧澜省", 2022, "2021-10-20"),
        ("星一", "星渡市", "prefectural", "星渡市", "沧澜省", 2021, "2021-01-15"),
        ("某", "", "", "", "", None, ""),
    ],
    columns=["report_id", "place", "level", "city", "province", "year", "date"],
).astype({"year": "Int64"})  # fmt: skip


def every_pair(containment):
    """All ordered pairs of FACTS, of the containment given for some and 0.1 for the others."""
    ids = FACTS["report_id"]
    rows = [(a, b, containment.get((a, b), 0.1)) for a in ids for b in ids if a != b]
    return pd.DataFrame(rows, columns=["report_id", "other_id", "containment"])


def test_who_may_have_copied_from_whom():
    related = add_relation(every_pair({}), FACTS).set_index(["report_id", "other_id"])
    relations = related[["relation", "order"]].astype(str).apply(tuple, axis=1)
    assert relations["省一", "国一"] == ("above", "later")  # provinces met before the State Council
    assert relations["省二", "国一"] == ("above", "earlier")  # by year: a day is missing
    assert relations["国一", "云二"] == ("below", "later")
    assert relations["云二", "省二"] == ("above", "unknown")
    assert relations["云四", "云三"] == ("own", "same day")
    assert relations["星一", "云二"] == ("elsewhere", "later")
    assert relations["某", "星一"] == ("unknown", "unknown")
    related = related.reset_index()
    last = previous(related).set_index("report_id")["other_id"].to_dict()
    assert last == {"云二": "云一", "云三": "云二", "云四": "云二", "省二": "省一"}


def test_the_nearest_is_earlier_and_ties_go_by_id():
    containment = {("星一", "云二"): 0.9, ("云三", "星一"): 0.2, ("云三", "省一"): 0.3}
    related = add_relation(every_pair(containment), FACTS)
    elsewhere = nearest(related).set_index("report_id")["other_id"].to_dict()
    assert elsewhere == {"云二": "星一", "云三": "星一", "云四": "星一", "星一": "云一"}
    above = nearest(related, "above").set_index("report_id")["other_id"].to_dict()
    assert above == {"云二": "国一", "云三": "省一", "云四": "国一", "星一": "国一", "省二": "国一"}
    with pytest.raises(ValueError, match="elsewhere"):
        nearest(related, "neighbour")


def test_clauses_show_what_stands_in_earlier_reports():
    place = ["云溪市", "云溪市", "星渡市", "云溪市"]
    clauses, reports = tables(
        {
            "云一": [TEN + "。", OTHER_TEN],
            "云二": ["松月" + TEN[:8] + "。", "鹭洲鹭洲鹭洲鹭洲"],
            "星二": [OTHER_TEN[:9], "鹭洲鹭洲鹭洲鹭洲"],
            "云三": ["鹭洲鹭洲鹭洲鹭洲"],
        },
        place=place, level="prefectural", city=place, province="沧澜省",
        year=[2020, 2021, 2021, 2022], date=["2020-01-01", "2021-01-01", "2021-01-01", ""],
    )  # fmt: skip
    table = reused(clauses[::-1], reports)[::-1]
    assert table.index.tolist() == clauses.index.tolist()
    own, anywhere = table["from_own"], table["from_any"]
    assert own.fillna(-1).tolist() == [-1, -1, 8, 0, -1, -1, 8]  # 星二 has none before it
    assert anywhere.fillna(-1).tolist() == [-1, -1, 8, 0, 9, 0, 8]  # 云二 was on the same day
    copied = (own >= table["n_han"] / 2).fillna(False)
    assert clauses[~copied]["clause"].tolist() == [0, 1, 1, 0, 1]


def invented(seed, reports=12):
    """Reports that share much, of four places, some without a day or a year."""
    rng = np.random.default_rng(seed)
    draw = lambda: "".join(rng.choice(["甲乙丙丁", "戊己，", "庚辛壬癸子", "丑寅。"], 6))  # noqa: E731
    days = rng.choice(["", "2020-01-01", "2021-03-01", "2022-02-02"], reports)
    place = rng.choice(["云溪市", "星渡市", "沧澜省", ""], reports)
    return tables(
        {f"{i:02}": [draw() for _ in range(rng.integers(5))] for i in rng.permutation(reports)},
        place=place, level="prefectural", city=place, province="沧澜省", date=days,
        year=pd.array(rng.choice([2020, 2021, 2022, None], reports), dtype="Int64"),
    )  # fmt: skip


@pytest.mark.parametrize("seed", range(8))
def test_what_is_earlier_is_counted_as_pair_by_pair(seed):
    clauses, reports = invented(seed)
    ids = sorted(reports["report_id"])
    every = pd.MultiIndex.from_product([ids, ids], names=["report_id", "other_id"])
    related = add_relation(every.to_frame(index=False), reports)
    sources = {"from_any": related[related["order"] == "earlier"], "from_own": previous(related)}
    text = {  # the Han characters of each clause
        report: ["".join(c for c in one if is_han(as_codes(c))[0]) for one in held["text"]]
        for report, held in clauses.groupby("report_id", observed=True)
    }
    windows = {
        report: [whole[i : i + 8] for i in range(len(whole) - 7)]
        for report, whole in ((report, "".join(held)) for report, held in text.items())
    }
    found = reused(clauses, reports)
    for column, pairs in sources.items():
        for report, clause, n in found[["report_id", "clause", column]].itertuples(index=False):
            others = pairs.loc[pairs["report_id"] == report, "other_id"]
            known = {window for other in others for window in windows.get(other, [])}
            at = [i for i, window in enumerate(windows[report]) if window in known]
            begin = len("".join(text[report][:clause]))
            here = range(begin, begin + len(text[report][clause]))
            expected = len({i + k for i in at for k in range(8)} & set(here))
            assert pd.isna(n) if others.empty else n == expected


def joined(found):
    pairs, within = found
    return pd.concat(pairs, ignore_index=True), within


def test_how_the_stream_is_cut_and_ordered_changes_nothing(monkeypatch, tmp_path):
    clauses, reports = invented(3)
    clauses = clauses[clauses["clause"] != 2]  # one left out
    ids, rows, han, begins, bounds = shingles.stream(clauses, reports)
    facts = reports.set_index("report_id", drop=False).loc[ids]
    pairs, within = joined(compare(han, begins, bounds, facts, 0))
    assert pairs["shared"].gt(0).any() and within["from_any"].gt(0).any()

    for name, size in (("_PART", 40), ("_PIECE", 9), ("_CLAUSES", 2)):
        monkeypatch.setattr(shingles, name, size)
    monkeypatch.setattr(reuse, "_ROWS", 5)
    turned = range(len(ids) - 1, -1, -1)
    np.concatenate([han[bounds[i] : bounds[i + 1]] for i in turned]).tofile(tmp_path / "stream")
    there = np.cumsum([0, *(bounds[i + 1] - bounds[i] for i in turned)])
    of = [(begins >= bounds[i]) & (begins < bounds[i + 1]) for i in turned]
    moved = [begins[o] - bounds[i] + to for o, i, to in zip(of, turned, there, strict=False)]
    with open(tmp_path / "stream", "rb") as file:
        found = compare(shingles.Stream(file), np.concatenate(moved), there, facts[::-1], 0)
        again, inside = joined(found)
    pd.testing.assert_frame_equal(again, pairs)
    order = np.concatenate([np.flatnonzero(o) for o in of])
    pd.testing.assert_frame_equal(inside, within.iloc[order].reset_index(drop=True))


def copies(reports):
    """Pages of which each takes a growing part of the one before."""
    pages = np.random.default_rng(1).integers(0x4E00, 0x9FFF, (reports, 3000))
    for i in range(1, reports):
        pages[i, : 50 * i] = pages[i - 1, -50 * i :]
    return tables({f"{i:02}": ["".join(map(chr, page))] for i, page in enumerate(pages)})


def test_the_search_finds_what_comparing_all_finds(monkeypatch):
    clauses, reports = copies(40)
    every = find_reuse(clauses, reports, floor=0.1)
    assert len(every) > 60
    monkeypatch.setattr(reuse, "EVERY_PAIR", 10)
    for rows in (64, 7):
        monkeypatch.setattr(shingles, "_ROWS", rows)
        pd.testing.assert_frame_equal(find_reuse(clauses, reports, floor=0.1), every)
    assert find_reuse(clauses, reports, floor=1).empty
    with pytest.raises(ValueError, match="780 pairs.*floor"):
        find_reuse(clauses, reports)


def test_the_search_keeps_the_nearest_of_each_report_and_ties_go_by_id(monkeypatch):
    clauses, reports = copies(12)
    last = clauses[clauses["report_id"] == "11"]
    clauses = pd.concat([clauses, *(last.assign(report_id=name) for name in ("13", "12"))])
    reports = pd.DataFrame({"report_id": [*reports["report_id"], "13", "12"]})
    monkeypatch.setattr(reuse, "EVERY_PAIR", 10)
    monkeypatch.setattr(shingles, "NEAREST", 1)
    table = find_reuse(clauses, reports, floor=0.1).set_index("report_id")["other_id"]
    assert table.index.is_unique
    assert table[["11", "12", "13"]].tolist() == ["12", "11", "11"]


def test_a_phrase_of_all_calls_for_neighbours_only(monkeypatch):
    page = "".join(map(chr, range(0x4E00, 0x4E00 + 1000)))
    clauses, reports = tables({str(i): [page] for i in range(8)})
    monkeypatch.setattr(reuse, "EVERY_PAIR", 5)
    monkeypatch.setattr(shingles, "_CROWD", 4)
    table = find_reuse(clauses, reports, floor=0.5)
    assert (table["containment"] == 1).all()
    assert table.groupby("report_id", observed=True)["other_id"].agg("".join).tolist() == [
        "123", "023", "013", "012", "567", "467", "457", "456",
    ]  # fmt: skip


def test_it_refuses_what_it_cannot_compare():
    clauses, reports = tables({"一": [TEN], "二": [TEN]})
    for function in (find_reuse, reused):
        with pytest.raises(ValueError, match="have no text"):
            function(clauses.drop(columns="text"), reports)
    with pytest.raises(ValueError, match="not 30"):
        find_reuse(clauses, reports, floor=30)
    with pytest.raises(ValueError, match="no report '三'"):
        passages(clauses, "一", "三")
    with pytest.raises(ValueError, match="no report .某."):
        add_relation(every_pair({}), FACTS[:-1])


@pytest.fixture(scope="module")
def read():
    return build(texts("work-reports"))


def test_the_panel(read):
    table = find_reuse(read.clauses, read.reports)
    assert len(table) == 417 * 416
    lanzhou = pair(table, "主要城市_兰州市_2021", "主要城市_兰州市_2022")
    assert lanzhou["containment"] > 0.99  # one speech under two years
    assert (table["containment"] > 0.15).sum() == 2  # and no other such pair, either way
    related = add_relation(table, read.reports)
    own = previous(related)
    assert own["report_id"].nunique() == len(own) == 334
    share = own.assign(n=own["shared_han"], term="stands in the report before")
    rates = uncertainty.pool_rates(share, by="year").set_index("year")
    assert rates["rate"].round().astype(int).to_dict() == {
        2021: 145,
        2022: 158,
        2023: 158,
        2024: 165,
    }
    same = related[
        (related["year"] == related["other_year"]) & (related["relation"] == "elsewhere")
    ]
    assert own["containment"].median() > 2 * same["containment"].median()
    copied = reused(read.clauses, read.reports)
    by_report = copied.groupby("report_id", observed=True)["from_own"].sum(min_count=1).dropna()
    assert by_report.to_dict() == own.set_index("report_id")["shared_han"].to_dict()


def test_shares_of_text_are_summed_over_pairs_and_by_source():
    related = pd.DataFrame({
        "place": ["云溪市"] * 3, "year": [2021] * 3, "relation": pd.Categorical(["own", "elsewhere", "elsewhere"]),
        "shared_han": np.array([30, 10, 0], dtype="int32"), "n_han": np.array([100] * 3, dtype="int32"),
    })  # fmt: skip
    table = shared_text(related).set_index("relation")
    assert table.loc["own", ["pairs", "n", "n_han", "rate"]].tolist() == [1, 30, 100, 300.0]
    assert table.loc["elsewhere", ["pairs", "n", "n_han", "rate"]].tolist() == [2, 10, 200, 50.0]
    many = pd.concat([related] * 30_000)  # sums of a large collection do not run over
    assert shared_text(many.assign(shared_han=np.int32(100)))["rate"].tolist() == [1000.0, 1000.0]

    clauses = pd.DataFrame({
        "report_id": ["甲", "甲", "乙"], "role": ["plan", "intro", "plan"], "n_han": [10, 5, 20],
        "from_own": pd.array([4, 5, None], dtype="Int32"), "from_any": pd.array([6, 5, 10], dtype="Int32"),
    })  # fmt: skip
    reports = pd.DataFrame(
        {"report_id": ["甲", "乙"], "place": ["云溪市", "星渡市"], "year": [2021, 2020]}
    )
    shares = copied_shares(clauses, reports, by="role").set_index(["role", "source"])
    assert shares.loc[("plan", "own"), ["n", "reports", "n_han", "rate"]].tolist() == [
        4,
        1,
        10,
        400,
    ]
    assert shares.loc[("plan", "any"), ["n", "reports", "n_han"]].tolist() == [16, 2, 30]
    with pytest.raises(ValueError, match="no column 'city'|there is no column"):
        copied_shares(clauses, reports, by="city")


def test_the_shipped_tables_say_what_the_texts_say(panel):
    """Lanzhou's one speech under two years, and the panel's copying: a sixth from the year before."""
    twice = panel.reuse[panel.reuse["containment"] > 0.9]
    assert set(twice["report_id"]) == {"主要城市_兰州市_2021", "主要城市_兰州市_2022"}
    assert len(panel.reuse) == 417 * 416
    shares = copied_shares(panel.clauses, panel.reports, by="year")
    own = shares[shares["source"] == "own"].set_index("year")["rate"]
    assert list(own.index) == [2021, 2022, 2023, 2024]  # the first year has none before it
    assert own.between(140, 170).all()
