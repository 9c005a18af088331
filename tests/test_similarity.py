import numpy as np
import pandas as pd
import pytest
from conftest import near, tiny
from hypothesis import given
from hypothesis import strategies as st

from toolkit import count_terms, similarity
from toolkit.similarity import (
    add_tf_idf,
    cluster_order,
    collocates,
    compare_pairs,
    correspondence,
)

TERMS = ["种树", "种花", "种草"]


def counts_of(groups, terms=TERMS, n_han=1000):
    """{place: [n of each term]} as count_terms would give it; all places are invented."""
    rows = [
        (place, term, n, n_han if np.isscalar(n_han) else n_han[place])
        for place, counts in groups.items()
        for term, n in zip(terms, counts, strict=True)
    ]
    table = pd.DataFrame(rows, columns=["place", "term", "n", "n_han"])
    return table.assign(term=pd.Categorical(table["term"], terms))


THREE = counts_of({"云溪市": [4, 0, 1], "星渡市": [2, 0, 1], "鹭洲区": [0, 5, 1]})


# ------------------------------------------------------------------ tf-idf


def test_tf_idf_by_hand():
    table = add_tf_idf(THREE).set_index(["place", "term"])
    assert table.loc[("云溪市", "种树"), "tf_idf"] == pytest.approx(4 * np.log(3 / 2))
    assert table.loc[("鹭洲区", "种花"), "tf_idf"] == pytest.approx(5 * np.log(3))
    assert (table["tf_idf"].xs("种草", level="term") == 0).all()  # all use it
    assert len(table) == len(THREE)


def test_published_tf_idf(published):
    case = published["tfidf_wikipedia"]
    docs = {
        f"d{i}": pd.Series(text.split()).value_counts() for i, text in enumerate(case["input"], 1)
    }
    words = sorted(set().union(*(doc.index for doc in docs.values())))
    groups = {name: doc.reindex(words, fill_value=0).tolist() for name, doc in docs.items()}
    counts = counts_of(groups, words, {name: int(doc.sum()) for name, doc in docs.items()})
    table = add_tf_idf(counts).set_index(["term", "place"])["tf_idf"]
    for key, expected in case["expected"].items():
        word, *doc = key.split("@")
        for name in doc or docs:  # theirs: shares and log10; ours: per 1,000 and ln
            near(case, table.loc[(word, name)] / 1000 / np.log(10), expected)


# ------------------------------------------------------------------ pairs and order


def test_pairs_by_hand():
    table = compare_pairs(THREE).set_index(["place", "other"])
    assert len(table) == 3
    row = table.loc[("云溪市", "星渡市")]
    assert row["cosine"] == pytest.approx((4 * 2 + 1) / np.sqrt((16 + 1) * (4 + 1)))
    assert row["cosine_tf_idf"] == pytest.approx(1)  # both: 种树 alone, 种草 weighs nothing
    p, q = np.array([4, 1]) / 5, np.array([2, 1]) / 3
    m = (p + q) / 2
    assert row["divergence"] == pytest.approx(((p * np.log2(p / m) + q * np.log2(q / m)) / 2).sum())
    assert table.loc[("云溪市", "鹭洲区"), "cosine_tf_idf"] == 0


def test_nothing_shared_is_one_bit_apart():
    row = compare_pairs(counts_of({"云溪市": [3, 0, 0], "星渡市": [0, 2, 2]})).iloc[0]
    assert (row["cosine"], row["cosine_tf_idf"]) == (0, 0)
    assert row["divergence"] == pytest.approx(1)


profiles = st.lists(
    st.lists(st.integers(0, 30), min_size=3, max_size=3).filter(any), min_size=2, max_size=6
)


@given(profiles, st.integers(2, 9))
def test_lengths_cancel_and_values_stay_in_bounds(rows, times):
    groups = {f"虚构{i}": row for i, row in enumerate(rows)}
    table = compare_pairs(counts_of(groups))
    longer = {**groups, "虚构0": [times * n for n in rows[0]]}
    again = compare_pairs(
        counts_of(longer, n_han={g: 1000 * (times if g == "虚构0" else 1) for g in groups})
    )
    measured = ["cosine", "cosine_tf_idf", "divergence"]
    values = table[measured].to_numpy()
    np.testing.assert_allclose(values, again[measured].to_numpy(), atol=1e-9)
    assert (values >= -1e-9).all() and (values <= 1 + 1e-9).all()
    order = cluster_order(table)
    assert sorted(order["place"]) == sorted(groups)
    assert order["height"].between(0, 1 + 1e-9).all()


def test_names_of_places_do_not_set_places_apart(invented):
    terms = ["种树", "云溪市", "星渡"]
    groups = {"云溪市": [2, 90, 0], "星渡市": [4, 0, 70]}
    assert compare_pairs(counts_of(groups, terms))["divergence"].iloc[0] == pytest.approx(0)


