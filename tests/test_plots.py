import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest

import toolkit
from toolkit import style


@pytest.fixture(autouse=True)
def house_style():
    toolkit.use_style()
    yield
    plt.close("all")
    toolkit.use_style()


def table(**columns):
    return pd.DataFrame(columns)


RATES = table(
    year=[2020, 2021, 2020, 2021], term=["种树", "种树", "种花", "种花"], rate=[1.0, 2.0, 0.0, 1.0],
    low=[0.5, 1.5, 0.0, 0.5], high=[1.5, 2.5, 0.3, 1.5], gloss_en=["planting"] * 4,
)  # fmt: skip


def test_trends_draw_the_table_and_nothing_else():
    figure = toolkit.plot_trends(RATES)
    shown = [ax for ax in figure.axes if ax.axison]
    assert [ax.get_title(loc="left") for ax in shown] == ["种树", "种花"]
    assert shown[0].lines[0].get_ydata().tolist() == [1.0, 2.0]
    assert [segment[:, 1].tolist() for segment in shown[0].collections[0].get_segments()] == [
        [0.5, 1.5],
        [1.5, 2.5],
    ]
    assert shown[0].get_ylim()[0] == 0


def test_shares_stand_on_one_scale_of_percents():
    shares = RATES.assign(share=RATES["rate"] / 2, low=RATES["low"] / 3, high=RATES["high"] / 2.5)
    figure = toolkit.plot_shares(shares)
    figure.canvas.draw()
    assert {"0%", "50%", "100%"} <= {t.get_text() for t in figure.axes[0].get_yticklabels()}
    assert {ax.get_ylim() for ax in figure.axes} == {(0, 1.02)}


CONTRAST = table(
    term=["甲", "乙", "丙", "丁"], n_a=[20, 0, 9, 1], n_b=[5, 12, 9, 1], log_ratio=[2.0, -np.inf, 0.1, 0.0],
    low=[1.0, -np.inf, -0.8, -1.0], high=[3.0, -0.5, 1.0, 1.0], units_a=5, units_b=5,
)  # fmt: skip


def test_contrast_shows_what_is_used_enough_and_counts_what_is_clear():
    ax = toolkit.plot_contrast(CONTRAST, left="云溪市", right="星渡市")
    texts = [t.get_text() for t in ax.texts]
    assert {"甲", "乙", "丙"} <= set(texts) and "丁" not in texts  # two uses are too few
    assert "20 : 5" in texts and "云溪市 →" in texts
    assert "3 with n ≥ 10: 1 up and 1 down clear of equal rates; 3 shown" in ax.get_xlabel()
    assert [line.get_marker() for line in ax.lines].count("<") == 1  # the end that cannot be known


def test_coverage_marks_what_is_missing_and_what_is_double():
    held = table(
        place=["云溪市", "云溪市", "星渡市"], level="prefectural", year=[2020, 2021, 2020], reports=[1, 2, 1],
        n_han=[9000, 20000, 7000],
    )  # fmt: skip
    figure = toolkit.plot_coverage(held)
    ax, bar = figure.axes
    assert len(ax.patches) == 3
    assert len(ax.lines) == 2  # one cross, one dot
    assert [t.get_text() for t in bar.texts] == ["two sessions in the year", "no report"]
    assert "云\n溪\n市" in [t.get_text() for t in ax.texts]


def test_roles_fill_the_year(panel):
    shares = toolkit.pool_rates(toolkit.role_shares(panel.clauses, panel.reports))
    left, right = toolkit.plot_roles(shares).axes
    for year in range(5):
        assert sum(
            p.get_width() for p in left.patches if round(p.get_y() + 0.33) == year
        ) == pytest.approx(1)
    assert right.get_title(loc="left") == "shortcomings"


def test_a_profile_colours_the_places_it_is_asked_to():
    rows = table(place=["甲", "乙", "丙"], category="数据治理", log_ratio=[1.0, -np.inf, -1.0])
    ax = toolkit.plot_profile(rows, highlight=["乙"])
    points = {
        line.get_markersize(): line.get_xdata().tolist()
        for line in ax.lines
        if line.get_marker() == "o"
    }
    assert points == {2.4: [-1.0, 1.0], 5.0: [-1.0]}  # what is -inf stands at the left end


