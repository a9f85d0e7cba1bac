"""A registry that images are pushed to, over TLS, for any host name that a proxy is asked for."""

from __future__ import annotations

import hashlib
import json
import re
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any
from uuid import uuid4


class Registry:
    """It opens to whoever has `credentials`; `manifests` are by `repository:tag`."""

    def __init__(self, credentials: str) -> None:
        self.credentials = credentials
        self.blobs: dict[str, bytes] = {}
        self.manifests: dict[str, bytes] = {}
        self.refused = 0
        self.hosts: set[str] = set()
        self.uploads: dict[str, bytearray] = {}

    def config(self, name: str) -> dict[str, Any]:
        """The configuration of an image, all of whose blobs must be there."""
        manifest = json.loads(self.manifests[name])
        for layer in manifest["layers"]:
            assert layer["digest"] in self.blobs
        return json.loads(self.blobs[manifest["config"]["digest"]])


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    registry: Registry

    def do_HEAD(self) -> None:
        self._look()

    def do_GET(self) -> None:
        if self.path == "/v2/" and self._may():
            self._answer(200)
        elif self.path != "/v2/":
            self._look()

    def do_POST(self) -> None:
        if self._may():
            upload = str(uuid4())
            self.registry.uploads[upload] = bytearray()
            self._answer(202, Location=f"{self.path.partition('?')[0].rstrip('/')}/{upload}")

    def do_PATCH(self) -> None:
        body = self._body()
        if self._may():
            self.registry.uploads[self._upload()].extend(body)
            self._answer(202, Location=self.path)

    def do_PUT(self) -> None:
        body = self._body()
        if not self._may():
            return
        if "/manifests/" in self.path:
            name = re.sub(r"^/v2/(.+)/manifests/", r"\1:", self.path)
            self.registry.manifests[name] = body
            self._answer(201, **{"Docker-Content-Digest": _digest(body)})
            return
        whole = bytes(self.registry.uploads.pop(self._upload())) + body
        digest = self.path.partition("digest=")[2].replace("%3A", ":")
        assert _digest(whole) == digest
        self.registry.blobs[digest] = whole
        self._answer(201, **{"Docker-Content-Digest": digest})

    def _look(self) -> None:
        if self._may():
            here = self.path.rpartition("/")[2] in self.registry.blobs
            self._answer(200 if here else 404)

    def _may(self) -> bool:
        self.registry.hosts.add(self.headers["Host"])
        if self.headers["Authorization"] == f"Basic {self.registry.credentials}":
            return True
        self.registry.refused += 1
        self._answer(401, **{"WWW-Authenticate": 'Basic realm="registry"'})
        return False

    def _body(self) -> bytes:
        if self.headers.get("Transfer-Encoding") != "chunked":
            return self.rfile.read(int(self.headers.get("Content-Length", 0)))
        whole = bytearray()
        while size := int(self.rfile.readline(), 16):
            whole += self.rfile.read(size)
            self.rfile.readline()
        self.rfile.readline()
        return bytes(whole)

    def _upload(self) -> str:
        return self.path.partition("?")[0].rpartition("/")[2]

    def _answer(self, status: int, **headers: str) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Docker-Distribution-Api-Version", "registry/2.0")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None: ...


class _Proxy(BaseHTTPRequestHandler):
    """Brings every CONNECT to the registry."""

    registry_port = 0

    def do_CONNECT(self) -> None:
        with socket.create_connection(("127.0.0.1", self.registry_port)) as there:
            self.send_response(200)
            self.end_headers()
            back = Thread(target=_copy, args=(there, self.connection))
            back.start()
            _copy(self.connection, there)
            back.join()

    def log_message(self, format: str, *args: object) -> None: ...


def _copy(source: socket.socket, sink: socket.socket) -> None:
    try:
        while data := source.recv(65536):
            sink.sendall(data)
        sink.shutdown(socket.SHUT_WR)
    except OSError:
        return  # either side has gone


def _digest(data: bytes) -> str:
    return f"sha256:{hashlib.sha256(data).hexdigest()}"


@contextmanager
def running(credentials: str, certificate: Path) -> Iterator[tuple[Registry, str]]:
    """Such a registry, and the address of the proxy that leads to it."""
    registry = Registry(credentials)
    handler = type("Handler", (_Handler,), {"registry": registry})
    there = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(certificate)
    there.socket = tls.wrap_socket(there.socket, server_side=True)
    to_it = type("Proxy", (_Proxy,), {"registry_port": there.server_address[1]})
    proxy = ThreadingHTTPServer(("127.0.0.1", 0), to_it)
    servers = (there, proxy)
    threads = [Thread(target=one.serve_forever, kwargs={"poll_interval": 0.01}) for one in servers]
    for thread in threads:
        thread.start()
    try:
        yield registry, f"http://127.0.0.1:{proxy.server_address[1]}"
    finally:
        for server, thread in zip(servers, threads, strict=True):
            server.shutdown()
            thread.join()
            server.server_close()
