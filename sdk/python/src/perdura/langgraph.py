"""A LangGraph store in Perdura: `pip install perdura-client[langgraph]`.

An item is a node of type `concept` in one scope; namespace, key and value are in its slots. Nodes never change, so a new value is
a new node, and the newest counts. What becomes of the older ones is up to `on_delete`:

- "erase" (default): they, and all of a deleted item, are erased for good (`POST /v1/admin/erase/node`): nodes, vectors, index
  entries. That wants the admin token; the client must have one.
- "hide": nothing but the API key is needed. An older value stays in the scope, and a deleted item gets a newer node that says
  so; the store no longer shows them, but recalls, packs and backups do. Only an administrator can erase them.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import re
import uuid
from datetime import datetime, timezone
from typing import Any, Dict, Generator, Iterable, List, NamedTuple, Optional, Sequence, Tuple, Union

from ._async_client import AsyncPerdura
from ._client import Perdura

try:
    from langgraph.store.base import BaseStore, GetOp, Item, ListNamespacesOp, PutOp, SearchItem, SearchOp
except ImportError as _cause:
    raise ImportError("perdura.langgraph needs LangGraph: pip install 'perdura-client[langgraph]'") from _cause

Namespace = Tuple[str, ...]

# Below this key of a node's slots is what makes it an item.
SLOT = "langgraph"
# The server's longest page, and the most nodes that go into one write.
PAGE = 200
WRITTEN_AT_ONCE = 100


class Ask(NamedTuple):
    """A call that the store's logic wants to be made: what it yields."""

    operation: str
    body: Dict[str, Any]


Asking = Generator[Ask, Any, Any]


class Version(NamedTuple):
    """A node of an item."""

    node_id: str
    item: str
    namespace: Namespace
    key: str
    value: Optional[Dict[str, Any]]
    created_at: str
    updated_at: str

    def to_item(self) -> Item:
        assert self.value is not None
        return Item(value=self.value, key=self.key, namespace=self.namespace, created_at=datetime.fromisoformat(self.created_at),
                    updated_at=datetime.fromisoformat(self.updated_at))

    def to_search_item(self, score: Optional[float]) -> SearchItem:
        assert self.value is not None
        return SearchItem(namespace=self.namespace, key=self.key, value=self.value,
                          created_at=datetime.fromisoformat(self.created_at), updated_at=datetime.fromisoformat(self.updated_at),
                          score=score)


class PerduraStore(BaseStore):
    """Items of a LangGraph application, kept in a scope of Perdura.

    client, async_client: one of them, or both. Without a synchronous client only the methods that begin with `a` work; without
    an asynchronous one these work in threads.
    scope: where items are; the client's when None.
    on_delete: see the module.
    memory_lane, agent_id, team_id: whose the items are, "shared" by default. With a credential that names an agent leave
    agent_id out: the server fills it in.
    """

    supports_ttl = False

    def __init__(
        self,
        client: Optional[Perdura] = None,
        async_client: Optional[AsyncPerdura] = None,
        *,
        scope: Optional[str] = None,
        on_delete: str = "erase",
        memory_lane: str = "shared",
        agent_id: Optional[str] = None,
        team_id: Optional[str] = None,
    ) -> None:
        if client is None and async_client is None:
            raise ValueError("a client is needed")
        if on_delete not in ("erase", "hide"):
            raise ValueError('on_delete is "erase" or "hide"')
        for one in (client, async_client):
            if on_delete == "erase" and one is not None and not one.may_administer:
                raise ValueError('to erase, a client needs admin_token; on_delete="hide" does without, and keeps old values on the server')
        self._client = client
        self._async_client = async_client
        self._logic = _Logic(scope, on_delete == "erase", memory_lane, agent_id, team_id)

    def batch(self, ops: Iterable[Any]) -> List[Any]:
        if self._client is None:
            raise RuntimeError("this store has an asynchronous client only")
        asking = self._logic.batch(list(ops))
        try:
            ask = next(asking)
            while True:
                try:
                    answer = self._client.call(ask.operation, body=ask.body)
                except Exception as failure:
                    ask = asking.throw(failure)
                else:
                    ask = asking.send(answer)
        except StopIteration as done:
            results: List[Any] = done.value
            return results

    async def abatch(self, ops: Iterable[Any]) -> List[Any]:
        if self._async_client is None:
            return await asyncio.get_running_loop().run_in_executor(None, self.batch, list(ops))
        asking = self._logic.batch(list(ops))
        try:
            ask = next(asking)
            while True:
                try:
                    answer = await self._async_client.call(ask.operation, body=ask.body)
                except Exception as failure:
                    ask = asking.throw(failure)
                else:
                    ask = asking.send(answer)
        except StopIteration as done:
            results: List[Any] = done.value
            return results


