"""The transport of the asynchronous client."""

from __future__ import annotations

import asyncio
import os
import ssl
import time
from typing import Dict, List, Optional, Protocol, Tuple, cast

from . import _http1
from ._transport import IDLE_SECONDS, MAX_BODY, MAX_IDLE, Request, Response, Target, broken_off, head_of, target_of
from .errors import MalformedResponse, NetworkError, TimeoutError


class AsyncTransport(Protocol):
    """Like Transport, for asyncio. When the task is cancelled the attempt must end and leave nothing behind."""

    async def send(self, request: Request) -> Response: ...

    async def aclose(self) -> None: ...


class _Connection(asyncio.Protocol):
    """A protocol rather than streams: it sees when an idle connection closes, or when something comes that nobody asked for."""

    def __init__(self) -> None:
        self.used_at = time.monotonic()
        self.lost = False
        self._transport: Optional[asyncio.Transport] = None
        self._reader: Optional[_http1.ResponseReader] = None
        self._answer: Optional[asyncio.Future[None]] = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        if self._reader is None or self._answer is None or self._answer.done():
            self.abort()
            return
        try:
            self._reader.feed(data)
        except ValueError as cause:
            self._answer.set_exception(cause)
            return
        if self._reader.complete:
            self._answer.set_result(None)

    def eof_received(self) -> bool:
        return False

    def connection_lost(self, cause: Optional[BaseException]) -> None:
        self.lost = True
        if self._reader is None or self._answer is None or self._answer.done():
            return
        try:
            if cause is not None:
                raise cause
            self._reader.end()
            self._answer.set_result(None)
        except (EOFError, OSError) as failure:
            self._answer.set_exception(failure)

    def fresh(self) -> bool:
        return (not self.lost and self._transport is not None and not self._transport.is_closing()
                and time.monotonic() - self.used_at <= IDLE_SECONDS)

    def ask(self, message: bytes, reader: _http1.ResponseReader, answer: asyncio.Future[None]) -> None:
        self._reader, self._answer = reader, answer
        if self.lost or self._transport is None:
            answer.set_exception(EOFError())
            return
        self._transport.write(message)

    def abort(self) -> None:
        self.lost = True
        if self._transport is not None:
            self._transport.abort()


class AsyncHttpTransport:
    """HTTP/1.1 over a pool of kept connections, for one event loop at a time."""

    def __init__(self, ssl_context: Optional[ssl.SSLContext] = None, max_idle: int = MAX_IDLE, max_body: int = MAX_BODY) -> None:
        self._ssl = ssl_context
        self._max_idle = max_idle
        self._max_body = max_body
        self._idle: Dict[Tuple[bool, str, int], List[_Connection]] = {}
        self._loop: Optional[asyncio.AbstractEventLoop] = None
        self._pid = os.getpid()
        self._closed = False

    async def send(self, request: Request) -> Response:
        target = target_of(request.url)
        message = head_of(request, target) + (request.body or b"")
        loop = asyncio.get_running_loop()
        deadline = loop.time() + request.timeout
        connection = self._take(target, loop) or await self._connect(target, deadline, request.timeout)
        reader = _http1.ResponseReader(self._max_body)
        kept = False
        try:
            await self._exchange(connection, message, reader, deadline)
            kept = reader.reusable and connection.fresh()
            return Response(reader.status, reader.headers, reader.body)
        finally:
            # Cancellation comes this way too: the connection ends, so the server is not read to its end.
            if kept and not self._closed and len(self._idle.setdefault(target[:3], [])) < self._max_idle:
                connection.used_at = time.monotonic()
                self._idle[target[:3]].append(connection)
            else:
                connection.abort()

    def _take(self, target: Target, loop: asyncio.AbstractEventLoop) -> Optional[_Connection]:
        if self._closed:
            raise RuntimeError("the client is closed")
        if self._loop is not loop or self._pid != os.getpid():
            # Connections belong to the loop, and to the process, that opened them.
            if self._loop is not None and self._pid == os.getpid() and not self._loop.is_closed():
                for left in self._idle.values():
                    for connection in left:
                        self._loop.call_soon_threadsafe(connection.abort)
            self._idle.clear()
            self._loop, self._pid = loop, os.getpid()
        idle = self._idle.get(target[:3], [])
        while idle:
            connection = idle.pop()
            if connection.fresh():
                return connection
            connection.abort()
        return None

    async def _connect(self, target: Target, deadline: float, timeout: float) -> _Connection:
        loop = asyncio.get_running_loop()
        context = None
        if target.tls:
            if self._ssl is None:
                self._ssl = ssl.create_default_context()
            context = self._ssl
        # The loop shuts a handshake down by itself after a minute; a longer time-out of ours is not cut by that.
        handshake = max(timeout, 60.0) if context else None
        task = asyncio.ensure_future(loop.create_connection(
            _Connection, target.host, target.port, ssl=context, ssl_handshake_timeout=handshake))
        try:
            await asyncio.wait({task}, timeout=max(0.0, deadline - loop.time()))
        except BaseException:
            _give_up(task)
            raise
        if not task.done():
            _give_up(task)
            raise TimeoutError(f"no connection to {target.authority} in time", sent=False)
        try:
            return task.result()[1]
        except (OSError, UnicodeError) as cause:
            raise NetworkError(f"no connection to {target.authority}: {cause}", sent=False) from cause

    async def _exchange(self, connection: _Connection, message: bytes, reader: _http1.ResponseReader, deadline: float) -> None:
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[None] = loop.create_future()
        # asyncio.wait_for() may lose a cancellation that comes together with the result (before Python 3.12).
        alarm = loop.call_at(deadline, _time_is_up, answer)
        try:
            connection.ask(message, reader, answer)
            await answer
        except EOFError as cause:
            raise NetworkError(broken_off(reader)) from cause
        except TimeoutError:
            raise
        except OSError as cause:
            raise NetworkError(f"{broken_off(reader)}: {cause}") from cause
        except (_http1.BadHttp, _http1.TooLong) as cause:
            raise MalformedResponse(str(cause)) from cause
        finally:
            alarm.cancel()

    async def aclose(self) -> None:
        self._closed = True
        connections = [one for idle in self._idle.values() for one in idle]
        self._idle.clear()
        if self._loop is asyncio.get_running_loop():
            for connection in connections:
                connection.abort()
            # One turn of the loop, in which the connections are closed.
            await asyncio.sleep(0)


def _time_is_up(answer: asyncio.Future[None]) -> None:
    if not answer.done():
        answer.set_exception(TimeoutError("no whole answer in time"))


def _give_up(task: asyncio.Future[Tuple[asyncio.Transport, _Connection]]) -> None:
    """Cancels an attempt to connect; if it succeeds all the same, closes what it brought."""

    def close(done: asyncio.Future[Tuple[asyncio.Transport, _Connection]]) -> None:
        if not done.cancelled() and done.exception() is None:
            done.result()[0].abort()

    task.add_done_callback(close)
    task.cancel()
