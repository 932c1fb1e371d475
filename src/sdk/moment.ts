/** @module What the shop says of the moment, as far as the worker need hear of it. */
import type { PersonalizerOptions } from '../device/api.ts'

export interface Moment {
  /** Asks the shop. True if it says something else than before. */
  changed(): boolean
  /** What it said last. */
  said(): unknown
}

/**
 * @param ask the shop's own function, which may throw or return anything: the worker checks it.
 * @param failed called once for each failure that follows a success.
 */
export function createMoment(
  ask: PersonalizerOptions['context'],
  now: () => number,
  failed: (error: unknown) => void,
): Moment {
  let text = '{}'
  let broken = false
  const read = (): string => {
    try {
      // As text: it is compared, and what is in it must survive the way to the worker.
      const said = JSON.stringify(ask?.(now()) ?? {})
      broken = false
      return said
    } catch (error) {
      if (!broken) failed(error)
      broken = true
      return '{}'
    }
  }
  text = ask ? read() : text
  return {
    changed() {
      if (!ask) return false
      const before = text
      text = read()
      return text !== before
    },
    said: () => JSON.parse(text),
  }
}
