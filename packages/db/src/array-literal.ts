/**
 * Postgres array literals. A bulk statement takes one `text[]` per column (`unnest`): one parameter of text is many
 * times cheaper to send and parse than a parameter per value, and both drivers take text.
 */
export function arrayLiteral(values: readonly (string | null)[]): string {
  let literal = "{";
  for (let i = 0; i < values.length; i += 1) {
    const value = values[i];
    if (i > 0) literal += ",";
    literal += value === null || value === undefined ? "NULL" : `"${value.replace(/["\\]/g, "\\$&")}"`;
  }
  return `${literal}}`;
}
