#!/usr/bin/env python3
"""Tests of .ci/install-packages, with a made-up apt-get that takes no lock but fails when it is not alone.

usage: test_packages.py [--build DIR] [PART]
"""
import os
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
sys.path.insert(0, os.path.dirname(HERE))

from checks import check, expect, run  # noqa: E402 (the path must be set first)

SECONDS = 60
# A package is installed when a file of its name is there. Each call is noted.
PROGRAMS = {
    "dpkg-query": 'for name; do :; done\nif [ -e "$AT/$name" ]; then echo installed; else exit 1; fi',
    "id": "echo 0",
    "apt-get": """echo "$*" >>"$AT/calls"
mkdir "$AT/busy" || { echo "E: Could not get lock"; exit 100; }
for word; do
    case $word in pkg-bad) rmdir "$AT/busy"; exit 100 ;; pkg-*) sleep 0.3; touch "$AT/$word" ;; esac
done
rmdir "$AT/busy\"""",
}


def begin(folder, *packages):
    """Starts the installation of packages on a machine that is `folder`."""
    for name, text in PROGRAMS.items():
        path = os.path.join(folder, name)
        if not os.path.exists(path):
            with open(path, "w", encoding="utf-8") as file:
                file.write("#!/bin/sh\n" + text + "\n")
            os.chmod(path, 0o755)
    environment = {**os.environ, "AT": folder, "PATH": folder + ":" + os.environ["PATH"]}
    return subprocess.Popen([os.path.join(ROOT, ".ci", "install-packages"), *packages], env=environment, text=True,
                            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL)


def end(process):
    output, _ = process.communicate(timeout=SECONDS)
    return process.returncode, output


def installs(folder):
    with open(os.path.join(folder, "calls"), encoding="utf-8") as file:
        return [line.split()[-1] for line in file if " install " in line]


@check("packages-parallel", "two parts of a parallel make install one after the other, and nothing twice")
def parallel_test(folder):
    first, second = begin(folder, "pkg-a"), begin(folder, "pkg-a", "pkg-b")
    results = [end(first), end(second)]
    expect([status for status, _ in results] == [0, 0], f"{results}")
    expect(all(os.path.exists(os.path.join(folder, name)) for name in ("pkg-a", "pkg-b")), "not all are installed")
    with open(os.path.join(folder, "calls"), encoding="utf-8") as file:
        expect(file.read().count("pkg-a") == 1, "pkg-a was installed twice")


@check("packages-there", "nothing is called when all packages are there")
def there_test(folder):
    open(os.path.join(folder, "pkg-a"), "w", encoding="utf-8").close()
    expect(end(begin(folder, "pkg-a")) == (0, ""), "it said or did something")
    expect(not os.path.exists(os.path.join(folder, "calls")), "apt-get was called")


@check("packages-fail", "when installing fails it says so, names the packages, and ends with status 1")
def fail_test(folder):
    status, output = end(begin(folder, "pkg-bad"))
    expect(status == 1 and "pkg-bad" in output and "Installing failed" in output, f"status {status}: {output}")
    expect(installs(folder) == ["pkg-bad"], f"{installs(folder)}")


if __name__ == "__main__":
    run("packages", "Tests of the installation of packages.")
