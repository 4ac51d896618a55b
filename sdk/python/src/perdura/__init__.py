"""A client of Perdura, durable memory for AI agents."""

from ._async_client import AsyncPerdura
from ._async_transport import AsyncHttpTransport, AsyncTransport
from ._calls import Meta, meta
from ._client import Perdura
from ._generated.operations import VERSION as __version__
from ._operation import CallOptions
from ._transport import HttpTransport, Request, Response, Transport
from .errors import ApiError, MalformedResponse, NetworkError, PerduraError, TimeoutError

__all__ = [
    "ApiError",
    "AsyncHttpTransport",
    "AsyncPerdura",
    "AsyncTransport",
    "CallOptions",
    "HttpTransport",
    "MalformedResponse",
    "Meta",
    "NetworkError",
    "Perdura",
    "PerduraError",
    "Request",
    "Response",
    "TimeoutError",
    "Transport",
    "__version__",
    "meta",
]
