#!/usr/bin/env python3
"""Boot tests of the memory: what .MEM .HEAP and .PAGES say on machines of several sizes, and boots in which
one allocation fails.

Part of test_boot.py. By itself it lets every allocation of a boot fail, one boot each, which takes minutes:
test_memory.py [--build DIR] [--first N] [--last N].
"""
import argparse
import concurrent.futures
import os
import re
import sys
import tempfile

from harness import (BOOT_SECONDS, END_SECONDS, MACHINES, Dialogue, Failed, Lab, boot_test, expect)
from machine import MachineError, PROMPT, choose_accelerator

KIB_PER_MIB = 1024
RESIDENT_MAX_KIB = 4096  # all that the kernel and the loader hold, less what VMs have
IMAGE_MAX_KIB = 2048  # in memory, cleared data included; linker.ld bounds what is in the file

# Kinds of the firmware's map that are not RAM.
NOT_RAM = ("reserved", "device registers", "device port space")

# A sample: the first tables and device mappings, the heap, the base dictionary, the table of VMs, VM[0].
FAIL_SAMPLE = (1, 4, 6, 9, 40, 81, 90)


def lines_of(dialogue, word):
    """The lines of a table, without the prompt."""
    reply = dialogue.enter(word)
    lines = reply.replace("\r", "").split("\n")[1:-1]
    long = [line for line in lines if len(line) > 79]
    expect(not long, f"{word} has lines of more than 79 columns: {long}")
    return [line for line in lines if line.strip() != "ok"]


def number(lines, name):
    """The number in the line that begins with `name`."""
    for line in lines:
        match = re.match(r" *" + re.escape(name) + r" +(\d+)", line)
        if match:
            return int(match.group(1))
    raise Failed(f"no line `{name}` in {lines}")


def memory_map(lines):
    """{kind: (KiB, usable)} of the firmware's map, as .MEM shows it."""
    start = next(i for i, line in enumerate(lines) if line.startswith("Firmware's memory map"))
    kinds = {}
    for line in lines[start + 1:]:
        match = re.match(r"  (\S.*?) +(\d+) +(\d+)(  usable)?$", line)
        expect(match, f"the line {line!r} of the memory map is strange")
        kinds[match.group(1)] = (int(match.group(3)), match.group(4) is not None)
    return kinds


def check_memory(dialogue, mib):
    lines = lines_of(dialogue, ".MEM")
    kinds = memory_map(lines)
    ram = sum(kib for kind, (kib, _) in kinds.items() if kind not in NOT_RAM)
    usable = sum(kib for kib, is_usable in kinds.values() if is_usable)
    expect(mib * KIB_PER_MIB - 1024 <= ram <= mib * KIB_PER_MIB,
           f"the map has {ram} KiB of RAM on a machine of {mib} MiB")
    total = number(lines, "total for the kernel and VMs")
    free = number(lines, "free")
    in_use = number(lines, "in use")
    reserved = number(lines, "reserved")
    expect(total + reserved == usable, f"{total} + {reserved} KiB are not {usable} KiB")
    expect(free + in_use == total, f"{free} + {in_use} KiB are not {total} KiB")
    expect(number(lines, "lowest free since boot") <= free, "it was never as low as it is now")
    expect(0 < number(lines, "longest free run") <= free, "the longest run is longer than all")
    vms = number(lines, "by VMs and the base dictionary")
    heap = number(lines, "by the kernel heap")
    expect(0 < vms and 0 < heap and vms + heap <= in_use, f"{vms} + {heap} KiB exceed {in_use} KiB")
    image = number(lines, "of that the kernel image")
    resident = in_use - vms + number(lines, "loader data") + reserved
    expect(image <= IMAGE_MAX_KIB, f"the kernel image has {image} KiB")
    expect(resident <= RESIDENT_MAX_KIB or mib > 4096, f"the kernel holds {resident} KiB")


