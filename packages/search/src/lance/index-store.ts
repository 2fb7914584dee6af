import { type Connection, connect } from "@lancedb/lancedb";
import { SEGMENT_FORMAT } from "../index/segment-arrays.ts";
import { isDeleted, makeSnapshot, type Snapshot } from "../index/snapshot.ts";
import type { SearchDocument } from "../search-engine.ts";
import { SearchIndexConflictError, SearchIndexError } from "./errors.ts";
import { EMPTY_MANIFEST, type Manifest, ManifestStore, type SegmentEntry } from "./manifest.ts";
import { dropSegment, listSegments, openSegment, SegmentDraft, type StoredSegment } from "./segment-store.ts";

export interface IndexStoreOptions {
  readonly uri: string;
  /** How long segments that left the index stay readable for other processes. */
  readonly graceMs: number;
  readonly now: () => number;
}

/** A consistent state of the index: the snapshot for matching and, by the same positions, the stored segments. */
export interface IndexState {
  readonly manifest: Manifest;
  readonly snapshot: Snapshot;
  readonly stored: readonly StoredSegment[];
  /** Why the index on disk cannot be used: then this state is empty until something is written. Else null. */
  readonly problem: string | null;
}

/** More segments than this are merged after an upsert, the smallest first. */
const MAX_SEGMENTS = 16;
/** Merging never touches segments above this size; they are worth their own rebuild only. */
const MERGE_BELOW = 16_384;

/**
 * The index on disk: immutable segments and one manifest that says which of them count. Any number of processes may
 * read; one writes. Writes of this process queue up; a write by another process in between is a conflict error.
 */
export class IndexStore {
  private readonly connection: Connection;
  private readonly manifests: ManifestStore;
  private readonly options: IndexStoreOptions;
  private readonly loaded = new Map<string, StoredSegment>();
  private current: IndexState = {
    manifest: EMPTY_MANIFEST,
    snapshot: snapshotOf(EMPTY_MANIFEST, []),
    stored: [],
    problem: null,
  };
  private writing: Promise<unknown> = Promise.resolve();
  private refreshing: Promise<void> | null = null;
  /** Segments being written by this process: no garbage, although no manifest names them. */
  private readonly unfinished = new Set<string>();
  /** Segments written and keys removed since a running rebuild began reading. */
  private sinceRebuild: { segments: Set<string>; keys: Set<string> } | null = null;

  private constructor(connection: Connection, options: IndexStoreOptions) {
    this.connection = connection;
    this.options = options;
    this.manifests = new ManifestStore(connection);
  }

  /** An index of another format or with damaged files opens as an empty one that says so (`problem`). */
  static async open(options: IndexStoreOptions): Promise<IndexStore> {
    const store = new IndexStore(await connect(options.uri), options);
    try {
      await store.refresh();
    } catch (error) {
      await store.startOver(error as Error);
    }
    return store;
  }

  get state(): IndexState {
    return this.current;
  }

  /** Takes over what another process wrote. Calls while one runs share it. */
  refresh(): Promise<void> {
    this.refreshing ??= this.loadLatest()
      .catch((error: unknown) => {
        // What could not be used when it was opened cannot be used now; what another process wrote since can.
        if (this.current.problem === null) throw error;
      })
      .finally(() => {
        this.refreshing = null;
      });
    return this.refreshing;
  }

  private async startOver(error: Error): Promise<void> {
    // An object store that does not answer now may answer later: nothing is wrong with the index.
    const isOwnFault = error instanceof SearchIndexError || isFolder(this.options.uri);
    if (!isOwnFault) throw error;
    // A folder that cannot be read at all is no damaged index.
    await this.connection.tableNames();
    const generation = (await this.manifests.readGeneration()) ?? 0;
    const manifest = { ...EMPTY_MANIFEST, generation };
    const problem = error.message.replace(/\s+/gu, " ").trim();
    this.current = { manifest, snapshot: snapshotOf(manifest, []), stored: [], problem };
  }

