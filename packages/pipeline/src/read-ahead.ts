/**
 * The same values, with the next one already being made while the caller works on the last: reading and parsing run
 * while the database waits for its disk or its network. Ends the source when the caller stops early.
 */
export async function* readAhead<T>(source: AsyncIterable<T>): AsyncIterable<T> {
  const iterator = source[Symbol.asyncIterator]();
  let next = iterator.next();
  // The failure is reported when the value is asked for; until then it must not count as unhandled.
  next.catch(() => {});
  try {
    for (let current = await next; !current.done; current = await next) {
      next = iterator.next();
      next.catch(() => {});
      yield current.value;
    }
  } finally {
    await iterator.return?.();
  }
}
