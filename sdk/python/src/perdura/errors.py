"""What can go wrong with a call."""

from __future__ import annotations

import builtins
from typing import Any, Dict, List, Mapping, Optional


class PerduraError(Exception):
    """Base of every error of a call."""

    request_id: Optional[str] = None
    """The id under which the server's log knows the call."""
    attempts: int = 1
    """How often it was tried."""


class ApiError(PerduraError):
    """The server refused, or said that it cannot."""

    def __init__(self, status: int, body: Any, headers: Mapping[str, str], retry_after: Optional[float] = None) -> None:
        said: Mapping[str, Any] = body if isinstance(body, dict) else {}
        self.status = status
        code = said.get("error")
        self.code: str = code if isinstance(code, str) and code else f"http_{status}"
        """The code for machines: `error` of the answer, or http_<status>."""
        message = said.get("message")
        issues = said.get("issues")
        self.issues: List[Dict[str, Any]] = [one for one in issues if isinstance(one, dict)] if isinstance(issues, list) else []
        """What the schema said of the request: path and message of each fault."""
        self.message: str = message if isinstance(message, str) else "; ".join(
            f"{one.get('path') or 'request'}: {one.get('message')}" for one in self.issues)
        self.details: Any = said.get("details")
        self.body = body
        """The answer as it came: JSON, or text where it was none."""
        self.headers = headers
        self.retry_after = retry_after
        """Seconds to wait, if the server said so."""
        super().__init__(f"{status} {self.code}" + (f": {self.message}" if self.message else ""))


class NetworkError(PerduraError, ConnectionError):
    """No connection, or one that broke before the answer was whole."""

    def __init__(self, message: str, sent: bool = True) -> None:
        super().__init__(message)
        self.sent = sent
        """False when nothing can have reached the server."""


class TimeoutError(PerduraError, builtins.TimeoutError):
    """No whole answer in time."""

    def __init__(self, message: str, sent: bool = True) -> None:
        super().__init__(message)
        self.sent = sent


class MalformedResponse(PerduraError, ValueError):
    """The server's answer cannot be read. What was asked for may have happened."""
