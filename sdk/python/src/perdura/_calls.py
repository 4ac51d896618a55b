"""One call from its arguments to its answer: what is sent, what is tried again, and when. Written once, without input and
output: the clients, synchronous and asynchronous, drive `call_steps`."""

from __future__ import annotations

import json
import random
import uuid
from datetime import datetime, timezone
from email.utils import parsedate_to_datetime
from typing import Any, Callable, Dict, Generator, List, Mapping, NamedTuple, Optional, Tuple, Union
from urllib.parse import quote, urlencode

from ._generated.operations import OPERATIONS, VERSION
from ._operation import CallOptions, Operation
from ._transport import Request, Response
from .errors import ApiError, MalformedResponse, NetworkError, PerduraError, TimeoutError

RETRIED = (429, 502, 503, 504)
# 503 codes of which the server cannot say whether a change was made: the connection was lost while committing, say.
IN_DOUBT = ("database_unavailable", "audit_unavailable")
FIRST_DELAY = 0.2
LONGEST_DELAY = 2.0
OPTIONS = frozenset(CallOptions.__annotations__)


class Meta(NamedTuple):
    """What is known of an answer beside its content."""

    request_id: str
    status: int
    attempts: int
    replayed: bool
    """Whether the server had answered the same Idempotency-Key before."""
    idempotency_key: Optional[str]
    headers: Mapping[str, str]


class Answer(Dict[str, Any]):
    """A JSON object of the server, as a dictionary that knows where it came from: see perdura.meta()."""

    meta: Meta


class ListAnswer(List[Any]):
    meta: Meta


class TextAnswer(str):
    meta: Meta


def meta(answer: Any) -> Meta:
    """What is known of an answer beside its content. Of the object itself, as a method returned it; a copy has forgotten."""
    found = getattr(answer, "meta", None)
    if not isinstance(found, Meta):
        raise TypeError("not an answer as a method of the client returned it")
    return found


class Settings(NamedTuple):
    """What a client is told once."""

    base_url: str
    tenant_id: Optional[str]
    scope: Optional[str]
    api_key: Optional[str]
    bearer: Optional[str]
    admin_token: Optional[str]
    timeout: float
    max_retries: int
    max_retry_after: float
    headers: Mapping[str, str]
    # Of random(), so that tests can choose.
    random: Callable[[], float]
    now: Callable[[], datetime]


def settings(base_url: str, *, tenant_id: Optional[str], scope: Optional[str], api_key: Optional[str], bearer: Optional[str],
             admin_token: Optional[str], timeout: float, max_retries: int, max_retry_after: float,
             headers: Optional[Mapping[str, str]]) -> Settings:
    if not base_url.startswith(("http://", "https://")):
        raise ValueError("base_url must be an http or https URL")
    if timeout <= 0 or max_retries < 0 or max_retry_after < 0:
        raise ValueError("timeout must be positive, max_retries and max_retry_after not negative")
    return Settings(base_url.rstrip("/"), tenant_id, scope, api_key, bearer, admin_token, timeout, max_retries, max_retry_after,
                    dict(headers or {}), random.random, lambda: datetime.now(timezone.utc))


def lowered(headers: Mapping[str, str]) -> Dict[str, str]:
    """Names in lower case, so that a header that is given twice is sent once."""
    return {name.lower(): value for name, value in headers.items()}


class Sleep(NamedTuple):
    seconds: float


# What a call asks its driver to do, one after the other.
Step = Union[Request, Sleep]
Steps = Generator[Step, Optional[Response], Any]


class Prepared(NamedTuple):
    """A call that is ready to be sent, but for the credentials of a pluggable source."""

    operation: Operation
    url: str
    headers: Dict[str, str]
    body: Optional[bytes]
    timeout: float
    max_retries: int
    request_id: str
    idempotency_key: Optional[str]


