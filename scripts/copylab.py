"""What the measurements and soaks of copies share: images that are the same on every machine, registries and a proxy with
latency and faults on 127.0.0.1, and a check of every blob at a target that uses no code of acrsh."""
import asyncio
import hashlib
import http.client
import json
import os
import random
import re
import shutil
import socket
import struct
import subprocess
import tempfile
import threading
import time
import zlib

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
MANIFEST = "application/vnd.oci.image.manifest.v1+json"
INDEX = "application/vnd.oci.image.index.v1+json"
MIB = 1 << 20


# --------------------------------------------------------------------- images

class Layout:
    """An OCI layout folder of incompressible layers, the same on every machine."""

    def __init__(self, path):
        self.path, self.entries = path, []
        os.makedirs(os.path.join(path, "blobs/sha256"))

    def put(self, data, media_type):
        digest = hashlib.sha256(data).hexdigest()
        with open(os.path.join(self.path, "blobs/sha256", digest), "wb") as file:
            file.write(data)
        return {"mediaType": media_type, "digest": "sha256:" + digest, "size": len(data)}

    def layer(self, seed, size):
        dice = random.Random(seed)
        # One call gives no more than 256 MiB.
        data = b"".join(dice.randbytes(min(64 * MIB, size - at)) for at in range(0, size, 64 * MIB))
        head = bytearray(512)
        head[0:4] = b"data"
        head[100:108], head[108:116], head[116:124] = b"0000644\0", b"0000000\0", b"0000000\0"
        head[124:136], head[136:148] = ("%011o\0" % size).encode(), b"00000000000\0"
        head[156:157], head[257:265], head[148:156] = b"0", b"ustar\x0000", b" " * 8
        head[148:156] = ("%06o\0 " % sum(head)).encode()
        tar = bytes(head) + data + bytes(-size % 512) + bytes(1024)
        stored = bytearray(b"\x1f\x8b\x08\0\0\0\0\0\0\xff")
        for at in range(0, len(tar), 65535):
            piece = tar[at:at + 65535]
            stored += struct.pack("<BHH", at + 65535 >= len(tar), len(piece), len(piece) ^ 0xFFFF) + piece
        stored += struct.pack("<II", zlib.crc32(tar), len(tar) & 0xFFFFFFFF)
        layer = self.put(bytes(stored), "application/vnd.oci.image.layer.v1.tar+gzip")
        return layer, "sha256:" + hashlib.sha256(tar).hexdigest()

    def image(self, layers, arch="amd64"):
        config = {"architecture": arch, "os": "linux", "config": {},
                  "rootfs": {"type": "layers", "diff_ids": [diff for _, diff in layers]}}
        config = self.put(json.dumps(config).encode(), "application/vnd.oci.image.config.v1+json")
        manifest = {"schemaVersion": 2, "mediaType": MANIFEST, "config": config, "layers": [layer for layer, _ in layers]}
        return self.put(json.dumps(manifest).encode(), MANIFEST)

    def tag(self, descriptor, tag):
        self.entries.append(dict(descriptor, annotations={"org.opencontainers.image.ref.name": tag}))

    def finish(self):
        with open(os.path.join(self.path, "oci-layout"), "w") as file:
            file.write('{"imageLayoutVersion":"1.0.0"}')
        with open(os.path.join(self.path, "index.json"), "w") as file:
            json.dump({"schemaVersion": 2, "manifests": self.entries}, file)


