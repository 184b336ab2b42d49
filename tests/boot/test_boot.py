#!/usr/bin/env python3
"""The boot tests: StarKernel in QEMU, from the firmware to power-off.

Usage: test_boot.py [--build DIR] [PART]: runs the tests whose ID contains PART, all without it. The last
line is `boot: N passed, N failed`.
"""
import argparse
import os
import re
import sys
import tempfile

from harness import (BOOT_SECONDS, END_SECONDS, Dialogue, Runner, boot_test, expect, prompt_test)
import test_power  # noqa: F401 - registers its tests
import test_cpu_pci  # noqa: F401
from machine import BANNER, MachineError, PROMPT, choose_accelerator
import test_console  # noqa: F401 - registers its tests
import test_examples  # noqa: F401 - registers its tests
import test_input  # registers its tests
import test_interrupts  # registers its tests
import test_time  # registers its tests
import test_screen  # noqa: F401 - registers its tests
import test_memory  # noqa: F401 (registers its tests)
import test_loader  # noqa: F401 (registers its tests)

BOOT_LINES = [
    "StarKernel booting...",
    "CPU initialized",
    "PMM initialized",
    "VMM initialized",
    "Heap initialized",
    "HAL initialized",
    "VM arbiter initialized",
    "VM[0] instantiated",
    "Entering VM arbiter loop...",
]

UP, DOWN, LEFT = "\x1b[A", "\x1b[B", "\x1b[D"
HOME, DELETE = "\x1b[H", "\x1b[3~"

# --- Booting on different machines ---


@boot_test("boot-log", "the boot log has its lines in order, each on a line of its own")
def boot_log(lab):
    with lab.machine() as machine:
        for line in BOOT_LINES:
            machine.wait_for(re.compile(rb"\n" + re.escape(line.encode()) + rb"\r"), BOOT_SECONDS)
            machine.position -= 1
        machine.wait_for(BANNER, BOOT_SECONDS)
        machine.wait_for(PROMPT, BOOT_SECONDS)


@boot_test("bye", "BYE powers the machine off with status 0")
def bye(lab):
    with lab.machine() as machine:
        Dialogue(machine).bye()


def dialogue_and_bye(machine):
    dialogue = Dialogue(machine)
    dialogue.alive()
    dialogue.bye()


@boot_test("memory-64M", "it works with 64 MiB of memory")
def memory_64m(lab):
    with lab.machine(memory="64M") as machine:
        dialogue_and_bye(machine)


@boot_test("memory-4G", "it works with 4 GiB, of which a part lies above the 4 GiB line")
def memory_4g(lab):
    with lab.machine(memory="4G") as machine:
        dialogue_and_bye(machine)


@boot_test("no-hpet", "it works without a HPET")
def no_hpet(lab):
    with lab.machine(hpet=False) as machine:
        dialogue_and_bye(machine)


@boot_test("usb-stick", "the disk image boots as a USB stick")
def usb_stick(lab):
    with lab.machine(usb=True) as machine:
        dialogue_and_bye(machine)


@boot_test("no-disk", "it works when the firmware starts it without any disk")
def no_disk(lab):
    with lab.bare_machine(kernel=lab.loader) as machine:
        dialogue_and_bye(machine)


# --- Repeatability ---


@boot_test("repeatable", "two boots under counted time give the same serial log, byte for byte")
def repeatable(lab):
    logs = []
    for _ in range(2):
        with lab.bare_machine(kernel=lab.loader, accelerator="icount") as machine:
            match = machine.wait_for(PROMPT, BOOT_SECONDS * 2)
            logs.append(bytes(machine.log[:match.end()]))
            machine.qmp("quit")
    lines = zip(logs[0].splitlines(), logs[1].splitlines())
    different = next((pair for pair in lines if pair[0] != pair[1]), None)
    expect(logs[0] == logs[1], f"the logs differ, first in {different}")


# --- Boot scripts ---


@boot_test("scripts", "boot scripts are loaded in the order given, before the prompt")
def scripts(lab):
    # Neither alphabetical nor by size.
    first = lab.file("zeta.fs", ': ZETA 1000 ; .( script zeta ) CR\n')
    second = lab.file("alpha.fs", ': ALPHA ZETA 234 + ; .( script alpha ) CR\n')
    third = lab.file("a-rather-long-name-for-a-script.fs", 'ALPHA . .( script three ) CR\n')
    with lab.machine(scripts=[first, second, third]) as machine:
        dialogue = Dialogue(machine)
        said = re.findall(rb"(script \w+|1234 script three)", machine.log)
        expect(said == [b"script zeta", b"script alpha", b"1234 script three"],
               f"the scripts said {said}")
        reply = dialogue.enter("ALPHA .")
        expect(reply.endswith("1234  ok\r\n"), f"`ALPHA .` gave {reply!r}")
        dialogue.bye()