def test_the_order_of_the_tree_and_its_heights_by_hand():
    pairs = pd.DataFrame(
        [("甲", "乙", 0.04), ("甲", "丙", 0.64), ("乙", "丙", 0.36)],
        columns=["place", "other", "divergence"],
    )
    table = cluster_order(pairs)
    assert table["place"].tolist() in (["甲", "乙", "丙"], ["丙", "乙", "甲"])
    # distances 0.2, 0.8, 0.6: 甲 and 乙 join at 0.2, 丙 joins them at the mean of 0.8 and 0.6
    assert sorted(table["height"]) == pytest.approx([0, 0.2, 0.7])
    with pytest.raises(ValueError, match=r"1 pair\(s\) are missing"):
        cluster_order(pairs.iloc[:2])


def test_two_groups_are_a_tree():
    assert cluster_order(compare_pairs(THREE[THREE["place"] != "鹭洲区"]))["height"].iloc[0] == 0


def test_years_lie_beside_their_neighbours(panel):
    counts = count_terms(panel.hits, panel.clauses, panel.reports)
    years = cluster_order(compare_pairs(counts, by="year"))["year"].tolist()
    assert years in ([2020, 2021, 2022, 2023, 2024], [2024, 2023, 2022, 2021, 2020])


# ------------------------------------------------------------------ correspondence analysis


def test_published_correspondence(published):
    case = published["ca_smoke"]
    expected, columns = case["expected"], ["none", "light", "medium", "heavy"]
    rows = dict(zip(["SM", "JM", "SE", "JE", "SC"], case["input"], strict=True))
    points, axes = correspondence(counts_of(rows, columns))
    near(case, axes["inertia"], expected["principal_inertias"])
    np.testing.assert_allclose(100 * axes["share"], expected["percent"], rtol=0, atol=0.005)
    near(case, axes["inertia"].sum(), expected["total"])
    staff = points[points["kind"] == "place"].set_index("name").loc[list(rows)]
    near(case, staff["mass"], expected["row_mass"])
    near(case, staff["distance"], expected["row_chidist"])
    near(case, staff["inertia"], expected["row_inertia"])
    near(case, staff["dim_1"].abs(), expected["row_principal_dim1_abs"])


@given(profiles.filter(lambda rows: (np.array(rows).sum(axis=0) > 0).sum() > 1))
def test_the_map_keeps_mass_inertia_and_the_middle(rows):
    counts = counts_of({f"虚构{i}": row for i, row in enumerate(rows)})
    shares = np.array(rows) / np.sum(rows, axis=1, keepdims=True)
    if np.allclose(shares, shares[0]):
        with pytest.raises(ValueError, match="all profiles are the same"):
            correspondence(counts)
        return
    points, axes = correspondence(counts)
    assert axes["share"].sum() == pytest.approx(1)
    for kind in ("place", "term"):
        side = points[points["kind"] == kind]
        assert side["mass"].sum() == pytest.approx(1)
        assert side["inertia"].sum() == pytest.approx(axes["inertia"].sum())
        assert (side["mass"] * side["dim_1"]).sum() == pytest.approx(0, abs=1e-9)
        if kind == "place":
            far = (np.sqrt(side["mass"]) * side["dim_1"]).round(9)
            assert far.max() >= -far.min()
        assert (side["mass"] * side["dim_1"] ** 2).sum() == pytest.approx(axes["inertia"].iloc[0])
    assert not points.drop(columns="dim_2", errors="ignore").isna().any(axis=None)


@pytest.mark.parametrize(
    ("groups", "says"),
    [
        ({"云溪市": [1, 2, 3]}, "there is one place"),
        ({"云溪市": [1, 2, 3], "星渡市": [0, 0, 0]}, "'星渡市' uses none of these terms"),
        ({"云溪市": [0, 0, 0], "星渡市": [0, 0, 0]}, "uses none of these terms"),
        ({"云溪市": [1, 0, 0], "星渡市": [2, 0, 0]}, "a map needs two terms"),
        ({"云溪市": [1, 2, 3], "星渡市": [2, 4, 6]}, "all profiles are the same"),
        ({"云溪市": [1, -2, 3], "星渡市": [2, 4, 6]}, "n of '种花' is -2"),
        ({"云溪市": [1, np.nan, 3], "星渡市": [2, 4, 6]}, "n of '种花' is nan"),
    ],
)
def test_what_cannot_be_mapped_is_refused_with_a_reason(groups, says):
    with pytest.raises(ValueError, match=says):
        correspondence(counts_of(groups))


def test_an_unknown_column_is_refused():
    with pytest.raises(ValueError, match="no column 'plaec'. Near it: place"):
        compare_pairs(THREE, by="plaec")


# ------------------------------------------------------------------ collocation


