"""Boot tests of interrupt controllers, interrupt lines, ACPI tables and panic screens."""
import re

from harness import BOOT_SECONDS, END_SECONDS, Dialogue, boot_test, expect

IOAPIC_BOOT_LINE = "  interrupts: local APIC, 1 IOAPIC\r"
PIC_BOOT_LINE = "  interrupts: local APIC, two 8259\r"


def boots(lab, line, tick, cmdline="", bye=True, **hardware):
    """Boots, demands the boot log's lines about controllers and tick, and that Ctrl-C works, which takes the
    tick, then powers off unless that takes ACPI tables that are not there."""
    with lab.machine(cmdline=cmdline, **hardware) as machine:
        machine.wait_for(line, BOOT_SECONDS)
        machine.wait_for(re.compile(rb"\n  (tick|timer): " + tick.encode() + b", "), BOOT_SECONDS)
        dialogue = Dialogue(machine)
        dialogue.alive()
        dialogue.enter(": L BEGIN AGAIN ;")
        dialogue.enter(".( running) L", re.compile(rb"L running"))
        machine.send(b"\x03")
        reply = dialogue.reply()
        expect("error -28: " in reply, f"Ctrl-C gave {reply!r}")
        if bye:
            dialogue.bye()


@boot_test("irq-q35", "a q35 machine uses its local APIC and one IOAPIC")
def irq_q35(lab):
    boots(lab, IOAPIC_BOOT_LINE, "local APIC timer")


@boot_test("irq-pc", "an i440FX machine with two processors does too")
def irq_pc(lab):
    boots(lab, IOAPIC_BOOT_LINE, "local APIC timer", machine="pc", smp=2)


@boot_test("irq-pit-ioapic", "the PIT ticks through the IOAPIC, where its line is overridden")
def irq_pit_ioapic(lab):
    boots(lab, IOAPIC_BOOT_LINE, "PIT", cmdline="tick=pit")


@boot_test("irq-pit-pic", "with noapic the PIT ticks through the 8259")
def irq_pit_pic(lab):
    boots(lab, PIC_BOOT_LINE, "PIT", cmdline="noapic tick=pit")


@boot_test("irq-noapic", "with noapic the local APIC still makes the tick")
def irq_noapic(lab):
    boots(lab, PIC_BOOT_LINE, "local APIC timer", cmdline="noapic")


@boot_test("irq-no-acpi", "a machine without ACPI tables uses the 8259")
def irq_no_acpi(lab):
    boots(lab, PIC_BOOT_LINE, "PIT", cmdline="tick=pit", machine="q35,acpi=off", bye=False)


# --- Panics ---


def panics(lab, kind, patterns, cmdline="", **hardware):
    """Boots with panic-test=kind and demands lines that match the patterns, in order, then QEMU's odd status."""
    with lab.machine(cmdline=f"test-exit panic-test={kind} {cmdline}", debug_exit=True, **hardware) as machine:
        machine.wait_for(f"Provoking a kernel fault: {kind}\r", BOOT_SECONDS)
        for pattern in patterns:
            machine.wait_for(re.compile(pattern), END_SECONDS)
        ends_as_panic(machine)


def ends_as_panic(machine):
    status = machine.wait_for_end(END_SECONDS)
    expect(status & 1 and machine.shutdown_reason != "guest-reset",
           f"QEMU should report the panic by an odd status, but {machine.how_it_ended()}")


@boot_test("panic-isr", "a page fault in an interrupt handler says that it was one")
def panic_isr(lab):
    panics(lab, "isr", [rb"KERNEL PANIC: page fault inside an interrupt handler\r",
                        rb"vector 14, error code 0x2\r", rb"write to unmapped memory at 0xffffffff7ffffff8\r",
                        rb"\n  f{8}80[0-9a-f]{6}  fault_in_handler\+0x[0-9a-f]+\r",
                        rb"  interrupt_dispatch\+0x", rb"  kernel_main\+0x", rb"  kernel_entry\+0x",
                        rb"System halted"])


@boot_test("panic-stack", "an overflow of the boot stack is named")
def panic_stack(lab):
    panics(lab, "stack", [rb"KERNEL PANIC: page fault\r", rb"The boot stack has overflowed\.\r", rb"System halted"])