class _Logic:
    """What the store does, without input and output, so that both clients can do it."""

    def __init__(self, scope: Optional[str], erasing: bool, lane: str, agent_id: Optional[str], team_id: Optional[str]) -> None:
        self._erasing = erasing
        self._where = {"scope": scope} if scope is not None else {}
        self._reader = {key: value for key, value in (("consumer_agent_id", agent_id), ("consumer_team_id", team_id)) if value is not None}
        self._writer = {key: value for key, value in (("producer_agent_id", agent_id), ("owner_agent_id", agent_id),
                                                      ("owner_team_id", team_id)) if value is not None}
        self._lane = lane

    def batch(self, ops: Sequence[Any]) -> Asking:
        results: List[Any] = []
        puts: List[PutOp] = []
        for op in ops:
            if isinstance(op, PutOp):
                puts.append(op)
                results.append(None)
                continue
            # What was put before is seen by what is read after it.
            yield from self._put(puts)
            puts = []
            if isinstance(op, GetOp):
                results.append((yield from self._get(op)))
            elif isinstance(op, SearchOp):
                results.append((yield from (self._search(op) if op.query is None else self._recall(op))))
            elif isinstance(op, ListNamespacesOp):
                results.append((yield from self._list(op)))
            else:
                raise TypeError(f"{type(op).__name__} is no operation of a store")
        yield from self._put(puts)
        return results

    def _versions(self, contained: Dict[str, Any], most: Optional[int] = None) -> Asking:
        """The nodes of items, newest first, of which the slot has that in it."""
        found: List[Version] = []
        while True:
            limit = PAGE if most is None else most
            answer = yield Ask("find", {**self._where, **self._reader, "type": "concept", "slots_contains": {SLOT: contained},
                                        "include_slots": True, "limit": limit, "offset": len(found)})
            found += [version_of(node["id"], node["slots"]) for node in answer["nodes"]]
            if most is not None or not answer["page"]["has_more"]:
                return found

    def _get(self, op: GetOp) -> Asking:
        versions = yield from self._versions({"item": item_id(op.namespace, op.key)}, most=1)
        return versions[0].to_item() if versions and versions[0].value is not None else None

    def _put(self, ops: Sequence[PutOp]) -> Asking:
        wanted: Dict[str, PutOp] = {}
        for op in ops:
            check(op)
            # The last one counts.
            wanted.pop(item_id(op.namespace, op.key), None)
            wanted[item_id(op.namespace, op.key)] = op
        nodes: List[Dict[str, Any]] = []
        stale: List[Version] = []
        for item, op in wanted.items():
            versions = yield from self._versions({"item": item}, most=None if self._erasing else 1)
            current = versions[0] if versions and versions[0].value is not None else None
            if self._erasing:
                stale += versions
            if op.value is not None or (current is not None and not self._erasing):
                nodes.append(self._node(item, op, current))
        for start in range(0, len(nodes), WRITTEN_AT_ONCE):
            yield Ask("write", {**self._where, "input_text": "langgraph store", "memory_lane": self._lane, **self._writer,
                                "nodes": nodes[start:start + WRITTEN_AT_ONCE]})
        # Only after the new value is acknowledged: a fault between leaves the new one with the old ones behind it.
        for version in stale:
            while not (yield Ask("eraseNode", {**self._where, "node_id": version.node_id, "reason": "langgraph store"}))["complete"]:
                continue

    def _node(self, item: str, op: PutOp, current: Optional[Version]) -> Dict[str, Any]:
        now = datetime.now(timezone.utc).isoformat()
        namespace = list(op.namespace)
        slot: Dict[str, Any] = {
            "item": item,
            "under": [digest(namespace[:depth]) for depth in range(len(namespace) + 1)],
            "namespace": namespace,
            "key": op.key,
            "created_at": current.created_at if current else now,
            "updated_at": now,
        }
        node: Dict[str, Any] = {"type": "concept", "client_id": f"langgraph:{item}:{uuid.uuid4()}", "slots": {SLOT: slot}}
        if op.value is None:
            slot["deleted"] = True
            return node
        slot["value"] = op.value
        text = "" if op.index is False else text_of(op.value, op.index)
        # Without text a node is found by its slots, and by no query.
        return {**node, "text_summary": text} if text else node

    def _live(self, versions: Iterable[Version]) -> List[Version]:
        """The newest version of each item, unless that says that the item was deleted."""
        newest: Dict[str, Version] = {}
        for version in versions:
            newest.setdefault(version.item, version)
        return [version for version in newest.values() if version.value is not None]

    def _search(self, op: SearchOp) -> Asking:
        versions = yield from self._versions({"under": [digest(op.namespace_prefix)]})
        matching = [version for version in self._live(versions) if matches(version.value, op.filter)]
        return [version.to_search_item(None) for version in matching[op.offset:op.offset + op.limit]]

    def _recall(self, op: SearchOp) -> Asking:
        answer = yield Ask("recallText", {**self._where, **self._reader, "query_text": op.query, "limit": PAGE, "max_nodes": PAGE,
                                          "include_slots": True})
        slots = {node["id"]: node.get("slots") for node in answer["subgraph"]["nodes"]}
        prefix = digest(op.namespace_prefix)
        found: List[SearchItem] = []
        skipped = 0
        for seed in answer["seeds"]:
            slot = (slots.get(seed["id"]) or {}).get(SLOT)
            if not isinstance(slot, dict) or prefix not in slot.get("under", []):
                continue
            version = version_of(seed["id"], slots[seed["id"]])
            if version.value is None or not matches(version.value, op.filter):
                continue
            # A recall may find a value that is no longer the item's.
            newest = yield from self._versions({"item": version.item}, most=1)
            if not newest or newest[0].node_id != version.node_id:
                continue
            if skipped < op.offset:
                skipped += 1
                continue
            found.append(version.to_search_item(seed["similarity"]))
            if len(found) >= op.limit:
                break
        return found

    def _list(self, op: ListNamespacesOp) -> Asking:
        conditions = [(one.match_type, tuple(one.path)) for one in op.match_conditions or ()]
        prefixes = [path for kind, path in conditions if kind == "prefix" and "*" not in path]
        versions = yield from self._versions({"under": [digest(max(prefixes, key=len, default=()))]})
        namespaces = {version.namespace for version in self._live(versions)}
        chosen = {one[:op.max_depth] if op.max_depth is not None else one for one in namespaces
                  if all(lies(one, kind, path) for kind, path in conditions)}
        return sorted(chosen)[op.offset:op.offset + op.limit]


