#!/usr/bin/env python3
"""Tests of the report that compares host and kernel (bench/compare/report.py), on made-up files.

usage: test_report.py [PART]
"""

import json
import os
import re
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
COMPARE = os.path.join(ROOT, "bench", "compare")
sys.path[:0] = [HERE, os.path.join(ROOT, "tests"), COMPARE]

import made_up  # noqa: E402 (the path must be set first)
import report_files  # noqa: E402
import report_stats  # noqa: E402
import report_tables  # noqa: E402
from checks import check, expect, run  # noqa: E402

SECONDS = 120
NOT_COUNTED = "no ratio: counted time has no cycles"


def folders(folder):
    """The folder of new files, and that of kept ones."""
    made = [os.path.join(folder, name) for name in ("new", "compare")]
    for one in made:
        os.makedirs(one)
    return made


def write_report(new, kept, *more):
    """(exit status, what it said, the report without its pictures)"""
    done = subprocess.run([sys.executable, "-B", os.path.join(COMPARE, "report.py"), new, "--results", kept, *more], text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=SECONDS, check=False)
    path = os.path.join(new, "report.html")
    text = ""
    if os.path.exists(path):
        with open(path, encoding="utf-8") as file:
            text = file.read()
        expect(len(text) < 1_000_000, f"the report has {len(text)} bytes")
    return done.returncode, done.stdout, re.sub(r'"data:image/png;base64,[^"]*"', '""', text)


def rows_of(new, kept):
    files, _ = report_files.read_all([new, kept])
    return {row.name: row for row in report_tables.side_by_side(*report_tables.pair(files, files[0].processor))}


def refusal(folder, content):
    """Why a file with this content is refused."""
    path = os.path.join(folder, "file.json")
    with open(path, "wb") as file:
        file.write(content if isinstance(content, bytes) else json.dumps(content).encode())
    try:
        report_files.read(path)
    except report_files.Refused as reason:
        return str(reason)
    return "it was not refused"


@check("ratio-known", "a ratio that is in the samples is found, its interval contains it, and disturbed samples are left out")
def ratio_test(folder):
    new, kept = folders(folder)
    made_up.put(new, "host.json", "host", "native")
    made_up.put(kept, "kvm.json", "kernel", "kvm", factor=0.8)
    rows = rows_of(new, kept)
    expect(set(rows) == set(made_up.COSTS), f"rows: {sorted(rows)}")
    for name, row in rows.items():
        middle, low, high = row.ratio
        expect(abs(middle - 0.8) < 0.02 and low <= 0.81 and high >= 0.79, f"{name}: {row.ratio}")
        expect(row.host.unit == row.kernel.unit == "core_cycles", f"units: {row.host.unit}, {row.kernel.unit}")
        expect(len(row.host.values) == 30, f"{name} has {len(row.host.values)} samples")
        cost = made_up.COSTS[name][0]
        expect(abs(report_stats.quartiles(row.host.values)[1] / cost - 1) < 0.02, f"{name} is not for one operation")
    status, said, text = write_report(new, kept)
    expect(status == 0 and "the kernel is faster in 12, slower in 0" in text, said + text[:2000])


@check("ratio-none", "equal sides are undecided, not faster or slower")
def equal_test(folder):
    new, kept = folders(folder)
    made_up.put(new, "host.json", "host", "native")
    made_up.put(new, "kvm.json", "kernel", "bare metal", seed=7)
    decided = [row.name for row in rows_of(new, kept).values() if row.direction != "undecided"]
    expect(len(decided) <= 2, f"decided: {decided}")


@check("units", "no ratio is made across units: counted time has no cycles, and says so in each row")
def units_test(folder):
    new, kept = folders(folder)
    made_up.put(new, "host.json", "host", "native")
    made_up.put(new, "kernel.json", "kernel", "tcg-icount", told={"cpu": "QEMU TCG CPU"})
    for name, row in rows_of(new, kept).items():
        expect(row.ratio is None and row.why_none == NOT_COUNTED, f"{name}: {row.ratio} {row.why_none}")
        expect(row.instructions.values[0] == made_up.COSTS[name][1], f"{name}: {row.instructions.values[:1]}")
        expect(not row.kernel.known, f"{name}: counted cycles were taken for time")
    status, said, text = write_report(new, kept)
    expect(status == 0 and text.count(f'<td class="none">{NOT_COUNTED}</td>') == len(made_up.COSTS), said)
    expect("Nothing can be concluded about the speed of the kernel" in text, "it concludes something")


