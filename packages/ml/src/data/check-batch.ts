import { DataError } from "./data-error.ts";

/**
 * Refuses a batch with a number that is none: one such value would reach every parameter.
 *
 * @param batch nested objects and arrays; its Float32Arrays are looked through
 * @throws DataError naming the field and the place
 */
export function assertNumbers(batch: unknown, field = ""): void {
  if (batch instanceof Float32Array) {
    const at = batch.findIndex((value) => !Number.isFinite(value));
    if (at >= 0) {
      throw new DataError(
        `The data hold ${batch[at]} in "${field}" (value ${at} of ${batch.length} in its batch): mend or remove that row.`,
      );
    }
  } else if (typeof batch === "object" && batch !== null && !ArrayBuffer.isView(batch)) {
    for (const [name, value] of Object.entries(batch))
      assertNumbers(value, field === "" ? name : `${field}/${name}`);
  }
}
