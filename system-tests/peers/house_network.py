"""A house's network made of network namespaces, and programs in it that speak JSON lines.

Every ECHONET Lite node binds port 3610, so each foreign node gets a namespace of its own with one address; all hang on
one bridge, which lives in a namespace, too. Nothing of it is reachable from outside, and nothing of the machine from
inside. The addresses are of 198.18.0.0/24, which is set aside for tests.
"""

import atexit
import json
import os
import queue
import signal
import subprocess
import sys
import threading
import time


def run(*command):
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)


class Network:
    """A bridge in a namespace of its own, and the hosts that hang on it. Goes away with the program."""

    def __init__(self):
        self.prefix = f"tomori{os.getpid()}"
        self.switch = f"{self.prefix}-sw"
        self.namespaces = []
        atexit.register(self.close)
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
        self._namespace(self.switch)
        # Without a querier a snooping bridge would swallow multicast.
        run("ip", "-n", self.switch, "link", "add", "br0", "type", "bridge", "mcast_snooping", "0")
        run("ip", "-n", self.switch, "link", "set", "br0", "up")

    def _namespace(self, name):
        run("ip", "netns", "add", name)
        self.namespaces.append(name)

    def host(self, *last):
        """A host with the addresses 198.18.0.`last`; its namespace's name."""
        name = f"{self.prefix}-{last[0]}"
        self._namespace(name)
        port = f"p{last[0]}"
        run("ip", "-n", name, "link", "add", "eth0", "type", "veth", "peer", "name", port, "netns", self.switch)
        run("ip", "-n", self.switch, "link", "set", port, "master", "br0", "up")
        for number in last:
            run("ip", "-n", name, "addr", "add", f"198.18.0.{number}/24", "dev", "eth0")
        run("ip", "-n", name, "link", "set", "lo", "up")
        run("ip", "-n", name, "link", "set", "eth0", "up")
        run("ip", "-n", name, "route", "add", "224.0.0.0/4", "dev", "eth0")
        return name

    def close(self):
        for name in reversed(self.namespaces):
            subprocess.run(["ip", "netns", "del", name], stderr=subprocess.DEVNULL, check=False)
        self.namespaces = []


class Program:
    """A program in a namespace: wishes to it and what it says, one JSON object a line."""

    def __init__(self, namespace, *command, env=None):
        self.said = []
        self.since = 0
        self._lines = queue.Queue()
        # What it says beside that belongs into the log of the stage.
        self.process = subprocess.Popen(
            ["ip", "netns", "exec", namespace, *command],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, **(env or {})},
        )
        atexit.register(self.stop)
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self):
        for line in self.process.stdout:
            try:
                said = json.loads(line)
            except json.JSONDecodeError:
                continue
            if isinstance(said, dict):
                self._lines.put(said)

    def wish(self, **wish):
        """Wishes something. What was said before is not waited for any more."""
        self.since = len(self.said)
        self.process.stdin.write(json.dumps(wish) + "\n")
        self.process.stdin.flush()

    def wait(self, within, **wanted):
        """The first line since the last wish that has all of `wanted`; None when it does not come in time."""
        end = time.monotonic() + within
        at = self.since
        while True:
            while at < len(self.said):
                if all(self.said[at].get(key) == value for key, value in wanted.items()):
                    return self.said[at]
                at += 1
            try:
                self.said.append(self._lines.get(timeout=max(0.0, end - time.monotonic())))
            except queue.Empty:
                return None

    def hear_out(self, seconds):
        """Everything it says within so many seconds."""
        end = time.monotonic() + seconds
        said = []
        while (left := end - time.monotonic()) > 0:
            try:
                said.append(self._lines.get(timeout=left))
            except queue.Empty:
                break
        self.said.extend(said)
        return said

    def stop(self):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()


def send_once(namespace, frame, address, port=3610):
    """Sends one datagram to an address from a namespace, and waits for nothing."""
    program = (
        "import socket,sys; s=socket.socket(socket.AF_INET,socket.SOCK_DGRAM);"
        "s.sendto(bytes.fromhex(sys.argv[1]),(sys.argv[2],int(sys.argv[3])))"
    )
    run("ip", "netns", "exec", namespace, sys.executable, "-c", program, frame, address, str(port))


class Tally:
    """Counts what holds, and says so."""

    def __init__(self):
        self.passed = 0
        self.failed = 0

    def check(self, holds, what, detail=""):
        if holds:
            self.passed += 1
            print(f"ok      {what}", flush=True)
        else:
            self.failed += 1
            print(f"FAILED  {what}  {detail}", flush=True)
        return bool(holds)

    def close(self):
        print(f"{self.passed} passed, {self.failed} failed", flush=True)
        sys.exit(1 if self.failed or not self.passed else 0)
