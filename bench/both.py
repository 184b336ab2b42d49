#!/usr/bin/env python3
"""`make bench-both`: the benchmark programs in VM[0], beside the same on the host.

Under `-icount` QEMU counts instructions in place of time: the time stamp counter then steps by 16 for each of
them, so the instructions that a program takes are exact and the same in every run. The words executed are
counted by a second kernel whose engine counts (bench/counting/), and on the host by count_words; the two
must be equal. The instructions include those of the timer interrupt, a thousand times a second of counted
time.
"""
import argparse
import os
import re
import subprocess
import sys
import tempfile

import provenance as origin
from program_table import programs, write_programs

sys.path.insert(0, os.path.join(origin.ROOT, "tests", "boot"))

from image import make_image  # noqa: E402 (the path must be set first)
from machine import Machine, PROMPT  # noqa: E402

ICOUNT_SHIFT = 4  # machine.py: one instruction is 2^4 ns of counted time
TSC_SHIFT = 4  # and as many cycles of the time stamp counter
SECONDS = 600
LINE = re.compile(r"^BOTH (\S+) (-?\d+) (-?\d+)\s*$", re.MULTILINE)


def script(rows, counter):
    """Forth that loads each program, runs it, and says what `counter` gained and whether the result is right."""
    lines = ["VARIABLE BOTH-START"]
    for row in rows:
        lines += [
            f"INCLUDE {os.path.basename(row['path'])}",
            f": BOTH-RUN {row['run']} ; : BOTH-CHECK {row['check']} ;",
            f"{counter} BOTH-START ! BOTH-RUN {counter} BOTH-START @ -",
            f"CR .( BOTH {row['name']} ) . BOTH-CHECK {row['expected']} = . CR",
        ]
    return "\n".join(lines) + "\n"


def boot(loader, rows, counter):
    """{program: what the counter gained} in VM[0] under counted time."""
    with tempfile.TemporaryDirectory(prefix="starkernel-bench-") as folder:
        plan = os.path.join(folder, "both.fs")
        with open(plan, "w", encoding="utf-8") as file:
            file.write(script(rows, counter))
        image = os.path.join(folder, "both.img")
        make_image(image, loader, [plan], included=[row["path"] for row in rows])
        with Machine(image=image, accelerator="icount") as machine:
            machine.wait_for(PROMPT, SECONDS)
            output = machine.log.decode(errors="replace").replace("\r", "")
    gained = {}
    for name, amount, right in LINE.findall(output):
        if right != "-1":
            sys.exit(f"{name} gave a wrong result in VM[0]")
        gained[name] = int(amount)
    missing = [row["name"] for row in rows if row["name"] not in gained]
    if missing:
        sys.exit(f"no result from VM[0] for {', '.join(missing)}. Its output:\n{output}")
    return gained


def host_words(build):
    """{program: words executed} as counted on the host."""
    with tempfile.NamedTemporaryFile("w", suffix=".tbl", encoding="utf-8") as table:
        write_programs(table.name)
        done = subprocess.run(
            [os.path.join(build, "bench", "count_words"), table.name,
             os.path.join(origin.BENCH, "sequences.tbl")],
            cwd=origin.ROOT, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        sys.exit(f"count_words failed: {done.stderr or done.stdout}")
    output = done.stdout
    return {name: int(words) for name, words in re.findall(r"^program/(\S+) \| (\d+)$", output, re.M)}


def main():
    parser = argparse.ArgumentParser(description="Counts words and instructions of the programs in VM[0].")
    parser.add_argument("--build", default="build")
    parser.add_argument("--save", action="store_true", help="write results/both.md")
    options = parser.parse_args()
    rows = programs()
    build = os.path.abspath(options.build)
    on_host = host_words(build)
    in_kernel = boot(os.path.join(build, "counting-kernel", "BOOTX64.EFI"), rows, "WORDS-EXECUTED")
    cycles = boot(os.path.join(build, "BOOTX64.EFI"), rows, "CYCLES")

    facts = origin.provenance("bench/both.py" + (" --save" if options.save else ""), 0)
    facts["accelerator"] = f"TCG with -icount shift={ICOUNT_SHIFT},sleep=off: counted instructions, no times"
    text = ["# The programs in VM[0] under counted time", ""]
    text += ["| | |", "| --- | --- |"] + [f"| {name} | {value} |" for name, value in facts.items()]
    text += ["", "| Program | words on the host | words in VM[0] | instructions in VM[0] | instructions a word |",
             "| --- | ---: | ---: | ---: | ---: |"]
    # What reads the counter is executed between the two readings as well: the same for every program.
    overhead = {name: in_kernel[name] - words for name, words in on_host.items()}
    for row in rows:
        name = row["name"]
        instructions = cycles[name] >> TSC_SHIFT
        text.append(f"| {name} | {on_host[name]:,} | {in_kernel[name]:,} | {instructions:,} | "
                    f"{instructions / in_kernel[name]:.3f} |")
    text += ["", "The words in VM[0] include those by which the script reads the counter and calls the program, the "
             "same number for each."]
    print("\n".join(text))
    if options.save:
        with open(os.path.join(origin.RESULTS, "both.md"), "w", encoding="utf-8") as file:
            file.write("\n".join(text) + "\n")
    if len(set(overhead.values())) != 1 or not 0 <= min(overhead.values()) <= 32:
        sys.exit(f"host and kernel do not agree on the words executed; differences: {overhead}")


if __name__ == "__main__":
    main()
