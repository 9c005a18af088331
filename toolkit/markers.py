"""Symbolic and operational language: exploratory, with the means to check it against people.

The words are those of data/markers.csv, which nobody has validated: starter lists, counted as they
stand. A word is not an act. 扎实推进 is counted as symbolic whatever was pushed forward, and 制定
as operational whether a rule was drawn up or will be. Before a ratio is reported as more than a
count of these words, two people should code a sample (`coding_sheet`) and agree with each other
and with the words (`agreement`).
"""

import os
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.special import stdtrit

from .counts import check_names, count_terms, need, need_text
from .formats import csv_rows, read_cell, write_csv, xlsx_rows
from .uncertainty import FEWEST

PAIR = ("symbolic", "operational")
LABELS = (*PAIR, "both", "neither")
CODERS = ("coder_1", "coder_2")
SHEET = ("report_id", "clause", "role", "text", *CODERS)
_MARKS = "find_hits(clauses, load_lexicon(DATA / 'markers.csv'))"
_DRAWS = 2000  # bootstrap samples


def symbolic_ratio(marks, clauses, reports, *, by=("year", "role")):
    """Weigh symbolic against operational words in each group of reports: exploratory, unvalidated.

    One row per marker hit (`find_hits` with data/markers.csv), per clause and per report in; one
    row per group with text out. `by` names columns of `reports`, and 'role' or 'section' of
    `clauses`. Words inside 《》 belong to names of documents and are left out.

    Columns: *by; n_symbolic, n_operational, words; log_ratio = ln((n_symbolic + 0.5) /
    (n_operational + 0.5)), 0 where they are as many, 0.69 where symbolic words are twice as many
    (halves added: Haldane 1956; Anscombe 1956); low, high, its 95 % interval; interval, what that
    rests on; places; reports, those with text in the group. NaN where a group has none of the words.

    interval   'places' with five and more: they are what was drawn. The variance of the log of a
               ratio of sums over clusters (Cochran 1977, ch. 6; Cameron & Miller 2015), never less
               than that of words drawn one by one, and Student's t on the places less one. In
               8,000 simulated panels a setting it covers 94 to 99 % at 5 to 80 places of moderate
               spread, 91 % at the worst (places that differ by a factor of nearly three).
               'words' with fewer: 1 / (n_symbolic + 0.5) + 1 / (n_operational + 0.5), for words
               drawn one by one. It is of these texts only, too narrow where words come in runs,
               and says nothing of other places.

    What it does not show: whether anything was done, or meant; whether the lists hold what readers
    would call symbolic (`agreement` tells); which of two groups is higher, where their intervals
    overlap: groups of the same places are not independent. Few words make most of the counts: in
    the work reports 扎实, 坚定 and 切实 are 59 % of the symbolic and 建成 is 31 % of the operational
    ones, and without 扎实 ratios fall by a fifth to two fifths. Count again without a word before
    its fashion is taken for a change of language. Roles differ by their task: compare years within
    a role.

    Raises ValueError for an unknown column, for hits of another lexicon, and where the place of a
    report, or the year that groups are by, is not known.
    """
    by = [by] if isinstance(by, str) else list(by)
    _check_marks(marks)
    counts = count_terms(
        marks, clauses, reports, by=[*dict.fromkeys([*by, "place"])], of="category", among=PAIR
    )
    n = {f"n_{name}": counts.loc[counts["category"] == name, "n"].to_numpy() for name in PAIR}
    cells = counts[counts["category"] == PAIR[0]].assign(**n)
    groups = cells.groupby(by, observed=True, sort=True)
    table = groups.agg(
        n_symbolic=("n_symbolic", "sum"), n_operational=("n_operational", "sum"),
        places=("n", "size"), reports=("reports", "sum"),
    ).reset_index()  # fmt: skip

    symbolic, operational = (table[column] + 0.5 for column in n)
    places, group = table["places"].to_numpy(), groups.ngroup().to_numpy()
    shares = [  # the half is spread over the places, so that the differences sum to 0
        (cells[column].to_numpy() + 0.5 / places[group]) / total.to_numpy()[group]
        for column, total in zip(n, (symbolic, operational), strict=True)
    ]
    apart = np.bincount(group, (shares[0] - shares[1]) ** 2, len(table))
    alone = 1 / symbolic + 1 / operational
    over_places = places >= FEWEST
    spread = np.where(over_places, np.fmax(places / np.fmax(places - 1, 1) * apart, alone), alone)
    reach = stdtrit(np.where(over_places, places - 1, np.inf), 0.975) * np.sqrt(spread)
    log_ratio = np.log(symbolic / operational)
    table = table.assign(
        log_ratio=log_ratio, low=log_ratio - reach, high=log_ratio + reach,
        interval=np.where(over_places, "places", "words"),
    )  # fmt: skip
    measured = ["log_ratio", "low", "high"]
    table[measured] = table[measured].mask(table["n_symbolic"] + table["n_operational"] == 0)
    return table[[*by, *n, *measured, "interval", "places", "reports"]]


