"""What the times say: effects of the loops, analysis of variance, distributions, warm-up.

A process or boot (a session) is the unit that is independent of others; runs within one are not. So every effect is
estimated once in each session, and its interval comes from drawing sessions again (bootstrap); the analysis of
variance has the session as a blocking factor. On a processor itself, cycles of the time stamp counter are brought to its
usual clock by the calibrations around the run.
"""

import csv
import os
import warnings

import numpy
import pandas
import scipy.stats
import statsmodels.formula.api as formula_api
from statsmodels.stats.anova import anova_lm
from statsmodels.stats.multitest import multipletests

from metrics import DEFAULTS, LOOPS, NEEDS

DRAWS = 10000
SEED = 1
ALPHA = 0.05


def load_runs(folder):
    """A row for each run: the columns of runs.csv up to `metric`, and its metrics as columns. 64-bit hashes are left
    out; determinism.py has looked at them."""
    types = {name: "int64" for name in ("block", "order")}
    table = pandas.read_csv(os.path.join(folder, "runs.csv"), dtype={**types, "value": "string"})
    table = table[table["unit"] != "hash"]
    table["value"] = table["value"].astype("float64")
    index = [name for name in table.columns if name not in ("metric", "unit", "kind", "value")]
    runs = table.pivot(index=index, columns="metric", values="value").reset_index()
    runs = at_usual_clock(runs)
    order = pandas.read_csv(os.path.join(folder, "order.csv"), usecols=["run_id", "kind"])
    runs["base"] = runs["run_id"].str.partition("+")[0]
    return runs.merge(order.rename(columns={"run_id": "base"}), on="base")


def at_usual_clock(runs):
    """`cycles` divided by how much longer than usual a fixed loop took around the run, `tsc_cycles` as they were. The time
    stamp counter does not follow the core's clock, which on a shared machine goes up and down. Emulators have none."""
    calibration = (runs["calibration_before"] + runs["calibration_after"]) / 2
    usual = calibration.groupby([runs["machine"], runs["accel"]]).transform("median")
    clock = (calibration / usual).where(runs["accel"].isin(["native", "kvm"]), 1.0)
    return runs.assign(tsc_cycles=runs["cycles"], cycles=runs["cycles"] / clock)


def timed(runs):
    """The runs whose times count: not the series, and quiet."""
    return runs[(runs["kind"] == "run") & (runs["quiet"] == 1)]


def controls(runs):
    """Workloads too short for a heartbeat in any combination: no loop does anything while they are timed, so whatever is found
    there is noise."""
    most = runs[runs["kind"] == "run"].groupby("workload")["heartbeats"].max()
    return sorted(most.index[most == 0])


def varying(runs):
    """The factors that have more than one level here."""
    return [name for name in DEFAULTS if name in runs and runs[name].nunique() > 1]


# ---- intervals ----


def bootstrap(values, statistic=numpy.mean, draws=DRAWS):
    """The 95% percentile interval of a statistic of independent values; (nan, nan) when there are fewer than 3."""
    values = numpy.asarray(values, float)
    if len(values) < 3:
        return float("nan"), float("nan")
    generator = numpy.random.default_rng(SEED)
    drawn = values[generator.integers(0, len(values), (draws, len(values)))]
    low, high = numpy.quantile(statistic(drawn, axis=1), [ALPHA / 2, 1 - ALPHA / 2])
    return float(low), float(high)


def mean_over_workloads(values, weights=None):
    """Mean over the columns of the means over the rows that are there; `weights`: one row of factors for each result."""
    values = numpy.asarray(values, float)
    there = ~numpy.isnan(values)
    weights = numpy.ones((1, len(values))) if weights is None else weights
    with numpy.errstate(invalid="ignore"):
        return ((weights @ numpy.where(there, values, 0)) / (numpy.abs(weights) @ there)).mean(axis=1)


def percent(log_ratio):
    return 100 * (numpy.exp(log_ratio) - 1)


# ---- effects ----


def session_effects(runs, factors):
    """{factor: {session: its effect on log(cycles) from the lowest to the highest level}}, all factors at once by least
    squares, so that runs that are missing do not lean on the others."""
    effects = {factor: {} for factor in factors}
    for session, part in runs.groupby("session"):
        coded = numpy.column_stack([numpy.ones(len(part))] + [scaled(part[factor]) for factor in factors])
        if len(part) <= coded.shape[1] or numpy.linalg.matrix_rank(coded) < coded.shape[1]:
            continue
        found = numpy.linalg.lstsq(coded, numpy.log(part["cycles"].to_numpy(float)), rcond=None)[0]
        for factor, effect in zip(factors, found[1:]):
            effects[factor][session] = effect
    return effects


