import fc from "fast-check";
import { expect, test } from "vitest";
import { BodyBudget, TooLargeError } from "../src/index.ts";

/** A request whose body comes in these chunks; `announced` is what it states as its length. */
function requestOf(chunks: readonly Uint8Array[], announced: number | null): Request {
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      for (const chunk of chunks) controller.enqueue(chunk);
      controller.close();
    },
  });
  const headers: Record<string, string> = announced === null ? {} : { "content-length": String(announced) };
  return new Request("http://h/", { method: "POST", headers, body, duplex: "half" } as RequestInit);
}

test("a body arrives byte for byte, whatever its chunks are and whether or not its length was announced", async () => {
  const bodies = new BodyBudget(1_000_000);
  const chunks = fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 20 });
  await fc.assert(
    fc.asyncProperty(chunks, fc.boolean(), async (chunks, isAnnounced) => {
      const whole = Buffer.concat(chunks);
      const request = requestOf(chunks, isAnnounced ? whole.byteLength : null);
      const body = await bodies.with(request, 10_000, async (body) => new Uint8Array(body));
      expect(Buffer.from(body).equals(whole)).toBe(true);
      expect(bodies.held).toBe(0);
    }),
  );
});

test("a body over the limit is refused by its announced length before any of it is read, else as soon as it is over", async () => {
  const bodies = new BodyBudget(1_000_000);
  let sent = 0;
  const endless = (announced: Record<string, string>) =>
    new Request("http://h/", {
      method: "POST",
      headers: announced,
      body: new ReadableStream<Uint8Array>(
        {
          pull(controller) {
            sent += 1;
            controller.enqueue(new Uint8Array(100));
          },
        },
        { highWaterMark: 0 },
      ),
      duplex: "half",
    } as RequestInit);
  const never = () => Promise.reject(new Error("used"));
  await expect(bodies.with(endless({ "content-length": "1001" }), 1000, never)).rejects.toThrow(
    TooLargeError,
  );
  expect(sent).toBe(0);
  await expect(bodies.with(endless({}), 1000, never)).rejects.toThrow(TooLargeError);
  expect(sent).toBe(11);
  expect(bodies.held).toBe(0);
});
