"""What groups of reports have in common: weights, distances, maps, and terms that keep company."""

import numpy as np
import pandas as pd
from scipy.cluster.hierarchy import average, cophenet, leaves_list, optimal_leaf_ordering
from scipy.sparse import csr_array
from scipy.spatial.distance import pdist, squareform

from .compare import as_matrix
from .counts import check_names, check_once, need
from .keywords import log_likelihood, names_of_places

_CELLS = 100_000_000  # groups x terms, at most: the array takes 0.8 GB
_GROUPS = 10_000  # whose pairs are compared: 50 million rows


def add_tf_idf(counts, *, by="place"):
    """Weigh what each group says by how few groups say it.

    One row per group x term in; one row per group x term out, groups being the values of the
    column `by`: by; the term; n; n_han; rate; groups, those that use the term; tf_idf = rate x
    ln(all groups / groups) (Sparck Jones 1972), per 1,000 Han characters, natural log. It is 0 for
    a term that every group uses, however much more one uses it: `profile` shows that.

    Raises ValueError for counts that are missing or negative, and an unknown column.
    """
    n, n_han, groups, terms, of = _grouped(counts, by)
    rate = 1000 * n / n_han[:, None]
    used = (n > 0).sum(axis=0)
    weight = rate * np.log(len(groups) / np.fmax(used, 1))
    g, k = (index.ravel() for index in np.indices(n.shape))
    return pd.DataFrame(
        {
            by: groups[g], of: pd.Categorical.from_codes(k, terms),
            "n": n.ravel().astype(int), "n_han": n_han[g].astype(int), "rate": rate.ravel(),
            "groups": used[k], "tf_idf": weight.ravel(),
        }
    )  # fmt: skip


def compare_pairs(counts, *, by="place"):
    """Compare every two groups by what they say.

    One row per group x term in; one row per pair of groups out: by, other; cosine, of their rates;
    cosine_tf_idf, of the rates weighed as in `add_tf_idf`; divergence, of Jensen & Shannon (Lin
    1991) between the shares of the terms, in bits: 0 where all shares are alike, 1 where no term
    is shared. Cosines are 1 where all shares are alike and 0 where no term is shared; of tokens,
    the plain one is that of a few common words.

    Names of places, and offices named after them, are left out (as in `keyness`): they tell places
    apart and not what they say. Length cancels out of all three, but not its noise: two short texts
    look less alike than two long ones of the same mind. Not shown: who took from whom; `find_reuse`
    compares wording.

    Raises ValueError for fewer than two groups, for more than 10,000 (5,000 of 1,000 terms take
    minutes, twice as many four times as long), and for a group that uses none of the terms.
    cosine_tf_idf is 0 for a group whose every term all groups use.
    """
    n, n_han, groups, *_ = _profiles(counts, by)
    if len(groups) > _GROUPS:
        raise ValueError(
            f"{len(groups)} {by}s make {len(groups) * (len(groups) - 1) // 2:,} pairs; up to "
            f"{_GROUPS:,} {by}s are compared at once. Take those of one level or province at a time."
        )
    rate = n / n_han[:, None]
    weight = rate * np.log(len(groups) / (n > 0).sum(axis=0))
    length = np.linalg.norm(weight, axis=1, keepdims=True)
    weight = weight / np.where(length > 0, length, 1)
    apart = np.nan_to_num(pdist(n, "jensenshannon"))  # NaN: a rounding below 0, shares are alike
    first, second = np.triu_indices(len(groups), 1)
    return pd.DataFrame(
        {
            by: groups[first], "other": groups[second],
            "cosine": 1 - pdist(rate, "cosine"),
            "cosine_tf_idf": (weight @ weight.T)[first, second],
            "divergence": apart**2 / np.log(2),
        }
    )  # fmt: skip