def check(op: PutOp) -> None:
    if getattr(op, "ttl", None) is not None:
        raise NotImplementedError("items of this store do not expire")
    if not op.namespace or not all(isinstance(label, str) and label for label in op.namespace):
        raise ValueError("a namespace needs labels, and none may be empty")
    if op.value is not None and not isinstance(op.value, dict):
        raise TypeError("a value must be a dictionary")


def digest(parts: Sequence[str]) -> str:
    """Of letters alone: the server may redact what looks like a telephone number in a node's slots."""
    hexadecimal = hashlib.sha256(json.dumps(list(parts)).encode()).hexdigest()
    return hexadecimal.translate(str.maketrans("0123456789abcdef", "ghijklmnopqrstuv"))


def item_id(namespace: Sequence[str], key: str) -> str:
    return digest([*namespace, "", key])


def version_of(node_id: str, slots: Dict[str, Any]) -> Version:
    slot = slots[SLOT]
    return Version(node_id, slot["item"], tuple(slot["namespace"]), slot["key"], None if slot.get("deleted") else slot["value"],
                   slot["created_at"], slot["updated_at"])


def text_of(value: Dict[str, Any], index: Optional[Sequence[str]]) -> str:
    """The words by which an item is found: those at the paths of `index`, else all."""
    if index is None:
        return "\n".join(leaves(value))
    return "\n".join(text for path in index for one in at(value, path) for text in leaves(one))


