"""One term at a time: its rates, what stands beside it, its lines. For a class that types words."""

from functools import cache
from html import escape
from io import BytesIO
from typing import NamedTuple

import matplotlib as mpl
import pandas as pd
from IPython import get_ipython
from IPython.display import Image, display
from matplotlib.figure import Figure

from .counts import check_names, concordance, count_terms, need
from .lexicon import add_gloss, load_lexicon
from .places import LEVELS, place_rank
from .similarity import collocates
from .strokes import fit, head, interval_line, short_name, tint
from .style import BLUE, RED, TWO, label, use_style
from .uncertainty import FEWEST, pool_rates

EVERYWHERE = "all places"
_GROUPS = ("year", "level", "role")
_MOST = 12  # rows shown of a long table
_LONG = 60  # characters: what is longer is no term, and is cut before it is repeated


class Answer(NamedTuple):
    """What a corpus says of a term, as `explore_term` gives it; a notebook shows it whole.

    rates   one row per year, level and role, of all places and of a chosen one: by; group; place;
            n; n_han; rate, low, high, per 1,000 Han characters; places, those behind them
    beside  one row per term in the same clauses, as `collocates` gives it, and gloss_en
    lines   one row per use, as `concordance` gives it
    notes   what is missing and why, in the words of the function that refused it
    figure  the rates
    """

    term: str
    rates: pd.DataFrame
    beside: pd.DataFrame
    lines: pd.DataFrame
    notes: list
    figure: Figure

    def _ipython_display_(self):
        display(Image(_png(self.figure)))
        for heading, table in _shown(self).items():
            display(table.rename_axis(columns=heading))
        for note in self.notes:
            print(note)


def explore_term(corpus, term, *, place=None):
    """Say what a corpus says of one term: how often, where, in which role, beside which terms.

    A Corpus in, an Answer out: rates by year, level and role with 95 % intervals over places (as
    `pool_rates`), collocates, lines where the clauses hold text, and a Figure, in the style in
    use. With a `place` its own rates stand beside those of all, and the lines are its own. A group
    of fewer than five places has a rate and no interval, and `notes` says why. A first look at a
    term that somebody chose; it is no test, and of many terms some move by chance (`trend`).

    Raises ValueError for a term or place the corpus does not know, with the nearest it does, and
    where the year or place of a report is not known.
    """
    notes = []
    rates = _rates(_counts(corpus, term), place, notes)
    beside = _unless_refused(notes, collocates, corpus.hits, corpus.clauses, term)
    lines = _unless_refused(notes, concordance, corpus.clauses, corpus.hits, term)
    if place and "left" in lines:
        own = corpus.reports.loc[corpus.reports["place"] == place, "report_id"]
        lines = lines[lines["report_id"].isin(own)].reset_index(drop=True)
    if "term" in beside:
        beside = add_gloss(beside, _lexicon())
    return Answer(term, rates, beside, lines, notes, _draw(term, rates))


def explore(corpus):
    """Open a box to type terms into, for a class: each is answered as `explore_term` answers it.

    A Corpus in; out a widget of a box that suggests the corpus's terms, a menu of its places, and
    the answer below, which changes with them. It begins with the term that is used most. Where no
    widget can answer (the notebook is run without a person, or ipywidgets is missing) that first
    Answer comes out instead. Sets the house style where it is not set.

    Raises ValueError where the year or place of a report is not known.
    """
    if "Noto Sans SC" not in mpl.rcParams["font.family"]:
        use_style()
    first = str(corpus.hits["term"].value_counts().index[0])
    if not _attended():
        return explore_term(corpus, first)
    try:
        return _widget(corpus, first)
    except ImportError:
        return explore_term(corpus, first)


def _attended():
    """Tell whether the cell was sent by a front end that takes input, as nobody's does."""
    request = getattr(get_ipython(), "get_parent", dict)()
    return bool(request.get("content", {}).get("allow_stdin"))


