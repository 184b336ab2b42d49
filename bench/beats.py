#!/usr/bin/env python3
"""`make bench-beats`: how long heartbeats are, and the pieces between which more urgent VMs may run.

beats.fs in VM[0] of a kernel that reads the time stamp counter around each piece (beats.c), under QEMU's -icount, where
instructions are counted exactly.
"""
import argparse
import os
import re
import sys
import tempfile

import provenance as origin

sys.path.insert(0, os.path.join(origin.ROOT, "tests", "boot"))

from image import make_image  # noqa: E402 (the path must be set first)
from machine import Machine, PROMPT  # noqa: E402

FORTH = os.path.join(origin.BENCH, "beats.fs")
SECONDS = 900
CYCLES_PER_INSTRUCTION = 16  # of the time stamp counter, under machine.py's -icount
CASE = re.compile(r"^CASE (\S+) *\nBEATS (\d+) (\d+) (\d+) (\d+) (\d+)$", re.MULTILINE)


def cases(loader):
    """[(name, heartbeats, pieces, longest piece, longest heartbeat, all)], the last three in instructions."""
    with tempfile.TemporaryDirectory(prefix="starkernel-bench-") as folder:
        image = os.path.join(folder, "beats.img")
        make_image(image, loader, [FORTH])
        with Machine(image=image, accelerator="icount") as machine:
            machine.wait_for(PROMPT, SECONDS)
            output = machine.log.decode(errors="replace").replace("\r", "")
    if "BEATS-END" not in output:
        sys.exit(f"beats.fs did not come to its end in VM[0]:\n{output[-2000:]}")
    rows = []
    for name, *numbers in CASE.findall(output):
        beats, pieces, *cycles = map(int, numbers)
        rows.append((name, beats, pieces, *(number // CYCLES_PER_INSTRUCTION for number in cycles)))
    return rows


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--build", default="build")
    parser.add_argument("--loader", help="another kernel than BUILD/beats.efi")
    parser.add_argument("--save", action="store_true", help="write results/beats.md")
    options = parser.parse_args()
    rows = cases(options.loader or os.path.join(options.build, "beats.efi"))
    facts = origin.provenance("bench/beats.py" + (" --save" if options.save else ""), 0)
    facts["accelerator"] = "TCG with -icount shift=4,sleep=off: counted instructions, no times"
    text = ["# Heartbeats and their pieces", "", "| | |", "| --- | --- |"]
    text += [f"| {name} | {value} |" for name, value in facts.items()]
    text += ["", "| case | heartbeats | pieces | instructions in the longest piece | in the longest heartbeat | on average |",
             "| --- | ---: | ---: | ---: | ---: | ---: |"]
    text += [f"| {name} | {beats:,} | {pieces:,} | {piece:,} | {beat:,} | {total // max(1, beats):,} |"
             for name, beats, pieces, piece, beat, total in rows]
    print("\n".join(text))
    if options.save:
        origin.save("beats.md", "\n".join(text) + "\n")


if __name__ == "__main__":
    main()
