"""How a request reaches the server: the parts of a transport, and the one that clients use if they are given none."""

from __future__ import annotations

import os
import select
import socket
import ssl
import threading
import time
from typing import Dict, List, Mapping, NamedTuple, Optional, Protocol, Tuple
from urllib.parse import urlsplit

from . import _http1
from .errors import MalformedResponse, NetworkError, TimeoutError

# Shorter than the 30 s after which Liberty closes a connection that nobody uses.
IDLE_SECONDS = 20.0
MAX_IDLE = 10
MAX_BODY = 256 * 1024 * 1024


class Request(NamedTuple):
    """One attempt."""

    method: str
    url: str
    headers: Mapping[str, str]
    body: Optional[bytes]
    timeout: float
    """Seconds until the whole answer must be there."""


class Response(NamedTuple):
    status: int
    headers: Mapping[str, str]
    """Names in lower case."""
    body: bytes


class Transport(Protocol):
    """Sends one request once. Raises NetworkError, TimeoutError or MalformedResponse of perdura.errors; follows no redirect,
    repeats nothing. Must bear calls from several threads."""

    def send(self, request: Request) -> Response: ...

    def close(self) -> None: ...


class Target(NamedTuple):
    """Where a URL leads."""

    tls: bool
    host: str
    port: int
    path: str
    authority: str


def target_of(url: str) -> Target:
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError(f"not an http or https URL: {url}")
    if parts.username or parts.password:
        raise ValueError("credentials belong into the client's options, not into the URL")
    tls = parts.scheme == "https"
    port = parts.port or (443 if tls else 80)
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Target(tls, parts.hostname, port, path, parts.netloc)


def head_of(request: Request, target: Target) -> bytes:
    headers: Dict[str, str] = {"host": target.authority}
    headers.update((name.lower(), value) for name, value in request.headers.items())
    if request.body is not None or request.method in ("POST", "PUT", "PATCH"):
        headers["content-length"] = str(len(request.body or b""))
    return _http1.request_head(request.method, target.path, headers)


class _Connection:
    def __init__(self, sock: socket.socket) -> None:
        self.sock = sock
        self.used_at = time.monotonic()

    def fresh(self) -> bool:
        """Whether it may be used again: an idle connection that can be read was closed, or says what nobody asked for."""
        if time.monotonic() - self.used_at > IDLE_SECONDS:
            return False
        try:
            if isinstance(self.sock, ssl.SSLSocket) and self.sock.pending():
                return False
            return not readable(self.sock)
        except (OSError, ValueError):
            return False

    def close(self) -> None:
        try:
            self.sock.close()
        except OSError:
            pass


def readable(sock: socket.socket) -> bool:
    if hasattr(select, "poll"):
        # select() alone fails from descriptor 1024 on.
        poll = select.poll()
        poll.register(sock, select.POLLIN)
        return bool(poll.poll(0))
    return bool(select.select([sock], [], [], 0)[0])


