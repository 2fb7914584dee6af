/** Makes batches and can say where it stands. */
export interface BatchSource<Batch> {
  /** Arrays that no one else holds, empty ones apart: they may be handed to another thread. */
  next(): Batch;
  /** Of the last batch given out; JSON. */
  position(): unknown;
}

/** Opens batches at a stored position, or at their beginning (undefined). */
export type OpenBatches<Batch> = (position: unknown) => BatchSource<Batch>;

/** Batches as training reads them; they may be made elsewhere. */
export interface BatchStream<Batch> {
  next(): Batch | Promise<Batch>;
  /** Of the last batch given out; JSON. */
  position(): unknown;
}
