#!/usr/bin/env python3
"""Runs the fuzzers of the parsers (tests/fuzz/parsers), keeps their corpora and proves that they can fail.

    run_parsers.py run      fuzz each for --seconds; the last lines are a table
    run_parsers.py save     the same, and the table goes to results/fuzz_parsers.md
    run_parsers.py corpus   replace tests/fuzz/corpus by the smallest inputs that reach as much
    run_parsers.py check    put each planted bug into a copy of the source: the fuzzer must find it
    run_parsers.py replay   run the kept inputs once, without clang

Inputs that were found go to BUILD/corpus/NAME, findings to BUILD/findings/NAME-*.
"""
import argparse
import concurrent.futures
import glob
import os
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import time

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
sys.path.insert(0, os.path.join(ROOT, "bench"))

from provenance import provenance, provenance_table, save  # noqa: E402 (the path must be set first)

SOURCES = os.path.join("tests", "fuzz", "parsers")
CORPUS = os.path.join("tests", "fuzz", "corpus")
INPUT_MAX = 2048  # bytes: enough for every structure here, small enough for short corpora
HANG_SECONDS = 10
PLANT_SECONDS = 40
REPLAY_SECONDS = 120
PLANT = re.compile(r"^/\* plant: (\S+): (.*?) *\*/$", re.MULTILINE)


def all_names():
    return sorted(os.path.basename(path)[5:-2] for path in glob.glob(os.path.join(SOURCES, "fuzz_*.c")))


def flags(findings, name):
    return [f"-max_len={INPUT_MAX}", f"-timeout={HANG_SECONDS}", "-print_final_stats=1", "-rss_limit_mb=2048",
            "-use_value_profile=1", "-len_control=5", f"-artifact_prefix={findings}/{name}-"]


def kept(name):
    """The folder of the kept corpus, made if there is none yet."""
    folder = os.path.join(CORPUS, name)
    os.makedirs(folder, exist_ok=True)
    return folder


# --- Fuzzing ---


def fuzz(options, name):
    """Runs one fuzzer; returns its row of the table."""
    new = os.path.join(options.build, "corpus", name)
    findings = os.path.join(options.build, "findings")
    os.makedirs(new, exist_ok=True)
    os.makedirs(findings, exist_ok=True)
    before = set(glob.glob(f"{findings}/{name}-*"))
    log_path = os.path.join(options.build, "corpus", name + ".log")
    start = time.monotonic()
    with open(log_path, "wb") as log:
        status = subprocess.run(
            [os.path.join(options.build, "parsers", "fuzz_" + name), *flags(findings, name),
             f"-max_total_time={options.seconds}", new, kept(name)],
            stdin=subprocess.DEVNULL, stdout=log, stderr=log, check=False).returncode
    with open(log_path, encoding="utf-8", errors="replace") as log:
        text = log.read()
    found = sorted(set(glob.glob(f"{findings}/{name}-*")) - before)
    runs = re.findall(r"^stat::number_of_executed_units: (\d+)", text, re.MULTILINE)
    edges = re.findall(r"\bcov: (\d+)", text)
    if status != 0:
        print(f"FINDING in {name}: {' '.join(found) or 'no input was kept'}\n" + text[-4000:])
    return {"name": name, "runs": int(runs[-1]) if runs else 0, "seconds": time.monotonic() - start,
            "edges": int(edges[-1]) if edges else 0, "findings": max(len(found), int(status != 0))}


def table(rows):
    lines = [f"{'fuzzer':<14} {'executions':>12} {'seconds':>8} {'edges':>7} {'findings':>9}"]
    for row in rows:
        lines.append(f"{row['name']:<14} {row['runs']:>12} {row['seconds']:>8.0f} {row['edges']:>7} "
                     f"{row['findings']:>9}")
    lines.append(f"{'all':<14} {sum(row['runs'] for row in rows):>12} "
                 f"{sum(row['seconds'] for row in rows):>8.0f} {sum(row['edges'] for row in rows):>7} "
                 f"{sum(row['findings'] for row in rows):>9}")
    return lines


def run(options, names):
    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        rows = list(pool.map(lambda name: fuzz(options, name), names))
    lines = table(rows)
    print("\n".join(lines))
    if options.mode == "save":
        facts = provenance(f"make fuzz-save FUZZ_SECONDS={options.seconds}", "none")
        facts = {key: facts[key] for key in ("command", "commit", "date", "processor", "system")}
        facts["what is watched"] = ("properties that each fuzzer states (tests/fuzz/parsers), "
                                    "AddressSanitizer, UndefinedBehaviorSanitizer, hangs")
        save("fuzz_parsers.md", "\n".join(["# Random input to the parsers", "", *provenance_table(facts), "",
                                           "```", *lines, "```", ""]))
    return sum(row["findings"] for row in rows)


def minimise(options, names):
    for name in names:
        fresh = os.path.join(options.build, "corpus", name + ".fresh")
        shutil.rmtree(fresh, ignore_errors=True)
        os.makedirs(fresh)
        found = os.path.join(options.build, "corpus", name)
        os.makedirs(found, exist_ok=True)
        subprocess.run([os.path.join(options.build, "parsers", "fuzz_" + name), "-merge=1",
                        f"-max_len={INPUT_MAX}", fresh, kept(name), found], stdin=subprocess.DEVNULL,
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True)
        shutil.rmtree(kept(name))
        shutil.move(fresh, os.path.join(CORPUS, name))
        files = os.listdir(kept(name))
        size = sum(os.path.getsize(os.path.join(kept(name), file)) for file in files)
        print(f"{name:<14} {len(files):>5} inputs {size:>8} bytes")
    return 0


