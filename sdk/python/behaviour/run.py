#!/usr/bin/env python3
"""Runs the scenarios that all SDKs share (sdk/behaviour) with both Python clients, and those of the adapters.

usage: run.py [--only TEXT] [--client sync|async|both] [SCENARIOS]

Reads PERDURA_SDK_SERVER, PERDURA_SDK_PROXY, PERDURA_SDK_ADMIN_TOKEN and, optionally, PERDURA_SDK_REPORT.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import random
import signal
import string
import sys
import time
import urllib.request
from pathlib import Path
from typing import Any, Callable, Dict, List, NamedTuple, Optional, Tuple

import adapters
import perdura
from perdura._generated.operations import OPERATIONS

SCENARIOS = Path(__file__).resolve().parent.parent.parent / "behaviour/scenarios.json"
SCOPE = "sdk-behaviour"
KEYS = {
    "scenario": {"name", "before", "faults", "call", "client", "expect"},
    "call": {"operation", "body", "params", "idempotency_key", "all_pages", "cancel_after_ms"},
    "client": {"timeout_ms", "max_retries", "admin_token"},
    "expect": {"outcome", "status", "code", "retry_after", "issues", "attempts", "stored_nodes", "same_idempotency_key", "same_request_id",
               "items", "min_elapsed_ms", "max_elapsed_ms"},
}


class Cancelled(BaseException):
    """What an alarm raises in the midst of a synchronous call, as Ctrl-C would raise KeyboardInterrupt."""


class Outcome(NamedTuple):
    kind: str
    value: Any
    elapsed_ms: float


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("scenarios", nargs="?", type=Path, default=SCENARIOS)
    parser.add_argument("--only", default="", help="scenarios whose name has this text")
    parser.add_argument("--client", choices=("sync", "async", "both"), default="both")
    given = parser.parse_args()
    missing = [name for name in ("PERDURA_SDK_SERVER", "PERDURA_SDK_PROXY", "PERDURA_SDK_ADMIN_TOKEN") if not os.environ.get(name)]
    if missing:
        print(f"run.py: {', '.join(missing)} must be set; sdk/run-suites does it all", file=sys.stderr)
        return 2
    runner = Runner(os.environ["PERDURA_SDK_SERVER"], os.environ["PERDURA_SDK_PROXY"], os.environ["PERDURA_SDK_ADMIN_TOKEN"])
    kinds = ("sync", "async") if given.client == "both" else (given.client,)
    results = []
    for scenario in json.loads(given.scenarios.read_text("utf-8")):
        if given.only in scenario["name"]:
            faults = [f"{kind}: {fault}" for kind in kinds for fault in runner.run(scenario, kind)]
            results.append({"name": scenario["name"], "passed": not faults, "detail": "; ".join(faults)})
            print(("ok    " if not faults else "FAIL  ") + scenario["name"] + "".join(f"\n        {fault}" for fault in faults), flush=True)
    for result in adapters.run(runner.server, runner.admin_token, given.only):
        results.append(result)
        print(("ok    " if result["passed"] else "FAIL  ") + result["name"] + (f"\n        {result['detail']}" if result["detail"] else ""))
    failed = sum(not one["passed"] for one in results)
    print(f"python ({' and '.join(kinds)}): {len(results) - failed} passed, {failed} failed")
    report = os.environ.get("PERDURA_SDK_REPORT")
    if report:
        Path(report).write_text(json.dumps({
            "language": "python", "version": perdura.__version__, "server_version": runner.server_version(), "scenarios": results,
            "operations": sorted(OPERATIONS)}, indent=1), "utf-8")
    return 1 if failed or not results else 0


class Runner:
    def __init__(self, server: str, proxy: str, admin_token: str) -> None:
        self.server, self.proxy, self.admin_token = server, proxy, admin_token

    def server_version(self) -> str:
        with perdura.Perdura(self.server) as client:
            return str(client.health.openapi(format="json")["info"]["version"])

    def control(self, method: str, path: str, body: Any = None) -> Any:
        """Speaks to the proxy, without the client that is under test."""
        content = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.proxy + path, content, {"content-type": "application/json"}, method=method)
        with urllib.request.urlopen(request, timeout=10) as response:
            text = response.read()
        return json.loads(text) if text else None

    def run(self, scenario: Dict[str, Any], kind: str) -> List[str]:
        """What is wrong; nothing when the scenario passed."""
        marker = "".join(random.choice(string.ascii_lowercase) for _ in range(20))
        scenario = json.loads(json.dumps(scenario).replace("{{marker}}", marker))
        unknown = unknown_keys(scenario)
        if unknown:
            return [f"this runner does not know {', '.join(unknown)}"]
        told = scenario.get("client", {})
        options: Dict[str, Any] = {"scope": SCOPE, "admin_token": told.get("admin_token", self.admin_token)}
        if "timeout_ms" in told:
            options["timeout"] = told["timeout_ms"] / 1000
        if "max_retries" in told:
            options["max_retries"] = told["max_retries"]
        try:
            with perdura.Perdura(self.server, scope=SCOPE, admin_token=self.admin_token) as direct:
                for call in scenario.get("before", []):
                    invoke(direct, call)
                self.control("DELETE", "/__faults")
                if scenario.get("faults"):
                    self.control("POST", "/__faults", scenario["faults"])
                outcome = (self.sync_call if kind == "sync" else self.async_call)(scenario["call"], options)
                log = [one for one in self.control("GET", "/__log") if not one["path"].startswith("/__")]
                return judge(scenario["expect"], outcome, log, lambda: stored(direct, marker))
        except (perdura.PerduraError, OSError, TypeError, ValueError) as fault:
            return [f"not run to its end: {type(fault).__name__}: {fault}"]

    def sync_call(self, call: Dict[str, Any], options: Dict[str, Any]) -> Outcome:
        def ring(*_: Any) -> None:
            raise Cancelled

        with perdura.Perdura(self.proxy, **options) as client:
            signal.signal(signal.SIGALRM, ring)
            began = time.monotonic()
            try:
                signal.setitimer(signal.ITIMER_REAL, call.get("cancel_after_ms", 0) / 1000)
                kind, value = "ok", list(invoke(client, call)) if call.get("all_pages") else invoke(client, call)
            except Cancelled:
                kind, value = "cancelled", None
            except perdura.PerduraError as fault:
                kind, value = kind_of(fault), fault
            finally:
                signal.setitimer(signal.ITIMER_REAL, 0)
            return Outcome(kind, value, (time.monotonic() - began) * 1000)

    def async_call(self, call: Dict[str, Any], options: Dict[str, Any]) -> Outcome:
        async def gather(client: perdura.AsyncPerdura) -> Any:
            if call.get("all_pages"):
                return [row async for row in invoke(client, call)]
            return await invoke(client, call)

        async def whole() -> Outcome:
            async with perdura.AsyncPerdura(self.proxy, **options) as client:
                began = time.monotonic()
                task = asyncio.ensure_future(gather(client))
                if "cancel_after_ms" in call:
                    asyncio.get_running_loop().call_later(call["cancel_after_ms"] / 1000, task.cancel)
                try:
                    kind, value = "ok", await task
                except asyncio.CancelledError:
                    kind, value = "cancelled", None
                except perdura.PerduraError as fault:
                    kind, value = kind_of(fault), fault
                return Outcome(kind, value, (time.monotonic() - began) * 1000)

        return asyncio.run(whole())


def unknown_keys(scenario: Dict[str, Any]) -> List[str]:
    places: List[Tuple[str, Dict[str, Any]]] = [("scenario", scenario), ("call", scenario["call"]), ("client", scenario.get("client", {})),
                                                ("expect", scenario["expect"])]
    places += [("call", call) for call in scenario.get("before", [])]
    return sorted({key for kind, place in places for key in place if key not in KEYS[kind]})


def invoke(client: Any, call: Dict[str, Any]) -> Any:
    """Calls the method that the client has for the operation."""
    operation = OPERATIONS[call["operation"]]
    group, name = operation.name.split(".")
    method = getattr(getattr(client, group), name + ("_iter" if call.get("all_pages") else ""))
    params = dict(call.get("params", {}))
    arguments = [params.pop(each) for each in operation.path_names]
    if "body" in call:
        arguments.append(call["body"])
    options = {"idempotency_key": call["idempotency_key"]} if "idempotency_key" in call else None
    return method(*arguments, options=options, **params)


def kind_of(fault: perdura.PerduraError) -> str:
    kinds = {perdura.ApiError: "api_error", perdura.NetworkError: "network_error", perdura.TimeoutError: "timeout",
             perdura.MalformedResponse: "malformed"}
    return kinds[type(fault)]


def stored(direct: perdura.Perdura, marker: str) -> int:
    return len(direct.memory.find(text_contains=marker, type="event", limit=200)["nodes"])


def judge(expect: Dict[str, Any], outcome: Outcome, log: List[Dict[str, Any]], count: Callable[[], int]) -> List[str]:
    wrong: List[str] = []

    def check(what: str, wanted: Any, got: Any, good: Optional[bool] = None) -> None:
        if not (wanted == got if good is None else good):
            wrong.append(f"{what} is {got!r}, not {wanted!r}")

    value = outcome.value
    check("outcome", expect["outcome"], outcome.kind)
    if isinstance(value, Exception) and outcome.kind != expect["outcome"]:
        wrong.append(str(value))
    for key, of in (("status", "status"), ("code", "code"), ("retry_after", "retry_after")):
        if key in expect:
            check(key, expect[key], getattr(value, of, None))
    if "issues" in expect:
        issues = getattr(value, "issues", [])
        whole = all({"path", "message"} <= set(one) for one in issues)
        check("issues", expect["issues"], issues, whole and len(issues) >= expect["issues"])
    if "attempts" in expect:
        check("attempts in the log", expect["attempts"], len(log))
        if isinstance(value, perdura.PerduraError):
            check("attempts of the error", expect["attempts"], value.attempts)
        elif outcome.kind == "ok" and "items" not in expect:
            check("attempts of the answer", expect["attempts"], perdura.meta(value).attempts)
    for key, header in (("same_idempotency_key", "idempotency-key"), ("same_request_id", "x-request-id")):
        if expect.get(key):
            sent = {one["headers"].get(header) for one in log}
            check(f"{header} of the attempts", "one", sent, len(sent) == 1 and None not in sent and "" not in sent)
            if key == "same_request_id" and outcome.kind != "cancelled":
                told = value.request_id if isinstance(value, perdura.PerduraError) else perdura.meta(value).request_id
                check("request id told", sent, told, {told} == sent)
    if "stored_nodes" in expect:
        check("stored nodes", expect["stored_nodes"], count())
    if "items" in expect:
        ids = [one["id"] for one in value] if isinstance(value, list) else []
        check("items", expect["items"], len(ids))
        check("different items", len(ids), len(set(ids)))
    least, most = expect.get("min_elapsed_ms", 0), expect.get("max_elapsed_ms", float("inf"))
    check("elapsed", f"{least} to {most} ms", round(outcome.elapsed_ms), least <= outcome.elapsed_ms <= most)
    return wrong


if __name__ == "__main__":
    sys.exit(main())
