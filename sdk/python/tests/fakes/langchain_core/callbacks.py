"""Stands for langchain_core.callbacks: see tests/fakes/README.md."""


class CallbackManagerForRetrieverRun:
    """Says nothing."""


class AsyncCallbackManagerForRetrieverRun:
    def get_sync(self) -> CallbackManagerForRetrieverRun:
        return CallbackManagerForRetrieverRun()