  async upsert(documents: readonly SearchDocument[]): Promise<void> {
    if (documents.length === 0) return;
    await this.exclusively(async () => {
      const byKey = new Map(documents.map((document) => [document.key, document]));
      const dimension = this.current.manifest.vectorDimension ?? dimensionOf(documents);
      const added = await this.drafting(async (draft) => {
        await draft.add([...byKey.values()], dimension);
        const stored = await draft.finish();
        for (const one of stored) this.loaded.set(one.segment.name, one);
        await this.commit((manifest) => ({
          ...manifest,
          vectorDimension: dimension,
          segments: [...this.withoutKeys(manifest.segments, byKey.keys()), ...stored.map(entryOf)],
        }));
        return stored;
      });
      for (const { segment } of added) this.sinceRebuild?.segments.add(segment.name);
      for (const key of byKey.keys()) this.sinceRebuild?.keys.add(key);
      if (this.current.manifest.segments.length > MAX_SEGMENTS) await this.mergeSmall();
    });
  }

  async remove(keys: readonly string[]): Promise<void> {
    if (keys.length === 0) return;
    await this.exclusively(async () => {
      for (const key of keys) this.sinceRebuild?.keys.add(key);
      await this.commit((manifest) => ({ ...manifest, segments: this.withoutKeys(manifest.segments, keys) }));
    });
  }

  /**
   * Writes all documents into new segments while the old ones go on serving, then swaps the manifest. What was
   * upserted or removed meanwhile stays so. On failure or abort the old index is as it was.
   */
  async rebuild(
    documents: AsyncIterable<readonly SearchDocument[]>,
    onProgress?: (done: number) => void,
    signal?: AbortSignal,
  ): Promise<void> {
    if (this.sinceRebuild) throw new SearchIndexConflictError("a rebuild of this index is already running");
    this.sinceRebuild = { segments: new Set(), keys: new Set() };
    try {
      await this.exclusively(() => this.dropGarbage());
      await this.drafting(async (draft) => {
        const dimension = await readInto(draft, documents, onProgress, signal);
        const built = await draft.finish();
        signal?.throwIfAborted();
        await this.exclusively(() => this.swap(built, dimension));
      });
    } finally {
      this.sinceRebuild = null;
    }
  }

  /** Merges small segments and drops tables that nothing uses. */
  async optimize(): Promise<void> {
    await this.exclusively(async () => {
      await this.mergeSmall();
      await this.dropGarbage();
      await this.manifests.compact(new Date(this.options.now() - this.options.graceMs));
    });
  }

  async close(): Promise<void> {
    await this.writing.catch(() => undefined);
    await this.refreshing?.catch(() => undefined);
    for (const { documents } of this.loaded.values()) documents.close();
    this.loaded.clear();
    this.manifests.close();
    this.connection.close();
  }

  private async loadLatest(): Promise<void> {
    for (let attempt = 0; ; attempt++) {
      const manifest = await this.manifests.readIfChanged();
      if (!manifest || (attempt === 0 && manifest.generation === this.current.manifest.generation)) return;
      try {
        await this.adopt(manifest);
        return;
      } catch (error) {
        // A writer may have dropped a segment between our reading the manifest and opening it: read again.
        const latest = await this.manifests.read();
        if (latest.generation === manifest.generation || attempt >= 5) throw error;
        this.manifests.forget();
      }
    }
  }

  /** Makes the manifest's state current, opening the segments that are not loaded yet. */
  private async adopt(manifest: Manifest): Promise<void> {
    const stored: StoredSegment[] = [];
    for (const entry of manifest.segments) {
      const segment = this.loaded.get(entry.name) ?? (await openSegment(this.connection, entry.name));
      this.loaded.set(entry.name, segment);
      stored.push(segment);
    }
    if (manifest.generation < this.current.manifest.generation) return;
    this.current = { manifest, snapshot: snapshotOf(manifest, stored), stored, problem: null };
    this.forgetUnused(manifest);
  }

  private forgetUnused(manifest: Manifest): void {
    const used = new Set([...manifest.segments.map((entry) => entry.name), ...this.unfinished]);
    // Tables are closed by the garbage collector: a search that began before the swap may still read from them.
    for (const name of this.loaded.keys()) if (!used.has(name)) this.loaded.delete(name);
  }