@check("hypervisors", "a kernel under another hypervisor is compared in time, one under emulation without counting is not used")
def hypervisors_test(folder):
    new, kept = folders(folder)
    made_up.put(new, "host.json", "host", "native")
    made_up.put(new, "emulated.json", "kernel", "tcg", told={"date": "2026-12-01"})
    made_up.put(new, "other.json", "kernel", "VMwareVMware", factor=1.1)
    _, said, text = write_report(new, kept)
    expect("slower in 12" in text, said)
    expect("cycles mean nothing; not used: emulated.json" in text, "the emulated file is used")


@check("zero", "of a median of 0 no ratio is made, and it says so")
def zero_test(folder):
    new, kept = folders(folder)
    made_up.put(new, "host.json", "host", "native", costs={"dispatch/dup": (0, 0)})
    made_up.put(new, "kvm.json", "kernel", "kvm", costs={"dispatch/dup": (1, 1)})
    row = rows_of(new, kept)["dispatch/dup"]
    expect(row.ratio is None and row.why_none == "no ratio: the host's median is 0", row.why_none)


@check("pairs", "no ratio is made across processors or commits")
def pairs_test(folder):
    new, kept = folders(folder)
    made_up.put(new, "host.json", "host", "native")
    made_up.put(new, "kvm.json", "kernel", "kvm", told={"commit": "fedcba9876543210"})
    whys = {row.why_none for row in rows_of(new, kept).values()}
    expect(whys == {"no ratio: commits differ (0123456789ab, fedcba987654)"}, str(whys))
    os.remove(os.path.join(new, "kvm.json"))
    made_up.put(new, "real.json", "kernel", "bare metal", told={"cpu": "AMD Ryzen", "cpuid": {"vendor": "AuthenticAMD", "family": 25}})
    whys = {row.why_none for row in rows_of(new, kept).values()}
    expect(whys == {"no ratio: no file of the kernel"}, str(whys))
    _, _, text = write_report(new, kept)
    expect("no ratio: no file of the host on this processor" in text, "the other processor has no section")


@check("tsc", "without the core's clock cycles are those of the time stamp counter, on both sides")
def tsc_test(folder):
    new, kept = folders(folder)
    made_up.put(new, "host.json", "host", "native")
    made_up.put(new, "kvm.json", "kernel", "kvm", told={"core_hz": 0}, factor=1.25, core=False)
    row = rows_of(new, kept)["switch/yield_2"]
    expect(row.host.unit == row.kernel.unit == "cycles", f"units: {row.host.unit}, {row.kernel.unit}")
    expect(abs(row.ratio[0] - 1.25) < 0.03, str(row.ratio))


@check("few", "with too few samples there is no ratio")
def few_test(folder):
    new, kept = folders(folder)
    made_up.put(new, "host.json", "host", "native", samples=4)
    made_up.put(new, "kvm.json", "kernel", "kvm")
    whys = {row.why_none for row in rows_of(new, kept).values()}
    expect(whys == {"no ratio: fewer than 5 samples on a side"}, str(whys))


@check("refused", "a file whose harness refused to report is named with its reason, and the others are reported")
def refused_test(folder):
    new, kept = folders(folder)
    made_up.put(new, "host.json", "host", "native")
    made_up.write(new, "kvm.json", made_up.context("kernel", "kvm", error="the multiplication took 7 cycles"), [])
    status, said, text = write_report(new, kept)
    expect(status == 0 and "kvm.json: not used: whoever made it refused to report: the multiplication took 7 cycles" in said, said)
    expect("kvm.json was refused: whoever made it refused" in text, "the matrix does not say why the kernel is missing")
    expect("switch/yield_2" in text, "the host was not reported")


