/**
 * @module The shop's own files, same origin. This is the shop's code, not the package's: what it
 * asks for is the same for every shopper and says nothing about this one.
 */

/** @throws Error in a sentence that can be shown */
export async function loadJson(path: string, signal?: AbortSignal): Promise<unknown> {
  let response: Response
  try {
    // biome-ignore lint/style/noRestrictedGlobals: the shop's own catalogue, not the package's traffic
    response = await fetch(`${import.meta.env.BASE_URL}${path}`, { signal })
  } catch (cause) {
    throw new Error('The shop could not be reached. Check your connection and try again.', {
      cause,
    })
  }
  if (!response.ok) throw new Error(`The shop answered with an error (${response.status}).`)
  try {
    return await response.json()
  } catch (cause) {
    throw new Error('The shop sent something that cannot be read.', { cause })
  }
}

/** `{ leader, helper }` where this shop has aggregation servers; anything else means that it has none. */
export async function loadFederation(): Promise<{ leader: string; helper: string } | undefined> {
  const value = await loadJson('federation.json').catch(() => null)
  if (typeof value !== 'object' || value === null) return undefined
  const { leader, helper } = value as { leader?: unknown; helper?: unknown }
  if (typeof leader !== 'string' || typeof helper !== 'string') return undefined
  return leader && helper ? { leader, helper } : undefined
}
