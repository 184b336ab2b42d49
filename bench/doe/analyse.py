#!/usr/bin/env python3
"""Analyses what run.py has written: determinism, times, and a report for people.

usage: analyse.py FOLDER [FOLDER ...] [--check] [--save]

The first folder is reported on; hashes are compared across all of them. Exits with 1 when something varied that must not.
"""

import argparse
import json
import lzma
import os
import shutil
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.dirname(HERE))

from determinism import Determinism  # noqa: E402 (the path must be set first)

RESULTS = os.path.join(os.path.dirname(os.path.dirname(HERE)), "results", "doe")


def options():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("folders", nargs="+", help="folders that run.py has written")
    parser.add_argument("--check", action="store_true", help="determinism alone, which needs no packages")
    parser.add_argument("--save", action="store_true", help="copy the experiment and its report to results/doe/")
    return parser.parse_args()


def read_header(folder):
    try:
        with open(os.path.join(folder, "header.json"), encoding="utf-8") as file:
            return json.load(file)
    except OSError:
        sys.exit(f"doe: {folder} has no header.json: nothing was registered there")


def demand_one_program(headers, folders):
    """Refuses folders whose hashes cannot be compared."""
    first = headers[0]
    for folder, header in zip(folders[1:], headers[1:]):
        for key, what in (("commit", "commit"), ("changes", "local changes"), ("layout", "workloads")):
            if header[key] != first[key]:
                sys.exit(f"doe: {folder} and {folders[0]} are of different {what} ({header[key] or 'none'} and "
                         f"{first[key] or 'none'}): results of different programs are not mixed. Run both plans again "
                         "at one commit.")


def read_sessions(folder):
    with open(os.path.join(folder, "sessions.jsonl"), encoding="utf-8") as file:
        return [json.loads(line) for line in file]


def save(folder, name):
    """Copies the experiment to results/doe/NAME/, large files compressed."""
    target = os.path.join(RESULTS, name)
    os.makedirs(target, exist_ok=True)
    for file in ("header.json", "plan.toml", "sessions.jsonl", "report.html", "summary.txt"):
        shutil.copyfile(os.path.join(folder, file), os.path.join(target, file))
    for file in ("order.csv", "runs.csv", "series.csv"):
        with open(os.path.join(folder, file), "rb") as source, lzma.open(os.path.join(target, file + ".xz"), "wb") as out:
            shutil.copyfileobj(source, out)
    print(f"wrote {os.path.relpath(target)}/")


def main():
    settings = options()
    headers = [read_header(folder) for folder in settings.folders]
    demand_one_program(headers, settings.folders)
    determinism = Determinism(settings.folders)
    print(determinism.text())
    if not settings.check:
        folder = settings.folders[0]
        make_report(folder, headers[0], determinism)
        if settings.save:
            save(folder, headers[0]["name"])
    sys.exit(0 if determinism.holds else 1)


def make_report(folder, header, determinism):
    import report  # pandas and statsmodels take a while to load
    import timing
    runs = timing.load_runs(folder)
    wanted, there = header["runs"], runs["base"].nunique()
    if there < wanted:
        print(f"Only {there} of {wanted} runs have been made; the report is of these.")
    series = timing.read_series(folder)
    path = os.path.join(folder, "report.html")
    loops, _, _ = report.write(path, header, read_sessions(folder), runs, series, determinism)
    lines = [determinism.text(), ""]
    spread = timing.variability(runs)
    if len(spread):
        lines += [f"Times vary: the coefficient of variation of cycles within a combination is {100 * spread.median():.1f}% in "
                  f"the median, from {100 * spread.min():.1f}% to {100 * spread.max():.1f}%.", ""]
    if len(loops):
        told = loops[(loops["view"] == "needs") & (loops["verdict"] != "too few")]
        if len(told) == 0:
            lines.append("Too few sessions in which time means anything: nothing is said about what the loops cost.")
        for row in told.itertuples():
            lines.append(f"{row.machine} ({row.accel}) {row.loop:12} {row.effect:+.2f}% of cycles "
                         f"[{row.low:+.2f}, {row.high:+.2f}] {row.verdict}")
    print("\n".join(lines[1:]).strip())
    with open(os.path.join(folder, "summary.txt"), "w", encoding="utf-8") as file:
        file.write("\n".join(lines) + "\n")
    print(f"report: {path}")


if __name__ == "__main__":
    main()
