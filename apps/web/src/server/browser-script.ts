import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** The one script of our pages, bundled from `src/browser`. */
export interface BrowserScript {
  /** Address with a digest of the code, so that browsers may keep it for ever. */
  readonly path: string;
  readonly code: string;
}

const webRoot = join(import.meta.dirname, "../..");
const builtFile = join(webRoot, ".next/reader.js");

/** Bundles and minifies `src/browser/reader.ts`. Rolldown is a build tool: it is loaded only here. */
export async function bundleBrowserScript(): Promise<BrowserScript> {
  const { rolldown } = await import("rolldown");
  const bundle = await rolldown({ input: join(webRoot, "src/browser/reader.ts"), logLevel: "warn" });
  const { output } = await bundle.generate({ format: "esm", minify: true });
  await bundle.close();
  return scriptOf(output[0].code);
}

export function writeBrowserScript(script: BrowserScript): void {
  mkdirSync(join(webRoot, ".next"), { recursive: true });
  writeFileSync(builtFile, script.code);
}

/** The script that the build left. Throws when there is none. */
export function readBrowserScript(): BrowserScript {
  if (!existsSync(builtFile))
    throw new Error(
      "The site is not built; run `npm start`, which builds it, or `npm run build -w apps/web`.",
    );
  return scriptOf(readFileSync(builtFile, "utf8"));
}

function scriptOf(code: string): BrowserScript {
  const digest = createHash("sha256").update(code).digest("base64url").slice(0, 12);
  return { path: `/_site/reader-${digest}.js`, code };
}