def clauses_of(both, one, other, neither):
    """Make invented clauses: so many with 种树 and 种花, with either, with neither."""
    kinds = {"种树和种花": both, "只种树": one, "只种花": other, "什么也不种": neither}
    texts = [text for text, n in kinds.items() for _ in range(n)]
    half = len(texts) // 2
    clauses, hits, _ = tiny({"甲": texts[:half], "乙": texts[half:]}, {t: t for t in TERMS})
    return hits, clauses


def test_collocates_by_hand():
    hits, clauses = clauses_of(both=3, one=1, other=2, neither=6)
    table = collocates(hits, clauses, "种树")
    assert table["term"].tolist() == ["种花"]  # nobody plants grass beside a tree
    row = table.iloc[0]
    assert row[["n", "n_term", "n_other", "clauses", "reports"]].tolist() == [3, 4, 5, 12, 1]
    assert row["log_ratio"] == pytest.approx(np.log2((3 / 4) / (2 / 8)))
    assert row["log_dice"] == pytest.approx(14 + np.log2(2 * 3 / (4 + 5)))
    cells = np.array([[3, 1], [2, 6]])
    expected = np.outer(cells.sum(axis=1), cells.sum(axis=0)) / 12
    assert row["g2"] == pytest.approx(2 * (cells * np.log(cells / expected)).sum())


def test_terms_that_are_never_apart_have_half_a_clause_for_none():
    hits, clauses = clauses_of(both=3, one=1, other=0, neither=8)
    row = collocates(hits, clauses, "种树").iloc[0]
    assert row["log_ratio"] == pytest.approx(np.log2((3 / 4) / (0.5 / 8)))


def test_a_term_in_a_title_keeps_no_company():
    clauses, hits, _ = tiny(
        {"甲": ["种树和种花", "种树", "《种草》和种树", "无"]}, {t: t for t in TERMS}
    )
    assert hits["in_title"].sum() == 1
    assert collocates(hits, clauses, "种树")["term"].tolist() == ["种花"]


def test_a_collocation_is_as_strong_seen_from_either_term():
    hits, clauses = clauses_of(both=3, one=1, other=2, neither=6)
    there, back = (collocates(hits, clauses, term).iloc[0] for term in ("种树", "种花"))
    for name in ("n", "log_dice", "g2", "p"):
        assert there[name] == pytest.approx(back[name])


def test_published_association(published):
    case = published["assoc_perfect"]
    x, expected = case["input"], case["expected"]
    hits, clauses = clauses_of(both=x["f"], one=0, other=0, neither=x["N"] - x["f"])
    row = collocates(hits, clauses, "种树").iloc[0]
    near(case, row["g2"], expected["G2"])
    near(case, row["log_ratio"], expected["log_ratio_hardie"])
    near(case, 2.0 ** (row["log_dice"] - 14), expected["dice"])
    case = published["dice_deltaP"]
    x = case["input"]["dice"]
    hits, clauses = clauses_of(x["f"], x["f1"] - x["f"], x["f2"] - x["f"], 100)
    row = collocates(hits, clauses, "种树").iloc[0]
    near(case, 2.0 ** (row["log_dice"] - 14), case["expected"]["dice"])


def test_a_term_of_every_clause_or_none_has_no_collocates():
    hits, clauses = clauses_of(both=3, one=1, other=0, neither=0)
    with pytest.raises(ValueError, match="'种树' stands in 4 of 4 clauses"):
        collocates(hits, clauses, "种树")
    with pytest.raises(ValueError, match="'种草' stands in 0 of 4 clauses"):
        collocates(hits, clauses, "种草")
    with pytest.raises(ValueError, match="no term '种菜'"):
        collocates(hits, clauses, "种菜")
    row = collocates(hits, clauses, "种花").iloc[0]  # beside one that is everywhere
    assert (row["g2"], row["p"]) == (pytest.approx(0), pytest.approx(1))
    assert row["log_ratio"] == pytest.approx(0)


def test_fewer_clauses_hold_fewer_pairs(panel):
    every = collocates(panel.hits, panel.clauses, "营商环境")
    assert not every.isna().any(axis=None) and (every["log_dice"] <= 14).all()
    plan = panel.clauses[panel.clauses["role"] == "plan"]
    some = collocates(panel.hits, plan, "营商环境").set_index("term")["n"]
    assert (some <= every.set_index("term")["n"].reindex(some.index)).all()


def test_tables_too_large_to_compare_are_refused(monkeypatch):
    monkeypatch.setattr(similarity, "_GROUPS", 2)
    with pytest.raises(ValueError, match="3 places make 3 pairs; up to 2 places .*one level"):
        compare_pairs(THREE)
    correspondence(THREE)
    monkeypatch.setattr(similarity, "_CELLS", 8)
    for function in (add_tf_idf, compare_pairs, correspondence):
        with pytest.raises(ValueError, match="3 places and 3 terms make .* more than 8 counts"):
            function(THREE)
