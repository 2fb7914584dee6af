import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll } from "vitest";
import { openLanceEngine } from "../src/lance/lance-engine.ts";
import { engineSuite } from "./engine-suite.ts";

const folder = mkdtempSync(join(tmpdir(), "cool-papers-lance-"));
let engines = 0;

engineSuite("lance", {
  open: () => openLanceEngine({ uri: join(folder, String(engines++)) }),
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));
