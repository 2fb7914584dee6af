/**
 * Loaded before drizzle-kit, which npm hoists to the root while drizzle-orm stays in this package: lets the tool
 * find the drizzle-orm of this package.
 */
import { createRequire, registerHooks } from "node:module";
import { pathToFileURL } from "node:url";

const requireHere = createRequire(import.meta.url);
let isResolving = false;

registerHooks({
  resolve: (specifier, context, nextResolve) => {
    if (isResolving || !specifier.startsWith("drizzle-orm")) return nextResolve(specifier, context);
    isResolving = true;
    try {
      return { url: pathToFileURL(requireHere.resolve(specifier)).href, shortCircuit: true };
    } finally {
      isResolving = false;
    }
  },
});
