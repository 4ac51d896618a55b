"""One call: what is sent, what is tried again and when, what comes back. Each case runs with both clients."""

from __future__ import annotations

import json
import unittest
from typing import Any, Dict, List

import perdura
from perdura import ApiError, MalformedResponse, NetworkError, TimeoutError, meta

from .support import Outcome, Script, answer, async_client, run, sync_client

WRITTEN = answer(body={"commit_id": "c"}, headers={"x-request-id": "from-server"})


def busy(status: int = 429, **headers: str) -> perdura.Response:
    return answer(status, {"error": "too_much", "message": "wait"}, {name.replace("_", "-"): value for name, value in headers.items()})


def in_doubt(code: str) -> perdura.Response:
    return answer(503, {"error": code, "message": "perhaps"}, {"retry-after": "1"})


class CallsCase(unittest.TestCase):
    """Sends an operation through one of the clients; subclasses say which."""

    def go(self, script: Script, operation: str, body: Any = None, *, path: Any = None, options: Any = None, random: float = 1.0,
           fields: Any = None, **client: Any) -> Any:
        raise NotImplementedError

    def failing(self, script: Script, kind: Any, operation: str = "write", **more: Any) -> Any:
        with self.assertRaises(kind) as caught:
            self.go(script, operation, **more)
        return caught.exception


