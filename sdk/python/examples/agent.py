#!/usr/bin/env python3
"""An agent that remembers between conversations, without a language model: it keeps what it is told, and answers from memory.

    ./perdura up
    sdk/python/examples/run agent "Ada keeps the spare key under the blue flowerpot."
    sdk/python/examples/run agent "Where can I find a second key?"

PERDURA_URL and PERDURA_API_KEY say where, and as whom.
"""

from __future__ import annotations

import os
import sys

from perdura import ApiError, NetworkError, Perdura

SESSION = "python-example"


def answer(client: Perdura, said: str) -> str:
    if not said.rstrip().endswith("?"):
        client.sessions.append_event(session_id=SESSION, input_text=said, memory_lane="shared")
        return "I will remember that."
    recalled = client.memory.recall_text(query_text=said, limit=5)
    # Questions are not kept, so whatever is an event was told.
    facts = [seed["text_summary"] for seed in recalled["seeds"] if seed["type"] == "event" and seed["text_summary"]]
    return facts[0] if facts else "I know nothing about that."


def main() -> int:
    if len(sys.argv) != 2:
        print(__doc__)
        return 2
    url = os.environ.get("PERDURA_URL", "http://localhost:3001")
    with Perdura(url, scope="python-example", api_key=os.environ.get("PERDURA_API_KEY")) as client:
        try:
            print(answer(client, sys.argv[1]))
        except NetworkError as fault:
            print(f"{url} does not answer ({fault}); is `./perdura up` running?", file=sys.stderr)
            return 1
        except ApiError as fault:
            print(f"{fault} (request {fault.request_id})", file=sys.stderr)
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