def machine_labels(marks, clauses):
    """Read each clause by its markers alone: what coders are to be compared with.

    One row per marker hit in, and per clause, or row of a coding sheet: any table with report_id
    and clause; one row per clause out, in the same order: report_id; clause; n_symbolic,
    n_operational, words outside 《》; label: the kind with more words, 'both' where they are as
    many, 'neither' where there are none.

    Raises ValueError for hits of another lexicon, and for a report that the marks do not know.
    """
    _check_marks(marks)
    need(clauses, ["report_id", "clause"], "clauses second", "corpus.clauses or a coding sheet")
    ids = clauses["report_id"].astype(str)
    known = marks["report_id"].astype("category").cat.categories.astype(str)
    check_names(sorted(set(ids) - set(known))[:1], known, "report")
    wanted = pd.MultiIndex.from_arrays([ids, clauses["clause"].astype(int)])
    prose = marks[~marks["in_title"].to_numpy(dtype=bool)]
    keys = [prose["report_id"].astype(str), prose["clause"].astype(int), prose["category"]]
    found = prose.groupby(keys, observed=True).size()
    found.index.names = [None] * 3
    symbolic, operational = (
        found[found.index.get_level_values(2) == name].droplevel(2).reindex(wanted, fill_value=0)
        for name in PAIR
    )
    s, o = symbolic.to_numpy(), operational.to_numpy()
    label = np.select([s > o, o > s, s > 0], LABELS[:3], LABELS[3])
    table = clauses[["report_id", "clause"]]
    return table.assign(n_symbolic=s, n_operational=o, label=label).reset_index(drop=True)


# ------------------------------------------------------------------ two coders