@check("malformed", "whatever is wrong with a file, it is named, says what, and does not stop the others")
def malformed_test(folder):
    good = made_up.context("host", "native")
    sample = made_up.entries("host", "native", samples=1, disturbed=0)[0]

    def of(told=None, **more):
        return {"context": {**good, **(told or {})}, "benchmarks": [{**sample, **more}]}

    for content, why in (
            (b"{", "it is not JSON"), (b"", "it is not JSON"), (b"\xff\xfe", "it is not text in UTF-8"), ([1], "no `context`"),
            (b"[" * 100000, "it is not JSON"), ({"benchmarks": []}, "no `context`"), ({"context": good}, "no list `benchmarks`"),
            ({"context": good, "benchmarks": []}, "it has no samples"), ({"context": good, "benchmarks": [3]}, "entry 0"),
            (of({"side": "elsewhere"}), "it is of 'elsewhere'"), (of({"side": []}), "it is of []"),
            (of({"commit": None}), "does not say `commit`"),
            (of({"self_check": {"measured": 7, "ok": False}}), "its self-check failed (measured 7)"),
            (of({"self_check": None}), "how its self-check ended"), (of({"counted_time": True}), "`counted_time` is True"),
            (of(ops=None), "how many operations"), (of(ops=0), "how many operations"), (of(cycles="many"), "'many'"),
            (of(cycles=-1), "-1, which is no count"), (of(time_unit="weeks"), "'weeks'"), (of(samples=["x"]), "list of numbers"),
            (json.dumps(of()).replace(str(sample["cycles"]), "NaN").encode(), "nan, which is no count")):
        told = refusal(folder, content)
        expect(why in told, f"of {str(content)[:60]} it says: {told}")
    expect(refusal(folder, of()) == "it was not refused", "a good file is refused")
    new, kept = folders(folder)
    made_up.put(new, "host.json", "host", "native")
    for name, content in (("cut.json", "{"), ("<b>.json", "[]")):
        with open(os.path.join(kept, name), "w", encoding="utf-8") as file:
            file.write(content)
    status, said, text = write_report(new, kept)
    expect(status == 0 and "cut.json: not used: it is not JSON" in said, said)
    expect("cut.json was not used: it is not JSON" in text and "<b>.json" not in text, "the report does not name the files")
    expect("2 of 3 files could not be used" in text, "the report does not count them")


@check("nothing", "with no file at all the report says so, and the exit status is 1")
def nothing_test(folder):
    status, said, text = write_report(*folders(folder))
    expect(status == 1 and "no file could be used" in said, said)
    expect("nothing was compared" in text, "the report does not say so")


@check("missing", "what no file has stays missing, with the reason, in every class of the matrix")
def missing_test(folder):
    new, kept = folders(folder)
    costs = {name: cost for name, cost in made_up.COSTS.items() if name != "vm/spawn"}
    made_up.put(new, "host.json", "host", "native", costs=costs, told={"dirty": True, "filter": "^message"})
    made_up.put(new, "kernel.json", "kernel", "tcg-icount")
    _, _, text = write_report(new, kept)
    expect("local changes, so nobody can repeat this: host.json." in text, "it does not say that the sources were changed")
    files, refused = report_files.read_all([new, kept])
    classes, rows = report_tables.matrix(files, refused, {"kernel, KVM": "the probe says that it is emulated"})
    cells = dict(zip(classes, dict(rows)["vm/spawn"]))
    expect(cells["host"].missing == "not in host.json, made of ^message alone" and not cells["host"].known, str(cells["host"]))
    expect(cells["kernel, counted"].known, "the kernel's number is not there")
    expect(cells["kernel, KVM"].missing == "the probe says that it is emulated", str(cells["kernel, KVM"]))
    expect(cells["kernel, bare metal"].missing == "no file from a real machine has been added", str(cells))
    told = [(target["what"], verdict) for target, _, _, value, verdict in report_tables.targets(files) if value is None]
    expect(("a VM made and ended", "not in host.json, made of ^message alone") in told, str(told))
    expect({kind for _, kind, *_ in report_tables.targets(files)} == {"host"}, "instructions were judged against cycles")


