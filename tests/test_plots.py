import re

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from matplotlib.text import Text

import toolkit
from toolkit import style


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
    for english, chinese in style._LABELS.values():
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
