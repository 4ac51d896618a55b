"""The LangGraph store, the chat history and the retriever, over a small stand-in for the server."""

from __future__ import annotations

import importlib.util
import sys
import unittest
from pathlib import Path
from typing import Any, Dict, List, Tuple

from perdura import AsyncPerdura, Perdura

if importlib.util.find_spec("langgraph") is None or importlib.util.find_spec("langchain_core") is None:
    sys.path.append(str(Path(__file__).resolve().parent / "fakes"))

from langchain_core.messages import AIMessage, HumanMessage  # noqa: E402
from langgraph.store.base import GetOp, PutOp, SearchOp  # noqa: E402

from perdura.langchain import PerduraChatMessageHistory, PerduraRetriever  # noqa: E402
from perdura.langgraph import PerduraStore, at, compares, digest  # noqa: E402

from .memory import AsyncMemory, Memory  # noqa: E402
from .support import run  # noqa: E402

USERS = ("users", "ada")


class StoreCase(unittest.TestCase):
    """The same through the methods of both kinds."""

    asynchronous = False

    def setUp(self) -> None:
        self.memory = Memory()

    def store(self, **options: Any) -> PerduraStore:
        told: Dict[str, Any] = {"base_url": "http://server", "admin_token": "a"}
        if options.get("on_delete") == "hide":
            del told["admin_token"]
        if self.asynchronous:
            return PerduraStore(async_client=AsyncPerdura(**told, transport=AsyncMemory(self.memory)), **options)
        return PerduraStore(Perdura(**told, transport=self.memory), **options)

    def do(self, store: PerduraStore, method: str, *arguments: Any, **named: Any) -> Any:
        if self.asynchronous:
            return run(getattr(store, "a" + method)(*arguments, **named))
        return getattr(store, method)(*arguments, **named)


