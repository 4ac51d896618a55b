"""Iterators: every row once, no request more than needed, and how the end is known."""

from __future__ import annotations

import unittest
from typing import Any, Dict, List, Mapping
from urllib.parse import parse_qs, urlsplit

from perdura import MalformedResponse

from .support import Script, answer, async_client, run, sync_client


class Rows(Script):
    """A server with so many rows that pages as the operation does, and cuts pages that are too long."""

    def __init__(self, style: str, key: str, count: int, longest: int = 500) -> None:
        super().__init__(answer())
        self.style, self.key, self.count, self.longest = style, key, count, longest
        self.limits: List[int] = []

    def next(self, request: Any) -> Any:
        self.requests.append(request)
        query = {name: values[0] for name, values in parse_qs(urlsplit(request.url).query).items()}
        asked: Mapping[str, Any] = self.body() if request.body else query
        self.limits.append(int(asked["limit"]))
        size = min(int(asked["limit"]), self.longest)
        start = int(asked.get("offset", 0))
        if self.style == "before" and "before" in asked:
            start = int(asked["before"]) + 1
        if self.style == "cursor" and "cursor" in asked:
            start = int(asked["cursor"])
        rows = [{"id": number, "run_id": str(number)} for number in range(start, min(start + size, self.count))]
        more = start + len(rows) < self.count
        body: Dict[str, Any] = {self.key: rows}
        if self.style == "page":
            body["page"] = {"has_more": more}
        if self.style == "cursor":
            body["cursor"] = {"next": str(start + len(rows)) if more else None}
        return answer(body=body)


class Iterating(unittest.TestCase):
    def rows(self, script: Script, operation: str, body: Any = None, path: Any = None, **fields: Any) -> List[int]:
        both: List[List[int]] = [
            [row["id"] for row in sync_client(script).pages(operation, path or {}, body, fields, None)],
            run(self.gathered(script, operation, body, path, fields)),
        ]
        self.assertEqual(both[0], both[1])
        return both[0]

    async def gathered(self, script: Script, operation: str, body: Any, path: Any, fields: Dict[str, Any]) -> List[int]:
        return [row["id"] async for row in async_client(script).pages(operation, path or {}, body, fields, None)]

    def requests(self, script: Script) -> int:
        """For one of the two clients."""
        return len(script.requests) // 2

    def test_pages_that_say_whether_there_are_more(self) -> None:
        for count, requests in ((0, 1), (3, 1), (100, 1), (101, 2), (250, 3)):
            script = Rows("page", "nodes", count)
            self.assertEqual(self.rows(script, "find", scope="s"), list(range(count)))
            self.assertEqual(self.requests(script), requests)
            self.assertEqual(script.body()["scope"], "s")

    def test_a_body_is_taken_as_well_and_not_changed(self) -> None:
        body = {"limit": 2, "offset": 1}
        script = Rows("page", "nodes", 6)
        self.assertEqual(self.rows(script, "find", body), [1, 2, 3, 4, 5])
        self.assertEqual((self.requests(script), body), (3, {"limit": 2, "offset": 1}))

    def test_events_of_a_session(self) -> None:
        script = Rows("page", "events", 5)
        self.assertEqual(self.rows(script, "listSessionEvents", path={"session_id": "s"}, limit=2), list(range(5)))
        self.assertIn("/v1/memory/sessions/s/events?limit=2&offset=4", script.target())

    def test_lists_that_say_nothing_end_with_a_short_page(self) -> None:
        for count in (0, 1, 99, 100, 101, 250):
            self.assertEqual(self.rows(Rows("offset", "tenants", count), "listTenants"), list(range(count)))

    def test_a_server_that_cuts_long_pages_does_not_end_the_list(self) -> None:
        self.assertEqual(self.rows(Rows("offset", "keys", 1200), "listApiKeys", limit=5000), list(range(1200)))

    def test_cursors_are_followed(self) -> None:
        script = Rows("cursor", "series", 250)
        self.assertEqual(self.rows(script, "getTenantTimeseries", path={"tenant_id": "t"}), list(range(250)))
        self.assertEqual(self.requests(script), 3)

    def test_a_cursor_that_does_not_move_ends_the_list(self) -> None:
        script = Script(answer(body={"series": [{"id": 1}], "cursor": {"next": "x"}}))
        self.assertEqual(self.rows(script, "getTenantTimeseries", path={"tenant_id": "t"}), [1, 1])

    def test_runs_go_on_before_the_last_one(self) -> None:
        self.assertEqual(self.rows(Rows("before", "runs", 250), "listJobRuns", state="failed"), list(range(250)))

    def test_an_answer_without_its_rows_is_malformed(self) -> None:
        with self.assertRaises(MalformedResponse):
            self.rows(Script(answer(body={"page": {}})), "find")

    def test_nothing_is_asked_before_the_first_row_is_wanted_and_after_the_last(self) -> None:
        script = Rows("page", "nodes", 250)
        rows = sync_client(script).memory.find_iter(limit=10)
        self.assertEqual(script.requests, [])
        for _ in range(10):
            next(rows)
        self.assertEqual(len(script.requests), 1)

    def test_body_and_keywords_are_not_mixed(self) -> None:
        with self.assertRaises(TypeError):
            list(sync_client(Script(answer())).pages("find", {}, {"scope": "a"}, {"limit": 1}, None))
