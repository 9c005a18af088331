"""What one side says more than the other: keyness, by words and by the places that use them."""

import re

import numpy as np
import pandas as pd
from scipy.special import chdtrc, xlogy

from .compare import as_matrix, between, side_of
from .counts import check_names, need
from .places import mentioned
from .trends import adjust
from .uncertainty import FEWEST

_WORDS = {"城区", "新城区", "老城区", "矿区", "郊区", "东区", "西区", "国务院"}  # not names alone
_LETTERS = set("京津沪渝冀晋辽苏浙皖闽赣鲁豫鄂湘粤桂琼蜀黔滇陕陇疆")  # hardly words; 新 and 青 are
_OFFICE = re.compile(".*(?:政府|委|委员会|局|厅|办公室)")
_BLOCK = 2000  # terms at a time: memory is units x 2,000, whatever the vocabulary


def keyness(counts, a, b, *, by, keep_places=False):
    """Compare two sides term by term: with words as draws, and with whole units as draws.

    One row per group x unit x term in, as `count_terms` and `count_tokens_by` give with
    by=["place", "year"]; `a` and `b` are each a value of the column `by`, or a list of them.
    Units are places; with by="place" they are its reports. A term without a row in a unit is 0
    there, but every unit needs a row. One row per term that either side uses out, what is key in
    `a` first, in `b` last:

    n_a, n_b, rate_a, rate_b    matches; per 1,000 Han characters
    with_a, with_b              units that use the term, of units_a and units_b
    log_ratio, low, high        log2(rate_a / rate_b) (Hardie 2014) and its 95 % interval, those of
                                `contrast`: infinite where one side never uses the term, and then
                                `why` says whose n is 0
    g2, p_naive, q_naive        log-likelihood (Dunning 1993), see `log_likelihood`: four cells,
                                mentions and other Han characters of each side
    delta, z_delta              weighted log-odds (Monroe, Colaresi & Quinn 2008), see `log_odds`:
                                the prior is all of `counts`, weighed as a0 Han characters, the
                                mean length of a unit
    z_, p_, q_clustered         difference of the rates over its standard error, which rests on how
                                units differ (ratio of sums over clusters, Cochran 1977, ch. 6;
                                Cameron & Miller 2015) and is never less than that of words; p by
                                Student's t. Places that stand on both sides are compared with
                                themselves
    dp, dp_norm                 dispersion over the units of both sides, see `dispersion`
    why; units_a, units_b; family; masked; a0

    q is of Benjamini & Hochberg (1995) over `family`, all terms in the table. `masked` terms have
    no row: names of divisions (toolkit.places) and of the places in `counts`, in full or for short
    (上海, 沪), and their offices (上海市人民政府), which tell places apart by name alone. They stay in the
    denominators. `keep_places=True` keeps them.

    Naive p and q, and z_delta, take mentions as independent, which those of one report are not:
    they are for comparison with what others report. Between two random halves of the places of
    2024, or with 2020 and 2024 exchanged in random places, where no word is truly key, q_naive
    calls 8 to 104 words of the work reports key at 0.05 on average, q_clustered none; p_clustered
    is below 0.05 for 2 to 4 % of words, and 1 to 3 % with five to seven places a side. With so few
    hardly a difference outlives a family of thousands: count the terms in question alone.

    Not shown: that a difference matters, or why it is there; that two terms are two findings, where
    one phrase holds both. The interval is of the log ratio, z of the difference, which knows 0:
    for rare terms one may clear zero alone.

    Raises ValueError for an unknown group, or one on both sides, fewer than five units a side,
    counts that are missing or negative, and where no term is left to compare.
    """
    need(counts, ["n", "n_han"], "counts", "count_terms or count_tokens_by")
    check_names([by], counts.columns, "column")
    sides = _chosen(counts, a, b, by)
    matrix, cells, terms, of = as_matrix(counts, by)
    han = cells["n_han"].to_numpy(dtype=float)
    (n_a, han_a), (n_b, han_b) = (
        side_of(matrix, cells, side, by=by, fewest=FEWEST) for side in sides
    )
    used = np.flatnonzero(n_a.sum(axis=1) + n_b.sum(axis=1) > 0)
    names = set() if keep_places else names_of_places(terms[used], counts)
    rows = used[~terms[used].isin(names)]
    if not len(rows):
        raise ValueError(
            f"no {of} is left to compare: neither side uses one, names of places apart "
            f"({len(names)} masked). Count other terms, or other groups."
        )
    parts = []
    for block in np.split(rows, range(_BLOCK, len(rows), _BLOCK)):
        parts.append(_compare(n_a[block].toarray(), n_b[block].toarray(), han_a, han_b))
    table = pd.concat(parts, ignore_index=True)
    a0 = (han_a.sum() + han_b.sum()) / (len(han_a) + len(han_b))
    sums = table["n_a"], han_a.sum(), table["n_b"], han_b.sum()
    prior = a0 * matrix.sum(axis=0)[rows] / han.sum()
    g2, p_naive = log_likelihood(*sums)
    delta, z_delta = log_odds(*sums, prior, a0)
    table = table.assign(
        g2=g2, p_naive=p_naive, q_naive=adjust(p_naive)[0],
        delta=delta, z_delta=z_delta,
        q_clustered=adjust(table["p_clustered"])[0],
        units_a=len(han_a), units_b=len(han_b), family=len(rows), masked=len(used) - len(rows),
        a0=a0,
    )  # fmt: skip
    table.insert(0, of, pd.Categorical.from_codes(rows, terms))
    first = [
        of, "n_a", "n_b", "rate_a", "rate_b", "with_a", "with_b", "log_ratio", "low", "high",
        "g2", "p_naive", "q_naive", "delta", "z_delta", "z_clustered", "p_clustered", "q_clustered",
        "dp", "dp_norm",
    ]  # fmt: skip
    table = table.sort_values("z_clustered", ascending=False, kind="stable", ignore_index=True)
    return table[[*first, *(c for c in table if c not in first)]]