def prepare(told: Settings, name: str, path: Mapping[str, str], body: Any, fields: Mapping[str, Any],
            options: Optional[CallOptions]) -> Prepared:
    operation = OPERATIONS[name]
    given: CallOptions = options or {}
    unknown = set(given) - OPTIONS
    if unknown:
        raise TypeError(f"options that do not exist: {', '.join(sorted(unknown))}")
    query, extra_headers, payload = _sorted(operation, told, body, fields)
    headers = {"accept": "application/json" if operation.answer == "json" else "*/*", "user-agent": f"perdura-python/{VERSION}"}
    headers.update(lowered(told.headers))
    if operation.credential and told.api_key is not None:
        headers["x-api-key"] = told.api_key
    if operation.credential and told.bearer is not None:
        headers["authorization"] = f"Bearer {told.bearer}"
    if operation.admin and told.admin_token is not None:
        headers["x-admin-token"] = told.admin_token
    # The request's own tenant counts more than the header, but a header that contradicts it may be refused.
    named = "tenant_id" in fields or (operation.record_body and "tenant_id" in payload)
    if operation.tenant_header and told.tenant_id is not None and not named:
        headers["x-tenant-id"] = told.tenant_id
    headers.update(extra_headers)
    headers.update(lowered(given.get("headers", {})))
    content = None
    if operation.has_body:
        headers["content-type"] = "application/json"
        content = to_json(payload)
    request_id = given.get("request_id") or str(uuid.uuid4())
    headers["x-request-id"] = request_id
    key = None
    if operation.keyed:
        key = given.get("idempotency_key") or str(uuid.uuid4())
        headers["idempotency-key"] = key
    elif "idempotency_key" in given:
        raise TypeError(f"{name} takes no Idempotency-Key")
    timeout = given.get("timeout", told.timeout)
    retries = given.get("max_retries", told.max_retries)
    if timeout <= 0 or retries < 0:
        raise ValueError("timeout must be positive and max_retries not negative")
    return Prepared(operation, told.base_url + _path(operation, path) + query, headers, content, timeout, retries, request_id, key)


def _sorted(operation: Operation, told: Settings, body: Any, fields: Mapping[str, Any]) -> Tuple[str, Dict[str, str], Any]:
    """The query, more headers and the body of what was given by keywords and as a body; the client's defaults are in it."""
    query = {key: value for key, value in fields.items() if key in operation.query and value is not None}
    headers = {operation.headers[key]: _text(value) for key, value in fields.items()
               if key in operation.headers and value is not None}
    rest = {key: value for key, value in fields.items() if key not in operation.query and key not in operation.headers}
    unknown = set(rest) - set(operation.fields)
    if unknown:
        raise TypeError(f"{operation.id} has no {', '.join(sorted(unknown))}")
    if operation.record_body:
        if body is not None and rest:
            raise TypeError("give a body or keywords, not both")
        if body is not None and not isinstance(body, Mapping):
            raise TypeError("the body must be a dictionary")
        body = dict(body) if body is not None else rest
    for key in operation.defaults:
        default = told.tenant_id if key == "tenant_id" else told.scope
        if default is None or (key == "tenant_id" and operation.tenant_header):
            continue
        (query if key in operation.query else body).setdefault(key, default)
    pairs = [(operation.query[key], _text(one)) for key, value in query.items()
             for one in (value if isinstance(value, (list, tuple)) else [value])]
    return ("?" + urlencode(pairs) if pairs else ""), headers, body


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def _path(operation: Operation, given: Mapping[str, str]) -> str:
    path = operation.path
    for name in operation.path_names:
        value = given[name]
        if not isinstance(value, str) or value in ("", ".", ".."):
            raise ValueError(f"{name} must be a text, and not empty")
        path = path.replace("{" + name + "}", quote(value, safe=""))
    return path


def to_json(value: Any) -> bytes:
    """Raises ValueError for numbers that JSON does not have."""
    try:
        return json.dumps(value, allow_nan=False, ensure_ascii=False, separators=(",", ":")).encode("utf-8")
    except UnicodeEncodeError:
        # Half a surrogate pair, which UTF-8 cannot say but JSON can; the server decides.
        return json.dumps(value, allow_nan=False, separators=(",", ":")).encode("ascii")


