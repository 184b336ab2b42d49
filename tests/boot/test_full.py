#!/usr/bin/env python3
"""The machines of `make test-full`: QEMU's in many combinations, and Bochs.

Usage: test_full.py [--build DIR] [--product] [PART]. Every pair of settings (this processor with that much memory,
no HPET with that screen ...) occurs in one machine at least; with --product every combination does, which takes
hours. Each machine boots to the prompt, calculates, shows its tables, and powers off. The last line is
`machines: N passed, N failed`.
"""
import argparse
import itertools
import re
import sys
import tempfile

from bochs import TSC_HZ, Bochs
from harness import BOOT_SECONDS, END_SECONDS, Dialogue, Runner, boot_test, expect
from image import make_image
from machine import MachineError, choose_accelerator

KIB_PER_MIB = 1024
SWITCH_OFF = re.compile(rb"The machine can now be switched off")

# What a machine may be made of. The first of each is what `make run` has.
SETTINGS = {
    "board": ["q35", "pc"],
    "memory": [512, 64, 8192],
    "processors": [1, 2, 4],
    "hpet": [True, False],
    "screen": ["none", "std", "bochs-display", "ramfb"],
    "cpu": ["max", "qemu64", "Skylake-Client", "EPYC"],
    "acpi": [True, False],
}


def machines():
    """Every machine that there can be. OVMF does not start on a pc without ACPI: it needs the timer that belongs to
    that; Bochs is such a machine, without ACPI tables at least."""
    every = (dict(zip(SETTINGS, values)) for values in itertools.product(*SETTINGS.values()))
    return [machine for machine in every if machine["acpi"] or machine["board"] == "q35"]


def pairs_of(machine):
    return set(itertools.combinations(machine.items(), 2))


def pairwise():
    """Machines, as few as a greedy choice finds, in which every pair of settings occurs."""
    every = machines()
    missing = set().union(*(pairs_of(machine) for machine in every))
    chosen = [every[0]]
    missing -= pairs_of(every[0])
    while missing:
        best = max(every, key=lambda machine: len(pairs_of(machine) & missing))
        chosen.append(best)
        missing -= pairs_of(best)
    return chosen


def name_of(machine):
    return "-".join([machine["board"], f"{machine['memory']}M", f"{machine['processors']}cpu", machine["cpu"],
                     machine["screen"] if machine["screen"] != "none" else "noscreen",
                     "hpet" if machine["hpet"] else "nohpet", "acpi" if machine["acpi"] else "noacpi"])


def hardware_of(machine):
    screen = machine["screen"]
    return {
        "machine": machine["board"] + ("" if machine["acpi"] else ",acpi=off"),
        "memory": f"{machine['memory']}M",
        "smp": machine["processors"],
        "hpet": machine["hpet"],
        "cpu": machine["cpu"],
        "vga": "std" if screen == "std" else "none",
        "devices": [screen] if screen in ("bochs-display", "ramfb") else [],
    }


# --- What the tables must say ---


def table(dialogue, word):
    """The text of a table, which must have lines of at most 79 columns."""
    reply = dialogue.enter(word).replace("\r", "")
    lines = reply.split("\n")[1:-2]
    expect(lines and "Nothing is known" not in reply, f"{word} shows nothing: {reply!r}")
    long = [line for line in lines if len(line) > 79]
    expect(not long, f"{word} has lines of more than 79 columns: {long}")
    return "\n".join(lines)


def demand(text, pattern, word, wanted=True):
    expect(bool(re.search(pattern, text, re.MULTILINE)) == wanted,
           f"{word} should {'' if wanted else 'not '}match {pattern!r}:\n{text}")


def check_memory(dialogue, megabytes):
    text = table(dialogue, ".MEM")
    total = re.search(r"total for the kernel and VMs +(\d+)", text)
    free = re.search(r"^ +free +(\d+)", text, re.MULTILINE)
    expect(total and free, f".MEM does not tell total and free memory:\n{text}")
    total, free = int(total[1]), int(free[1])
    low = megabytes * KIB_PER_MIB * 0.6 if megabytes < 256 else (megabytes - 40) * KIB_PER_MIB
    expect(low <= total <= megabytes * KIB_PER_MIB,
           f".MEM says {total} KiB on a machine of {megabytes} MiB")
    expect(total - 4 * KIB_PER_MIB <= free < total, f".MEM says {free} KiB of {total} KiB are free")


def check_tables(dialogue, machine):
    acpi, hpet = machine["acpi"], machine["hpet"] and machine["acpi"]
    check_memory(dialogue, machine["memory"])
    demand(table(dialogue, ".HEAP"), r"it is sound\.$", ".HEAP")
    demand(table(dialogue, ".PAGES"), r"^No page is both writable and executable\.$", ".PAGES")

    text = table(dialogue, ".CPU")
    demand(text, r"vendor +\S+", ".CPU")
    demand(text, r"hypervisor +TCGTCGTCGTCG", ".CPU")
    demand(text, rf"processors +{machine['processors'] if acpi else 1} found, 1 in use", ".CPU")

    text = table(dialogue, ".TIME")
    demand(text, r"^ +HPET +\d", ".TIME", hpet)
    demand(text, r"^ +PIT +1\.193 MHz", ".TIME")
    demand(text, r"^Timer: local APIC timer", ".TIME")
    demand(text, r"^Wall clock: 20\d\d-\d\d-\d\d", ".TIME")

    text = table(dialogue, ".IRQ")
    demand(text, r"local APIC +id 0", ".IRQ")
    demand(text, r"IOAPIC +id", ".IRQ", acpi)
    demand(text, r"^Unexpected interrupts: 0$", ".IRQ")

    text = table(dialogue, ".ACPI")
    for name, there in (("FACP", acpi), ("APIC", acpi), ("HPET", hpet),
                        ("MCFG", acpi and machine["board"] == "q35")):
        demand(text, rf"^ +{name} +\d+ +\d+ .* sound$", ".ACPI", there)

    text = table(dialogue, ".PCI")
    demand(text, r"^00:00\.0 +8086:" + ("29c0" if machine["board"] == "q35" else "1237"), ".PCI")
    demand(text, r" 1234:1111 ", ".PCI", machine["screen"] in ("std", "bochs-display"))


