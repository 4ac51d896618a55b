import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { systemClock } from "../src/index.js";
import { newId } from "../src/ids.js";
import { FakeClock } from "./fakes.js";

const UUID_7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

describe("an id", () => {
  it("is a UUID of version 7 that begins with the time", () => {
    const id = newId(new FakeClock());
    assert.match(id, UUID_7);
    assert.equal(Number.parseInt(id.slice(0, 13).replace("-", ""), 16), Date.UTC(2026, 0, 1));
  });

  it("is never the same twice, with the platform's randomness or without", () => {
    const platform = Object.getOwnPropertyDescriptor(globalThis, "crypto");
    try {
      for (const crypto of [globalThis.crypto, undefined]) {
        Object.defineProperty(globalThis, "crypto", { value: crypto, configurable: true });
        const ids = Array.from({ length: 10_000 }, () => newId(systemClock));
        assert.equal(new Set(ids).size, ids.length);
        assert.ok(ids.every((id) => UUID_7.test(id)));
      }
    } finally {
      if (platform) {
        Object.defineProperty(globalThis, "crypto", platform);
      } else {
        Reflect.deleteProperty(globalThis, "crypto");
      }
    }
  });
});
