/** @module The public surface, with real workers, from the page's side. */
import { afterEach, describe, expect, test } from 'vitest'
import { codesOf, idsOf, TestPage } from './testPage.ts'

const page = new TestPage()
const { start } = page
afterEach(page.end)

test('the whole loop through a real worker', async () => {
  const personalizer = await start()
  expect(personalizer.getSnapshot()).toMatchObject({ status: 'ready', storage: 'indexeddb' })
  expect(idsOf(await personalizer.recommend({ limit: 2 }))).toEqual(['item-31', 'item-30'])
  await personalizer.capture({ name: 'view_item', item_id: 'item-0' })
  await personalizer.capture({ name: 'purchase', items: [{ item_id: 'item-8' }] })
  expect(idsOf(await personalizer.recommend({ limit: 1, exclude: ['item-0'] }))[0]).toMatch(/item-/)
  const report = await personalizer.fineTune()
  expect(report.engine).toBe('js')
  expect(personalizer.getSnapshot().engine?.name).toBe('js')
  expect((await personalizer.audit.verify()).ok).toBe(true)
  expect(JSON.parse(await personalizer.export()).events).toHaveLength(2)
})

test('the snapshot is one frozen object until something changes', async () => {
  const personalizer = await start()
  await expect.poll(() => personalizer.getSnapshot().tab).toBe('leader')
  const before = personalizer.getSnapshot()
  await personalizer.recommend()
  expect(personalizer.getSnapshot()).toBe(before)
  expect(Object.isFrozen(before)).toBe(true)
  expect(Object.isFrozen(before.notices)).toBe(true)
  let told = 0
  const stop = personalizer.subscribe(() => told++)
  await personalizer.capture({ name: 'view_item', item_id: 'item-0' })
  await expect.poll(() => personalizer.getSnapshot().events.count).toBe(1)
  expect(told).toBeGreaterThan(0)
  expect(personalizer.getSnapshot().revision).toBeGreaterThan(before.revision)
  stop()
})

test('an event that can’t even be sent is a notice, not an exception', async () => {
  const personalizer = await start()
  await personalizer.capture({ name: 'view_item', item_id: (() => {}) as never })
  expect(codesOf(personalizer)).toContain('input-invalid')
})

test('options that can’t be meant are refused loudly', async () => {
  await expect(start(page.newDatabase(), { baseModel: '' })).rejects.toMatchObject({
    code: 'input-invalid',
  })
  await expect(start(page.newDatabase(), { engine: 'abacus' as never })).rejects.toMatchObject({
    code: 'input-invalid',
  })
})

test('closed is closed', async () => {
  const personalizer = await start()
  personalizer.close()
  expect(personalizer.getSnapshot().status).toBe('closed')
  await expect(personalizer.recommend()).rejects.toMatchObject({ code: 'closed' })
  await personalizer.capture({ name: 'view_item', item_id: 'item-0' })
})

describe('several tabs', () => {
  test('events of all tabs are kept, none twice, and each tab sees them', async () => {
    const database = page.newDatabase()
    const tabs = await Promise.all([start(database), start(database), start(database)])
    await Promise.all(
      tabs.flatMap((tab, t) =>
        Array.from({ length: 20 }, (_, i) =>
          tab.capture({ name: 'view_item', item_id: `item-${(7 * t + i) % 32}` }),
        ),
      ),
    )
    for (const tab of tabs) {
      await expect.poll(() => tab.getSnapshot().events.count, { timeout: 5000 }).toBe(60)
    }
    expect(tabs.map((tab) => tab.getSnapshot().tab).sort()).toEqual([
      'follower',
      'follower',
      'leader',
    ])
    expect((await tabs[0].audit.verify()).ok).toBe(true)
  })

  test('a fit in one tab is used in the other; the leader’s death makes the other lead', async () => {
    const database = page.newDatabase()
    const first = await start(database)
    await expect.poll(() => first.getSnapshot().tab).toBe('leader')
    const second = await start(database)
    for (let i = 0; i < 6; i++) {
      await second.capture({ name: 'purchase', item_id: `item-${4 * i}` })
    }
    // Nobody asked for it: the leader learned from what the follower stored.
    await expect.poll(() => first.getSnapshot().fit, { timeout: 5000 }).not.toBe(null)
    await expect.poll(() => second.getSnapshot().fit, { timeout: 5000 }).not.toBe(null)
    expect(second.getSnapshot().tab).toBe('follower')
    first.close()
    await expect.poll(() => second.getSnapshot().tab, { timeout: 5000 }).toBe('leader')
  })

  test('erasing and pausing in one tab hold in the other', async () => {
    const database = page.newDatabase()
    const first = await start(database)
    const second = await start(database)
    await first.capture({ name: 'view_item', item_id: 'item-0' })
    await expect.poll(() => second.getSnapshot().events.count).toBe(1)
    await second.pause(true)
    await expect.poll(() => first.getSnapshot().paused).toBe(true)
    await second.erase()
    await expect.poll(() => first.getSnapshot().events.count).toBe(0)
  })
})
