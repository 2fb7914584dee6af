/** Token sequences and single tokens one after the other; spreading into `Int32Array.of` takes three times as long. */
export function joinTokens(...parts: readonly (Int32Array | number)[]): Int32Array {
  let length = 0;
  for (const part of parts) length += typeof part === "number" ? 1 : part.length;
  const joined = new Int32Array(length);
  let at = 0;
  for (const part of parts) {
    if (typeof part === "number") joined[at++] = part;
    else {
      joined.set(part, at);
      at += part.length;
    }
  }
  return joined;
}
