/**
 * @module Which shoppers training never sees. A shopper's place depends on their id and the seed
 * alone, so that `pretrain` and `evaluate` agree without sharing a list.
 */

/** FNV-1a with a final avalanche, mapped to [0, 1). */
function place(shopper: string, seed: number): number {
  let hash = (0x811c9dc5 ^ seed) >>> 0
  for (let i = 0; i < shopper.length; i++) {
    hash = Math.imul(hash ^ shopper.charCodeAt(i), 0x01000193) >>> 0
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return ((hash ^ (hash >>> 16)) >>> 0) / 4294967296
}

/** Which of `folds` parts of about one size; the first of five is whom a fifth holds out. */
export function foldOf(shopper: string, folds: number, seed: number): number {
  return Math.floor(place(shopper, seed) * folds)
}

/** True for about `fraction` of all shoppers. */
export function isHeldOut(shopper: string, fraction: number, seed: number): boolean {
  return place(shopper, seed) < fraction
}
