import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { expect, test } from "vitest";
import { type LockPackages, missingPlatformEntries, platformOf } from "../lockfile-platforms.ts";

const file = resolve(import.meta.dirname, "../../package-lock.json");
const text = readFileSync(file, "utf8");
const { packages } = JSON.parse(text) as { packages: LockPackages };

test("the lockfile holds every platform's binaries (else: node scripts/complete-lockfile.ts)", () => {
  expect(Object.keys(missingPlatformEntries(packages))).toEqual([]);
});

test("the lockfile names no registry", () => {
  expect(text).not.toMatch(/"resolved": "https?:/);
});

test("system, processor and C library are read from a package's name", () => {
  expect(platformOf("@biomejs/cli-linux-x64-musl")).toEqual({ os: ["linux"], cpu: ["x64"], libc: ["musl"] });
  expect(platformOf("@turbo/windows-64")).toEqual({ os: ["win32"], cpu: ["x64"] });
  expect(platformOf("@next/swc-linux-arm64-gnu")).toEqual({ os: ["linux"], cpu: ["arm64"], libc: ["glibc"] });
  expect(platformOf("fsevents")).toBeNull();
});

test("a binary that its parent names and the lockfile lacks is found, a locked one is not", () => {
  const parent = {
    optionalDependencies: { "@x/cli-darwin-arm64": "1.2.3", "@x/cli-linux-x64": "1.2.3" },
    dev: true,
  };
  const locked = { "node_modules/@x/cli": parent, "node_modules/@x/cli-linux-x64": { version: "1.2.3" } };
  expect(missingPlatformEntries(locked)).toEqual({
    "node_modules/@x/cli-darwin-arm64": {
      version: "1.2.3",
      os: ["darwin"],
      cpu: ["arm64"],
      dev: true,
      optional: true,
    },
  });
});
