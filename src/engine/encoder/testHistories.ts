/** @module Shoppers for tests of the encoder, from a seed: every event, and gaps of every length. */
import { EVENT_NAMES } from '../../core/events/event.ts'
import type { Interaction } from '../../core/features/history.ts'
import { createRandom } from '../../core/model/random.ts'

export function testHistory(length: number, items: number, seed: number): Interaction[] {
  const random = createRandom(seed)
  let time = 0
  return Array.from({ length }, () => {
    // From the same visit to another season.
    time += 60_000 * 10 ** (6 * random.next())
    return {
      item: random.integer(items),
      name: EVENT_NAMES[random.integer(EVENT_NAMES.length)],
      time,
      session: 's',
    }
  })
}