@boot_test("script-error", "a boot script that fails names file and line, and the prompt comes")
def script_error(lab):
    script = lab.file("broken.fs", ": FINE 42 ;\nFINE . CR\nFINE NO-SUCH-WORD\n")
    with lab.machine(scripts=[script]) as machine:
        dialogue = Dialogue(machine)
        expect(re.search(rb"\nbroken\.fs:3: error -13: [^\r\n]*NO-SUCH-WORD", machine.log),
               "there is no line `broken.fs:3: error -13: ...NO-SUCH-WORD`")
        dialogue.alive()
        reply = dialogue.enter("FINE .")
        expect(reply.endswith("42  ok\r\n"), f"`FINE .` gave {reply!r}")
        dialogue.bye()


# --- Panic screens ---


def panic_screen(lab, name, title, vector):
    with lab.machine(cmdline=f"test-exit panic-test={name}", debug_exit=True) as machine:
        machine.wait_for(re.compile(rb"KERNEL PANIC[^\r\n]*" + title), BOOT_SECONDS)
        machine.wait_for(f"vector {vector}, error code", END_SECONDS)
        for register in (rb"rip f{8}8", rb"rsp f", rb"r15 ", rb"cr2 "):
            machine.wait_for(re.compile(register), END_SECONDS)
        machine.wait_for("Current VM", END_SECONDS)
        machine.wait_for(re.compile(rb"Backtrace[^\n]*\n[^\n]*f{8}8[0-9a-f]{7}"), END_SECONDS)
        status = machine.wait_for_end(END_SECONDS)
        expect(status & 1 and machine.shutdown_reason != "guest-reset",
               f"QEMU should report the panic by an odd status, but {machine.how_it_ended()}")


@boot_test("panic-ud2", "an invalid opcode in the kernel ends in a panic screen")
def panic_ud2(lab):
    panic_screen(lab, "ud2", rb"(?i:invalid opcode)", 6)


@boot_test("panic-pf", "a page fault in the kernel ends in a panic screen")
def panic_pf(lab):
    panic_screen(lab, "pf", rb"(?i:page fault)", 14)


@boot_test("panic-de", "a divide error in the kernel ends in a panic screen")
def panic_de(lab):
    panic_screen(lab, "de", rb"(?i:divide error)", 0)


@boot_test("panic-double", "a double fault ends in a panic screen, not in a reset")
def panic_double(lab):
    panic_screen(lab, "double", rb"(?i:double fault)", 8)


# --- At the prompt ---


@prompt_test("prompt-sum", "`1 2 + .` answers `3  ok`")
def prompt_sum(dialogue):
    reply = dialogue.enter("1 2 + .")
    expect(reply == "1 2 + . 3  ok\r\n", f"it gave {reply!r}")


@prompt_test("prompt-definition", "a definition over two lines says `compiled`, then works")
def prompt_definition(dialogue):
    dialogue.enter(": TWICE", re.compile(rb" compiled\r\n"))
    dialogue.enter("DUP + ;")
    reply = dialogue.enter("21 TWICE .")
    expect(reply.endswith("42  ok\r\n"), f"`21 TWICE .` gave {reply!r}")


@prompt_test("error-undefined", "an undefined word is named")
def error_undefined(dialogue):
    dialogue.error("1 2 FROBNICATE 3", -13, "FROBNICATE")


@prompt_test("error-underflow", "taking from an empty stack is a stack underflow")
def error_underflow(dialogue):
    for line in (".", "+", "DROP", "1 +", "SWAP"):
        dialogue.error(line, -4, "stack underflow")


@prompt_test("error-division", "division by zero is an error")
def error_division(dialogue):
    for line in ("1 0 /", "1 0 MOD", "0 0 /MOD", "1 2 0 */"):
        dialogue.error(line, -10, "division by zero")


@prompt_test("error-address", "wild addresses are errors, above 4 GiB too")
def error_address(dialogue):
    for line in ("0 @", "5 -1 C!", "5 1 40 LSHIFT !", "-1 @", "5 0 !"):
        dialogue.error(line, -9)


@prompt_test("error-wild-store", "`-1 C!` and `1 40 LSHIFT !` with nothing to store are errors")
def error_wild_store(dialogue):
    for line in ("-1 C!", "1 40 LSHIFT !"):
        reply = dialogue.enter(line)
        expect("\r\nerror -" in reply, f"`{line}` gave {reply!r}")
        dialogue.alive()


@prompt_test("error-recursion", "endless recursion is an error")
def error_recursion(dialogue):
    dialogue.enter(": ENDLESS RECURSE 1 DROP ;")
    dialogue.error("ENDLESS", -5)


@prompt_test("error-overflow", "an endless push is a stack overflow")
def error_overflow(dialogue):
    dialogue.enter(": PILE BEGIN 1 AGAIN ;")
    dialogue.error("PILE", -3)


@prompt_test("error-compile-only", "IF outside a definition is an error")
def error_compile_only(dialogue):
    dialogue.error("IF", -14)


