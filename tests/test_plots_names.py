import itertools

import matplotlib.pyplot as plt
import pandas as pd
import pytest
from matplotlib.colors import to_hex

import toolkit
from toolkit.style import BLUE, RED


@pytest.fixture(autouse=True)
def house_style():
    toolkit.use_style()
    yield
    plt.close("all")
    toolkit.use_style()


def texts(ax):
    return [t.get_text() for t in ax.texts if t.get_text()]


def presence(**n):
    """Make counts of invented names: name=(kind, uses in 云溪市 2020, 星渡市 2021, 松月区 2021)."""
    reports = [("云溪市", 2020), ("星渡市", 2021), ("松月区", 2021)]
    return pd.DataFrame(
        [
            (place, year, term, kind, count, f"gloss of {term} (an aside)")
            for term, (kind, *counts) in n.items()
            for (place, year), count in zip(reports, counts, strict=True)
        ],
        columns=["place", "year", "term", "kind", "n", "gloss_en"],
    )


def test_presence_draws_names_of_two_reports_and_counts_the_rest():
    counts = presence(
        种树=("slogan", 1, 0, 4), 种花=("slogan", 2, 3, 1), 养鱼=("slogan", 0, 7, 0),
        养鸟=("slogan", 0, 0, 0), 树屋=("platform", 0, 5, 0),
    )  # fmt: skip
    left, right = toolkit.plot_presence(counts).axes
    assert texts(left) == [
        "Slogans", "种花", "gloss of 种花", "2", "3", "1", "种树", "gloss of 种树", "1", "4",
        "1 more in one report only", "1",
    ]  # fmt: skip
    assert texts(right) == ["Platforms", "1 more in one report only", "1"]
    heads = [t.get_text().replace("\n", "") for t in left.get_xticklabels()]
    assert heads == ["云溪市'20", "星渡市'21", "松月区'21"]  # by year, then place
    assert len(left.patches) == 3 * 3 and len(right.patches) == 3
    (alone,) = toolkit.plot_presence(counts[counts["kind"] == "platform"]).axes
    assert texts(alone) == texts(right)


NAIVE = pd.DataFrame(
    [("种树", 9, 20), ("种花", 1, 6), ("养鱼", 5, 5), ("养鸟", 3, 6), ("养蚕", 1, 6)],
    columns=["term", "n", "alone"],
)


def test_the_names_that_lose_most_are_drawn_and_no_two_overprint():
    ax = toolkit.plot_naive(NAIVE, top=4)
    names = {t.get_text().split()[0]: t for t in ax.texts if t.get_ha() == "right"}
    assert set(names) == {"种树", "种花", "养鸟", "养蚕"}  # 养鱼 loses nothing
    assert {t.get_text().strip() for t in ax.texts} >= {"养鸟  6", "3  养鸟", "种树  20", "9  种树"}
    assert {to_hex(t.get_color()) for t in names.values()} == {RED}
    for side in ("left", "right"):
        heights = sorted(t.get_position()[1] for t in ax.texts if t.get_ha() == side)
        assert min(b - a for a, b in itertools.pairwise(heights)) > 0.5
    # Of three that are searched 6 times the one with more longest matches stands above
    assert names["养鸟"].get_position()[1] > names["种花"].get_position()[1]
    assert {
        to_hex(t.get_color()) for t in toolkit.plot_naive(NAIVE.query("term == '养鱼'")).texts
    } == {BLUE}


def test_a_rate_of_one_report_is_printed_but_not_shaded():
    table = pd.DataFrame(
        [
            ("plan", "数字平台", 2.0, 1.0, 4.0, 3, 5, 900), ("plan", "公开透明", 8.0, 5.0, 9.0, 1, 5, 900),
            ("problem", "数字平台", 0.0, 0.0, 3.3, 0, 4, 100), ("problem", "公开透明", 4.0, 1.0, 8.0, 2, 4, 100),
        ],
        columns=["role", "category", "rate", "low", "high", "with_term", "reports", "n_han"],
    )  # fmt: skip
    (ax,) = toolkit.plot_standing(toolkit.add_gloss(table)).axes
    assert [t.get_text().split("\n")[0] for t in ax.get_yticklabels()] == ["公开透明", "数字平台"]
    assert [t.get_text() for t in ax.get_xticklabels()] == [
        "looking ahead\n900",
        "shortcomings\n100",
    ]
    assert texts(ax)[:2] == ["2.0", "1.0–4.0  |  3/5"]
    assert [patch.get_facecolor()[3] for patch in ax.patches] == [1, 0, 0, 1]
