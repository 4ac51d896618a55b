"""Stands for langgraph.store.base: see tests/fakes/README.md."""

from __future__ import annotations

from abc import ABC, abstractmethod
from datetime import datetime
from typing import Any, Dict, Iterable, List, Literal, NamedTuple, Optional, Tuple, Union

Namespace = Tuple[str, ...]


class Item:
    def __init__(self, *, value: Dict[str, Any], key: str, namespace: Namespace, created_at: datetime, updated_at: datetime) -> None:
        self.value = value
        self.key = key
        self.namespace = tuple(namespace)
        self.created_at = created_at
        self.updated_at = updated_at


class SearchItem(Item):
    def __init__(self, namespace: Namespace, key: str, value: Dict[str, Any], created_at: datetime, updated_at: datetime,
                 score: Optional[float] = None) -> None:
        super().__init__(value=value, key=key, namespace=namespace, created_at=created_at, updated_at=updated_at)
        self.score = score


class GetOp(NamedTuple):
    namespace: Namespace
    key: str
    refresh_ttl: bool = True


class SearchOp(NamedTuple):
    namespace_prefix: Namespace
    filter: Optional[Dict[str, Any]] = None
    limit: int = 10
    offset: int = 0
    query: Optional[str] = None
    refresh_ttl: bool = True


class PutOp(NamedTuple):
    namespace: Namespace
    key: str
    value: Optional[Dict[str, Any]]
    index: Union[Literal[False], List[str], None] = None  # type: ignore[assignment]
    ttl: Optional[float] = None


class MatchCondition(NamedTuple):
    match_type: str
    path: Namespace


class ListNamespacesOp(NamedTuple):
    match_conditions: Optional[Tuple[MatchCondition, ...]] = None
    max_depth: Optional[int] = None
    limit: int = 100
    offset: int = 0


class BaseStore(ABC):
    supports_ttl: bool = False

    @abstractmethod
    def batch(self, ops: Iterable[Any]) -> List[Any]: ...

    @abstractmethod
    async def abatch(self, ops: Iterable[Any]) -> List[Any]: ...

    def get(self, namespace: Namespace, key: str) -> Any:
        return self.batch([GetOp(namespace, key)])[0]

    def put(self, namespace: Namespace, key: str, value: Dict[str, Any], index: Union[Literal[False], List[str], None] = None) -> None:
        self.batch([PutOp(namespace, key, value, index)])

    def delete(self, namespace: Namespace, key: str) -> None:
        self.batch([PutOp(namespace, key, None)])

    def search(self, namespace_prefix: Namespace, /, *, query: Optional[str] = None, filter: Optional[Dict[str, Any]] = None,
               limit: int = 10, offset: int = 0) -> Any:
        return self.batch([SearchOp(namespace_prefix, filter, limit, offset, query)])[0]

    def list_namespaces(self, *, prefix: Optional[Namespace] = None, suffix: Optional[Namespace] = None,
                        max_depth: Optional[int] = None, limit: int = 100, offset: int = 0) -> Any:
        return self.batch([listing(prefix, suffix, max_depth, limit, offset)])[0]

    async def aget(self, namespace: Namespace, key: str) -> Any:
        return (await self.abatch([GetOp(namespace, key)]))[0]

    async def aput(self, namespace: Namespace, key: str, value: Dict[str, Any],
                   index: Union[Literal[False], List[str], None] = None) -> None:
        await self.abatch([PutOp(namespace, key, value, index)])

    async def adelete(self, namespace: Namespace, key: str) -> None:
        await self.abatch([PutOp(namespace, key, None)])

    async def asearch(self, namespace_prefix: Namespace, /, *, query: Optional[str] = None, filter: Optional[Dict[str, Any]] = None,
                      limit: int = 10, offset: int = 0) -> Any:
        return (await self.abatch([SearchOp(namespace_prefix, filter, limit, offset, query)]))[0]

    async def alist_namespaces(self, *, prefix: Optional[Namespace] = None, suffix: Optional[Namespace] = None,
                               max_depth: Optional[int] = None, limit: int = 100, offset: int = 0) -> Any:
        return (await self.abatch([listing(prefix, suffix, max_depth, limit, offset)]))[0]


def listing(prefix: Optional[Namespace], suffix: Optional[Namespace], max_depth: Optional[int], limit: int,
            offset: int) -> ListNamespacesOp:
    given = (("prefix", prefix), ("suffix", suffix))
    return ListNamespacesOp(tuple(MatchCondition(kind, path) for kind, path in given if path), max_depth, limit, offset)