class Store(StoreCase):
    def test_what_was_put_is_got(self) -> None:
        store = self.store()
        self.assertIsNone(self.do(store, "get", USERS, "name"))
        self.do(store, "put", USERS, "name", {"first": "Ada"})
        item = self.do(store, "get", USERS, "name")
        self.assertEqual((item.value, item.key, item.namespace), ({"first": "Ada"}, "name", USERS))
        self.assertIsNotNone(item.created_at.tzinfo)
        self.assertIsNone(self.do(store, "get", ("users", "bob"), "name"))
        self.assertIsNone(self.do(store, "get", USERS, "nam"))

    def test_a_new_value_replaces_the_old_one_and_keeps_its_birthday(self) -> None:
        for mode in ("erase", "hide"):
            self.memory = Memory()
            store = self.store(on_delete=mode)
            self.do(store, "put", USERS, "name", {"v": 1})
            first = self.do(store, "get", USERS, "name")
            self.do(store, "put", USERS, "name", {"v": 2})
            self.do(store, "put", USERS, "name", {"v": 1})
            item = self.do(store, "get", USERS, "name")
            self.assertEqual((item.value, item.created_at), ({"v": 1}, first.created_at))
            self.assertGreater(item.updated_at, first.updated_at)
            self.assertEqual(len(self.do(store, "search", USERS)), 1)
            self.assertEqual(len(self.memory.nodes), 1 if mode == "erase" else 3)

    def test_an_erased_item_leaves_nothing_on_the_server(self) -> None:
        store = self.store()
        self.do(store, "put", USERS, "a", {"text": "secret"})
        self.do(store, "put", USERS, "b", {"text": "kept"})
        self.memory.unfinished = 2
        self.do(store, "delete", USERS, "a")
        self.assertIsNone(self.do(store, "get", USERS, "a"))
        self.assertNotIn("secret", str(self.memory.nodes))
        self.assertEqual([item.key for item in self.do(store, "search", ())], ["b"])

    def test_a_hidden_item_is_gone_from_the_store_alone(self) -> None:
        store = self.store(on_delete="hide")
        self.do(store, "put", USERS, "a", {"text": "secret"})
        self.do(store, "delete", USERS, "a")
        self.assertIsNone(self.do(store, "get", USERS, "a"))
        self.assertEqual(self.do(store, "search", (), query="secret"), [])
        self.assertEqual((self.do(store, "search", ()), self.do(store, "list_namespaces")), ([], []))
        self.assertIn("secret", str(self.memory.nodes))
        self.do(store, "put", USERS, "a", {"text": "back"})
        self.assertEqual(self.do(store, "get", USERS, "a").value, {"text": "back"})

    def test_deleting_what_is_not_there_writes_nothing(self) -> None:
        for mode in ("erase", "hide"):
            self.memory = Memory()
            self.do(self.store(on_delete=mode), "delete", USERS, "a")
            self.assertEqual(self.memory.calls, ["find"])

    def test_to_erase_needs_the_admin_token(self) -> None:
        with self.assertRaisesRegex(ValueError, "admin_token"):
            PerduraStore(Perdura())
        with self.assertRaisesRegex(ValueError, "admin_token"):
            PerduraStore(async_client=AsyncPerdura())
        PerduraStore(Perdura(auth=dict))
        with self.assertRaises(ValueError):
            PerduraStore(Perdura(), on_delete="never")
        with self.assertRaises(ValueError):
            PerduraStore()

    def test_a_search_is_within_the_prefix_and_newest_first(self) -> None:
        store = self.store()
        for namespace, key in ((("users", "ada"), "1"), (("users", "ada", "notes"), "2"), (("users", "adam"), "3"), (("ada",), "4")):
            self.do(store, "put", namespace, key, {"n": key})

        def keys(*prefix: str, **named: Any) -> List[str]:
            return [item.key for item in self.do(store, "search", prefix, **named)]

        self.assertEqual(keys("users", "ada"), ["2", "1"])
        self.assertEqual(keys("users"), ["3", "2", "1"])
        self.assertEqual(keys(), ["4", "3", "2", "1"])
        self.assertEqual(keys(limit=2), ["4", "3"])
        self.assertEqual(keys(limit=2, offset=3), ["1"])
        self.assertIsNone(self.do(store, "search", ())[0].score)

    def test_a_search_reads_all_pages(self) -> None:
        store = self.store()
        store.batch([PutOp(USERS, str(number), {"n": number}) for number in range(450)]) if not self.asynchronous else run(
            store.abatch([PutOp(USERS, str(number), {"n": number}) for number in range(450)]))
        self.assertEqual(self.memory.calls.count("write"), 5)
        self.assertEqual(len(self.do(store, "search", USERS, limit=1000)), 450)
        self.assertEqual([item.value["n"] for item in self.do(store, "search", USERS, filter={"n": {"$lt": 2}}, limit=5)], [1, 0])

    def test_a_search_filters_the_newest_value_only(self) -> None:
        store = self.store(on_delete="hide")
        self.do(store, "put", USERS, "a", {"state": "open"})
        self.do(store, "put", USERS, "a", {"state": "done"})
        self.assertEqual(self.do(store, "search", USERS, filter={"state": "open"}), [])

    def test_a_query_ranks_by_recall_and_shows_the_score(self) -> None:
        store = self.store(on_delete="hide")
        self.do(store, "put", USERS, "key", {"text": "the spare key"})
        self.do(store, "put", USERS, "pot", {"text": "blue pot"})
        self.do(store, "put", ("bots",), "key", {"text": "spare key of a bot"})
        self.do(store, "put", USERS, "old", {"text": "spare key old"})
        self.do(store, "put", USERS, "old", {"text": "nothing"})
        hits = self.do(store, "search", ("users",), query="spare key")
        self.assertEqual([(hit.key, hit.score) for hit in hits], [("key", 1.0)])
        self.assertEqual(self.do(store, "search", ("users",), query="spare key", filter={"text": "x"}), [])
        self.assertEqual([hit.key for hit in self.do(store, "search", (), query="spare key", limit=1, offset=1)], ["key"])

    def test_what_is_indexed_can_be_chosen(self) -> None:
        store = self.store()
        value = {"title": "alpha", "body": "beta", "parts": [{"text": "gamma"}, {"text": "delta"}], "n": 5, "no": None}
        for index, text in ((None, "alpha\nbeta\ngamma\ndelta\n5"), (["title", "parts[*].text"], "alpha\ngamma\ndelta"), (["$"], None),
                            (["parts[-1].text"], "delta"), (["nowhere"], "")):
            self.do(store, "put", USERS, "k", value, index)
            written = self.memory.nodes[0]["text_summary"]
            self.assertEqual(written or "", "alpha\nbeta\ngamma\ndelta\n5" if text is None else text)
        self.do(store, "put", USERS, "k", value, False)
        self.assertIsNone(self.memory.nodes[0]["text_summary"])
        self.assertEqual(self.do(store, "get", USERS, "k").value, value)

    def test_namespaces_are_listed(self) -> None:
        store = self.store()
        for namespace in (("a", "b", "c"), ("a", "b", "d", "e"), ("a", "b", "d", "i"), ("a", "b", "f"), ("a", "c", "f")):
            self.do(store, "put", namespace, "k", {})

        def listed(**named: Any) -> List[Tuple[str, ...]]:
            found: List[Tuple[str, ...]] = self.do(store, "list_namespaces", **named)
            return found

        self.assertEqual(listed(prefix=("a", "b"), max_depth=3), [("a", "b", "c"), ("a", "b", "d"), ("a", "b", "f")])
        self.assertEqual(listed(suffix=("f",)), [("a", "b", "f"), ("a", "c", "f")])
        self.assertEqual(listed(prefix=("a", "*", "f")), [("a", "b", "f"), ("a", "c", "f")])
        self.assertEqual(listed(limit=2, offset=1), [("a", "b", "d", "e"), ("a", "b", "d", "i")])

    def test_a_batch_answers_in_order_and_reads_what_it_put(self) -> None:
        store = self.store()
        ops: List[Any] = [GetOp(USERS, "a"), PutOp(USERS, "a", {"v": 1}), PutOp(USERS, "a", {"v": 2}), GetOp(USERS, "a"), SearchOp(USERS),
                          PutOp(USERS, "a", None), GetOp(USERS, "a")]
        results = run(store.abatch(ops)) if self.asynchronous else store.batch(ops)
        self.assertEqual([results[0], results[1], results[2], results[3].value, len(results[4]), results[5], results[6]],
                         [None, None, None, {"v": 2}, 1, None, None])
        with self.assertRaises(TypeError):
            run(store.abatch(["x"])) if self.asynchronous else store.batch(["x"])

    def test_what_cannot_be_is_refused_before_anything_is_written(self) -> None:
        store = self.store()
        for op, kind in ((PutOp(USERS, "a", {}, None, 5.0), NotImplementedError), (PutOp((), "a", {}), ValueError),
                         (PutOp(("",), "a", {}), ValueError), (PutOp(USERS, "a", "text"), TypeError)):  # type: ignore[arg-type]
            with self.assertRaises(kind):
                run(store.abatch([op])) if self.asynchronous else store.batch([op])
        self.assertEqual(self.memory.nodes, [])

    def test_scope_and_owner_are_said(self) -> None:
        store = self.store(scope="agents", memory_lane="private", agent_id="planner", team_id="ops")
        self.do(store, "put", USERS, "a", {"text": "x"})
        self.do(store, "search", (), query="x")
        self.do(store, "delete", USERS, "a")
        self.assertEqual({body["scope"] for body in self.memory.bodies}, {"agents"})
        written = self.memory.bodies[self.memory.calls.index("write")]
        self.assertEqual([written[key] for key in ("memory_lane", "owner_agent_id", "producer_agent_id", "owner_team_id")],
                         ["private", "planner", "planner", "ops"])
        for name in ("find", "recall_text"):
            asked = self.memory.bodies[self.memory.calls.index(name)]
            self.assertEqual((asked["consumer_agent_id"], asked["consumer_team_id"]), ("planner", "ops"))