@boot_test("panic-isr-stack", "an overflow of an interrupt stack is named")
def panic_isr_stack(lab):
    panics(lab, "isr-stack", [rb"KERNEL PANIC: page fault inside an interrupt handler\r",
                              rb"The interrupt stack has overflowed\.\r", rb"System halted"])


@boot_test("panic-isr-print", "printing from an interrupt handler is a kernel bug, and its panic prints")
def panic_isr_print(lab):
    panics(lab, "isr-print", [rb"KERNEL PANIC: hal_console_write was called from an interrupt handler\r",
                              rb"System halted"])


@boot_test("panic-nested", "an exception while a panic is printed ends with one line, not in a loop")
def panic_nested(lab):
    panics(lab, "nested", [rb"\*\*\* KERNEL PANIC: ",
                           rb"\*\*\* Exception inside a panic: page fault\. Halted\.\r",
                           rb"rip ffffffff80[0-9a-f]{6}  cr2 ffffffff7ffffff8\r"])


@boot_test("panic-nmi", "vector 2 ends in a panic that names it")
def panic_nmi(lab):
    panics(lab, "nmi", [rb"KERNEL PANIC: non-maskable interrupt\r", rb"the chip set names no reason",
                        rb"System halted"])


@boot_test("panic-mce", "a machine check shows the processor's error registers")
def panic_mce(lab):
    panics(lab, "mce", [rb"KERNEL PANIC: machine check\r", rb"machine check global status 0x", rb"System halted"])


@boot_test("nmi-injected", "a non-maskable interrupt from outside, while a program runs, names the VM")
def nmi_injected(lab):
    with lab.machine(cmdline="test-exit", debug_exit=True) as machine:
        dialogue = Dialogue(machine)
        dialogue.enter(": L BEGIN AGAIN ;")
        dialogue.enter(".( running) L", re.compile(rb"L running"))
        machine.qmp("inject-nmi")
        # Perhaps while a page for its history is made present.
        machine.wait_for(re.compile(rb"KERNEL PANIC: non-maskable interrupt(?: inside an interrupt handler)?\r"), END_SECONDS)
        machine.wait_for("Current VM: 0\r", END_SECONDS)
        ends_as_panic(machine)


@boot_test("mce-injected", "an uncorrected error from outside is reported with bank, status and address")
def mce_injected(lab):
    with lab.machine(cmdline="test-exit", debug_exit=True) as machine:
        Dialogue(machine)
        status = 0xb600000000000185  # valid, uncorrected, enabled, address, context corrupt
        answer = machine.qmp("human-monitor-command",
                             **{"command-line": f"mce 0 3 {status:#x} 0x5 0x12345000 0"})
        expect(answer == "", f"QEMU's mce command says {answer!r}")
        machine.wait_for("KERNEL PANIC: machine check\r", END_SECONDS)
        machine.wait_for(f"machine check bank 3: status {status:#018x}, the processor's state is lost\r",
                         END_SECONDS)
        machine.wait_for("  address 0x12345000\r", END_SECONDS)
        machine.wait_for("machine check global status 0x5\r", END_SECONDS)
        ends_as_panic(machine)


# --- Reports ---


def shows(reply, *patterns):
    """Demands lines of a report that match, in order, and none that is too long for a screen."""
    position = 0
    for pattern in patterns:
        match = re.compile(r"\n" + pattern + r"\r").search(reply, position)
        expect(match, f"no line {pattern!r} after character {position} of:\n{reply}")
        position = match.end() - 1
    long = [line for line in reply.split("\r\n") if len(line) > 79]
    expect(not long, f"lines longer than 79 columns: {long}")


QEMU_OVERRIDES = [r"  override        irq 0 is GSI 2, edge, active high",
                  r"  override        irq 5 is GSI 5, level, active high",
                  r"  override        irq 9 is GSI 9, level, active high"]