def coding_sheet(clauses, reports, path, *, n=200, seed=1, by=("role",)):
    """Write a random sample of clauses for two people to code.

    One row per clause with text and per report in; into the CSV file one row per clause drawn:
    report_id, clause, role, text, and coder_1, coder_2, empty. How the words read a clause is not
    in it: it would lead the coders (`machine_labels` tells it afterwards). Gives one row per
    stratum: *by (columns of reports, 'role' or 'section'); clauses, those it holds; drawn.

    Every stratum gives as many clauses as the others while it has any, so that n are drawn
    whatever their sizes. The same tables and seed give the same sheet, in whatever order their
    rows stand. The strata take turns: the first rows are a stratified sample too, for a trial.
    Strata are drawn equally, so that agreement on the sheet is not that on the corpus.

    The coders fill in what the clause mainly does, each in a copy that shows nothing of the other,
    and put their columns together afterwards:

    symbolic      voices loyalty, study, resolve or attitude
    operational   names an act or its result that somebody could check, done or to be done
    both          as much the one as the other
    neither       neither: figures of growth, headings, problems, courtesies

    The sheet holds sentences of reports: it does not belong into a repository.

    Raises ValueError where the clauses have no text or n is less than the strata, FileExistsError
    where the file is there: it may be filled in.
    """
    need(clauses, ["report_id", "clause", "role"], "clauses first", "corpus.clauses")
    need(reports, ["report_id"], "reports second", "corpus.reports")
    need_text(clauses)
    path, by = Path(path), [by] if isinstance(by, str) else list(by)
    check_names(by, [*reports.columns, "role", "section"], "column")
    if path.exists():
        raise FileExistsError(f"{path} is there, perhaps filled in. Give the sheet another name.")
    of_clause = [*dict.fromkeys(["role", *(c for c in by if c == "section")])]
    of_report = [c for c in by if c not in (*of_clause, "report_id")]
    texts = clauses[["report_id", "clause", "text", *of_clause]].merge(
        reports[["report_id", *of_report]], on="report_id", validate="many_to_one"
    )
    texts["report_id"] = texts["report_id"].astype(str)
    texts = texts.sort_values(["report_id", "clause"], ignore_index=True)
    texts = texts.iloc[np.random.default_rng(seed).permutation(len(texts))]
    strata = texts.groupby(by, observed=True, dropna=False, sort=True)
    if n < strata.ngroups:
        raise ValueError(
            f"{n} clauses cannot come from {strata.ngroups} strata. Draw at least "
            f"{strata.ngroups}, or stratify by less than {', '.join(by)}."
        )
    drawn = texts.iloc[np.lexsort((strata.ngroup(), strata.cumcount()))[:n]]
    scratch = path.with_name(f".{path.name}.part")
    write_csv(drawn.assign(**dict.fromkeys(CODERS, ""))[list(SHEET)], scratch)
    os.replace(scratch, path)
    table = strata.size().rename("clauses").reset_index()
    taken = strata.ngroup().loc[drawn.index]
    return table.assign(drawn=np.bincount(taken, minlength=len(table)))


def agreement(sheet, marks=None):
    """Measure how far two coders agree on a filled sheet, and with the words where `marks` are given.

    In: the sheet, as a table or the path of a CSV file or workbook, one row per clause; out: one
    row per pair of readers: reader, other ('coder_1', 'coder_2', 'machine'); clauses, those that
    both labelled; share, of these the same label; alpha, Krippendorff's for nominal data
    (`nominal_alpha`); low, high, its 95 % interval: 2,000 samples of clauses with replacement,
    percentiles, the same every time. Where the two never differ, low is where 3 differences in all
    the clauses would put it (Hanley & Lippman-Hand 1983).

    Alpha is 1 where they always agree and 0 where they agree as chance would have it; below 0.667
    Krippendorff (2004, ch. 11) draws no conclusions, from 0.8 on firm ones: look at `low`. It is
    NaN where only one label was used. The interval holds for these two people and this sheet, as
    if clauses were independent; with fewer than some 50 clauses it is a rough guess. Two people
    who agree may be wrong alike: agreement is no validity, and the machine need not be worse than
    a coder it disagrees with.

    Raises ValueError for a label other than symbolic, operational, both, neither; for a clause
    that comes twice; and where no clause, or none by both, is labelled.
    """
    table = _filled(sheet)
    readers = {coder: table[coder].to_numpy() for coder in CODERS}
    pairs = [CODERS]
    if marks is not None:
        readers["machine"] = machine_labels(marks, table)["label"].to_numpy()
        pairs += [("machine", coder) for coder in CODERS]
    rows = []
    for one, other in pairs:
        labels = np.stack((readers[one], readers[other]), axis=1)
        labels = labels[(labels != "").all(axis=1)]
        same = (labels[:, 0] == labels[:, 1]).mean()
        rows.append((one, other, len(labels), same, nominal_alpha(labels), *_alpha_limits(labels)))
    return pd.DataFrame(
        rows, columns=["reader", "other", "clauses", "share", "alpha", "low", "high"]
    )


def nominal_alpha(labels):
    """Give Krippendorff's alpha of nominal labels.

    One row per unit, one column per coder in, of two coders and more, '' where a coder gave none;
    units with fewer than two labels do not count. Alpha = 1 - observed / expected disagreement
    (Krippendorff 2011, "Computing Krippendorff's Alpha-Reliability"). NaN where all labels are
    the same: there is nothing to tell apart.
    """
    counts = _label_counts(labels)
    return float(_alphas(counts, np.ones((1, len(counts))))[0])


