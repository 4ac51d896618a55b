"""The reader of answers: whole, in pieces, and wrong."""

from __future__ import annotations

import unittest
from typing import Optional

from perdura import _http1
from perdura._http1 import BadHttp, ResponseReader, TooLong

PLAIN = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nX-A: 1\r\nx-a: 2\r\n\r\nhello"
CHUNKED = b"HTTP/1.1 200 OK\r\ntransfer-encoding: Chunked\r\n\r\n3;x=y\r\nhel\r\n2\r\nlo\r\n0\r\nTrailer: t\r\n\r\n"
TO_THE_END = b"HTTP/1.1 200 OK\r\n\r\nhello"


def read(data: bytes, size: Optional[int] = None, end: bool = False, most: int = 1000) -> ResponseReader:
    reader = ResponseReader(most)
    size = size or max(1, len(data))
    for start in range(0, len(data), size):
        reader.feed(data[start:start + size])
    if end:
        reader.end()
    return reader


class Reading(unittest.TestCase):
    def test_bodies_of_every_framing_are_read_in_pieces_of_every_size(self) -> None:
        for data, end in ((PLAIN, False), (CHUNKED, False), (TO_THE_END, True)):
            for size in range(1, len(data) + 1):
                reader = read(data, size, end)
                self.assertTrue(reader.complete)
                self.assertEqual((reader.status, reader.body), (200, b"hello"))

    def test_headers_are_in_lower_case_and_joined(self) -> None:
        self.assertEqual(read(PLAIN).headers, {"content-length": "5", "x-a": "1, 2"})

    def test_a_connection_is_kept_unless_something_speaks_against_it(self) -> None:
        for data, kept in ((PLAIN, True), (CHUNKED, True), (TO_THE_END, False), (PLAIN + b"HTTP", False),
                           (PLAIN.replace(b"X-A", b"Connection: Close\r\nX-A"), False), (PLAIN.replace(b"1.1", b"1.0"), False),
                           (PLAIN.replace(b"1.1", b"1.0").replace(b"X-A", b"Connection: keep-alive\r\nX-A"), True)):
            self.assertEqual(read(data, end=data is TO_THE_END).reusable, kept, data)

    def test_bytes_after_the_answer_spoil_the_connection(self) -> None:
        reader = read(PLAIN)
        reader.feed(b"x")
        self.assertFalse(reader.reusable)

    def test_interim_answers_are_skipped(self) -> None:
        self.assertEqual(read(b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Hints\r\nlink: x\r\n\r\n" + PLAIN).body, b"hello")

    def test_answers_without_a_body_end_with_their_head(self) -> None:
        for head in (b"HTTP/1.1 204 No Content\r\n\r\n", b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n",
                     b"HTTP/1.1 304 Not Modified\r\ncontent-length: 9\r\n\r\n"):
            reader = read(head)
            self.assertTrue(reader.complete)
            self.assertEqual(reader.body, b"")

    def test_an_answer_that_breaks_off_is_not_taken_for_whole(self) -> None:
        for data in (b"", b"HTTP/1.1 200", PLAIN[:-1], CHUNKED[:-2], CHUNKED[:-20]):
            with self.assertRaises(EOFError):
                read(data, end=True)
        self.assertFalse(read(b"").begun)

    def test_what_is_no_http_is_refused(self) -> None:
        length = b"HTTP/1.1 200 OK\r\ncontent-length: "
        chunk = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n"
        for data in (b"SSH-2.0-x", b"HTTP/2 200\r\n\r\n", b"HTTP/1.1 two\r\n\r\n", b"HTTP/1.1 200 OK\r\nno colon\r\n\r\n",
                     b"HTTP/1.1 200 OK\r\nname : x\r\n\r\n", length + b"-1\r\n\r\n", length + b"1\r\nContent-Length: 2\r\n\r\n",
                     length + "٣".encode() + b"\r\n\r\n", chunk + b"\r\n", chunk + b"-3\r\n", chunk + b"2\r\nabc\r\n",
                     b"HTTP/1.1 200 OK\r\ntransfer-encoding: gzip\r\n\r\n", b"HTTP/1.1 101 Switching\r\n\r\n",
                     b"HTTP/1.1 200 OK\r\nx: " + b"y" * 70000):
            with self.assertRaises(BadHttp, msg=data[:60]):
                read(data)

    def test_a_body_longer_than_allowed_is_refused_before_it_is_held(self) -> None:
        for data in (b"HTTP/1.1 200 OK\r\ncontent-length: 1001\r\n\r\n", TO_THE_END + b"x" * 1000,
                     b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3e9\r\n"):
            with self.assertRaises(TooLong):
                read(data)


class Writing(unittest.TestCase):
    def test_a_head_has_its_lines(self) -> None:
        self.assertEqual(_http1.request_head("GET", "/x", {"host": "h", "a": "b\tc"}), b"GET /x HTTP/1.1\r\nhost: h\r\na: b\tc\r\n\r\n")

    def test_a_value_cannot_add_lines(self) -> None:
        for value in ("a\r\nx: y", "a\nb", "a\0", "\x7f"):
            with self.assertRaises(ValueError):
                _http1.request_head("GET", "/", {"a": value})
        with self.assertRaises(ValueError):
            _http1.request_head("GET", "/", {"a": "ключ"})
