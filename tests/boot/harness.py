"""The little framework of the boot tests.

A test is a function with an ID and one sentence. Tests run two machines at a time at most; each prints
one PASS or FAIL line, and a FAIL comes with the reason and the serial log. Nothing here sleeps: a
test waits for text, with a time-out.
"""
import concurrent.futures
import os
import re
import sys
import threading
import time
import traceback

from image import make_image
from machine import Machine, MachineError, PROMPT

BOOT_SECONDS = 90  # to the first prompt; about 5 s on an idle machine
REPLY_SECONDS = 30  # to the reply to a line at the prompt
END_SECONDS = 30  # from BYE to the end of QEMU
MACHINES = 2

REPLY = re.compile(rb" ok\r\n|(?:^|\n)(?:\S+:\d+: )?error -?\d+: [^\r\n]*\r\n")


class Failed(Exception):
    """What a test found to be wrong."""


def expect(condition, complaint):
    if not condition:
        raise Failed(complaint)


class Lab:
    """What one test has at hand: images and machines, and their logs for the report."""

    def __init__(self, settings, folder):
        self.build = settings.build
        self.accelerator = settings.accelerator
        self.folder = folder  # for this test's own files
        self.machines = []
        os.makedirs(folder, exist_ok=True)

    @property
    def loader(self):
        return os.path.join(self.build, "BOOTX64.EFI")

    def file(self, name, text):
        """Writes a file for the image and returns its path."""
        path = os.path.join(self.folder, name)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        return path

    def machine(self, scripts=(), cmdline="", included=(), **hardware):
        """A machine with an image of its own, to be used in a `with` statement."""
        image = os.path.join(self.folder, f"disk{len(self.machines)}.img")
        make_image(image, self.loader, scripts, cmdline, included)
        return self.bare_machine(image=image, **hardware)

    def bare_machine(self, **hardware):
        hardware.setdefault("accelerator", self.accelerator)
        machine = Machine(**hardware)
        self.machines.append(machine)
        return machine

    def log(self):
        texts = [f"--- serial log of machine {i + 1}\n" + machine.log.decode(errors="replace")
                 for i, machine in enumerate(self.machines)]
        return "\n".join(texts).replace("\r", "")


class Dialogue:
    """Talks with a machine at the prompt."""

    def __init__(self, machine, boot_seconds=BOOT_SECONDS):
        self.machine = machine
        machine.wait_for(PROMPT, boot_seconds)

    def enter(self, line, pattern=REPLY, seconds=REPLY_SECONDS):
        """Types a line and returns the text up to and with the reply that matches `pattern`."""
        self.machine.send(line.encode() if isinstance(line, str) else line)
        self.machine.send(b"\r")
        return self.reply(pattern, seconds)

    def reply(self, pattern=REPLY, seconds=REPLY_SECONDS):
        start = self.machine.position
        match = self.machine.wait_for(pattern, seconds)
        return bytes(self.machine.log[start:match.end()]).decode(errors="replace")

    def alive(self):
        """Demands that the prompt still works, with an empty stack."""
        reply = self.enter("1 2 + . DEPTH .")
        expect(reply.endswith("3 0  ok\r\n"), f"`1 2 + . DEPTH .` gave {reply!r}")

    def error(self, line, code, words=""):
        """Types a line that must give one error line, with this code and these words in it, and
        leave the prompt working."""
        reply = self.enter(line)
        lines = [text for text in reply.split("\r\n")[1:] if text]
        expect(len(lines) == 1 and lines[0].startswith("error "),
               f"`{line}` gave {reply!r}, not one line that begins with `error`")
        expect(lines[0].startswith(f"error {code}: "), f"`{line}` gave {lines[0]!r}, not {code}")
        expect(words in lines[0], f"`{line}` gave {lines[0]!r}, without {words!r}")
        self.alive()

    def bye(self):
        """Says BYE and demands that the machine powers itself off."""
        self.machine.send(b"BYE\r")
        self.machine.wait_for_end(END_SECONDS)
        expect(self.machine.powered_off, f"after BYE: {self.machine.how_it_ended()}")


tests = []  # (id, sentence, function) in the order in which they stand
prompt_tests = []  # the same, for those that share a machine


def boot_test(identifier, sentence):
    """Registers function(lab)."""
    return lambda function: tests.append((identifier, sentence, function))


def prompt_test(identifier, sentence):
    """Registers function(dialogue). The machine is at the prompt and shared by these tests, one after
    another; after a failure the next gets a new one."""
    return lambda function: prompt_tests.append((identifier, sentence, function))


class Runner:
    """Runs tests and counts."""

    def __init__(self, settings, folder):
        self.settings = settings
        self.folder = folder
        self.passed = 0
        self.failed = 0
        self.lock = threading.Lock()

    def report(self, identifier, sentence, complaint, log, seconds):
        with self.lock:
            if complaint is None:
                self.passed += 1
                print(f"PASS {identifier}: {sentence} ({seconds:.1f} s)")
            else:
                self.failed += 1
                print(f"FAIL {identifier}: {sentence}: {complaint}")
                print(log)
                print(f"--- end of the log of {identifier}")
            sys.stdout.flush()

    def attempt(self, identifier, sentence, function, argument, lab):
        """Runs one test; returns whether it passed."""
        start = time.monotonic()
        complaint = None
        try:
            function(argument)
        except (Failed, MachineError) as error:
            complaint = str(error)
        except Exception:  # a mistake in a test is a failure of that test, not of the whole run
            complaint = traceback.format_exc()
        self.report(identifier, sentence, complaint, lab.log() if complaint else "",
                    time.monotonic() - start)
        return complaint is None

    def run_alone(self, test):
        lab = Lab(self.settings, os.path.join(self.folder, test[0]))
        self.attempt(*test, lab, lab)

    def run_prompt_tests(self, chosen):
        remaining = list(chosen)
        starts = 0
        while remaining:
            lab = Lab(self.settings, os.path.join(self.folder, f"prompt{starts}"))
            starts += 1
            try:
                with lab.machine() as machine:
                    dialogue = Dialogue(machine)
                    while remaining and self.attempt(*remaining.pop(0), dialogue, lab):
                        pass
            except MachineError as error:
                while remaining:  # no prompt: none of them can run
                    identifier, sentence, _ = remaining.pop(0)
                    self.report(identifier, sentence, str(error), lab.log(), 0)

    def run(self, part):
        """Runs the tests whose ID contains `part`."""
        at_prompt = [test for test in prompt_tests if part in test[0]]
        alone = [test for test in tests if part in test[0]]
        with concurrent.futures.ThreadPoolExecutor(MACHINES) as pool:
            jobs = [pool.submit(self.run_prompt_tests, at_prompt)] if at_prompt else []
            jobs += [pool.submit(self.run_alone, test) for test in alone]
            for job in jobs:
                job.result()
