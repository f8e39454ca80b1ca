#!/usr/bin/env python3
"""Uploads a synthetic CSV by tus as the browser does, cuts the connection once midway and goes on.

Usage: upload.py HOST:PORT KEY PID BYTES

KEY is what the program was started with as ESCALE_API_KEY, PID the program's, whose memory is looked at after each piece.
"""
import base64
import http.client
import socket
import sys
import time

PIECE = 16 << 20
HEAD = b"id,port,tons,day\n"
BLOCK = b"".join(b"%09d,Dakar,%06d.25,2024-05-17\n" % (i, i * 7919 % 1000000) for i in range(40000))


def content(offset, count):
    """Bytes of the file: the header, then the block again and again."""
    out = bytearray()
    while len(out) < count:
        place = offset + len(out)
        if place < len(HEAD):
            out += HEAD[place:]
        else:
            inner = (place - len(HEAD)) % len(BLOCK)
            out += BLOCK[inner:inner + count - len(out)]
    return bytes(out[:count])


class Client:
    def __init__(self, host, key, pid):
        self.host, self.pid = host, pid
        self.headers = {"Authorization": "Bearer " + key, "Tus-Resumable": "1.0.0"}
        self.connect()

    def connect(self):
        self.connection = http.client.HTTPConnection(self.host, timeout=600)

    def ask(self, method, path, body=None, **headers):
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        self.connection.request(method, path, body=body, headers={**self.headers, **named})
        answer = self.connection.getresponse()
        return answer, answer.read()

    def memory_mb(self):
        with open(f"/proc/{self.pid}/status") as status:
            return next(int(line.split()[1]) // 1024 for line in status if line.startswith("VmRSS"))

    def cut(self, path, offset, count):
        """Sends half a piece and breaks the connection; answers with what the server has."""
        self.connection.putrequest("PATCH", path)
        for name, value in {**self.headers, "Upload-Offset": str(offset), "Content-Type": "application/offset+octet-stream", "Content-Length": str(count)}.items():
            self.connection.putheader(name, value)
        self.connection.endheaders()
        self.connection.send(content(offset, count // 2))
        time.sleep(1)
        self.connection.sock.shutdown(socket.SHUT_RDWR)
        self.connection.close()
        self.connect()
        time.sleep(1)
        answer, _ = self.ask("HEAD", path)
        return int(answer.headers["Upload-Offset"])


def main():
    host, key, pid, total = sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4])
    client = Client(host, key, pid)
    name = base64.b64encode(b"big.csv").decode()
    answer, _ = client.ask("POST", "/api/v1/uploads", Upload_Length=str(total), Upload_Metadata="filename " + name)
    path = answer.headers["Location"]
    before = peak = client.memory_mb()
    begun, offset, was_cut = time.time(), 0, False
    while offset < total:
        count = min(PIECE, total - offset)
        if not was_cut and offset > total // 2:
            was_cut = True
            now = client.cut(path, offset, count)
            print(f"cut at byte {offset + count // 2}: the program has {now}")
            offset = now
            continue
        answer, _ = client.ask("PATCH", path, content(offset, count), Upload_Offset=str(offset), Content_Type="application/offset+octet-stream")
        assert answer.status == 204, answer.status
        offset = int(answer.headers["Upload-Offset"])
        peak = max(peak, client.memory_mb())
    seconds = time.time() - begun
    print(f"{total} bytes in {seconds:.1f} s, {total / seconds / 1e6:.0f} MB/s; memory {before} MB before, at most {peak} MB")
    for shown, end in (("reading", "/reading"), ("preview", "/preview"), ("first profile", "/profile")):
        asked = time.time()
        answer, _ = client.ask("GET", path + end)
        print(f"{shown}: {answer.status} in {time.time() - asked:.1f} s, memory {client.memory_mb()} MB")
    client.ask("DELETE", path)


main()