def cluster_order(pairs):
    """Put groups in the order of their tree: average link of distances of Jensen & Shannon.

    One row per pair of groups in, as `compare_pairs` gives; one row per group out, in the order of
    the tree's leaves, like beside like: the group; height, at which it joins the one before it (0
    for the first, which has none before), a distance = sqrt(divergence), from 0 to 1. Average link
    (Sokal & Michener 1958), leaves ordered as in Bar-Joseph, Gifford & Jaakkola (2001). The heights
    give the tree back: a cut at h divides the list wherever height > h. There is a tree for
    any distances, also where there are no groups to find.

    Raises ValueError where pairs are missing, or their divergence is none.
    """
    need(pairs, ["other", "divergence"], "pairs of groups", "compare_pairs")
    by = pairs.columns[0]
    odd = pairs[~pairs["divergence"].between(0, 1 + 1e-9)]
    if len(odd):
        first, second, value = odd[[by, "other", "divergence"]].iloc[0]
        raise ValueError(
            f"the divergence of '{first}' and '{second}' is {value}; it is 0 to 1. Take the rows of "
            "compare_pairs as they are."
        )
    groups = pd.Index(pd.unique(pd.concat([pairs[by], pairs["other"]]))).sort_values()
    distance = np.full((len(groups), len(groups)), np.nan)
    first, second = groups.get_indexer(pairs[by]), groups.get_indexer(pairs["other"])
    distance[first, second] = distance[second, first] = np.sqrt(pairs["divergence"].to_numpy())
    np.fill_diagonal(distance, 0)
    if len(groups) < 2 or np.isnan(distance).any():
        raise ValueError(
            f"a tree of {len(groups)} group(s) needs the distance of every two; "
            f"{int(np.isnan(distance).sum() / 2)} pair(s) are missing. Take all rows of compare_pairs."
        )
    condensed = squareform(distance)
    tree = average(condensed)
    if len(groups) > 2:
        tree = optimal_leaf_ordering(tree, condensed)
    order = leaves_list(tree)
    joins = squareform(cophenet(tree))[order[:-1], order[1:]]
    return pd.DataFrame({by: groups[order], "height": np.append(0.0, joins)})


def correspondence(counts, *, by="place"):
    """Map groups and terms by correspondence analysis (Greenacre 2017): what goes with what.

    One row per group x term in; two tables out. Points, one row per group and per term: kind, `by`
    or what is counted; name; mass, its share of all matches; distance, from the average profile,
    in units of chi-squared; inertia = mass x distance ** 2; dim_1, dim_2, principal coordinates.
    Axes, one row per dimension: dimension; inertia; share, of the total, which sums to 1.

    The singular value decomposition of standardised residuals (numpy). The sign of a dimension
    is arbitrary: here the group farthest from the middle has a positive coordinate. Groups may be
    compared with groups and terms with terms; a group near a term is not thereby one that uses it
    much. Rare terms lie far out, with little mass: read inertia. Names of places are left out.
    Profiles only: how much a group says of all the terms together is not shown.

    Raises ValueError for fewer than two groups or terms, for a group that uses none of the terms,
    and where all profiles are the same.
    """
    n, _, groups, terms, of = _profiles(counts, by)
    if len(terms) < 2:
        raise ValueError(f"a map needs two {of}s that are used; there is {len(terms)}. Count more.")
    shares = n / n.sum()
    row, column = shares.sum(axis=1), shares.sum(axis=0)
    expected = np.outer(row, column)
    residual = (shares - expected) / np.sqrt(expected)
    u, singular, v = np.linalg.svd(residual, full_matrices=False)
    singular = singular[: min(n.shape) - 1]
    total = (residual**2).sum()
    if total < 1e-20:
        raise ValueError(
            f"all profiles are the same: every {by} uses the {of}s in the same shares, so there is "
            "nothing to map. Compare other groups or terms."
        )
    axes = pd.DataFrame(
        {
            "dimension": np.arange(1, len(singular) + 1),
            "inertia": singular**2,
            "share": singular**2 / total,
        }
    )
    sides = []
    farthest = np.abs(u[:, : len(singular)]).argmax(axis=0)
    sign = np.sign(u[farthest, np.arange(len(singular))])
    for kind, names, mass, left, part in (
        (by, groups, row, u, (residual**2).sum(axis=1)),
        (of, terms, column, v.T, (residual**2).sum(axis=0)),
    ):
        at = left[:, : len(singular)] * sign * singular / np.sqrt(mass)[:, None]
        side = {"kind": kind, "name": np.asarray(names).astype(str), "mass": mass}
        side |= {"distance": np.sqrt(part / mass), "inertia": part}
        side |= {f"dim_{i + 1}": at[:, i] for i in range(min(2, len(singular)))}
        sides.append(pd.DataFrame(side))
    return pd.concat(sides, ignore_index=True), axes


