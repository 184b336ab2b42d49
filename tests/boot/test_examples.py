"""Tests of the examples that are shipped: c/forth/examples/ on the machine's disk, for INCLUDE."""
import glob
import os
import re
import socket

from harness import Dialogue, boot_test, expect

FOLDER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "c", "forth", "examples")
FILES = sorted(glob.glob(os.path.join(FOLDER, "*.fs")))
SECONDS = 60

# What each prints, in the kernel with a COM2; on Linux the driver is skipped.
ANSWERS = {
    "producer.fs": r"consumer: 2000 items, sum 1999000 ",
    "supervisor.fs": r"hopeless: 0 after 5 starts\r?\nlucky: -1 within 3 starts: -1 ",
    "driver.fs": r"driver: said hello on COM2",
}
SKIPPED = "driver: skipped, there is no COM2 here"


def receive(connection, text):
    got = b""
    connection.settimeout(SECONDS)
    while text not in got:
        data = connection.recv(4096)
        expect(data, f"COM2 was closed after {got!r}")
        got += data


@boot_test("examples", "the examples work in the kernel: back-pressure, a supervisor, a driver that echoes and serves")
def examples(lab):
    path = os.path.join(lab.folder, "com2")
    second = ["-chardev", f"socket,id=com2,path={path},server=on,wait=off"]
    with lab.machine(included=FILES, options=second, devices=["isa-serial,index=1,chardev=com2"]) as machine:
        dialogue = Dialogue(machine)
        connection = socket.socket(socket.AF_UNIX)
        connection.connect(path)
        for name, answer in ANSWERS.items():
            dialogue.enter(f"INCLUDE {name}", re.compile(answer.encode()), SECONDS)
            dialogue.reply()
        receive(connection, b"hello from a VM\r\n")
        connection.sendall(b"echo this")
        receive(connection, b"echo this")
        dialogue.enter("S\" served\" EX-UART EX-UART-TYPE")
        receive(connection, b"served")
        dialogue.enter("EX-UART KILL-VM EX-UART WAIT-VM . .", re.compile(rb"2 0  ok"))
        dialogue.enter("3 IRQ-ATTACH 3 IRQ-DETACH .( free)", re.compile(rb"free.* ok\r\n"))
        connection.close()
        dialogue.alive()
