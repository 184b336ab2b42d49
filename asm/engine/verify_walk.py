"""verify_walk.py - walks every path through a function of the engine, and judges how it leaves.

Paths are not merged where they meet: functions are short, and each path then knows exactly what it has done to
the stacks. A path ends at NEXT, at a jump through a word, or at a listed entry.
"""

import re

from gen_primitives import cells
from verify_elf import Immediate, Memory, Register
from verify_machine import CELL, Machine
from verify_paths import due, written
from verify_rules import (CLOCK, ENTRIES, FALLS_INTO, FIELD_SAVED, FORKS, HELPERS, LEAVE, LOCALS_EFFECT, LOOP_WORDS,
                          PAID_WITH, RESTORES_LOOP, RESTORES_RETURN, STACK_REGISTERS, SUSPENDS, TRACE, UNWIND,
                          WORDS_OUT, WORDS_OUT_EXECUTE)
from verify_state import ADDRESSES, entry_state, learn_from_branch, splits_into_frames

MOST_STATES = 5000  # on all paths of one function; the engine's own need fewer than 50


class Function:
    """A piece of engine_text under one name, and what the table says about it."""

    def __init__(self, name, start, end, primitive, inner):
        self.name, self.start, self.end = name, start, end
        self.primitive = primitive  # gen_primitives.Primitive, or None for a helper
        self.symbol = name[5:] if name.startswith("prim_") else name
        self.inner = inner
        self.need = primitive.need if primitive else 0
        self.forks = primitive is not None and inner and primitive.name.rsplit(",", 1)[-1] in FORKS
        self.nets, self.return_nets = effects(self.symbol, primitive)
        # Found out on the way, for the check of the static threads:
        self.operand_is_code = False
        self.skips = set()  # bytes of operands that NEXT was found behind
        self.reach = 0  # bytes of threaded code up to the end of the last operand that a path reads
        self.goes_on = False  # some path comes to the cell behind

    @property
    def entry_kind(self):
        if self.symbol.startswith("enter_") and self.primitive:
            return "handler"
        return HELPERS.get(self.name, "engine")


def effects(symbol, primitive):
    """Allowed changes of the data stack and of the return stack in cells; None: any."""
    if primitive is None:
        return None, None
    changes = {"": None, "R:": {0}}
    for stack, before, after in re.findall(r"\(\s*(R:)?(.*?)--(.*?)\)", primitive.effect):
        known = "*" not in before + after
        changes[stack] = {cells(way) - cells(before) for way in after.split("|")} if known else None
    returns = None if symbol in RESTORES_RETURN else loop_effect(symbol) or changes["R:"]
    return changes[""], returns


def loop_effect(symbol):
    """How a loop word may change the return stack; None for other words."""
    return next((nets for name, nets in LOOP_WORDS.items() if symbol == name or symbol.startswith(name + "_")), None)


