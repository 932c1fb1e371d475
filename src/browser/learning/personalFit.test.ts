import type { LogName } from '@nearside/core/events/event.ts'
import type { History } from '@nearside/core/features/history.ts'
import { createRandom } from '@nearside/core/model/random.ts'
import { tinyModel } from '@nearside/core/model/testModel.ts'
import { DAY } from '@nearside/core/time.ts'
import { createJsEngine } from '@nearside/engine/js.ts'
import { expect, test } from 'vitest'
import { fitPersonal } from './personalFit.ts'

const NOW = 200 * DAY
const ITEMS = 400
// As in a shop, there are more items than a fit has candidates.
const model = tinyModel(ITEMS)

function life(seed: number): History {
  const random = createRandom(seed)
  return Array.from({ length: 24 }, (_, i) => ({
    item: random.integer(ITEMS),
    name: (i % 3 === 0 ? 'purchase' : 'view_item') as LogName,
    time: (100 + i) * DAY,
    session: `visit ${i >> 1}`,
  }))
}

async function learned(history: History) {
  const fitted = await fitPersonal({
    model,
    history,
    inUse: null,
    engine: createJsEngine(),
    now: NOW,
    clock: () => 0,
    nextTask: async () => {},
  })
  return fitted?.parameters
}

test('the same events give the same model, identical to the last bit', async () => {
  expect(await learned(life(1))).toEqual(await learned(life(1)))
  expect(await learned(life(1))).not.toEqual(await learned(life(2)))
})

test('an event that records a shown list does not change the model', async () => {
  const shown = { item: 5, name: 'view_item_list', time: 150 * DAY, session: 'later' } as const
  expect(await learned([...life(1), shown])).toEqual(await learned(life(1)))
})
