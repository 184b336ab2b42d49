#!/usr/bin/env python3
"""Tests of the engine's verifier: does it accept what was built, and does it name every planted violation?

The plants_*.asm files beside this one hold primitives that break one rule each. They are assembled, linked
with the engine's own objects and verified against the table of primitives plus one line for each plant.
Prints PASS or FAIL, an ID and a sentence for each test; the last line is `verify: N passed, N failed`.
"""

import argparse
import glob
import os
import re
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
ENGINE = os.path.join(ROOT, "asm", "engine")
sys.path.insert(0, ENGINE)
sys.dont_write_bytecode = True

from gen_primitives import read  # noqa: E402 (the path must be set first)
from verify_elf import PT_LOAD, Image  # noqa: E402
from verify_rules import RULES  # noqa: E402

# What is changed in the built program, as no assembler would: ID, sentence, symbol, bytes to be replaced, where a dot
# stands for any byte, what by (nothing: as many nops), the rules that the verifier must name.
DAMAGE = (
    ("VFY-408", "the mask of @ taken out of the built program is noticed", "prim_fetch",
     "89 d8", None, {"unmasked"}),
    ("VFY-409", "the add of NEXT changed in the built program is noticed", "prim_dup",
     "48 83 c6 08", "48 83 c6 10", {"next"}),
    ("VFY-410", "a byte of padding turned into ret is noticed", "prim_dup", "cc", "c3", {"unreached"}),
    ("VFY-411", "a throw that may find the direction flag set is noticed", "engine_throw",
     "fc", None, {"direction"}),
    ("VFY-412", "a throw that pops from wherever rsp points is noticed", "engine_unwound",
     "48 89 c4", None, {"control-frame", "control-register"}),
    ("VFY-413", "a C word called without its depth compared is noticed", "engine_call_c",
     "48 39 ca", None, {"call"}),
    ("VFY-414", "a C word called without its headroom touched is noticed", "engine_call_c",
     "48 8b 95 . . ff ff", None, {"call"}),
    ("VFY-415", "a call whose payment is taken out is noticed", "prim_call",
     "4c 2b 5e f8", None, {"payment"}),
    ("VFY-416", "a branch that pays for the other way is noticed", "prim_zero_branch",
     "4c 2b 5e 18", "4c 2b 5e 08", {"payment"}),
    ("VFY-417", "a branch that counts the other way is noticed", "prim_zero_branch",
     "48 8b 46 20", "48 8b 46 10", {"counter"}),
    ("VFY-418", "a call whose counting is taken out is noticed", "prim_call",
     "48 ff 04 07", None, {"counter"}),
    ("VFY-419", "a call that is not noted is noticed", "prim_call",
     "49 89 31 49 83 c1 08", None, {"history"}),
    ("VFY-420", "a return that is not noted is noticed", "prim_exit",
     "49 89 31 49 83 c1 08", None, {"history"}),
    ("VFY-421", "a trace that stays where it is is noticed", "prim_exit",
     "49 83 c1 08", None, {"trace-register"}),
    ("VFY-422", "a throw that does not bring back the trace is noticed", "engine_unwound",
     "4d 8b 4c 24 .", None, {"control-last", "history", "memory-base", "trace-register"}),
    ("VFY-423", "QUIT that does not bring back the trace is noticed", "engine_quit_unwound",
     "4d 8b 4c 24 .", None, {"control-last", "history", "memory-base", "trace-register"}),
    ("VFY-424", "a C word's return without the trace is noticed", "engine_call_c",
     "4d 8b 4c 24 .", None, {"control-last", "trace-register"}),
    ("VFY-425", "a C word called without the trace saved is noticed", "engine_call_c",
     "4d 89 4c 24 .", None, {"call", "exit-reason"}),
    ("VFY-426", "a VM that is suspended without its trace saved is noticed", "prim_yield",
     "4d 89 4c 24 .", None, {"exit-reason"}),
    ("VFY-427", "a token that is not counted is noticed", "prim_execute",
     "48 ff 04 c8", None, {"counter"}),
    ("VFY-428", "a token that is not noted is noticed", "prim_execute",
     "49 89 09 49 83 c1 08", None, {"history"}),
)