def _widget(corpus, first):
    """Make the box, the menu and the answer below them."""
    import ipywidgets

    places = sorted(corpus.reports["place"].unique(), key=place_rank)
    term = ipywidgets.Combobox(
        value=first, options=list(corpus.hits["term"].cat.categories), continuous_update=False,
        description=label("column term"),
    )  # fmt: skip
    place = ipywidgets.Dropdown(
        options=[(label(EVERYWHERE), ""), *((name, name) for name in places)],
        description=label("column place"),
    )
    said, tables = ipywidgets.HTML(), ipywidgets.HTML()
    figure = ipywidgets.Image(format="png", layout={"max_width": "100%", "object_fit": "contain"})
    below = ipywidgets.VBox([figure, tables])

    def answer(_=None):
        try:
            found = explore_term(corpus, fit(term.value.strip(), _LONG), place=place.value)
        except ValueError as refusal:
            said.value, below.layout.display = escape(str(refusal)), "none"
            return
        figure.value, tables.value = _png(found.figure), _html(found)
        said.value, below.layout.display = "<br>".join(map(escape, found.notes)), None

    term.observe(answer, "value")
    place.observe(answer, "value")
    answer()
    return ipywidgets.VBox([ipywidgets.HBox([term, place]), below, said])


def _counts(corpus, term):
    """Count a term by place, year, level and role; levels in order from above.

    Clauses of a report and role are first taken together: the same counts, in less time.
    """
    need(corpus.clauses, ["report_id", "clause", "role", "n_han"], "clauses", "build or load")
    together = corpus.clauses.groupby(["report_id", "role"], observed=True)["n_han"].sum()
    texts = together.reset_index().assign(clause=lambda table: table["role"].cat.codes)
    found = corpus.hits[corpus.hits["term"] == term].merge(
        corpus.clauses[["report_id", "clause", "role"]], on=["report_id", "clause"]
    )
    found["clause"] = found.pop("role").cat.codes
    counts = count_terms(found, texts, corpus.reports, by=["place", *_GROUPS], among=term)
    levels = list(dict.fromkeys([*LEVELS, *counts["level"]]))
    return counts.assign(level=pd.Categorical(counts["level"], levels))


def _rates(counts, place, notes):
    """Give rates by year, level and role, of all places and of one; note what was refused."""
    rows = [_pooled(counts, by, notes).assign(place=EVERYWHERE) for by in _GROUPS]
    if place:
        check_names([place], counts["place"].unique(), "place")
        own = counts[counts["place"] == place]
        rows += [_summed(own, by).assign(place=place) for by in _GROUPS]
        _pooled(own, "place", notes)  # one reason for all of them
    columns = ["by", "group", "place", "n", "n_han", "rate", "low", "high", "places"]
    rates = pd.concat(rows, ignore_index=True).reindex(columns=columns)
    return rates.sort_values(
        "by", key=lambda by: by.map(_GROUPS.index), kind="stable", ignore_index=True
    )


def _pooled(counts, by, notes):
    """Pool rates over places; note the refusal where a group has too few for an interval."""
    table = _summed(counts, by)
    try:
        pooled = pool_rates(counts, by=by)
    except ValueError as refusal:
        notes.append(str(refusal))
        few = table.loc[table["places"] < FEWEST, "group"]
        enough = counts[~counts[by].astype(str).isin(few)]
        if enough.empty:
            return table
        pooled = pool_rates(enough, by=by)
    limits = pooled.assign(group=pooled[by].astype(str))[["group", "low", "high"]]
    return table.merge(limits, on="group", how="left")


def _summed(counts, by):
    """Sum counts to rates of groups, without intervals."""
    groups = counts.groupby(by, observed=True)
    table = groups.agg(n=("n", "sum"), n_han=("n_han", "sum"), places=("place", "nunique"))
    table = table.reset_index(names="group").astype({"group": str})
    return table.assign(by=by, rate=1000 * table["n"] / table["n_han"])


def _unless_refused(notes, measure, *arguments):
    """Give a table, or an empty one and a note in the words of the refusal."""
    try:
        return measure(*arguments)
    except ValueError as refusal:
        notes.append(str(refusal))
        return pd.DataFrame()


@cache
def _lexicon():
    return load_lexicon()