class Retrying:
    """The cases. Mixed into a class for each client."""

    def test_a_write_is_repeated_with_the_same_key_and_request_id(self: Any) -> None:
        script = Script(busy(503), NetworkError("gone"), WRITTEN)
        got = self.go(script, "write", {"input_text": "x"})
        self.assertEqual(got, {"commit_id": "c"})
        for name in ("idempotency-key", "x-request-id"):
            sent = script.header(name)
            self.assertEqual(len(set(sent)), 1)
            self.assertRegex(sent[0], r"^[0-9a-f-]{36}$")
        self.assertEqual(len({request.body for request in script.requests}), 1)
        self.assertEqual(len(script.requests), 3)
        self.assertEqual(meta(got).attempts, 3)
        self.assertEqual(meta(got).request_id, "from-server")
        self.assertEqual(meta(got).idempotency_key, script.header("idempotency-key")[0])

    def test_each_call_has_a_key_and_an_id_of_its_own(self: Any) -> None:
        script = Script(WRITTEN)
        self.go(script, "write", {})
        self.go(script, "write", {})
        self.assertEqual(len(set(script.header("idempotency-key"))), 2)
        self.assertEqual(len(set(script.header("x-request-id"))), 2)

    def test_the_caller_may_give_key_and_id(self: Any) -> None:
        script = Script(WRITTEN)
        self.go(script, "write", {}, options={"idempotency_key": "mine", "request_id": "r1"})
        self.assertEqual(script.header("idempotency-key"), ["mine"])
        self.assertEqual(script.header("x-request-id"), ["r1"])

    def test_what_takes_no_key_refuses_one(self: Any) -> None:
        with self.assertRaises(TypeError):
            self.go(Script(WRITTEN), "find", {}, options={"idempotency_key": "mine"})

    def test_the_back_off_doubles_and_is_capped_and_jittered(self: Any) -> None:
        for random, expected in ((1.0, [0.2, 0.4, 0.8, 1.6, 2.0, 2.0]), (0.5, [0.1, 0.2, 0.4, 0.8, 1.0, 1.0]), (0.0, [0.0] * 6)):
            script = Script(busy(502))
            self.failing(script, ApiError, max_retries=6, random=random)
            self.assertEqual([round(one, 9) for one in script.sleeps], expected)

    def test_retry_after_in_seconds_is_waited_exactly(self: Any) -> None:
        for said, waited in (("3", 3.0), ("0.5", 0.5), (" 7 ", 7.0)):
            script = Script(busy(retry_after=said), WRITTEN)
            self.go(script, "write", {}, random=0.0)
            self.assertEqual(script.sleeps, [waited])

    def test_retry_after_as_a_date_is_waited_for(self: Any) -> None:
        script = Script(busy(retry_after="Sun, 01 Mar 2026 12:00:09 GMT"), WRITTEN)
        self.go(script, "write", {})
        self.assertEqual(script.sleeps, [9.0])

    def test_retry_after_that_says_nothing_leaves_it_to_the_back_off(self: Any) -> None:
        for said in ("0", "-3", "soon", "", "1e9", "Sun, 01 Mar 2026 11:00:00 GMT", "٣", "NaN"):
            script = Script(busy(retry_after=said), WRITTEN)
            self.go(script, "write", {})
            self.assertEqual(script.sleeps, [0.2], said)

    def test_a_wait_beyond_the_limit_ends_the_call_at_once(self: Any) -> None:
        script = Script(busy(retry_after="61"), WRITTEN)
        error = self.failing(script, ApiError)
        self.assertEqual((error.retry_after, error.attempts, script.sleeps), (61.0, 1, []))
        script = Script(busy(retry_after="61"), WRITTEN)
        self.go(script, "write", {}, max_retry_after=61)
        self.assertEqual(script.sleeps, [61.0])

    def test_only_what_may_pass_is_tried_again(self: Any) -> None:
        retried = {429, 502, 503, 504}
        for status in (300, 301, 400, 401, 403, 404, 408, 409, 410, 413, 415, 429, 500, 501, 502, 503, 504, 505):
            script = Script(busy(status))
            error = self.failing(script, ApiError)
            expected = 3 if status in retried else 1
            self.assertEqual((len(script.requests), error.attempts, error.status), (expected, expected, status))

    def test_faults_of_the_network_are_tried_again_where_that_is_safe(self: Any) -> None:
        faults: List[Outcome] = [
            NetworkError("gone"), TimeoutError("late"), answer(200, b'{"half'), answer(200, b"\xff{}"), answer(200, [])]
        for fault in faults:
            for operation in ("write", "find", "planningContext", "evaluateRules", "verifyChain", "listTenants", "eraseScope"):
                script = Script(fault, answer())
                self.go(script, operation, {} if operation != "listTenants" else None)
                self.assertEqual(len(script.requests), 2, (fault, operation))

    def test_a_change_without_a_key_is_not_sent_twice(self: Any) -> None:
        faults: List[Outcome] = [
            NetworkError("gone"), TimeoutError("late"), answer(200, b'{"half'), busy(502), busy(504), busy(429), busy(503),
            busy(502, retry_after="1"), in_doubt("database_unavailable"), in_doubt("audit_unavailable")]
        for fault in faults:
            for operation, path in (("createApiKey", {}), ("revokeApiKey", {"id": "k"}), ("deleteTenantQuota", {"tenant_id": "t"}),
                                    ("mcp", {})):
                script = Script(fault, answer())
                self.failing(script, perdura.PerduraError, operation, path=path)
                self.assertEqual(len(script.requests), 1, (fault, operation))

    def test_a_change_without_a_key_is_sent_again_when_it_cannot_have_happened(self: Any) -> None:
        faults: List[Outcome] = [
            NetworkError("refused", sent=False), TimeoutError("no connection", sent=False), busy(429, retry_after="1"),
            busy(503, retry_after="1")]
        for fault in faults:
            script = Script(fault, answer())
            self.go(script, "createApiKey", {})
            self.assertEqual(len(script.requests), 2, fault)

    def test_a_change_without_a_key_is_not_sent_again_when_the_database_was_lost_in_its_midst(self: Any) -> None:
        for code in ("database_unavailable", "audit_unavailable"):
            lost = answer(503, {"error": code, "message": "away"}, {"retry-after": "1"})
            script = Script(lost, answer())
            self.assertEqual(self.failing(script, ApiError, "createApiKey").code, code)
            self.assertEqual(len(script.requests), 1)
            script = Script(lost, answer())
            self.go(script, "write", {})
            self.assertEqual(len(script.requests), 2)

    def test_the_last_fault_is_raised_with_its_attempts(self: Any) -> None:
        error = self.failing(Script(busy(), busy(), NetworkError("gone")), NetworkError, options={"request_id": "mine"})
        self.assertEqual((error.attempts, error.request_id), (3, "mine"))
        self.assertIsInstance(error, ConnectionError)
        error = self.failing(Script(TimeoutError("late")), TimeoutError, max_retries=0)
        self.assertEqual(error.attempts, 1)
        self.assertIsInstance(error, OSError)

    def test_an_answer_that_cannot_be_read_is_said_to_be_one(self: Any) -> None:
        for body in (b"", b"{", b"[]", b'"text"', b"<html>", b"null", b"[" * 100000):
            self.failing(Script(answer(200, body)), MalformedResponse)

    def test_one_call_may_differ_from_its_client(self: Any) -> None:
        script = Script(busy())
        self.failing(script, ApiError, options={"max_retries": 1, "timeout": 0.25, "headers": {"X-Perdura-Probe": "true"}})
        self.assertEqual(len(script.requests), 2)
        self.assertEqual(script.requests[0].timeout, 0.25)
        self.assertEqual(script.header("x-perdura-probe"), ["true", "true"])

    def test_an_option_that_does_not_exist_is_refused(self: Any) -> None:
        with self.assertRaises(TypeError):
            self.go(Script(WRITTEN), "write", {}, options={"retries": 1})

    def test_errors_carry_what_the_server_said(self: Any) -> None:
        refused = answer(400, {"error": "invalid_scope", "message": "no", "details": {"scope": "x"}}, {"x-request-id": "r9"})
        error = self.failing(Script(refused), ApiError)
        self.assertEqual((error.status, error.code, error.message, error.details, error.request_id, error.issues),
                         (400, "invalid_scope", "no", {"scope": "x"}, "r9", []))
        self.assertEqual(str(error), "400 invalid_scope: no")

    def test_issues_are_listed_and_make_the_message(self: Any) -> None:
        issues = [{"path": "nodes.0.type", "message": "Required"}, {"path": "", "message": "bad"}]
        error = self.failing(Script(answer(400, {"error": "invalid_request", "issues": issues})), ApiError)
        self.assertEqual(error.issues, issues)
        self.assertEqual(error.message, "nodes.0.type: Required; request: bad")

    def test_an_error_without_code_is_named_after_its_status(self: Any) -> None:
        for body in (b"<h1>Bad</h1>", b"[]", b'{"message":"x"}', b'{"error":5}', b"", b"\xff"):
            error = self.failing(Script(answer(418, body)), ApiError)
            self.assertEqual((error.code, error.details), ("http_418", None))
        self.assertEqual(self.failing(Script(answer(400, b"<h1>Bad</h1>")), ApiError).body, "<h1>Bad</h1>")

    def test_a_replayed_answer_says_so(self: Any) -> None:
        got = self.go(Script(answer(headers={"idempotency-replayed": "true"})), "write", {})
        self.assertTrue(meta(got).replayed)
        self.assertFalse(meta(self.go(Script(WRITTEN), "write", {})).replayed)

    def test_answers_are_plain_data(self: Any) -> None:
        got = self.go(Script(WRITTEN), "write", {})
        self.assertEqual(json.dumps(got), '{"commit_id": "c"}')
        with self.assertRaises(TypeError):
            meta(dict(got))

    def test_text_comes_as_text(self: Any) -> None:
        got = self.go(Script(answer(200, b"up 1\n", {"x-request-id": "r"})), "metrics")
        self.assertEqual((got, meta(got).request_id), ("up 1\n", "r"))

    def test_a_notification_has_no_answer(self: Any) -> None:
        self.assertIsNone(self.go(Script(answer(202, b"")), "mcp", {"jsonrpc": "2.0", "method": "notifications/initialized"}))
        batch = self.go(Script(answer(200, b'[{"id":1}]')), "mcp", [])
        self.assertEqual((list(batch), meta(batch).status), ([{"id": 1}], 200))


