"""What a caller may not write; mypy must object to every line that says so."""

from __future__ import annotations

from perdura import AsyncPerdura, Perdura


def synchronous(client: Perdura) -> None:
    client.memory.write(input_txt="x")  # wrong
    client.memory.write(nodes=[{"type": "animal"}])  # wrong
    client.memory.write({"input_text": 5})  # wrong
    client.memory.recall_text(limit=5)  # wrong
    client.memory.recall_text(query_text="q", recall_strategy="wide")  # wrong
    client.memory.find()["nodez"]  # wrong
    client.memory.find(options={"retries": 3})  # wrong
    client.sessions.events()  # wrong
    client.sessions.append_event({"input_text": "no session"})  # wrong
    client.rules.set_state(rule_node_id="r", state="on", input_text="x")  # wrong
    client.admin.erase_scope()  # wrong
    len(client.memory.find_iter())  # wrong
    client.memory.forget()  # wrong
    Perdura(apikey="k")  # wrong


async def asynchronous(client: AsyncPerdura) -> None:
    client.memory.find()["nodes"]  # wrong
    await client.memory.find_iter()  # wrong