def test_words_are_drawn_by_rate():
    words = table(token=["建设", "发展"], rate=[2.0, 1.0], dp_norm=[0.1, 0.2])
    ax = toolkit.plot_frequent(words)
    assert [t.get_text() for t in ax.get_yticklabels()] == ["发展", "建设"]
    assert ax.collections[1].get_offsets()[:, 0].tolist() == [1.0, 2.0]
    assert toolkit.plot_cloud(words).images[0].get_array().shape == (1250, 1730, 3)


def test_labels_in_two_languages():
    toolkit.use_style("zh")
    figure = toolkit.plot_trends(RATES)
    assert figure.get_supylabel() == "每千汉字次数"
    with pytest.raises(ValueError, match="'fr'"):
        toolkit.use_style("fr")
    for english, chinese in style._LABELS.values():
        assert english and chinese and english != chinese


def test_save_gives_the_same_bytes_and_the_numbers(tmp_path):
    for run in ("one", "two"):
        toolkit.save(toolkit.plot_trends(RATES), "x", RATES, folder=tmp_path / run, svg=True)
    names = {"x.png", "x.pdf", "x.svg", "x.csv"}
    assert {f.name for f in (tmp_path / "one").iterdir()} == names
    for name in names:
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes(), (
            name
        )
    pd.testing.assert_frame_equal(pd.read_csv(tmp_path / "one" / "x.csv"), RATES, check_dtype=False)


