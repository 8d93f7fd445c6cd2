"""A shutter (0x026301) on the PyPI package `uecho`, as its documentation has devices written.

Its property maps are the package's own: they name everything that the standard has for the class, also what this
device has no value for. It announces nothing, so what it does has to be asked for.
"""

import json
import sys
import threading

from uecho import Device, LocalNode

STOP, OPEN, CLOSE = b"\x43", b"\x41", b"\x42"
OPENED, CLOSED, OPENING, CLOSING, HALFWAY = b"\x41", b"\x42", b"\x43", b"\x44", b"\x45"
WAY = 3.0


class Shutter(Device):
    def __init__(self):
        super().__init__(0x026301)
        self.travel = None
        values = {
            0x80: b"\x30",
            0x81: b"\x0f",
            0x82: b"\x00\x00\x52\x00",
            0x88: b"\x42",
            0x89: b"\x00\x00",
            0x8A: b"\xff\xff\xff",
            0x93: b"\x41",
            0xE0: STOP,
            0xE8: b"\x41",
            0xEA: CLOSED,
        }
        for code, data in values.items():
            self.set_property_data(code, bytearray(data))

    def property_read_requested(self, prop):
        # What it has no value for it refuses.
        return len(prop.data) > 0

    def property_write_requested(self, prop, data):
        if prop.code == 0x93:
            return bytes(data) in (b"\x41", b"\x42")
        if prop.code != 0xE0 or bytes(data) not in (STOP, OPEN, CLOSE):
            return False
        self.move(bytes(data))
        return True

    def move(self, operation):
        if self.travel:
            self.travel.cancel()
        if operation == STOP:
            if bytes(self.get_property_data(0xEA)) in (OPENING, CLOSING):
                self.set_property_data(0xEA, bytearray(HALFWAY))
            return
        end, way = (OPENED, OPENING) if operation == OPEN else (CLOSED, CLOSING)
        if bytes(self.get_property_data(0xEA)) == end:
            return
        self.set_property_data(0xEA, bytearray(way))
        self.travel = threading.Timer(WAY, lambda: self.set_property_data(0xEA, bytearray(end)))
        self.travel.start()


def say(**line):
    print(json.dumps(line), flush=True)


def main():
    node = LocalNode()
    shutter = Shutter()
    node.add_object(shutter)
    if not node.start():
        sys.exit("the node does not start")
    say(node=bytes(node.get_object(0x0EF001).get_property_data(0x83)).hex())
    for line in sys.stdin:
        wish = json.loads(line)
        if wish["do"] == "hand":
            operation = bytes([wish["operation"]])
            shutter.set_property_data(0xE0, bytearray(operation))
            shutter.move(operation)
        elif wish["do"] == "prohibit":
            shutter.set_property_data(0xE8, bytearray(b"\x42" if wish["prohibited"] else b"\x41"))
        elif wish["do"] == "state":
            names = {OPEN: "open", CLOSE: "close", STOP: "stop"}
            remote = shutter.get_property_data(0x93)[0]
            say(state=names[bytes(shutter.get_property_data(0xE0))], remote=remote)


main()
