import { createHash, randomBytes, timingSafeEqual } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { z } from "zod";

/** What a key may use in a minute; null is no limit. */
export interface KeyLimits {
  readonly requestsPerMinute: number | null;
  readonly tokensPerMinute: number | null;
}

/** A key as it is stored: its hash, never the key. */
export interface StoredKey extends KeyLimits {
  readonly name: string;
  /** SHA-256 of the key, hex. The key holds 256 random bits, so a plain hash cannot be searched backwards. */
  readonly hash: string;
  readonly createdAt: string;
}

const limit = z.int().positive().nullable();
const fileSchema = z.object({
  keys: z.array(
    z.object({
      name: z.string().min(1),
      hash: z.string().regex(/^[0-9a-f]{64}$/),
      createdAt: z.string(),
      requestsPerMinute: limit,
      tokensPerMinute: limit,
    }),
  ),
});

/** Name of the key file in the data folder. */
export const API_KEY_FILE = "api-keys.json";

/** The key file cannot be used, or a name is taken or unknown. */
export class KeyStoreError extends Error {
  override readonly name = "KeyStoreError";
}

/** API keys in a JSON file of mode 0600. A missing file holds no keys. */
export class ApiKeyStore {
  readonly #file: string;

  constructor(file: string) {
    this.#file = file;
  }

  list(): readonly StoredKey[] {
    if (!existsSync(this.#file)) return [];
    try {
      return fileSchema.parse(JSON.parse(readFileSync(this.#file, "utf8"))).keys;
    } catch (cause) {
      throw new KeyStoreError(
        `The key file ${this.#file} cannot be read as keys; restore it from a backup, or delete it and add the keys anew.`,
        { cause },
      );
    }
  }

  /** Makes a key and returns it: the only time it can be seen. */
  add(name: string, limits: KeyLimits, now: Date): string {
    const keys = this.list();
    if (keys.some((key) => key.name === name)) {
      throw new KeyStoreError(
        `There is a key named ${JSON.stringify(name)} already; choose another name or remove it first.`,
      );
    }
    const key = `cp-${randomBytes(32).toString("base64url")}`;
    this.#write([...keys, { name, hash: hashKey(key), createdAt: now.toISOString(), ...limits }]);
    return key;
  }

  remove(name: string): void {
    const keys = this.list();
    const rest = keys.filter((key) => key.name !== name);
    if (rest.length === keys.length) {
      const names = keys.map((key) => key.name).join(", ") || "none";
      throw new KeyStoreError(`There is no key named ${JSON.stringify(name)}; existing keys: ${names}.`);
    }
    this.#write(rest);
  }

  #write(keys: readonly StoredKey[]): void {
    mkdirSync(dirname(this.#file), { recursive: true });
    const next = `${this.#file}.${process.pid}.tmp`;
    writeFileSync(next, `${JSON.stringify({ keys }, null, 2)}\n`, { mode: 0o600 });
    renameSync(next, this.#file);
  }
}

function hashKey(key: string): string {
  return createHash("sha256").update(key).digest("hex");
}

/** The stored key that a presented one belongs to. Looks at every stored key, in constant time each. */
export function findKey(keys: readonly StoredKey[], presented: string): StoredKey | null {
  const hash = Buffer.from(hashKey(presented), "hex");
  let found: StoredKey | null = null;
  for (const key of keys) {
    if (timingSafeEqual(hash, Buffer.from(key.hash, "hex"))) found = key;
  }
  return found;
}
