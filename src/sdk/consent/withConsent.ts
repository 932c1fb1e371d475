/** @module The consent that the shop's page asks for anyway answers `persist: 'ask'`. */
import type { Personalizer } from '../../device/api.ts'
import type { ConsentSource } from './source.ts'

/**
 * With a yes what this visit has taught is stored; with a no it is erased. Where nothing was said, what an earlier yes
 * stored stays in use, and without one all is in memory.
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