class AsyncStore(Store):
    asynchronous = True

    def test_without_an_asynchronous_client_threads_do_it(self) -> None:
        store = PerduraStore(Perdura("http://server", admin_token="a", transport=self.memory))
        run(store.aput(USERS, "a", {"v": 1}))
        self.assertEqual(run(store.aget(USERS, "a")).value, {"v": 1})

    def test_without_a_synchronous_client_nothing_blocks(self) -> None:
        with self.assertRaises(RuntimeError):
            self.store().get(USERS, "a")


class Parts(unittest.TestCase):
    def test_names_have_no_digits_that_redaction_could_take_for_a_number(self) -> None:
        for number in range(200):
            self.assertRegex(digest(["users", str(number)]), "^[g-v]{64}$")
        self.assertNotEqual(digest(["a", "b"]), digest(["a.b"]))

    def test_paths_lead_to_values(self) -> None:
        value = {"a": {"b": [1, {"c": 2}]}, "m": {"x": 1, "y": 2}}
        for path, found in (("a.b[1].c", [2]), ("a.b[*]", [1, {"c": 2}]), ("a.b[5]", []), ("m.*", [1, 2]), ("a.x", []), ("$", [value])):
            self.assertEqual(at(value, path), found)

    def test_filters_compare(self) -> None:
        cases: List[Tuple[Any, Any, bool]] = [
            (5, {"$gt": 4}, True), (5, {"$gt": 5}, False), (5, {"$gte": 5, "$lt": 6}, True), (5, {"$lte": 4}, False),
            (5, {"$ne": 5}, False), (5, {"$eq": 5}, True), (None, {"$gt": 1}, False), ("b", {"$lt": "c"}, True),
            ({"x": 1, "y": 2}, {"x": 1}, True), ({"x": 1}, {"y": 1}, False), ({"x": {"z": 3}}, {"x": {"z": {"$gt": 2}}}, True),
            ([1], [1], True), ([1], [2], False)]
        for value, wanted, good in cases:
            self.assertEqual(compares(value, wanted), good, (value, wanted))
        with self.assertRaises(ValueError):
            compares(1, {"$in": [1]})


