/**
 * @module Hint in `localStorage` whether the shopper has cut the wire (the connection to servers). A new page reads
 * this hint, so that it makes no request before the service worker answers. The answer then replaces the hint.
 */
export const CUT = 'nearside-shop.cut'

export function wasCut(): boolean {
  try {
    return localStorage.getItem(CUT) === 'true'
  } catch {
    // If storage is denied, there is no service worker either, and the wire can't be cut.
    return false
  }
}