def make(layout, name):
    """The sets: a, b, c, d of docs/benchmarks.md, and s, a small one for faults: 3 layers of 6 MiB and one of 50 KiB."""
    if name == "a":
        layout.tag(layout.image([layout.layer("a%d" % n, 20 * MIB) for n in range(10)]), "latest")
    elif name == "b":
        layout.tag(layout.image([layout.layer("b", 1024 * MIB)]), "latest")
    elif name == "c":
        for n in range(200):
            layout.tag(layout.image([layout.layer("c%d-%d" % (n, m), 50 << 10) for m in range(3)]), "t%03d" % n)
    elif name == "d":
        base = [layout.layer("d-base%d" % n, 10 * MIB) for n in range(2)]
        children = []
        for arch in ["amd64", "arm64", "386", "ppc64le", "s390x", "riscv64", "arm", "mips64le"]:
            own = [layout.layer("d-%s-%d" % (arch, size), size) for size in (5 * MIB, 100 << 10)]
            children.append(dict(layout.image(base + own, arch), platform={"os": "linux", "architecture": arch}))
        index = {"schemaVersion": 2, "mediaType": INDEX, "manifests": children}
        layout.tag(layout.put(json.dumps(index).encode(), INDEX), "latest")
    elif name == "s":
        layers = [layout.layer("s%d" % n, 6 * MIB) for n in range(3)] + [layout.layer("s-small", 50 << 10)]
        layout.tag(layout.image(layers), "latest")
    layout.finish()


def entries(path):
    """The tagged manifests of a layout: tag to descriptor."""
    with open(os.path.join(path, "index.json")) as file:
        found = json.load(file)["manifests"]
    return {entry["annotations"]["org.opencontainers.image.ref.name"]: entry for entry in found}


# ----------------------------------------------------------------- registries

class Registry:
    """Debian's docker-registry, with its storage in a folder."""

    def __init__(self, folder):
        self.folder = folder
        self.start()

    def start(self):
        self.address = subprocess.check_output(
            [os.path.join(ROOT, "scripts/registry"), "start", self.folder], text=True).strip()
        with open(os.path.join(self.folder, "pid")) as file:
            self.pid = int(file.read())

    def stop(self):
        subprocess.run([os.path.join(ROOT, "scripts/registry"), "stop", self.folder], check=True)
        while os.path.exists("/proc/%d" % self.pid):
            time.sleep(0.01)

    def empty(self):
        self.stop()
        shutil.rmtree(self.folder)
        os.sync()
        self.start()


class MemoryRegistry:
    """The registry in memory that crane contains (`crane registry serve`), which costs far less CPU."""

    def __init__(self, crane):
        self.crane = crane
        self.start()

    def start(self):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.address = "127.0.0.1:%d" % free.getsockname()[1]
        self.process = subprocess.Popen(
            [self.crane, "registry", "serve", "--address", self.address], stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL)
        self.pid = self.process.pid
        for _ in range(200):
            try:
                socket.create_connection(tuple_of(self.address)).close()
                return
            except OSError:
                time.sleep(0.02)
        raise SystemExit("crane registry serve did not start")

    def stop(self):
        self.process.kill()
        self.process.wait()

    def empty(self):
        self.stop()
        self.start()


def tuple_of(address):
    host, port = address.rsplit(":", 1)
    return host, int(port)


def cpu_of(*pids):
    """User and system time of processes so far, in seconds."""
    ticks = 0
    for pid in pids:
        with open("/proc/%d/stat" % pid) as file:
            fields = file.read().rsplit(")", 1)[1].split()
        ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


class Reader:
    """Reads a registry over one connection."""

    def __init__(self, address, authorization=None):
        self.connection = http.client.HTTPConnection(address, timeout=60)
        self.authorization = authorization

    def get(self, path, accept=None):
        headers = {"Accept": accept} if accept else {}
        if self.authorization:
            headers["Authorization"] = self.authorization
        self.connection.request("GET", path, headers=headers)
        return self.connection.getresponse()

    def document(self, path, accept):
        answer = self.get(path, accept)
        return answer.status, answer.read()

    def digest(self, path):
        """The digest of a body, of which only a piece is held at a time."""
        answer, digest = self.get(path), hashlib.sha256()
        while piece := answer.read(MIB):
            digest.update(piece)
        return answer.status, "sha256:" + digest.hexdigest()


