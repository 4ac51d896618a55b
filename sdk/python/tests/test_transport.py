"""Real connections: kept, found stale, timed out, broken, cancelled."""

from __future__ import annotations

import asyncio
import json
import os
import socket
import ssl
import subprocess
import tempfile
import threading
import time
import unittest
from pathlib import Path
from typing import Any, Callable, List

import perdura
from perdura import AsyncHttpTransport, HttpTransport, MalformedResponse, NetworkError, Request, Response, TimeoutError

from .support import Peer, RawServer, echo


def get(url: str, timeout: float = 5.0) -> Request:
    return Request("GET", url + "/x", {}, None, timeout)


def post(url: str, body: bytes, timeout: float = 5.0) -> Request:
    return Request("POST", url + "/x", {}, body, timeout)


class Session:
    """Sends requests one after the other over one transport."""

    def send(self, request: Request) -> Response:
        raise NotImplementedError

    def close(self) -> None:
        raise NotImplementedError


class SyncSession(Session):
    def __init__(self, **options: Any) -> None:
        self.transport = HttpTransport(**options)

    def send(self, request: Request) -> Response:
        return self.transport.send(request)

    def close(self) -> None:
        self.transport.close()


class AsyncSession(Session):
    def __init__(self, **options: Any) -> None:
        self.loop = asyncio.new_event_loop()
        self.transport = AsyncHttpTransport(**options)

    def send(self, request: Request) -> Response:
        return self.loop.run_until_complete(self.transport.send(request))

    def close(self) -> None:
        self.loop.run_until_complete(self.transport.aclose())
        self.loop.close()


def connection_of(response: Response) -> int:
    return int(json.loads(response.body)["connection"])


