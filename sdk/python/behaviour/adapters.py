"""The LangGraph store, the chat history and the retriever against a running server: each function is a scenario of this language alone.

Where LangGraph and LangChain are not installed, their stand-ins of tests/fakes take their place.
"""

from __future__ import annotations

import asyncio
import importlib.util
import random
import string
import sys
import time
from pathlib import Path
from typing import Any, Callable, Dict, List

from perdura import AsyncPerdura, Perdura

if importlib.util.find_spec("langgraph") is None or importlib.util.find_spec("langchain_core") is None:
    sys.path.append(str(Path(__file__).resolve().parent.parent / "tests/fakes"))

from langchain_core.messages import AIMessage, HumanMessage  # noqa: E402

from perdura.langchain import PerduraChatMessageHistory, PerduraRetriever  # noqa: E402
from perdura.langgraph import PerduraStore  # noqa: E402


def word() -> str:
    return "".join(random.choice(string.ascii_lowercase) for _ in range(12))


def expect(what: str, got: Any, wanted: Any) -> None:
    if got != wanted:
        raise AssertionError(f"{what} is {got!r}, not {wanted!r}")


def found(client: Perdura, text: str) -> int:
    return len(client.memory.find(text_contains=text)["nodes"])


def a_store_keeps_replaces_finds_and_erases_items(client: Perdura, _: AsyncPerdura) -> None:
    store = PerduraStore(client)
    user, other, secret = ("users", word()), ("users", word()), word()
    store.put(user, "key", {"text": f"{secret} is under the flowerpot", "n": 1})
    created = store.get(user, "key").created_at
    store.put(user, "key", {"text": f"{secret} is in the drawer", "n": 2})
    store.put(other, "boiler", {"text": "the boiler is serviced in May"})
    item = store.get(user, "key")
    expect("value", item.value, {"text": f"{secret} is in the drawer", "n": 2})
    expect("birthday", item.created_at, created)
    expect("nodes with the old value", found(client, f"{secret} is under"), 0)
    expect("keys", [one.key for one in store.search(user)], ["key"])
    expect("filtered", [one.key for one in store.search((), filter={"n": {"$gte": 2}}) if one.namespace == user], ["key"])
    hits = store.search(("users",), query=secret, limit=200)
    expect("recalled", [one.value["n"] for one in hits if one.namespace == user], [2])
    expect("namespaces", {user, other} <= set(store.list_namespaces(prefix=("users",), limit=1000)), True)
    store.delete(user, "key")
    expect("after deletion", store.get(user, "key"), None)
    expect("nodes with the secret", found(client, secret), 0)
    expect("residue", client.memory.recall_text(query_text=secret)["context"]["text"].count(secret), 0)


def a_store_without_admin_token_hides_items(client: Perdura, asynchronous: AsyncPerdura) -> None:
    async def scene() -> None:
        async with asynchronous:
            await hiding()

    async def hiding() -> None:
        store = PerduraStore(async_client=asynchronous, on_delete="hide")
        user, secret = ("users", word()), word()
        await store.aput(user, "key", {"text": secret})
        expect("value", (await store.aget(user, "key")).value, {"text": secret})
        await store.adelete(user, "key")
        expect("after deletion", await store.aget(user, "key"), None)
        expect("searched", [one.key for one in await store.asearch(user, query=secret)], [])
        expect("nodes on the server", found(client, secret), 1)
        await store.aput(user, "key", {"text": "back"})
        expect("again", (await store.aget(user, "key")).value, {"text": "back"})

    asyncio.run(scene())


def a_history_keeps_its_order_and_is_erased(client: Perdura, asynchronous: AsyncPerdura) -> None:
    session, secret = word(), word()
    history = PerduraChatMessageHistory(session, client)
    messages: List[Any] = [HumanMessage(content=f"{secret} {number}") if number % 2 else AIMessage(content=f"{secret} {number}")
                           for number in range(7)]
    history.add_messages(messages)
    expect("messages", [message.content for message in history.messages], [f"{secret} {number}" for number in range(7)])
    history.clear()
    expect("after clearing", history.messages, [])
    expect("nodes with the secret", found(client, secret), 0)

    async def scene() -> None:
        async with asynchronous:
            hiding = PerduraChatMessageHistory(session, async_client=asynchronous, on_clear="hide")
            await hiding.aadd_messages(messages[:2])
            await hiding.aclear()
            await hiding.aadd_messages(messages[2:3])
            expect("hidden", [message.content for message in await hiding.aget_messages()], [f"{secret} 2"])

    asyncio.run(scene())


def a_retriever_finds_what_was_written(client: Perdura, _: AsyncPerdura) -> None:
    secret = word()
    client.sessions.append_event(session_id=word(), input_text=f"{secret} keeps the spare key", memory_lane="shared")
    found = PerduraRetriever(client=client, k=5).invoke(f"What does {secret} keep?")
    expect("document", f"{secret} keeps the spare key" in [one.page_content for one in found], True)


# What a server must offer for them.
OPERATIONS = ["appendEvent", "eraseNode", "eraseSession", "find", "listSessionEvents", "recallText", "write"]
SCENARIOS: List[Callable[[Perdura, AsyncPerdura], None]] = [
    a_store_keeps_replaces_finds_and_erases_items, a_store_without_admin_token_hides_items, a_history_keeps_its_order_and_is_erased,
    a_retriever_finds_what_was_written]


def run(server: str, admin_token: str, only: str = "") -> List[Dict[str, Any]]:
    results = []
    # A scope of its own, so that what an earlier run hid is not recalled in this one.
    scope = f"sdk-python-{int(time.time())}"
    for scenario in SCENARIOS:
        name = "python: " + scenario.__name__.replace("_", " ")
        if only not in name:
            continue
        detail = ""
        try:
            with Perdura(server, scope=scope, admin_token=admin_token) as client:
                scenario(client, AsyncPerdura(server, scope=scope))
        except Exception as fault:
            detail = f"{type(fault).__name__}: {fault}"
        results.append({"name": name, "passed": not detail, "detail": detail, "operations": OPERATIONS})
    return results
