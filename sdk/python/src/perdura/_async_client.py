"""The asynchronous client."""

from __future__ import annotations

import asyncio
import inspect
import ssl
from types import TracebackType
from typing import Any, AsyncIterator, Awaitable, Callable, Dict, Mapping, Optional, Type, Union

from . import _calls
from ._async_transport import AsyncHttpTransport, AsyncTransport
from ._generated import async_resources as resources
from ._operation import AsyncCaller, CallOptions
from ._paging import Pages
from ._transport import Request
from .errors import PerduraError


class AsyncPerdura(AsyncCaller):
    """Like Perdura, for asyncio. Tasks of one event loop may share it; close it with `aclose()`, or use it in an `async with`
    statement. A cancelled call ends its connection at once; whether the server did what was asked is then unknown. `auth` may
    be a coroutine function.
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
        auth: Optional[Callable[[], Union[Mapping[str, str], Awaitable[Mapping[str, str]]]]] = None,
        timeout: float = 10.0,
        max_retries: int = 2,
        max_retry_after: float = 60.0,
        headers: Optional[Mapping[str, str]] = None,
        ssl_context: Optional[ssl.SSLContext] = None,
        transport: Optional[AsyncTransport] = None,
    ) -> None:
        self._settings = _calls.settings(
            base_url, tenant_id=tenant_id, scope=scope, api_key=api_key, bearer=bearer, admin_token=admin_token,
            timeout=timeout, max_retries=max_retries, max_retry_after=max_retry_after, headers=headers)
        self._auth = auth
        self._own = None if transport else AsyncHttpTransport(ssl_context)
        self._transport: AsyncTransport = transport or self._own or AsyncHttpTransport()
        self._sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
        self.memory = resources.AsyncMemory(self)
        self.sessions = resources.AsyncSessions(self)
        self.rules = resources.AsyncRules(self)
        self.tools = resources.AsyncTools(self)
        self.planning = resources.AsyncPlanning(self)
        self.packs = resources.AsyncPacks(self)
        self.mcp = resources.AsyncMcp(self)
        self.health = resources.AsyncHealth(self)
        self.admin = resources.AsyncAdmin(self)

    @property
    def may_administer(self) -> bool:
        """Whether calls carry an admin token, as far as the client knows."""
        return self._settings.admin_token is not None or self._auth is not None

    async def call(self, operation: str, path: Optional[Mapping[str, str]] = None, body: Any = None,
                   fields: Optional[Dict[str, Any]] = None, options: Optional[CallOptions] = None) -> Any:
        """Calls an operation by the operationId of the OpenAPI document. The methods of the groups come here."""
        prepared = _calls.prepare(self._settings, operation, path or {}, body, fields or {}, options)
        steps = _calls.call_steps(self._settings, prepared)
        try:
            step = next(steps)
            while True:
                if isinstance(step, _calls.Sleep):
                    await self._sleep(step.seconds)
                    step = steps.send(None)
                    continue
                request = await self._authorised(prepared, step)
                try:
                    response = await self._transport.send(request)
                except PerduraError as failure:
                    step = steps.throw(failure)
                else:
                    step = steps.send(response)
        except StopIteration as done:
            return done.value

    async def _authorised(self, call: _calls.Prepared, request: Request) -> Request:
        if self._auth is None or not (call.operation.credential or call.operation.admin):
            return request
        more = self._auth()
        headers = await more if inspect.isawaitable(more) else more
        return request._replace(headers={**request.headers, **_calls.lowered(headers)})

    async def pages(self, operation: str, path: Mapping[str, str], body: Any, fields: Dict[str, Any],
                    options: Optional[CallOptions]) -> AsyncIterator[Any]:
        pages = Pages(operation, body, fields)
        following = True
        while following:
            rows, following = pages.take(await self.call(operation, path, None, pages.fields, options))
            for row in rows:
                yield row

    async def aclose(self) -> None:
        """Closes the connections, unless the transport was given."""
        if self._own:
            await self._own.aclose()

    async def __aenter__(self) -> AsyncPerdura:
        return self

    async def __aexit__(self, kind: Optional[Type[BaseException]], error: Optional[BaseException],
                        trace: Optional[TracebackType]) -> None:
        await self.aclose()
