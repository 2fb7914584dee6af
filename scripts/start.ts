import { resolve } from "node:path";
import { StartError } from "./preflight.ts";
import { runSite } from "./run-site.ts";

try {
  await runSite({ root: resolve(import.meta.dirname, ".."), mode: "production", env: process.env });
} catch (error) {
  console.error(
    error instanceof StartError || (error as Error).name === "SettingsError"
      ? (error as Error).message
      : error,
  );
  process.exit(1);
}
