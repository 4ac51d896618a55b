"""From one page to the next, for both clients."""

from __future__ import annotations

from typing import Any, Dict, List, Mapping, Optional, Tuple

from ._generated.operations import OPERATIONS
from .errors import MalformedResponse

# What is asked for at once where the caller says nothing.
PAGE = 100


class Pages:
    """The fields of the next request, as long as there is one. `fields` belong to this object."""

    def __init__(self, operation: str, body: Any, fields: Mapping[str, Any]) -> None:
        pager = OPERATIONS[operation].pager
        assert pager is not None
        self._pager = pager
        self._operation = operation
        if body is not None and fields:
            raise TypeError("give a body or keywords, not both")
        self.fields: Dict[str, Any] = dict(body if body is not None else fields)
        if self.fields.get("limit") is None:
            self.fields["limit"] = PAGE
        self._offset = int(self.fields.get("offset") or 0)
        self._first: Optional[int] = None

    def take(self, answer: Mapping[str, Any]) -> Tuple[List[Any], bool]:
        """The rows of an answer, and whether another page may follow; then `fields` are set for it."""
        rows = answer.get(self._pager.items)
        if not isinstance(rows, list):
            raise MalformedResponse(f"the answer to {self._operation} has no list {self._pager.items}")
        if self._pager.by == "cursor":
            last, self.fields["cursor"] = self.fields.get("cursor"), (answer.get("cursor") or {}).get("next")
            return rows, self.fields["cursor"] not in (None, last)
        if not rows:
            return rows, False
        if self._pager.by == "before":
            self.fields["before"] = rows[-1][self._pager.key]
        else:
            self._offset += len(rows)
            self.fields["offset"] = self._offset
        page = answer.get("page")
        return rows, bool(page.get("has_more")) if isinstance(page, dict) else not self._shorter(rows)

    def _shorter(self, rows: List[Any]) -> bool:
        """Whether this page is shorter than the first. What was asked for says nothing: servers cut long pages."""
        if self._first is None:
            self._first = len(rows)
        return len(rows) < self._first
