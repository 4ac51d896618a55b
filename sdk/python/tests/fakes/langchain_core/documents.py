"""Stands for langchain_core.documents: see tests/fakes/README.md."""

from typing import Any, Dict, Optional


class Document:
    def __init__(self, page_content: str, metadata: Optional[Dict[str, Any]] = None) -> None:
        self.page_content = page_content
        self.metadata = metadata or {}