def scaled(levels):
    """Levels as numbers from 0 to 1."""
    levels = levels.astype(float)
    low, high = levels.min(), levels.max()
    return ((levels - low) / (high - low) if high > low else levels * 0).to_numpy()


def contrast(runs, condition_on, condition_off):
    """{session: effect of one condition against another on log(cycles)}, of the sessions that have both."""
    effects = {}
    for session, part in runs.groupby("session"):
        on, off = part[condition_on(part)]["cycles"], part[condition_off(part)]["cycles"]
        if len(on) and len(off):
            effects[session] = numpy.log(on).mean() - numpy.log(off).mean()
    return effects


def with_needs(runs, loop):
    """The runs in which a loop has what it works on."""
    for needed in NEEDS.get(loop, []):
        runs = runs[runs[needed] == 1]
    return runs


def others_on(loop, level):
    def chosen(part):
        mask = part[loop] == level
        for other in LOOPS:
            if other != loop:
                mask &= part[other] == 1
        return mask
    return chosen


def all_loops(level):
    def chosen(part):
        return (part[LOOPS] == level).all(axis=1)
    return chosen


# ---- analysis of variance ----


def anova(runs, factors):
    """One row for each term: F, p, partial eta squared and omega squared, for the model of log(cycles) with session as
    block, the factors, and all interactions of two that the design can tell apart."""
    if not factors or runs["session"].nunique() + len(factors) >= len(runs):
        return None, None
    runs = runs.assign(log_cycles=numpy.log(runs["cycles"].astype(float)))
    pairs = [f"{one}:{two}" for i, one in enumerate(factors) for two in factors[i + 1:]]
    block = "C(session) + " if runs["session"].nunique() > 1 else ""
    coded = numpy.column_stack([numpy.ones(len(runs))] + [scaled(runs[name]) for name in factors] +
                               [scaled(runs[one]) * scaled(runs[two]) for one, two in
                                (pair.split(":") for pair in pairs)])
    if numpy.linalg.matrix_rank(coded) < coded.shape[1]:
        pairs = []  # a fraction: interactions are aliased
    model = formula_api.ols("log_cycles ~ " + block + " + ".join([*factors, *pairs]), runs).fit()
    if model.df_resid < 1:
        return None, None
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        table = anova_lm(model, typ=2)
    residual = table.loc["Residual"]
    error, mean_error = residual["sum_sq"], residual["sum_sq"] / residual["df"]
    total = table["sum_sq"].sum()
    table["eta"] = table["sum_sq"] / (table["sum_sq"] + error) if error > 0 else numpy.nan
    table["omega"] = (table["sum_sq"] - table["df"] * mean_error) / (total + mean_error)
    return table.drop(index=["Residual", "C(session)"], errors="ignore"), model


def verdict(effect, low, high, p, negligible):
    """Pays, costs or nothing, or that the data do not say; effects are ratios less 1. Significance alone is no verdict:
    the whole interval must lie beyond what the plan calls negligible, or within it."""
    if numpy.isnan(low) or numpy.isnan(p):
        return "too few"
    if -negligible <= low and high <= negligible:
        return "nothing"
    if p < ALPHA and low > 0:
        return "costs" if low > negligible else "costs, perhaps negligibly"
    if p < ALPHA and high < 0:
        return "pays" if high < -negligible else "pays, perhaps negligibly"
    return "undecided"


def effects_table(runs, negligible):
    """A row for each workload and factor, with Holm's correction over all of them; one table for each machine."""
    rows = []
    for (machine, accel, workload), part in timed(runs).groupby(["machine", "accel", "workload"]):
        factors = [name for name in varying(part) if name not in ("machine",)]
        if not factors:
            continue
        table, _ = anova(part, factors)
        effects = session_effects(part, [name for name in factors if name != "load"])
        for factor in factors:
            values = list(effects.get(factor, {}).values())
            low, high = (percent(edge) for edge in bootstrap(values))
            known = table is not None and factor in table.index
            rows.append({"machine": machine, "accel": accel, "workload": workload, "factor": factor,
                         "sessions": len(values), "effect": percent(numpy.mean(values)) if values else numpy.nan,
                         "low": low, "high": high, "F": table.loc[factor, "F"] if known else numpy.nan,
                         "p": table.loc[factor, "PR(>F)"] if known else numpy.nan,
                         "eta": table.loc[factor, "eta"] if known else numpy.nan,
                         "omega": table.loc[factor, "omega"] if known else numpy.nan, **spread(part, factor)})
    table = pandas.DataFrame(rows)
    if len(table):
        table["holm"], table["levene"] = holm(table["p"]), holm(table["levene"])
        idle = controls(runs)
        table["verdict"] = ["control" if row.workload in idle and row.factor in LOOPS else
                            verdict(row.effect / 100, row.low / 100, row.high / 100, row.holm, negligible)
                            for row in table.itertuples()]
    return table


