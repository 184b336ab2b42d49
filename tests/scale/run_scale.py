#!/usr/bin/env python3
"""`make vms` and `make soak`: very many VMs, on the host and in QEMU.

    vms   --count N      N VMs live at once, each answers a message, all are ended: vms.fs
    soak  --seconds N    1,000 VMs send messages to one another for so long, under preemption: soak.fs

Both say at the end what came of every message, and the accounts of memory must be what they were. The last line
is `scale: N passed, N failed`. --save writes results/soak.md.
"""
import argparse
import os
import re
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
sys.path.insert(0, os.path.join(ROOT, "tests", "boot"))
sys.path.insert(0, os.path.join(ROOT, "bench"))

import provenance as origin  # noqa: E402 (the path must be set first)
from image import make_image  # noqa: E402
from machine import Machine, MachineError, PROMPT, choose_accelerator  # noqa: E402

SOAK_VMS = 1000
START_SECONDS = 240  # to boot, and to make and end the VMs, on a machine that others use as well
END_SECONDS = 30
PAGE_KIB = 4
ROW = re.compile(r"^ +(\d+) +\d+ +\d+ .* KiB +\d+ +\d+ +(\d+) +(\d+)$", re.MULTILINE)  # of .VMS
SOAK = re.compile(r"^SOAK sent (\d+) received (\d+) unequal (\d+) errors (\d+) reports (\d+)", re.MULTILINE)
ANSWERED = re.compile(r"^VMS answered (\d+) sum (\d+)", re.MULTILINE)


class Wrong(Exception):
    """What is not as it should be."""


def on_host(options, files, seconds):
    program = os.path.join(options.build, "starforth")
    try:
        done = subprocess.run([program, *files], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, timeout=START_SECONDS + seconds, check=False)
    except subprocess.TimeoutExpired as late:
        raise Wrong(f"it took too long\n{(late.stdout or b'').decode(errors='replace')[-2000:]}") from None
    return done.stdout.decode(errors="replace")


def in_kernel(options, files, seconds):
    with tempfile.TemporaryDirectory(prefix="starkernel-scale-") as folder:
        image = os.path.join(folder, "disk.img")
        make_image(image, os.path.join(options.build, "BOOTX64.EFI"), files)
        with Machine(image=image, accelerator=options.accelerator, memory=options.memory) as machine:
            try:
                machine.wait_for(PROMPT, START_SECONDS + seconds)
                machine.send(b"BYE\r")
                machine.wait_for_end(END_SECONDS)
            except MachineError as error:
                raise Wrong(f"{error}\n{machine.log.decode(errors='replace')[-2000:]}") from None
            return machine.log.decode(errors="replace").replace("\r", "")


def accounts(output, when):
    """(pages that are in use, without what the heap has taken in advance; heap blocks; their bytes)."""
    found = re.search(rf"ACCOUNTS {when}\s*$(.*?)^All: (\d+) blocks of (\d+) bytes", output,
                      re.MULTILINE | re.DOTALL)
    in_use = found and re.search(r"^ +in use +(\d+)", found[1], re.MULTILINE)
    if not in_use:
        raise Wrong(f"no accounts `{when}`\n{output[-2000:]}")
    heap = re.search(r"^ +by the kernel heap +(\d+)", found[1], re.MULTILINE)
    return (int(in_use[1]) - int(heap[1] if heap else 0)) // PAGE_KIB, int(found[2]), int(found[3])


def expect(condition, complaint):
    if not condition:
        raise Wrong(complaint)


def expect_even(output):
    before, after = accounts(output, "before"), accounts(output, "after")
    expect(before == after, f"pages, heap blocks and bytes were {before}, are {after}")


