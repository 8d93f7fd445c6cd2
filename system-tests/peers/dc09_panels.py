"""Panels of other makers against our receiver: siadc09 and my-dc09-spt send, pysiaalarm checks the answers' check values."""

import base64
import hashlib
import hmac
import http.client
import os
import random
import re
import socket
import struct
import subprocess
import sys
import threading
import time
import urllib.parse
from datetime import datetime, timedelta, timezone
from pathlib import Path

from my_dc09_spt.msg.dc03_msg import dc03_msg
from my_dc09_spt.msg.dc05_msg import dc05_msg
from my_dc09_spt.msg.dc09_msg import dc09_msg
from pysiaalarm.event import SIAEvent
from siadc09.account import Account
from siadc09.message import NullMessage, EventMessage, parse_frame
from siadc09.xdata import parse_data

WORK = Path(os.environ["TOMORI_WORK"])
PASSWORD = "tidal-meadow-47-bronze"
KEYS = {
    "AE16": "00112233445566778899aabbccddeeff",
    "AE24": "00112233445566778899aabbccddeeff0011223344556677",
    "AE32": "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff",
}
PLAIN = "ABC1"

passed, failed = 0, 0


def check(what, fine, told=""):
    global passed, failed
    if fine:
        passed += 1
    else:
        failed += 1
        print(f"FAILED: {what}: {told}")


def free_ports():
    with socket.socket() as web, socket.socket() as panels:
        web.bind(("127.0.0.1", 0))
        panels.bind(("127.0.0.1", 0))
        return web.getsockname()[1], panels.getsockname()[1]


class Desk:
    """A person at the desk: forms, cookies, the second factor."""

    def __init__(self, port):
        self.port = port
        self.cookies = {}

    def ask(self, method, path, fields=None):
        line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        headers = {
            "accept-language": "en",
            "origin": f"http://127.0.0.1:{self.port}",
            "cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items()),
        }
        body = None
        if fields is not None:
            body = urllib.parse.urlencode(fields)
            headers["content-type"] = "application/x-www-form-urlencoded"
        line.request(method, path, body, headers)
        answer = line.getresponse()
        for header, value in answer.getheaders():
            if header.lower() == "set-cookie":
                name, rest = value.split("=", 1)
                self.cookies[name] = rest.split(";")[0]
        return answer.status, answer.read().decode()

    def waits_for_the_server(self):
        for _ in range(300):
            try:
                self.ask("GET", "/healthz")
                return
            except OSError:
                time.sleep(0.1)

    def form(self, page, path, fields):
        _, text = self.ask("GET", page)
        token = re.search(r'name="csrf" value="([^"]+)"', text).group(1)
        return self.ask("POST", path, {**fields, "csrf": token})


