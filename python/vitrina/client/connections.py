"""Connections that are kept alive, and a time limit on all that they do."""

import contextlib
import http.client
import io
import math
import os
import select
import socket
import ssl
import threading
import time
from typing import Any, cast
from urllib.parse import urlsplit

LONGEST = 1e6  # seconds that a socket is told to wait; inf means so long


class Deadline:
    """The moment by which something must have happened."""

    def __init__(self, seconds: float) -> None:
        if math.isnan(seconds):
            raise ValueError("timeout: found nan, expected seconds")
        self._end = time.monotonic() + min(seconds, LONGEST)

    def left(self) -> float:
        """Seconds; raises TimeoutError where there are none."""
        seconds = self._end - time.monotonic()
        if seconds <= 0:
            raise TimeoutError
        return seconds


class _Reader(io.RawIOBase):
    """Reads a socket; every wait ends at the deadline of that moment."""

    def __init__(self, timed: "_TimedSocket") -> None:
        self._timed = timed
        # a reference: the socket stays open until this is closed too
        self._raw = timed.socket.makefile("rb", buffering=0)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        self._timed.socket.settimeout(self._timed.deadline.left())
        return self._raw.readinto(buffer)

    def close(self) -> None:
        self._raw.close()
        super().close()


class _TimedSocket:
    """What http.client uses of a socket. The time-out of a bare one holds
    for each wait: a peer that drips would be waited for without end."""

    def __init__(self, bare: socket.socket, deadline: Deadline) -> None:
        self.socket = bare
        self.deadline = deadline

    def sendall(self, data: bytes) -> None:
        self.socket.settimeout(self.deadline.left())
        self.socket.sendall(data)

    def makefile(self, _mode: str) -> io.BufferedReader:
        return io.BufferedReader(_Reader(self))

    def close(self) -> None:
        self.socket.close()


def dial(host: str, port: int, deadline: Deadline) -> socket.socket:
    """A connection to the first address of a host that takes one. What is
    left of the time is dealt out among those still to be asked: one that
    does not answer leaves some for the next. The name itself is resolved by
    the system, which cannot be told to hurry."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    failed: OSError | None = None
    for n_before, (family, kind, protocol, _, address) in enumerate(found):
        seconds = deadline.left() / (len(found) - n_before)
        try:
            bare = socket.socket(family, kind, protocol)
        except OSError as error:
            failed = error
            continue
        try:
            bare.settimeout(seconds)
            bare.connect(address)
            # as http.client does: an answer is not to wait for the next one
            bare.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            return bare
        except OSError as error:
            bare.close()
            failed = error
    raise failed or OSError(f"{host}: has no address")


def can_read(bare: socket.socket) -> bool:
    """Whether something has come, or its end, at this moment."""
    if not hasattr(select, "poll"):  # as on Windows
        return bool(select.select([bare], [], [], 0)[0])
    # elsewhere select knows no descriptors above 1023
    poll = select.poll()
    poll.register(bare, select.POLLIN)
    return bool(poll.poll(0))


class Connection:
    """One connection to a server. Used by one thread at a time."""

    def __init__(
        self, host: str, port: int, context: ssl.SSLContext | None
    ) -> None:
        self._http: http.client.HTTPConnection = (
            http.client.HTTPConnection(host, port)
            if context is None
            else http.client.HTTPSConnection(host, port, context=context)
        )
        self._context = context
        self._timed: _TimedSocket | None = None

    def open(self, deadline: Deadline) -> None:
        """Connects where it has not. What fails here has sent nothing."""
        if self._timed is not None:
            self._timed.deadline = deadline
            return
        # not by http.client, which gives the whole time to every address and
        # to the handshake once more
        bare = dial(self._http.host, self._http.port, deadline)
        if self._context is not None:
            bare = self._secure(self._context, bare, deadline)
        self._timed = _TimedSocket(bare, deadline)
        self._http.sock = cast(Any, self._timed)

    def _secure(
        self, context: ssl.SSLContext, bare: socket.socket, deadline: Deadline
    ) -> socket.socket:
        try:
            bare.settimeout(deadline.left())
            return context.wrap_socket(bare, server_hostname=self._http.host)
        except BaseException:
            bare.close()
            raise

    def is_usable(self) -> bool:
        """Whether it is open. The server sends nothing unasked: what can be
        read is its end."""
        if self._timed is None or self._http.sock is None:
            return False
        return not can_read(self._timed.socket)

    def exchange(
        self,
        method: str,
        target: str,
        body: bytes | None,
        headers: dict[str, str],
    ) -> tuple[int, http.client.HTTPMessage, bytes]:
        """Sends a request and reads all of its answer."""
        self._http.request(method, target, body, headers)
        response = self._http.getresponse()
        return response.status, response.headers, response.read()

    def close(self) -> None:
        self._http.close()


class Pool:
    """Idle connections to one server, the last one used first."""

    def __init__(
        self, url: str, max_idle: int, context: ssl.SSLContext | None
    ) -> None:
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError(
                f"url: found {url!r}, expected one such as "
                "http://127.0.0.1:8000"
            )
        if parts.query or parts.fragment or parts.username:
            raise ValueError(
                "url: found more than scheme, host, port and path"
            )
        if parts.port == 0:
            raise ValueError("url: found port 0, expected 1 to 65535")
        self.prefix = parts.path.rstrip("/")
        self._host = parts.hostname
        is_tls = parts.scheme == "https"
        self._port = parts.port or (443 if is_tls else 80)
        self._context = None
        if is_tls:
            self._context = context or ssl.create_default_context()
        self._max_idle = max_idle
        self._lock = threading.Lock()
        self._idle: list[Connection] = []
        self._process = os.getpid()
        self._is_closed = False

    def take(self) -> Connection:
        """An open connection, or one to be opened."""
        with self._lock:
            if self._is_closed:
                raise ValueError("client: was closed")
            if self._process != os.getpid():
                # a fork's: they are the parent's, who goes on using them
                self._idle.clear()
                self._process = os.getpid()
            while self._idle:
                connection = self._idle.pop()
                if connection.is_usable():
                    return connection
                connection.close()
        return Connection(self._host, self._port, self._context)

    def give_back(self, connection: Connection) -> None:
        with self._lock:
            if (
                not self._is_closed
                and len(self._idle) < self._max_idle
                and connection.is_usable()
            ):
                self._idle.append(connection)
                return
        connection.close()

    def close(self) -> None:
        with self._lock:
            self._is_closed = True
            idle, self._idle = self._idle, []
        for connection in idle:
            with contextlib.suppress(OSError):
                connection.close()