def _chosen(counts, a, b, by):
    """Give the groups of each side as text, or say which is not there or stands on both."""
    known = counts[by].drop_duplicates().astype(str).unique()
    sides = [list(map(str, [side] if np.isscalar(side) else side)) for side in (a, b)]
    for side in sides:
        check_names(side, known, by)
    both = sorted(set(sides[0]) & set(sides[1]))
    if both:
        raise ValueError(
            f"'{both[0]}' stands on both sides: what is on both cannot tell them apart. Each "
            f"{by} goes to one side: {', '.join(known[:8])}."
        )
    return sides


def _compare(n_a, n_b, han_a, han_b):
    """Compare dense counts of terms x units: what `between` tells, and how units use each term."""
    dp, dp_norm = dispersion(np.hstack((n_a, n_b)).T, np.concatenate((han_a, han_b)))
    with_a, with_b = ((n > 0).sum(axis=1) for n in (n_a, n_b))
    table = between(n_a, n_b, han_a, han_b)
    return table.assign(with_a=with_a, with_b=with_b, dp=dp, dp_norm=dp_norm, why=table.pop("why"))


def names_of_places(terms, counts):
    """Give the terms that name a division, a place of these counts, or an office of either."""
    columns = [c for c in ("place", "city", "province", "issuer") if c in counts]
    own = {str(name) for c in columns for name in counts[c].dropna().unique()}
    own |= {name[:-1] for name in own if len(name) > 2 and name[-1] in "省市州区县"}
    own -= _WORDS
    return {term for term in terms.tolist() if term in _LETTERS or _is_name(term, own)} - _WORDS


def _is_name(term, own):
    """Tell whether a term is a name, or begins with one and ends as an office."""
    bare = term.removeprefix("中共")
    ends = {end for start, end, name in mentioned(bare) if start == 0 and name not in _WORDS}
    ends |= {end for end in range(2, len(bare) + 1) if bare[:end] in own}
    return any(end == len(bare) or _OFFICE.fullmatch(bare, end) for end in ends)


