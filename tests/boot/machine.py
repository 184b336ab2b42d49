"""A QEMU machine that boots StarKernel, and the choice of its accelerator.

Used by run.py, debug.py and the tests. COM1 and QMP are connected through sockets that this side
listens on, so that not a byte of the serial line is lost in either direction: QEMU takes input only as
fast as the emulated UART has room for it.
"""
import json
import os
import re
import select
import shutil
import socket
import subprocess
import tempfile
import time

FIRMWARE = "/usr/share/ovmf/OVMF.fd"
QEMU = "qemu-system-x86_64"

BANNER = re.compile(rb"StarForth VM v1\.0")
# The first prompt: `ok` alone on its line.
PROMPT = re.compile(rb"\n *ok *\r?\n")
FIRST_LINE = re.compile(rb"StarKernel booting")

CONNECT_SECONDS = 30  # QEMU opens its sockets at once; only a very busy host delays it
KVM_WATCHDOG_SECONDS = 20  # firmware to first kernel line under native KVM takes about 2 s


class MachineError(Exception):
    """The machine did not do what was waited for; the text says what it did."""


class Machine:
    """One QEMU process. Use it in a `with` statement: leaving that ends QEMU in any case."""

    def __init__(self, *, image=None, kernel=None, accelerator="tcg", memory="512M", vga=None,
                 usb=False, hpet=True, debug_exit=False, window=False, gdb_socket=None,
                 machine="q35", cpu="max", smp=1, devices=(), options=(),
                 no_reboot=True, com1=True):
        """`image` is a disk image (never written to), `kernel` an EFI program that the firmware
        starts itself without a disk. `vga` is `none` or `std`; the default is a screen only where
        a window shows it. `debug_exit` adds the device by which a panic ends QEMU with a failure.
        `devices` are more -device options, `options` anything else for QEMU's command line. Without
        `no_reboot` a reset starts the machine again. Without `com1` there is no serial line: `read`
        gives nothing before the end."""
        self.log = bytearray()  # all that came over the serial line
        self.position = 0  # wait_for looks from here on
        self.status = None  # QEMU's exit status, once it has ended
        self.shutdown_reason = None  # from QMP: guest-shutdown, guest-reset, host-qmp-quit ...
        self._window = window
        self._com1 = com1
        self._folder = None
        self._process = None
        self._errors = None
        self._serial = None
        self._qmp = None
        self._qmp_text = b""
        self._arguments = self._command_line(
            image, kernel, accelerator, memory, vga or ("std" if window else "none"), usb, hpet,
            debug_exit, gdb_socket, machine, cpu)
        self._arguments += ["-smp", str(smp)] + [part for device in devices for part in ("-device", device)]
        self._arguments += options
        if no_reboot:
            self._arguments.append("-no-reboot")

    @staticmethod
    def _command_line(image, kernel, accelerator, memory, vga, usb, hpet, debug_exit, gdb_socket,
                      machine, cpu):
        arguments = [QEMU, "-nodefaults", "-bios", FIRMWARE, "-m", memory,
                     "-machine", machine + ("" if hpet else ",hpet=off"), "-vga", vga]
        if accelerator == "kvm":
            arguments += ["-accel", "kvm", "-cpu", "host,migratable=no,+invtsc"]
        else:
            arguments += ["-accel", "tcg", "-cpu", cpu]
        if accelerator == "icount":
            arguments += ["-icount", "shift=4,sleep=off",
                          "-rtc", "base=2024-01-01T00:00:00,clock=vm"]
        if image:
            arguments += ["-drive", f"if=none,id=disk,format=raw,snapshot=on,file={image}"]
            if usb:
                arguments += ["-device", "qemu-xhci",
                              "-device", "usb-storage,drive=disk,bootindex=0"]
            else:
                arguments += ["-device", "virtio-blk-pci,drive=disk,bootindex=0"]
        if kernel:
            arguments += ["-kernel", kernel]
        if debug_exit:
            arguments += ["-device", "isa-debug-exit,iobase=0xf4,iosize=4"]
        if gdb_socket:
            arguments += ["-S", "-chardev", f"socket,path={gdb_socket},server=on,wait=off,id=gdb",
                          "-gdb", "chardev:gdb"]
        return arguments

    def __enter__(self):
        self._folder = tempfile.mkdtemp(prefix="starkernel-")
        try:
            self._start()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(self, *exception):
        self.close()

    def _start(self):
        listeners = {}
        for name in ("serial", "qmp"):
            listeners[name] = socket.socket(socket.AF_UNIX)
            listeners[name].bind(os.path.join(self._folder, name))
            listeners[name].listen(1)
        arguments = self._arguments + [
            "-chardev", f"socket,id=serial,path={self._folder}/serial",
            "-serial", "chardev:serial" if self._com1 else "none",
            "-chardev", f"socket,id=qmp,path={self._folder}/qmp", "-mon", "chardev=qmp,mode=control",
        ]
        if not self._window:
            arguments += ["-display", "none"]
        self._errors = open(os.path.join(self._folder, "errors"), "w+", encoding="utf-8")
        # Should this process be killed outright, QEMU must not live on.
        guard = ["setpriv", "--pdeathsig", "KILL", "--"] if shutil.which("setpriv") else []
        if not shutil.which(QEMU):
            raise MachineError(f"{QEMU} is not installed; `make deps` installs it")
        self._process = subprocess.Popen(
            guard + arguments, stdin=subprocess.DEVNULL, stdout=self._errors, stderr=self._errors)
        deadline = time.monotonic() + CONNECT_SECONDS
        sockets = {}
        for name, listener in listeners.items():
            while not select.select([listener], [], [], 0.2)[0]:
                if self._process.poll() is not None or time.monotonic() > deadline:
                    raise MachineError(f"QEMU did not start: {self._error_text()}")
            sockets[name] = listener.accept()[0]
            listener.close()
        self._serial, self._qmp = sockets["serial"], sockets["qmp"]
        self.qmp("qmp_capabilities")

    def _error_text(self):
        self._errors.seek(0)
        return self._errors.read().strip() or "it says nothing about the reason"

    # --- The serial line ---

    def fileno(self):
        """For select(): readable when the serial line has news."""
        return self._serial.fileno()

    def read(self):
        """Takes what is there on the serial line, waiting for at least one byte. b"" at the end."""
        try:
            data = self._serial.recv(65536)
        except ConnectionResetError:
            data = b""
        self.log += data
        return data

    def send(self, data):
        """Types `data`. Blocks while the guest takes nothing. False: the machine has ended."""
        try:
            self._serial.sendall(data)
        except (BrokenPipeError, ConnectionResetError):
            return False
        return True

    def send_some(self, data):
        """Types as much of `data` as fits without waiting; returns the number of bytes."""
        return self._serial.send(data, socket.MSG_DONTWAIT)

    def wait_for(self, pattern, seconds):
        """Waits until `pattern` (text or compiled bytes pattern) appears after the last match, and
        returns the match."""
        if isinstance(pattern, str):
            pattern = re.compile(re.escape(pattern.encode()))
        deadline = time.monotonic() + seconds
        while True:
            match = pattern.search(self.log, self.position)
            if match:
                self.position = match.end()
                return match
            left = deadline - time.monotonic()
            if left <= 0 or not select.select([self._serial], [], [], left)[0]:
                raise MachineError(f"{pattern.pattern!r} did not appear within {seconds} s")
            if not self.read():
                raise MachineError(f"the machine ended before {pattern.pattern!r} appeared")

    def wait_for_end(self, seconds):
        """Waits until QEMU has ended by itself; returns its exit status."""
        deadline = time.monotonic() + seconds
        while True:
            left = max(0, deadline - time.monotonic())
            if not select.select([self._serial], [], [], left)[0]:
                raise MachineError(f"the machine was still running after {seconds} s")
            if not self.read():
                break
        return self._reap(seconds)

    def _reap(self, seconds):
        while self._qmp_line(seconds) is not None:
            pass
        try:
            self.status = self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            raise MachineError("QEMU closed the serial line but did not exit") from None
        return self.status

    @property
    def powered_off(self):
        """True when the guest switched the machine off, as opposed to a reset or a crash."""
        return self.status == 0 and self.shutdown_reason == "guest-shutdown"

    def how_it_ended(self):
        """One phrase for messages to people."""
        if self.powered_off:
            return "it powered off"
        if self.shutdown_reason == "guest-reset":
            return "it was reset, as by a triple fault"
        return f"QEMU's exit status is {self.status} ({self._error_text()})"

    # --- QMP ---

    def _qmp_line(self, seconds):
        """The next QMP message, or None at the end. Notes why the machine shuts down."""
        while b"\n" not in self._qmp_text:
            if not select.select([self._qmp], [], [], seconds)[0]:
                raise MachineError("QEMU's control socket does not answer")
            try:
                data = self._qmp.recv(65536)
            except ConnectionResetError:
                data = b""
            if not data:
                return None
            self._qmp_text += data
        line, self._qmp_text = self._qmp_text.split(b"\n", 1)
        message = json.loads(line)
        if message.get("event") == "SHUTDOWN":
            self.shutdown_reason = message["data"]["reason"]
        return message

    def qmp(self, command, **arguments):
        """Gives QEMU a command and returns its answer."""
        request = {"execute": command, "arguments": arguments}
        self._qmp.sendall(json.dumps(request).encode() + b"\n")
        while True:
            message = self._qmp_line(CONNECT_SECONDS)
            if message is None:
                raise MachineError(f"QEMU ended instead of answering {command}")
            if "error" in message:
                raise MachineError(f"QEMU refuses {command}: {message['error']['desc']}")
            if "return" in message:
                return message["return"]

    def close(self):
        """Ends QEMU if it still runs, and removes the sockets."""
        if self._process and self._process.poll() is None:
            self._process.kill()
            self._process.wait()
        for connection in (self._serial, self._qmp):
            if connection:
                connection.close()
        if self._folder:
            if self._errors:
                self._errors.close()
            shutil.rmtree(self._folder, ignore_errors=True)
            self._folder = None


