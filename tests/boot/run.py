#!/usr/bin/env python3
"""`make run`: boots the image in QEMU with this terminal, or this standard input, on COM1.

On a terminal every key goes to the guest, Ctrl-C too; Ctrl-] ends QEMU. Input that is not a terminal is
typed in once the first prompt is there, and its end means BYE. The exit status is 0 when the machine
powered itself off.
"""
import argparse
import os
import re
import select
import signal
import sys
import termios
import tty

from machine import Machine, MachineError, PROMPT, choose_accelerator

QUIET_SECONDS = 120  # no output for so long before the first prompt: the boot has failed
END_SECONDS = 60  # from the end of the serial line to the end of QEMU
ESCAPE_KEY = b"\x1d"  # Ctrl-]
CHUNK = 512

FIRMWARE_CONTROLS = re.compile(rb"\x1b\[[0-9;=?]*[A-Za-z]")
CONTROL_BEGUN = re.compile(rb"\x1b(\[[0-9;=?]*)?$")


class Output:
    """Standard output, without the firmware's clearing of the screen, and with plain newlines
    where it is not a terminal."""

    def __init__(self):
        self.terminal = sys.stdout.isatty()
        self.firmware = True
        self.held = b""

    def write(self, data):
        data = self.held + data
        self.held = b""
        if self.firmware:
            begun = CONTROL_BEGUN.search(data)
            if begun:
                data, self.held = data[: begun.start()], data[begun.start():]
            data = FIRMWARE_CONTROLS.sub(b"", data)
            self.firmware = b"StarKernel" not in data
        if not self.terminal:
            if data.endswith(b"\r") and not self.held:
                data, self.held = data[:-1], b"\r"
            data = data.replace(b"\r\n", b"\n")
        self._put(data)

    def _put(self, data):
        while data:
            data = data[os.write(sys.stdout.fileno(), data):]

    def end(self):
        self._put(self.held)
        self.held = b""


def relay_terminal(machine, output):
    """Keys to the guest, its text to the screen, until one of them ends. False: ended by Ctrl-]."""
    while True:
        ready = select.select([machine, sys.stdin], [], [])[0]
        if machine in ready:
            data = machine.read()
            if not data:
                return True
            output.write(data)
        if sys.stdin in ready:
            keys = os.read(sys.stdin.fileno(), CHUNK)
            if ESCAPE_KEY in keys:
                return False
            if keys:
                machine.send(keys)


def with_terminal(machine, output):
    """relay_terminal in raw mode; the terminal is restored whatever happens."""
    settings = termios.tcgetattr(sys.stdin)
    try:
        tty.setraw(sys.stdin)
        return relay_terminal(machine, output)
    finally:
        termios.tcsetattr(sys.stdin, termios.TCSADRAIN, settings)


def copy_until(machine, output, pattern):
    """Copies the guest's text until `pattern` has appeared. False: the machine ended first."""
    while not pattern.search(machine.log):
        if not select.select([machine], [], [], QUIET_SECONDS)[0]:
            raise MachineError(f"no prompt: nothing came over the serial line for {QUIET_SECONDS} s")
        data = machine.read()
        if not data:
            return False
        output.write(data)
    return True


def farewell(tail):
    """What to type when the input, which ended with `tail`, is over."""
    end_of_line = b"\n" if tail and not tail.endswith(b"\n") else b""
    lines = tail.strip().splitlines()
    if lines and lines[-1].strip().upper() == b"BYE":
        return end_of_line
    # The bracket leaves a definition that the input may have left open.
    return end_of_line + b"[ BYE\n"


def relay_input(machine, output):
    """Types standard input in after the first prompt, then BYE, and copies all output."""
    if not copy_until(machine, output, PROMPT):
        return
    pending, tail, at_end = b"", b"", False
    while True:
        # New input is read only when the guest has taken what was there: a program at the other
        # end of the pipe is never made to run ahead by more than a chunk.
        readers = [machine] if at_end or pending else [machine, sys.stdin]
        readable, writable, _ = select.select(readers, [machine] if pending else [], [])
        if machine in readable:
            data = machine.read()
            if not data:
                return
            output.write(data)
        if sys.stdin in readable:
            pending = os.read(sys.stdin.fileno(), CHUNK)
            tail = (tail + pending)[-CHUNK:]
            at_end = not pending
            if at_end:
                pending = farewell(tail)
        if machine in writable:
            try:
                pending = pending[machine.send_some(pending):]
            except OSError:
                pending = b""  # it is on its way out; the next read says so


def main():
    parser = argparse.ArgumentParser(description="Boots StarKernel in QEMU.")
    parser.add_argument("--build", default="build", help="folder with starkernel.img")
    parser.add_argument("--accel", default="auto", choices=["auto", "kvm", "tcg", "icount"])
    parser.add_argument("--memory", default="512M")
    parser.add_argument("--window", action="store_true", help="show the screen in a window")
    options = parser.parse_args()
    for number in (signal.SIGTERM, signal.SIGHUP):  # an orderly end: the terminal is restored
        signal.signal(number, lambda *_: sys.exit(1))

    output = Output()
    interactive = sys.stdin.isatty()
    try:
        accelerator, reason = choose_accelerator(options.build, options.accel)
        note = "; Ctrl-] ends QEMU" if interactive else ""
        print(f"Accelerator: {accelerator} ({reason}){note}", file=sys.stderr, flush=True)
        with Machine(image=os.path.join(options.build, "starkernel.img"), accelerator=accelerator,
                     memory=options.memory, window=options.window) as machine:
            if not interactive:
                relay_input(machine, output)
            elif not with_terminal(machine, output):
                print("\nQEMU was ended by Ctrl-].", file=sys.stderr)
                return 1
            output.end()
            machine.wait_for_end(END_SECONDS)
            if not machine.powered_off:
                raise MachineError(f"the machine ended, but not by BYE: {machine.how_it_ended()}")
            return 0
    except MachineError as error:
        output.end()
        print(f"\nmake run: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main())
