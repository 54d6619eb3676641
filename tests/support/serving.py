"""A server of the program, started and asked as a site would."""

import contextlib
import http.client
import json
import os
import re
import signal
import socket
import subprocess
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from command import heed_hangups, program_path

READY = re.compile(
    r"ready: http://127\.0\.0\.1:(\d+), administration "
    r"http://127\.0\.0\.1:(\d+), bundle (\w+), (\d+) events of (\d+) customers"
)
# What is said at the start of a bundle as old as those of the tests.
OLD = re.compile(
    r"vitrina serve: warning: bundle \w+: learned until \S+, \d+ days ago; "
    r"make one of newer events\n"
)


class Client:
    """One connection that is kept alive."""

    def __init__(self, port: int) -> None:
        self._connection = http.client.HTTPConnection(
            "127.0.0.1", port, timeout=30
        )

    def connect(self) -> None:
        self._connection.connect()

    def is_connected(self) -> bool:
        """Until the server says that it will close."""
        return self._connection.sock is not None

    def ask(
        self,
        method: str,
        target: str,
        body: Any = None,
        headers: dict[str, str] | None = None,
    ) -> tuple[int, Any]:
        """The status, and the answer's JSON or text."""
        sent = {"Content-Type": "application/json"} if body is not None else {}
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        self._connection.request(
            method,
            target,
            body=None if body is None else data,
            headers=sent | (headers or {}),
        )
        response = self._connection.getresponse()
        text = response.read()
        if "json" in response.getheader("Content-Type", ""):
            return response.status, json.loads(text)
        return response.status, text.decode()

    def done(self, method: str, target: str, body: Any = None) -> Any:
        """What is answered to a request that must not fail."""
        status, answer = self.ask(method, target, body)
        assert status == 200, (status, answer)
        return answer

    def close(self) -> None:
        self._connection.close()


class Server:
    """A process of `vitrina serve` on free ports."""

    def __init__(
        self,
        bundle: Path,
        store: Path,
        *words: str | Path,
        prepare: Callable[[], None] = heed_hangups,
        env: Mapping[str, str] | None = None,
    ) -> None:
        self.process = subprocess.Popen(
            [
                *(program_path(), "serve", "--bundle", bundle),
                *("--store", store, "--admin-port", "0"),
                *(() if "--port" in words else ("--port", "0")),
                *words,
            ],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={"PATH": os.environ["PATH"], **(env or {})},
            preexec_fn=prepare,
        )
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        ready = READY.fullmatch(line.strip())
        assert ready, line + self.process.communicate()[1]
        self.port, self.admin_port = int(ready[1]), int(ready[2])
        self.bundle, self.n_events = ready[3], int(ready[4])

    def client(self) -> Client:
        return Client(self.port)

    def admin(self) -> Client:
        return Client(self.admin_port)

    def ask(self, method: str, target: str, body: Any = None) -> Any:
        """Of a connection of its own; the answer must be 200."""
        client = self.client()
        try:
            return client.done(method, target, body)
        finally:
            client.close()

    def raw(self, data: bytes, wait: float = 10) -> bytes:
        """What comes back for bytes until the server closes, or is silent
        for `wait` seconds."""
        with socket.create_connection(("127.0.0.1", self.port)) as peer:
            peer.settimeout(wait)
            peer.sendall(data)
            received = b""
            with contextlib.suppress(TimeoutError, ConnectionError):
                while piece := peer.recv(65536):
                    received += piece
        return received

    def kill(self) -> None:
        self.process.kill()
        self.process.communicate()

    def stop(self, by: int = signal.SIGTERM) -> tuple[int, str]:
        """The exit code and what was said on standard error, but for the
        bundle's age."""
        self.process.send_signal(by)
        return self.ended()

    def ended(self) -> tuple[int, str]:
        """The same of one that stops by itself, or was told to."""
        _, said = self.process.communicate(timeout=40)
        return self.process.returncode, OLD.sub("", said)


@contextlib.contextmanager
def serving(
    bundle: Path,
    store: Path,
    *words: str | Path,
    prepare: Callable[[], None] = heed_hangups,
) -> Iterator[Server]:
    """A server that must end well."""
    server = Server(bundle, store, *words, prepare=prepare)
    try:
        yield server
        assert server.process.poll() is None, server.process.communicate()
        assert server.stop() == (0, "")
    finally:
        if server.process.poll() is None:
            server.kill()