class Connections:
    session: Callable[..., Session]

    def open(self: Any, **options: Any) -> Session:
        made: Session = self.session(**options)
        self.addCleanup(made.close)
        return made

    def test_a_connection_is_used_again(self: Any) -> None:
        with RawServer(echo) as server:
            session = self.open()
            self.assertEqual([connection_of(session.send(get(server.url))) for _ in range(3)], [1, 1, 1])
            self.assertEqual(connection_of(session.send(post(server.url, b"abc"))), 1)

    def test_a_connection_that_the_server_closed_is_not_used_again(self: Any) -> None:
        closed = threading.Event()

        def once(peer: Peer) -> None:
            peer.request()
            peer.answer(json.dumps({"connection": peer.number}).encode())
            peer.sock.shutdown(socket.SHUT_RDWR)
            closed.set()

        with RawServer(once) as server:
            session = self.open()
            for expected in (1, 2, 3):
                closed.clear()
                self.assertEqual(connection_of(session.send(get(server.url))), expected)
                self.assertTrue(closed.wait(5))
                # Let the loop of the asynchronous client, which sleeps between requests, and the kernel see it.
                self.pause(session)

    def pause(self: Any, session: Session) -> None:
        time.sleep(0.02)
        if isinstance(session, AsyncSession):
            session.loop.run_until_complete(asyncio.sleep(0.02))

    def test_a_connection_on_which_something_came_unasked_is_not_used_again(self: Any) -> None:
        said = threading.Event()

        def chatty(peer: Peer) -> None:
            peer.request()
            peer.answer(json.dumps({"connection": peer.number}).encode())
            time.sleep(0.05)
            peer.answer(b'{"connection": 99}')
            said.set()
            peer.gone(2)

        with RawServer(chatty) as server:
            session = self.open()
            self.assertEqual(connection_of(session.send(get(server.url))), 1)
            self.assertTrue(said.wait(5))
            self.pause(session)
            self.assertEqual(connection_of(session.send(get(server.url))), 2)

    def test_a_connection_that_was_idle_for_long_is_not_used_again(self: Any) -> None:
        with RawServer(echo) as server:
            session = self.open()
            session.send(get(server.url))
            for idle in session.transport._idle.values():
                for connection in idle:
                    connection.used_at -= 60
            self.assertEqual(connection_of(session.send(get(server.url))), 2)

    def test_an_answer_that_closes_is_believed(self: Any) -> None:
        def closing(peer: Peer) -> None:
            while peer.request():
                peer.answer(json.dumps({"connection": peer.number}).encode(), "connection: close\r\n")

        with RawServer(closing) as server:
            session = self.open()
            self.assertEqual([connection_of(session.send(get(server.url))) for _ in range(2)], [1, 2])

    def test_a_slow_body_ends_with_the_time_although_bytes_keep_coming(self: Any) -> None:
        gone: List[bool] = []

        def dripping(peer: Peer) -> None:
            peer.request()
            peer.send(b"HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n")
            for _ in range(60):
                time.sleep(0.05)
                try:
                    peer.send(b"x")
                except OSError:
                    gone.append(True)
                    return

        with RawServer(dripping) as server:
            began = time.monotonic()
            with self.assertRaises(TimeoutError) as caught:
                self.open().send(get(server.url, 0.3))
            self.assertLess(time.monotonic() - began, 2.5)
            self.assertTrue(caught.exception.sent)
        self.assertEqual(gone, [True])

    def test_a_slow_head_ends_with_the_time(self: Any) -> None:
        def silent(peer: Peer) -> None:
            peer.request()
            peer.gone(5)

        with RawServer(silent) as server:
            began = time.monotonic()
            with self.assertRaises(TimeoutError):
                self.open().send(get(server.url, 0.2))
            self.assertLess(time.monotonic() - began, 3.0)

    def test_a_connection_that_is_not_made_in_time_is_known_not_to_have_sent(self: Any) -> None:
        # A listener whose queue is full: the system leaves further connections waiting.
        with socket.create_server(("127.0.0.1", 0), backlog=0) as full:
            waiting = []
            try:
                for _ in range(4):
                    sock = socket.socket()
                    sock.setblocking(False)
                    sock.connect_ex(full.getsockname())
                    waiting.append(sock)
                with self.assertRaises(TimeoutError) as caught:
                    self.open().send(get(f"http://127.0.0.1:{full.getsockname()[1]}", 0.3))
                self.assertFalse(caught.exception.sent)
            finally:
                for sock in waiting:
                    sock.close()

    def test_a_refused_connection_is_known_not_to_have_sent(self: Any) -> None:
        with socket.create_server(("127.0.0.1", 0)) as listener:
            port = listener.getsockname()[1]
        with self.assertRaises(NetworkError) as caught:
            self.open().send(get(f"http://127.0.0.1:{port}"))
        self.assertFalse(caught.exception.sent)

    def test_a_name_without_address_is_a_fault_of_the_network(self: Any) -> None:
        for host in ("name.invalid", "a" * 70 + ".invalid"):
            with self.assertRaises(NetworkError) as caught:
                self.open().send(get(f"http://{host}:1"))
            self.assertFalse(caught.exception.sent)

    def test_a_connection_that_breaks_says_when(self: Any) -> None:
        for data, words in ((b"", "without an answer"), (b"HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nhalf", "within the answer")):
            def breaking(peer: Peer, data: bytes = data) -> None:
                peer.request()
                peer.send(data)

            with RawServer(breaking) as server:
                with self.assertRaisesRegex(NetworkError, words) as caught:
                    self.open().send(get(server.url))
                self.assertTrue(caught.exception.sent)

    def test_a_reset_is_a_fault_of_the_network(self: Any) -> None:
        def resetting(peer: Peer) -> None:
            peer.request()
            peer.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")

        with RawServer(resetting) as server:
            with self.assertRaises(NetworkError):
                self.open().send(get(server.url))

    def test_what_is_no_http_is_malformed(self: Any) -> None:
        def other(peer: Peer) -> None:
            peer.request()
            peer.send(b"SSH-2.0-OpenSSH\r\n")
            peer.gone(2)

        with RawServer(other) as server:
            with self.assertRaises(MalformedResponse):
                self.open().send(get(server.url))

    def test_an_answer_that_is_too_long_is_refused(self: Any) -> None:
        with RawServer(echo) as server:
            with self.assertRaises(MalformedResponse):
                self.open(max_body=10).send(get(server.url))

    def test_a_refusal_before_the_whole_body_was_read_is_seen(self: Any) -> None:
        def impatient(peer: Peer) -> None:
            peer.sock.recv(1000)
            peer.send(b"HTTP/1.1 413 Too Large\r\ncontent-length: 2\r\nconnection: close\r\n\r\n{}")
            peer.sock.shutdown(socket.SHUT_WR)
            while peer.sock.recv(65536):
                pass

        with RawServer(impatient) as server:
            self.assertEqual(self.open().send(post(server.url, b"x" * 4_000_000)).status, 413)

    def test_chunks_are_put_together(self: Any) -> None:
        def chunked(peer: Peer) -> None:
            while peer.request():
                for piece in (b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n", b"4\r\n{\"a\"\r", b"\n3\r\n:1}\r\n0\r\n\r\n"):
                    peer.send(piece)
                    time.sleep(0.01)

        with RawServer(chunked) as server:
            session = self.open()
            self.assertEqual([session.send(get(server.url)).body for _ in range(2)], [b'{"a":1}'] * 2)
            self.assertEqual(server.connections, 1)

    def test_urls_that_cannot_be_are_refused(self: Any) -> None:
        for url in ("ftp://x", "http:///x", "http://user:secret@host"):
            with self.assertRaises(ValueError):
                self.open().send(get(url))

    def test_a_closed_client_sends_nothing(self: Any) -> None:
        session = self.open()
        if isinstance(session, AsyncSession):
            session.loop.run_until_complete(session.transport.aclose())
        else:
            session.close()
        with self.assertRaises(RuntimeError):
            session.send(get("http://127.0.0.1:1"))

    def test_tls_is_spoken_and_the_certificate_checked(self: Any) -> None:
        with tempfile.TemporaryDirectory() as folder:
            pair = Path(folder) / "pair.pem"
            made = subprocess.run(
                ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj",
                 "/CN=localhost", "-addext", "subjectAltName=DNS:localhost", "-keyout", str(pair), "-out", str(pair) + ".crt"],
                capture_output=True)
            if made.returncode:
                self.skipTest("no openssl to make a certificate with")
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(str(pair) + ".crt", str(pair))

            def secure(peer: Peer) -> None:
                peer.sock = context.wrap_socket(peer.sock, server_side=True)
                echo(peer)

            with RawServer(secure) as server:
                url = server.url.replace("http://127.0.0.1", "https://localhost")
                trusting = self.open(ssl_context=ssl.create_default_context(cafile=str(pair) + ".crt"))
                self.assertEqual([connection_of(trusting.send(get(url))) for _ in range(3)], [1, 1, 1])
                with self.assertRaises(NetworkError) as caught:
                    self.open().send(get(url))
                self.assertFalse(caught.exception.sent)


