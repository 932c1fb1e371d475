/** @module A personalizer only while something may be kept: none before, and nothing left of it after. */
import type { Personalizer } from '../../device/api.ts'
import type { ConsentSource } from './source.ts'

/** How a personalizer is made, and who is told of it. */
export interface ConsentOptions {
  /** Makes it, e.g. `() => createPersonalizer(options)`; called when it is allowed, and not before. */
  readonly create: () => Promise<Personalizer>
  /** Told of it, and of null when it is gone; for the provider, or for `provide`. */
  readonly show: (personalizer: Personalizer | null) => void
  /** Told what failed: to create it, or to erase what was kept. Default: the console. */
  readonly failed?: (error: unknown) => void
}

/**
 * Where the shopper takes a consent back, everything that was kept is erased, and the personalizer closed.
 * What an earlier visit kept is neither read nor erased while nothing was said: Consent Mode says `denied`
 * on every page before it says what the shopper chose.
 * @returns what ends it; the personalizer is the caller's then
 * @example withConsent(fromTcf(window.__tcfapi), { create: () => createPersonalizer(options), show: setPersonalizer })
 */
export function withConsent(source: ConsentSource, options: ConsentOptions): () => void {
  const { create, show, failed = (error) => console.error(error) } = options
  let wanted = false
  let made: Personalizer | null = null
  /** One change after the other. */
  let turn = Promise.resolve()

  async function settle(): Promise<void> {
    if (wanted && !made) {
      made = await create()
      if (wanted) show(made)
    }
    if (!wanted && made) {
      const gone = made
      made = null
      show(null)
      try {
        await gone.erase()
      } finally {
        gone.close()
      }
    }
  }

  return source((allowed) => {
    if (allowed === wanted) return
    wanted = allowed
    turn = turn.then(settle).catch(failed)
  })
}
