// A small agent whose memory outlives it. Start a server with ./perdura up, then: npm run example
import { Perdura } from "@perdura/client";

const perdura = new Perdura({ baseUrl: process.env.PERDURA_URL ?? "http://localhost:3001", scope: "example-agent" });
const session = `chat-${Date.now()}`;

/** What the agent hears becomes an event of its session; other sessions recall it too. */
async function hear(text: string): Promise<void> {
  await perdura.sessions.appendEvent({ session_id: session, memory_lane: "shared", input_text: text });
}

async function answer(question: string): Promise<string> {
  const memory = await perdura.memory.recallText({ query_text: question, limit: 5, context_token_budget: 500 });
  const reply = await model(`${memory.context.text}\n\nQuestion: ${question}`, memory.seeds[0]?.text_summary);
  const used = memory.seeds.slice(0, 1).map((seed) => seed.id);
  if (used.length > 0) {
    // What helped stays warm.
    await perdura.memory.activate({ node_ids: used, outcome: "positive", input_text: question });
  }
  return reply;
}

/** In place of a language model, which would be given the prompt: says what memory ranks first. */
function model(_prompt: string, best?: string | null): Promise<string> {
  return Promise.resolve(best ?? "I do not know.");
}

await hear("Ada keeps the spare key under the blue flowerpot.");
await hear("The build server is rebooted every Sunday at 4 o'clock.");
for (const question of ["Where can I find a second key?", "When is the build machine down?"]) {
  console.log(`${question}\n  ${await answer(question)}`);
}
