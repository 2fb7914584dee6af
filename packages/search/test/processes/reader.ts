/** A reader in a process of its own: prints each different total it sees, until it has seen the last argument. */
import { openLanceEngine } from "../../src/lance/lance-engine.ts";
import { request } from "../documents.ts";

const [uri = "", last = ""] = process.argv.slice(2);
const engine = await openLanceEngine({ uri, refreshMs: 0 });
let seen = "";
while (seen !== last) {
  const { total } = await engine.search(request("-zzzz"));
  if (String(total) !== seen) console.log(total);
  seen = String(total);
}
await engine.close();