class Walk:
    """All paths from the entries of one function."""

    def __init__(self, function, program):
        self.function, self.program = function, program
        self.visited = set()
        self.reported = set()
        self.machine = Machine(function, program, self.report)

    def report(self, address, rule):
        if (address, rule) not in self.reported:
            self.reported.add((address, rule))
            self.program.violation(self.function.name, address, rule)

    def run(self):
        function = self.function
        work = [(function.start, entry_state(function.entry_kind))]
        for label, (owner, kind, _) in ENTRIES.items():
            if owner == function.name and label in self.program.image.address_of:
                work.append((self.program.image.address_of[label], entry_state(kind)))
        seen = set()
        while work:
            address, state = work.pop()
            key = (address, state.key())
            if key in seen:
                continue
            seen.add(key)
            if len(seen) > MOST_STATES:
                self.report(address, "endless")
                return
            work += self.advance(address, state)
        if function.skips and function.reach > max(function.skips):
            self.report(function.start, "operand-executed")

    def advance(self, address, state):
        """Runs one instruction. Returns the (address, state) pairs that may follow."""
        instruction = self.program.instructions.get(address)
        if instruction is None or address >= self.function.end or instruction.mnemonic == "int3":
            if (self.function.name, self.program.name_at(address)) not in FALLS_INTO:
                self.report(max(self.visited, default=address), "falls-through")
            return []
        self.visited.add(address)
        name = instruction.mnemonic
        if name == "jmp":
            return self.jump(instruction, state)
        if name[0] == "j":
            self.machine.here = address
            if instruction.prefixes or name in ("jrcxz", "jecxz"):
                self.report(address, "instruction")
            taken, other = state.copy(), state
            learn_from_branch(taken, name, True)
            learn_from_branch(other, name, False)
            return self.go(instruction, taken) + [(instruction.end, other)]
        self.machine.step(state, instruction)
        return [(instruction.end, state)]

    # ---- leaving ----

    def jump(self, instruction, state):
        operand = instruction.operands[0]
        if instruction.prefixes:
            self.report(instruction.address, "instruction")
        elif isinstance(operand, Register) and operand.bits == 64:
            self.next(instruction, state, state.registers[operand.register])
        elif isinstance(operand, Memory):
            self.execute(instruction, state, operand)
        else:
            return self.go(instruction, state)
        return []

    def go(self, instruction, state):
        """A direct jump."""
        here, function = instruction.address, self.function
        target = instruction.operands[0].value if isinstance(instruction.operands[0], Immediate) else None
        if target is not None and function.start <= target < function.end and target != function.start:
            if target in self.program.instructions:
                return [(target, state)]
        names = self.program.image.names_at.get(target, [])
        if "engine_call_c" in names:
            self.c_word(here, state)
        elif LEAVE in names:
            self.leave(here, state)
        elif any(name in HELPERS for name in names):
            self.thrown(here, state)
        elif any(name in UNWIND for name in names):
            if state.backward:
                self.report(here, "direction")
            self.thrown(here, state)
        elif WORDS_OUT in names or WORDS_OUT_EXECUTE in names:
            self.contract(here, state)
            self.accounts(here, state, WORDS_OUT_EXECUTE in names)
        elif any(name in ENTRIES and ENTRIES[name][2] for name in names):
            self.contract(here, state)
            self.accounts(here, state, False)
            if function.primitive and function.nets is not None:
                self.report(here, "effect")
        elif target in self.program.primitive_at:
            self.tail(here, state, self.program.primitive_at[target])
        else:
            self.report(here, "jump-target")
        return []

    def thrown(self, here, state):
        """C gives back what was paid for in vain and notes where: all that is done must be in order by then."""
        self.accounts(here, state, False)
        if self.function.entry_kind not in ("vm", "fault") and state.registers[TRACE] != self.machine.trace_end(state):
            self.report(here, "trace-register")

    def leave(self, here, state):
        reason = state.registers["rax"]
        suspends = reason in {("const", self.program.offset[name]) for name in SUSPENDS}
        if reason[0] != "const" or suspends and not FIELD_SAVED <= state.saved:
            self.report(here, "exit-reason")
        self.accounts(here, state, False)

    def operands(self, here, state, dispatched):
        """No operand lies where the engine goes on: at rsi, and where calls return to. `dispatched` is the
        instruction that read the cell for NEXT."""
        for where, base, offset in state.cells:
            if where == dispatched:
                continue
            if not self.function.inner:
                self.report(where, "operand")
            elif base == "entry":
                self.function.reach = max(self.function.reach, offset + CELL)
            for place in state.returns | {state.registers["rsi"]}:
                behind = place[2] - CELL if dispatched and place == state.registers["rsi"] else place[2]
                if place[1] == base and offset >= behind:
                    self.report(here, "operand-executed")

    def accounts(self, here, state, word, place=None, token=None):
        """The way that is taken is paid for, counted and noted (verify_paths.py). `word`: another is entered by a jump,
        of which the token has the id `token` if it has been executed. `place` is what comes next, if not at rsi."""
        prices, counters, notes = due(self.function, state, place)
        tokens = (("token", token),) if token is not None else ()
        for rule, done, wanted in (("payment", state.paid, prices + (("word",) if word else ())),
                                   ("counter", state.counted, counters + tokens)):
            if sorted(map(str, done)) != sorted(map(str, wanted)):
                self.report(here, rule)
        if written(state) != notes + tokens:
            self.report(here, "history")

    def contract(self, here, state, dispatched=None):
        """The register contract, which holds between any two primitives."""
        registers = state.registers
        if registers["rsi"][0] == "ip":
            self.operands(here, state, dispatched)
        down = registers["rbp"][1] if registers["rbp"][0] == "sp" else None
        if down is not None and down > 0 and state.touched < down - CELL:
            self.report(here, "drops-unseen")
        for register, rule, kind in (("rdi", "window-register", "window"), ("rsi", "ip-register", "ip"),
                                     ("rsp", "control-register", "control"), (CLOCK, "clock", "words")):
            if registers[register][0] != kind:
                self.report(here, rule)
        if registers[TRACE] != self.machine.trace_end(state):
            self.report(here, "trace-register")
        if any(registers[register][0] != kind for register, kind in STACK_REGISTERS.items()):
            self.report(here, "stack-register")
        if state.backward:
            self.report(here, "direction")
        frame = registers["rsp"][1] if registers["rsp"][0] == "control" else None
        if not splits_into_frames(state.pushed, True) or (frame and not state.popped) or \
                not splits_into_frames(state.popped, True):
            self.report(here, "control-frame")
        if any(registers[register][0] in ADDRESSES for register in ("r14", "r15")):
            self.report(here, "leak")
        symbol = self.function.symbol
        loops = loop_effect(symbol) or symbol in RESTORES_LOOP or self.function.entry_kind in ("vm", "fault", "c-word")
        for register in ("r14", "r15"):
            if not loops and registers[register] != ("num", ("entry", register)):
                self.report(here, "loop-register")
        if registers["rbx"][0] in ADDRESSES and not self.function.inner:
            self.report(here, "leak")

    def stacks(self, here, state, more=0):
        """The changes of both stacks are what the table says; `more` cells follow from a tail jump."""
        function = self.function
        if function.primitive is None or any(
                state.registers[register][0] != kind for register, kind in STACK_REGISTERS.items()):
            return
        down, returns, local = (state.registers[register][1] for register in STACK_REGISTERS)
        if function.nets is not None and (down is None or more - down // CELL not in function.nets):
            self.report(here, "effect")
        if function.return_nets is not None and (returns is None or -returns // CELL not in function.return_nets):
            self.report(here, "return-effect")
        locals_nets = LOCALS_EFFECT.get(function.symbol, (0,))
        if locals_nets is not None and (local is None or -local // CELL not in locals_nets):
            self.report(here, "locals-effect")

    def next(self, instruction, state, target):
        here, function = instruction.address, self.function
        ip = state.registers["rsi"]
        if target[0] != "cell" or ip != ("ip", target[1], target[2] + CELL):
            self.report(here, "next")
            return
        if target[1] == "entry":
            function.goes_on = True
            function.skips.add(target[2])
            if not function.inner and target[2] != 0:
                self.report(here, "operand")
            elif len(function.skips) > 1:
                self.report(here, "operand-executed")
        if any(place[1] == "entry" for place in state.returns):
            function.goes_on = True
        if state.registers["rbx"][0] in ADDRESSES:
            self.report(here, "leak")
        self.contract(here, state, target[3])
        self.accounts(here, state, False, (target[1], target[2]))
        self.stacks(here, state)

    def execute(self, instruction, state, memory):
        """A jump through a word."""
        here, registers = instruction.address, state.registers
        self.machine.here = here
        ready = (memory.base == "rcx" and memory.index is None and memory.target is None
                 and memory.displacement == self.program.offset["WORD_HANDLER"] and memory.size == CELL
                 and not memory.segment and registers["rcx"][0] == "word"
                 and registers["rdx"] == ("arg", registers["rcx"][1]))
        if not ready:
            self.report(here, "execute")
        self.contract(here, state)
        self.accounts(here, state, True, token=registers["rcx"][2] if registers["rcx"][0] == "word" else None)
        self.function.goes_on = True

    def tail(self, here, state, target):
        """A jump to the beginning of another primitive."""
        function = self.function
        self.contract(here, state)
        self.accounts(here, state, target.symbol != PAID_WITH.get(function.symbol))
        registers = state.registers
        entered = registers["rcx"][0] == "word" and registers["rdx"] == ("arg", registers["rcx"][1])
        if target.inner and not function.inner or target.entry_kind == "handler" and not entered:
            self.report(here, "jump-target")
        if target.nets is None:
            if function.nets is not None:
                self.report(here, "effect")
        else:
            for net in target.nets:
                self.stacks(here, state, net)
        function.goes_on = True

    def c_word(self, here, state):
        function, registers = self.function, state.registers
        self.contract(here, state)
        self.accounts(here, state, False)
        primitive = function.primitive
        if primitive is None or registers["rax"] != ("c-word", f"word_{function.symbol}") or \
                registers["rcx"] != ("const", CELL * primitive.need) or registers["rbp"] != ("sp", 0):
            self.report(here, "c-word")
        function.goes_on = True
        function.skips.add(0)