class SyncConnections(unittest.TestCase, Connections):
    session = SyncSession

    def test_threads_share_a_client(self) -> None:
        with RawServer(echo) as server, perdura.Perdura(server.url) as client:
            seen: List[str] = []

            def work(number: int) -> None:
                for _ in range(20):
                    seen.append(client.call("getJobRun", {"run_id": str(number)})["line"])

            threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            self.assertEqual(len(seen), 160)
            self.assertEqual(sorted(set(seen)), [f"GET /v1/admin/control/job-runs/{number} HTTP/1.1" for number in range(8)])
            self.assertLessEqual(server.connections, 8)

    def test_an_interrupted_exchange_ends_its_connection(self) -> None:
        gone: List[bool] = []
        asked = threading.Event()

        def silent(peer: Peer) -> None:
            peer.request()
            asked.set()
            gone.append(peer.gone(5))

        class Interrupting(HttpTransport):
            def _exchange(self, *arguments: Any) -> Any:
                sock, message, _ = arguments
                sock.sendall(message)
                asked.wait(5)
                raise KeyboardInterrupt

        with RawServer(silent) as server:
            with self.assertRaises(KeyboardInterrupt):
                Interrupting().send(get(server.url))
            asked.wait(5)
        self.assertEqual(gone, [True])

    @unittest.skipUnless(hasattr(os, "fork"), "needs fork")
    def test_a_child_after_fork_opens_connections_of_its_own(self) -> None:
        with RawServer(echo) as server:
            session = SyncSession()
            self.addCleanup(session.close)
            session.send(get(server.url))
            session.transport._pid -= 1
            self.assertEqual(connection_of(session.send(get(server.url))), 2)


