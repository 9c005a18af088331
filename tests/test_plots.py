import re

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from matplotlib.colors import to_hex, to_rgb
from matplotlib.text import Annotation, Text

import toolkit
from toolkit import strokes, style


@pytest.fixture(autouse=True)
def house_style():
    toolkit.use_style("en")
    yield
    plt.close("all")
    toolkit.use_style("en")


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


def test_shapes_are_named_and_their_peak_is_ringed():
    shapes = table(
        term=["种花", "种树"], label=["", "rising"], peak=pd.array([pd.NA, 2021], "Int64")
    )
    left, right = (ax for ax in toolkit.plot_shapes(RATES, shapes).axes if ax.axison)
    assert [t.get_text() for t in left.texts] == ["planting", "rising"]
    ring = left.lines[-1]
    assert (ring.get_xdata().tolist(), ring.get_ydata().tolist()) == ([2021], [2.0])
    assert left.lines[0].get_color() == style.BLUE and right.lines[0].get_color() == style.GREY
    assert right.texts[-1].get_text() == "not tested" and len(right.lines[-1].get_xdata()) == 0
    with pytest.raises(ValueError, match="no shape of '种树'"):
        toolkit.plot_shapes(RATES, shapes[:1])


FOREST = table(
    term=["种树", "种花", "种草", "种菜"], n=[1200, 30, 20, 0], places=[80, 9, 7, 0], ratio=[2.0, 0.5, 1.1, np.nan],
    low=[1.5, 1e-9, 0.9, np.nan], high=[2.5, 0.8, 1.3, np.nan], q=[0.001, 0.04, 0.3, np.nan], family=3,
    why=["", "", "", "never used"],
)  # fmt: skip


def marks(ax):
    """Give the marks of a figure: the ratio, colour and face of each."""
    dots = [line for line in ax.lines if line.get_marker() in ("o", "s", "D")]
    return [(2 ** dot.get_xdata()[0], dot.get_color(), dot.get_marker()) for dot in dots]


def test_a_forest_has_a_row_for_every_trend_and_says_why_one_has_none():
    ax = toolkit.plot_forest(FOREST)
    assert sorted(marks(ax)) == [
        (0.5, style.RED, "o"), (pytest.approx(1.1), style.GREY, "o"), (2.0, style.BLUE, "o"),
    ]  # fmt: skip
    texts = {t.get_text(): t.get_position()[1] for t in ax.texts}
    assert [name for name in texts if name in set(FOREST["term"])] == [
        "种菜",
        "种花",
        "种草",
        "种树",
    ]
    assert texts["种菜"] < texts["种花"] < texts["种草"] < texts["种树"]  # by ratio, none below
    assert texts["never used"] == texts["种菜"] and texts["1,200"] == texts["80"] == texts["种树"]
    assert [line.get_marker() for line in ax.lines].count("<") == 1  # an interval that goes on
    assert "family of 3 terms" in ax.get_xlabel() and "1 up and 1 down" in ax.get_xlabel()
    assert "4 of 4 terms shown" in ax.get_xlabel()


def test_a_forest_with_no_room_shows_the_surest_of_each_side():
    ax = toolkit.plot_forest(FOREST, top=1)
    assert sorted(ratio for ratio, *_ in marks(ax)) == [0.5, 2.0]
    assert "3 of 4 terms shown" in ax.get_xlabel()


def test_groups_of_a_forest_have_a_mark_each_and_are_named_beside_it():
    empty = FOREST.assign(ratio=np.nan, low=np.nan, high=np.nan, q=np.nan, why="1 place(s)")
    groups = {
        "provincial": FOREST,
        "prefectural": FOREST.assign(ratio=1.1 * FOREST["ratio"]),
        "national": empty,
    }
    parts = [part.assign(level=level) for level, part in groups.items()]
    trends = pd.concat(parts)[["level", *FOREST]]
    ax = toolkit.plot_forest(trends)
    assert {(colour, marker) for _, colour, marker in marks(ax)} == {
        (style.BLUE, "o"), ("white", "o"), (style.RED, "s"), ("white", "s"),
    }  # fmt: skip
    names = {t.get_text(): t for t in ax.texts}
    assert names["provincial level"].get_color() == style.BLUE
    assert "no trend: State Council" in ax.get_xlabel()
    with pytest.raises(ValueError, match="are 0: why says what is missing"):
        toolkit.plot_forest(empty)
    with pytest.raises(ValueError, match="are 4: 甲, 乙, 丙, 丁"):
        toolkit.plot_forest(pd.concat([FOREST.assign(level=x) for x in "甲乙丙丁"])[list(trends)])


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