  private exclusively<T>(write: () => Promise<T>): Promise<T> {
    const result = this.writing.then(write);
    this.writing = result.catch(() => undefined);
    return result;
  }

  private async commit(change: (manifest: Manifest) => Manifest): Promise<void> {
    const { manifest: before, problem } = this.current;
    const generation =
      problem === null
        ? (await this.manifests.read()).generation
        : ((await this.manifests.readGeneration()) ?? 0);
    if (generation !== before.generation) {
      await this.refresh();
      throw new SearchIndexConflictError(
        `another process wrote generation ${generation} of this index while this one worked on ${before.generation}`,
      );
    }
    const changed = change(before);
    const kept = new Set(changed.segments.map((entry) => entry.name));
    const gone = (
      problem === null ? before.segments.map(({ name }) => name) : await this.foreignSegments()
    ).filter((name) => !kept.has(name));
    const at = this.options.now();
    const manifest: Manifest = {
      ...changed,
      format: SEGMENT_FORMAT,
      generation: before.generation + 1,
      retired: [...before.retired, ...gone.map((name) => ({ name, at }))],
    };
    await (problem === null ? this.manifests.write(manifest) : this.manifests.replace(manifest));
    await this.adopt(manifest);
  }

  /** Segments of an index that this version cannot read: another version may be reading them. */
  private async foreignSegments(): Promise<string[]> {
    return (await listSegments(this.connection)).filter((name) => !this.unfinished.has(name));
  }

  /** Runs `work` with a draft of new segments; they become garbage of nobody when it fails. */
  private async drafting<T>(work: (draft: SegmentDraft) => Promise<T>): Promise<T> {
    const draft = new SegmentDraft(this.connection, this.options.now, (name) => this.unfinished.add(name));
    try {
      return await work(draft);
    } catch (error) {
      for (const name of draft.names) await dropSegment(this.connection, name).catch(() => undefined);
      for (const name of draft.names) this.loaded.delete(name);
      throw error;
    } finally {
      for (const name of draft.names) this.unfinished.delete(name);
    }
  }

  private async swap(built: readonly StoredSegment[], dimension: number | null): Promise<void> {
    const since = this.sinceRebuild!;
    await this.commit((manifest) => {
      const later = manifest.segments.filter((entry) => since.segments.has(entry.name));
      for (const stored of built) this.loaded.set(stored.segment.name, stored);
      const fresh = this.withoutKeys(built.map(entryOf), since.keys);
      return {
        ...manifest,
        builtAt: new Date(this.options.now()).toISOString(),
        vectorDimension: dimension ?? (later.length > 0 ? manifest.vectorDimension : null),
        segments: [...fresh, ...later],
      };
    });
  }

  /** The entries with the given keys' documents marked deleted. */
  private withoutKeys(entries: readonly SegmentEntry[], keys: Iterable<string>): SegmentEntry[] {
    const wanted = [...keys];
    return entries.map((entry) => {
      const { segment } = this.loaded.get(entry.name)!;
      const bitmap = readBitmap(entry.deleted) ?? new Uint8Array((segment.size + 7) >> 3);
      let changed = false;
      for (const key of wanted) {
        for (const doc of segment.docsOfMember(key)) {
          if (segment.keys.get(doc) !== key || isDeleted(bitmap, doc)) continue;
          bitmap[doc >> 3]! |= 1 << (doc & 7);
          changed = true;
        }
      }
      return changed ? { ...entry, deleted: Buffer.from(bitmap).toString("base64") } : entry;
    });
  }

