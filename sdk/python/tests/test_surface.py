"""The client has what the document has: every operation a method, every method an operation, with the right path and types."""

from __future__ import annotations

import ast
import copy
import inspect
import re
import subprocess
import sys
import tempfile
import typing
import unittest
from pathlib import Path
from typing import Any, Dict, Iterator, List, Tuple

import perdura
from perdura import types
from perdura._generated.operations import OPERATIONS
from perdura._operation import AsyncCaller, Caller

from .memory import Memory
from .support import Script, answer, async_client, run, sync_client

ROOT = Path(__file__).resolve().parent.parent
DOCUMENT = ROOT.parent.parent / "modules/api/src/main/resources/META-INF/openapi.yaml"
GROUPS = ("memory", "sessions", "rules", "tools", "planning", "packs", "mcp", "health", "admin")

QUOTA: types.QuotaInput = {
    "recall_rps": 1, "recall_burst": 1, "write_rps": 1, "write_burst": 1, "write_max_wait_ms": 1, "debug_embed_rps": 1,
    "debug_embed_burst": 1, "recall_text_embed_rps": 1, "recall_text_embed_burst": 1, "recall_text_embed_max_wait_ms": 1,
}


class Recorder:
    """Stands for the client, and remembers which operation a method calls."""

    def __init__(self) -> None:
        self.calls: List[Tuple[str, Dict[str, str]]] = []

    def call(self, operation: str, path: Dict[str, str], *_: Any) -> Any:
        self.calls.append((operation, path))
        return {}

    pages = call


def methods(group: Any) -> Iterator[Tuple[str, Any]]:
    for name, method in inspect.getmembers(group, callable):
        if not name.startswith("_"):
            yield name, method


def arguments(method: Any) -> Dict[str, str]:
    """A value for each argument that the method cannot do without."""
    return {name: f"the {name}" for name, one in inspect.signature(method).parameters.items()
            if one.default is one.empty and one.kind is not one.VAR_KEYWORD}


class Document(unittest.TestCase):
    document: Dict[str, Any] = {}

    @classmethod
    def setUpClass(cls) -> None:
        try:
            import yaml
        except ImportError:
            raise unittest.SkipTest("this Python has no PyYAML")
        if not DOCUMENT.exists():
            raise unittest.SkipTest("not in the repository")
        cls.document = yaml.safe_load(DOCUMENT.read_text("utf-8"))

    def operations(self) -> Dict[str, Tuple[str, str]]:
        return {spec["operationId"]: (method.upper(), path) for path, item in self.document["paths"].items()
                for method, spec in item.items() if method in ("get", "put", "post", "delete", "patch")}

    def test_every_operation_of_the_document_is_in_the_table_and_nothing_else(self) -> None:
        self.assertEqual({name: (one.method, one.path) for name, one in OPERATIONS.items()}, self.operations())

    def test_the_version_is_the_documents(self) -> None:
        self.assertEqual(perdura.__version__, self.document["info"]["version"])

    def test_every_schema_has_a_type(self) -> None:
        for name in self.document["components"]["schemas"]:
            self.assertTrue(hasattr(types, name), name)

    def generated(self, document: Dict[str, Any]) -> Tuple[int, str]:
        import yaml

        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "openapi.yaml"
            file.write_text(yaml.safe_dump(document), "utf-8")
            done = subprocess.run([sys.executable, str(ROOT / "tools/generate.py"), "--document", str(file), "--out", folder + "/out"],
                                  capture_output=True, text=True)
            return done.returncode, done.stderr

    def test_a_document_with_another_operation_does_not_build(self) -> None:
        document = copy.deepcopy(self.document)
        document["paths"]["/v1/new"] = {"get": {**document["paths"]["/health"]["get"], "operationId": "brandNew"}}
        status, said = self.generated(document)
        self.assertEqual(status, 1)
        self.assertIn("lacks ['brandNew']", said)

    def test_a_document_without_one_of_the_operations_does_not_build(self) -> None:
        document = copy.deepcopy(self.document)
        del document["paths"]["/v1/memory/find"]
        status, said = self.generated(document)
        self.assertEqual(status, 1)
        self.assertIn("has ['find']", said)