PROFILE = table(place=["甲", "乙", "丙"], category="数据治理", log_ratio=[1.0, -np.inf, -1.0])


def test_a_profile_colours_the_places_it_is_asked_to():
    ax = toolkit.plot_profile(PROFILE, highlight=["乙"])
    points = {
        line.get_markersize(): line.get_xdata().tolist()
        for line in ax.lines
        if line.get_marker() == "o"
    }
    assert points == {2.4: [-1.0, 1.0], 5.0: [-1.0]}  # what is -inf stands at the left end


WORDS = table(
    token=["种树", "种花", "种草", "旱", "修渠", "上山"], n_a=[40, 30, 20, 50, 3, 0], n_b=[5, 9, 18, 1, 1, 30],
    delta=np.log([4, 2, 1, 16, 2, 1 / 8]), z_clustered=[5.0, 2, 0.5, 6, 1, -4],
    q_naive=[0, 0.01, 0.5, 0, 0.9, 0], q_clustered=[0, 0.2, 0.6, 0, 0.9, 0.05],
)  # fmt: skip


def test_keyness_colours_and_counts_what_is_key_by_places_and_by_words_alone():
    ax = toolkit.plot_keyness(WORDS, left="2024", right="2020")
    dots = {}
    for drawn in ax.collections:
        offsets = [(x, round(y)) for x, y in drawn.get_offsets().tolist()]
        dots[to_hex(drawn.get_facecolor()[0])] = offsets if offsets else None
    pale = to_hex(strokes.tint(style.BLUE))
    assert dots[style.BLUE] == [(45, 2), (51, 4)] and dots[style.RED] == [(30, -3)]
    assert dots[pale] == [(39, 1)] and dots[style.PALE] == [(38, 0)]  # 修渠 stands four times
    texts = [t.get_text() for t in ax.texts]
    assert texts.count("2 key") == texts.count("1 key") == texts.count("1 by words alone") == 1
    assert "6 tested, 2 key neither way (q ≤ 0.05); n ≥ 10 drawn" in ax.get_xlabel()
    assert {"种树", "上山"} <= set(texts) and not {"旱", "种花"} & set(texts)
    with pytest.raises(ValueError, match="no token has 99 mentions.*the most is 51"):
        toolkit.plot_keyness(WORDS, left="2024", right="2020", minimum=99)


def test_names_of_a_filtered_table_stay_with_their_dots():
    ax = toolkit.plot_keyness(WORDS.iloc[::-1].iloc[:-1], left="2024", right="2020")
    (name,) = (t for t in ax.texts if t.get_text() == "上山")
    assert name.xy == pytest.approx((30, -3))


def test_names_cover_neither_each_other_nor_a_point():
    points = np.random.default_rng(1).uniform(size=(80, 2))
    ax = plt.subplots(figsize=(3, 3))[1]
    strokes.name_points(ax, points, ["虚构之地"] * 80, [style.INK] * 80, among=points)
    ax.figure.draw_without_rendering()
    boxes = [Text.get_window_extent(t) for t in ax.texts if isinstance(t, Annotation)]
    assert 5 < len(boxes) < 80  # there is not room for all
    assert all(ax.bbox.containsx(x) for box in boxes for x in box.intervalx)
    for i, box in enumerate(boxes):
        assert box.count_overlaps(boxes[i + 1 :]) == 0
        assert not box.count_contains(ax.transData.transform(points))


MAPPED = table(
    place=np.repeat(["云溪市", "星渡市", "鹭洲区"], 3), category=pd.Categorical(["种树", "种花", "种草"] * 3),
    n=[9, 1, 2, 2, 8, 3, 1, 2, 9], n_han=1000,
)  # fmt: skip


def test_a_map_tells_levels_and_terms_apart_on_equal_scales():
    points, axes = toolkit.correspondence(MAPPED)
    level = points["name"].map(
        {"云溪市": "provincial", "星渡市": "prefectural", "鹭洲区": "prefectural"}
    )
    ax = toolkit.plot_map(points.assign(level=level), axes)
    assert ax.get_aspect() == 1
    groups, terms = (c.get_offsets().tolist() for c in ax.collections)
    at = points[["dim_1", "dim_2"]].to_numpy().tolist()
    assert groups == at[:3] and terms == at[3:]
    assert [to_hex(c) for c in ax.collections[0].get_facecolor()].count(style.RED) == 1
    assert ax.get_xlabel() == f"dimension 1 ({axes['share'][0]:.0%} of inertia)"
    heads = {"● provincial level", "● cities", "+ categories"}
    assert heads | set(points["name"]) == {t.get_text() for t in ax.texts}
    with pytest.raises(ValueError, match=r"dim_2.*three or more groups"):
        toolkit.plot_map(*toolkit.correspondence(MAPPED[MAPPED["place"] != "鹭洲区"]))