@check("disturbed", "a benchmark without a single undisturbed sample has no number")
def disturbed_test(folder):
    new, kept = folders(folder)
    made_up.put(new, "host.json", "host", "native", samples=0, disturbed=5)
    made_up.put(new, "kvm.json", "kernel", "kvm")
    row = rows_of(new, kept)["dispatch/dup"]
    expect(not row.host.known and row.why_none == "no ratio: no undisturbed sample in host.json", row.why_none)


@check("targets", "medians are judged against what is required, in the unit of that")
def targets_test(folder):
    new, kept = folders(folder)
    made_up.put(new, "host.json", "host", "native", noise=0)
    found = {target["what"]: (value, verdict) for target, _, _, value, verdict in
             report_tables.targets(report_files.read_all([new, kept])[0])}
    expect(found["YIELD, VM to VM"][1] == "required met" and abs(found["YIELD, VM to VM"][0] - 67) < 0.1, str(found))
    expect(found["64 bytes of kernel heap taken and given back"][1] == "goal met", str(found))
    expect(found["a VM made and ended"][1] == "missed" and abs(found["a VM made and ended"][0] - 64.17) < 0.1, f"us: {found['a VM made and ended']}")
    words = found["a word, geometric mean of four programs"]
    expect(words[1] == "required met" and abs(words[0] - 1.827) < 0.01, str(words))


@check("commits", "of two commits a planted 5% is found and noise is not, in time and in counted instructions")
def commits_test(folder):
    new, kept = folders(folder)
    slower = {**made_up.COSTS, "switch/yield_2": (67 * 1.05, 150)}
    for side, accelerator in (("host", "native"), ("kernel", "tcg-icount")):
        made_up.put(kept, f"{side}-a.json", side, accelerator, told={"commit": "a" * 40, "date": "2026-11-20"}, seed=3)
        made_up.put(kept, f"{side}-b.json", side, accelerator, told={"commit": "b" * 40, "date": "2026-11-21"}, seed=4, costs=slower)
    found = report_tables.commits(report_files.read_all([new, kept])[0])
    expect(len(found) == 2, f"{len(found)} comparisons")
    for place, before, after, _, _, changes in found:
        expect((before, after) == ("a" * 12, "b" * 12), f"{before} {after}")
        expect(len(changes) == len(made_up.COSTS), f"{len(changes)} were compared")
        beyond = [change.name for change in changes if change.beyond]
        expect(beyond == ["switch/yield_2"], f"{place[0]}: {beyond}")
        expect(abs([one for one in changes if one.beyond][0].ratio[0] - 1.05) < 0.015, f"{place[0]}: {changes}")


@check("commits-noise", "of twenty pairs of equal commits hardly any benchmark changes beyond noise")
def noise_test(folder):
    new, kept = folders(folder)
    for index in range(21):
        made_up.put(kept, f"{index}.json", "host", "native", seed=index, noise=0.03, disturbed=0,
                    told={"commit": f"{index:040x}"[::-1], "date": f"2026-11-{index + 1:02}"})
    found = report_tables.commits(report_files.read_all([new, kept])[0])
    beyond = sum(change.beyond for *_, changes in found for change in changes)
    expect(len(found) == 20 and beyond <= 2, f"{beyond} of {20 * len(made_up.COSTS)} in {len(found)} pairs")


@check("commits-dirty", "sources with local changes and other machines are compared with nothing")
def dirty_test(folder):
    new, kept = folders(folder)
    made_up.put(kept, "a.json", "host", "native", told={"commit": "a" * 40})
    made_up.put(kept, "b.json", "host", "native", told={"commit": "b" * 40, "dirty": True})
    made_up.put(kept, "c.json", "host", "native", told={"commit": "c" * 40, "machine": "another"})
    expect(not report_tables.commits(report_files.read_all([new, kept])[0]), "they were compared")


