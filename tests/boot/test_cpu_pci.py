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


# --- PCI ---

FUNCTION = re.compile(r"([0-9a-f]{2}):([0-9a-f]{2})\.([0-7])    ([0-9a-f]{4}):([0-9a-f]{4})  (\S.*)")
BAR = re.compile(r"BAR(\d) (ports|memory) 0x([0-9a-f]+)( prefetchable)?")


def functions_shown(lines):
    """{(bus, device, function): (vendor, device id, {bar: (ports, address, prefetchable)}, bus behind)} of .PCI."""
    shown = {}
    at = None
    for line in lines:
        match = FUNCTION.fullmatch(line)
        if match:
            at = tuple(int(part, 16) for part in match.groups()[:3])
            expect(at not in shown, f"{line!r} comes twice")
            shown[at] = [int(match.group(4), 16), int(match.group(5), 16), {}, None]
        elif at and line.startswith("           "):
            for number, kind, address, prefetchable in BAR.findall(line):
                shown[at][2][int(number)] = (kind == "ports", int(address, 16), bool(prefetchable))
            behind = re.search(r"to bus(?:es)? ([0-9a-f]{2})", line)
            if behind:
                shown[at][3] = int(behind.group(1), 16)
    return {address: tuple(what) for address, what in shown.items()}


def functions_of_qemu(machine):
    """The same from QEMU."""
    known = {}

    def note(devices):
        for device in devices:
            bars = {region["bar"]: (region["type"] == "io", region["address"], region.get("prefetch", False))
                    for region in device["regions"] if region["address"] not in (0, -1) and region["bar"] < 6}
            bridge = device.get("pci_bridge")
            known[device["bus"], device["slot"], device["function"]] = (
                device["id"]["vendor"], device["id"]["device"], bars, bridge and bridge["bus"]["secondary"])
            if bridge:
                note(bridge.get("devices", []))

    for bus in machine.qmp("query-pci"):
        note(bus["devices"])
    return known


def compare_pci(lab, behind, **hardware):
    """`behind` is how many devices must have been found behind bridges."""
    with lab.machine(**hardware) as machine:
        dialogue = Dialogue(machine)
        lines = table(dialogue, ".PCI")
        expect(lines[0] == "PCI devices", f"the heading is {lines[0]!r}")
        shown, known = functions_shown(lines), functions_of_qemu(machine)
        for address in sorted(shown.keys() | known.keys()):
            expect(shown.get(address) == known.get(address),
                   f"{address}: .PCI says {shown.get(address)}, QEMU {known.get(address)}")
        expect(list(shown) == sorted(shown), "the functions are not in order")
        expect(lines[-1] == f"{len(known)} functions", f"the last line is {lines[-1]!r}")
        found = sum(1 for bus, _, _ in shown if bus != 0)
        expect(found == behind, f"{found} functions lie behind bridges, not {behind}")
        dialogue.alive()
        dialogue.bye()
        return lines


@boot_test("pci-q35", ".PCI shows what QEMU has, through memory, behind a root port and a bridge too")
def pci_q35(lab):
    lines = compare_pci(lab, 2, vga="std", devices=[
        "pcie-root-port,id=root,chassis=1", "e1000e,bus=root",
        "pcie-pci-bridge,id=bridge", "qemu-xhci,bus=bridge,addr=3.0"])
    text = "\n".join(lines)
    expect("through memory at 0xb0000000" in text, "configuration space is not reached through memory")
    for words in ("VGA display, QEMU", "SATA controller (AHCI), Intel", "USB controller (xHCI), Red Hat",
                  "Ethernet controller, Intel", "PCIe", "MSI-X", "pin A on IRQ"):
        expect(words in text, f"{words!r} is missing: {text}")


@boot_test("pci-pc", ".PCI shows what QEMU has, through the ports, behind a bridge too")
def pci_pc(lab):
    lines = compare_pci(lab, 1, machine="pc", devices=["pci-bridge,id=bridge,chassis_nr=1", "nvme,serial=1,bus=bridge,addr=1"])
    expect("through the ports" in lines[1], f"the second line is {lines[1]!r}")


@boot_test("pci-many", "more functions than a screen has lines are all shown, with several in one device")
def pci_many(lab):
    devices = [f"virtio-rng-pci,addr={slot:x}.{function},multifunction=on"
               for slot in range(8, 16) for function in range(8)]
    compare_pci(lab, 0, devices=devices)


@boot_test("pci-second-root", "a second host bridge and what is behind it are shown")
def pci_second_root(lab):
    with lab.machine(devices=["pxb-pcie,id=pxb,bus_nr=64", "pcie-root-port,id=root,bus=pxb,chassis=5", "e1000e,bus=root"]) as machine:
        dialogue = Dialogue(machine)
        shown = functions_shown(table(dialogue, ".PCI"))
        expect((64, 0, 0) in shown and shown[64, 0, 0][3] == 65, f"the root port is missing: {shown}")
        expect(shown.get((65, 0, 0), (0, 0))[:2] == (0x8086, 0x10d3), f"the Ethernet controller is missing: {shown}")
        dialogue.bye()
