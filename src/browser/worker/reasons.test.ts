import { expect, test } from 'vitest'
import { ids } from './testDevice.ts'
import { capturedOf, checkReasons, shopOf } from './testReasons.ts'

test('an item isn’t listed without the event that its reason names', () => checkReasons(false, 14))

test('an item with the reason `popular` is in the base list (the same for all shoppers)', async () => {
  const shop = await shopOf(3)
  const events = capturedOf([{ name: 'view_item', items: [3], colour: 'red', ago: 1 }])
  const device = await shop.opened(events)
  const everybodys = ids(await device.recommend({ limit: 24, order: 'base' }))
  for (const { id, reason } of await device.recommend({ limit: 12 }))
    if (reason.kind === 'popular') expect(everybodys).toContain(id)
})
