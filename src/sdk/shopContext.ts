/** @module The context that the shop gives (weather, promotion), as text, so that only changes reach the worker. */
import type { PersonalizerOptions } from '../device/api.ts'

/**
 * @param ask the shop's own function, which may throw or return anything: the worker checks it.
 * @param failed called once for each failure that follows a success.
 */
export function createShopContext(
  ask: PersonalizerOptions['context'],
  now: () => number,
  failed: (error: unknown) => void,
) {
  let broken = false
  const read = (): string => {
    try {
      // As text: it is compared, and what is in it must survive the way to the worker.
      const given = JSON.stringify(ask?.(now()) ?? {})
      broken = false
      return given
    } catch (error) {
      if (!broken) failed(error)
      broken = true
      return '{}'
    }
  }
  let text = read()
  return {
    /** Asks the shop. True if that differs from before. */
    changed(): boolean {
      if (!ask) return false
      const before = text
      text = read()
      return text !== before
    },
    /** What it gave last. */
    given: (): unknown => JSON.parse(text),
  }
}
