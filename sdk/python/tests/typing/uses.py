"""What a caller may write; mypy --strict must have nothing to say."""

from __future__ import annotations

from typing import List, Optional

from perdura import ApiError, AsyncPerdura, CallOptions, Perdura, meta
from perdura.types import FoundNode, NodeInput, RecallAnswer, WriteRequest


def synchronous(client: Perdura) -> None:
    node: NodeInput = {"type": "event", "text_summary": "x"}
    written = client.memory.write(input_text="x", nodes=[node, {"type": "rule", "slots": {"if": {}}}], options={"timeout": 2})
    commit: str = written["commit_id"]
    body: WriteRequest = {"input_text": commit}
    client.memory.write(body, options={"idempotency_key": "k"})
    backfill = written.get("embedding_backfill")
    pending: int = backfill["pending_nodes"] if backfill else 0
    answer: RecallAnswer = client.memory.recall_text(query_text="q", limit=pending, recall_strategy="local")
    similarities: List[float] = [seed["similarity"] for seed in answer["seeds"]]
    nodes: List[FoundNode] = list(client.memory.find_iter(type="event", include_meta=True))
    title: Optional[str] = nodes[0]["title"]
    client.sessions.append_event(session_id="s", input_text=title or "t", metadata={"a": similarities})
    client.sessions.events("s", limit=5, include_meta=True)
    client.packs.export()
    options: CallOptions = {"request_id": meta(written).request_id}
    client.admin.erase_node(node_id="n", options=options)
    client.admin.rotate_api_key("id")
    text: str = client.health.metrics()
    print(text)
    reply = client.mcp.send({"jsonrpc": "2.0", "id": 1, "method": "ping"})
    print(reply is None)
    try:
        client.rules.evaluate(context={"intent": "x"})
    except ApiError as error:
        print(error.status, error.code.upper(), error.issues, error.retry_after)


async def asynchronous(client: AsyncPerdura) -> Optional[str]:
    answer = await client.planning.context(query_text="q", tool_candidates=["a"])
    async for run in client.admin.list_job_runs_iter(state="failed"):
        print(run["run_id"], run["progress"]["items"])
    tools = answer.get("tools")
    return tools["selection"]["selected"] if tools else None
