/** @module The shop's context (weather, promotion) as text, so that only changes go to the worker. */
import type { PersonalizerOptions } from '../device/api.ts'

/**
 * @param ask the shop's own function. It may throw or return anything: the worker checks the value
 * @param failed called once for each failure that follows a success
 */
export function createShopContext(
  ask: PersonalizerOptions['context'],
  now: () => number,
  failed: (error: unknown) => void,
) {
  let broken = false
  const read = (): string => {
    try {
      // Text can be compared, and its content survives the message to the worker.
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
    /** Asks the shop for its context; true if it changed. */
    changed(): boolean {
      if (!ask) return false
      const before = text
      text = read()
      return text !== before
    },
    /** The shop's last context. */
    given: (): unknown => JSON.parse(text),
  }
}