# --- The accelerator ---


def _run_probe(build):
    """(kind, reason) as kvm_probe found it: native, emulated or absent."""
    try:
        result = subprocess.run([os.path.join(build, "kvm_probe")], capture_output=True, text=True,
                                timeout=30, check=True)
        kind, reason = result.stdout.strip().split(": ", 1)
        return kind, reason
    except (OSError, subprocess.SubprocessError, ValueError) as error:
        return "absent", f"the KVM probe failed ({error})"


def _boots_under_kvm(image):
    """Whether the real image reaches its first line; the probe alone is not proof enough."""
    try:
        with Machine(image=image, accelerator="kvm") as machine:
            machine.wait_for(FIRST_LINE, KVM_WATCHDOG_SECONDS)
        return True
    except MachineError:
        return False


def choose_accelerator(build, requested="auto"):
    """Returns (accelerator, reason). The answer of `auto` is kept under `build` until the next
    start of this host, because the probe may take seconds."""
    if requested != "auto":
        return requested, "as requested"
    try:
        with open("/proc/sys/kernel/random/boot_id", encoding="ascii") as file:
            host = file.read().strip() + f" {os.access('/dev/kvm', os.R_OK | os.W_OK)}"
    except OSError:
        host = "unknown"
    cache = os.path.join(build, "accelerator.json")
    try:
        with open(cache, encoding="utf-8") as file:
            known = json.load(file)
        if known["host"] == host:
            return known["accelerator"], known["reason"]
    except (OSError, ValueError, KeyError):
        pass  # no answer kept, or one that cannot be read: find out again
    kind, reason = _run_probe(build)
    accelerator = "tcg"
    if kind == "native":
        if _boots_under_kvm(os.path.join(build, "starkernel.img")):
            accelerator = "kvm"
        else:
            reason = ("/dev/kvm looks native, but the image did not say its first line within "
                      f"{KVM_WATCHDOG_SECONDS} s under it")
    with open(cache, "w", encoding="utf-8") as file:
        json.dump({"host": host, "accelerator": accelerator, "reason": reason}, file)
    return accelerator, reason
