import { readFileSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { type LockPackages, missingPlatformEntries } from "./lockfile-platforms.ts";

/** `node scripts/complete-lockfile.ts`: after `npm install`, adds the entries of other systems' binaries. */
const file = resolve(import.meta.dirname, "../package-lock.json");
const lock = JSON.parse(readFileSync(file, "utf8")) as { packages: LockPackages };
const missing = missingPlatformEntries(lock.packages);
const sorted = Object.entries({ ...lock.packages, ...missing }).sort(([a], [b]) => a.localeCompare(b, "en"));
writeFileSync(file, `${JSON.stringify({ ...lock, packages: Object.fromEntries(sorted) }, null, 2)}\n`);
console.log(`${Object.keys(missing).length} entries added to package-lock.json`);