def call_steps(told: Settings, call: Prepared) -> Steps:
    """Tries until there is an answer or no more reason to try. Yields what to send and how long to sleep; a response is sent in,
    a failure of the transport is thrown in."""
    attempt = 0
    while True:
        attempt += 1
        failure: PerduraError
        try:
            response = yield Request(call.operation.method, call.url, call.headers, call.body, call.timeout)
            assert response is not None
            return _answer(call, response, attempt, told.now())
        except (ApiError, NetworkError, TimeoutError, MalformedResponse) as cause:
            failure = cause
        failure.attempts = attempt
        if failure.request_id is None:
            failure.request_id = call.request_id
        wait = _wait(told, call, failure, attempt)
        if wait is None:
            raise failure
        yield Sleep(wait)


def _wait(told: Settings, call: Prepared, failure: PerduraError, attempt: int) -> Optional[float]:
    """Seconds until the next attempt; None when there must be none."""
    if attempt > call.max_retries:
        return None
    backoff: float = told.random() * min(LONGEST_DELAY, FIRST_DELAY * 2 ** (attempt - 1))
    if isinstance(failure, ApiError):
        if failure.status not in RETRIED:
            return None
        after = failure.retry_after
        undone = after is not None and failure.status in (429, 503) and failure.code not in IN_DOUBT
        if not call.operation.repeatable and not undone:
            # A server that says when to come back has not done what it was asked; any other refusal may have come late.
            return None
        if after is not None:
            return after if after <= told.max_retry_after else None
        return backoff
    never_sent = isinstance(failure, (NetworkError, TimeoutError)) and not failure.sent
    return backoff if call.operation.repeatable or never_sent else None


def retry_after(value: Optional[str], now: datetime) -> Optional[float]:
    """Seconds, from a number or an HTTP date; None when it says nothing, or lies in the past."""
    if value is None:
        return None
    value = value.strip()
    try:
        seconds = float(value) if value.replace(".", "", 1).isdigit() and value.isascii() else None
        if seconds is None:
            then = parsedate_to_datetime(value)
            if then.tzinfo is None:
                then = then.replace(tzinfo=timezone.utc)
            seconds = (then - now).total_seconds()
    except (TypeError, ValueError, IndexError, OverflowError):
        return None
    return seconds if seconds > 0 else None


def _answer(call: Prepared, response: Response, attempt: int, now: datetime) -> Any:
    request_id = response.headers.get("x-request-id") or call.request_id
    try:
        if not 200 <= response.status < 300:
            raise ApiError(response.status, _anything(response.body), response.headers,
                           retry_after(response.headers.get("retry-after"), now))
        answer = _content(call.operation, response)
    except PerduraError as failure:
        failure.request_id = request_id
        raise
    if answer is not None and not isinstance(answer, (int, float)):
        answer.meta = Meta(request_id, response.status, attempt, response.headers.get("idempotency-replayed") == "true",
                           call.idempotency_key, response.headers)
    return answer


def _anything(body: bytes) -> Any:
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return body.decode("utf-8", "replace")


def _content(operation: Operation, response: Response) -> Any:
    if operation.answer == "text":
        return TextAnswer(response.body.decode("utf-8", "replace"))
    if not response.body and response.status in (202, 204) and not operation.record_answer:
        return None
    try:
        value = json.loads(response.body.decode("utf-8"))
    except (ValueError, RecursionError) as cause:
        raise MalformedResponse(f"the answer to {operation.id} is not JSON") from cause
    if isinstance(value, dict):
        return Answer(value)
    if operation.record_answer:
        raise MalformedResponse(f"the answer to {operation.id} is not an object")
    if isinstance(value, list):
        return ListAnswer(value)
    return TextAnswer(value) if isinstance(value, str) else value
