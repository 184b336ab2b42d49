#!/usr/bin/env python3
"""Proves that the engine of a linked program keeps the rules that isolate a VM.

usage: verify.py --table primitives.tbl --offsets engine_offsets.inc PROGRAM...

Disassembles engine_text of each program and runs every primitive, on every path, on abstract values
(verify_machine.py) under the rules of verify_rules.py. Prints one line for each violation (program, function,
address, instruction, rule) and exits with status 1, or one line of counts for each program and status 0.
"""

import argparse
import re
import sys

sys.dont_write_bytecode = True  # the build leaves nothing in the source folders

from gen_primitives import Primitive, read  # noqa: E402 (the line above must come first)
from verify_elf import Image  # noqa: E402
from verify_rules import (  # noqa: E402
    ENTRIES, FIELD_KIND, FRAMES, HELPERS, MARKERS, NOT_A_FIELD, PRIMITIVE_ALIGN, RULES, THREAD_PRIMITIVES)
from verify_walk import CELL, Function, Walk  # noqa: E402

IN_ENGINE = {"asm", "inner", "pair", "c", "c-inner"}  # kinds of the table that have code in the section
START, STOP = "__start_engine_text", "__stop_engine_text"


def read_offsets(path):
    with open(path, encoding="utf-8") as file:
        return {name: int(value) for name, value in re.findall(r"^%define (\w+) (-?\d+)$", file.read(), re.M)}


