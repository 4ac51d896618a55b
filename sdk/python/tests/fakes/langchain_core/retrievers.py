"""Stands for langchain_core.retrievers: see tests/fakes/README.md. The real one is a pydantic model: fields are annotations."""

import asyncio
from abc import ABC, abstractmethod
from typing import Any, List

from .callbacks import AsyncCallbackManagerForRetrieverRun, CallbackManagerForRetrieverRun
from .documents import Document


class BaseRetriever(ABC):
    def __init__(self, **fields: Any) -> None:
        for name, value in fields.items():
            if name not in type(self).__annotations__:
                raise TypeError(name)
            setattr(self, name, value)

    @abstractmethod
    def _get_relevant_documents(self, query: str, *, run_manager: CallbackManagerForRetrieverRun) -> List[Document]: ...

    async def _aget_relevant_documents(self, query: str, *, run_manager: AsyncCallbackManagerForRetrieverRun) -> List[Document]:
        def work() -> List[Document]:
            return self._get_relevant_documents(query, run_manager=run_manager.get_sync())

        return await asyncio.get_running_loop().run_in_executor(None, work)

    def invoke(self, query: str) -> List[Document]:
        return self._get_relevant_documents(query, run_manager=CallbackManagerForRetrieverRun())

    async def ainvoke(self, query: str) -> List[Document]:
        return await self._aget_relevant_documents(query, run_manager=AsyncCallbackManagerForRetrieverRun())