PLANT = re.compile(r"^; plant (VFY-\d+) (\S+) (\S+) (\(.*\)) (\S+): (.*)$", re.MULTILINE)
VIOLATION = re.compile(r"^\S+: (\S+) ([0-9a-f]+): (.*): \[([a-z0-9-]+)\] (.+)$", re.MULTILINE)
THREADS = "plants_threads.asm"
MOST_SECONDS = 10  # for two programs; it takes under one on a quiet machine


class Plant:
    def __init__(self, identity, symbol, kind, effect, rules, sentence):
        self.identity, self.symbol, self.kind, self.effect = identity, symbol, kind, effect
        self.rules = set() if rules == "none" else set(rules.split(","))
        self.sentence = sentence
        self.name = symbol if kind == "thread" else f"prim_{symbol}"

    @property
    def table_line(self):
        if self.kind in ("thread", "unlisted"):
            return ""
        name, kind = (f"{self.symbol},0branch", "inner") if self.kind == "fork" else (self.symbol, self.kind)
        return f"{name} {self.symbol} {kind} TEST {self.effect} Planted.\n"


class Tests:
    def __init__(self, build, folder):
        self.build, self.folder = build, folder
        self.passed = self.failed = 0
        self.table = os.path.join(ENGINE, "primitives.tbl")

    def check(self, identity, sentence, good, found=""):
        self.passed += bool(good)
        self.failed += not good
        print(f"{'PASS' if good else 'FAIL'} {identity}: {sentence}")
        if not good:
            print(f"     found: {found}")

    def path(self, name):
        return os.path.join(self.folder, name)

    def verify(self, programs, table=None):
        """(exit status, output) of the verifier."""
        result = subprocess.run(
            [sys.executable, os.path.join(ENGINE, "verify.py"), "--table", table or self.table, "--offsets",
             os.path.join(self.build, "gen", "engine_offsets.inc"), *programs],
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False, text=True)
        return result.returncode, result.stdout

    def assemble(self, source):
        target = self.path(os.path.basename(source) + ".o")
        subprocess.run(["nasm", "-f", "elf64", f"-I{ENGINE}/", f"-I{self.build}/gen/", f"-I{HERE}/",
                        "-o", target, source], check=True)
        return target

    def link(self, plants, sources):
        """The engine with the plants in it; C words are labels without code."""
        words = sorted({primitive.symbol for primitive in read(self.table) if primitive.kind[0] == "c"}
                       | {plant.symbol for plant in plants if plant.kind == "c"})
        called = ["clock_unwind", "clock_unwind_all", "scheduler_next"]  # by switch.asm
        names = [f"word_{word}" for word in words] + called
        stub = self.path("c_side.asm")
        with open(stub, "w", encoding="utf-8") as file:
            file.write("extern __start_engine_text, __stop_engine_text\nglobal _start\nsection .text\n_start:\n")
            file.write("".join(f"global {name}\n{name}: ret\n" for name in names))
            file.write("section .data\ndq __start_engine_text, __stop_engine_text\n")
        engine = sorted(glob.glob(os.path.join(self.build, "host", "asm", "engine", "*.asm.o")))
        engine = [path for path in engine if not path.endswith("/threads.asm.o")]
        sources = [self.planted_threads(path) if path.endswith(THREADS) else path for path in sources]
        program = self.path("planted")
        subprocess.run(["ld", "-z", "relro", "-z", "noexecstack", "-o", program, *engine,
                        *[self.assemble(source) for source in [stub, *sources]]], check=True)
        return program

    def planted_threads(self, plants):
        """threads.asm with the planted ones before the table of its paths."""
        with open(os.path.join(ENGINE, "threads.asm"), encoding="utf-8") as file:
            before, table, after = file.read().partition("engine_paths:\n")
        with open(plants, encoding="utf-8") as file:
            text = before + file.read() + table + after
        target = self.path("threads.asm")
        with open(target, "w", encoding="utf-8") as file:
            file.write(text)
        return target

    def plants(self):
        sources = sorted(glob.glob(os.path.join(HERE, "plants_*.asm")))
        plants = []
        for source in sources:
            with open(source, encoding="utf-8") as file:
                plants += [Plant(*fields) for fields in PLANT.findall(file.read())]
        table = self.path("primitives.tbl")
        with open(self.table, encoding="utf-8") as old, open(table, "w", encoding="utf-8") as new:
            new.write(old.read() + "".join(plant.table_line for plant in plants))
        status, output = self.verify([self.link(plants, sources)], table)
        found = {}
        for name, address, text, rule, _ in VIOLATION.findall(output):
            found.setdefault(name, []).append((rule, address, text))
        for plant in plants:
            rules = {rule for rule, _, _ in found.get(plant.name, [])}
            self.check(plant.identity, plant.sentence, rules == plant.rules, found.get(plant.name))
        others = sorted(set(found) - {plant.name for plant in plants})
        self.check("VFY-401", "nothing but the plants is complained of", not others, others)
        self.check("VFY-402", "violations give exit status 1", status == 1, status)
        line = next((line for line in output.splitlines() if " prim_unmasked " in line), output[:500])
        shown = re.search(r"prim_unmasked [0-9a-f]+: mov rbx,QWORD PTR \[rdi\+rax\*1\]: \[unmasked\] an index", line)
        self.check("VFY-403", "a violation is told with function, address, instruction and rule", shown, line)
        planted = set().union(*(plant.rules for plant in plants), *(damage[-1] for damage in DAMAGE))
        never = sorted(set(RULES) - planted - {"writable"})
        self.check("VFY-404", "every rule of a function has a plant that breaks it", not never, never)

    def programs(self):
        programs = [path for path in (os.path.join(self.build, name) for name in ("starforth", "starkernel.elf"))
                    if os.path.exists(path)]
        start = time.monotonic()
        status, output = self.verify(programs)
        seconds = time.monotonic() - start
        counts = [int(count) for count in re.findall(r": verified (\d+) primitives, ", output)]
        expected = sum(1 for primitive in read(self.table) if primitive.kind in ("asm", "inner", "c", "c-inner"))
        self.check("VFY-405", "what was built keeps every rule", status == 0 and len(counts) == len(programs) > 0,
                   output)
        self.check("VFY-406", "every primitive of the table was verified in each program",
                   counts and min(counts) >= expected, f"{counts}, the table has {expected}")
        self.check("VFY-407", f"verifying takes less than {MOST_SECONDS} s", seconds < MOST_SECONDS, seconds)

    def damage(self):
        """Changes bytes of the built program."""
        for identity, sentence, name, old, new, rules in DAMAGE:
            status, output = self.damaged(name, old.split(), new and new.split())
            found = {(function, rule) for function, _, _, rule, _ in VIOLATION.findall(output)}
            where = name.replace("engine_quit_unwound", "prim_quit")
            self.check(identity, sentence, status == 1 and found == {(where, rule) for rule in rules}, output)

    def damaged(self, name, old, new):
        """Verifies a copy in which the first `old` behind the symbol `name` is replaced."""
        image = Image(os.path.join(self.build, "starforth"))
        address = image.address_of[name]
        _, _, offset, start, _, _, _, _ = next(
            segment for segment in image.segments
            if segment[0] == PT_LOAD and segment[3] <= address < segment[3] + segment[5])
        pattern = b"".join(b"." if byte == "." else re.escape(bytes.fromhex(byte)) for byte in old)
        match = re.compile(pattern, re.DOTALL).search(image.bytes, offset + address - start)
        if not match:
            return None, f"{' '.join(old)} is not in {name}"
        target = self.path("damaged")
        with open(target, "wb") as file:
            file.write(image.bytes[:match.start()] + bytes.fromhex(" ".join(new or ["90"] * len(old)))
                       + image.bytes[match.end():])
        return self.verify([target])


def main():
    parser = argparse.ArgumentParser(description="Tests of the engine's verifier.")
    parser.add_argument("--build", default="build", help="folder with all that was built")
    build = os.path.abspath(parser.parse_args().build)
    with tempfile.TemporaryDirectory(prefix="verify-test-") as folder:
        tests = Tests(build, folder)
        tests.plants()
        tests.programs()
        tests.damage()
    print(f"verify: {tests.passed} passed, {tests.failed} failed")
    sys.exit(1 if tests.failed else 0)


if __name__ == "__main__":
    main()
