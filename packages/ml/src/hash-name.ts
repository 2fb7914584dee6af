/** FNV-1a over UTF-16 units, as a signed 32-bit integer: gives each named thing a random sequence of its own. */
export function hashName(name: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < name.length; i++) hash = Math.imul(hash ^ name.charCodeAt(i), 0x01000193);
  return hash | 0;
}