class History(unittest.TestCase):
    def setUp(self) -> None:
        self.memory = Memory()

    def history(self, **options: Any) -> PerduraChatMessageHistory:
        token = None if options.get("on_clear") == "hide" else "a"
        return PerduraChatMessageHistory("s 1", Perdura("http://server", admin_token=token, transport=self.memory), **options)

    def async_history(self, **options: Any) -> PerduraChatMessageHistory:
        token = None if options.get("on_clear") == "hide" else "a"
        client = AsyncPerdura("http://server", admin_token=token, transport=AsyncMemory(self.memory))
        return PerduraChatMessageHistory("s 1", async_client=client, **options)

    def test_messages_come_back_in_their_order(self) -> None:
        history = self.history()
        self.assertEqual(history.messages, [])
        history.add_user_message("Where is the key?")
        history.add_messages([AIMessage(content="Under the pot."), HumanMessage(content=[{"type": "text", "text": "Thanks"}])])
        self.assertEqual(history.messages, [HumanMessage(content="Where is the key?"), AIMessage(content="Under the pot."),
                                            HumanMessage(content=[{"type": "text", "text": "Thanks"}])])
        self.assertEqual([node["text_summary"] for node in self.memory.nodes], ["Thanks", "Under the pot.", "Where is the key?"])

    def test_long_histories_are_read_to_their_end(self) -> None:
        history = self.history()
        history.add_messages([HumanMessage(content=str(number)) for number in range(450)])
        self.assertEqual([message.content for message in history.messages], [str(number) for number in range(450)])

    def test_a_message_without_words_is_kept_as_well(self) -> None:
        history = self.history()
        history.add_messages([AIMessage(content=""), AIMessage(content="x" * 5000)])
        self.assertEqual([len(message.content) for message in history.messages], [0, 5000])
        self.assertEqual((self.memory.bodies[0]["auto_embed"], "text_summary" in self.memory.bodies[0]), (False, False))
        self.assertEqual(len(self.memory.bodies[1]["text_summary"]), 4000)

    def test_clear_erases_the_session(self) -> None:
        history = self.history()
        history.add_user_message("secret")
        self.memory.unfinished = 1
        history.clear()
        self.assertEqual((history.messages, self.memory.nodes), ([], []))

    def test_clear_may_only_hide(self) -> None:
        history = self.history(on_clear="hide")
        history.add_user_message("old")
        history.clear()
        history.add_user_message("new")
        self.assertEqual(history.messages, [HumanMessage(content="new")])
        self.assertIn("old", str(self.memory.nodes))

    def test_to_erase_needs_the_admin_token(self) -> None:
        with self.assertRaisesRegex(ValueError, "admin_token"):
            PerduraChatMessageHistory("s", Perdura())
        with self.assertRaises(ValueError):
            PerduraChatMessageHistory("s", Perdura(), on_clear="never")
        with self.assertRaises(ValueError):
            PerduraChatMessageHistory("s")

    def test_the_asynchronous_methods_do_the_same(self) -> None:
        async def scene(history: PerduraChatMessageHistory) -> None:
            await history.aadd_messages([HumanMessage(content="a"), AIMessage(content="b")])
            self.assertEqual(await history.aget_messages(), [HumanMessage(content="a"), AIMessage(content="b")])
            await history.aclear()
            self.assertEqual(await history.aget_messages(), [])

        run(scene(self.async_history()))
        run(scene(self.async_history(on_clear="hide")))
        run(scene(self.history()))
        with self.assertRaises(RuntimeError):
            self.async_history().clear()

    def test_other_events_of_the_session_are_no_messages(self) -> None:
        client = Perdura("http://server", transport=self.memory)
        client.sessions.append_event(session_id="s 1", event_id="e", metadata={"mine": 1}, input_text="x")
        self.assertEqual(self.history().messages, [])


