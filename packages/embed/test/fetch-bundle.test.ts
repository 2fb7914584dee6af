import { createHash } from "node:crypto";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type FetchBundleOptions, fetchBundle, openModel } from "../src/index.ts";
import { makeRandomBundle, type TestBundle } from "./random-bundle.ts";

const HOST = "models.example.org";
const ADDRESS = `https://${HOST}/tiny/`;

let bundle: TestBundle;
let cacheDir: string;
let asked: string[];
beforeEach(async () => {
  bundle = await makeRandomBundle();
  cacheDir = mkdtempSync(join(tmpdir(), "bundle-cache-"));
  asked = [];
});
afterEach(() => {
  bundle.remove();
  rmSync(cacheDir, { recursive: true, force: true });
});

/** Serves the bundle's folder; `change` may spoil what is sent. */
function optionsWith(
  change: (file: string, bytes: Buffer) => Buffer = (_, bytes) => bytes,
): FetchBundleOptions {
  const serve = async (url: URL): Promise<Response> => {
    const file = url.pathname.split("/").at(-1)!;
    asked.push(file);
    const path = join(bundle.folder, file);
    if (!existsSync(path)) return new Response(null, { status: 404 });
    return new Response(new Uint8Array(change(file, readFileSync(path))));
  };
  return { allowedHosts: [HOST], cacheDir, variant: null, fetch: serve as typeof fetch };
}

const pin = () =>
  createHash("sha256")
    .update(readFileSync(join(bundle.folder, "config.json")))
    .digest("hex");

test("a bundle from an allowed host works like the folder it came from", async () => {
  const folder = await fetchBundle(ADDRESS, optionsWith());
  const [fetched, original] = await Promise.all(
    [folder, bundle.folder].map((bundleDir) => openModel({ bundleDir, provider: "cpu", threads: 1 })),
  );
  expect((await fetched!.embed(["graphs"])).vectors).toEqual((await original!.embed(["graphs"])).vectors);
  await Promise.all([fetched!.close(), original!.close()]);
});

test("what was fetched once is not fetched again, and a pinned bundle needs no network at all", async () => {
  await fetchBundle(ADDRESS, optionsWith());
  asked = [];
  await fetchBundle(ADDRESS, optionsWith());
  expect(asked).toEqual(["config.json"]);
  asked = [];
  await fetchBundle(`${ADDRESS}#sha256=${pin()}`, optionsWith());
  expect(asked).toEqual([]);
});

test.each([
  [
    "another host",
    "https://evil.example.org/tiny/",
    "evil.example.org is not among the hosts of MODEL_HOSTS",
  ],
  ["another port", `https://${HOST}:444/tiny/`, `${HOST}:444 is not among`],
  ["the host as a user name", `https://${HOST}@evil.example.org/`, "evil.example.org is not among"],
  ["plain http", `http://${HOST}/tiny/`, "over https only"],
  ["an unreadable pin", `${ADDRESS}#sha256=12`, "64 hexadecimal digits"],
  ["a missing bundle", `https://${HOST}/none/x.json`, "answered 404"],
])("%s is refused by name", async (what, address, sentence) => {
  const options = what === "a missing bundle" ? { ...optionsWith(), fetch: gone } : optionsWith();
  await expect(fetchBundle(address, options)).rejects.toThrow(sentence);
  expect(asked).toEqual([]);
});
const gone = async () => new Response(null, { status: 404 });

test("a redirect is not followed", async () => {
  let mode: string | undefined;
  const redirecting: typeof fetch = async (_, init) => {
    mode = init?.redirect;
    throw new TypeError("unexpected redirect");
  };
  await expect(fetchBundle(ADDRESS, { ...optionsWith(), fetch: redirecting })).rejects.toThrow(
    "redirects are not followed",
  );
  expect(mode).toBe("error");
});

test.each([
  ["changed", (bytes: Buffer) => Buffer.concat([bytes.subarray(0, -1), Buffer.from([bytes.at(-1)! ^ 1])])],
  ["longer", (bytes: Buffer) => Buffer.concat([bytes, Buffer.from([0])])],
  ["cut short", (bytes: Buffer) => bytes.subarray(0, 50)],
])("a model file that is %s never gets its name", async (_, spoil) => {
  const options = optionsWith((file, bytes) => (file.endsWith(".onnx") ? spoil(bytes) : bytes));
  await expect(fetchBundle(ADDRESS, options)).rejects.toThrow("does not match the size and checksum");
  expect(
    readdirSync(cacheDir, { recursive: true }).filter((name) => !/tokenizer/.test(String(name))),
  ).toEqual([pin()]);
});

test("a config that differs from its pin, that is no config, or that is endless is refused", async () => {
  await expect(fetchBundle(`${ADDRESS}#sha256=${"0".repeat(64)}`, optionsWith())).rejects.toThrow(
    "as the address says",
  );
  const empty = optionsWith(() => Buffer.from("{}"));
  await expect(fetchBundle(ADDRESS, empty)).rejects.toThrow("formatVersion must be 1");
  const large = optionsWith(() => Buffer.alloc(1_000_001));
  await expect(fetchBundle(ADDRESS, large)).rejects.toThrow("larger than 1 MB");
  const escaping = optionsWith((_, bytes) =>
    Buffer.from(bytes.toString().replace("tokenizer.json", "../tokenizer")),
  );
  await expect(fetchBundle(ADDRESS, escaping)).rejects.toThrow("tokenizer must be");
});
