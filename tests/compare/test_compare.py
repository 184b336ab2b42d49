#!/usr/bin/env python3
"""Tests of the comparison's harness: on Linux, in the kernel under counted time, and where it must refuse.

The last line is `compare: N passed, N failed`.
"""
import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
sys.path.insert(0, os.path.join(ROOT, "bench", "compare"))

import kernel  # noqa: E402 (the path must be set first)
import schema  # noqa: E402
from machine import Machine, MachineError  # noqa: E402
from image import make_image  # noqa: E402

SECONDS = 60
GOOGLE = os.path.join(ROOT, "results", "bench.json")  # as Google Benchmark itself has written it
FEW = "^hal/,dispatch/dup,echo_8,sleep_idle"


class Wrong(Exception):
    """What was not as it should be."""


def need(condition, text):
    if not condition:
        raise Wrong(text)


def on_host(build, **settings):
    """The document that the Linux program writes."""
    with tempfile.TemporaryDirectory(prefix="compare-") as folder:
        path = os.path.join(folder, "host.json")
        environment = dict(os.environ, compare_out=path, **{f"compare_{key}": value for key, value in settings.items()})
        done = subprocess.run([os.path.join(build, "compare_host")], env=environment, stdin=subprocess.DEVNULL,
                              capture_output=True, text=True, timeout=SECONDS, check=False)
        need(os.path.exists(path), f"no JSON; it said:\n{done.stdout}{done.stderr}")
        return schema.load(path), done.returncode


def samples(document, name):
    return [entry for entry in document["benchmarks"] if entry["run_name"] == name and entry["run_type"] == "iteration"]


def host(build):
    """the Linux program measures each case as often as it is told and keeps every sample"""
    document, status = on_host(build, samples="3", filter=FEW)
    need(status == 0 and not schema.check(document), f"status {status}: {schema.check(document)[:5]}")
    context = document["context"]
    need(context["side"] == "host" and context["accelerator"] == "native" and not context["counted_time"], context)
    for name in ("dispatch/dup", "hal/heap-64", "message/echo_8"):
        entries = samples(document, name)
        need(3 <= len(entries) <= 30, f"{name}: {len(entries)} samples")
        need([entry["repetition_index"] for entry in entries] == list(range(len(entries))), f"{name}: their numbers")
        quiet = sum(entry["quiet"] for entry in entries)
        need(quiet == 3 or quiet < 3 and len(entries) >= 10, f"{name}: {quiet} of {len(entries)} samples are quiet")
    lateness = samples(document, "jitter/sleep_idle")
    need(len(lateness) == 3 and all(len(entry["samples"]) == entry["ops"] == 50 for entry in lateness),
         "the distribution of sleeps is not whole")
    kept = sum(entry["run_type"] == "iteration" and "samples" not in entry for entry in document["benchmarks"])
    need(context["discarded"]["taken"] == kept, f"{context['discarded']}, but {kept} were kept")


def google(build):
    """entries have all keys that Google Benchmark's own have, and the same values where these are fixed"""
    document, _ = on_host(build, samples="2", filter="dispatch/dup")
    with open(GOOGLE, encoding="utf-8") as file:
        theirs = json.load(file)
    own = {"label", "aggregate_name", "words", "cycles_per_word", "tsc_per_word"}  # the program's, not the library's
    for kind in ("iteration", "aggregate"):
        wanted = {key for entry in theirs["benchmarks"] if entry["run_type"] == kind for key in entry}
        for entry in document["benchmarks"]:
            if entry["run_type"] == kind:
                missing = wanted - set(entry) - own
                need(not missing, f"{entry['name']}: {sorted(missing)}")
    for entry in document["benchmarks"]:
        if "aggregate_name" in entry:
            unit = "percentage" if entry["aggregate_name"] == "cv" else "time"
            need(entry["aggregate_unit"] == unit, entry)
    values = [entry["real_time"] for entry in samples(document, "dispatch/dup") if entry["quiet"]]
    for name, right in (("mean", statistics.mean), ("median", statistics.median)):
        made = next(entry for entry in document["benchmarks"] if entry.get("aggregate_name") == name)
        need(not values or abs(made["real_time"] - right(values)) < 1e-5, f"{name} of {values}: {made['real_time']}")


def wrong_option(build):
    """an option that is no number ends it with an error, in the JSON too"""
    document, status = on_host(build, samples="many")
    need(status == 1 and document["context"]["error"] == "not a number" and not document["benchmarks"],
         f"status {status}, {document['context'].get('error')}")


def counted(build):
    """in the kernel, by COM2 behind what the firmware writes there, two samples are equal to the instruction"""
    text, console = kernel.run(os.path.join(build, "compare.efi"), {"filter": FEW, "seed": 7}, "icount", SECONDS, channel="com2")
    document = kernel.parsed(text, console)
    wrong = schema.check(document)
    need(not wrong, wrong[:5])
    context = document["context"]
    need((context["side"], context["accelerator"], context["tsc_per_instruction"]) == ("kernel", "tcg-icount", 16), context)
    need(context["seed"] == 7 and "compare-seed=7" in context["kernel_command_line"], "its options")
    need(context["firmware"].startswith("EDK II") and context["machine"].startswith("QEMU"), "what the firmware says")
    need(context["self_check"]["chain_expected"] == context["self_check"]["chain_measured"], context["self_check"])
    for name in ("dispatch/dup", "hal/heap-64", "hal/map", "hal/timer-interrupt", "message/echo_8"):
        both = [entry["instructions"] for entry in samples(document, name)]
        need(len(both) == 2 and both[0] == both[1] > 0, f"{name}: {both}")
    need("{" not in console.split("Entering VM arbiter loop", 1)[1], "JSON on the console")


def emulated(build):
    """where time is neither counted nor a processor's it refuses, and says so in the JSON"""
    text, console = kernel.run(os.path.join(build, "compare.efi"), {}, "tcg", SECONDS)
    document = kernel.parsed(text, console)
    need("emulated" in document["context"].get("error", "") and not document["benchmarks"], document["context"])
    need("compare: FAILED" in console and "compare: END 1" in console, console)
    need(any("not measured" in line for line in schema.check(document)), "the schema's check lets it pass")


def no_channel(build):
    """without a channel the table stays on the console, with where the file would have come out"""
    with tempfile.TemporaryDirectory(prefix="compare-") as folder:
        image = os.path.join(folder, "compare.img")
        make_image(image, os.path.join(build, "compare.efi"), cmdline="compare-filter=^hal/")
        with Machine(image=image, accelerator="icount") as machine:
            machine.wait_for("can be switched off", SECONDS)
            console = kernel.text_of(machine)
    for text in ("the screen, as there is no channel", "hal/timer-interrupt", "COM2", "-debugcon"):
        need(text in console, f"{text!r} is not on the console:\n{console}")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--build", default="build")
    build = parser.parse_args().build
    passed = failed = 0
    for test in (host, google, wrong_option, counted, emulated, no_channel):
        try:
            test(build)
            passed += 1
            print(f"PASS compare-{test.__name__}: {test.__doc__}", flush=True)
        except (Wrong, kernel.NoResult, MachineError, OSError, ValueError, KeyError, StopIteration,
                subprocess.TimeoutExpired) as error:
            failed += 1
            print(f"FAIL compare-{test.__name__}: {test.__doc__}\n  {error!r}", flush=True)
    print(f"compare: {passed} passed, {failed} failed")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