def check_heap(dialogue):
    lines = lines_of(dialogue, ".HEAP")
    expect(lines[-1] == "The whole heap has been checked: it is sound.", f"it ends in {lines[-1]!r}")
    blocks = [re.match(r" +(\d+) +(\d+) +(\d+) ", line) for line in lines]
    held = [match for match in blocks if match]
    expect(len(held) == 9 + 10, f"{len(held)} sizes instead of 9 classes and 10 orders")
    in_use = sum(int(match.group(2)) for match in held)
    all_blocks = next(re.match(r"All: (\d+) blocks of", line) for line in lines
                      if line.startswith("All:"))
    expect(in_use == int(all_blocks.group(1)) > 0, f"{in_use} blocks are not {all_blocks.group(0)}")


def check_pages(dialogue):
    """Returns the rows: (area, KiB, rights, cache, small, large)."""
    lines = lines_of(dialogue, ".PAGES")
    expect(lines[-1] == "No page is both writable and executable.", f"it ends in {lines[-1]!r}")
    rows = []
    for line in lines:
        match = re.match(r"(\S.*?) +([0-9a-f]{16}) +(\d+) +(R[W-][X-])  (\S+) +(\d+) +(\d+)$", line)
        if match:
            rows.append((match.group(1), int(match.group(3)), match.group(4), match.group(5),
                         int(match.group(6)), int(match.group(7))))
    for area, kib, rights, cache, small, large in rows:
        expect(kib == small * 4 + large * 2048, f"{area}: {kib} KiB are not {small} and {large} pages")
        expect(rights != "RWX", f"{area} is writable and executable")
        expect("X" not in rights or area == "kernel image", f"{area} is executable")
        expect(cache != "cached" or area != "devices", "devices are cached")
        expect(area != "lower half", "the lower half is mapped")
    expect(any(row[0] == "direct map" and row[5] > 0 for row in rows), "no large page anywhere")
    # The boot stack and one for each of the six interrupt stacks.
    guards = re.search(r"Guard pages below the kernel's own stacks: (\d+)", "\n".join(lines))
    expect(guards and int(guards.group(1)) == 7, f"guard pages: {guards and guards.group(1)}, not 7")
    return rows


def check_tables(lab, mib, **hardware):
    with lab.machine(memory=f"{mib}M", **hardware) as machine:
        dialogue = Dialogue(machine, BOOT_SECONDS * 2)
        check_memory(dialogue, mib)
        check_heap(dialogue)
        rows = check_pages(dialogue)
        dialogue.alive()
        dialogue.bye()
        return rows


@boot_test("mem-tables-64M", ".MEM .HEAP and .PAGES are right on a machine of 64 MiB")
def mem_tables_64m(lab):
    check_tables(lab, 64)


@boot_test("mem-tables-512M", ".MEM .HEAP and .PAGES are right on a machine of 512 MiB")
def mem_tables_512m(lab):
    check_tables(lab, 512)


@boot_test("mem-tables-8G", ".MEM .HEAP and .PAGES are right on a machine of 8 GiB")
def mem_tables_8g(lab):
    check_tables(lab, 8192)


@boot_test("mem-framebuffer", "the frame buffer is write-combining and in the address space once")
def mem_framebuffer(lab):
    without = check_tables(lab, 512)
    rows = check_tables(lab, 512, vga="std")
    screens = [row for row in rows if row[3] == "write-combining"]
    expect(len(screens) == 1 and screens[0][0] == "devices" and screens[0][5] > 0,
           f"the frame buffer is in {screens}, not in one row of `devices` with 2 MiB pages")

    def uncached(table):
        return sum(row[1] for row in table if row[0] == "direct map" and row[3] == "uncached")

    # The firmware moves what else is not RAM by a few pages.
    expect(uncached(without) - uncached(rows) >= screens[0][1] - 64,
           "the direct map still reaches the frame buffer")