def vms(options, run):
    with tempfile.NamedTemporaryFile("w", suffix=".fs") as settings:
        settings.write(f"{options.count} CONSTANT VMS-COUNT\n")
        settings.flush()
        output = run(options, [settings.name, os.path.join(HERE, "vms.fs")], options.count // 50)
    count = options.count
    right = (count, count * (count - 1) // 2 + 7 * count)
    answered = [tuple(map(int, pair)) for pair in ANSWERED.findall(output)]
    expect(answered == [right, right], f"answered {answered}, expected {right} twice\n{output[-2000:]}")
    expect_even(output)
    before, full = accounts(output, "before"), accounts(output, "full")
    heap = full[2] - before[2]
    kib = ((full[0] - before[0]) * PAGE_KIB + heap / 1024) / count
    return f"{count} VMs at once, {kib:.1f} KiB each: {(full[0] - before[0]) / count:.2f} pages " \
           f"and {heap / count:.0f} bytes of heap", {}


def soak(options, run):
    with tempfile.NamedTemporaryFile("w", suffix=".fs") as settings:
        settings.write(f"{SOAK_VMS} CONSTANT SOAK-VMS  {options.seconds * 1000} CONSTANT SOAK-MS\n")
        settings.flush()
        output = run(options, [settings.name, os.path.join(HERE, "soak.fs")], options.seconds)
    rounds = SOAK.findall(output)
    expect(len(rounds) == 2, f"no proper end\n{output[-2000:]}")
    for line in rounds:
        sent, received, unequal, errors, reports = map(int, line)
        expect(sent == received and sent > 0 and (unequal, errors, reports) == (0, 0, SOAK_VMS),
               f"{sent} sent, {received} received, {unequal} pairs unequal, {errors} errors, {reports} reports")
    expect_even(output)
    rows = ROW.findall(output.split("ACCOUNTS before")[1])
    workers = [row for row in rows if row[0] != "0"]
    switches, preempted = (sum(int(row[i]) for row in workers) for i in (1, 2))
    expect(len(workers) == SOAK_VMS, f".VMS has {len(workers)} workers")
    expect(preempted > SOAK_VMS, f"only {preempted} preemptions")
    pages, blocks, size = accounts(output, "after")
    return (f"{SOAK_VMS} VMs, {options.seconds} s: {sent} messages sent, {received} received, every pair equal, "
            f"{switches} switches, {preempted} of them preemptions", {
                "VMs": str(SOAK_VMS), "channels": f"{3 * SOAK_VMS}", "seconds": str(options.seconds),
                "messages sent": f"{sent:,}", "messages received, in order and unharmed": f"{received:,}",
                "channels whose counts or sums differ": str(unequal), "errors": str(errors),
                "switches": f"{switches:,}", "preemptions": f"{preempted:,}",
                "memory before and after": f"{pages} pages, {blocks} heap blocks of {size} bytes, both times"})


def save(options, where, facts):
    about = origin.provenance(" ".join(["make", "soak-save", f"MINUTES={options.seconds / 60:g}"]), 0)
    about["accelerator"] = f"QEMU, {options.accelerator}, -m {options.memory}" if where == "kernel" else "none: host"
    for key in ("pinned to processor", "governor"):
        del about[key]
    lines = ["# Soak", "",
             f"{SOAK_VMS} VMs send messages to one another under preemption (`tests/scale/soak.fs`). Each message has",
             "a number of its channel and contents that follow from it; the receiver checks order, size and contents,",
             "and at the end VM[0] compares count and sum of both ends of every channel.", "",
             *origin.provenance_table(facts), "", *origin.provenance_table(about), ""]
    origin.save("soak.md", "\n".join(lines))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("what", choices=["vms", "soak"])
    parser.add_argument("--build", default="build")
    parser.add_argument("--where", choices=["host", "kernel", "both"], default="both")
    parser.add_argument("--count", type=int, default=10000)
    parser.add_argument("--seconds", type=int, default=20)
    parser.add_argument("--accel", default="auto")
    parser.add_argument("--memory", default="2G")
    parser.add_argument("--save", action="store_true", help="write results/soak.md")
    options = parser.parse_args()
    options.accelerator = None
    passed = failed = 0
    for where in ("host", "kernel") if options.where == "both" else (options.where,):
        try:
            if where == "kernel":
                options.accelerator, _ = choose_accelerator(options.build, options.accel)
            text, facts = (vms if options.what == "vms" else soak)(
                options, on_host if where == "host" else in_kernel)
            print(f"PASS {options.what}-{where}: {text}", flush=True)
            passed += 1
            if options.save and options.what == "soak":
                save(options, where, facts)
        except (Wrong, MachineError) as error:
            print(f"FAIL {options.what}-{where}: {error}", flush=True)
            failed += 1
    print(f"scale: {passed} passed, {failed} failed")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
