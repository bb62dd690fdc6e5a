"""A model hub on loopback, as far as downloads see one: slow if told so, cutting lines, counting what it gives.

with Hub({"org/model": folder}) as hub:
    environment = hub.environment(cache)     # for a process that is to use it
    hub.rate = 20_000                        # bytes a second of all connections together
    hub.cuts = [30_000, 50_000]              # given so many bytes, the line is cut, once each
"""

import hashlib
import json
import ssl
import threading
import time
from collections import Counter
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from urllib.parse import unquote, urlsplit

COMMIT = "0123456789abcdef0123456789abcdef01234567"
PIECE = 2_000
TRICKLE = 1_000
"""Bytes a second that keep a connection alive and bring nothing to its end while a test looks at something else."""


class Hub:
    """Attributes:
    given: bytes of content by path in a repository.
    gated: repositories that want a token of `readers`.
    stalls: whether answers stop in the middle without an end, also those to whoever asks for the rest.
    announced: sizes that are told of files by path, in place of their own; such a file has no content.
    """

    def __init__(self, repositories: Mapping[str, Path]) -> None:
        self.repositories = dict(repositories)
        self.given: Counter[str] = Counter()
        self.rate = 0.0
        self.cuts: list[int] = []
        self.gated: set[str] = set()
        self.readers = {"hf_good"}
        self.stalls = False
        self.announced: dict[str, int] = {}
        self.asked: list[str] = []
        self._lock = threading.Lock()
        self._scheme = "http"
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (_Handler,), {"hub": self}))
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stalls = False
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def wear(self, certificate: Path, key: Path) -> None:
        """Speak TLS with this certificate from now on."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, key)
        self._server.socket = context.wrap_socket(self._server.socket, server_side=True)
        self._scheme = "https"

    @property
    def url(self) -> str:
        return f"{self._scheme}://127.0.0.1:{self._server.server_address[1]}"

    def environment(self, cache: Path) -> dict[str, str]:
        """Variables that make a process use this hub and no other cache."""
        return {"HF_ENDPOINT": self.url, "HF_HOME": str(cache), "HF_HUB_DISABLE_XET": "1", "HF_TOKEN": ""}

    @property
    def total(self) -> int:
        return sum(self.given.values())

    def give(self, path: str, piece: bytes) -> None:
        """Account for a piece, at the hub's pace. Raises `ConnectionAbortedError` when it is time for a cut."""
        with self._lock:
            self.given[path] += len(piece)
            if self.cuts and self.total >= self.cuts[0]:
                del self.cuts[0]
                raise ConnectionAbortedError
            if self.rate:
                time.sleep(len(piece) / self.rate)


class _Handler(BaseHTTPRequestHandler):
    hub: Hub
    protocol_version = "HTTP/1.1"

    def log_message(self, *_: object) -> None:
        pass

    def do_HEAD(self) -> None:
        self._answer(body=False)

    def do_GET(self) -> None:
        self._answer(body=True)

    def _answer(self, *, body: bool) -> None:
        parts = unquote(urlsplit(self.path).path).strip("/").split("/")
        self.hub.asked.append(self.path)
        named = "/".join(parts[2:4] if parts[:2] == ["api", "models"] else parts[:2])
        folder = self.hub.repositories.get(named)
        token = self.headers.get("Authorization", "").removeprefix("Bearer ")
        if token and token not in self.hub.readers:
            self._refuse(401, "", "Invalid credentials in Authorization header")
        elif folder is None:
            self._refuse(404, "RepoNotFound", "Repository not found")
        elif named in self.hub.gated and not token:
            self._refuse(401, "GatedRepo", "Access to this model is restricted")
        elif parts[0] == "api":
            files = sorted(file.relative_to(folder).as_posix() for file in folder.rglob("*") if file.is_file())
            said = {"id": named, "sha": COMMIT, "siblings": [{"rfilename": file} for file in files]}
            self._json({**said, "private": False, "tags": [], "downloads": 0, "likes": 0})
        elif parts[2] == "resolve":
            self._file(folder, "/".join(parts[4:]), body=body)
        else:
            self._refuse(404, "EntryNotFound", "Not found")

    def _refuse(self, status: int, code: str, words: str) -> None:
        self.send_response(status)
        if code:
            self.send_header("X-Error-Code", code)
        self.send_header("X-Error-Message", words)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def _json(self, value: dict[str, Any]) -> None:
        content = json.dumps(value).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def _file(self, folder: Path, path: str, *, body: bool) -> None:
        file = folder / path
        if not file.is_file():
            self._refuse(404, "EntryNotFound", "Entry not found")
            return
        content = file.read_bytes()
        large = file.suffix == ".safetensors"
        etag = hashlib.sha256(content).hexdigest() if large else _git_sha1(content)
        start = 0
        if wanted := self.headers.get("Range"):
            start = int(wanted.removeprefix("bytes=").split("-")[0])
        self.send_response(206 if start else 200)
        self.send_header("ETag", f'"{etag}"')
        self.send_header("X-Repo-Commit", COMMIT)
        self.send_header("Accept-Ranges", "bytes")
        if start:
            self.send_header("Content-Range", f"bytes {start}-{len(content) - 1}/{len(content)}")
        announced = self.hub.announced.get(path)
        self.send_header("Content-Length", str(announced or len(content) - start))
        self.end_headers()
        if not body:
            return
        if announced:
            self.close_connection = True
            return
        try:
            for place in range(start, len(content), PIECE):
                while self.hub.stalls and place > len(content) // 2:
                    time.sleep(0.05)
                piece = content[place : place + PIECE]
                self.hub.give(path, piece)
                self.wfile.write(piece)
        except ConnectionError:
            self.close_connection = True
            self.connection.close()


def _git_sha1(content: bytes) -> str:
    return hashlib.sha1(b"blob %d\0" % len(content) + content).hexdigest()