def check_log(machine, log):
    demand(log, r"^  screen \d+x\d+", "the boot log", machine["screen"] != "none")
    demand(log, r"^  no screen: ", "the boot log", machine["screen"] == "none")


def calculate(dialogue):
    dialogue.alive()
    for line, answer in (("-7 2 / .", "-3"), (": SQUARE DUP * ; 12345 SQUARE .", "152399025"),
                         ("HEX DEADBEEF DECIMAL .", "3735928559"), ("NS NS < .", "-1"),
                         ("S\" matrix\" TYPE", "matrix")):
        reply = dialogue.enter(line)
        expect(reply.rstrip().endswith(f"{answer}  ok") or reply.rstrip().endswith(f"{answer} ok"),
               f"`{line}` gave {reply!r}")


def leave(dialogue, machine):
    """BYE powers off, or says that there is no way to."""
    if machine["acpi"]:
        dialogue.bye()
        return
    dialogue.machine.send(b"BYE\r")
    try:
        dialogue.machine.wait_for(SWITCH_OFF, END_SECONDS)
    except MachineError:  # the firmware can do it
        dialogue.machine.wait_for_end(END_SECONDS)
        expect(dialogue.machine.powered_off, f"after BYE: {dialogue.machine.how_it_ended()}")


def register(machine):
    def test(lab):
        with lab.machine(**hardware_of(machine)) as running:
            dialogue = Dialogue(running, BOOT_SECONDS * 2)
            log = running.log.decode(errors="replace").replace("\r", "")
            check_log(machine, log)
            calculate(dialogue)
            check_tables(dialogue, machine)
            leave(dialogue, machine)

    boot_test(name_of(machine), "it boots, calculates, knows itself and powers off")(test)


@boot_test("bochs", "it works in Bochs: TSC-deadline timer, x2APIC, a CPUID that lies, no ACPI, no screen")
def bochs(lab):
    image = f"{lab.folder}/bochs.img"
    make_image(image, lab.loader)
    machine = Bochs(image=image)
    lab.machines.append(machine)
    with machine:
        dialogue = Dialogue(machine, BOOT_SECONDS * 2)
        calculate(dialogue)
        check_memory(dialogue, 256)
        text = table(dialogue, ".CPU")
        demand(text, r"vendor +GenuineIntel", ".CPU")
        demand(text, r"^ +invariant TSC +yes", ".CPU")
        demand(text, r"^ +TSC-deadline +yes", ".CPU")
        demand(text, r"^ +x2APIC +yes", ".CPU")
        text = table(dialogue, ".TIME")
        demand(text, r"^Timer: local APIC timer, TSC deadline", ".TIME")
        rate = re.search(r"^ +TSC +(\d+)\.\d* MHz", text, re.MULTILINE)
        expect(rate and abs(int(rate[1]) * 1_000_000 - TSC_HZ) < TSC_HZ / 100,
               f".TIME should know that the TSC runs at {TSC_HZ} Hz:\n{text}")
        reply = dialogue.enter("NS 20 MS NS SWAP - 20000000 < .")
        expect("0  ok" in reply, f"20 MS was too short: {reply!r}")
        machine.send(b"BYE\r")
        # Bochs may end by a panic of its own, and then keeps the last bytes to itself
        try:
            machine.wait_for(SWITCH_OFF, END_SECONDS)
        except MachineError as error:
            expect("ended before" in str(error), f"after BYE: {error}")


def main():
    parser = argparse.ArgumentParser(description="Boots many different machines.")
    parser.add_argument("--build", default="build", help="folder with BOOTX64.EFI")
    parser.add_argument("--product", action="store_true", help="every combination of settings")
    parser.add_argument("--list", action="store_true", help="only name the machines")
    parser.add_argument("part", nargs="?", default="", help="only machines whose name contains this")
    settings = parser.parse_args()
    chosen = machines() if settings.product else pairwise()
    for machine in chosen:
        register(machine)
    if settings.list:
        print("\n".join(name_of(machine) for machine in chosen))
        return
    try:
        settings.accelerator, reason = choose_accelerator(settings.build)
    except MachineError as error:
        sys.exit(f"No machine to test on: {error}")
    print(f"{len(chosen)} machines and Bochs; accelerator: {settings.accelerator} ({reason})", flush=True)
    with tempfile.TemporaryDirectory(prefix="starkernel-test-") as folder:
        runner = Runner(settings, folder)
        runner.run(settings.part)
    print(f"machines: {runner.passed} passed, {runner.failed} failed")
    sys.exit(1 if runner.failed or not runner.passed else 0)


if __name__ == "__main__":
    main()
