"""Makes files as the comparison's harness writes them, of numbers that are known."""

import json
import os
import random

CPU = "Intel(R) Xeon(R) Processor"
TSC_HZ, CORE_HZ = 2_000_000_000, 2_500_000_000
COSTS = {  # core cycles, instructions of one operation
    "dispatch/dup": (4.4, 8), "dispatch/swap": (2.9, 5), "program/sieve": (3.0e8, 6.85e8), "program/bubble": (3.1e8, 6.66e8),
    "program/matrix": (2.0e8, 5.92e8), "program/fib": (3.4e8, 7.97e8), "switch/yield_2": (67, 143), "message/ring_2": (212, 640),
    "message/echo_8": (470, 1258), "vm/spawn": (160424, 95312), "hal/heap-64": (39, 174), "hal/timer": (1876, 286)}


def context(side, accelerator, **more):
    counted = accelerator == "tcg-icount"
    return {"date": "2026-11-22T12:00:00+00:00", "num_cpus": 2, "mhz_per_cpu": 2000, "caches": [], "side": side,
            "machine": "test machine", "cpu": CPU, "cpuid": {"vendor": "GenuineIntel", "family": 6, "model": 143, "stepping": 8}, "microcode": "0x1", "tsc_hz": TSC_HZ,
            "core_hz": 0 if counted else CORE_HZ, "accelerator": accelerator, "counted_time": counted,
            "tsc_per_instruction": 2 if counted else 0, "firmware": "EDK II", "commit": "0123456789abcdef", "dirty": False,
            "kernel_command_line": "", "seed": 1, "self_check": {"expected": 3000, "measured": 3001, "ok": True},
            "discarded": {"taken": 40, "discarded": 3, "share": 0.075}, "invariant_tsc": True, **more}


def entries(side, accelerator, costs=None, factor=1.0, noise=0.01, samples=30, ops=1000, seed=1, disturbed=2,
            core=True):
    """Samples of all benchmarks: around their cost times `factor`, and some disturbed ones that take ten times as long."""
    dice = random.Random(f"{seed} {side} {accelerator} {factor}")
    found = []
    for name, (cost, instructions) in (COSTS if costs is None else costs).items():
        for index in range(samples + disturbed):
            quiet = index < samples
            cycles = cost * factor * dice.gauss(1, noise) * TSC_HZ / CORE_HZ * (1 if quiet else 10)
            sample = {"name": name, "run_name": name, "run_type": "iteration", "repetitions": samples, "repetition_index": index,
                      "threads": 1, "iterations": ops, "time_unit": "ns", "ops": ops, "quiet": int(quiet)}
            if accelerator == "tcg-icount":
                ns = instructions * factor
                sample.update(cycles=2 * instructions * factor, instructions=instructions * factor)
            else:
                ns = cycles / TSC_HZ * 1e9
                sample.update(cycles=cycles, **({"core_cycles": cycles * CORE_HZ / TSC_HZ} if core else {}))
            found.append({**sample, "real_time": ns, "cpu_time": ns})
        found.append({"name": f"{name}_median", "run_name": name, "run_type": "aggregate", "aggregate_name": "median",
                      "real_time": 1e9, "cpu_time": 1e9, "time_unit": "ns", "cycles": 1e9, "ops": 1})
    return found


def jitter(name="jitter/quantum_1ms", count=2000, seed=1):
    dice = random.Random(seed)
    return {"name": name, "run_name": name, "run_type": "iteration", "repetition_index": 0, "real_time": 1e6, "cpu_time": 1e6,
            "time_unit": "ns", "ops": count, "quiet": 1, "samples": [dice.lognormvariate(10, 1) for _ in range(count)]}


def write(folder, name, told, benchmarks):
    path = os.path.join(folder, name)
    with open(path, "w", encoding="utf-8") as file:
        json.dump({"context": told, "benchmarks": benchmarks}, file)
    return path


def put(folder, name, side, accelerator, told=None, **more):
    """A whole file; `told` goes to its context, `more` to its samples."""
    return write(folder, name, context(side, accelerator, **(told or {})),
                 entries(side, accelerator, **more) + [jitter()])