@check("statistics", "Mann-Whitney and Holm give what they must for cases that are known")
def statistics_test(_):
    close = report_stats.mann_whitney([1, 2, 3, 4, 5], [6, 7, 8, 9, 10])
    expect(abs(close - 0.01219) < 1e-4, f"p of two separate fives: {close}")
    tied = report_stats.mann_whitney([1, 1, 2, 2, 3], [1, 2, 2, 3, 3])
    expect(abs(tied - 0.5067) < 1e-3, f"p with ties: {tied}")
    expect(report_stats.mann_whitney([4] * 9, [4] * 9) == 1.0, "p of equal constants")
    corrected = report_stats.holm([0.01, 0.04, 0.03, 0.005])
    expect(all(abs(one - other) < 1e-12 for one, other in zip(corrected, (0.03, 0.06, 0.06, 0.02))), str(corrected))
    expect(report_stats.percentile([1] * 999, 0.999) is None and report_stats.percentile([1] * 1000, 0.999) == 1,
           "a percentile beyond which there can be nothing")


@check("explanations", "a difference is explained only where other numbers of the same files agree")
def explanations_test(folder):
    new, kept = folders(folder)
    made_up.put(new, "host.json", "host", "native")
    slower = {**made_up.COSTS, "switch/yield_2": (90, 143), "hal/timer": (4000, 286)}
    made_up.put(new, "kvm.json", "kernel", "kvm", costs=slower)
    told = {(group, way): text for group, way, _, text in report_tables.explanations(list(rows_of(new, kept).values()))}
    expect("Timer hardware" in told["switch", "slower"], str(told))
    slower["hal/timer"] = (1000, 286)
    made_up.put(new, "kvm.json", "kernel", "kvm", costs=slower)
    told = {(group, way): text for group, way, _, text in report_tables.explanations(list(rows_of(new, kept).values()))}
    expect(told["switch", "slower"] is None, f"explained by a timer that is faster: {told}")


@check("jitter", "gaps give percentiles, and those that cannot be known are left out")
def jitter_test(folder):
    new, kept = folders(folder)
    gaps = {**made_up.jitter(), "samples": list(range(1, 201))}
    made_up.write(new, "host.json", made_up.context("host", "native"), made_up.entries("host", "native") + [gaps])
    _, _, text = write_report(new, kept)
    row = re.search(r"<tr><td>jitter/quantum_1ms</td>.*?</tr>", text)
    expect(row and re.findall(r"<td>([^<]*)</td>", row[0])[2:] ==
           ["200", "1.00", "100.5", "180.1", "198.0", "too few", "200.0"], row and row[0])


@check("self-contained", "the report has pictures inside, nothing to load from elsewhere, and is written to the results as well")
def contained_test(folder):
    new, kept = folders(folder)
    made_up.put(new, "host.json", "host", "native", told={"machine": '<script src="http://example.org/x.js">'})
    made_up.put(new, "kvm.json", "kernel", "kvm", factor=0.9)
    made_up.put(new, "kernel.json", "kernel", "tcg-icount")
    status, said, text = write_report(new, kept, "--save")
    expect(status == 0, said)
    expect(not re.search(r"<(script|link|iframe|object)|(src|href)=\"(?!\")|@import|url\(", text), "it loads something")
    expect(text.count("<img") == 3, f"{text.count('<img')} pictures")
    with open(os.path.join(folder, "compare.md"), encoding="utf-8") as file:
        markdown = file.read()
    for picture in re.findall(r"\]\((\S+\.png)\)", markdown):
        expect(os.path.getsize(os.path.join(folder, picture)) > 1000, f"{picture} is not there")
    expect(len(re.findall(r"\.png\)", markdown)) == 3 and "| message/ring\\_2 |" in markdown, "the tables are not in Markdown")
    kept_report = os.path.join(kept, "report.html")
    expect(os.path.exists(kept_report) and os.path.getsize(kept_report) < 1_000_000, "no report beside the results")


@check("duplicates", "a file that lies in both folders counts once")
def duplicates_test(folder):
    new, kept = folders(folder)
    for place in (new, kept):
        made_up.put(place, "host.json", "host", "native")
    files, refused = report_files.read_all([new, kept])
    expect(len(files) == 1 and not refused, f"{len(files)} files")


if __name__ == "__main__":
    run("compare-report", "Tests of the report that compares host and kernel.")
