/** @module Tests a shopper who changes their mind while an update is being sent. */

import { waitFor } from '@nearside/core/testPatience.ts'
import { expect, test, vi } from 'vitest'
import { agreeTo, FEDERATION, TestAggregators } from './testAggregators.ts'
import { live, newDatabase, start, type TestDevice, testServer } from './testDevice.ts'

/** Opens two tabs. The first tab has sent an update, and the aggregation server has not answered yet. */
async function underWay() {
  const server = await testServer()
  const aggregators = await TestAggregators.start(server)
  aggregators.answer = 'slow'
  const fetch = aggregators.fetchWith(server.fetch)
  const database = newDatabase()
  const open = () => start(server, database, { fetch }, { federation: FEDERATION })
  const [sender, other] = [await open(), await open()]
  await live(sender)
  await agreeTo(sender.device)
  const outcome = sender.device.contribute()
  await waitFor(() => expect(aggregators.posted).toHaveLength(1))
  return { aggregators, sender, other, outcome }
}

const wishes: Record<string, (device: TestDevice['device']) => Promise<unknown>> = {
  withdraw: (device) => device.setContribution(false),
  pause: (device) => device.pause(true),
  erase: (device) => device.erase(),
  forget: (device) => device.forget({ kind: 'item', name: 'item-0' }),
}

const cases = Object.keys(wishes).flatMap((wish) => [
  [wish, 'its own tab'] as const,
  [wish, 'another tab'] as const,
])

test.each(cases)(
  '%s in %s stops an update for good, and its budget stays spent',
  async (wish, where) => {
    const { aggregators, sender, other, outcome } = await underWay()
    const { device } = where === 'its own tab' ? sender : other
    await wishes[wish](device)
    expect(await outcome).toMatchObject({
      sent: false,
      reason: expect.stringContaining('may have arrived'),
    })
    expect(aggregators.stopped).toBe(1)
    expect(sender.device.snapshot().notices).toEqual([])
    const { settings } = JSON.parse(await sender.device.export())
    expect(settings.budget.participations).toHaveLength(1)
    expect(settings.pending).toBe(undefined)
    expect(settings.sent.bytes).toBe(aggregators.posted[0].length)
    if (wish !== 'erase') {
      const log = JSON.stringify((await other.device.entries()).filter(isFailure))
      expect(log).toContain('may have arrived')
    }
    // After a new consent, the update is not sent again.
    aggregators.answer = 'receipt'
    await sender.device.pause(false)
    if (wish === 'withdraw' || wish === 'erase') await agreeTo(sender.device)
    expect((await sender.device.contribute()).sent).toBe(false)
    expect(aggregators.posted).toHaveLength(1)
  },
)

const isFailure = ({ kind }: { readonly kind: string }) => kind === 'failure'

test('a withdrawal of consent that can’t be stored still stops the update', async () => {
  const { aggregators, sender, outcome } = await underWay()
  const refuse = vi.spyOn(IDBObjectStore.prototype, 'put').mockImplementation(() => {
    throw new DOMException('no room', 'QuotaExceededError')
  })
  await expect(sender.device.setContribution(false)).rejects.toThrow()
  expect(aggregators.stopped).toBe(1)
  refuse.mockRestore()
  expect((await outcome).sent).toBe(false)
})
