"""Boot tests of interrupt controllers, interrupt lines, ACPI tables and panic screens."""
import re

from harness import BOOT_SECONDS, END_SECONDS, Dialogue, Failed, boot_test, expect

IOAPIC_BOOT_LINE = "  interrupts: local APIC, 1 IOAPIC\r"
PIC_BOOT_LINE = "  interrupts: local APIC, two 8259\r"


def boots(lab, line, tick, cmdline="", **hardware):
    """Boots, demands the boot log's lines about controllers and tick, and that Ctrl-C works, which takes the
    tick, then powers off."""
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
    boots(lab, PIC_BOOT_LINE, "PIT", cmdline="tick=pit", machine="pc,acpi=off")
