import type { Connection, Table } from "@lancedb/lancedb";
import { Field, Int32, Schema, Utf8 } from "apache-arrow";
import { SEGMENT_FORMAT } from "../index/segment-arrays.ts";
import { SearchIndexError } from "./errors.ts";

/** What the index consists of at one moment. Segments are immutable; only the manifest ever changes, at one stroke. */
export interface Manifest {
  readonly format: number;
  readonly generation: number;
  /** When the last full rebuild was swapped in, ISO 8601; null for an index made by upserts only. */
  readonly builtAt: string | null;
  readonly vectorDimension: number | null;
  readonly segments: readonly SegmentEntry[];
  /** Segments that an older manifest named: kept for a while for readers that still use it. */
  readonly retired: readonly { readonly name: string; readonly at: number }[];
}

export interface SegmentEntry {
  readonly name: string;
  readonly size: number;
  /** Deleted documents as a bitmap in base64, null when there are none. */
  readonly deleted: string | null;
}

export const EMPTY_MANIFEST: Manifest = {
  format: SEGMENT_FORMAT,
  generation: 0,
  builtAt: null,
  vectorDimension: null,
  segments: [],
  retired: [],
};

const TABLE = "current";
const SCHEMA = new Schema([
  new Field("generation", new Int32(), false),
  new Field("manifest", new Utf8(), false),
]);

/** Reads and replaces the manifest: one row in one table, replaced by one atomic Lance commit. */
export class ManifestStore {
  private readonly connection: Connection;
  private table: Table | null = null;
  private seenVersion = -1;

  constructor(connection: Connection) {
    this.connection = connection;
  }

  /** The manifest when it is newer than what this store last gave, else null. */
  async readIfChanged(): Promise<Manifest | null> {
    const table = await this.open();
    if (!table) return null;
    await table.checkoutLatest();
    const version = await table.version();
    if (version === this.seenVersion) return null;
    const manifest = await readManifest(table);
    this.seenVersion = version;
    return manifest;
  }

  /** Makes the next readIfChanged read again. */
  forget(): void {
    this.seenVersion = -1;
  }

  async read(): Promise<Manifest> {
    const table = await this.open();
    if (!table) return EMPTY_MANIFEST;
    await table.checkoutLatest();
    return readManifest(table);
  }

  /** The generation alone, of whatever format; null when there is none to be read. */
  async readGeneration(): Promise<number | null> {
    try {
      const table = await this.open();
      if (!table) return null;
      await table.checkoutLatest();
      const rows = await table.query().select(["generation"]).toArray();
      const generation: unknown = rows[0]?.generation;
      return Number.isInteger(generation) ? (generation as number) : null;
    } catch {
      return null;
    }
  }

  async write(manifest: Manifest): Promise<void> {
    const row = rowOf(manifest);
    const table = await this.open();
    if (table) await table.add(row, { mode: "overwrite" });
    else this.table = await this.connection.createTable(TABLE, row, { schema: SCHEMA });
  }

  /** Writes in place of a manifest that cannot be read, whatever became of its files. */
  async replace(manifest: Manifest): Promise<void> {
    try {
      await this.write(manifest);
      // A table of other columns takes the row and gives back none that can be read.
      await this.read();
    } catch {
      this.close();
      await this.connection.dropTable(TABLE);
      this.table = await this.connection.createTable(TABLE, rowOf(manifest), { schema: SCHEMA });
    }
  }

  /** Removes files of old versions of the manifest; readers only ever look at the latest. */
  async compact(olderThan: Date): Promise<void> {
    const table = await this.open();
    await table?.optimize({ cleanupOlderThan: olderThan });
  }

  close(): void {
    this.table?.close();
    this.table = null;
  }

  private async open(): Promise<Table | null> {
    if (this.table) return this.table;
    const names = await this.connection.tableNames();
    if (!names.includes(TABLE)) return null;
    this.table = await this.connection.openTable(TABLE);
    return this.table;
  }
}

const rowOf = (manifest: Manifest) => [
  { generation: manifest.generation, manifest: JSON.stringify(manifest) },
];

async function readManifest(table: Table): Promise<Manifest> {
  const rows = await table.query().select(["manifest"]).toArray();
  if (rows.length === 0) return EMPTY_MANIFEST;
  const manifest = parseManifest(String(rows[0].manifest));
  if (manifest.format !== SEGMENT_FORMAT) {
    throw new SearchIndexError(
      `it has format ${manifest.format}, this version reads format ${SEGMENT_FORMAT}`,
    );
  }
  return manifest;
}

function parseManifest(text: string): Manifest {
  try {
    const manifest: unknown = JSON.parse(text);
    if (typeof manifest === "object" && manifest !== null) return manifest as Manifest;
  } catch {
    // Said below.
  }
  throw new SearchIndexError(`its manifest is damaged (${JSON.stringify(text.slice(0, 40))})`);
}