def one_time_code(secret):
    step = struct.pack(">Q", int(time.time()) // 30)
    tag = hmac.new(secret, step, hashlib.sha1).digest()
    number = struct.unpack(">I", tag[tag[-1] & 15 :][:4])[0] & 0x7FFFFFFF
    return f"{number % 1_000_000:06d}"


def invited(desk, path, more):
    _, text = desk.ask("GET", path)
    spelled = re.search(r"data-secret>([^<]+)<", text).group(1).replace(" ", "")
    secret = base64.b32decode(spelled + "=" * (-len(spelled) % 8))
    fields = {"password": PASSWORD, "again": PASSWORD, "totp": one_time_code(secret), **more}
    status, text = desk.ask("POST", path, fields)
    assert status == 303, text


def over_tcp(port, frame):
    with socket.create_connection(("127.0.0.1", port), timeout=20) as line:
        line.sendall(frame)
        answer = b""
        while not answer.endswith(b"\r"):
            some = line.recv(4096)
            if not some:
                break
            answer += some
        return answer


def over_udp(port, frame):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as line:
        line.settimeout(20)
        line.sendto(frame, ("127.0.0.1", port))
        return line.recvfrom(8192)[0]


def answered(what, answer, token, sequence=None):
    """The outer form, the check value by pysiaalarm's arithmetic, the token and the number."""
    text = answer.decode("ascii", "replace")
    found = re.fullmatch(r'\n([0-9A-F]{4})([0-9A-F]{4})("(\*?)(\w+)"(\d{4}).*)\r', text, re.S)
    if not found:
        check(what, False, repr(answer))
        return
    body = found.group(3)
    check(f"{what}: check value", SIAEvent._crc_calc(body) == found.group(1), repr(answer))
    check(f"{what}: length", int(found.group(2), 16) == len(body), repr(answer))
    check(f"{what}: {token}", found.group(5) == token, repr(answer))
    if sequence is not None:
        check(f"{what}: number", int(found.group(6)) == sequence, repr(answer))


def panels_of_siadc09(port):
    for send, transport in ((over_tcp, "TCP"), (over_udp, "UDP")):
        for account, key in KEYS.items():
            what = f"siadc09, {transport}, AES-{len(key) * 4}"
            context = Account(acct=int(account, 16), key=key)
            data = parse_data(f"#{account}|NBA{7 if send is over_tcp else 8}".encode())
            event = EventMessage(context, config={"idtoken": "SIA-DCS", "seqno": 17, "data": data})
            answer = send(port, event.encode(timestamp=datetime.now(timezone.utc)))
            answered(what, answer, "ACK", 17)
            ack = parse_frame(answer, keys={None: bytes.fromhex(key)})
            age = abs((ack.timestamp - datetime.now(timezone.utc)).total_seconds())
            check(f"{what}: the encrypted answer tells the time", ack.encrypted and age < 30, repr(ack))
            answered(f"{what}, link test", send(port, NullMessage(context).encode()), "ACK")
            late = datetime.now(timezone.utc) - timedelta(seconds=120)
            answered(f"{what}, two minutes late", send(port, event.encode(seq=18, timestamp=late)), "NAK")
        plain = Account(acct=int(PLAIN, 16))
        data = parse_data(f"#{PLAIN}|1131 01 005".encode())
        event = EventMessage(plain, config={"idtoken": "ADM-CID", "seqno": 3, "data": data})
        answered(f"siadc09, {transport}, Contact ID", send(port, event.encode()), "ACK", 3)


def panels_of_my_dc09_spt(port):
    for account, key in KEYS.items():
        # That program takes keys of 16 and 32 bytes.
        if len(key) == 48:
            continue
        what = f"my-dc09-spt, AES-{len(key) * 4}"
        sender = dc09_msg(account, key=bytes.fromhex(key), receiver=1, line=2)
        event = dc03_msg.dc03event(account, {"code": "FA", "area": "2", "zone": "9", "zonename": "Kitchen"})
        answer = over_tcp(port, sender.dc09block(41, "SIA-DCS", event).encode("ascii"))
        answered(what, answer, "ACK", 41)
        told, offset = sender.dc09answer(41, answer.decode("ascii"))
        check(f"{what}: it reads our answer", told == "ACK" and abs(offset) < 30, f"{told} {offset}")
        event = dc05_msg.dc05event(account, {"code": 121, "area": "1", "zone": "4"})
        answered(f"{what}, Contact ID", over_tcp(port, sender.dc09block(42, "ADM-CID", event).encode("ascii")), "ACK", 42)
        answered(f"{what}, link test", over_udp(port, sender.dc09poll().encode("ascii")), "ACK")
        other = dc09_msg(account, key=b"another key here" * (len(key) // 32))
        answered(f"{what}, another key", over_tcp(port, other.dc09block(43, "SIA-DCS", event).encode("ascii")), "NAK")
    sender = dc09_msg(PLAIN)
    event = dc03_msg.dc03event(PLAIN, {"code": "PA", "zone": "1"})
    answer = over_tcp(port, sender.dc09block(1, "SIA-DCS", event).encode("ascii"))
    answered("my-dc09-spt, plain", answer, "ACK", 1)
    told, _ = sender.dc09answer(1, answer.decode("ascii"))
    check("my-dc09-spt, plain: it reads our answer", told == "ACK", told)
    sender = dc09_msg("AE16")
    event = dc03_msg.dc03event("AE16", {"code": "PA", "zone": "1"})
    answered("plain in the name of a panel that encrypts", over_tcp(port, sender.dc09block(1, "SIA-DCS", event).encode()), "DUH")


def killed_in_the_middle(server, office, operator, panels, restart):
    """Alarms go on while the server is killed (SIGKILL) again and again: what was acknowledged is there, and there once."""
    accounts = [f"F{number:03X}" for number in range(48)]
    for account in accounts:
        office.form("/panels", "/panels", {"account": account, "name": f"House {account}", "plain": "yes"})
    acknowledged = []

    def rain():
        for account in accounts:
            sender = dc09_msg(account)
            event = dc03_msg.dc03event(account, {"code": "BA", "zone": "1"})
            frame = sender.dc09block(1, "SIA-DCS", event).encode("ascii")
            # As a panel does: the same frame, until it is answered.
            for _ in range(400):
                try:
                    if b'"ACK"' in over_tcp(panels, frame):
                        acknowledged.append(account)
                        break
                except OSError:
                    pass
                time.sleep(0.05)

    alarms = threading.Thread(target=rain)
    alarms.start()
    kills = 0
    chance = random.Random(26)
    while alarms.is_alive() and kills < 6:
        time.sleep(chance.uniform(0.02, 0.25))
        server.kill()
        server.wait()
        kills += 1
        server = restart()
    alarms.join()
    check(f"{kills} kills: every alarm is acknowledged in the end", len(acknowledged) == len(accounts), acknowledged)
    board = operator.ask("GET", "/board")[1]
    for account in accounts:
        place = board.find(f">{account}<")
        line = board[place : board.find("board-clock", place)]
        check(f"{account} is on the board once, as one alarm", board.count(f">{account}<") == 1 and "alarms" not in line, line)
    return server


def main():
    web, panels = free_ports()
    config = WORK / "third-party.toml"
    config.write_text(f'[web]\nlisten = "127.0.0.1:{web}"\n[receiver]\ntcp = "127.0.0.1:{panels}"\nudp = "127.0.0.1:{panels}"\n')
    command = [os.environ["TOMORI_BIN"], "third-party", "--config", str(config), "--data", str(WORK / "data"), "--lang", "en"]

    def start():
        return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)

    server = start()
    try:
        line = server.stdout.readline()
        code = re.search(r"code (\S+)\.", line).group(1)
        office = Desk(web)
        office.waits_for_the_server()
        invited(office, f"/welcome/{code}", {"name": "Admin", "email": "admin@example.jp"})
        for account, key in KEYS.items():
            fields = {"account": account, "name": f"House {account}", "key": key}
            status, text = office.form("/panels", "/panels", fields)
            check(f"the panel {account} is added", status == 303, text)
        status, text = office.form("/panels", "/panels", {"account": PLAIN, "name": "House plain", "plain": "yes"})
        check("the plain panel is added", status == 303, text)

        panels_of_siadc09(panels)
        panels_of_my_dc09_spt(panels)

        _, text = office.form("/people", "/people", {"name": "Op", "email": "op@example.jp", "role": "operator"})
        operator = Desk(web)
        invited(operator, "/welcome/" + re.search(r"data-secret>([^<]+)<", text).group(1), {})
        _, board = operator.ask("GET", "/board")
        for account in [*KEYS, PLAIN]:
            check(f"the board shows {account} once", board.count(f">{account}<") == 1, board)
        for danger in ("Fire", "Intrusion", "Panic button"):
            check(f"the worst danger of a house is shown: {danger}", f"{danger}<" in board, board)

        def restart():
            again = start()
            office.waits_for_the_server()
            return again

        server = killed_in_the_middle(server, office, operator, panels, restart)
    finally:
        server.terminate()
        server.wait(timeout=20)
    print(f"{passed} passed, {failed} failed, 0 skipped")
    sys.exit(1 if failed else 0)


main()