def _draw(term, rates):
    """Draw a term's rates by year, level and role; those of a chosen place in red."""
    figure = Figure(figsize=(TWO, 2.1))
    years, *others = figure.subplots(1, 3, width_ratios=[1.4, 1, 1])
    parts = {by: part for by, part in rates.groupby("by")}
    for place, part in parts["year"].groupby("place", sort=False):
        year, colour = part["group"].astype(int), BLUE if place == EVERYWHERE else RED
        interval_line(years, year, part["rate"], part["low"], part["high"], colour)
        if place == EVERYWHERE and part["low"].isna().any():
            years.lines[-1].set_linestyle("none")  # few places: each year may be of others
        if place != EVERYWHERE:
            end = (year.iloc[-1], part["rate"].iloc[-1])
            years.annotate(
                short_name(place), end, (4, 1), textcoords="offset points", color=RED, va="bottom"
            )
    head(years, term, add_gloss(pd.DataFrame({"term": [term]}), _lexicon()))
    years.set_xticks(sorted(parts["year"]["group"].astype(int).unique()))
    years.set_ylabel(label("rate"))
    years.set_ylim(0, None)
    years.margins(x=0.08)
    years.grid(axis="y")
    for ax, by in zip(others, _GROUPS[1:], strict=True):
        _draw_rows(ax, parts[by])
    return figure


def _draw_rows(ax, part):
    """Draw rates as dots over their intervals; the bound of a rate of 0 may leave the panel."""
    groups = list(dict.fromkeys(part["group"]))[::-1]
    known = part[part["n"] > 0]
    known = known if len(known) else part
    edge = 1.08 * (known[["rate", "high"]].max(axis=None) or 1)
    for row in part.itertuples():
        y, colour = groups.index(row.group), BLUE if row.place == EVERYWHERE else RED
        ax.hlines(y, row.low, row.high, color=tint(BLUE), lw=2.6)
        ax.plot(row.rate, y, "o", color=colour, ms=4, mec="white", mew=0.5, clip_on=False, zorder=3)
        if row.high > edge:
            ax.plot(edge, y, ">", color=tint(BLUE), ms=4, mew=0, clip_on=False)
    ax.set_yticks(range(len(groups)), [label(group) for group in groups])
    ax.tick_params(axis="y", length=0, pad=5)
    ax.set(xlim=(0, edge), ylim=(-0.6, len(groups) - 0.4), xlabel=label("rate"))
    ax.spines["left"].set_visible(False)
    ax.grid(axis="x")


def _png(figure):
    """Give a figure as the bytes of a PNG."""
    png = BytesIO()
    figure.savefig(png, dpi=figure.dpi, metadata={"Software": None})
    return png.getvalue()


def _shown(answer):
    """Give the tables of an answer under their headings: rounded, the long ones in part."""
    rates = answer.rates.assign(group=answer.rates["group"].map(label)).round(3)
    sides = dict(list(rates.drop(columns=["by", "n_han", "place"]).groupby(rates["place"])))
    table = sides.pop(EVERYWHERE)
    for place, own in sides.items():
        beside = own[["group", "n", "rate"]].astype({"n": "str"})
        table = table.merge(beside, on="group", how="left", suffixes=("", f", {place}"))
    shown = {label("rate"): table}
    if "term" in answer.beside:
        columns = ["term", "gloss_en", "n", "reports", "log_ratio", "log_dice"]
        shown[label("same clauses")] = answer.beside[columns].head(_MOST).round(2)
    if "left" in answer.lines:
        some = answer.lines.iloc[:: len(answer.lines) // _MOST + 1].drop(columns="clause")
        shown[f"{label('lines')}: {len(some)} / {len(answer.lines)}"] = some
    return shown


_HTML = """<style>
.answer {{ display: flex; flex-wrap: wrap; gap: 0 3em }}
.answer td, .answer th {{ line-height: 1.5; padding: 0 0.5em; text-align: right }}
.answer td:first-child, .answer th:first-child {{ text-align: left }}
</style><div class="answer">{}</div>"""


def _html(answer):
    """Give the tables of an answer side by side."""
    tables = (
        f"<div><b>{escape(heading)}</b>{table.to_html(index=False, border=0, na_rep='–')}</div>"
        for heading, table in _shown(answer).items()
    )
    return _HTML.format("".join(tables))
