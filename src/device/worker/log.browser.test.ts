/** @module What a device writes down of itself, and that erasing leaves nothing else. */
import { describe, expect, test } from 'vitest'
import type { NearsideError } from '../../core/error.ts'
import type { Engine } from '../../engine/engine.ts'
import { createJsEngine } from '../../engine/js.ts'
import { ids, live, newDatabase, start, testServer } from './testDevice.ts'

describe('the log', () => {
  test('every request has an entry, written before it left, and the chain holds', async () => {
    const server = await testServer()
    const { device } = await start(server, newDatabase())
    const entries = await device.entries()
    const requested = entries
      .filter(({ kind }) => kind === 'request')
      .flatMap(({ detail }) => Array.from({ length: Number(detail.count) }, () => detail.url))
    expect(requested.sort()).toEqual(server.requests.map(({ url }) => url).sort())
    expect(entries.every(({ bytesSent }) => bytesSent === 0)).toBe(true)
    expect(await device.verify()).toEqual({ ok: true, entries: entries.length, brokenAt: null })
    for (const { init } of server.requests) {
      expect(init).toMatchObject({ credentials: 'omit', referrerPolicy: 'no-referrer' })
    }
  })

  test('erase leaves one entry and nothing else about the shopper', async () => {
    const server = await testServer()
    const database = newDatabase()
    const tested = await start(server, database)
    await live(tested)
    await tested.device.fineTune({})
    await tested.device.erase()
    const { events, fit, learned } = tested.device.snapshot()
    expect({ events, fit, learned }).toEqual({
      events: { count: 0, byName: {} },
      fit: null,
      learned: [],
    })
    const entries = await tested.device.entries()
    expect(entries.map(({ kind, sequence }) => [kind, sequence])).toEqual([['erase', 0]])
    expect((await tested.device.verify()).ok).toBe(true)
    const dump = await tested.device.export()
    expect(dump).not.toContain('item-')
    expect(ids(await tested.device.recommend({ limit: 1 }))).toEqual(['item-31'])
  })

  test('a fit that runs while everything is erased is not kept', async () => {
    let reached = () => {}
    let go = () => {}
    const atEngine = new Promise<void>((resolve) => {
      reached = resolve
    })
    const js = createJsEngine()
    const engine: Engine = {
      ...js,
      // Deaf to the abort, so that only the store can refuse the result.
      async fit(problem) {
        const result = await js.fit(problem)
        reached()
        await new Promise<void>((resolve) => {
          go = resolve
        })
        return result
      },
    }
    const server = await testServer()
    const database = newDatabase()
    const a = await start(server, database, { chooseEngine: async () => ({ engine, reason: '' }) })
    const b = await start(server, database)
    await live(a)
    const fit = a.device.fineTune({}).catch((error: NearsideError) => error.code)
    await atEngine
    await b.device.erase()
    go()
    expect(await fit).toBe('aborted')
    expect(JSON.parse(await b.device.export()).personal).toEqual({ current: null, versions: [] })
  })
})
