"""verify_machine.py - runs the engine's functions on abstract values, path by path.

Each instruction either is one whose effect on the values is known and allowed by verify_rules.py, or it is a
violation. After a violation the path goes on as if all were well, so that one fault gives one line.
"""

from verify_elf import Immediate, Memory, Register, Unknown
from verify_memory import CELL
from verify_paths import PathAccounts
from verify_rules import (ARG_IS_CODE, ARITHMETIC, BIT_TESTS, COMPARISONS, FIELD_SAVED, FRAME_REGISTER, CLOCK,
                          STACK_REGISTERS, TRACE, WIDE)
from verify_state import ADDRESSES, DEPTH, HEADROOM, identity, skip_frame_items, splits_into_frames

MASK = (1 << 64) - 1


def signed(number):
    number &= MASK
    return number - (1 << 64) if number >> 63 else number


class Machine(PathAccounts):
    """Runs the instructions of one function."""

    # ---- values and registers ----

    def low(self, state, value):
        """A value cut to 32 bits and zero-extended."""
        if value[0] == "u32":
            return value
        if value[0] == "const":
            return ("const", value[1] & 0xFFFFFFFF)
        if value[0] == "num" and value[1]:
            return ("u32", ("low", value[1]))
        return self.number(state, "u32")

    def set(self, state, register, value, bits=64):
        if bits == 32:
            value = self.low(state, value)
        elif bits < 32:
            narrow = state.registers[register][0] in ("u32", "const")
            value = self.number(state, "u32" if narrow else "num")
        value = self.guard(state, register, value)
        if value is not None:
            state.registers[register] = value

    def guard(self, state, register, value):
        """The value that a register may take, or None when it keeps the one it has."""
        kind = value[0]
        if register == CLOCK:
            return value if kind == "words" else self.bad("clock")
        if register == TRACE:
            return value if value == self.trace_end(state) else self.bad("trace-register")
        if register == "r12":
            return self.bad("vm-register")
        if register == "rdi" and kind not in ("window", "block", "block-end"):
            to_c = kind == "vm" and state.registers["rsp"][0] == "arbiter"
            return value if to_c else self.bad("window-register")
        if register == "rsi":
            if kind == "cell" and self.function.inner:
                self.function.operand_is_code = True
                state.came = ("operand", value[1], value[2])
                return self.thread(state)
            if value[:2] != state.registers["rsi"][:2]:
                state.came = ("code",)
            if kind == "arg" and self.function.symbol in ARG_IS_CODE:
                return self.thread(state)
            if kind not in ("ip", "block", "block-end"):
                return self.bad("operand" if kind == "cell" else "ip-register")
        if register in STACK_REGISTERS and kind != STACK_REGISTERS[register]:
            if (register, kind) in (("rbp", "data-base"), ("r10", "locals-base")):
                return (STACK_REGISTERS[register], None)
            if (register, kind) == ("r10", "lp-unchecked"):
                return value
            return self.bad("stack-register")
        if register == "rsp":
            if kind != "arbiter" and (state.registers[CLOCK][0], state.registers[TRACE][0]) != ("words", "trace"):
                self.bad("control-last")
            if kind == "handler" and value[-1]:
                state.popped, state.pushed = (), ()
                return ("control", "catch")
            if kind == "control" and value[1] == "field" or kind == "arbiter":
                state.popped, state.pushed = (), ()
                return ("control", None) if kind == "control" else value
            return self.bad("control-register")
        return value

    def value(self, state, operand):
        if isinstance(operand, Register):
            value = state.registers[operand.register]
            if operand.bits == 64:
                return value
            return self.low(state, value) if operand.bits == 32 else self.number(state, "u32", 1)
        if isinstance(operand, Immediate):
            return ("const", operand.value & MASK)
        if isinstance(operand, Memory):
            return self.access(state, operand, None)
        self.bad("memory-base")
        return ("num", None)

    def assign(self, state, operand, value):
        if isinstance(operand, Register):
            self.set(state, operand.register, value, operand.bits)
        elif isinstance(operand, Memory):
            self.access(state, operand, value)
        else:
            self.bad("memory-base")

    # ---- arithmetic ----

    def add(self, state, left, right):
        """Their sum, if it is of use."""
        for one, other in ((left, right), (right, left)):
            if other[0] == "const":
                n = signed(other[1])
                if one[0] in ("sp", "rp", "lp", "trace"):
                    return one if one[1] is None else (one[0], one[1] + n)
                if one[0] == "ip" and n % CELL == 0:
                    return ("ip", one[1], one[2] + n)
            if one[0] == "lp" and other[0] == "cell":
                return ("lp-unchecked", state.fresh((self.here, 0)))
            if one[0] == "window" and other[0] == "u32" and other[1]:
                return ("block", other[1])
            if one[0] == "xt-bytes" and other[0] == one[1]:
                return ("word", state.fresh((self.here, 0)), one[2])
        return None

    def compute(self, state, name, left, right):
        """The result of `name` on 64 bits."""
        result = None
        if name == "add":
            result = self.add(state, left, right)
        elif name == "sub" and right[0] == "const":
            result = self.add(state, left, ("const", -right[1] & MASK))
        elif name == "sub" and left == ("const", 0xFFFFFFFF) and right[0] == "u32":
            result = ("room-1", right[1])
        elif name == "sub" and left[0] == "data-base" and right[0] == "sp" and right[1] is not None:
            result = ("depth-bytes", right[1])
        elif name == "shr" and left[0] == "depth-bytes" and right == ("const", 3):
            result = ("depth", left[1], 0, False)
        elif name == "shl" and left[0] == "xt" and right == ("const", self.facts.offset["WORD_SHIFT"]):
            result = ("xt-bytes", left[1], left[2])
        elif name == "inc" and left[0] == "room-1":
            result = ("room", left[1])
        elif name == "dec" and left[0] == "depth" and left[3]:
            result = ("depth", left[1], left[2] - 1, False)
        elif name == "dec" and left[0] == "index" and left[3]:
            result = ("index", left[1], state.fresh((self.here, 0)), False)
        elif name == "and" and (left[0] == "u32" or right[0] == "u32"):
            result = self.number(state, "u32")
        return result or self.number(state)

    def address(self, state, memory):
        """The value of lea."""
        if memory.target is not None:
            return self.facts.static(memory.target) or self.bad("rip-address") or ("num", None)
        base = state.registers[memory.base] if memory.base else ("const", 0)
        index = state.registers[memory.index] if memory.index else None
        result = None
        if memory.segment or memory.strange:
            self.bad("segment")
        elif index is None:
            result = self.add(state, base, ("const", memory.displacement & MASK))
        elif memory.scale == 1 and memory.displacement == 0:
            result = self.add(state, base, index)
        elif memory.scale == 1 and memory.displacement == -1 and base[0] == "block" and identity(index):
            result = ("block-end", base[1], identity(index))
        return result or self.number(state)

    def arithmetic(self, state, name, operands):
        target = operands[0]
        if name == "imul" and len(operands) == 1:
            self.value(state, target)
            self.clobber(state, ("rax", "rdx"))
            state.flags = None
            return
        if name in BIT_TESTS and isinstance(target, Memory):
            self.bad("memory-base")
            return
        if isinstance(target, Register) and target.register == "rsp":
            self.skip_items(state, name, operands)
            state.flags = None
            return
        if isinstance(target, Register) and target.register == CLOCK:
            self.pay(state, name, operands)
            return
        if name == "inc" and isinstance(target, Memory) and self.count(state, target):
            state.flags = None
            return
        right = self.value(state, operands[-1]) if len(operands) > 1 else ("const", 1)
        if len(operands) == 3:
            self.value(state, operands[1])
        left = self.value(state, target)
        same = len(operands) == 2 and isinstance(operands[1], Register) and isinstance(target, Register) \
            and operands[1].name == target.name
        if same and name in ("xor", "sub") and target.bits >= 32:
            result = ("const", 0)
        else:
            result = self.compute(state, name, left, right) if len(operands) < 3 else self.number(state)
        self.assign(state, target, result)
        state.flags = ("result", result, result)

    def skip_items(self, state, name, operands):
        """add rsp, n: drops items of a frame."""
        count = operands[1].value if name == "add" and isinstance(operands[1], Immediate) else -1
        items = None
        if count >= 0 and count % CELL == 0 and not state.pushed:
            items = skip_frame_items(state.popped, count // CELL)
        if items is None:
            self.bad("control-register")
        else:
            state.popped = items

    def clobber(self, state, registers):
        for part, register in enumerate(registers):
            self.set(state, register, self.number(state, "num", 10 + part))

    # ---- control stack ----

    def item(self, state, operand):
        """What a pushed or popped operand is called in the frames."""
        if isinstance(operand, Register) and operand.bits == 64:
            return FRAME_REGISTER.get(operand.register, "?")
        if isinstance(operand, Memory) and operand.index is None and operand.base:
            base = state.registers[operand.base]
            if base[0] == "vm":
                return self.facts.field(operand.displacement)[0]
            if base[0] == "window" and operand.displacement == self.facts.offset["USER_TO_IN"]:
                return "USER_TO_IN"
        return "?"

    def push(self, state, operand):
        item = self.item(state, operand)
        value = self.value(state, operand)
        self.may_fault(state)
        if item == "?" or (item == "IP" and value[0] != "ip") or state.registers["rsp"][0] != "control":
            self.bad("control-frame")
            return
        state.pushed = (item,) + state.pushed
        if item == "IP":
            state.returns |= {value}

    def pop(self, state, operand):
        item = self.item(state, operand)
        if state.pushed:
            good, state.pushed = state.pushed[0] == item, state.pushed[1:]
        elif state.registers["rsp"][0] != "control":
            good = False
        else:
            only = state.registers["rsp"][1]
            popped = state.popped + (item,)
            good = splits_into_frames(popped, False, self.facts.frames(only))
            state.popped = popped if good else state.popped
        if not good:
            self.bad("control-frame")
        if isinstance(operand, Register):
            value = {"IP": self.thread(state), "SP": ("sp", None), "RP": ("rp", None),
                     "LP": ("lp", None)}.get(item)
            if value or good:
                self.set(state, operand.register, value or self.number(state))
            if item == "IP":
                state.came = ("return",)
        elif good:
            state.saved |= {item}

    # ---- one instruction that does not leave the straight line ----

    def step(self, state, instruction):
        self.here = instruction.address
        name, operands = instruction.mnemonic, instruction.operands
        if instruction.is_padding:
            return
        if instruction.prefixes:
            self.string(state, instruction)
            return
        if any(isinstance(operand, Unknown) for operand in operands):
            self.bad("instruction")
        elif name in ("mov", "movabs", "movzx", "movsx", "movsxd"):
            value = self.value(state, operands[1])
            if name in ("movsx", "movsxd") and value[0] != "const":
                value = self.number(state)
            self.assign(state, operands[0], value)
        elif name == "lea":
            self.assign(state, operands[0], self.address(state, operands[1]))
        elif name == "push":
            self.push(state, operands[0])
        elif name == "pop":
            self.pop(state, operands[0])
        elif name in COMPARISONS:
            self.compare(state, name, operands)
        elif name in ARITHMETIC:
            self.arithmetic(state, name, operands)
        elif name in WIDE:
            for operand in operands:
                self.value(state, operand)
            self.clobber(state, WIDE[name])
            state.flags = None
        elif name.startswith("set"):
            self.assign(state, operands[0], ("num", None))
        elif name.startswith("cmov"):
            self.choose(state, operands)
        elif name == "xchg":
            left, right = (self.value(state, operand) for operand in operands)
            self.assign(state, operands[0], right)
            self.assign(state, operands[1], left)
        elif name in ("cld", "std"):
            state.backward = name == "std"
        elif name == "call":
            self.call(state, operands)
        else:
            self.bad("instruction")

    def compare(self, state, name, operands):
        if name == "bt" and isinstance(operands[0], Memory):
            self.bad("memory-base")
            return
        left, right = (self.value(state, operand) for operand in operands)
        wide = all(not isinstance(operand, Register) or operand.bits == 64 for operand in operands)
        if name == "cmp" and wide:
            state.flags = ("cmp", left, right)
        elif name == "test" and wide and left == right:
            state.flags = ("result", left, right)
        else:
            state.flags = None

    def choose(self, state, operands):
        """cmov: either value."""
        left, right = (self.value(state, operand) for operand in operands)
        result = left
        if left != right:
            code = {"ip", "cell"}
            narrow = {"u32", "const"}
            if left[0] in code and right[0] in code and "ip" in (left[0], right[0]) and self.function.inner:
                result = self.thread(state)
            elif left[0] in ADDRESSES or right[0] in ADDRESSES:
                result = ("address",)
            else:
                both = all(v[0] in narrow and (v[0] == "u32" or v[1] < 1 << 32) for v in (left, right))
                result = self.number(state, "u32" if both else "num")
        self.assign(state, operands[0], result)

    def string(self, state, instruction):
        """rep movsb and rep stosb, on blocks known to lie in the window."""
        moves = instruction.mnemonic == "movs"
        sizes = {operand.size for operand in instruction.operands if isinstance(operand, Memory)}
        if instruction.prefixes != ["rep"] or instruction.mnemonic not in ("movs", "stos"):
            self.bad("instruction")
            return
        length = identity(state.registers["rcx"])
        for register in ("rsi", "rdi") if moves else ("rdi",):
            block = state.registers[register]
            forward = block[0] == "block" and not state.backward and (block[1], length) in state.blocks
            back = block[0] == "block-end" and state.backward and block[2] == length \
                and (block[1], length) in state.blocks
            if sizes != {1} or length is None or not (forward or back):
                self.bad("block")
            state.registers[register] = ("num", None)
        state.registers["rcx"] = ("const", 0)
        self.decided(state)

    def call(self, state, operands):
        target = self.value(state, operands[0]) if isinstance(operands[0], Register) else ("num", None)
        ready = (target[0] == "c-word" and self.function.name == "engine_call_c"
                 and state.registers["rsp"][0] == "arbiter" and state.registers["rdi"] == ("vm",)
                 and FIELD_SAVED | {HEADROOM, DEPTH} <= state.saved and not state.backward)
        if not ready:
            self.bad("call")
            return
        for part, register in enumerate(("rax", "rcx", "rdx", "rsi", "rdi", "r8", "r9", "r10")):
            state.registers[register] = self.number(state, "num", 20 + part)
        state.registers["r11"] = self.number(state, "num", 30)
        state.flags = None
