"""Boot tests of leaving the machine: BYE and REBOOT by every way that the kernel knows."""
import re

from harness import BOOT_SECONDS, END_SECONDS, Dialogue, boot_test, expect
from machine import PROMPT

RESET_WAYS = ("acpi", "uefi", "kbd", "cf9", "triple")
NO_RESET = "The machine does not reset. It can now be switched off."


def switched_off(lab, **hardware):
    with lab.machine(**hardware) as machine:
        Dialogue(machine).bye()


@boot_test("power-uefi", "BYE powers the machine off through the firmware's ResetSystem")
def power_uefi(lab):
    switched_off(lab, cmdline="power=uefi")


@boot_test("power-uefi-pc", "the same on the older machine type, and with memory above 4 GiB")
def power_uefi_pc(lab):
    switched_off(lab, cmdline="power=uefi", machine="pc", memory="4G")


@boot_test("power-acpi-pc", "BYE powers the older machine type off through ACPI")
def power_acpi_pc(lab):
    switched_off(lab, cmdline="power=acpi", machine="pc")


@boot_test("power-none", "where no way works, BYE says so on the console and the machine stands still")
def power_none(lab):
    with lab.machine(cmdline="power=uefi efi-test=fault") as machine:
        Dialogue(machine)
        machine.send(b"BYE\r")
        machine.wait_for(re.compile(rb"\nUEFI ResetSystem failed: exception 14 in the firmware at 0x[0-9a-f]+ "
                                    rb"\(address 0x[0-9a-f]+\)\.\r\n"), END_SECONDS)
        machine.wait_for("The firmware offers no way to power off. The machine can now be switched off.\r\n",
                         END_SECONDS)
        expect(machine.qmp("query-status")["running"], "the machine does not stand still")


@boot_test("power-unknown", "a way that does not exist is named, and the machine says that it can be switched off")
def power_unknown(lab):
    with lab.machine(cmdline="power=magic") as machine:
        Dialogue(machine)
        machine.send(b"BYE\r")
        machine.wait_for("power=magic", END_SECONDS)
        machine.wait_for("The machine can now be switched off.", END_SECONDS)


def resets(lab, cmdline, before=None, **hardware):
    """REBOOT must reset the machine, which under -no-reboot ends QEMU."""
    with lab.machine(cmdline=cmdline, **hardware) as machine:
        Dialogue(machine)
        machine.send(b"REBOOT\r")
        if before:
            machine.wait_for(before, END_SECONDS)
        machine.wait_for_end(END_SECONDS)
        expect(machine.shutdown_reason == "guest-reset", f"after REBOOT: {machine.how_it_ended()}")


def register_resets():
    """One test for every way on every machine type that has it: the tables of `pc` name no reset register."""
    for way in RESET_WAYS:
        for kind in ("q35",) if way == "acpi" else ("q35", "pc"):
            boot_test(f"reboot-{way}-{kind}", f"REBOOT resets the {kind} machine by way of {way}")(
                lambda lab, way=way, kind=kind: resets(lab, f"reboot={way}", machine=kind))


register_resets()


@boot_test("reboot-none", "where no way works, REBOOT says so on the console")
def reboot_none(lab):
    with lab.machine(cmdline="reboot=acpi", machine="pc") as machine:
        Dialogue(machine)
        machine.send(b"REBOOT\r")
        machine.wait_for(NO_RESET, END_SECONDS)


@boot_test("reboot-fault", "a fault in the firmware is named and does not stop the kernel")
def reboot_fault(lab):
    with lab.machine(cmdline="reboot=uefi efi-test=fault") as machine:
        Dialogue(machine)
        machine.send(b"REBOOT\r")
        machine.wait_for("UEFI ResetSystem failed: exception 14", END_SECONDS)
        machine.wait_for(NO_RESET, END_SECONDS)


@boot_test("reboot-exhausted", "REBOOT through the firmware works when a program has taken all the memory it can get")
def reboot_exhausted(lab):
    with lab.machine(cmdline="reboot=uefi", memory="64M") as machine:
        dialogue = Dialogue(machine)
        dialogue.enter(": TOUCH 65536 OVER + SWAP DO 1 I C! 4096 +LOOP ;")
        dialogue.enter(": GREED BEGIN 65536 ALLOCATE 0= WHILE TOUCH REPEAT DROP ;")
        dialogue.enter("GREED")
        reply = dialogue.enter("65536 ALLOCATE . .")
        expect("-59 " in reply, f"there is memory left: {reply!r}")
        machine.send(b"REBOOT\r")
        machine.wait_for_end(END_SECONDS)
        expect(machine.shutdown_reason == "guest-reset", f"after REBOOT: {machine.how_it_ended()}")


def comes_back(lab, **hardware):
    with lab.machine(no_reboot=False, **hardware) as machine:
        dialogue = Dialogue(machine)
        dialogue.enter("1234 CONSTANT BEFORE")
        machine.send(b"REBOOT\r")
        machine.wait_for("StarKernel booting...", BOOT_SECONDS)
        machine.wait_for(PROMPT, BOOT_SECONDS)
        dialogue.error("BEFORE", -13, "BEFORE")
        dialogue.bye()


@boot_test("reboot-returns", "after REBOOT the machine comes back to the prompt")
def reboot_returns(lab):
    comes_back(lab)


@boot_test("reboot-returns-pc", "it does on the older machine type, which has no reset register")
def reboot_returns_pc(lab):
    comes_back(lab, machine="pc")