def leaves(value: Any) -> List[str]:
    if isinstance(value, dict):
        return [text for one in value.values() for text in leaves(one)]
    if isinstance(value, (list, tuple)):
        return [text for one in value for text in leaves(one)]
    if value is None or isinstance(value, bool):
        return []
    return [str(value)] if str(value).strip() else []


def at(value: Any, path: str) -> List[Any]:
    """What is at a path as LangGraph writes them: "title", "meta.author", "parts[*].text", "parts[-1]", "$" for all."""
    if path in ("$", ""):
        return [value]
    found = [value]
    for step in re.findall(r"\[(?:\*|-?\d+)\]|[^.\[\]]+", path):
        following: List[Any] = []
        for one in found:
            if step == "[*]" or step == "*":
                following += list(one.values()) if isinstance(one, dict) else one if isinstance(one, list) else []
            elif step.startswith("["):
                place = int(step[1:-1])
                if isinstance(one, list) and -len(one) <= place < len(one):
                    following.append(one[place])
            elif isinstance(one, dict) and step in one:
                following.append(one[step])
        found = following
    return found


def matches(value: Optional[Dict[str, Any]], wanted: Optional[Dict[str, Any]]) -> bool:
    return not wanted or (value is not None and all(compares(value.get(key), one) for key, one in wanted.items()))


def compares(value: Any, wanted: Any) -> bool:
    """Equal, or as the operators say: $eq, $ne, $gt, $gte, $lt, $lte. A dictionary without operators must be contained."""
    if not isinstance(wanted, dict):
        return bool(value == wanted)
    if any(key.startswith("$") for key in wanted):
        return all(operator(name, value, operand) for name, operand in wanted.items())
    return isinstance(value, dict) and all(key in value and compares(value[key], one) for key, one in wanted.items())


def operator(name: str, value: Any, operand: Any) -> bool:
    if name == "$eq":
        return bool(value == operand)
    if name == "$ne":
        return bool(value != operand)
    if name not in ("$gt", "$gte", "$lt", "$lte"):
        raise ValueError(f"unknown operator {name}")
    try:
        if name == "$gt":
            return bool(value > operand)
        if name == "$gte":
            return bool(value >= operand)
        return bool(value < operand if name == "$lt" else value <= operand)
    except TypeError:
        # Values that have no order are on no side of anything.
        return False


def lies(namespace: Namespace, kind: str, path: Tuple[Union[str, Any], ...]) -> bool:
    """Whether the namespace begins, or ends, with the path; "*" stands for any label."""
    if len(path) > len(namespace):
        return False
    part = namespace[:len(path)] if kind == "prefix" else namespace[len(namespace) - len(path):]
    return all(wanted in ("*", label) for wanted, label in zip(path, part))
