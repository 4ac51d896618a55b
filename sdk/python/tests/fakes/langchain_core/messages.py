"""Stands for langchain_core.messages: see tests/fakes/README.md."""

from typing import Any, Dict, List, Sequence


class BaseMessage:
    type = ""

    def __init__(self, content: Any) -> None:
        self.content = content

    def __eq__(self, other: object) -> bool:
        return isinstance(other, BaseMessage) and (self.type, self.content) == (other.type, other.content)


class HumanMessage(BaseMessage):
    type = "human"


class AIMessage(BaseMessage):
    type = "ai"


def message_to_dict(message: BaseMessage) -> Dict[str, Any]:
    return {"type": message.type, "data": {"content": message.content, "type": message.type}}


def messages_from_dict(messages: Sequence[Dict[str, Any]]) -> List[BaseMessage]:
    kinds = {"human": HumanMessage, "ai": AIMessage}
    return [kinds[one["type"]](one["data"]["content"]) for one in messages]
