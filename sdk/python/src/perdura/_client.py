"""The synchronous client."""

from __future__ import annotations

import ssl
import time
from types import TracebackType
from typing import Any, Callable, Dict, Iterator, Mapping, Optional, Type

from . import _calls
from ._generated import resources
from ._operation import Caller, CallOptions
from ._paging import Pages
from ._transport import HttpTransport, Request, Transport
from .errors import PerduraError


class Perdura(Caller):
    """A client of a Perdura server. Threads may share it; close it, or use it in a `with` statement.

    base_url: where the server is, with a path before `/v1` if a gateway adds one.
    tenant_id, scope: for calls on memory that do not say.
    api_key, bearer, admin_token: credentials; each goes only to operations that take it.
    auth: asked for more headers before each attempt that needs a credential, for tokens that expire.
    timeout: seconds for each attempt, all of it.
    max_retries: further attempts after the first, where they are safe.
    max_retry_after: seconds that the server may make a call wait; when it wants more, the error is raised at once.
    headers: sent with every call.
    transport: another way to send requests; its owner closes it.
    """

    def __init__(
        self,
        base_url: str = "http://localhost:3001",
        *,
        tenant_id: Optional[str] = None,
        scope: Optional[str] = None,
        api_key: Optional[str] = None,
        bearer: Optional[str] = None,
        admin_token: Optional[str] = None,
        auth: Optional[Callable[[], Mapping[str, str]]] = None,
        timeout: float = 10.0,
        max_retries: int = 2,
        max_retry_after: float = 60.0,
        headers: Optional[Mapping[str, str]] = None,
        ssl_context: Optional[ssl.SSLContext] = None,
        transport: Optional[Transport] = None,
    ) -> None:
        self._settings = _calls.settings(
            base_url, tenant_id=tenant_id, scope=scope, api_key=api_key, bearer=bearer, admin_token=admin_token,
            timeout=timeout, max_retries=max_retries, max_retry_after=max_retry_after, headers=headers)
        self._auth = auth
        self._own = None if transport else HttpTransport(ssl_context)
        self._transport: Transport = transport or self._own or HttpTransport()
        self._sleep: Callable[[float], None] = time.sleep
        self.memory = resources.Memory(self)
        self.sessions = resources.Sessions(self)
        self.rules = resources.Rules(self)
        self.tools = resources.Tools(self)
        self.planning = resources.Planning(self)
        self.packs = resources.Packs(self)
        self.mcp = resources.Mcp(self)
        self.health = resources.Health(self)
        self.admin = resources.Admin(self)

    @property
    def may_administer(self) -> bool:
        """Whether calls carry an admin token, as far as the client knows."""
        return self._settings.admin_token is not None or self._auth is not None

    def call(self, operation: str, path: Optional[Mapping[str, str]] = None, body: Any = None,
             fields: Optional[Dict[str, Any]] = None, options: Optional[CallOptions] = None) -> Any:
        """Calls an operation by the operationId of the OpenAPI document. The methods of the groups come here."""
        prepared = _calls.prepare(self._settings, operation, path or {}, body, fields or {}, options)
        steps = _calls.call_steps(self._settings, prepared)
        try:
            step = next(steps)
            while True:
                if isinstance(step, _calls.Sleep):
                    self._sleep(step.seconds)
                    step = steps.send(None)
                    continue
                request = self._authorised(prepared, step)
                try:
                    response = self._transport.send(request)
                except PerduraError as failure:
                    step = steps.throw(failure)
                else:
                    step = steps.send(response)
        except StopIteration as done:
            return done.value

    def _authorised(self, call: _calls.Prepared, request: Request) -> Request:
        if self._auth is None or not (call.operation.credential or call.operation.admin):
            return request
        return request._replace(headers={**request.headers, **_calls.lowered(self._auth())})

    def pages(self, operation: str, path: Mapping[str, str], body: Any, fields: Dict[str, Any],
              options: Optional[CallOptions]) -> Iterator[Any]:
        pages = Pages(operation, body, fields)
        following = True
        while following:
            rows, following = pages.take(self.call(operation, path, None, pages.fields, options))
            yield from rows

    def close(self) -> None:
        """Closes the connections, unless the transport was given."""
        if self._own:
            self._own.close()

    def __enter__(self) -> Perdura:
        return self

    def __exit__(self, kind: Optional[Type[BaseException]], error: Optional[BaseException],
                 trace: Optional[TracebackType]) -> None:
        self.close()
