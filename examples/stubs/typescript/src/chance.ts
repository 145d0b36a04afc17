// A stable spread of keys over `0 … 1`. Nothing here is fit for secrets.

/** The same key always gives the same number: its caller falls on the same side of a percentage. */
export function ofKey(key: string): number {
  let hash = 0x811c9dc5; // FNV-1a, then the finaliser of MurmurHash3, which spreads keys that differ in one digit
  for (let i = 0; i < key.length; i++) hash = Math.imul(hash ^ key.charCodeAt(i), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return ((hash ^ (hash >>> 16)) >>> 0) / 2 ** 32;
}
