#!/usr/bin/env python3
"""`make gdb`: boots the image in QEMU under gdb, stopped at kernel_main.

The serial line goes to a log file; `tail -f` it in another terminal. QEMU ends with gdb.
"""
import argparse
import os
import select
import signal
import subprocess
import sys
import tempfile
import threading

from machine import Machine, MachineError, choose_accelerator


def copy_serial(machine, path):
    """Keeps the serial line moving, whatever gdb does meanwhile."""
    with open(path, "wb") as log:
        while True:
            select.select([machine], [], [])
            data = machine.read()
            if not data:
                return
            log.write(data)
            log.flush()


def main():
    parser = argparse.ArgumentParser(description="Boots StarKernel in QEMU under gdb.")
    parser.add_argument("--build", default="build", help="folder with starkernel.img and .elf")
    parser.add_argument("--accel", default="auto", choices=["auto", "kvm", "tcg", "icount"])
    parser.add_argument("--memory", default="512M")
    parser.add_argument("--window", action="store_true", help="show the screen in a window")
    parser.add_argument("--commands", help="a file of gdb commands, run at kernel_main; then gdb ends")
    options = parser.parse_args()
    log = os.path.join(options.build, "gdb-serial.log")
    try:
        accelerator, reason = choose_accelerator(options.build, options.accel)
        print(f"Accelerator: {accelerator} ({reason}). The serial line goes to {log}",
              file=sys.stderr, flush=True)
        with tempfile.TemporaryDirectory(prefix="starkernel-") as folder:
            gdb_socket = os.path.join(folder, "gdb")
            with Machine(image=os.path.join(options.build, "starkernel.img"),
                         accelerator=accelerator, memory=options.memory, window=options.window,
                         gdb_socket=gdb_socket) as machine:
                threading.Thread(target=copy_serial, args=(machine, log), daemon=True).start()
                # The kernel is not in memory yet: only a hardware breakpoint can be set.
                command = ["gdb", "--quiet", os.path.join(options.build, "starkernel.elf"),
                           "-ex", "set confirm off", "-ex", f"target remote {gdb_socket}",
                           "-ex", "hbreak kernel_main", "-ex", "continue"]
                if options.commands:
                    command += ["--batch", "-x", options.commands]
                signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C belongs to gdb
                return subprocess.run(command, check=False).returncode
    except (MachineError, OSError) as error:
        print(f"make gdb: {error}", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