@prompt_test("error-in-definition", "an error inside a definition abandons it")
def error_in_definition(dialogue):
    dialogue.error(": BAD 1 NO-SUCH-WORD", -13, "NO-SUCH-WORD")
    dialogue.error("BAD", -13, "BAD")


@prompt_test("ctrl-c", "Ctrl-C stops a runaway loop")
def ctrl_c(dialogue):
    dialogue.enter(": L BEGIN AGAIN ;")
    dialogue.enter(".( running) L", re.compile(rb"L running"))
    dialogue.machine.send(b"\x03")
    reply = dialogue.reply()
    expect("error -28: " in reply, f"Ctrl-C gave {reply!r}")
    dialogue.alive()


@prompt_test("ctrl-c-caught", "the third Ctrl-C ends even a program that catches every exception")
def ctrl_c_caught(dialogue):
    dialogue.enter(": INNER [CHAR] + EMIT BEGIN AGAIN ;")
    dialogue.enter(": OUTER BEGIN ['] INNER CATCH DROP AGAIN ;")
    dialogue.enter("OUTER", re.compile(rb"\+"))
    for caught in (rb"\+", rb"\+"):
        dialogue.machine.send(b"\x03")
        dialogue.reply(re.compile(caught))
    dialogue.machine.send(b"\x03")
    reply = dialogue.reply()
    expect("error -28: " in reply, f"the third Ctrl-C gave {reply!r}")
    dialogue.alive()


@prompt_test("ctrl-c-sleep", "MS sleeps, and Ctrl-C wakes it")
def ctrl_c_sleep(dialogue):
    reply = dialogue.enter("NS 20 MS NS SWAP - 20000000 < .")
    expect("0  ok" in reply, f"20 MS was too short: {reply!r}")
    dialogue.enter(".( sleeping) 1000000 MS", re.compile(rb"MS sleeping"))
    dialogue.machine.send(b"\x03")
    reply = dialogue.reply()
    expect("error -28: " in reply, f"Ctrl-C gave {reply!r}")
    dialogue.alive()


@prompt_test("ctrl-c-line", "Ctrl-C at the prompt gives up the line")
def ctrl_c_line(dialogue):
    dialogue.machine.send(b"1 2 3 NONSENSE")
    dialogue.reply(re.compile(rb"NONSENSE"))
    dialogue.machine.send(b"\x03")
    reply = dialogue.reply()
    expect("error -28: " in reply, f"Ctrl-C gave {reply!r}")
    dialogue.alive()


@prompt_test("editing", "backspace and the arrow keys edit the line")
def editing(dialogue):
    for keys, sum_of in (
        ("1 3\x7f2 + .", 3),
        ("1 3\x082 + .", 3),
        ("1 + ." + LEFT * 4 + " 41", 42),
        ("2 + ." + HOME + "98 ", 100),
        ("91 2 + ." + HOME + DELETE, 3),
    ):
        reply = dialogue.enter(keys)
        expect(reply.endswith(f" {sum_of}  ok\r\n"), f"{keys!r} gave {reply!r}")


@prompt_test("history", "the up and down arrows bring earlier lines back")
def history(dialogue):
    dialogue.enter("111 .")
    dialogue.enter("222 .")
    reply = dialogue.enter(UP + UP)
    expect(reply.endswith("111  ok\r\n"), f"two times up gave {reply!r}")
    reply = dialogue.enter(UP + UP + DOWN)
    expect(reply.endswith("111  ok\r\n"), f"up, up, down gave {reply!r}")


@prompt_test("burst", "three hundred lines typed in one go all arrive")
def burst(dialogue):
    dialogue.enter("VARIABLE SUM 0 SUM !")
    dialogue.machine.send(b"".join(b"%d SUM +!\r" % i for i in range(1, 301)))
    reply = dialogue.enter(".( total ) SUM @ .", re.compile(rb"total \d+  ok\r\n"))
    expect(reply.endswith(f"total {300 * 301 // 2}  ok\r\n"), f"it gave {reply[-80:]!r}")


def main():
    parser = argparse.ArgumentParser(description="Runs the boot tests.")
    parser.add_argument("--build", default="build", help="folder with BOOTX64.EFI")
    parser.add_argument("part", nargs="?", default="", help="only tests whose ID contains this")
    settings = parser.parse_args()
    try:
        settings.accelerator, reason = choose_accelerator(settings.build)
    except MachineError as error:
        sys.exit(f"No machine to test on: {error}")
    print(f"Accelerator: {settings.accelerator} ({reason})", flush=True)
    with tempfile.TemporaryDirectory(prefix="starkernel-test-") as folder:
        runner = Runner(settings, folder)
        runner.run(settings.part)
    print(f"boot: {runner.passed} passed, {runner.failed} failed")
    sys.exit(1 if runner.failed or not runner.passed else 0)


if __name__ == "__main__":
    main()