def log_likelihood(n_a, size_a, n_b, size_b, *, cells=4):
    """Compute the log-likelihood G2 of terms on two sides, and its p: numbers or columns of them.

    2 * sum O ln(O / E) (Dunning 1993), unsigned, no Yates correction, p of chi-squared on one degree of
    freedom, for words drawn one by one. Over the four cells n_a, n_b, size_a - n_a, size_b - n_b,
    as in R, quanteda and UCS; `cells=2` leaves out the rest of the text, as Rayson & Garside
    (2000) and the UCREL calculator do: less by the share that the terms are of the text.

    Raises ValueError for matches that are missing, negative or more than the size of their side,
    and for a side without text.
    """
    n_a, size_a, n_b, size_b = np.broadcast_arrays(n_a, size_a, n_b, size_b)
    observed = np.array([n_a, n_b, size_a - n_a, size_b - n_b], dtype=float)
    if not ((observed >= 0).all() and (size_a > 0).all() and (size_b > 0).all()):
        raise ValueError(
            "matches are missing, negative, or more matches than text to hold them: the size of a "
            "side (n_han) is that of all its text, the same for all terms. Take counts as "
            "count_terms gives them."
        )
    share = (observed[0] + observed[1]) / (size_a + size_b)
    expected = np.array(
        [size_a * share, size_b * share, size_a * (1 - share), size_b * (1 - share)]
    )
    expected[expected == 0] = 1  # of 0 matches: 0 ln 0 adds nothing
    g2 = 2 * xlogy(observed, observed / expected)[:cells].sum(axis=0)
    g2 = np.fmax(g2, 0)  # equal rates may come out a rounding below it
    return g2, chdtrc(1, g2)


def log_odds(n_a, size_a, n_b, size_b, prior, a0):
    """Compute weighted log-odds of terms on two sides, and their z: numbers or columns of them.

    delta = ln[(n_a + w) / (size_a + a0 - n_a - w)] - the same of b, z = delta / sqrt(1 / (n_a + w)
    + 1 / (n_b + w)), w being `prior`, the matches that a text of size a0 would add to each
    side (Monroe, Colaresi & Quinn 2008). Natural log. z takes words as drawn one by one.

    Raises ValueError where a term, or all else, has neither matches nor prior: its log has no value.
    """
    w_a, w_b = n_a + prior, n_b + prior
    inside = (w_a > 0) & (w_a < size_a + a0) & (w_b > 0) & (w_b < size_b + a0)
    if not np.all(inside):
        raise ValueError(
            "a term without matches and without prior has no odds, nor has one that is all of the "
            "text: give a prior above 0 for each term, and its sum or more as a0."
        )
    delta = np.log(w_a / (size_a + a0 - w_a)) - np.log(w_b / (size_b + a0 - w_b))
    return delta, delta / np.sqrt(1 / w_a + 1 / w_b)


def dispersion(n, sizes):
    """Compute DP and DPnorm of terms: an array of parts x terms, and the sizes of the parts.

    DP = 1/2 sum |v - s| (Gries 2008), v being a part's share of the term and s its share of the
    text, parts of equal or unequal size; DPnorm = DP / (1 - min s) (Lijffijt & Gries 2012). 0 is
    as even as the sizes, 1 (of DPnorm) all in the smallest part. NaN for a term with no match.

    Raises ValueError for fewer than two parts, parts without text, and counts that are missing or
    negative.
    """
    n, s = np.asarray(n, dtype=float), np.asarray(sizes, dtype=float)
    if len(n) != len(s) or len(s) < 2 or not (s > 0).all() or not (n >= 0).all():
        raise ValueError(
            f"dispersion needs two parts or more with text, and counts of 0 or more in each; here "
            f"are {len(n)} part(s) of sizes {', '.join(f'{size:g}' for size in s[:5])}. Give an "
            "array of parts x terms and the size of each part."
        )
    s = s / s.sum()
    with np.errstate(invalid="ignore"):
        dp = np.abs(n / n.sum(axis=0) - s[:, None]).sum(axis=0) / 2
    return dp, dp / (1 - s.min())