class Methods(unittest.TestCase):
    def called(self, caller: Any, module: Any, prefix: str) -> Dict[str, Dict[str, str]]:
        found: Dict[str, Dict[str, str]] = {}
        for group in GROUPS:
            for name, method in methods(getattr(module, prefix + group.capitalize())(caller)):
                result = method(**arguments(method))
                if inspect.iscoroutine(result):
                    with self.assertRaises(TypeError):
                        # The recorder answers at once, which cannot be awaited.
                        run(result)
                operation, path = caller.calls[-1]
                if name.endswith("_iter"):
                    self.assertIsNotNone(OPERATIONS[operation].pager, name)
                    continue
                self.assertNotIn(operation, found)
                self.assertEqual(OPERATIONS[operation].name, f"{group}.{name}")
                found[operation] = path
        return found

    def test_every_operation_has_one_method_in_both_clients_and_every_method_an_operation(self) -> None:
        from perdura._generated import async_resources, resources

        for module, prefix in ((resources, ""), (async_resources, "Async")):
            recorder: Any = Recorder()
            found = self.called(recorder, module, prefix)
            self.assertEqual(set(found), set(OPERATIONS))
            for name, path in found.items():
                self.assertEqual(path, {each: f"the {each}" for each in OPERATIONS[name].path_names})

    def test_whatever_pages_has_an_iterator(self) -> None:
        paged = {name for name, one in OPERATIONS.items()
                 if {"limit", "offset"} <= set(one.query) | set(one.fields) or "cursor" in one.query}
        self.assertEqual(paged | {"listJobRuns"}, {name for name, one in OPERATIONS.items() if one.pager})

    def test_the_clients_have_the_groups(self) -> None:
        for client in (perdura.Perdura(), perdura.AsyncPerdura()):
            for group in GROUPS:
                self.assertTrue(list(methods(getattr(client, group))))

    def test_paths_have_all_their_names(self) -> None:
        for one in OPERATIONS.values():
            self.assertEqual(tuple(re.findall(r"\{(\w+)\}", one.path)), one.path_names)

    def test_methods_send_what_they_are_told(self) -> None:
        script = Script(answer(body={"key": {}}))
        client = sync_client(script)
        client.memory.write(input_text="x", nodes=[{"type": "event", "text_summary": "t"}])
        self.assertEqual(script.body(), {"input_text": "x", "nodes": [{"type": "event", "text_summary": "t"}]})
        client.sessions.append_event({"session_id": "s", "input_text": "x"})
        self.assertEqual(script.body(), {"session_id": "s", "input_text": "x"})
        client.sessions.events("s", limit=3, include_meta=True)
        self.assertEqual(script.target(), "/v1/memory/sessions/s/events?include_meta=true&limit=3")
        client.admin.rotate_api_key("k 1")
        self.assertEqual((script.target(), script.body()), ("/v1/admin/control/api-keys/k%201/rotate", {}))
        client.admin.revoke_api_key("k")
        self.assertEqual((script.target(), script.requests[-1].body), ("/v1/admin/control/api-keys/k/revoke", None))
        client.mcp.send({"jsonrpc": "2.0", "id": 1, "method": "ping"}, tools="all", mcp_protocol_version="2025-11-25")
        self.assertEqual((script.target(), script.header("mcp-protocol-version")[-1]), ("/mcp?tools=all", "2025-11-25"))

    def test_the_asynchronous_methods_do_too(self) -> None:
        script = Script(answer())
        run(async_client(script).admin.put_tenant_quota("acme", QUOTA))
        self.assertEqual((script.requests[-1].method, script.target()), ("PUT", "/v1/admin/control/tenant-quotas/acme"))

    def test_what_only_reads_is_known(self) -> None:
        reads = {name for name, one in OPERATIONS.items() if one.read_only and one.method == "POST"}
        self.assertEqual(reads, {"find", "recall", "recallText", "evaluateRules", "toolDecision", "exportPack", "eraseResidue",
                                 "verifyChain"})
        self.assertTrue(all(one.read_only for one in OPERATIONS.values() if one.method == "GET"))


class Sources(unittest.TestCase):
    def test_every_source_can_be_read_by_python_3_9(self) -> None:
        files = [file for folder in ("src", "tests", "tools", "behaviour", "examples") for file in (ROOT / folder).rglob("*.py")]
        self.assertGreater(len(files), 15)
        for file in files:
            ast.parse(file.read_text("utf-8"), str(file), feature_version=(3, 9))

    def test_the_client_imports_the_standard_library_alone(self) -> None:
        listed = getattr(sys, "stdlib_module_names", None)
        if listed is None:
            self.skipTest("this Python does not list its modules")
        optional = {"langgraph.py": {"langgraph"}, "langchain.py": {"langchain_core"}}
        for file in (ROOT / "src").rglob("*.py"):
            for node in ast.walk(ast.parse(file.read_text("utf-8"))):
                names = [node.module or ""] if isinstance(node, ast.ImportFrom) and not node.level else (
                    [one.name for one in node.names] if isinstance(node, ast.Import) else [])
                for name in names:
                    root = name.split(".")[0]
                    self.assertIn(root, set(listed) | optional.get(file.name, set()), f"{file.name} imports {name}")

    def test_the_readme_shows_python(self) -> None:
        blocks = re.findall(r"^```python\n(.*?)^```", (ROOT / "README.md").read_text("utf-8"), re.M | re.S)
        self.assertGreater(len(blocks), 3)
        for block in blocks:
            ast.parse(block)
        memory = Memory()
        shown = blocks[0].replace('"http://localhost:3001", ', 'transport=memory, ').replace("print(", "said(")
        said: List[str] = []
        exec(compile(shown, "README.md", "exec"), {"memory": memory, "said": said.append})
        self.assertEqual(said, ["Ada keeps the spare key under the blue flowerpot."])

    def test_types_can_be_looked_at_at_run_time(self) -> None:
        for name, one in vars(types).items():
            if isinstance(one, type) and hasattr(one, "__required_keys__"):
                self.assertEqual(set(typing.get_type_hints(one)), one.__required_keys__ | getattr(one, "__optional_keys__"), name)
        self.assertEqual(types.SessionRequest.__required_keys__, {"session_id"})
        self.assertIn("scope", types.SessionRequest.__optional_keys__)

    def test_the_clients_are_what_the_resources_ask_for(self) -> None:
        self.assertTrue(issubclass(perdura.Perdura, Caller))
        self.assertTrue(issubclass(perdura.AsyncPerdura, AsyncCaller))
