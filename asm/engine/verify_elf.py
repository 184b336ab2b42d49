"""verify_elf.py - symbols, segments and disassembled instructions of an ELF program.

Reads just what the verifier needs: the symbol table, the program headers, bytes at an address, and the
instructions of one range of addresses as objdump prints them, taken apart into mnemonic and operands.
"""

import re
import struct
import subprocess

PT_LOAD, PT_GNU_RELRO, PF_W, SHT_SYMTAB = 1, 0x6474E552, 2, 2

_WORDS = "ax bx cx dx si di bp sp".split()
REGISTERS = {}  # name: (64-bit register, bits)
for _word in _WORDS:
    REGISTERS["r" + _word] = ("r" + _word, 64)
    REGISTERS["e" + _word] = ("r" + _word, 32)
    REGISTERS[_word] = ("r" + _word, 16)
    REGISTERS[_word[0] + "l" if _word[1] == "x" else _word + "l"] = ("r" + _word, 8)
    if _word[1] == "x":
        REGISTERS[_word[0] + "h"] = ("r" + _word, 8)
for _number in range(8, 16):
    for _suffix, _bits in (("", 64), ("d", 32), ("w", 16), ("b", 8)):
        REGISTERS[f"r{_number}{_suffix}"] = (f"r{_number}", _bits)

SIZES = {"BYTE": 1, "WORD": 2, "DWORD": 4, "QWORD": 8}
PREFIXES = {"rep", "repz", "repnz", "lock", "cs", "ds", "es", "fs", "gs", "ss", "data16", "addr32", "bnd",
            "notrack", "xacquire", "xrelease"}
_LINE = re.compile(r"^\s*([0-9a-f]+):\t(.*?)\s*$")
_MEMORY = re.compile(r"^(?:(\w+) PTR )?(?:([c-gs]s):)?(?:\[(.*)\]|(?<=:)(0x[0-9a-f]+))$")
_TARGET = re.compile(r"^(?:0x)?([0-9a-f]+)(?: <.*>)?$")


class Register:
    def __init__(self, name):
        self.name = name
        self.register, self.bits = REGISTERS[name]


class Immediate:
    def __init__(self, value):
        self.value = value


class Memory:
    """[base + index * scale + displacement]; target instead when it is relative to rip."""

    def __init__(self, size, segment, expression, target):
        self.size, self.segment, self.target = size, segment, target
        self.base = self.index = None
        self.scale, self.displacement, self.strange = 1, 0, False
        for sign, term in re.findall(r"([+-]?)([^+-]+)", expression):
            name, _, scale = term.partition("*")
            if name in REGISTERS and REGISTERS[name][1] == 64 and sign != "-":
                if self.base is None and not scale:
                    self.base = name
                else:
                    self.index, self.scale = name, int(scale or 1)
            elif re.fullmatch(r"0x[0-9a-f]+|\d+", term):
                self.displacement += int(term, 0) * (-1 if sign == "-" else 1)
            elif term not in ("rip", "riz"):
                self.strange = True  # an address of 32 bits


class Unknown:
    """An operand of a kind that no allowed instruction has."""


class Instruction:
    def __init__(self, address, text):
        self.address, self.end = address, address
        code, _, comment = text.partition("#")
        self.text = re.sub(r"\s+", " ", code).strip()
        words = self.text.split(" ")
        self.prefixes = []
        while words[0] in PREFIXES or words[0].startswith("rex"):
            self.prefixes.append(words.pop(0))
            if not words:
                words = ["(bad)"]
        self.mnemonic = words[0]
        target = re.match(r"\s*([0-9a-f]+)", comment)
        rest = " ".join(words[1:])
        parts = re.split(r",(?![^\[]*\])", rest) if rest else []
        self.operands = [self._operand(part, int(target[1], 16) if target else None) for part in parts]

    @property
    def is_padding(self):
        return self.mnemonic in ("int3", "nop") or self.text == "xchg ax,ax"

    def _operand(self, text, target):
        if text in REGISTERS:
            return Register(text)
        memory = _MEMORY.match(text)
        if memory:
            size, segment, expression, absolute = memory.groups()
            expression = expression or absolute
            return Memory(SIZES.get(size, 0), segment, expression, target if "rip" in expression else None)
        if self.mnemonic[0] == "j" or self.mnemonic == "call":
            where = _TARGET.match(text)
            if where:
                return Immediate(int(where[1], 16))
        if re.fullmatch(r"-?(0x[0-9a-f]+|\d+)", text):
            return Immediate(int(text, 0))
        return Unknown()


class Image:
    """A linked ELF program for x86-64."""

    def __init__(self, path):
        self.path = path
        with open(path, "rb") as file:
            self.bytes = file.read()
        if self.bytes[:6] != b"\x7fELF\x02\x01":
            raise ValueError(f"{path} is not a 64-bit little-endian ELF file")
        (phoff, shoff) = struct.unpack_from("<QQ", self.bytes, 32)
        (phsize, phnum, shsize, shnum) = struct.unpack_from("<HHHH", self.bytes, 54)
        self.segments = [struct.unpack_from("<IIQQQQQQ", self.bytes, phoff + i * phsize) for i in range(phnum)]
        sections = [struct.unpack_from("<IIQQQQIIQQ", self.bytes, shoff + i * shsize) for i in range(shnum)]
        self.address_of = {}
        self.names_at = {}
        for section in sections:
            if section[1] == SHT_SYMTAB:
                self._read_symbols(section, sections[section[6]])

    def _read_symbols(self, section, strings):
        for offset in range(section[4], section[4] + section[5], 24):
            name, info, _, index, value = struct.unpack_from("<IBBHQ", self.bytes, offset)
            start = strings[4] + name
            text = self.bytes[start:self.bytes.index(b"\0", start)].decode()
            if text and index != 0 and info & 15 < 3:  # defined; no section or file symbols
                self.address_of[text] = value
                self.names_at.setdefault(value, []).append(text)

    def cell(self, address):
        """The 8 bytes at an address of the file's contents, or None."""
        for kind, _, offset, start, _, in_file, _, _ in self.segments:
            if kind == PT_LOAD and start <= address and address + 8 <= start + in_file:
                return struct.unpack_from("<Q", self.bytes, offset + address - start)[0]
        return None

    def is_read_only(self, address):
        """True when the segment is, or when it is made so before the program runs."""
        writable = False
        for kind, flags, _, start, _, _, in_memory, _ in self.segments:
            if start <= address < start + in_memory:
                if kind == PT_GNU_RELRO:
                    return True
                writable = writable or (kind == PT_LOAD and flags & PF_W != 0)
        return not writable

    def disassemble(self, start, stop):
        """{address: Instruction} of a range."""
        output = subprocess.run(
            ["objdump", "-d", "-z", "-M", "intel", "--no-show-raw-insn", "-w",
             f"--start-address={start:#x}", f"--stop-address={stop:#x}", self.path],
            stdout=subprocess.PIPE, check=True, text=True).stdout
        instructions = {}
        last = None
        for line in output.splitlines():
            match = _LINE.match(line)
            if not match:
                continue
            address = int(match[1], 16)
            if last is not None:
                last.end = address
            last = Instruction(address, match[2])
            instructions[address] = last
        if last is not None:
            last.end = stop
        return instructions
