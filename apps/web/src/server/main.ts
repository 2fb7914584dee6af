import { parseSettings } from "@cool-papers/core/settings";
import { startSite } from "./start-site.ts";

/** `node apps/web/src/server/main.ts start|dev`: runs the site until a signal ends it. */
const mode = process.argv[2] === "dev" ? "development" : "production";
const startedAt = performance.now();

try {
  const site = await startSite({
    settings: parseSettings(process.env),
    mode,
    log: (message) => console.log(message),
  });
  console.log(
    `Cool Papers is at ${site.url} (ready in ${((performance.now() - startedAt) / 1000).toFixed(1)} s)`,
  );
  let isStopping = false;
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.on(signal, () => {
      if (isStopping) process.exit(1);
      isStopping = true;
      site.close().then(
        () => process.exit(0),
        (error: unknown) => {
          console.error(error);
          process.exit(1);
        },
      );
    });
  }
} catch (error) {
  // Our packages' own errors say in a sentence what to do; anything else shows where it came from.
  const isOurs =
    error instanceof Error && !/^(Error|TypeError|RangeError|ReferenceError|SyntaxError)$/.test(error.name);
  console.error(isOurs ? error.message : error);
  process.exit(1);
}
