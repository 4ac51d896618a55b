"""What the tests share: transports that follow a script, and a server that speaks bytes."""

from __future__ import annotations

import asyncio
import json
import socket
import threading
from datetime import datetime, timezone
from typing import Any, Awaitable, Callable, Dict, List, Mapping, Optional, Tuple, Union

from perdura import AsyncPerdura, Perdura, Request, Response

Outcome = Union[Response, BaseException]

NOON = datetime(2026, 3, 1, 12, 0, 0, tzinfo=timezone.utc)


def answer(status: int = 200, body: Any = None, headers: Optional[Mapping[str, str]] = None) -> Response:
    content = body if isinstance(body, bytes) else json.dumps({} if body is None else body).encode()
    return Response(status, dict(headers or {}), content)


class Script:
    """Answers in turn, the last one for ever, and remembers what was asked."""

    def __init__(self, *outcomes: Outcome) -> None:
        self.outcomes = list(outcomes)
        self.requests: List[Request] = []
        self.sleeps: List[float] = []

    def next(self, request: Request) -> Response:
        self.requests.append(request)
        outcome = self.outcomes.pop(0) if len(self.outcomes) > 1 else self.outcomes[0]
        if isinstance(outcome, BaseException):
            raise outcome
        return outcome

    def header(self, name: str) -> List[Optional[str]]:
        return [request.headers.get(name) for request in self.requests]

    def body(self) -> Any:
        return json.loads(self.requests[-1].body or b"null")

    def target(self) -> str:
        return self.requests[-1].url.partition("://server")[2]


class ScriptTransport:
    def __init__(self, script: Script) -> None:
        self.script = script

    def send(self, request: Request) -> Response:
        return self.script.next(request)

    def close(self) -> None:
        """Nothing is open."""


class AsyncScriptTransport:
    def __init__(self, script: Script) -> None:
        self.script = script

    async def send(self, request: Request) -> Response:
        await asyncio.sleep(0)
        return self.script.next(request)

    async def aclose(self) -> None:
        """Nothing is open."""


def sync_client(script: Script, random: float = 1.0, **options: Any) -> Perdura:
    given: Dict[str, Any] = {"base_url": "http://server", "transport": ScriptTransport(script), **options}
    client = Perdura(**given)
    client._settings = client._settings._replace(random=lambda: random, now=lambda: NOON)
    client._sleep = script.sleeps.append
    return client


def async_client(script: Script, random: float = 1.0, **options: Any) -> AsyncPerdura:
    given: Dict[str, Any] = {"base_url": "http://server", "transport": AsyncScriptTransport(script), **options}
    client = AsyncPerdura(**given)
    client._settings = client._settings._replace(random=lambda: random, now=lambda: NOON)

    async def sleep(seconds: float) -> None:
        script.sleeps.append(seconds)

    client._sleep = sleep
    return client


def run(made: Awaitable[Any]) -> Any:
    async def whole() -> Any:
        return await made

    return asyncio.run(whole())


class Peer:
    """One connection as the server sees it."""

    def __init__(self, sock: socket.socket, number: int) -> None:
        self.sock = sock
        self.number = number
        self._rest = b""

    def request(self) -> Optional[Tuple[str, Dict[str, str], bytes]]:
        """The next request: its first line, headers, body. None when the client has gone."""
        while b"\r\n\r\n" not in self._rest:
            if not self._more():
                return None
        head, _, self._rest = self._rest.partition(b"\r\n\r\n")
        lines = head.decode("latin-1").split("\r\n")
        headers = {name.strip().lower(): value.strip() for name, _, value in (line.partition(":") for line in lines[1:])}
        length = int(headers.get("content-length", "0"))
        while len(self._rest) < length:
            if not self._more():
                return None
        body, self._rest = self._rest[:length], self._rest[length:]
        return lines[0], headers, body

    def _more(self) -> bool:
        try:
            data = self.sock.recv(65536)
        except OSError:
            return False
        self._rest += data
        return bool(data)

    def send(self, data: bytes) -> None:
        self.sock.sendall(data)

    def answer(self, body: bytes = b"{}", extra: str = "") -> None:
        self.send(f"HTTP/1.1 200 OK\r\ncontent-length: {len(body)}\r\n{extra}\r\n".encode() + body)

    def gone(self, seconds: float) -> bool:
        """Whether the client closes the connection within that time."""
        self.sock.settimeout(seconds)
        try:
            return self.sock.recv(1) == b""
        except socket.timeout:
            return False
        except OSError:
            return True


class RawServer:
    """Accepts connections and hands each to `serve`, in a thread of its own."""

    def __init__(self, serve: Callable[[Peer], None]) -> None:
        self._serve = serve
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        self.connections = 0
        self.faults: List[BaseException] = []
        self._threads: List[threading.Thread] = []
        self._peers: List[Peer] = []
        self._accepter = threading.Thread(target=self._accept, daemon=True)
        self._accepter.start()

    def _accept(self) -> None:
        while True:
            try:
                sock, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            peer = Peer(sock, self.connections)
            self._peers.append(peer)
            thread = threading.Thread(target=self._run, args=(peer,), daemon=True)
            self._threads.append(thread)
            thread.start()

    def _run(self, peer: Peer) -> None:
        try:
            self._serve(peer)
        except OSError:
            pass
        except BaseException as fault:
            self.faults.append(fault)
        finally:
            peer.sock.close()

    def __enter__(self) -> RawServer:
        return self

    def __exit__(self, *_: Any) -> None:
        # shutdown() wakes accept(); close() alone does not.
        try:
            self._listener.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
        self._listener.close()
        for peer in self._peers:
            try:
                peer.sock.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
        for thread in self._threads:
            thread.join(5)
        if self.faults:
            raise self.faults[0]


def echo(peer: Peer) -> None:
    """Answers every request of a connection with its body and its number."""
    while True:
        asked = peer.request()
        if asked is None:
            return
        peer.answer(json.dumps({"connection": peer.number, "line": asked[0]}).encode())
