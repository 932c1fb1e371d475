/**
 * @module Makes a test shop in which the weather can matter: in the rain, people buy umbrellas and boots, in the sun
 * hats and parasols. Each order also contains a favourite item of the shopper.
 */

import type { ContextChange } from '@nearside/core/features/context/lifts.ts'
import type { Interaction } from '@nearside/core/features/history.ts'
import { createRandom } from '@nearside/core/model/random.ts'
import { DAY } from '@nearside/core/time.ts'
import type { Shop } from '../shop/shop.ts'

export const WEATHER_START = Date.parse('2024-01-01')
const KINDS = ['umbrella', 'hat', 'cup', 'lamp']
const EACH = 8

const WEATHERS = ['rain', 'sun'] as const

const SHOPPERS = 80
const DAYS = 80

/** @param matters whether the weather has an effect; it is logged in any case */
export function weatherShop(matters: boolean, seed = 5): Shop {
  const random = createRandom(seed)
  const weather = Array.from({ length: DAYS }, () => WEATHERS[random.integer(2)])
  const logs = Array.from({ length: SHOPPERS }, (_, s) => {
    const favourites = [2, 3].map((kind) => kind + KINDS.length * random.integer(EACH))
    const interactions: Interaction[] = []
    for (let day = random.integer(20); day < DAYS; day += 8 + random.integer(20)) {
      const time = WEATHER_START + day * DAY + (8 + random.integer(10)) * 3_600_000
      const kind = matters ? WEATHERS.indexOf(weather[day]) : random.integer(2)
      const items = [
        kind + KINDS.length * random.integer(EACH),
        kind + KINDS.length * random.integer(EACH),
        favourites[random.integer(2)],
      ]
      for (const item of new Set(items))
        interactions.push({ item, name: 'purchase', time, session: `${s}-${day}` })
    }
    return { id: `shopper ${s}`, interactions }
  }).filter(({ interactions }) => interactions.length > 0)
  const times = logs.flatMap(({ interactions }) => interactions.map(({ time }) => time))
  return {
    name: 'weather',
    items: Array.from({ length: KINDS.length * EACH }, (_, i) => ({
      id: `${KINDS[i % KINDS.length]}-${Math.floor(i / KINDS.length)}`,
      title: `${KINDS[i % KINDS.length]} number ${i}`,
      price: 5 + (i % 3),
      category: KINDS[i % KINDS.length],
    })),
    shoppers: logs,
    from: Math.min(...times),
    to: Math.max(...times),
    dayOnly: false,
    context: weather.map(
      (value, day): ContextChange => ({
        time: WEATHER_START + day * DAY,
        name: 'weather',
        value,
      }),
    ),
  }
}