class Sending:
    """What is in a request."""

    def test_credentials_go_only_where_they_are_wanted(self: Any) -> None:
        told: Dict[str, Any] = {"api_key": "k", "bearer": "b", "admin_token": "a", "tenant_id": "acme"}
        wanted = {"write": ("k", "Bearer b", None, "acme"), "recall": ("k", "Bearer b", "a", "acme"), "health": (None, None, None, None),
                  "listTenants": (None, None, "a", None), "exportPack": (None, None, "a", None)}
        for operation, expected in wanted.items():
            script = Script(answer())
            self.go(script, operation, None if operation in ("health", "listTenants") else {}, **told)
            sent = tuple(script.header(name)[0] for name in ("x-api-key", "authorization", "x-admin-token", "x-tenant-id"))
            self.assertEqual(sent, expected, operation)

    def test_nothing_is_sent_that_was_not_given(self: Any) -> None:
        script = Script(answer())
        self.go(script, "write", {})
        self.assertEqual(set(script.requests[0].headers), {"accept", "user-agent", "content-type", "x-request-id", "idempotency-key"})

    def test_tenant_and_scope_of_the_client_fill_what_is_left_open(self: Any) -> None:
        told: Dict[str, Any] = {"tenant_id": "acme", "scope": "ops"}
        script = Script(answer())
        self.go(script, "write", {"input_text": "x"}, **told)
        self.assertEqual(script.body(), {"input_text": "x", "scope": "ops"})
        self.go(script, "write", {"scope": "mine"}, **told)
        self.assertEqual(script.body(), {"scope": "mine"})
        self.go(script, "eraseNode", {"client_id": "c"}, **told)
        self.assertEqual(script.body(), {"client_id": "c", "tenant_id": "acme", "scope": "ops"})
        self.go(script, "listSessionEvents", path={"session_id": "s"}, fields={"limit": 2}, **told)
        self.assertEqual(script.target(), "/v1/memory/sessions/s/events?limit=2&scope=ops")
        self.assertEqual(script.header("x-tenant-id")[-1], "acme")

    def test_a_tenant_that_the_call_names_is_not_contradicted_by_the_header(self: Any) -> None:
        script = Script(answer())
        self.go(script, "write", {"tenant_id": "other"}, tenant_id="acme")
        self.assertEqual((script.body(), script.header("x-tenant-id")), ({"tenant_id": "other"}, [None]))

    def test_tenant_and_scope_of_the_client_never_say_what_is_administered(self: Any) -> None:
        told: Dict[str, Any] = {"tenant_id": "acme", "scope": "ops"}
        script = Script(answer())
        self.go(script, "eraseScope", {"scope": "old"}, **told)
        self.assertEqual(script.body(), {"scope": "old", "tenant_id": "acme"})
        self.go(script, "eraseTenant", {}, **told)
        self.assertEqual(script.body(), {})
        self.go(script, "listApiKeys", **told)
        self.assertEqual(script.target(), "/v1/admin/control/api-keys")
        self.go(script, "replayIncidentPublish", {}, **told)
        self.assertEqual(script.body(), {})

    def test_the_callers_own_body_is_not_changed(self: Any) -> None:
        body = {"input_text": "x"}
        self.go(Script(answer()), "write", body, scope="ops")
        self.assertEqual(body, {"input_text": "x"})

    def test_paths_are_escaped_and_cannot_climb(self: Any) -> None:
        script = Script(answer())
        self.go(script, "listSessionEvents", path={"session_id": "a/b c?ü#%"})
        self.assertEqual(script.target(), "/v1/memory/sessions/a%2Fb%20c%3F%C3%BC%23%25/events")
        for bad in ("", ".", ".."):
            with self.assertRaises(ValueError):
                self.go(script, "listSessionEvents", path={"session_id": bad})

    def test_queries_say_true_and_false_and_repeat_lists(self: Any) -> None:
        script = Script(answer())
        fields = {"include_meta": True, "include_slots": False, "scope": None, "limit": 5}
        self.go(script, "listSessionEvents", path={"session_id": "s"}, fields=fields)
        self.assertEqual(script.target(), "/v1/memory/sessions/s/events?include_meta=true&include_slots=false&limit=5")
        self.go(script, "listTenants", fields={"status": ["a", "b"]})
        self.assertEqual(script.target(), "/v1/admin/control/tenants?status=a&status=b")

    def test_a_base_url_may_have_a_path(self: Any) -> None:
        script = Script(answer())
        self.go(script, "health", base_url="http://server/gateway/")
        self.assertEqual(script.target(), "/gateway/health")

    def test_text_is_sent_as_utf_8_and_half_a_pair_as_an_escape(self: Any) -> None:
        script = Script(answer())
        self.go(script, "write", {"input_text": "ключ"})
        self.assertEqual(script.requests[-1].body, '{"input_text":"ключ"}'.encode())
        self.go(script, "write", {"input_text": "\ud83d"})
        self.assertEqual(script.requests[-1].body, b'{"input_text":"\\ud83d"}')

    def test_numbers_that_json_lacks_are_refused(self: Any) -> None:
        with self.assertRaises(ValueError):
            self.go(Script(answer()), "recall", {"query_embedding": [float("nan")]})

    def test_a_keyword_that_the_operation_lacks_is_refused(self: Any) -> None:
        for operation in ("write", "listTenants", "health"):
            with self.assertRaises(TypeError):
                self.go(Script(answer()), operation, fields={"input_txt": "x"})

    def test_a_body_of_a_newer_server_is_sent_as_it_is(self: Any) -> None:
        script = Script(answer())
        self.go(script, "write", {"field_of_tomorrow": 1})
        self.assertEqual(script.body(), {"field_of_tomorrow": 1})

    def test_body_and_keywords_are_not_mixed(self: Any) -> None:
        with self.assertRaises(TypeError):
            self.go(Script(answer()), "write", {"input_text": "x"}, fields={"scope": "s"})

    def test_a_source_of_credentials_is_asked_before_each_attempt(self: Any) -> None:
        asked: List[int] = []

        def auth() -> Dict[str, str]:
            asked.append(1)
            return {"Authorization": f"Bearer {len(asked)}"}

        script = Script(busy(), answer())
        self.go(script, "write", {}, auth=auth)
        self.assertEqual(script.header("authorization"), ["Bearer 1", "Bearer 2"])
        self.go(script, "health", auth=auth)
        self.assertEqual(len(asked), 2)