class Retriever(unittest.TestCase):
    def setUp(self) -> None:
        self.memory = Memory()
        self.client = Perdura("http://server", scope="docs", transport=self.memory)
        self.client.memory.write(input_text="x", memory_lane="shared", nodes=[
            {"type": "event", "client_id": "1", "text_summary": "the spare key", "slots": {}},
            {"type": "event", "client_id": "2", "title": "pot", "text_summary": "blue pot", "slots": {}}])

    def test_documents_come_best_first(self) -> None:
        found = PerduraRetriever(client=self.client, k=3, options={"recall_strategy": "local"}).invoke("spare key")
        self.assertEqual([one.page_content for one in found], ["the spare key"])
        self.assertEqual((found[0].metadata["similarity"], found[0].metadata["scope"]), (1.0, "docs"))
        self.assertEqual(self.memory.bodies[-1], {"recall_strategy": "local", "query_text": "spare key", "limit": 3, "scope": "docs"})

    def test_asynchronously_too(self) -> None:
        client = AsyncPerdura("http://server", scope="docs", transport=AsyncMemory(self.memory))
        for retriever in (PerduraRetriever(async_client=client), PerduraRetriever(client=self.client)):
            found = run(retriever.ainvoke("blue"))
            self.assertEqual([one.page_content for one in found], ["blue pot"])
        with self.assertRaises(RuntimeError):
            PerduraRetriever(async_client=client).invoke("blue")
