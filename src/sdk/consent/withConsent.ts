/** @module The consent that the shop's page asks for anyway answers `persist: 'ask'`. */
import type { Personalizer } from '../../device/api.ts'
import type { ConsentSource } from './source.ts'

/**
 * A yes stores what this visit taught; a no erases it. Without an answer the device goes on with what an earlier yes
 * stored, else in memory.
 * @param failed told what the browser could not store or erase. Default: the console
 * @returns what ends it
 * @example withConsent(fromTcf(window.__tcfapi), personalizer)
 */
export function withConsent(
  source: ConsentSource,
  personalizer: Pick<Personalizer, 'setPersist'>,
  failed: (error: unknown) => void = (error) => console.error(error),
): () => void {
  return source((allowed) => {
    personalizer.setPersist(allowed).catch(failed)
  })
}
