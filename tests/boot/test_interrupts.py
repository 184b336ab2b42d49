"""Boot tests of interrupt controllers, interrupt lines, ACPI tables and panic screens."""
import re

from harness import BOOT_SECONDS, END_SECONDS, Dialogue, Failed, boot_test, expect

IOAPIC_BOOT_LINE = "  interrupts: local APIC, 1 IOAPIC\r"
PIC_BOOT_LINE = "  interrupts: local APIC, two 8259\r"


def boots(lab, line, tick, cmdline="", bye=True, **hardware):
    """Boots, demands the boot log's lines about controllers and tick, and that Ctrl-C works, which takes the
    tick, then powers off unless that takes ACPI tables that are not there."""
    with lab.machine(cmdline=cmdline, **hardware) as machine:
        machine.wait_for(line, BOOT_SECONDS)
        machine.wait_for(f"  tick: {tick}, ", BOOT_SECONDS)
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
        machine.wait_for("KERNEL PANIC: non-maskable interrupt\r", END_SECONDS)
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
