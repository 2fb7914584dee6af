/** A rebuild that writes more than one batch of rows, says so, and then waits to be killed. */
import { openLanceEngine } from "../../src/lance/lance-engine.ts";
import { paper } from "../documents.ts";

const engine = await openLanceEngine({ uri: process.argv[2] ?? "" });
await engine.rebuild(
  (async function* () {
    yield Array.from({ length: 8_200 }, (_, index) => paper(`2401.${index}`, { title: "orphan" }));
    console.log("writing");
    await new Promise((resolve) => setTimeout(resolve, 600_000));
  })(),
);