# --- Proof that they can fail ---


def plant(options, name, number, source, edit, folder):
    """Builds the fuzzer with one planted bug and lets it look. Returns a complaint or None."""
    broken = os.path.join(folder, f"{name}{number}.c")
    program = os.path.join(folder, f"{name}{number}")
    with open(source, encoding="utf-8") as file:
        sound = file.read()
    edited = subprocess.run(["sed", edit, source], stdout=subprocess.PIPE, check=True, text=True).stdout
    if edited == sound:
        return "the edit changes nothing: the source is not what the plant was made for"
    with open(broken, "w", encoding="utf-8") as file:
        file.write(edited)
    fuzzer = os.path.join(options.build, "fuzz.clang", SOURCES, f"fuzz_{name}.c.o")
    with open(os.path.join(SOURCES, f"fuzz_{name}.c"), encoding="utf-8") as file:
        uses = re.findall(r"\bc/\S+\.c\b", " ".join(re.findall(r"/\* uses:(.*?)\*/", file.read(), re.DOTALL)))
    objects = [os.path.join(options.build, "fuzz.clang", use + ".o") for use in uses if use != source]
    if source not in uses:
        return f"{source} is not among the sources that the fuzzer uses"
    built = subprocess.run([*options.cc.split(), "-w", "-fsanitize=fuzzer", f"-I{os.path.dirname(source)}",
                            "-o", program, broken, fuzzer, *objects], stdout=subprocess.PIPE,
                           stderr=subprocess.STDOUT, check=False, text=True)
    if built.returncode != 0:
        return "the planted source does not compile:\n" + built.stdout
    found = os.path.join(folder, f"{name}{number}.corpus")  # the first folder is the one that is written to
    os.mkdir(found)
    status = subprocess.run([program, *flags(folder, f"{name}{number}"), "-seed=1",
                             f"-max_total_time={PLANT_SECONDS}", found, kept(name)],
                            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                            check=False).returncode
    return None if status != 0 else f"not found in {PLANT_SECONDS} s"


def check(options, names):
    lock = threading.Lock()
    failed = []
    passed = []

    def attempt(job):
        name, number, source, edit, folder = job
        start = time.monotonic()
        complaint = plant(options, name, number, source, edit, folder)
        with lock:
            (failed if complaint else passed).append(job)
            seconds = time.monotonic() - start
            verdict = f"FAIL ({complaint})" if complaint else "PASS"
            print(f"{verdict} plant {name} {number} ({seconds:.1f} s): {source}: {edit}", flush=True)

    with tempfile.TemporaryDirectory(prefix="plants-", dir=options.build) as folder:
        jobs = []
        for name in names:
            with open(os.path.join(SOURCES, f"fuzz_{name}.c"), encoding="utf-8") as file:
                plants = PLANT.findall(file.read())
            if not plants:
                print(f"FAIL plant {name}: there is no planted bug that shows that it can fail")
                failed.append(name)
            jobs += [(name, number, *edit, folder) for number, edit in enumerate(plants, 1)]
        with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
            list(pool.map(attempt, jobs))
    print(f"{len(passed)} passed, {len(failed)} failed")
    return len(failed)


def replay(options, names):
    """Prints one line a fuzzer and, like the other tests, a last line with the counts."""
    failed = 0
    for name in names:
        inputs = sorted(glob.glob(os.path.join(kept(name), "*")))
        try:
            done = subprocess.run([os.path.join(options.build, "parsers", "replay_" + name), *inputs],
                                  stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                  check=False, text=True, errors="replace", timeout=REPLAY_SECONDS)
            complaint = done.stderr[-4000:] if done.returncode != 0 else None
        except subprocess.TimeoutExpired:
            complaint = f"not done after {REPLAY_SECONDS} s"
        failed += complaint is not None
        print(f"{'FAIL' if complaint else 'PASS'} corpus-{name}: " + (complaint or done.stdout.strip()))
    print(f"{len(names) - failed} passed, {failed} failed")
    return failed


def main():
    parser = argparse.ArgumentParser(description="Fuzzes the parsers of StarKernel.")
    parser.add_argument("mode", choices=["run", "save", "corpus", "check", "replay"])
    parser.add_argument("--build", default="build", help="folder with all that was built")
    parser.add_argument("--seconds", type=int, default=60, help="for each fuzzer")
    parser.add_argument("--jobs", type=int, default=1, help="fuzzers at a time")
    parser.add_argument("--cc", default="clang-14", help="compiler and flags, for planted bugs")
    parser.add_argument("names", nargs="*", help="fuzzers; all when none is named")
    options = parser.parse_intermixed_args()
    os.chdir(ROOT)
    options.build = os.path.abspath(options.build)
    names = options.names or all_names()
    action = {"run": run, "save": run, "corpus": minimise, "check": check, "replay": replay}[options.mode]
    sys.exit(1 if action(options, names) else 0)


if __name__ == "__main__":
    main()