def spread(runs, factor):
    """How much wider log(cycles) scatters within sessions at the highest level than at the lowest, and p of Levene's test about
    medians that all levels scatter alike."""
    log = numpy.log(runs["cycles"].astype(float))
    groups = [one.to_numpy() for _, one in (log - log.groupby(runs["session"]).transform("mean")).groupby(runs[factor])]
    if min(map(len, groups)) < 3 or not groups[0].std():
        return {"spread": numpy.nan, "levene": numpy.nan}
    return {"spread": groups[-1].std() / groups[0].std(), "levene": scipy.stats.levene(*groups, center="median").pvalue}


def holm(p):
    """Holm's correction; what is not known stays so."""
    corrected = pandas.Series(numpy.nan, index=p.index)
    known = p.notna()
    if known.any():
        corrected[known] = multipletests(p[known], method="holm")[1]
    return corrected


def loop_table(runs, negligible):
    """For each loop the mean over the workloads of a machine that have heartbeats: of its effect in all combinations, in those
    in which the loop has what it needs, and with all other loops on. Sessions are drawn and their signs flipped as a whole."""
    rows = []
    runs = runs[~runs["workload"].isin(controls(runs))]
    for (machine, accel), part in timed(runs).groupby(["machine", "accel"]):
        for loop in [name for name in LOOPS if part[name].nunique() > 1]:
            factors = [name for name in varying(part) if name not in ("machine", "load")]
            views = {"all": over_workloads(part, lambda one, f=factors, n=loop: session_effects(one, f)[n]),
                     "needs": over_workloads(with_needs(part, loop), lambda one, n=loop: contrast(
                         one, lambda p: p[n] == 1, lambda p: p[n] == 0)),
                     "others": over_workloads(part, lambda one, n=loop: contrast(
                         one, others_on(n, 1), others_on(n, 0)))}
            for view, values in views.items():
                low, high = (percent(edge) for edge in draw_sessions(values))
                rows.append({"machine": machine, "accel": accel, "loop": loop, "view": view, "sessions": len(values),
                             "effect": percent(mean_over_workloads(values)[0]) if len(values) else numpy.nan, "low": low,
                             "high": high, "p": sign_flip(values)})
    table = pandas.DataFrame(rows)
    if len(table):
        table["holm"] = holm(table["p"])
        table["verdict"] = [verdict(row.effect / 100, row.low / 100, row.high / 100, row.holm, negligible)
                            for row in table.itertuples()]
    return table


def over_workloads(runs, effects):
    """A row for each session, a column for each workload; nan where a session lacks the runs. Sessions without any are left
    out."""
    found = {workload: effects(part) for workload, part in runs.groupby("workload")}
    return pandas.DataFrame(found).dropna(how="all").sort_index().to_numpy() if any(found.values()) else numpy.empty((0, 1))


def draw_sessions(values, draws=DRAWS):
    """The 95% interval of the mean over workloads, by drawing whole sessions again."""
    if len(values) < 3:
        return float("nan"), float("nan")
    generator = numpy.random.default_rng(SEED)
    times = generator.multinomial(len(values), numpy.full(len(values), 1 / len(values)), draws).astype(float)
    low, high = numpy.nanquantile(mean_over_workloads(values, times), [ALPHA / 2, 1 - ALPHA / 2])
    return float(low), float(high)


def sign_flip(values, draws=DRAWS):
    """p of the hypothesis that effects are as often above as below 0, by flipping the signs of whole sessions."""
    if len(values) < 5:  # fewer cannot reach the 5% level
        return float("nan")
    generator = numpy.random.default_rng(SEED)
    flipped = mean_over_workloads(values, generator.choice([-1.0, 1.0], (draws, len(values))))
    beyond = numpy.abs(flipped) >= abs(mean_over_workloads(values)[0]) - 1e-15
    return float((1 + beyond.sum()) / (1 + draws))