def verify(address, repository, layout, read_blobs=True, authorization=None):
    """Reads every tag, manifest and blob of a layout from a registry and checks every byte by its digest.
    Returns the list of what is missing or wrong."""
    reader = Reader(address, authorization)
    wrong, seen = [], set()

    def walk(name, digest):
        if name in seen:
            return
        seen.add(name)
        status, data = reader.document("/v2/%s/manifests/%s" % (repository, name), MANIFEST + ", " + INDEX)
        if status != 200 or "sha256:" + hashlib.sha256(data).hexdigest() != digest:
            return wrong.append("manifest %s: status %d" % (name, status))
        document = json.loads(data)
        for child in document.get("manifests", []):
            walk(child["digest"], child["digest"])
        if read_blobs:
            for blob in document.get("layers", []) + ([document["config"]] if "config" in document else []):
                blob = blob["digest"]
                if blob in seen:
                    continue
                seen.add(blob)
                status, found = reader.digest("/v2/%s/blobs/%s" % (repository, blob))
                if status != 200 or found != blob:
                    wrong.append("blob %s: status %d" % (blob, status))

    for tag, entry in entries(layout).items():
        walk(tag, entry["digest"])
    return wrong


# ---------------------------------------------------------------------- proxy

METHODS = (b"GET ", b"HEAD ", b"PUT ", b"POST ", b"PATCH ", b"DELETE ")


class Fault:
    """One thing that goes wrong, so many times.

    cut-down, cut-up: the connection breaks (RST) once the proxy has carried so many bytes from or to the server in all.
    stall: a connection carries nothing more to the client once the proxy has carried so many bytes from the server.
    reset: a request whose first line matches breaks its connection and never reaches the server.
    answer: such a request is answered with a status and, if given, Retry-After."""

    def __init__(self, kind, after=0, match="", times=1, status=503, retry_after=None):
        self.kind, self.after, self.times = kind, after, times
        self.match, self.status, self.retry_after = re.compile(match.encode()), status, retry_after
        self.happened = 0

    def __str__(self):
        place = "after %d bytes" % self.after if self.kind in ("cut-down", "cut-up", "stall") else self.match.pattern.decode()
        return "%s %s × %d%s" % (self.kind, place, self.times, " %d" % self.status if self.kind == "answer" else "")

    def happens(self):
        self.times -= 1
        self.happened += 1


