"""The two machines that an experiment runs on, as dialogues: a process on Linux, and the kernel in QEMU.

Both are asked in the same way, a line at the prompt and what it answers, because the physics see in what
context a word was executed: from the prompt it is the same on both.
"""

import os
import re
import select
import subprocess
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
sys.path.insert(0, os.path.join(ROOT, "tests", "boot"))

from image import make_image  # noqa: E402 (the path must be set first)
from machine import Machine, MachineError, PROMPT  # noqa: E402

START_SECONDS = 120
ERROR = re.compile(r"^(?:\S+:\d+: )?error -?\d+: .*$", re.MULTILINE)


class DialogueError(Exception):
    """The machine did not answer as it should; the text has what it said."""


class Dialogue:
    """What both have in common: collecting text until a line comes."""

    def __init__(self):
        self.text = ""

    def more(self, seconds):
        """Reads what is there into self.text; False at the end of the machine."""
        raise NotImplementedError

    def type(self, line):
        raise NotImplementedError

    def collect(self, pattern, seconds):
        """The match of `pattern` and the text before it, which is taken away."""
        deadline = time.monotonic() + seconds
        while True:
            match = pattern.search(self.text)
            if match:
                before, self.text = self.text[:match.end()], self.text[match.end():]
                return match, before
            error = ERROR.search(self.text)
            if error:
                raise DialogueError(f"it said: {error[0]}")
            left = deadline - time.monotonic()
            if left <= 0:
                raise DialogueError(f"no answer within {seconds} s; it said:\n{self.text[-2000:]}")
            if not self.more(left):
                raise DialogueError(f"it ended; the last it said:\n{self.text[-2000:]}")

    def ask(self, line, pattern, seconds):
        self.type(line)
        return self.collect(pattern, seconds)


class Host(Dialogue):
    """build/starforth on a processor of its own."""

    def __init__(self, build, folder, files, cpu):
        super().__init__()
        self.process = subprocess.Popen(
            [os.path.abspath(os.path.join(build, "starforth")), *files], cwd=folder, stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, preexec_fn=lambda: os.sched_setaffinity(0, {cpu}))
        os.set_blocking(self.process.stdout.fileno(), False)
        self.ask("1 2 + .", re.compile(r"^3  ok", re.MULTILINE), START_SECONDS)

    def more(self, seconds):
        if not select.select([self.process.stdout], [], [], seconds)[0]:
            return True
        data = os.read(self.process.stdout.fileno(), 65536)
        self.text += data.decode(errors="replace")
        return bool(data)

    def type(self, line):
        try:
            self.process.stdin.write(line.encode() + b"\n")
            self.process.stdin.flush()
        except BrokenPipeError:
            raise DialogueError(f"it ended; the last it said:\n{self.text[-2000:]}") from None

    def waited(self):
        """Nanoseconds for which the process could have run but did not."""
        try:
            with open(f"/proc/{self.process.pid}/schedstat", encoding="ascii") as file:
                return int(file.read().split()[1])
        except (OSError, IndexError):
            return 0

    def close(self):
        self.process.kill()
        self.process.wait()
        self.process.stdin.close()
        self.process.stdout.close()


class Kernel(Dialogue):
    """VM[0] of the kernel; the files are its boot scripts."""

    def __init__(self, build, folder, files, included, accelerator):
        super().__init__()
        image = os.path.join(folder, "doe.img")
        make_image(image, os.path.join(build, "BOOTX64.EFI"), [os.path.join(folder, name) for name in files],
                   included=[os.path.join(folder, name) for name in included])
        self.machine = Machine(image=image, accelerator=accelerator)
        self.machine.__enter__()
        try:
            self.machine.wait_for(PROMPT, START_SECONDS)
        except MachineError as error:
            said = self.machine.log.decode(errors="replace").replace("\r", "")
            self.machine.close()
            raise DialogueError(f"{error}; it said:\n{said[-2000:]}") from None

    def more(self, seconds):
        if not select.select([self.machine], [], [], seconds)[0]:
            return True
        data = self.machine.read()
        self.text += data.decode(errors="replace").replace("\r", "")
        return bool(data)

    def type(self, line):
        if not self.machine.send(line.encode() + b"\r"):
            raise DialogueError("the machine has ended")

    def waited(self):
        return 0

    def close(self):
        self.machine.close()


class Load:
    """Processes that do nothing but keep a processor busy, in a `with` statement."""

    def __init__(self, count, cpu):
        self.count, self.cpu, self.processes = count, cpu, []

    def __enter__(self):
        for _ in range(self.count):
            self.processes.append(subprocess.Popen(
                [sys.executable, "-c", "while True: pass"], preexec_fn=lambda: os.sched_setaffinity(0, {self.cpu})))
        return self

    def __exit__(self, *exception):
        for process in self.processes:
            process.kill()
            process.wait()


def start(build, folder, files, included, machine, accel, cpu):
    if machine == "host":
        return Host(build, folder, files, cpu)
    return Kernel(build, folder, files, included, accel)