def test_clouds_show_what_is_key_and_are_the_same_every_time():
    one, two = (toolkit.plot_clouds(WORDS, left="2024", right="2020") for _ in range(2))
    for ax, again in zip(one.axes, two.axes, strict=True):
        assert (ax.images[0].get_array() == again.images[0].get_array()).all()
    for ax, colour, name in zip(one.axes, (style.BLUE, style.RED), ("2024", "2020"), strict=True):
        drawn = ax.images[0].get_array().reshape(-1, 3).tolist()
        assert [round(255 * part) for part in to_rgb(colour)] in drawn
        assert ax.get_title(loc="left") == name
    rest = WORDS[WORDS["token"] != "上山"].assign(
        z_clustered=[5.0, -2, 0.5, 6, 1]
    )  # 种花: by words
    rest = toolkit.plot_clouds(rest, left="2024", right="2020")
    assert [len(ax.images) for ax in rest.axes] == [1, 0]


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
    for english, chinese in style.LABELS.values():
        assert english and chinese and english != chinese
        assert re.search("[\u4e00-\u9fff]", chinese) and not re.search("[\u4e00-\u9fff]", english)
        fields = [re.findall(r"\{(\w+)", form) for form in (english, chinese)]
        assert sorted(fields[0]) == sorted(fields[1])


def test_one_setting_switches_the_language(monkeypatch):
    monkeypatch.setenv("TOOLKIT_LANGUAGE", "zh")
    toolkit.use_style()
    assert style.label("share") == "报告占比"
    toolkit.use_style("en")
    assert style.label("share") == "share of reports"
    monkeypatch.setenv("TOOLKIT_LANGUAGE", "fr")
    with pytest.raises(ValueError, match="'en' or 'zh', not in 'fr'.*TOOLKIT_LANGUAGE"):
        toolkit.use_style()
    monkeypatch.delenv("TOOLKIT_LANGUAGE")
    toolkit.use_style()
    assert style.label("share") == "share of reports"


def test_chinese_figures_leave_out_the_gloss():
    shown = {}
    for language in style.LANGUAGES:
        toolkit.use_style(language)
        figures = [
            toolkit.plot_trends(RATES),
            toolkit.plot_contrast(
                CONTRAST.assign(gloss_en="planting"), left="cities", right="乙"
            ).figure,
            toolkit.plot_profile(PROFILE.assign(gloss_en="planting")).figure,
        ]
        shown[language] = [{t.get_text() for t in f.findobj(Text)} for f in figures]
    assert all("planting" in texts for texts in shown["en"])
    assert not any("planting" in texts for texts in shown["zh"])
    assert "市级 →" in shown["zh"][1] and "cities →" in shown["en"][1]


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


def test_power_has_a_line_for_each_ratio_and_a_panel_for_each_design():
    rows = [
        (places, years, 3.0, ratio, places / 100, 0.0, 1.0)
        for places in (8, 80) for years in (3, 5) for ratio in (1.1, 1.5)
    ]  # fmt: skip
    names = ["places", "years", "mentions", "ratio", "power", "low", "high"]
    figure = toolkit.plot_power(pd.DataFrame(rows, columns=names))
    assert len(figure.axes) == 2 and "3 years" in figure.axes[0].get_title(loc="left")
    assert [line.get_ydata().tolist() for line in figure.axes[0].lines[1:]] == [[0.08, 0.8]] * 2
    assert {text.get_text() for text in figure.axes[1].texts} == {"× 1.1", "× 1.5"}


def test_intervals_that_fall_short_are_red():
    rows = table(measure=["甲", "甲", "乙"], coverage=[0.95, 0.9, 0.7], nominal=[0.95] * 3)
    ax = toolkit.plot_interval_coverage(rows, ours=["甲"], others=["乙"])
    drawn = {(line.get_color(), x) for line in ax.lines[1:] for x in line.get_xdata()}
    assert drawn == {(style.RED, 0.9), (style.BLUE, 0.95), (style.GREY, 0.7)}


def test_reuse_has_a_cell_for_each_pair_and_frames_the_own():
    rows = table(
        place=["北京市", "北京市", "天津市"], other_place=["北京市", "天津市", "天津市"], share=[0.2, 0.06, 0.18]
    )  # fmt: skip
    ax = toolkit.plot_reuse(rows).axes[0]
    cells = ax.images[0].get_array()
    assert cells[0].tolist() == [0.2, 0.06] and cells.mask[1].tolist() == [True, False]
    assert len(ax.patches) == 2 and [t.get_text() for t in ax.get_yticklabels()] == ["北京", "天津"]
