"""Stands for langchain_core.chat_history: see tests/fakes/README.md."""

import asyncio
from abc import ABC, abstractmethod
from typing import List, Sequence

from .messages import AIMessage, BaseMessage, HumanMessage


class BaseChatMessageHistory(ABC):
    messages: List[BaseMessage]

    async def aget_messages(self) -> List[BaseMessage]:
        return await asyncio.get_running_loop().run_in_executor(None, lambda: self.messages)

    def add_message(self, message: BaseMessage) -> None:
        self.add_messages([message])

    def add_user_message(self, message: str) -> None:
        self.add_message(HumanMessage(content=message))

    def add_ai_message(self, message: str) -> None:
        self.add_message(AIMessage(content=message))

    def add_messages(self, messages: Sequence[BaseMessage]) -> None:
        raise NotImplementedError

    async def aadd_messages(self, messages: Sequence[BaseMessage]) -> None:
        await asyncio.get_running_loop().run_in_executor(None, self.add_messages, messages)

    @abstractmethod
    def clear(self) -> None: ...

    async def aclear(self) -> None:
        await asyncio.get_running_loop().run_in_executor(None, self.clear)
