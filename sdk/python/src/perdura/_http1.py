"""Reads an HTTP/1.1 answer from bytes as they come, without any input or output of its own, so that both clients share it and
every wait is theirs to bound."""

from __future__ import annotations

from typing import Dict, List, Optional, Tuple

MAX_HEAD = 64 * 1024


class BadHttp(ValueError):
    """The bytes are no HTTP/1.1 answer."""


class TooLong(ValueError):
    """The answer is longer than the client is willing to hold."""


class ResponseReader:
    """feed() bytes until complete; at the end of the stream call end()."""

    def __init__(self, max_body: int) -> None:
        self.status = 0
        self.headers: Dict[str, str] = {}
        self.body = b""
        self.complete = False
        # Whether another request may follow on the connection.
        self.reusable = False
        # Whether anything came at all.
        self.begun = False
        self._max_body = max_body
        self._buffer = bytearray()
        self._chunks: List[bytes] = []
        self._length = 0
        self._state = "head"
        # Bytes of the body, or of the chunk, that are still to come; None until the end of the stream.
        self._left: Optional[int] = None

    def feed(self, data: bytes) -> None:
        if not data:
            return
        if self.complete:
            # What comes after an answer belongs to no request of ours.
            self.reusable = False
            return
        self.begun = True
        self._buffer += data
        while not self.complete and self._step():
            pass
        if self.complete and self._buffer:
            self.reusable = False

    def end(self) -> None:
        """The stream has ended. Raises EOFError when the answer was not whole."""
        if self._state == "body" and self._left is None:
            self._finish()
            self.reusable = False
        if not self.complete:
            raise EOFError

    def _step(self) -> bool:
        if self._state == "head":
            return self._read_head()
        if self._state == "body":
            return self._read_body()
        if self._state == "chunk":
            return self._read_chunk_size()
        return self._read_trailer()

    def _read_head(self) -> bool:
        end = self._buffer.find(b"\r\n\r\n")
        if end > MAX_HEAD or (end < 0 and len(self._buffer) > MAX_HEAD):
            raise BadHttp("the head of the answer is too long")
        if end < 0:
            if not b"HTTP/1.".startswith(bytes(self._buffer[:7])):
                raise BadHttp("not HTTP/1.1")
            return False
        lines = bytes(self._buffer[:end]).decode("latin-1").split("\r\n")
        del self._buffer[:end + 4]
        version, self.status = self._status_line(lines[0])
        headers = self._header_lines(lines[1:])
        if 100 <= self.status < 200:
            if self.status == 101:
                raise BadHttp("the server changed the protocol")
            return True
        self.headers = headers
        self.reusable = self._keeps_alive(version, headers)
        self._frame(headers)
        return True

    @staticmethod
    def _status_line(line: str) -> Tuple[str, int]:
        parts = line.split(" ", 2)
        if len(parts) < 2 or parts[0] not in ("HTTP/1.1", "HTTP/1.0") or len(parts[1]) != 3 or not parts[1].isdigit():
            raise BadHttp(f"not HTTP/1.1: {line[:80]!r}")
        return parts[0], int(parts[1])

    @staticmethod
    def _header_lines(lines: List[str]) -> Dict[str, str]:
        headers: Dict[str, str] = {}
        for line in lines:
            name, colon, value = line.partition(":")
            if not colon or not name or name != name.strip():
                raise BadHttp("a header line that is none")
            name = name.lower()
            value = value.strip()
            if name in headers and name == "content-length" and headers[name] != value:
                raise BadHttp("two lengths")
            headers[name] = value if name not in headers or name == "content-length" else f"{headers[name]}, {value}"
        return headers

    @staticmethod
    def _keeps_alive(version: str, headers: Dict[str, str]) -> bool:
        words = {word.strip().lower() for word in headers.get("connection", "").split(",")}
        return "close" not in words and (version == "HTTP/1.1" or "keep-alive" in words)

    def _frame(self, headers: Dict[str, str]) -> None:
        """Finds out where the body ends."""
        if self.status in (204, 304):
            self._finish()
        elif "transfer-encoding" in headers:
            if headers["transfer-encoding"].lower() != "chunked":
                raise BadHttp("an unknown transfer encoding")
            self._state = "chunk"
        elif "content-length" in headers:
            length = headers["content-length"]
            if not (length.isascii() and length.isdigit()):
                raise BadHttp("a length that is no number")
            self._left = int(length)
            self._bounded(self._left)
            self._state = "body"
            if self._left == 0:
                self._finish()
        else:
            self._state = "body"
            self.reusable = False

    def _bounded(self, more: int) -> None:
        if self._length + more > self._max_body:
            raise TooLong(f"the answer is longer than {self._max_body} bytes")

    def _take(self, most: int) -> int:
        piece = bytes(self._buffer[:most])
        del self._buffer[:most]
        self._chunks.append(piece)
        self._length += len(piece)
        return len(piece)

    def _read_body(self) -> bool:
        if not self._buffer:
            return False
        if self._left is None:
            self._bounded(len(self._buffer))
            self._take(len(self._buffer))
            return False
        self._left -= self._take(self._left)
        if self._left == 0:
            self._finish()
        return self._left == 0

    def _read_chunk_size(self) -> bool:
        """The size line, the chunk, and the line end behind it; _left is None between chunks."""
        if self._left is None:
            line = self._line()
            if line is None:
                return False
            size = line.split(b";", 1)[0].strip()
            if not size or any(byte not in b"0123456789abcdefABCDEF" for byte in size) or len(size) > 15:
                raise BadHttp("a chunk without a size")
            self._left = int(size, 16)
            self._bounded(self._left)
            if self._left == 0:
                self._state = "trailer"
            return True
        if self._left > 0:
            if not self._buffer:
                return False
            self._left -= self._take(self._left)
            return True
        if len(self._buffer) < 2:
            return False
        if self._buffer[:2] != b"\r\n":
            raise BadHttp("a chunk longer than its size")
        del self._buffer[:2]
        self._left = None
        return True

    def _read_trailer(self) -> bool:
        line = self._line()
        if line is None:
            return False
        if not line:
            self._finish()
        return True

    def _line(self) -> Optional[bytes]:
        end = self._buffer.find(b"\r\n")
        if end < 0:
            if len(self._buffer) > MAX_HEAD:
                raise BadHttp("a line without end")
            return None
        line = bytes(self._buffer[:end])
        del self._buffer[:end + 2]
        return line

    def _finish(self) -> None:
        self.body = b"".join(self._chunks)
        self._chunks = []
        self.complete = True


def request_head(method: str, target: str, headers: Dict[str, str]) -> bytes:
    """The head of a request. Refuses what would end a line early."""
    lines = [f"{method} {target} HTTP/1.1"] + [f"{name}: {value}" for name, value in headers.items()]
    for line in lines:
        if any(ord(sign) < 32 and sign != "\t" or ord(sign) == 127 for sign in line):
            raise ValueError(f"a control character in {line.split(':', 1)[0]!r}")
    try:
        return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")
    except UnicodeEncodeError as cause:
        raise ValueError("a header with characters beyond Latin-1") from cause
