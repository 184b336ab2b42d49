"""Boot tests of leaving the machine: BYE and REBOOT by every way that the kernel knows."""
import os
import re
import signal
import subprocess

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


# --- The Linux program ---


def starforth(lab, text, **options):
    return subprocess.run([os.path.join(lab.build, "starforth"), *options.pop("files", [])], input=text.encode(),
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=END_SECONDS, check=False,
                          **options)


@boot_test("reboot-linux", "on Linux REBOOT starts over, and a pipe goes on with the line after it")
def reboot_linux(lab):
    lines = ["1 2 3 : BEFORE ;", "REBOOT .( the rest of the line is dropped)", "DEPTH . BEFORE"]
    lines += [f"{i} CONSTANT C{i}" for i in range(1000)]  # more than the program reads ahead
    lines += ["C0 C999 + .", "REBOOT", "C999", ".( end)"]
    done = starforth(lab, "\n".join(lines) + "\n")
    text = done.stdout.decode()
    expect(done.returncode == 0, f"the exit status is {done.returncode}: {text[-500:]!r}")
    expect("dropped" not in text and text.count("error -13: ") == 2, f"it printed {text[-500:]!r}")
    expect("0 \nerror -13: undefined word: BEFORE\n" in text, f"it printed {text[:500]!r}")
    expect("\n999  ok\n" in text and text.endswith("error -13: undefined word: C999\nend ok\n"),
           f"it printed {text[-500:]!r}")


@boot_test("reboot-linux-ctrl-c", "Ctrl-C during a hundred REBOOTs never ends the process")
def reboot_linux_ctrl_c(lab):
    with subprocess.Popen([os.path.join(lab.build, "starforth")], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT) as process:
        process.stdin.write(b'.( ready) CR\n')
        process.stdin.flush()
        expect(process.stdout.readline().strip() == b"ready", "it is not ready")
        process.stdin.write(b"REBOOT\n" * 100)
        process.stdin.close()
        signals = 0
        while process.poll() is None and signals < 1000000:
            process.send_signal(signal.SIGINT)
            signals += 1
        process.kill()
        expect(process.returncode == 0, f"after {signals} signals the exit status is {process.returncode}")


@boot_test("reboot-linux-arguments", "the files named on the command line are loaded again")
def reboot_linux_arguments(lab):
    script = lab.file("twice.fs", ".( loaded) CR\n")
    done = starforth(lab, "REBOOT\n", files=[script])
    expect(done.returncode == 0 and done.stdout.count(b"loaded") == 2, f"it printed {done.stdout!r}")


@boot_test("reboot-linux-environment", "an unread-input variable that somebody else has set is not believed")
def reboot_linux_environment(lab):
    name = lab.file("secret.txt", ".( secret)\n")
    with open(name, "rb") as file:
        for number in (str(file.fileno()), "0", "-1", "999999", "x"):
            done = starforth(lab, "1 2 + .\n", env={"STARFORTH_UNREAD": number}, pass_fds=[file.fileno()])
            expect(done.returncode == 0 and done.stdout == b"3  ok\n", f"{number}: it printed {done.stdout!r}")
