"""A Bochs machine that boots StarKernel: another emulator, with a processor that QEMU's TCG does not have.

Its Ice Lake has an invariant TSC, the TSC-deadline timer and x2APIC mode; its CPUID leaf 15h states a TSC rate that
is not the real one; its firmware, the same OVMF, finds no ACPI tables and no screen. It powers off only by a panic
of its own, so the serial text is what counts.
"""
import os
import shutil
import socket
import subprocess

from machine import FIRMWARE, Machine, MachineError

BOCHS = "bochs"
TSC_HZ = 200_000_000  # Bochs counts the TSC by instructions: this many are a second
CONNECT_SECONDS = 60

SETTINGS = """\
config_interface: textconfig
display_library: rfb, options="timeout=0"
romimage: file={firmware}
vgaromimage: file=/usr/share/bochs/VGABIOS-lgpl-latest
cpu: model={cpu}, ips={ips}, count=1, reset_on_triple_fault=0
memory: guest=256, host=256
pci: enabled=1, chipset=i440fx
ata0: enabled=1, ioaddr1=0x1f0, ioaddr2=0x3f0, irq=14
ata0-master: type=disk, path={image}, mode=volatile
boot: disk
com1: enabled=1, mode=socket-client, dev=localhost:{port}
clock: sync=none
log: {log}
panic: action=fatal
error: action=ignore
info: action=ignore
"""


class Bochs(Machine):
    """One Bochs process, used like a Machine; there is no QMP."""

    def __init__(self, *, image, cpu="corei7_icelake_u"):
        super().__init__(image=image)
        self._image = image
        self._cpu = cpu

    def _start(self):
        if not shutil.which(BOCHS):
            raise MachineError(f"{BOCHS} is not installed; `make test-full` installs it")
        listener = socket.create_server(("localhost", 0))
        listener.settimeout(CONNECT_SECONDS)
        settings = os.path.join(self._folder, "bochsrc")
        with open(settings, "w", encoding="utf-8") as file:
            file.write(SETTINGS.format(firmware=FIRMWARE, cpu=self._cpu, ips=TSC_HZ, image=self._image,
                                       port=listener.getsockname()[1],
                                       log=os.path.join(self._folder, "log")))
        self._errors = open(os.path.join(self._folder, "errors"), "w+", encoding="utf-8")
        guard = ["setpriv", "--pdeathsig", "KILL", "--"] if shutil.which("setpriv") else []
        self._process = subprocess.Popen(guard + [BOCHS, "-q", "-f", settings], stdin=subprocess.PIPE,
                                         stdout=self._errors, stderr=self._errors, cwd=self._folder)
        self._process.stdin.write(b"c\n")  # Debian's has the debugger in it, which waits for this
        self._process.stdin.flush()
        try:
            self._serial = listener.accept()[0]
        except socket.timeout:
            raise MachineError(f"Bochs did not start: {self._error_text()}") from None
        finally:
            listener.close()

    def close(self):
        if self._process and self._process.stdin:
            self._process.stdin.close()
        super().close()