@boot_test("irq-report-q35", ".IRQ and .ACPI tell what a q35 machine has")
def irq_report_q35(lab):
    with lab.machine() as machine:
        dialogue = Dialogue(machine)
        reply = dialogue.enter(".IRQ")
        shows(reply, r"Interrupt controllers", r"  local APIC  id 0 at 0xfee00000",
              r"  IOAPIC      id 0 at 0xfec00000, version 0x20, GSI 0 to 23", r"  two 8259    masked",
              r"  APIC timer      0xe0     +[1-9][0-9]*", r"  APIC error      0xfe     +0",
              r"  APIC spurious   0xff     +0", r"  non-maskable: local input 1",
              r"Exceptions handled", r"Unexpected interrupts: 0")
        counts = [int(re.search(r"APIC timer +0xe0 +(\d+)", text)[1])
                  for text in (reply, dialogue.enter("50 MS .IRQ"))]
        expect(counts[0] < counts[1], f"the timer's count does not grow: {counts}")
        shows(dialogue.enter(".ACPI"), r"ACPI: root pointer at 0x[0-9a-f]+, revision 2",
              r"  XSDT  +1 +\d+  0x[0-9a-f]{16}  BOCHS   sound", r"  FACP  +3 +244  0x[0-9a-f]{16}  BOCHS   sound",
              r"  APIC  .*  sound", r"  HPET  +1 +56  .*  sound", r"  MCFG  .*  sound", r"  DSDT  .*  sound",
              r"  processors      1 enabled, 0 that could be added, local APICs at 0xfee00000",
              r"  IOAPIC          id 0 at 0xfec00000, from GSI 0", *QEMU_OVERRIDES, r"  two 8259        yes",
              r"  events \(SCI\)    irq 9", r"  PM1 control     port 0x604", r"  PM timer        port 0x608",
              r"  power off \(S5\)  types 0 and 0", r"  reset register  port 0xcf9, value 0xf",
              r"  HPET            at 0xfed00000", r"  PCI Express     segment 0, buses 0 to 255 at 0xb0000000")
        dialogue.bye()


@boot_test("irq-report-pc", ".IRQ shows the PIT's line, .ACPI the second processor of an i440FX machine")
def irq_report_pc(lab):
    with lab.machine(machine="pc", smp=2, hpet=False, cmdline="tick=pit") as machine:
        dialogue = Dialogue(machine)
        shows(dialogue.enter(".IRQ"), r"Lines", r"  irq   GSI  vector  trigger  active  state     interrupts  handler",
              r"    0     2  0xdf    edge     high    open     +[1-9][0-9]*  PIT", r"  APIC timer      0xe0     +0")
        shows(dialogue.enter(".ACPI"), r"  FACP  +1 +116  .*  sound", r"  processors      2 enabled, .*",
              r"  PM1 control     port 0xb004", r"  reset register  none", r"  HPET            none")
        dialogue.bye()


@boot_test("irq-report-pic", "with noapic .IRQ shows the 8259 in use, and exceptions that were handled")
def irq_report_pic(lab):
    with lab.machine(cmdline="noapic tick=pit") as machine:
        dialogue = Dialogue(machine)
        dialogue.error("1 0 /", -10)
        dialogue.error("0 @", -9)
        shows(dialogue.enter(".IRQ"), r"  two 8259    in use, lines 0 to 15",
              r"    0     -  0x20    edge     -       open     +[1-9][0-9]*  PIT",
              r"Exceptions handled", r"  divide error   +1", r"  page fault   +[1-9][0-9]*")
        dialogue.bye()


@boot_test("acpi-nasty", "tables that the firmware has twice or in ruins are shown and do no harm")
def acpi_nasty(lab):
    def table(signature, body):
        path = lab.file(signature + ".dat", "")
        with open(path, "wb") as file:
            file.write(body)
        return ["-acpitable", f"sig={signature},rev=1,oem_id=NASTY,data={path}"]

    second_madt = table("APIC", bytes(8) + bytes([1, 0]) * 40)  # entries of size 0
    wild_mcfg = table("MCFG", bytes(8) + b"\xff" * 31)
    aml = table("SSDT", b"\x08_S5_\x12\xff" + bytes(range(256)))
    with lab.machine(options=second_madt + wild_mcfg + aml) as machine:
        dialogue = Dialogue(machine)
        reply = dialogue.enter(".ACPI")
        shows(reply, r"  IOAPIC          id 0 at 0xfec00000, from GSI 0", *QEMU_OVERRIDES)
        for signature in ("APIC", "MCFG", "SSDT"):
            expect(re.search(rf"\n  {signature} .*  NASTY   sound\r", reply),
                   f"the added {signature} is not listed in:\n{reply}")
        dialogue.bye()