# ---- distributions ----


def distribution_table(runs):
    """For each machine and workload, with no loop and with all: median, quartiles, the median's bootstrap interval over
    sessions, and the greatest deviation."""
    rows = []
    for (machine, accel, workload), part in timed(runs).groupby(["machine", "accel", "workload"]):
        for name, level in (("none", 0), ("all", 1)):
            one = part[all_loops(level)(part)]
            if len(one):
                medians = one.groupby("session")["cycles"].median()
                low, high = bootstrap(medians, numpy.median)
                q1, q2, q3 = one["cycles"].quantile([0.25, 0.5, 0.75])
                rows.append({"machine": machine, "accel": accel, "workload": workload, "loops": name, "runs": len(one),
                             "words": one["words"].iloc[0], "heartbeats": one["heartbeats"].iloc[0], "q1": q1, "median": q2, "q3": q3, "low": low, "high": high,
                             "cycles_per_word": q2 / one["words"].iloc[0], "cv": one["cycles"].std(ddof=0) /
                             one["cycles"].mean()})
    return pandas.DataFrame(rows)


def quality(runs):
    """For each machine: attempts, those thrown away, and runs that never were quiet."""
    part = runs[runs["kind"] == "run"]
    rows = []
    for (machine, accel), one in part.groupby(["machine", "accel"]):
        best = one.groupby("base")["quiet"].max()
        rows.append({"machine": machine, "accel": accel, "samples": len(one), "discarded": int((one["quiet"] == 0).sum()),
                     "share": float((one["quiet"] == 0).mean()), "runs": len(best),
                     "never_quiet": int((best == 0).sum())})
    return pandas.DataFrame(rows)


def variability(runs):
    """Coefficients of variation of the cycles of each combination on a processor itself; also what is to be read before any
    sentence that says that nothing varies."""
    part = timed(runs)
    part = part[part["accel"].isin(["native", "kvm"])]
    groups = part.groupby(["machine", "accel", "workload", *LOOPS])["cycles"]
    return (groups.std(ddof=0) / groups.mean())[groups.size() >= 3]


def discards(runs):
    """For each loop the share of runs without a quiet sample, off and on, and p of Fisher's test that it is the same: what is
    thrown away must not depend on what is compared."""
    part = runs[(runs["kind"] == "run") & runs["accel"].isin(["native", "kvm"])]
    one = part.sort_values("quiet").drop_duplicates("base", keep="last")
    rows = []
    for loop in [name for name in LOOPS if one[name].nunique() > 1]:
        counts = [[int((one[one[loop] == level]["quiet"] == quiet).sum()) for quiet in (0, 1)] for level in (0, 1)]
        rows.append({"loop": loop, "off": counts[0][0] / sum(counts[0]), "on": counts[1][0] / sum(counts[1]),
                     "p": scipy.stats.fisher_exact(counts)[1]})
    table = pandas.DataFrame(rows)
    if len(table):
        table["holm"] = holm(table["p"])
    return table


def expected_metrics(runs):
    """What each loop changed in what the physics found: means over the combinations in which it has what it needs. These
    are exact: one run of each combination is enough."""
    rows = []
    one = runs[runs["kind"] == "run"].drop_duplicates(["workload", *LOOPS])
    accuracy = numpy.where(one["predictions"] > 0, one["hits"] / one["predictions"].where(one["predictions"] > 0, 1),
                           numpy.nan)
    one = one.assign(accuracy=100 * accuracy)
    names = ["heartbeats", "heartbeat_interval", "heat_total", "half_life", "window_width", "predictions", "accuracy"]
    for loop in LOOPS:
        part = with_needs(one, loop)
        if part[loop].nunique() > 1:
            for name in names:
                off, on = part[part[loop] == 0][name].mean(), part[part[loop] == 1][name].mean()
                rows.append({"loop": loop, "metric": name, "off": off, "on": on})
    return pandas.DataFrame(rows)


def read_series(folder):
    """series.csv as rows of (run_id, session-less columns, iteration, metric, value)."""
    path = os.path.join(folder, "series.csv")
    with open(path, newline="", encoding="utf-8") as file:
        if sum(1 for _ in csv.reader(file)) < 2:
            return None
    return pandas.read_csv(path)
