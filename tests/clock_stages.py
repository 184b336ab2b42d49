"""The stage of `make test` for the virtual clock: compared with an engine that counts every word, and repeated."""
import os
import re
import signal
import subprocess
import sys
import tempfile
import threading

from forth_stages import CLOCK_ORDER, TESTER
from stage import HERE, heading, how, run, show_suites, suites

sys.path.insert(0, os.path.join(HERE, "..", "bench"))

from program_table import write_programs  # noqa: E402 (the path must be set first)

CLOCK_SECONDS = 120


def clock_stage(build, files, totals):
    """The virtual clock against an engine that counts each word; and the same order of messages in two runs, one of
    them on a busy host. Returns that order."""
    heading("The virtual clock, with every word counted")
    check = os.path.join(build, "clock_check")
    for file in files:
        status, output = run([check, TESTER, file], CLOCK_SECONDS)
        found = re.search(r"^clock_check: (\d+) comparisons.*$", output, re.MULTILINE)
        if status == 0 and found and int(found[1]) > 1:
            totals.add(1, 0)
        else:
            totals.broken(f"clock of {file}", how(status), output)
    print(f"{len(files)} files of tests compared word by word")
    with tempfile.TemporaryDirectory(prefix="starkernel-test-") as folder:
        table = os.path.join(folder, "programs.tbl")
        write_programs(table)
        status, output = run([os.path.join(build, "bench", "count_words"), "--clock", table], CLOCK_SECONDS)
    if status == 0:
        print(f"PASS clock-programs: {output.strip().splitlines()[-1]}")
        totals.add(1, 0)
    else:
        totals.broken("clock-programs", how(status), output)
    clock_breaks(check, totals)
    status, output = run([os.path.join(build, "stack_full")], CLOCK_SECONDS)
    found = suites(output)
    if status in (0, 1) and "stack-full" in found:
        show_suites(output, found, totals)
    else:
        totals.broken("stack-full", how(status), output)
    return clock_orders(build, totals)


def clock_breaks(check, totals):
    """Ctrl-C in a loop without end, a recursion and a loop that catches it, each with the clock compared after."""
    loops = [": L BEGIN DUP IF 1+ ELSE DUP 1+ NIP THEN AGAIN ; CR .( going ) CR 1 MS 1 L",
             ": X 100 0 DO I DROP LOOP 1 >R RECURSE ; : Y BEGIN ['] X CATCH -28 = UNTIL -28 THROW ; CR .( going ) CR 1 MS Y",
             ": E BEGIN 1 S\" DUP 1 0 D+ 2DROP\" EVALUATE AGAIN ; CR .( going ) CR 1 MS E"]
    with subprocess.Popen([check], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          text=True, errors="replace", bufsize=1) as process:
        watchdog = threading.Timer(CLOCK_SECONDS, process.kill)
        watchdog.start()
        output = ""
        for line in loops * 5:
            process.stdin.write(line + "\n")
            for wanted in ("going", "error -28"):
                here = ""
                while wanted not in here:
                    here = process.stdout.readline()
                    output += here
                    if not here:
                        break
                if wanted == "going" and here:
                    process.send_signal(signal.SIGINT)
        process.stdin.close()
        output += process.stdout.read()
        watchdog.cancel()
    if process.returncode == 0 and "clock_check:" in output and output.count("error -28") == 5 * len(loops):
        print("PASS clock-break: the clock is right after each Ctrl-C")
        totals.add(1, 0)
    else:
        totals.broken("clock-break", how(process.returncode), output)


def clock_orders(build, totals):
    command = [os.path.join(build, "starforth"), TESTER, "tests/forth/test_clock.fs"]
    orders = []
    for load in (0, 4):
        busy = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(load)]
        try:
            orders += CLOCK_ORDER.findall(run(command, CLOCK_SECONDS)[1])
        finally:
            for process in busy:
                process.kill()
                process.wait()
    if len(orders) == 2 and orders[0] == orders[1]:
        print("PASS clock-repeat: VMs with counted turns do the same on an idle and on a busy host")
        totals.add(1, 0)
    else:
        totals.broken("clock-repeat", f"the orders are {orders}", "")
    return orders[:1]