class HttpTransport:
    """HTTP/1.1 over a pool of kept connections. The time-out covers everything from the connection to the last byte of the
    answer, but for the resolution of the host's name, which Python cannot bound."""

    def __init__(self, ssl_context: Optional[ssl.SSLContext] = None, max_idle: int = MAX_IDLE, max_body: int = MAX_BODY) -> None:
        self._ssl = ssl_context
        self._max_idle = max_idle
        self._max_body = max_body
        self._lock = threading.Lock()
        self._idle: Dict[Tuple[bool, str, int], List[_Connection]] = {}
        self._pid = os.getpid()
        self._closed = False

    def send(self, request: Request) -> Response:
        target = target_of(request.url)
        message = head_of(request, target) + (request.body or b"")
        deadline = time.monotonic() + request.timeout
        connection = self._take(target) or self._connect(target, deadline)
        kept = False
        try:
            reader = self._exchange(connection.sock, message, deadline)
            kept = reader.reusable
            return Response(reader.status, reader.headers, reader.body)
        finally:
            # Whatever interrupts the exchange, an exception from another thread included, ends the connection.
            if kept:
                self._give_back(target, connection)
            else:
                connection.close()

    def _take(self, target: Target) -> Optional[_Connection]:
        with self._lock:
            if self._closed:
                raise RuntimeError("the client is closed")
            if self._pid != os.getpid():
                # A child after fork() must not speak on its parent's connections; closing its copies says nothing to the server.
                for inherited in self._idle.values():
                    for connection in inherited:
                        connection.close()
                self._idle.clear()
                self._pid = os.getpid()
            idle = self._idle.get(target[:3], [])
            while idle:
                connection = idle.pop()
                if connection.fresh():
                    return connection
                connection.close()
        return None

    def _give_back(self, target: Target, connection: _Connection) -> None:
        connection.used_at = time.monotonic()
        with self._lock:
            idle = self._idle.setdefault(target[:3], [])
            if not self._closed and self._pid == os.getpid() and len(idle) < self._max_idle:
                idle.append(connection)
                return
        connection.close()

    def _connect(self, target: Target, deadline: float) -> _Connection:
        try:
            sock = self._open(target, deadline)
        except socket.timeout as cause:
            raise TimeoutError(f"no connection to {target.authority} in time", sent=False) from cause
        except (OSError, UnicodeError) as cause:
            raise NetworkError(f"no connection to {target.authority}: {cause}", sent=False) from cause
        try:
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if target.tls:
                if self._ssl is None:
                    self._ssl = ssl.create_default_context()
                sock.settimeout(self._left(deadline))
                sock = self._ssl.wrap_socket(sock, server_hostname=target.host)
            return _Connection(sock)
        except socket.timeout as cause:
            sock.close()
            raise TimeoutError(f"no connection to {target.authority} in time", sent=False) from cause
        except OSError as cause:
            sock.close()
            raise NetworkError(f"no connection to {target.authority}: {cause}", sent=False) from cause
        except BaseException:
            sock.close()
            raise

    def _open(self, target: Target, deadline: float) -> socket.socket:
        """Tries the host's addresses one after the other. socket.create_connection() would give each the whole time."""
        failure: OSError = OSError("the name has no address")
        for family, kind, protocol, _, address in socket.getaddrinfo(target.host, target.port, type=socket.SOCK_STREAM):
            left = self._left(deadline)
            sock = socket.socket(family, kind, protocol)
            try:
                sock.settimeout(left)
                sock.connect(address)
                return sock
            except OSError as cause:
                failure = cause
                sock.close()
            except BaseException:
                sock.close()
                raise
        raise failure

    def _exchange(self, sock: socket.socket, message: bytes, deadline: float) -> _http1.ResponseReader:
        reader = _http1.ResponseReader(self._max_body)
        try:
            self._send_all(sock, message, deadline)
        except socket.timeout as cause:
            raise TimeoutError("the request could not be sent in time") from cause
        except OSError:
            # A server may refuse a request before it has read all of it: its answer may be there.
            pass
        try:
            while not reader.complete:
                sock.settimeout(self._left(deadline))
                data = sock.recv(65536)
                if data:
                    reader.feed(data)
                else:
                    reader.end()
        except socket.timeout as cause:
            raise TimeoutError("no whole answer in time") from cause
        except EOFError as cause:
            raise NetworkError(broken_off(reader)) from cause
        except OSError as cause:
            raise NetworkError(f"{broken_off(reader)}: {cause}") from cause
        except (_http1.BadHttp, _http1.TooLong) as cause:
            raise MalformedResponse(str(cause)) from cause
        return reader

    def _send_all(self, sock: socket.socket, message: bytes, deadline: float) -> None:
        view = memoryview(message)
        while view:
            sock.settimeout(self._left(deadline))
            view = view[sock.send(view[:262144]):]

    @staticmethod
    def _left(deadline: float) -> float:
        left = deadline - time.monotonic()
        if left <= 0:
            raise socket.timeout("time is up")
        return left

    def close(self) -> None:
        with self._lock:
            self._closed = True
            connections = [one for idle in self._idle.values() for one in idle]
            self._idle.clear()
        for connection in connections:
            connection.close()


def broken_off(reader: _http1.ResponseReader) -> str:
    return "the connection ended within the answer" if reader.begun else "the connection ended without an answer"
