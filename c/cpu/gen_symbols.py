#!/usr/bin/env python3
"""Makes the table of function names for the panic screen, from what nm says about the linked kernel.

Usage: nm starkernel.first | gen_symbols.py table.c

The table goes to .rodata, which lies behind all code, so that linking the kernel again with it moves no function.
"""
import re
import sys

# Labels inside a function: NASM's local ones, and those of its macros. What a compiler splits off is kept.
INSIDE = re.compile(r"^\.\.@|\.(?!(part|cold|constprop|isra|\d+)\b)")


def read(lines):
    """The start of the code and the functions as (address, name), ascending, one for each address."""
    start, end, functions = None, None, {}
    for line in lines:
        address, kind, name = line.split(maxsplit=2)
        address, name = int(address, 16), name.strip()
        if name == "__text_start":
            start = address
        elif name == "__text_end":
            end = address
        elif kind in "tT" and not INSIDE.search(name) and not name.startswith("__st"):
            functions.setdefault(address, name)
    return start, [function for function in sorted(functions.items()) if start <= function[0] < end]


def main():
    start, functions = read(sys.stdin)
    texts, position = [], 0
    for _, name in functions:
        texts.append(position)
        position += len(name) + 1
    if not functions or position > 0xffff:
        sys.exit(f"gen_symbols.py: {position} bytes of names, from 1 to 65535 can be in the table")
    with open(sys.argv[1], "w", encoding="ascii") as out:
        out.write('/* Made by c/cpu/gen_symbols.py. */\n#include "cpu/symbols.h"\n\n')
        offsets = ",".join(str(address - start) for address, _ in functions)
        out.write("static const uint32_t offsets[] = {%s};\n" % offsets)
        out.write("static const uint16_t names[] = {%s};\n" % ",".join(map(str, texts)))
        text = "\n".join(f'    "{name}\\0"' for _, name in functions)
        out.write("static const char text[] =\n%s;\n" % text)
        out.write("extern const struct symbol_table kernel_symbols;\n")
        out.write("const struct symbol_table kernel_symbols = {%d, offsets, names, text};\n" % len(functions))


if __name__ == "__main__":
    main()