class SyncCalls(CallsCase, Retrying, Sending):
    def go(self, script: Script, operation: str, body: Any = None, *, path: Any = None, options: Any = None, random: float = 1.0,
           fields: Any = None, **client: Any) -> Any:
        return sync_client(script, random, **client).call(operation, path, body, fields, options)


class AsyncCalls(CallsCase, Retrying, Sending):
    def go(self, script: Script, operation: str, body: Any = None, *, path: Any = None, options: Any = None, random: float = 1.0,
           fields: Any = None, **client: Any) -> Any:
        return run(async_client(script, random, **client).call(operation, path, body, fields, options))

    def test_a_source_of_credentials_may_be_a_coroutine_function(self) -> None:
        async def auth() -> Dict[str, str]:
            return {"x-api-key": "fresh"}

        script = Script(answer())
        self.go(script, "write", {}, auth=auth)
        self.assertEqual(script.header("x-api-key"), ["fresh"])


class Options(unittest.TestCase):
    def test_settings_that_cannot_be_are_refused(self) -> None:
        bad: List[Dict[str, Any]] = [
            {"base_url": "ftp://x"}, {"base_url": "x"}, {"timeout": 0}, {"max_retries": -1}, {"max_retry_after": -1}]
        for one in bad:
            with self.assertRaises(ValueError):
                perdura.Perdura(**one)
            with self.assertRaises(ValueError):
                perdura.AsyncPerdura(**one)

    def test_credentials_do_not_show(self) -> None:
        self.assertNotIn("secret", repr(perdura.Perdura(api_key="secret")))
