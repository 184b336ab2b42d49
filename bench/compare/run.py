#!/usr/bin/env python3
"""`make compare`: the same benchmarks in the Linux process and in the kernel, two JSON files, and a report of both.

The host's program is pinned to one processor. The kernel runs under KVM where that runs ring 0 natively, else under
QEMU's -icount, where instructions are counted exactly and there is no time. Both files are checked, and stored in
BUILD/compare/host.json and kernel.json. A machine whose clock fails the harness's self-check gives no result.
"""
import argparse
import datetime
import json
import os
import re
import shutil
import subprocess
import sys

import kernel
import schema
from kernel import origin
from machine import MachineError, choose_accelerator

HOST_SECONDS = 1200
KERNEL_SECONDS = 1200
REPORT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "report.py")


def checked(path):
    """Loads a file; ends the program when something is wrong with it."""
    document = schema.load(path)
    wrong = schema.check(document)
    if wrong:
        sys.exit(f"{path} is not as it should be:\n" + "\n".join(wrong[:20]))
    return document


def settings(options):
    return {"samples": options.samples, "seed": options.seed, "filter": options.filter}


def on_host(options, path):
    print(f"host: {options.build}/compare_host, pinned to processor {options.cpu}", flush=True)
    environment = dict(os.environ, compare_out=path, compare_cpu=str(options.cpu))
    environment |= {f"compare_{name}": str(value) for name, value in settings(options).items() if value is not None}
    try:
        done = subprocess.run([os.path.join(options.build, "compare_host")], env=environment, stdin=subprocess.DEVNULL,
                              capture_output=True, text=True, errors="replace", timeout=HOST_SECONDS, check=False)
    except subprocess.TimeoutExpired as late:
        sys.exit(f"the host's program did not end within {HOST_SECONDS} s:\n{(late.stdout or b'').decode(errors='replace')}")
    if done.returncode != 0 or "compare: END 0" not in done.stdout:
        sys.exit(f"the host's program failed:\n{done.stdout}{done.stderr}")
    return checked(path)


def in_kernel(options, path):
    try:
        accelerator, reason = choose_accelerator(options.build, options.accel)
    except MachineError as error:
        sys.exit(str(error))
    if accelerator == "tcg" and options.accel == "auto":
        accelerator = "icount"  # emulated time says nothing; counted instructions do
    print(f"kernel: {accelerator} ({reason})", flush=True)
    try:
        text, console = kernel.run(os.path.join(options.build, "compare.efi"), settings(options), accelerator,
                                   KERNEL_SECONDS, channel=options.channel)
        document = kernel.parsed(text, console)
    except (kernel.NoResult, MachineError) as error:
        sys.exit(f"the kernel gave no result: {error}")
    if document["context"].get("counted_time"):  # QEMU's clock then begins on a fixed day
        document["context"]["counted_date"] = document["context"]["date"]
        document["context"]["date"] = datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="seconds")
    return stored(document, path)


def stored(document, path):
    """Writes a kernel's file as the harness would, a benchmark a line; and checks it."""
    lines = ",\n".join("    " + json.dumps(entry) for entry in document["benchmarks"])
    with open(path, "w", encoding="utf-8") as file:
        file.write('{\n  "context": ' + json.dumps(document["context"], indent=2).replace("\n", "\n  ") +
                   ',\n  "benchmarks": [\n' + lines + "\n  ]\n}\n")
    return checked(path)


def taken(source, path):
    """Makes what came from a real machine over its serial port the kernel's file."""
    try:
        document = schema.load(source)
    except (OSError, ValueError) as error:
        sys.exit(f"{source} cannot be read: {error}")
    return stored(document, path)


def summary(document):
    context = document["context"]
    names = {entry["run_name"] for entry in document["benchmarks"]}
    return (f"{context['side']}: {len(names)} benchmarks, {context['discarded']['taken']} samples, "
            f"{context['discarded']['share']:.1%} discarded; self-check {context['self_check']['chain_measured']:g} "
            f"{context['self_check']['chain_unit']}, expected {context['self_check']['chain_expected']:g}")


def slug(text):
    return re.sub(r"[^a-z0-9]+", "-", re.sub(r"\((r|tm)\)", "", text.lower())).strip("-")


def save(folder):
    """Copies both to results/compare/, named by day, processor, side and accelerator."""
    target = os.path.join(origin.RESULTS, "compare")
    os.makedirs(target, exist_ok=True)
    for side in ("host", "kernel"):
        path = os.path.join(folder, side + ".json")
        context = checked(path)["context"]
        name = f"{context['date'][:10]}-{slug(context['cpu'])}-{side}-{slug(context['accelerator'])}.json"
        shutil.copyfile(path, os.path.join(target, name))
        print(f"wrote results/compare/{name}")


def report(options, folder):
    command = [sys.executable, "-B", REPORT, folder]
    accelerator, reason = choose_accelerator(options.build)
    if accelerator != "kvm":
        command += ["--reason", f"kernel, KVM={reason}"]
    sys.exit(subprocess.run(command, check=False).returncode)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--build", default="build")
    parser.add_argument("--accel", default="auto", help="of the kernel: auto, kvm or icount")
    parser.add_argument("--cpu", type=int, default=0, help="the processor that the host's program is pinned to")
    parser.add_argument("--samples", type=int, help="repetitions of each benchmark: 15, under counted time 2")
    parser.add_argument("--seed", type=int, help="of the order of samples")
    parser.add_argument("--filter", help="only benchmarks whose name contains this: ^dispatch/,spawn")
    parser.add_argument("--channel", default="debugcon", choices=["debugcon", "com2"], help="of the kernel's JSON")
    parser.add_argument("--side", choices=["host", "kernel"], help="only this one")
    parser.add_argument("--save", action="store_true", help="keep the last results in results/compare/; runs nothing")
    parser.add_argument("--take", metavar="FILE", help="runs nothing: FILE, from a real machine, becomes kernel.json")
    parser.add_argument("--no-report", action="store_true", help="leave out the report")
    options = parser.parse_args()
    options.build = os.path.abspath(options.build)
    folder = os.path.join(options.build, "compare")
    os.makedirs(folder, exist_ok=True)
    if options.save:
        save(folder)
        return
    if options.take:
        print(summary(taken(options.take, os.path.join(folder, "kernel.json"))))
        return
    for side, measure in (("host", on_host), ("kernel", in_kernel)):
        if options.side in (None, side):
            print(summary(measure(options, os.path.join(folder, side + ".json"))), flush=True)
    if not options.no_report:
        report(options, folder)


if __name__ == "__main__":
    main()