def test_a_missing_glyph_is_an_error_and_nothing_is_saved(tmp_path):
    figure, ax = plt.subplots()
    ax.set_title("\U0001f600")
    with pytest.raises(ValueError, match="'x' was not saved: Glyph"):
        toolkit.save(figure, "x", RATES, folder=tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_spread_has_a_line_for_each_level_that_has_places():
    shares = table(
        level=["national", "provincial", "prefectural"] * 2, year=[2020] * 3 + [2021] * 3, term=["种树"] * 6,
        share=[0, 0.5, 0.2, 1, 0.6, 0.61], low=[0, 0.3, 0.1, 0.9, 0.5, 0.5], high=[0.9, 0.7, 0.4, 1, 0.8, 0.8],
        reports=[1, 31, 51] * 2,
    )  # fmt: skip
    (ax,) = toolkit.plot_spread(shares).axes
    names = {t.get_text(): t.xy[1] for t in ax.texts}
    assert set(names) == {"provincial level", "cities"}
    assert abs(names["cities"] - names["provincial level"]) >= 0.079  # they do not overprint


def test_copying_is_drawn_in_shares():
    years = table(
        relation=["own", "elsewhere"],
        year=[2021, 2021],
        rate=[150, 50],
        low=[140, 45],
        high=[160, 55],
    )
    roles = table(role=["intro", "plan"], rate=[900, 100], low=[880, 90], high=[920, 110])
    left, right = toolkit.plot_copied(years, roles).axes
    assert left.lines[0].get_ydata().tolist() == [0.15]
    assert [t.get_text() for t in right.get_yticklabels()] == ["looking ahead", "opening"]


CURVE = table(
    level=["provincial", "provincial", "prefectural", "prefectural"], term="种树", year=[2020, 2021] * 2,
    share=[0.2, 0.9, 0.1, 0.95], low=[0.1, 0.6, 0.0, 0.8], high=[0.4, 1.0, 0.3, 1.0], gloss_en="planting",
)  # fmt: skip


def test_adoption_climbs_in_steps_with_its_interval_behind():
    other = CURVE.assign(term="种花")
    first, second = toolkit.plot_adoption(pd.concat([CURVE, other])).axes
    band, line = (patch.get_data() for patch in first.patches[:2])
    assert line.values.tolist() == [0.2, 0.9] and line.edges.tolist() == [2019.5, 2020.5, 2021.5]
    assert (band.baseline.tolist(), band.values.tolist()) == ([0.1, 0.6], [0.4, 1.0])
    assert [t.get_text() for t in first.texts] == ["planting"]  # names stand at the end of the row
    names = {t.get_text(): t for t in second.texts if t.get_text() != "planting"}
    assert set(names) == {"provincial level", "cities"}
    assert names["provincial level"].get_color() == style.RED
    high, low = names["cities"].xy[1], names["provincial level"].xy[1]
    assert high == 1 and high - low == pytest.approx(0.13)  # in order, apart, none above the top


def test_one_group_has_no_name_and_too_many_are_refused():
    (ax,) = toolkit.plot_adoption(CURVE.head(2).drop(columns="level")).axes
    assert [t.get_text() for t in ax.texts] == ["", "planting"]
    six = pd.concat([CURVE.head(2).assign(level=f"组{i}") for i in range(6)])
    with pytest.raises(ValueError, match=r"6 groups are more lines than can be told apart \(5\)"):
        toolkit.plot_adoption(six)


def first_uses(*rows, year=2022, evidence="S", term="种树"):
    """(after, until) of a place a row, None where censored; reports of 2020 to 2023."""
    first = pd.DataFrame(rows, columns=["after", "until"]).astype("Int64")
    first.insert(0, "term", term)
    first.insert(1, "seen_from", 2020)
    first.insert(2, "seen_to", 2023)
    kinds = [first["until"].isna(), first["after"].isna()]
    first["censored"] = np.select(kinds, ["right", "left"], "interval")
    central = pd.array([year] * len(first), "Int64")
    return first.assign(central_year=central, evidence=evidence)


USES = [
    (None, 2020),
    (None, 2020),
    (2020, 2021),
    (2021, 2022),
    (2021, 2022),
    (2020, 2022),
    (2023, None),
]


def columns_of(ax):
    return [t.get_text().replace("\n", " ") for t in ax.get_xticklabels()]


def test_a_timeline_has_a_dot_for_every_place_in_its_column():
    (ax,) = toolkit.plot_timeline(first_uses(*USES)).axes
    assert columns_of(ax) == ["in the first report already", "2021", "2022", "2023", "in no report"]
    wide = ax.get_xticks()[1]
    dots = [(x / wide, line.get_mfc()) for line in ax.lines if line.get_marker() == "o" for x in line.get_xdata()]  # fmt: skip
    dots = dots[:-2]  # the key
    assert len(dots) == len(USES)
    assert [mfc for x, mfc in dots if round(x) == 0] == [style.GREY] * 2
    assert [mfc for x, mfc in dots if round(x) == 2] == [style.BLUE] * 2 + ["none"]  # one in a gap
    assert [mfc for x, mfc in dots if round(x) == 4] == ["none"]
    assert [t.get_text() for t in ax.texts if t.get_text().isdigit()] == ["2", "1", "3", "1"]


@pytest.mark.parametrize(
    ("year", "evidence", "column", "filled", "said"),
    [
        (2022, "S", 2, True, ""),
        (2023, "K", 3, True, ""),
        (2022, "E", 2, False, "earliest known"),
        (2015, "K", 0, True, "2015"),
        (2019, "E", 0, False, "earliest known 2019"),
    ],
)
def test_a_central_year_is_marked_as_sure_as_it_is(year, evidence, column, filled, said):
    (ax,) = toolkit.plot_timeline(first_uses(*USES, year=year, evidence=evidence)).axes
    mark, key = (line for line in ax.lines if line.get_marker() == "D")
    assert mark.get_xdata()[0] == pytest.approx(column * ax.get_xticks()[1])
    assert (mark.get_mfc() != "none") is filled
    texts = [t.get_text() for t in ax.texts]
    assert said in texts and (evidence == "E") is any("earliest known" in t for t in texts)


def test_a_term_without_a_central_year_has_no_mark_and_no_gap_no_key():
    (ax,) = toolkit.plot_timeline(first_uses((2020, 2021), (2023, None), year=pd.NA, evidence="")).axes  # fmt: skip
    assert [line.get_marker() for line in ax.lines].count("D") == 1  # the key's
    assert not any("without a report" in t.get_text() for t in ax.texts)


def test_a_matrix_prints_its_counts_and_leaves_zeros_blank():
    grid = table(scope=["全国", "全国", "全省"], word=["率先", "首个", "率先"], n=[1200, 3, 0])
    ax = toolkit.plot_matrix(grid, rows="scope", columns="word")
    assert [t.get_text() for t in ax.texts] == ["1,200", "3"]


def test_an_exploratory_figure_says_so():
    ratios = table(year=[2020, 2021] * 2, role=["plan"] * 2 + ["achievement"] * 2, log_ratio=[0.1, 0.2, -0.5, -0.4],
                   low=[0, 0.1, -0.6, -0.5], high=[0.2, 0.3, -0.4, -0.3])  # fmt: skip
    assert "not validated" in toolkit.plot_symbolic(ratios).get_xlabel()
