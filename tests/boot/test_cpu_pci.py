"""Boot tests of what the kernel knows of processors and PCI devices, held against what QEMU says of them."""
import re

from harness import Dialogue, boot_test, expect, prompt_test

CR0_AFTER_INIT = 0x10  # ET alone; CD and NW may stay as they were
RESET_VECTOR = 0xfff0


def table(dialogue, word):
    """The lines that a word prints; none may be wider than a terminal."""
    lines = dialogue.enter(word, re.compile(rb"\r\n ok\r\n")).split("\r\n")[1:-2]
    wide = [line for line in lines if len(line) > 79]
    expect(not wide, f"{word} printed lines of more than 79 columns: {wide}")
    return lines


def field(lines, name):
    """The text behind a name of .CPU."""
    found = [line[len(name) + 2:].strip() for line in lines if line.startswith(f"  {name} ")]
    expect(len(found) == 1, f"there is not one line {name!r}: {lines}")
    return found[0]


def registers(machine):
    """The registers of every processor, as QEMU's monitor shows them."""
    text = machine.qmp("human-monitor-command", **{"command-line": "info registers -a"})
    return re.split(r"(?m)^\s*CPU#\d+\s*$", text)[1:]


def value(text, name):
    match = re.search(rf"\b{name}=([0-9a-f]+)", text)
    expect(match, f"QEMU shows no {name}: {text}")
    return int(match.group(1), 16)


# --- Processors ---


@prompt_test("cpu-report", ".CPU names the processor and says what is on")
def cpu_report(dialogue):
    lines = table(dialogue, ".CPU")
    expect(lines[0] == "Processor", f"the heading is {lines[0]!r}")
    expect(len(field(lines, "vendor")) == 12, "the vendor has not 12 letters")
    expect(field(lines, "processors").startswith("1 found, 1 in use"), f"it says {lines}")
    for name in ("NX", "WP", "MCE", "APIC"):
        expect(re.match(r"yes +yes ", field(lines, name)), f"{name} is not on: {lines}")
    for name in ("PGE", "SYSCALL", "XSAVE", "FSGSBASE"):
        expect(re.match(r"(yes|no) +no ", field(lines, name)), f"{name} is on: {lines}")


@boot_test("cpu-registers", "the control registers are as .CPU says, and no breakpoint of the firmware's is left")
def cpu_registers(lab):
    with lab.machine() as machine:
        dialogue = Dialogue(machine)
        lines = table(dialogue, ".CPU")
        machine.qmp("stop")
        text = registers(machine)[0]
        expect(value(text, "CR0") == 0x8001003b, f"CR0 is {value(text, 'CR0'):x}")
        wanted = 1 << 5 | 1 << 6 | sum(
            1 << bit for name, bit in (("SMEP", 20), ("SMAP", 21), ("UMIP", 11))
            if re.match(r"yes +yes ", field(lines, name)))
        expect(value(text, "CR4") == wanted, f"CR4 is {value(text, 'CR4'):x}, not {wanted:x}")
        expect(value(text, "EFER") == 0xd00, f"EFER is {value(text, 'EFER'):x}")
        expect(value(text, "DR7") == 0x400, f"DR7 is {value(text, 'DR7'):x}")
        machine.qmp("cont")
        dialogue.bye()


def other_processors_wait(lab, count, **hardware):
    with lab.machine(smp=count, **hardware) as machine:
        dialogue = Dialogue(machine)
        says = field(table(dialogue, ".CPU"), "processors")
        expect(says == f"{count} found, 1 in use (local APIC 0), {count - 1} parked after INIT", f"it says {says!r}")
        machine.qmp("stop")
        others = registers(machine)[1:]
        expect(len(others) == count - 1, f"QEMU shows {len(others)} other processors")
        for text in others:
            expect(value(text, "CR0") & 0xffff == CR0_AFTER_INIT and value(text, "HLT") == 1 and
                   re.search(r"\bE?IP=0000fff0", text), f"a processor does not wait after INIT: {text}")
        machine.qmp("cont")
        dialogue.alive()
        dialogue.bye()


@boot_test("smp-2", "with two processors the second waits where it touches no memory")
def smp_2(lab):
    other_processors_wait(lab, 2)


@boot_test("smp-4-pc", "so do the second to fourth of the older machine type")
def smp_4(lab):
    other_processors_wait(lab, 4, machine="pc")


@boot_test("cpu-plain", "a processor without any newer feature boots, and .CPU says that they are not there")
def cpu_plain(lab):
    with lab.machine(cpu="qemu64") as machine:
        dialogue = Dialogue(machine)
        lines = table(dialogue, ".CPU")
        for name in ("SMEP", "SMAP", "UMIP"):
            expect(re.match(r"no +no ", field(lines, name)), f"{name} is there: {lines}")
        expect(re.match(r"yes +yes ", field(lines, "NX")), f"NX is not on: {lines}")
        dialogue.bye()
