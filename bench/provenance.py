"""Where a result comes from, and small statistics: what run.py, peers.py and text_speed.py share."""

import datetime
import os
import platform
import re
import shutil
import subprocess
import sys

BENCH = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(BENCH)
RESULTS = os.path.join(ROOT, "results")


def first_line(command):
    """The first line that a command prints, on either stream, or None if it cannot be run."""
    try:
        done = subprocess.run(
            command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=20,
            stdin=subprocess.DEVNULL, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return None
    lines = done.stdout.strip().splitlines()
    return lines[0] if lines else None


def read(path):
    try:
        with open(path, encoding="utf-8") as file:
            return file.read().strip()
    except OSError:
        return None


def commit():
    """The commit, with a mark when tracked files differ from it."""
    name = first_line(["git", "rev-parse", "--short=12", "HEAD"])
    if name is None or not re.fullmatch(r"[0-9a-f]+", name):
        return "unknown"
    changed = first_line(["git", "status", "--porcelain", "--untracked-files=no", "asm", "c", "include", "bench"])
    return name + (" with local changes" if changed else "")


def provenance(command, cpu):
    """How, where and from what a result was made, in the order in which it is to be read."""
    model = re.search(r"^model name\s*:\s*(.*)$", read("/proc/cpuinfo") or "", re.M)
    governor = read(f"/sys/devices/system/cpu/cpu{cpu}/cpufreq/scaling_governor")
    hypervisor = re.search(r"^flags\s*:.*\bhypervisor\b", read("/proc/cpuinfo") or "", re.M)
    return {
        "command": command,
        "commit": commit(),
        "date": datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%d %H:%M UTC"),
        "processor": model.group(1) if model else "unknown",
        "processors": str(os.cpu_count()),
        "virtual machine": "yes" if hypervisor else "no",
        "governor": governor or "not known (no cpufreq here)",
        "accelerator": "none: native host process",
        "pinned to processor": str(cpu),
        "load at the end": " ".join(f"{load:.2f}" for load in os.getloadavg()),
        "system": platform.platform(),
        "gcc": first_line(["gcc", "--version"]) or "none",
    }


def provenance_table(facts):
    return ["| | |", "| --- | --- |"] + [f"| {key} | {value} |" for key, value in facts.items()]


def quantile(values, part):
    """Linear interpolation between samples."""
    values = sorted(values)
    place = part * (len(values) - 1)
    below = int(place)
    above = min(below + 1, len(values) - 1)
    return values[below] + (place - below) * (values[above] - values[below])


def median(values):
    return quantile(values, 0.5)


def spread(values, form="{:.2f}"):
    """Median and quartiles as text."""
    low, mid, high = (form.format(quantile(values, part)) for part in (0.25, 0.5, 0.75))
    return f"{mid} ({low} to {high})"


def geomean(values):
    product = 1.0
    for value in values:
        product *= value
    return product ** (1 / len(values))


def find_program(name):
    return shutil.which(name)


def plot_module():
    """matplotlib's pyplot, drawing to files."""
    try:
        import matplotlib
    except ImportError:
        sys.exit("--save draws a plot: install the Debian package python3-matplotlib")
    matplotlib.use("Agg")
    import matplotlib.pyplot
    return matplotlib.pyplot


def save(name, text):
    os.makedirs(RESULTS, exist_ok=True)
    path = os.path.join(RESULTS, name)
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)
    print(f"wrote {os.path.relpath(path, ROOT)}")
