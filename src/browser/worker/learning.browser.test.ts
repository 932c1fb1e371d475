/** @module Tests when a device learns, from which events, and with which engine. */

import { NearsideError } from '@nearside/core/error.ts'
import {
  createCandidates,
  type FindCandidates,
  rememberCandidates,
} from '@nearside/core/learning/candidates.ts'
import { FIT_CASES } from '@nearside/core/learning/fitProblem.ts'
import type { BaseModel } from '@nearside/core/model/baseModel.ts'
import type { Engine } from '@nearside/engine/engine.ts'
import { createJsEngine } from '@nearside/engine/js.ts'
import { describe, expect, test } from 'vitest'
import { ids, live, newDatabase, start, type TestDevice, testServer } from './testDevice.ts'

describe('learning', () => {
  test('a fit of the personal model is stored, reported and used', async () => {
    const tested = await start(await testServer(), newDatabase())
    await live(tested)
    const steps: number[] = []
    const report = await tested.device.fineTune({ onProgress: (done) => steps.push(done) })
    expect(report).toMatchObject({ engine: 'js', active: true })
    expect(report.cases).toBeGreaterThan(0)
    expect(report.lossAfter).toBeLessThan(report.lossBefore)
    expect(report.fusionWeight).toBeGreaterThan(0)
    expect(steps.at(-1)).toBe(30)
    expect(tested.device.snapshot().fit).toEqual(report)
  })

  test('a purchase starts a fit at once, a view after two quiet seconds', async () => {
    const tested = await start(await testServer(), newDatabase())
    await live(tested)
    tested.timers.fire(0)
    await expect.poll(() => tested.device.snapshot().fit?.cases).toBeGreaterThan(0)
    const before = tested.device.snapshot().fit
    await tested.capture({ name: 'view_item', item_id: 'item-5' })
    tested.timers.fire(1000)
    expect(tested.device.snapshot().fit).toBe(before)
    tested.timers.fire(2000)
    await expect.poll(() => tested.device.snapshot().fit).not.toBe(before)
  })

  test('soon after a start, before any event, the device computes the candidates of all stored training cases', async () => {
    const server = await testServer()
    const database = newDatabase()
    const earlier = await start(server, database)
    await live(earlier)
    const { cases } = await earlier.device.fineTune({})
    await earlier.device.close()

    let found = 0
    const createFastCandidates = (model: BaseModel): FindCandidates => {
      const find = createCandidates(model)
      return rememberCandidates((history, now) => {
        found++
        return find(history, now)
      }, FIT_CASES)
    }
    const onDemand = async () => ({ ...(await import('./onDemand.ts')), createFastCandidates })
    const later = await start(server, database, { onDemand })
    await later.device.ready()
    expect(found).toBe(0)
    // On a busy machine, the device sets its timer late, so the test fires timers again and again.
    await expect
      .poll(() => {
        later.timers.fire(1000)
        return found
      })
      .toBe(cases)
    await later.capture({ name: 'purchase', item_id: 'item-9' })
    const report = await later.device.fineTune({})
    expect(report.cases).toBe(cases + 1)
    expect(found).toBe(cases + 1)
  })

  test('after a diverged fit, the last good model is still used, and the failure is reported', async () => {
    const good = createJsEngine()
    let broken = false
    const engine: Engine = {
      ...good,
      fit: (problem, options) =>
        broken
          ? Promise.reject(new NearsideError('fit-diverged', 'The loss was NaN.'))
          : good.fit(problem, options),
    }
    const chooseEngine = async () => ({ engine, reason: 'test' })
    const tested = await start(await testServer(), newDatabase(), { chooseEngine })
    await live(tested)
    const report = await tested.device.fineTune({})
    const before = await tested.device.recommend({ limit: 8 })
    broken = true
    await expect(tested.device.fineTune({})).rejects.toMatchObject({ code: 'fit-diverged' })
    expect(tested.device.snapshot().fit).toEqual(report)
    expect(ids(await tested.device.recommend({ limit: 8 }))).toEqual(ids(before))
    // An automatic fit reports the failure as a notice and doesn't reject.
    await tested.capture({ name: 'purchase', item_id: 'item-9' })
    tested.timers.fire(0)
    await expect
      .poll(() => tested.device.snapshot().notices.map(({ code }) => code))
      .toContain('fit-diverged')
  })

  test('a fit can be aborted, and the device makes lists while it runs', async () => {
    let release = () => {}
    const engine: Engine = {
      ...createJsEngine(),
      fit: (_problem, options) =>
        new Promise((_, reject) => {
          release = () => reject(new NearsideError('aborted', 'Stopped.'))
          options?.signal?.addEventListener('abort', release)
        }),
    }
    const chooseEngine = async () => ({ engine, reason: 'test' })
    const tested = await start(await testServer(), newDatabase(), { chooseEngine })
    await live(tested)
    const stop = new AbortController()
    const fit = tested.device.fineTune({ signal: stop.signal })
    expect(await tested.device.recommend({ limit: 5 })).toHaveLength(5)
    stop.abort()
    await expect(fit).rejects.toMatchObject({ code: 'aborted' })
  })

  test('forgetting a category removes its events and what was learned from them', async () => {
    const tested = await start(await testServer(), newDatabase())
    await tested.capture({ name: 'view_item', item_id: 'item-0' })
    await tested.capture({ name: 'view_item', item_id: 'item-1' })
    await tested.device.forget({ kind: 'category', name: 'mugs' })
    const { events, learned } = tested.device.snapshot()
    expect(events).toEqual({ count: 1, byName: { view_item: 1 } })
    expect(learned.map(({ name }) => name)).toEqual(['cards', 'item-1'])
  })

  test('after an item is forgotten, the model is bit for bit that of a shopper who never bought the item', async () => {
    const server = await testServer()
    const clock = Date.now()
    const began = clock - 10 * 86_400_000
    const now = () => clock
    const parameters = async ({ device }: TestDevice) => {
      await device.fineTune({})
      const { current, versions } = JSON.parse(await device.export()).personal
      const inUse = versions.find(({ version }: { version: number }) => version === current)
      expect(inUse.u).toHaveLength(64)
      return { u: inUse.u, w: inUse.w, fusionWeight: inUse.fusionWeight }
    }
    const never = await start(server, newDatabase(), { now })
    await live(never, began)
    const forgot = await start(server, newDatabase(), { now })
    await live(forgot, began)
    const time = began + 5 * 86_400_000
    const input = { name: 'purchase', item_id: 'item-9' } as const
    await forgot.device.capture({ id: 'regretted', time, input })
    const before = await parameters(forgot)
    await forgot.device.forget({ kind: 'item', name: 'item-9' })
    expect(await parameters(forgot)).toEqual(await parameters(never))
    expect(before).not.toEqual(await parameters(never))
  })

  test('if another engine replaces a failed one, the snapshot shows the reason, and a notice reports it', async () => {
    let replace: (() => void) | undefined
    const a = await start(await testServer(), newDatabase(), {
      chooseEngine: async (_preference, onSwitch) => {
        const engine = createJsEngine()
        replace = () =>
          onSwitch({ engine, reason: 'WebGPU: the device was lost; using JavaScript' })
        return { engine, reason: 'first' }
      },
    })
    await live(a)
    await a.device.fineTune({})
    expect(a.device.snapshot().engine?.reason).toBe('first')
    replace?.()
    expect(a.device.snapshot().engine?.reason).toMatch(/device was lost/)
    expect(a.device.snapshot().notices[0]).toMatchObject({ code: 'engine-failed' })
  })
})
