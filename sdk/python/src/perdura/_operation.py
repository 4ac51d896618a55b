"""What the client knows about an operation, and what callers may say about a call. Filled by the generated table."""

from __future__ import annotations

from typing import Any, AsyncIterator, Dict, Iterator, Mapping, NamedTuple, Optional, Tuple, TypedDict


class Pager(NamedTuple):
    """How a list goes on, as x-perdura-page says it in the OpenAPI document."""

    # The key of the answer with the rows.
    items: str
    # What moves: "offset", "cursor" or "before".
    by: str
    # Of the last row what comes into "before".
    key: str


class Operation(NamedTuple):
    id: str
    # Group and method of the client: "memory.find".
    name: str
    method: str
    path: str
    path_names: Tuple[str, ...]
    # Keyword -> name on the wire.
    query: Mapping[str, str]
    headers: Mapping[str, str]
    has_body: bool
    # Whether the body is an object whose fields can be given as keywords.
    record_body: bool
    # These fields. A body may have others, of a newer server.
    fields: Tuple[str, ...]
    # "json" or "text".
    answer: str
    # Whether a JSON answer must be an object.
    record_answer: bool
    # Takes an Idempotency-Key.
    keyed: bool
    read_only: bool
    # Takes the header x-tenant-id.
    tenant_header: bool
    # Of tenant_id and scope those that the client's defaults fill in.
    defaults: Tuple[str, ...]
    # Wants an API key or a token.
    credential: bool
    # Takes the admin token.
    admin: bool
    pager: Optional[Pager]

    @property
    def repeatable(self) -> bool:
        """Whether sending it twice does no harm."""
        return self.read_only or self.keyed


class CallOptions(TypedDict, total=False):
    """What one call may do differently from its client."""

    timeout: float
    """Seconds for each attempt."""
    max_retries: int
    idempotency_key: str
    """A key of your own, for a write that you may repeat after a crash. Without it every call gets a fresh one."""
    request_id: str
    headers: Mapping[str, str]
    """More headers."""


class Caller:
    """What the generated resources need of a client."""

    def call(self, operation: str, path: Mapping[str, str], body: Any, fields: Dict[str, Any],
             options: Optional[CallOptions]) -> Any:
        raise NotImplementedError

    def pages(self, operation: str, path: Mapping[str, str], body: Any, fields: Dict[str, Any],
              options: Optional[CallOptions]) -> Iterator[Any]:
        raise NotImplementedError


class AsyncCaller:
    """What the generated asynchronous resources need of a client."""

    async def call(self, operation: str, path: Mapping[str, str], body: Any, fields: Dict[str, Any],
                   options: Optional[CallOptions]) -> Any:
        raise NotImplementedError

    def pages(self, operation: str, path: Mapping[str, str], body: Any, fields: Dict[str, Any],
              options: Optional[CallOptions]) -> AsyncIterator[Any]:
        raise NotImplementedError
