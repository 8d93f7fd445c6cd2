"""A controller on the PyPI package `pychonet`, used as Home Assistant uses it. Wishes come in as JSON lines.

    {"do":"discover","host":"198.18.0.21"}   {"do":"maps","host":…,"class":[2,99]}
    {"do":"update","host":…,"class":[2,99],"codes":[224,234]}   {"do":"set","host":…,"class":[2,99],"code":224,"value":65}

What devices announce by themselves comes out as `{"announced": code, "value": …}`.
"""

import asyncio
import json
import sys

from pychonet import ECHONETAPIClient, Factory
from pychonet.lib.udpserver import UDPServer


def say(**line):
    print(json.dumps(line, default=str), flush=True)


def plain(value):
    return value.hex() if isinstance(value, (bytes, bytearray)) else value


class Controller:
    def __init__(self, own):
        loop = asyncio.get_running_loop()
        server = UDPServer(local_ip=own)
        server.run("0.0.0.0", 3610, loop=loop)
        self.api = ECHONETAPIClient(server)
        self.api._logger = lambda *_: None
        self.things = {}

    def state(self, host):
        return self.api._state.get(host) or {}

    async def discover(self, host):
        await self.api.discover(host)
        for _ in range(50):
            if self.state(host).get("discovered"):
                break
            await asyncio.sleep(0.1)
        found = self.state(host)
        classes = [
            [group, code, instance]
            for group, codes in found.get("instances", {}).items()
            for code, instances in codes.items()
            for instance in instances
        ]
        say(discovered=found.get("discovered", False), uid=found.get("uid"), objects=classes)

    async def maps(self, host, group, code):
        done = await self.api.getAllPropertyMaps(host, group, code, 1)
        self.things[host] = Factory(host, self.api, group, code, 1)
        key = self.state(host)["instances"][group][code][1]
        self.api.register_async_update_callbacks(host, group, code, 1, lambda push: self.updated(host, group, code, push))
        say(maps=bool(done), get=list(key.get(0x9F, [])), set=list(key.get(0x9E, [])))

    async def updated(self, host, group, code, push):
        if push:
            known = self.state(host)["instances"][group][code][1]
            say(announced={hex(epc): plain(value) for epc, value in known.items() if isinstance(value, (bytes, bytearray))})

    async def update(self, host, codes):
        values = await self.things[host].update(codes)
        say(values={hex(code): plain(value) for code, value in values.items()} if isinstance(values, dict) else values)

    async def set(self, host, code, value):
        say(set=await self.things[host].setMessage(code, value))


async def main():
    controller = Controller(sys.argv[1])
    say(started=True)
    loop = asyncio.get_running_loop()
    while line := await loop.run_in_executor(None, sys.stdin.readline):
        wish = json.loads(line)
        host = wish["host"]
        if wish["do"] == "discover":
            await controller.discover(host)
        elif wish["do"] == "maps":
            await controller.maps(host, *wish["class"])
        elif wish["do"] == "update":
            await controller.update(host, wish["codes"])
        elif wish["do"] == "set":
            await controller.set(host, wish["code"], wish["value"])


asyncio.run(main())
