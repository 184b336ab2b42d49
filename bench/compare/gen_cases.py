#!/usr/bin/env python3
"""Makes the cases of the comparison from the tables, for both machines: one C file, with the Forth sources in it.

usage: gen_cases.py FOLDER

Writes FOLDER/compare_cases.c and, beside it, the Forth files that it embeds: sequences.fs, in which each sequence of
bench/sequences.tbl stands 256 times in a row in a loop, and NAME.program.fs for each program. A file
that would be the same is left alone.
"""
import hashlib
import os
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.dirname(HERE))

import program_table  # noqa: E402 (the path must be set first)
import provenance as origin  # noqa: E402

COPIES = 256

SEQUENCE_WORDS = f"""\\ What sequences use beside standard words. The cells point to themselves, so that @ can be repeated.
CREATE cell-a HERE DUP , ,
CREATE cell-b 0 , 0 , 0 ,
: nothing ;
7 VALUE a-value
DEFER a-defer  ' NOOP IS a-defer
: maker CREATE DOES> ;  maker a-does
: loop-empty ( trips -- ) 0 DO LOOP ;
: COPIES ( "text|" -- ) [CHAR] | PARSE {COPIES} 0 DO 2DUP EVALUATE LOOP 2DROP ; IMMEDIATE
"""


def rows(path, columns):
    """The rows of a table, as lists of so many texts."""
    with open(path, encoding="utf-8") as table:
        for line in table:
            if line.strip() and not line.startswith(("# ", "#\n")):
                cells = [cell.strip() for cell in line.split("|")]
                yield cells[:columns] + [""] * (columns - len(cells))


def sequences():
    """Names, and the Forth text with a loop for each."""
    names, text = [], SEQUENCE_WORDS
    for name, before, sequence, after in rows(os.path.join(origin.BENCH, "sequences.tbl"), 4):
        names.append(name)
        text += f": loop-{name} >R {before} R> 0 DO COPIES {sequence}| LOOP {after} ;\n"
    return names, text


def programs():
    """Rows of name, Forth text and expected result; and the files of the programs themselves."""
    small = dict(rows(os.path.join(HERE, "small.tbl"), 2))
    made, files = [], []
    for row in program_table.programs():
        file = os.path.basename(row["path"])
        files.append(row["path"])
        made.append((row["name"], row["expected"], "1 CELLS CONSTANT CELL\n"  # gforth has it, and matrix.fs uses it
                     f"INCLUDE {file}\nVARIABLE bench-result\n: bench-run {row['run']} ;\n"
                     f": bench-check {row['check']} bench-result ! ;\n: bench-small {small[row['name']]} ;\n"))
    return made, files


def write(path, text):
    """Leaves a file alone that has this text, so that nothing is made anew for it."""
    try:
        with open(path, encoding="utf-8") as file:
            if file.read() == text:
                return
    except OSError:
        pass  # it is not there yet
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)


def embedded(number, path):
    """C that puts a file into the program."""
    return (f'__asm__(".section .rodata\\n"\n        "compare_text_{number}: .incbin \\"{path}\\"\\n"\n'
            f'        "compare_text_{number}_end:\\n.previous");\n'
            f"extern const char compare_text_{number}[], compare_text_{number}_end[];\n")


def digest(files):
    """Of the contents of all files: another text of a file makes another C file."""
    found = hashlib.sha256()
    for path in files:
        with open(path, "rb") as file:
            found.update(file.read())
    return found.hexdigest()


def text_of(names, made, files):
    """compare_cases.c."""
    lines = [f"/* Made by bench/compare/gen_cases.py. Embeds files with the hash {digest(files)}. */", f'#include "{HERE}/compare.h"',
             "#include <stddef.h>", ""]
    lines += [embedded(number, path) for number, path in enumerate(files)]
    lines.append("const struct compare_file compare_files[] = {")
    lines += [f'    {{"{os.path.basename(path)}", compare_text_{number}, compare_text_{number}_end}},'
              for number, path in enumerate(files)]
    lines += ["    {NULL, NULL, NULL}};", "const char *const compare_sequences[] = {"]
    lines += [f'    "{name}",' for name in names]
    lines += ["    NULL};", "const struct compare_program compare_programs[] = {"]
    lines += [f'    {{"{name}", "{name}.program.fs", UINT64_C({expected})}},' for name, expected, _ in made]
    lines += ["    {NULL, NULL, 0}};", "const struct compare_arbiter compare_arbiters[] = {"]
    for name, forth, rounds, counted, unit in rows(os.path.join(HERE, "arbiter.tbl"), 5):
        group, _, name = name.partition("/")
        unit = f'"{unit}"' if unit else "NULL"
        lines.append(f'    {{"{group}", "{name}", "{forth}", {rounds}, {counted}, {unit}}},')
    commit, _, changes = origin.commit().partition(" ")
    lines += ["    {NULL, NULL, NULL, 0, 0, NULL}};", f'const char compare_commit[] = "{commit}";',
              f"const bool compare_dirty = {'true' if changes else 'false'};"]
    return "\n".join(lines) + "\n"


def main():
    folder = sys.argv[1]
    os.makedirs(folder, exist_ok=True)
    names, sequence_text = sequences()
    made, program_files = programs()
    texts = {"sequences.fs": sequence_text} | {f"{name}.program.fs": text for name, _, text in made}
    for name, text in texts.items():
        write(os.path.join(folder, name), text)
    files = [os.path.abspath(os.path.join(folder, name)) for name in texts] + program_files
    files += [os.path.join(HERE, "compare.fs"), os.path.join(origin.BENCH, "arbiter.fs")]
    write(os.path.join(folder, "compare_cases.c"), text_of(names, made, files))


if __name__ == "__main__":
    main()
