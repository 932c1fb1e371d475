/**
 * @module Whether the shopper has cut the wire, as this browser remembers it. The service worker decides; this hint is
 * there before it answers, so that a page opened meanwhile makes no request.
 */
export const CUT = 'nearside-shop.cut'

export function wasCut(): boolean {
  try {
    return localStorage.getItem(CUT) === 'true'
  } catch {
    // Storage is denied. Then there is no service worker either, and the wire can't be cut.
    return false
  }
}
