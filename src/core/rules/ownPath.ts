/** @module Recognises a path that stays on the shop's origin, however often a server or router decodes it. */

/** A path begins with one slash, and has no two slashes in a row, no backslash and no invisible character. */
const PATH = /^(?!.*\/\/)\/[^\\\p{C}]*$/u

/** Maximum number of nested encodings that a shop's address may have. */
const MOST_DECODED = 3

/** Whether a browser that follows the address stays on the shop's origin. */
export function isOwnPath(address: string): boolean {
  let read = address
  for (let decoded = 0; decoded <= MOST_DECODED; decoded++) {
    // Some servers read full-width slashes and dots as plain ones.
    if (!PATH.test(read.normalize('NFKC'))) return false
    const next = decodeOnce(read)
    if (next === read) return true
    read = next
  }
  return false
}

/** The decoded text; if the encoding is invalid, a text that `PATH` rejects. */
function decodeOnce(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return ''
  }
}