class Program:
    """One linked program: its engine, and what was found out about it."""

    def __init__(self, path, table, offsets):
        self.offset = offsets
        self.image = Image(path)
        self.violations = []
        self.threads = {name: address for name, address in self.image.address_of.items()
                        if name.startswith("engine_") and name.endswith("_thread")}  # C uses them; others are found
        names = self.image.address_of
        self.paths = (names["engine_paths_end"] - names["engine_paths"]) // CELL
        self.counters = {}  # number of a static path: where its counter lies
        self.instructions = self.image.disassemble(names[START], names[STOP])
        self.primitives = {primitive.label: primitive for primitive in table if primitive.kind in IN_ENGINE}
        for symbol, effect in THREAD_PRIMITIVES.items():
            line = f"{symbol} {symbol} inner - {effect} thread"
            self.primitives.setdefault(f"prim_{symbol}", Primitive("verify_rules.py", line))
        fields = {offset: name for name, offset in offsets.items()
                  if name.startswith("VM_") and name not in NOT_A_FIELD and name not in FIELD_KIND}
        fields.update({offsets[name]: name for name in FIELD_KIND if name in offsets})
        self.fields = fields
        self.field_end = {offset: after for offset, after in zip(sorted(fields), sorted(fields)[1:])}
        self.functions = self.find_functions(names[START], names[STOP])
        self.primitive_at = {function.start: function for function in self.functions if function.primitive}

    def violation(self, where, address, rule, detail=None):
        instruction = self.instructions.get(address)
        text = detail or (instruction.text if instruction else "")
        self.violations.append((where, address, text, rule))

    # ---- facts that the machine asks for ----

    def name_at(self, address):
        names = self.image.names_at.get(address, [""])
        return next((name for name in names if name in HELPERS), names[0])

    def field(self, offset):
        """(name, kind, bytes up to the next field) of the field of struct vm at this offset."""
        name = self.fields.get(offset)
        if name is None:
            return None, None, 0
        kind = "private" if name.startswith("VM_FRAME_") else "number"  # registers of a preempted VM
        return name, FIELD_KIND.get(name, kind), self.field_end.get(offset, offset + CELL) - offset

    def field_value(self, kind, where):
        """What is known of a value loaded from a field."""
        if kind == "number":
            return None
        return {"sp": ("sp", None), "rp": ("rp", None), "lp": ("lp", None), "control": ("control", "field"),
                "frame-note": ("address",), "private": ("address",), "handler": ("handler", where, False), "offset": ("offset", where)}.get(kind, (kind,))

    def frames(self, only):
        return [FRAMES[only]] if only else FRAMES.values()

    def static(self, target):
        """What an address relative to rip stands for, or None."""
        for name in self.image.names_at.get(target, []):
            if name.startswith("word_"):
                return ("c-word", name)
            if name.endswith("_thread"):
                self.threads[name] = target
                return ("ip", ("thread", target), 0)
        return None

    # ---- the checks ----

    def find_functions(self, start, stop):
        tops = {}
        for name, address in self.image.address_of.items():
            if start <= address < stop and "." not in name and name not in MARKERS and name not in ENTRIES:
                tops[address] = name
        starts = sorted(tops)
        functions = []
        for address, after in zip(starts, starts[1:] + [stop]):
            name = tops[address]
            end = min(self.image.address_of.get(name + ".end", after), after)
            primitive = self.primitives.get(name)
            if primitive is None and name not in HELPERS:
                self.violation(name, address, "unknown-function")
            inner = primitive is None or primitive.kind in ("inner", "pair", "c-inner")
            functions.append(Function(name, address, end, primitive, inner))
        return functions

    def check(self):
        found = {function.name for function in self.functions}
        for label, primitive in self.primitives.items():
            if label not in found and primitive.symbol not in THREAD_PRIMITIVES:
                self.violation(label, 0, "missing", f"the word {primitive.name}")
        visited = set()
        for function in self.functions:
            if function.primitive and function.start % PRIMITIVE_ALIGN:
                self.violation(function.name, function.start, "alignment")
            walk = Walk(function, self)
            walk.run()
            visited |= walk.visited
        self.check_unreached(visited)
        if not self.image.is_read_only(self.image.address_of[START]):
            self.violation(START, self.image.address_of[START], "writable")
        for name, address in self.threads.items():
            self.check_thread(name, address)
        if len(self.counters) != self.paths:
            self.violation("engine_paths", self.image.address_of["engine_paths"], "thread", "a path that nothing counts")
        return visited

    def check_unreached(self, visited):
        before = None
        for address, instruction in self.instructions.items():
            dead = address not in visited and not instruction.is_padding
            if dead and before is not True:
                owner = [function.name for function in self.functions if function.start <= address]
                self.violation(owner[-1] if owner else START, address, "unreached")
            before = dead

    def price(self, address):
        """Words from a place in a static thread to the next one that pays; each of its primitives is one."""
        words = 0
        while True:
            function = self.primitive_at.get(self.image.cell(address))
            if function is None:
                return words
            words += 1
            if function.forks or not function.goes_on:
                return words
            address += CELL + max(function.skips, default=0)

    def check_way(self, name, target, price, counter):
        """Price and counter of a way to `target` in static threads lie at these addresses."""
        if self.image.cell(price) != self.price(target):
            self.violation(name, price, "thread", "a price in a static thread")
        number = ((self.image.cell(counter) or 0) - self.offset["COUNTS_PAGE"] * self.offset["PAGE"]) // CELL
        begin = self.image.address_of["engine_paths"] + number * CELL
        good = 0 <= number < self.paths and self.image.cell(begin) == target and self.image.is_read_only(begin)
        if not good or self.counters.setdefault(number, counter) != counter:
            self.violation(name, counter, "thread", "a counter in a static thread")

    def check_thread(self, name, address):
        """Follows a static thread as NEXT would."""
        self.check_way(name, address, address - CELL, address - 2 * CELL)
        work, seen = [address], set()
        while work:
            address = work.pop()
            if address in seen:
                continue
            seen.add(address)
            function = self.primitive_at.get(self.image.cell(address))
            operands = max(function.skips, default=0) if function else 0
            if function and function.operand_is_code:
                target = self.image.cell(address + CELL)
                work.append(target)
                self.check_way(name, target, address + 2 * CELL, address + 3 * CELL)
                if function.forks:
                    self.check_way(name, address + 6 * CELL, address + 4 * CELL, address + 5 * CELL)
            if function is None or function.entry_kind == "handler" or not self.image.is_read_only(address):
                self.violation(name, address, "thread", "static thread")
            elif function.goes_on:
                work.append(address + CELL + operands)


def main():
    parser = argparse.ArgumentParser(description="Proves the engine's isolation rules on its machine code.")
    parser.add_argument("--table", required=True, help="primitives.tbl")
    parser.add_argument("--offsets", required=True, help="the generated engine_offsets.inc")
    parser.add_argument("program", nargs="+", help="ELF program with the section engine_text")
    options = parser.parse_args()
    table, offsets = read(options.table), read_offsets(options.offsets)
    failed = False
    for path in options.program:
        try:
            program = Program(path, table, offsets)
        except (OSError, ValueError, KeyError) as error:
            sys.exit(f"{path}: cannot be verified: {error}")
        visited = program.check()
        for where, address, text, rule in program.violations:
            print(f"{path}: {where} {address:x}: {text}: [{rule}] {RULES[rule]}")
        failed = failed or bool(program.violations)
        primitives = sum(1 for function in program.functions if function.primitive)
        if not program.violations:
            print(f"{path}: verified {primitives} primitives, {len(program.functions) - primitives} helpers, "
                  f"{len(program.threads)} threads, {len(visited)} instructions")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
