"""The statistics of the comparison: quartiles, intervals of a ratio of medians, tests.

Intervals come from drawing samples again (bootstrap, percentile method, seeded). Samples of one file are of one process or
boot; where there are several files, files are drawn first and samples in them then, because runs of one process have
their layout in memory in common.
"""

import math

import numpy

DRAWS = 4000
SEED = 1
LEAST = 5  # samples on each side, below which nothing is said
ALPHA = 0.05
NEGLIGIBLE = 0.01  # a change within this share of the median counts as none


def quartiles(values):
    """(lower quartile, median, upper quartile), interpolated."""
    return tuple(float(part) for part in numpy.quantile(values, (0.25, 0.5, 0.75)))


def percentile(values, part):
    """A percentile; None when there are too few values to have one beyond it."""
    return float(numpy.quantile(values, part)) if len(values) * (1 - part) >= 1 - 1e-9 else None


def draw_medians(groups, generator):
    """Medians of samples that are drawn again, a group standing for a file."""
    groups = [numpy.asarray(group, float) for group in groups if len(group)]
    if len(groups) == 1:
        return numpy.median(groups[0][generator.integers(0, len(groups[0]), (DRAWS, len(groups[0])))], axis=1)
    medians = numpy.empty(DRAWS)
    for draw in range(DRAWS):
        chosen = generator.integers(0, len(groups), len(groups))
        medians[draw] = numpy.median(numpy.concatenate(
            [groups[one][generator.integers(0, len(groups[one]), len(groups[one]))] for one in chosen]))
    return medians


def ratio(above, below):
    """(ratio of the medians, low, high) with the 95% interval, of lists of lists of values; None with too few values."""
    one, other = sum(map(list, above), []), sum(map(list, below), [])
    if min(len(one), len(other)) < LEAST or numpy.median(other) <= 0:
        return None
    generator = numpy.random.default_rng(SEED)
    bottom = draw_medians(below, generator)
    drawn = draw_medians(above, generator) / numpy.where(bottom > 0, bottom, numpy.nan)
    low, high = numpy.nanquantile(drawn, (ALPHA / 2, 1 - ALPHA / 2))
    return float(numpy.median(one) / numpy.median(other)), float(low), float(high)


def mann_whitney(one, other):
    """Two-sided p that values of both are of one distribution: normal approximation with correction for ties."""
    one, other = list(one), list(other)
    both = sorted([(value, 0) for value in one] + [(value, 1) for value in other])
    count, ranks, ties, start = len(both), 0.0, 0.0, 0
    while start < count:
        end = start
        while end < count and both[end][0] == both[start][0]:
            end += 1
        ranks += (start + 1 + end) / 2 * sum(side == 0 for _, side in both[start:end])
        ties += (end - start) ** 3 - (end - start)
        start = end
    n, m = len(one), len(other)
    variance = n * m / 12 * ((count + 1) - ties / (count * (count - 1)))
    if variance <= 0:
        return 1.0
    distance = abs(ranks - n * (n + 1) / 2 - n * m / 2) - 0.5
    return math.erfc(max(distance, 0) / math.sqrt(2 * variance))


def holm(ps):
    """Holm's correction of a list of p."""
    corrected, most = [0.0] * len(ps), 0.0
    for rank, place in enumerate(sorted(range(len(ps)), key=lambda one: ps[one])):
        most = max(most, min(1.0, (len(ps) - rank) * ps[place]))
        corrected[place] = most
    return corrected


def exact(groups):
    """Whether all values are the same: counted instructions mostly are."""
    return len({value for group in groups for value in group}) == 1
