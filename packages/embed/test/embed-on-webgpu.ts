/** Prints the vectors of texts by WebGPU as JSON: `node embed-on-webgpu.ts BUNDLE '["text", …]'`. */
import { openModel } from "../src/index.ts";

const [bundleDir, texts] = process.argv.slice(2);
const encoder = await openModel({ bundleDir: bundleDir!, provider: "webgpu", variant: "float32" });
const { vectors } = await encoder.embed(JSON.parse(texts!) as string[]);
const { provider, notes } = encoder.model;
console.log(JSON.stringify({ provider, notes, vectors: vectors.map((vector) => [...vector]) }));
await encoder.close();