  /** Not while a rebuild runs: it must be able to tell what was written since it began. */
  private async mergeSmall(): Promise<void> {
    if (this.sinceRebuild) return;
    const { snapshot, stored, manifest } = this.current;
    const small = snapshot.segments
      .map((live, index) => ({ live, stored: stored[index]! }))
      .filter(({ live }) => live.liveCount < MERGE_BELOW);
    if (small.length < 2) return;
    const replaced = new Set(small.map(({ live }) => live.segment.name));
    await this.drafting(async (draft) => {
      for (const { live, stored: from } of small) {
        const isLive = (doc: number): boolean => !isDeleted(live.deleted, doc);
        await draft.add(
          await readDocuments(from, manifest.vectorDimension, isLive),
          manifest.vectorDimension,
        );
      }
      const merged = await draft.finish();
      for (const one of merged) this.loaded.set(one.segment.name, one);
      await this.commit((latest) => ({
        ...latest,
        segments: [...latest.segments.filter((entry) => !replaced.has(entry.name)), ...merged.map(entryOf)],
      }));
    });
  }

  /** Drops what killed writers left and what was retired longer than the grace period ago. */
  private async dropGarbage(): Promise<void> {
    const { manifest, problem } = this.current;
    if (problem !== null) return;
    const expired = (at: number): boolean => at <= this.options.now() - this.options.graceMs;
    const kept = new Set([
      ...manifest.segments.map((entry) => entry.name),
      ...manifest.retired.filter((entry) => !expired(entry.at)).map((entry) => entry.name),
      ...this.unfinished,
    ]);
    const garbage = (await listSegments(this.connection)).filter((name) => !kept.has(name));
    for (const name of garbage) await dropSegment(this.connection, name);
    if (manifest.retired.some((entry) => expired(entry.at))) {
      await this.commit((latest) => ({
        ...latest,
        retired: latest.retired.filter((entry) => !expired(entry.at)),
      }));
    }
  }
}

async function readInto(
  draft: SegmentDraft,
  documents: AsyncIterable<readonly SearchDocument[]>,
  onProgress?: (done: number) => void,
  signal?: AbortSignal,
): Promise<number | null> {
  const seen = new Set<string>();
  let dimension: number | null = null;
  for await (const batch of documents) {
    signal?.throwIfAborted();
    dimension ??= dimensionOf(batch);
    const unseen = batch.filter((document) => !seen.has(document.key) && seen.add(document.key));
    await draft.add(unseen, dimension);
    onProgress?.(seen.size);
  }
  signal?.throwIfAborted();
  return dimension;
}

const entryOf = ({ segment }: StoredSegment): SegmentEntry => ({
  name: segment.name,
  size: segment.size,
  deleted: null,
});

function snapshotOf(manifest: Manifest, stored: readonly StoredSegment[]): Snapshot {
  return makeSnapshot(
    stored.map(({ segment }, index) => ({ segment, deleted: readBitmap(manifest.segments[index]!.deleted) })),
    manifest,
  );
}

/** Not an object store: its files are there or damaged, never just out of reach. */
const isFolder = (uri: string): boolean => !/^[a-z][a-z0-9+.-]*:\/\//iu.test(uri);

const readBitmap = (base64: string | null): Uint8Array | null =>
  base64 === null ? null : Uint8Array.from(Buffer.from(base64, "base64"));

const dimensionOf = (documents: readonly SearchDocument[]): number | null =>
  documents.find((document) => document.vector)?.vector?.length ?? null;

/** Documents of a segment as they were given, with their vectors; all that `wanted` names or accepts. */
export async function readDocuments(
  stored: StoredSegment,
  dimension: number | null,
  wanted: readonly number[] | ((doc: number) => boolean),
): Promise<SearchDocument[]> {
  const hasVectors = stored.vectorDimension !== null && stored.vectorDimension === dimension;
  const columns = ["ord", "document", ...(hasVectors ? ["vector"] : [])];
  const query =
    typeof wanted === "function" ? stored.documents.query() : stored.documents.takeOffsets([...wanted]);
  const documents: SearchDocument[] = [];
  for await (const batch of query.select(columns)) {
    for (const row of batch) {
      if (typeof wanted === "function" && !wanted(row.ord)) continue;
      const document = JSON.parse(row.document) as SearchDocument;
      documents.push(row.vector ? { ...document, vector: Float32Array.from(row.vector) } : document);
    }
  }
  return documents;
}