def _label_counts(labels):
    """Count the labels of each unit that has two and more: units x labels."""
    values = np.asarray(labels, dtype=object)
    names = np.array(sorted(set(values.ravel()) - {""}), dtype=object)
    counts = (values[:, :, None] == names).sum(axis=1).reshape(len(values), len(names))
    return counts[counts.sum(axis=1) >= 2].astype(float)


def _alphas(counts, weights):
    """Give the alpha of each row of weights, how often each unit is taken."""
    given = counts.sum(axis=1)
    observed = weights @ ((given**2 - (counts**2).sum(axis=1)) / (given - 1))
    of_label = weights @ counts
    total = of_label.sum(axis=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        expected = (total**2 - (of_label**2).sum(axis=1)) / (total - 1)
        return np.where(expected > 0, 1 - observed / expected, np.nan)


def _alpha_limits(labels):
    """Give the 95 % limits of alpha between two coders."""
    counts = _label_counts(labels)
    units, of_label = len(counts), counts.sum(axis=0)
    total = of_label.sum()
    chance = (total**2 - (of_label**2).sum()) / total / max(total - 1, 1)
    if not chance:
        return np.nan, np.nan
    if counts.max(axis=1).min() == 2:  # both always gave the same label
        return 1 - min(3 / units, 1) / chance, 1.0
    draws = np.random.default_rng(1).multinomial(units, np.full(units, 1 / units), _DRAWS)
    return tuple(np.nanquantile(_alphas(counts, draws), (0.025, 0.975)).tolist())


def _filled(sheet):
    """Read a sheet: its rows with a label, checked."""
    if not isinstance(sheet, pd.DataFrame):
        path = Path(sheet)
        rows = xlsx_rows if path.suffix.lower() == ".xlsx" else csv_rows
        sheet = pd.DataFrame(rows(path.read_bytes()))
        # a workbook's rows do not show a column in which every cell is empty
        sheet = sheet.reindex(columns=[*dict.fromkeys([*sheet, *CODERS])])
        if "report_id" in sheet:
            sheet["report_id"] = sheet["report_id"].fillna("").map(read_cell)
    need(sheet, ["report_id", "clause", *CODERS], "a filled sheet", "coding_sheet")
    table = sheet[["report_id", "clause", *CODERS]].reset_index(drop=True)
    for coder in CODERS:
        table[coder] = table[coder].astype(object).fillna("").astype(str).str.strip().str.lower()
        wrong = table.loc[~table[coder].isin([*LABELS, ""]), coder]
        if len(wrong):
            raise ValueError(
                f"line {wrong.index[0] + 2} of the sheet: {coder} says '{wrong.iloc[0]}'. "
                f"The labels are {', '.join(LABELS)}; correct it, or leave it empty."
            )
    given = table[list(CODERS)] != ""
    if not given.all(axis=1).any():
        empty = [coder for coder in CODERS if not given[coder].any()]
        if len(empty) == 1:
            raise ValueError(
                f"{empty[0]} is empty: agreement needs two. Have a second person code the same "
                "clauses and put the labels into that column."
            )
        raise ValueError(
            f"no clause is labelled{' by both' * (not empty)}: fill coder_1 and coder_2 with "
            f"{', '.join(LABELS)}."
        )
    table = table[given.any(axis=1)]
    twice = table[table.duplicated(["report_id", "clause"])]
    if len(twice):
        raise ValueError(
            f"line {twice.index[0] + 2} of the sheet: clause {twice['clause'].iloc[0]} of "
            f"{twice['report_id'].iloc[0]} comes a second time. Delete one of the two rows."
        )
    return table


def _check_marks(marks):
    """Raise ValueError where hits are none of the markers."""
    need(marks, ["report_id", "clause", "category", "in_title"], "marks first", _MARKS)
    known = marks["category"].astype("category").cat.categories
    if not set(PAIR) <= set(known):
        raise ValueError(
            f"these hits are of the categories {', '.join(map(str, known[:4]))}, not of symbolic "
            f"and operational. Find the markers: {_MARKS}."
        )