class Side(asyncio.Protocol):
    """One end of a connection through the proxy. What arrives here leaves at the peer, half a round trip later."""

    def __init__(self, proxy, is_client):
        self.proxy, self.is_client = proxy, is_client
        self.peer, self.transport = None, None
        self.waiting, self.held, self.timer = [], 0, None
        self.is_stalled = self.is_closed = False

    def connection_made(self, transport):
        self.transport = transport
        transport.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if self.is_client:
            self.early = []
            asyncio.ensure_future(self.connect())

    async def connect(self):
        loop = asyncio.get_running_loop()
        try:
            if self.proxy.rtt:
                await asyncio.sleep(self.proxy.rtt)
            _, self.peer = await loop.create_connection(lambda: Side(self.proxy, False), *self.proxy.server)
        except OSError:
            return self.transport.abort()
        self.peer.peer = self
        if self.is_closed:
            return self.peer.transport.abort()
        early, self.early = self.early, None
        for data in early:
            self.data_received(data)

    def data_received(self, data):
        if self.is_client:
            if self.early is not None:
                return self.early.append(data)
            if data.startswith(METHODS) and not self.judge(data):
                return
            self.proxy.up += len(data)
            if self.proxy.breaks("cut-up", self.proxy.up):
                return self.abort()
        else:
            self.proxy.down += len(data)
            if self.proxy.breaks("cut-down", self.proxy.down):
                return self.abort()
            if self.is_stalled or self.proxy.breaks("stall", self.proxy.down):
                self.is_stalled = True
                return
        self.pass_on(data)

    def judge(self, data):
        """Looks at a request; false where it goes no further."""
        line = data.split(b"\r\n", 1)[0]
        self.proxy.requests.append(line.decode("latin-1"))
        for fault in self.proxy.faults:
            if fault.times <= 0 or fault.kind not in ("reset", "answer") or not fault.match.search(line):
                continue
            fault.happens()
            if fault.kind == "reset":
                self.abort()
                return False
            body = b"" if line.startswith(b"HEAD ") else b'{"errors":[{"code":"FAULT","message":"from the proxy"}]}'
            wait = b"" if fault.retry_after is None else b"Retry-After: %d\r\n" % fault.retry_after
            self.transport.write(b"HTTP/1.1 %d Fault\r\nContent-Length: %d\r\nConnection: close\r\n%s\r\n%s" % (
                fault.status, len(body), wait, body))
            self.transport.close()
            self.peer.transport.abort()
            return False
        return True

    def pass_on(self, data):
        if not self.proxy.rtt:
            return self.send(data)
        loop = asyncio.get_running_loop()
        self.waiting.append((loop.time() + self.proxy.rtt / 2, data))
        self.held += len(data)
        if self.held > 8 * MIB:
            self.transport.pause_reading()
        if self.timer is None:
            self.timer = loop.call_later(self.proxy.rtt / 2, self.release)

    def release(self):
        loop = asyncio.get_running_loop()
        self.timer = None
        count = 0
        while count < len(self.waiting) and self.waiting[count][0] <= loop.time() + 0.0002:
            data = self.waiting[count][1]
            self.held -= len(data)
            self.send(data)
            count += 1
        del self.waiting[:count]
        if self.held <= 4 * MIB and not self.transport.is_closing():
            self.transport.resume_reading()
        if self.waiting:
            self.timer = loop.call_later(max(0, self.waiting[0][0] - loop.time()), self.release)
        elif self.is_closed:
            self.close_peer()

    def send(self, data):
        if not self.peer.transport.is_closing():
            self.peer.transport.write(data)

    def pause_writing(self):
        if self.peer and not self.peer.transport.is_closing():
            self.peer.transport.pause_reading()

    def resume_writing(self):
        if self.peer and not self.peer.transport.is_closing():
            self.peer.transport.resume_reading()

    def connection_lost(self, _):
        self.is_closed = True
        if self.timer is None:
            self.close_peer()

    def close_peer(self):
        if self.peer and not self.peer.transport.is_closing():
            self.peer.transport.close()

    def abort(self):
        client = self if self.is_client else self.peer
        client.transport.get_extra_info("socket").setsockopt(
            socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        client.transport.abort()
        client.peer.transport.abort()


class Proxy:
    """A proxy before a registry, on a thread of its own."""

    def __init__(self, to, rtt_ms=0, faults=()):
        self.server, self.rtt, self.faults = tuple_of(to), rtt_ms / 1000, list(faults)
        self.requests, self.up, self.down = [], 0, 0
        ready = threading.Event()
        self.loop = asyncio.new_event_loop()

        def work():
            asyncio.set_event_loop(self.loop)
            listener = self.loop.run_until_complete(
                self.loop.create_server(lambda: Side(self, True), "127.0.0.1", 0, backlog=256))
            self.address = "127.0.0.1:%d" % listener.sockets[0].getsockname()[1]
            ready.set()
            self.loop.run_forever()
            listener.close()

        self.thread = threading.Thread(target=work, daemon=True)
        self.thread.start()
        ready.wait()

    def breaks(self, kind, carried):
        for fault in self.faults:
            if fault.kind == kind and fault.times > 0 and carried > fault.after:
                fault.happens()
                return True
        return False

    def stop(self):
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join()


# -------------------------------------------------------------------- latency

class Latency:
    """A long way to some registries, by a program that is quick enough not to be what is measured (scripts/latency_proxy.c).
    The addresses of its near end are in the order of the registries."""

    folder = None

    def __init__(self, rtt_ms, *addresses):
        if Latency.folder is None:
            Latency.folder = tempfile.TemporaryDirectory(prefix="acrsh-latency-")
            compiler = shutil.which("cc") or shutil.which("clang")
            source = os.path.join(os.path.dirname(os.path.abspath(__file__)), "latency_proxy.c")
            subprocess.run([compiler, "-O2", "-o", self.program(), source], check=True)
        ports = [address.rsplit(":", 1)[1] for address in addresses]
        self.process = subprocess.Popen(
            [self.program(), str(rtt_ms), *ports], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.addresses = ["127.0.0.1:" + port for port in self.process.stdout.readline().split()]

    @staticmethod
    def program():
        return os.path.join(Latency.folder.name, "latency_proxy")

    def requests(self):
        """How many requests went to each registry so far; nothing is known of those inside of TLS."""
        self.process.stdin.write("\n")
        self.process.stdin.flush()
        return [int(count) for count in self.process.stdout.readline().split()]

    def stop(self):
        self.process.stdin.close()
        self.process.wait()
        self.process.stdout.close()


# ------------------------------------------------------------------ front end

class Front:
    """nginx before a registry, as many have one: with TLS, HTTP/1.1 or HTTP/2, and with limits if wanted.

    connections: how many a client may have at a time (limit_conn). rate: requests a second (limit_req, with no burst).
    More of either is answered with 429."""

    folder = None

    def __init__(self, to, http2=False, tls=True, connections=0, rate=0):
        if Front.folder is None:
            Front.folder = tempfile.TemporaryDirectory(prefix="acrsh-front-")
            subprocess.run(
                ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
                 "-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", Front.key(), "-out",
                 Front.certificate()], check=True, stderr=subprocess.DEVNULL)
        self.work = tempfile.mkdtemp(dir=Front.folder.name)
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.address = "127.0.0.1:%d" % probe.getsockname()[1]
        self.log = os.path.join(self.work, "access.log")
        kind = (" ssl" if tls else "") + (" http2" if http2 else "")
        limits = ("limit_conn all %d; limit_conn_status 429;" % connections if connections else "") + (
            "limit_req zone=pace; limit_req_status 429;" if rate else "")
        with open(os.path.join(self.work, "nginx.conf"), "w") as file:
            file.write("""
daemon off; worker_processes 1; pid %(work)s/pid; error_log %(work)s/error.log;
events { worker_connections 4096; }
http {
  access_log %(work)s/access.log combined buffer=64k flush=1s; client_body_temp_path %(work)s; proxy_temp_path %(work)s;
  fastcgi_temp_path %(work)s; uwsgi_temp_path %(work)s; scgi_temp_path %(work)s;
  limit_conn_zone $binary_remote_addr zone=all:1m; limit_req_zone $binary_remote_addr zone=pace:1m rate=%(rate)dr/s;
  upstream registry { server %(to)s; keepalive 256; }
  server {
    listen %(address)s%(kind)s; keepalive_requests 100000; %(limits)s
    ssl_certificate %(certificate)s; ssl_certificate_key %(key)s; ssl_session_cache shared:s:1m;
    client_max_body_size 0; proxy_request_buffering off; proxy_buffering on; proxy_http_version 1.1;
    location / { proxy_pass http://registry; proxy_set_header Host $http_host; proxy_set_header Connection "";
                 proxy_set_header X-Forwarded-Proto $scheme; }
  }
}
""" % {
                "work": self.work, "rate": rate or 1, "to": to, "address": self.address, "kind": kind, "limits": limits,
                "certificate": Front.certificate(), "key": Front.key()})
        self.process = subprocess.Popen(
            [shutil.which("nginx") or "/usr/sbin/nginx", "-p", self.work, "-c", os.path.join(self.work, "nginx.conf")],
            stderr=subprocess.DEVNULL)
        for _ in range(200):
            try:
                socket.create_connection(tuple_of(self.address), 1).close()
                return
            except OSError:
                time.sleep(0.02)
        raise SystemExit("nginx did not start: see %s" % self.work)

    @staticmethod
    def certificate():
        return os.path.join(Front.folder.name, "certificate.pem")

    @staticmethod
    def key():
        return os.path.join(Front.folder.name, "key.pem")

    def statuses(self):
        """How many answers there were with each status, after ``stop``."""
        counts = {}
        with open(self.log) as file:
            for line in file:
                status = int(line.split('" ')[1].split()[0])
                counts[status] = counts.get(status, 0) + 1
        return counts

    def stop(self):
        self.process.terminate()
        self.process.wait()