def collocates(hits, clauses, term):
    """Find the terms that stand in the same clauses as a term.

    One row per match and per clause in; one row per other term that does out, strongest first:
    term; n, clauses with both; n_term, n_other, clauses with each; clauses, all; reports, those
    with both; log_ratio = log2 of the other's share of clauses with the term over its share of
    those without (Hardie 2014), 0.5 standing for a count of 0 in the latter; log_dice = 14 +
    log2(2 n / (n_term + n_other)) (Rychlý 2008), at most 14, comparable between corpora; g2, p, as
    in `log_likelihood`, four cells, for clauses drawn one by one: naive, as in `keyness`. Matches
    inside 《》 are left out; a term counts once in a clause. Not shown: order or grammar, nor that
    it is common at all: a phrase of two terms copied once is a collocation. See `reports`.

    Raises ValueError for an unknown term, one in no clause of these or in every one, and for a
    clause that is there twice.
    """
    need(hits, ["report_id", "clause", "term"], "hits first", "corpus.hits")
    need(clauses, ["report_id", "clause"], "clauses second", "corpus.clauses")
    terms = hits["term"].astype("category").cat.categories
    check_names([term], terms, "term")
    prose = hits[~hits["in_title"].to_numpy(dtype=bool)] if "in_title" in hits else hits
    check_once(clauses)
    keys = ["report_id", "clause"]
    pairs = prose[[*keys, "term"]].drop_duplicates().merge(clauses[keys], on=keys)
    n_other = pairs["term"].value_counts().reindex(terms, fill_value=0).to_numpy()
    n_term, total = int(n_other[terms.get_loc(term)]), len(clauses)
    if n_term in (0, total):
        raise ValueError(
            f"'{term}' stands in {n_term} of {total} clauses: without a clause with it and one "
            "without it, there is nothing to compare. Take more clauses, or another term."
        )
    beside = pairs.merge(pairs.loc[pairs["term"] == term, keys], on=keys)
    n = beside["term"].value_counts().reindex(terms, fill_value=0).to_numpy()
    reports = beside.groupby("term", observed=True)["report_id"].nunique()
    away = n_other - n
    g2, p = log_likelihood(n, n_term, away, total - n_term)
    with np.errstate(divide="ignore"):
        log_ratio = np.log2(n / n_term / (np.where(away, away, 0.5) / (total - n_term)))
        log_dice = 14 + np.log2(2 * n / (n_term + n_other))
    table = pd.DataFrame(
        {
            "term": pd.Categorical(terms, terms), "n": n, "n_term": n_term, "n_other": n_other,
            "clauses": total, "reports": reports.reindex(terms, fill_value=0).to_numpy(),
            "log_ratio": log_ratio, "log_dice": log_dice, "g2": g2, "p": p,
        }
    )  # fmt: skip
    table = table[(table["n"] > 0) & (terms != term)]
    return table.sort_values("log_dice", ascending=False, kind="stable", ignore_index=True)


def _grouped(counts, by):
    """Give counts as an array of groups x terms, the groups' lengths, groups, terms, their name."""
    need(counts, ["n", "n_han"], "counts", "count_terms or count_tokens_by")
    check_names([by], counts.columns, "column")
    matrix, cells, terms, of = as_matrix(counts, by)
    held = np.flatnonzero(np.diff(matrix.tocsc().indptr))  # terms with a row, of 0 as well
    matrix, terms = matrix[:, held], terms[held]
    if cells[by].nunique() * len(held) > _CELLS:
        raise ValueError(
            f"{cells[by].nunique()} {by}s and {len(held)} {of}s make a table of more than "
            f"{_CELLS:,} counts. Take fewer {of}s, or the {by}s of one level or province at a time."
        )
    code, groups = pd.factorize(cells[by], sort=True)
    gather = csr_array((np.ones(len(code)), (code, np.arange(len(code)))))
    return (gather @ matrix).toarray(), gather @ cells["n_han"].to_numpy(), groups, terms, of


def _profiles(counts, by):
    """Give the same of terms in use that are no names of places, every group using some."""
    n, n_han, groups, terms, of = _grouped(counts, by)
    kept = (n.sum(axis=0) > 0) & ~terms.isin(names_of_places(terms, counts))
    n, terms = n[:, kept], terms[kept]
    if len(groups) < 2:
        raise ValueError(f"there is one {by} in these counts ({groups[0]}); comparing takes two.")
    empty = groups[n.sum(axis=1) == 0]
    if len(empty):
        raise ValueError(
            f"'{empty[0]}' uses none of these {of}s: it has no profile to compare. Leave it out, or "
            "count more terms."
        )
    return n, n_han, groups, terms, of
