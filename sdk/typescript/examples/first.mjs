import { Perdura } from "@perdura/client";

const baseUrl = process.env.PERDURA_URL ?? "http://localhost:3001";
const perdura = new Perdura({ baseUrl, scope: "first-steps" });
await perdura.sessions.appendEvent({
  session_id: "typescript",
  memory_lane: "shared",
  input_text: "Ada keeps the spare key under the blue flowerpot.",
});
const { seeds } = await perdura.memory.recallText({ query_text: "Where can I find a second key?" });
console.log(seeds[0].text_summary);
