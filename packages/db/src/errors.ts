/** Failures a caller can do something about. Each message is one sentence that names the value and the way out. */
export class DatabaseError extends Error {
  override readonly name: string = "DatabaseError";
}

/** Another process works in the data folder. */
export class DataFolderLockedError extends DatabaseError {
  override readonly name = "DataFolderLockedError";
  readonly dataDir: string;
  readonly pid: number;

  constructor(dataDir: string, pid: number, host: string | null) {
    const where = host === null ? "" : ` on ${host}`;
    super(
      `The data folder ${dataDir} is in use by process ${pid}${where}; stop that process, or set DATA_DIR to another folder.`,
    );
    this.dataDir = dataDir;
    this.pid = pid;
  }
}

/** The data folder cannot be created or written. */
export class DataFolderUnwritableError extends DatabaseError {
  override readonly name = "DataFolderUnwritableError";
  readonly dataDir: string;

  constructor(dataDir: string, cause: unknown) {
    const reason = cause instanceof Error && "code" in cause ? String(cause.code) : String(cause);
    super(
      `The data folder ${dataDir} cannot be written (${reason}); make it writable, or set DATA_DIR to another folder.`,
      { cause },
    );
    this.dataDir = dataDir;
  }
}

/** The embedded database does not open: damaged files, or made by another version. */
export class DatabaseOpenError extends DatabaseError {
  override readonly name = "DatabaseOpenError";

  constructor(place: string, cause: unknown) {
    const reason = cause instanceof Error ? cause.message || String(cause) : String(cause);
    super(`The database ${place} does not open (${reason.replace(/\s+/g, " ").trim()}).`, { cause });
  }
}

/** A server database lacks tables that this version needs. */
export class DatabaseNotMigratedError extends DatabaseError {
  override readonly name = "DatabaseNotMigratedError";

  constructor(place: string, missing: readonly string[]) {
    super(
      `The database ${place} lacks the migration ${missing.join(", ")}; run \`npm run migrate\` once, then start again.`,
    );
  }
}

/** A database was written by a newer version of this code. */
export class DatabaseTooNewError extends DatabaseError {
  override readonly name = "DatabaseTooNewError";

  constructor(place: string, unknown: readonly string[]) {
    super(
      `The database ${place} has the migration ${unknown.join(", ")}, which this version does not know; use the newer version that wrote it.`,
    );
  }
}

/** A vector has not the dimension its model has here. */
export class VectorDimensionError extends DatabaseError {
  override readonly name = "VectorDimensionError";

  constructor(model: string, expected: number, actual: number, key: string | null) {
    const which = key === null ? "vectors" : `the vector of ${key}`;
    super(
      `The model ${model} has ${expected} dimensions here, ${which} ${actual}; delete the model's embeddings before storing others.`,
    );
  }
}

/** A day asked for is none. */
export class InvalidDayError extends DatabaseError {
  override readonly name = "InvalidDayError";

  constructor(day: string) {
    super(`${JSON.stringify(day.slice(0, 40))} is not a day of the form YYYY-MM-DD.`);
  }
}
