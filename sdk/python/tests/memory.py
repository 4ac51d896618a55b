"""So much of a server as the adapters need: nodes that never change, found by their slots, recalled by their words, erased."""

from __future__ import annotations

import json
import re
from typing import Any, Dict, List, Set
from urllib.parse import parse_qs, unquote, urlsplit

from perdura import Request, Response

from .support import answer


def contains(whole: Any, part: Any) -> bool:
    """PostgreSQL's jsonb @>."""
    if isinstance(part, dict):
        return isinstance(whole, dict) and all(key in whole and contains(whole[key], one) for key, one in part.items())
    if isinstance(part, list):
        return isinstance(whole, list) and all(any(contains(each, one) for each in whole) for one in part)
    return bool(whole == part)


def words_of(text: Any) -> Set[str]:
    return set(re.findall(r"\w+", str(text).lower()))


class Memory:
    """A transport for both clients."""

    def __init__(self) -> None:
        self.nodes: List[Dict[str, Any]] = []
        self.calls: List[str] = []
        self.bodies: List[Dict[str, Any]] = []
        # Answers of erasures that say that there is more to do.
        self.unfinished = 0
        self._count = 0

    def send(self, request: Request) -> Response:
        parts = urlsplit(request.url)
        name = parts.path.rsplit("/", 1)[1]
        body: Dict[str, Any] = json.loads(request.body) if request.body else {key: one[0] for key, one in parse_qs(parts.query).items()}
        if request.method == "GET":
            body["session_id"] = unquote(parts.path.split("/")[4])
            name = "session_events"
        self.calls.append(name)
        self.bodies.append(body)
        return answer(body=getattr(self, name)(body))

    def close(self) -> None:
        """Nothing is open."""

    def _add(self, node: Dict[str, Any], scope: str) -> None:
        self._count += 1
        if any(one.get("client_id") == node["client_id"] for one in self.nodes):
            return
        self.nodes.insert(0, {**node, "id": f"node-{self._count}", "scope": scope, "title": node.get("title"),
                              "text_summary": node.get("text_summary")})

    def write(self, body: Dict[str, Any]) -> Dict[str, Any]:
        for node in body["nodes"]:
            self._add(node, body.get("scope", "default"))
        return {"nodes": []}

    def find(self, body: Dict[str, Any]) -> Dict[str, Any]:
        hits = [node for node in self.nodes if node["scope"] == body.get("scope", "default") and node["type"] == body["type"]
                and contains(node["slots"], body["slots_contains"])]
        return self._page(hits, body, "nodes")

    @staticmethod
    def _page(hits: List[Dict[str, Any]], body: Dict[str, Any], key: str) -> Dict[str, Any]:
        start, size = int(body.get("offset", 0)), int(body["limit"])
        return {key: hits[start:start + size], "page": {"has_more": start + size < len(hits)}}

    def recall_text(self, body: Dict[str, Any]) -> Dict[str, Any]:
        words = words_of(body["query_text"])
        scored = [(len(words & words_of(node["text_summary"])), node) for node in self.nodes
                  if node["scope"] == body.get("scope", "default")]
        hits = sorted((one for one in scored if one[0]), key=lambda one: -one[0])[:body.get("limit", 30)]
        return {"scope": body.get("scope", "default"), "seeds": [{**node, "similarity": score / len(words)} for score, node in hits],
                "subgraph": {"nodes": [node for _, node in hits]}}

    def events(self, body: Dict[str, Any]) -> Dict[str, Any]:
        text = body.get("text_summary") or body.get("input_text")
        self._add({"type": "event", "client_id": f"{body['session_id']}:{body.get('event_id')}", "session": body["session_id"],
                   "title": body.get("title"), "text_summary": text, "slots": body.get("metadata", {})},
                  body.get("scope", "default"))
        return {}

    def session_events(self, body: Dict[str, Any]) -> Dict[str, Any]:
        hits = [node for node in self.nodes if node.get("session") == body["session_id"] and node["scope"] == body.get("scope", "default")]
        return self._page(hits, body, "events")

    def _erased(self) -> Dict[str, Any]:
        self.unfinished -= 1
        return {"complete": self.unfinished < 0}

    def node(self, body: Dict[str, Any]) -> Dict[str, Any]:
        done = self._erased()
        if done["complete"]:
            self.nodes = [one for one in self.nodes if one["id"] != body["node_id"]]
        return done

    def session(self, body: Dict[str, Any]) -> Dict[str, Any]:
        done = self._erased()
        if done["complete"]:
            self.nodes = [one for one in self.nodes if one.get("session") != body["session_id"]]
        return done


class AsyncMemory:
    def __init__(self, memory: Memory) -> None:
        self.memory = memory

    async def send(self, request: Request) -> Response:
        return self.memory.send(request)

    async def aclose(self) -> None:
        """Nothing is open."""
