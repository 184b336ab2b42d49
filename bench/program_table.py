"""The benchmark programs as the table in programs/ lists them, with the paths of their files."""
import os
import re
import subprocess
import sys

FOLDER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "programs")


def programs():
    """The rows of programs.tbl, `file` made a path."""
    rows = []
    with open(os.path.join(FOLDER, "programs.tbl"), encoding="utf-8") as table:
        for line in table:
            if not line.strip() or re.match(r"#(\s|$)", line):
                continue
            name, file, run, check, expected = (part.strip() for part in line.split("|"))
            if file.startswith("gforth:"):
                path = gforth_file(file[7:])
                if path is None:
                    sys.exit(f"{file[7:]} is not here: install the Debian package gforth-common")
            else:
                path = os.path.join(FOLDER, file)
            rows.append({"name": name, "path": path, "run": run, "check": check, "expected": int(expected)})
    return rows


def write_programs(path):
    """The same table with paths, as the C programs want it."""
    with open(path, "w", encoding="utf-8") as table:
        for row in programs():
            table.write(f"{row['name']} | {row['path']} | {row['run']} | {row['check']} | {row['expected']}\n")


def gforth_file(name):
    """The path of a file of the installed package gforth-common, or None."""
    listed = subprocess.run(["dpkg", "-L", "gforth-common"], capture_output=True, text=True, check=False)
    return next((path for path in listed.stdout.splitlines() if os.path.basename(path) == name), None)
