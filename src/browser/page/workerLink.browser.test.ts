/** @module Tests from the page what happens when workers die. */
import { afterEach, describe, expect, test } from 'vitest'
import { codesOf, idsOf, TestPage } from './testPage.ts'

const page = new TestPage()
const { start, workers } = page
afterEach(page.end)

describe('when the worker dies', () => {
  test('a worker that dies during a fit is restarted, and no event is lost', async () => {
    const database = page.newDatabase()
    const personalizer = await start(database)
    for (let i = 0; i < 12; i++) {
      await personalizer.capture({ name: 'purchase', item_id: `item-${i}` })
    }
    let killed = false
    const onProgress = () => {
      if (!killed) workers[0].terminate()
      killed = true
    }
    const fit = personalizer.fineTune({ onProgress })
    await personalizer.capture({ name: 'view_item', item_id: 'item-20' })
    // The call went to the dead worker; the new worker answers it.
    expect((await fit).cases).toBeGreaterThan(5)
    expect(codesOf(personalizer)).toContain('worker-failed')
    expect(personalizer.getSnapshot().events.count).toBe(13)
    expect(workers).toHaveLength(2)
  })

  test('after the worker has died twice, lists are in the catalog’s sequence and a notice says so', async () => {
    const personalizer = await start()
    workers[0].terminate()
    expect(await personalizer.recommend({ limit: 1 })).toHaveLength(1)
    workers[1].terminate()
    expect(idsOf(await personalizer.recommend({ limit: 2 }))).toEqual(['item-0', 'item-1'])
    expect(idsOf(await personalizer.rerank(['item-9', 'item-3']))).toEqual(['item-9', 'item-3'])
    await personalizer.capture({ name: 'view_item', item_id: 'item-0' })
    expect(codesOf(personalizer).filter((code) => code === 'worker-failed').length).toBeGreaterThan(
      1,
    )
    await expect(personalizer.fineTune()).rejects.toMatchObject({ code: 'worker-failed' })
  })

  test('a worker that dies by an exception is restarted at once', async () => {
    const personalizer = await start()
    await personalizer.capture({ name: 'view_item', item_id: 'item-0' })
    new BroadcastChannel('test-worker').postMessage('throw')
    await expect.poll(() => workers.length).toBe(2)
    await expect.poll(() => personalizer.getSnapshot().events.count).toBe(1)
  })

  test('if no worker can be created and the page must not replace it, lists are in the catalog’s sequence', async () => {
    const personalizer = await start(
      page.newDatabase(),
      {
        worker: () => {
          throw new DOMException('blocked by policy', 'SecurityError')
        },
      },
      { inPage: undefined },
    )
    expect(idsOf(await personalizer.recommend({ limit: 1 }))).toEqual(['item-0'])
    expect(codesOf(personalizer)).toEqual(['worker-failed'])
  })
})
