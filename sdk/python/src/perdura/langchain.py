"""Chat history and retrieval for LangChain in Perdura: `pip install perdura-client[langgraph]` brings what it needs."""

from __future__ import annotations

import uuid
from typing import Any, Dict, List, Optional, Sequence

from ._async_client import AsyncPerdura
from ._client import Perdura

try:
    from langchain_core.callbacks import AsyncCallbackManagerForRetrieverRun, CallbackManagerForRetrieverRun
    from langchain_core.chat_history import BaseChatMessageHistory
    from langchain_core.documents import Document
    from langchain_core.messages import BaseMessage, message_to_dict, messages_from_dict
    from langchain_core.retrievers import BaseRetriever
except ImportError as _cause:
    raise ImportError("perdura.langchain needs LangChain: pip install 'perdura-client[langgraph]'") from _cause

# Below this key of an event's slots is the message.
SLOT = "langchain"
# The contract's longest summary of an event.
LONGEST_SUMMARY = 4000


class PerduraChatMessageHistory(BaseChatMessageHistory):
    """The messages of a session, an event each, so that they can be recalled like any other memory.

    client, async_client: one of them, or both. Without an asynchronous client the methods that begin with `a` work in threads.
    on_clear: "erase" (default) erases the session for good, which wants a client with the admin token; "hide" appends an event
    that says that what is before it no longer counts, and leaves it on the server.
    """

    def __init__(
        self,
        session_id: str,
        client: Optional[Perdura] = None,
        async_client: Optional[AsyncPerdura] = None,
        *,
        scope: Optional[str] = None,
        on_clear: str = "erase",
        memory_lane: str = "shared",
        agent_id: Optional[str] = None,
        team_id: Optional[str] = None,
    ) -> None:
        if client is None and async_client is None:
            raise ValueError("a client is needed")
        if on_clear not in ("erase", "hide"):
            raise ValueError('on_clear is "erase" or "hide"')
        for one in (client, async_client):
            if on_clear == "erase" and one is not None and not one.may_administer:
                raise ValueError('to erase, a client needs admin_token; on_clear="hide" does without, and keeps messages on the server')
        self.session_id = session_id
        self._client = client
        self._async_client = async_client
        self._erasing = on_clear == "erase"
        self._where: Dict[str, Any] = {"scope": scope} if scope is not None else {}
        self._reader = {key: value for key, value in (("consumer_agent_id", agent_id), ("consumer_team_id", team_id)) if value is not None}
        self._writer = {"memory_lane": memory_lane}
        self._writer.update({key: value for key, value in (("producer_agent_id", agent_id), ("owner_agent_id", agent_id),
                                                           ("owner_team_id", team_id)) if value is not None})

    def _sync(self) -> Perdura:
        if self._client is None:
            raise RuntimeError("this history has an asynchronous client only")
        return self._client

    @property
    def messages(self) -> List[BaseMessage]:  # type: ignore[override]
        """Oldest first."""
        rows: List[Any] = []
        for event in self._sync().pages("listSessionEvents", {"session_id": self.session_id}, None, self._query(), None):
            if not keep(rows, event):
                break
        return read(rows)

    async def aget_messages(self) -> List[BaseMessage]:
        if self._async_client is None:
            return await super().aget_messages()
        rows: List[Any] = []
        async for event in self._async_client.pages("listSessionEvents", {"session_id": self.session_id}, None, self._query(), None):
            if not keep(rows, event):
                break
        return read(rows)

    def add_messages(self, messages: Sequence[BaseMessage]) -> None:
        # One after the other: the server's order is that of its commits.
        for message in messages:
            self._sync().call("appendEvent", body=self._event({"message": message_to_dict(message)}, message))

    async def aadd_messages(self, messages: Sequence[BaseMessage]) -> None:
        if self._async_client is None:
            await super().aadd_messages(messages)
            return
        for message in messages:
            await self._async_client.call("appendEvent", body=self._event({"message": message_to_dict(message)}, message))

    def clear(self) -> None:
        if not self._erasing:
            self._sync().call("appendEvent", body=self._event({"cleared": True}))
            return
        while not self._sync().call("eraseSession", body=self._session())["complete"]:
            continue

    async def aclear(self) -> None:
        if self._async_client is None:
            await super().aclear()
        elif not self._erasing:
            await self._async_client.call("appendEvent", body=self._event({"cleared": True}))
        else:
            while not (await self._async_client.call("eraseSession", body=self._session()))["complete"]:
                continue

    def _query(self) -> Dict[str, Any]:
        return {**self._where, **self._reader, "include_slots": True, "limit": 200}

    def _session(self) -> Dict[str, Any]:
        return {**self._where, "session_id": self.session_id, "reason": "langchain chat history"}

    def _event(self, slot: Dict[str, Any], message: Optional[BaseMessage] = None) -> Dict[str, Any]:
        text = text_of(message.content) if message is not None else ""
        # The id is the caller's, so that an event has one name on all attempts.
        body = {**self._where, **self._writer, "session_id": self.session_id, "event_id": str(uuid.uuid4()), "metadata": {SLOT: slot},
                "title": f"{message.type} message" if message is not None else "history cleared", "auto_embed": bool(text)}
        return {**body, "text_summary": text[:LONGEST_SUMMARY]} if text else body


class PerduraRetriever(BaseRetriever):
    """Documents that Perdura recalls for a question, best first."""

    client: Any = None
    async_client: Any = None
    k: int = 10
    """Documents at most."""
    options: Dict[str, Any] = {}
    """More fields of the request: scope, recall_strategy, consumer_agent_id, ..."""

    def _get_relevant_documents(self, query: str, *, run_manager: CallbackManagerForRetrieverRun) -> List[Document]:
        if self.client is None:
            raise RuntimeError("this retriever has an asynchronous client only")
        return documents(self.client.call("recallText", body=self._body(query)))

    async def _aget_relevant_documents(self, query: str, *, run_manager: AsyncCallbackManagerForRetrieverRun) -> List[Document]:
        if self.async_client is None:
            return await super()._aget_relevant_documents(query, run_manager=run_manager)
        return documents(await self.async_client.call("recallText", body=self._body(query)))

    def _body(self, query: str) -> Dict[str, Any]:
        return {**self.options, "query_text": query, "limit": self.k}


def keep(rows: List[Any], event: Dict[str, Any]) -> bool:
    """Adds the message of an event, newest first; false when what is older no longer counts."""
    slot = (event.get("slots") or {}).get(SLOT)
    if not isinstance(slot, dict):
        return True
    if slot.get("cleared"):
        return False
    rows.append(slot["message"])
    return True


def read(rows: List[Any]) -> List[BaseMessage]:
    return list(messages_from_dict(rows[::-1]))


def text_of(content: Any) -> str:
    """A message's content is a text, or a list of texts and blocks."""
    if isinstance(content, str):
        return content.strip()
    texts = [one if isinstance(one, str) else one.get("text", "") for one in content if isinstance(one, (str, dict))]
    return "\n".join(text for text in texts if isinstance(text, str) and text.strip()).strip()


def documents(answer: Dict[str, Any]) -> List[Document]:
    found = []
    for seed in answer["seeds"]:
        text = seed["text_summary"] or seed["title"]
        if text:
            metadata = {key: seed[key] for key in ("id", "type", "title", "similarity")}
            found.append(Document(page_content=text, metadata={**metadata, "scope": answer["scope"]}))
    return found
