import { mkdir, open, rm, stat, truncate } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { RejectedLine } from "@cool-papers/ingest";

/**
 * `<DATA_DIR>/rejects/<file>.jsonl`: one line {line, reason, excerpt} for each line that gave no paper. Its length is
 * part of the import's position, so that an import that goes on neither loses nor doubles a reject.
 */
export class RejectFile {
  readonly path: string;
  #bytes: number;

  private constructor(path: string, bytes: number) {
    this.path = path;
    this.#bytes = bytes;
  }

  /** @param keepBytes what an earlier run wrote before its kept position; 0 starts anew. */
  static async open(dataDir: string, sourceName: string, keepBytes: number): Promise<RejectFile> {
    const path = join(dataDir, "rejects", `${safeFileName(sourceName)}.jsonl`);
    const size = (await stat(path).catch(() => null))?.size ?? 0;
    const kept = Math.min(size, keepBytes);
    if (kept > 0) await truncate(path, kept);
    else await rm(path, { force: true });
    return new RejectFile(path, kept);
  }

  /** Bytes written so far. */
  get bytes(): number {
    return this.#bytes;
  }

  async append(rejects: readonly RejectedLine[]): Promise<void> {
    if (rejects.length === 0) return;
    const text = rejects.map((reject) => `${JSON.stringify(reject)}\n`).join("");
    await mkdir(dirname(this.path), { recursive: true });
    const file = await open(this.path, "a");
    try {
      await file.write(text);
      await file.sync();
    } finally {
      await file.close();
    }
    this.#bytes += Buffer.byteLength(text);
  }
}

function safeFileName(name: string): string {
  return name.replace(/[^\w.-]/gu, "_").slice(0, 120);
}
