import os

from perdura import Perdura

with Perdura(os.environ.get("PERDURA_URL", "http://localhost:3001"), scope="first-steps") as perdura:
    perdura.sessions.append_event(
        session_id="python", memory_lane="shared",
        input_text="Ada keeps the spare key under the blue flowerpot.")
    recalled = perdura.memory.recall_text(query_text="Where can I find a second key?")
    print(recalled["seeds"][0]["text_summary"])
