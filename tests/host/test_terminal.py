#!/usr/bin/env python3
"""The console tests (tests/boot/test_console.py) with the Linux program on a pseudo-terminal, a pipe and a file.

Usage: test_terminal.py [--build DIR] [PART]: runs the tests whose ID contains PART, all without it. The last line is
`terminal: N passed, N failed`.
"""
import argparse
import os
import pty
import re
import select
import signal
import subprocess
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "boot"))

from harness import Dialogue, Failed, expect  # noqa: E402 (the path must be set first)
from machine import MachineError  # noqa: E402
import test_console  # noqa: E402
import test_examples  # noqa: E402

START_SECONDS = 30
SECONDS = 30


class Program:
    """build/starforth, with what Dialogue asks of a machine."""

    def __init__(self, build, terminal=True):
        self.log = bytearray()
        self.position = 0
        self.terminal = terminal
        command = [os.path.join(build, "starforth")]
        if terminal:
            self.process, self.output = pty.fork()
            if self.process == 0:
                os.execv(command[0], command)
            self.input = self.output
        else:
            self.popen = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
            self.process = self.popen.pid
            self.input, self.output = self.popen.stdin.fileno(), self.popen.stdout.fileno()

    def send(self, data):
        while data:
            data = data[os.write(self.input, data):]

    def signal(self, number):
        os.kill(self.process, number)

    def wait_for(self, pattern, seconds):
        if isinstance(pattern, str):
            pattern = re.compile(re.escape(pattern.encode()))
        deadline = time.monotonic() + seconds
        while True:
            match = pattern.search(self.log, self.position)
            if match:
                self.position = match.end()
                return match
            left = deadline - time.monotonic()
            if left <= 0 or not select.select([self.output], [], [], left)[0]:
                raise MachineError(f"{pattern.pattern!r} did not appear within {seconds} s")
            try:
                data = os.read(self.output, 65536)
            except OSError:  # what a terminal gives whose other end is closed
                data = b""
            if not data:
                raise MachineError(f"the program ended before {pattern.pattern!r} appeared")
            self.log += data

    def end(self):
        """Closes the input; returns the exit status."""
        if self.terminal:
            os.kill(self.process, signal.SIGKILL)
            os.close(self.output)
            return os.waitpid(self.process, 0)[1]
        if not self.popen.stdin.closed:
            self.popen.stdin.close()
        try:
            return self.popen.wait(SECONDS)
        except subprocess.TimeoutExpired:
            self.popen.kill()
            self.popen.wait()
            return None


BUSY = b'S" : L BEGIN AGAIN ; L" 65536 SPAWN-VM CONSTANT BUSY\n'


def pipe_busy(program):
    program.send(BUSY)
    for n in range(10):
        program.send(f"{n} 100 + .\n".encode())
        program.wait_for(f"{n + 100} ", SECONDS)
    expect(program.end() == 0, "the end of the pipe does not end the program")


def pipe_attention(program):
    program.send(b".( now) 1000000 MS\n")
    program.wait_for("now", SECONDS)
    program.signal(signal.SIGQUIT)
    program.wait_for("error -28: ", SECONDS)
    program.send(b"1 2 + .\n")
    program.wait_for("3 ", SECONDS)


def pipe_bytes(program):
    program.send(b"KEY . KEY .\n\x1c\x03\n")
    program.wait_for(re.compile(rb"28 3 "), SECONDS)


def file_busy(build):
    path = os.path.join(build, "terminal-input.fs")
    with open(path, "wb") as file:
        file.write(BUSY + b"".join(b"%d 100 + .\n" % n for n in range(10)))
    with open(path, "rb") as file:
        done = subprocess.run([os.path.join(build, "starforth")], stdin=file, stdout=subprocess.PIPE,
                              timeout=SECONDS, check=False)
    expect(done.returncode == 0 and b"109 " in done.stdout, f"status {done.returncode}: {done.stdout!r}")


def example(name):
    """A function that runs an example on Linux."""
    def run(build):
        done = subprocess.run([os.path.abspath(os.path.join(build, "starforth")), name], stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, cwd=test_examples.FOLDER, timeout=SECONDS, check=False)
        text = done.stdout.decode(errors="replace")
        wanted = test_examples.ANSWERS[name] if name != "driver.fs" else test_examples.SKIPPED
        expect(done.returncode == 0 and re.search(wanted, text), f"status {done.returncode}: {text}")
    return run


PIPES = [
    ("pipe-busy", "a pipe is read to its end while another VM computes", pipe_busy),
    ("pipe-attention", "SIGQUIT is the attention key where there is no terminal", pipe_attention),
    ("pipe-bytes", "the codes of Ctrl-C and Ctrl-\\ are bytes like others in a pipe", pipe_bytes),
]


class Tests:
    def __init__(self):
        self.passed = 0
        self.failed = 0

    def attempt(self, identifier, sentence, function, argument, log):
        complaint = None
        try:
            function(argument)
        except (Failed, MachineError, subprocess.TimeoutExpired, OSError) as error:
            complaint = str(error)
        if complaint is None:
            self.passed += 1
            print(f"PASS {identifier}: {sentence}", flush=True)
        else:
            self.failed += 1
            print(f"FAIL {identifier}: {sentence}: {complaint}\n{log().decode(errors='replace')}"
                  f"\n--- end of the log of {identifier}", flush=True)

    def with_program(self, identifier, sentence, function, build, terminal):
        program = Program(build, terminal)
        try:
            argument = Dialogue(program, START_SECONDS) if terminal else program
            self.attempt(identifier, sentence, function, argument, lambda: bytes(program.log))
        finally:
            program.end()


def main():
    parser = argparse.ArgumentParser(description="Runs the terminal tests of the Linux program.")
    parser.add_argument("--build", default="build", help="folder with all that was built")
    parser.add_argument("part", nargs="?", default="", help="run the tests whose ID contains this")
    options = parser.parse_args()
    tests = Tests()
    for listed, terminal in ((test_console.scenarios, True), (PIPES, False)):
        for identifier, sentence, function in listed:
            if options.part in identifier:
                tests.with_program(identifier, sentence, function, options.build, terminal)
    if options.part in "file-busy":
        tests.attempt("file-busy", "a file is read to its end while another VM computes", file_busy,
                      options.build, lambda: b"")
    for name in test_examples.ANSWERS:
        if options.part in f"example-{name}":
            tests.attempt(f"example-{name}", "the example works, or says that there is no device", example(name),
                          options.build, lambda: b"")
    print(f"terminal: {tests.passed} passed, {tests.failed} failed")
    sys.exit(1 if tests.failed or not tests.passed else 0)


if __name__ == "__main__":
    main()
