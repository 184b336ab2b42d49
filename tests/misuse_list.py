#!/usr/bin/env python3
"""The catalogue of misbehaviour as a table: reads the rows of tests/forth/test_misuse.fs and puts them into
tests/forth/README.md, between its marks. With --check it writes nothing and says whether that is what stands there.
"""
import os
import re
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "asm", "engine"))

import throw_codes  # noqa: E402 (the path must be set first)

FOLDER = os.path.join(HERE, "forth")
SUITE, README = os.path.join(FOLDER, "test_misuse.fs"), os.path.join(FOLDER, "README.md")
BEGIN, END = "<!-- misuse: begin -->\n", "<!-- misuse: end -->\n"
ROW = re.compile(r"^T\{ (.*?)-> ([^{}]*) \}T \\ (.*)$", re.MULTILINE | re.DOTALL)
GOOD = {"FINISHED": "none: it comes to its end", "KILLED": "none: it lives until it is killed",
        "TRUE": "none: they are ended", "TRUE KILLED": "none: it lives until it is killed"}


def error(expected, known):
    """What a row expects, in words."""
    expected = " ".join(expected.split())
    if expected in GOOD:
        return GOOD[expected]
    code = expected.split()[0]
    return f"{code}: {known[code]}" if code in known else f"{code}: its own THROW"


def table():
    """The lines of the table."""
    known = throw_codes.messages()
    with open(SUITE, encoding="utf-8") as file:
        text = file.read()
    lines, section = ["| what the VM does | the error that it gets |\n", "| --- | --- |\n"], None
    headings = [(match.start(), match[1]) for match in re.finditer(r"^\\ ---- (.*) ----$", text, re.MULTILINE)]
    for row in re.finditer(r"^T\{ (?:(?!^T\{).)*? \}T \\ [^\n]*$", text, re.MULTILINE | re.DOTALL):
        _, expected, kind = ROW.match(row[0]).groups()
        heading = [name for at, name in headings if at < row.start()][-1]
        if heading != section:
            section = heading
            lines.append(f"| **{section}** | |\n")
        lines.append(f"| {kind} | {error(expected, known)} |\n")
    return lines


def main():
    with open(README, encoding="utf-8") as file:
        old = file.read()
    before, rest = old.split(BEGIN)
    new = before + BEGIN + "".join(table()) + END + rest.split(END)[1]
    if "--check" in sys.argv[1:]:
        sys.exit(0 if new == old else "tests/forth/README.md does not list the rows of test_misuse.fs: "
                                      "run tests/misuse_list.py")
    with open(README, "w", encoding="utf-8") as file:
        file.write(new)


if __name__ == "__main__":
    main()