def boot_with_failure(lab, nth):
    """Boots with allocation number `nth` failing and demands that the machine survives it or says why it
    cannot. Returns the number of allocations that the whole boot made, 0 when it stopped."""
    with lab.machine(memory="64M", cmdline=f"fail-alloc={nth}") as machine:
        machine.wait_for(f"allocation {nth} from now on will fail", BOOT_SECONDS)
        end = machine.wait_for(re.compile(PROMPT.pattern + rb"|cannot go on: |KERNEL PANIC"),
                               BOOT_SECONDS)
        expect(b"PANIC" not in end.group(), f"with allocation {nth} failing, the kernel panics")
        if b"cannot" in end.group():
            machine.wait_for(re.compile(rb"the machine has no memory left \(error -258\)\.\r\n"
                                        rb"Of \d+ KiB of memory \d+ KiB are free; [^\r\n]*\r\n"
                                        rb"The machine can be switched off\.\r\n"), END_SECONDS)
            return 0
        machine.position = 0
        dialogue = Dialogue(machine)
        for _ in range(2):  # the failure may hit the first
            reply = dialogue.enter("MARKER NO-TRY : TRY 1 2 + ; TRY . NO-TRY")
            if reply.endswith(" ok\r\n"):
                break
        expect("TRY 3  ok" in reply.replace("NO-TRY 3", "TRY 3"), f"a definition gave {reply!r}")
        dialogue.alive()
        check_heap(dialogue)
        check_pages(dialogue)
        text = "\n".join(lines_of(dialogue, ".MEM"))
        so_far = re.search(rf"Number {nth} of all allocations is made to fail; (\d+) so far", text)
        expect(so_far, f".MEM does not tell about the failing allocation: {text}")
        dialogue.bye()
        return int(so_far.group(1))


@boot_test("fail-alloc", "a boot in which one allocation fails goes on with less or says why it cannot")
def fail_alloc(lab):
    for nth in FAIL_SAMPLE:
        boot_with_failure(lab, nth)


@boot_test("fail-alloc-wrong", "a fail-alloc that is not a number is named and ignored")
def fail_alloc_wrong(lab):
    with lab.machine(memory="64M", cmdline="fail-alloc=12x") as machine:
        machine.wait_for("fail-alloc=12x: not a number; nothing will fail", BOOT_SECONDS)
        dialogue = Dialogue(machine)
        dialogue.alive()
        dialogue.bye()


def every_failure(settings, folder, first, last):
    """Lets each allocation from `first` to `last` (None: the last of a whole boot) fail in a boot of its own.
    Prints one line each; returns the number of boots that went wrong."""

    def attempt(nth):
        lab = Lab(settings, os.path.join(folder, str(nth)))
        try:
            count = boot_with_failure(lab, nth)
            print(f"PASS {nth}: " + (f"{count} allocations" if count else "it stops and says why"),
                  flush=True)
            return count, 0
        except (Failed, MachineError) as error:
            print(f"FAIL {nth}: {error}\n{lab.log()}", flush=True)
            return 0, 1

    if last is None:
        last, failed = attempt(10 ** 9)
        if failed:
            return failed
    with concurrent.futures.ThreadPoolExecutor(MACHINES) as pool:
        return sum(failed for _, failed in pool.map(attempt, range(first, last + 1)))


def main():
    parser = argparse.ArgumentParser(description="Lets every allocation of a boot fail, one boot each.")
    parser.add_argument("--build", default="build", help="folder with BOOTX64.EFI")
    parser.add_argument("--first", type=int, default=1, help="the first allocation to fail")
    parser.add_argument("--last", type=int, help="the last; otherwise the last of a whole boot")
    settings = parser.parse_args()
    try:
        settings.accelerator, _ = choose_accelerator(settings.build)
    except MachineError as error:
        sys.exit(f"No machine to test on: {error}")
    with tempfile.TemporaryDirectory(prefix="starkernel-test-") as folder:
        failed = every_failure(settings, folder, settings.first, settings.last)
    print(f"fail-alloc: {failed} failed")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