class AsyncConnections(unittest.TestCase, Connections):
    session = AsyncSession

    def test_a_cancelled_call_ends_its_connection_and_is_not_tried_again(self) -> None:
        asked = threading.Event()
        gone: List[bool] = []

        def silent(peer: Peer) -> None:
            peer.request()
            asked.set()
            gone.append(peer.gone(3))

        async def scene(url: str) -> None:
            async with perdura.AsyncPerdura(url) as client:
                task = asyncio.ensure_future(client.memory.find(scope="s"))
                while not asked.is_set():
                    await asyncio.sleep(0.01)
                task.cancel()
                with self.assertRaises(asyncio.CancelledError):
                    await task
                # While the loop still runs: its end would close everything.
                while not gone:
                    await asyncio.sleep(0.01)

        with RawServer(silent) as server:
            asyncio.run(scene(server.url))
            self.assertEqual(server.connections, 1)
        self.assertEqual(gone, [True])

    def test_a_call_can_be_cancelled_while_it_waits_to_try_again(self) -> None:
        def busy(peer: Peer) -> None:
            while peer.request():
                peer.send(b"HTTP/1.1 503 Busy\r\nretry-after: 30\r\ncontent-length: 2\r\n\r\n{}")

        async def scene(url: str) -> float:
            async with perdura.AsyncPerdura(url) as client:
                began = time.monotonic()
                with self.assertRaises(asyncio.TimeoutError):
                    await asyncio.wait_for(client.memory.find(scope="s"), 0.2)
                return time.monotonic() - began

        with RawServer(busy) as server:
            self.assertLess(asyncio.run(scene(server.url)), 10.0)

    def test_cancelling_while_connecting_leaves_nothing_behind(self) -> None:
        gone: List[bool] = []

        async def scene(server: RawServer) -> None:
            transport = AsyncHttpTransport()
            task = asyncio.ensure_future(transport.send(get(server.url)))
            await asyncio.sleep(0)
            await asyncio.sleep(0)
            task.cancel()
            with self.assertRaises(asyncio.CancelledError):
                await task
            await asyncio.sleep(0.1)
            while len(gone) < server.connections:
                await asyncio.sleep(0.01)
            self.assertEqual(transport._idle, {})
            await transport.aclose()

        with RawServer(lambda peer: gone.append(peer.gone(2))) as server:
            asyncio.run(scene(server))
        self.assertNotIn(False, gone)

    def test_many_tasks_share_a_client(self) -> None:
        async def scene(url: str) -> List[Any]:
            async with perdura.AsyncPerdura(url) as client:
                await asyncio.gather(*(client.admin.get_job_run(str(number)) for number in range(30)))
                return [await client.admin.get_job_run(str(number)) for number in range(5)]

        with RawServer(echo) as server:
            lines = [one["line"] for one in asyncio.run(scene(server.url))]
            self.assertEqual(lines, [f"GET /v1/admin/control/job-runs/{number} HTTP/1.1" for number in range(5)])
            self.assertLessEqual(server.connections, 30)

    def test_another_event_loop_opens_connections_of_its_own(self) -> None:
        loops = [asyncio.new_event_loop() for _ in range(2)]
        with RawServer(echo) as server:
            transport = AsyncHttpTransport()
            numbers = [connection_of(loop.run_until_complete(transport.send(get(server.url)))) for loop in loops]
            self.assertEqual(numbers, [1, 2])
            loops[1].run_until_complete(transport.aclose())
        for loop in loops:
            loop.run_until_complete(asyncio.sleep(0.01))
            loop.close()
