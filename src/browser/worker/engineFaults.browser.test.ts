/** @module Tests the device with engines that return NaN or are unavailable. */

import { waitFor } from '@nearside/core/testPatience.ts'
import type { Engine } from '@nearside/engine/engine.ts'
import { createJsEngine } from '@nearside/engine/js.ts'
import { afterEach, expect, test } from 'vitest'
import type { Transaction } from '../storage/database.ts'
import { openIndexedDb } from '../storage/indexedDb.ts'
import { createStore } from '../storage/store.ts'
import type { ChooseEngine } from './engineInUse.ts'
import { newDatabase, openDevice, type TestDevice, testServer } from './testDevice.ts'

const open: TestDevice[] = []

afterEach(async () => {
  for (const { device } of open.splice(0)) await device.close()
})

async function start(database: string, chooseEngine: ChooseEngine): Promise<TestDevice> {
  const opened = await openDevice(await testServer(), database, { chooseEngine })
  open.push(opened)
  return opened
}

test('a fit of the personal model that gives NaN is refused and reported, and the previous model stays', async () => {
  const js = createJsEngine()
  let spoilt = false
  const engine: Engine = {
    ...js,
    async fit(problem, options) {
      const result = await js.fit(problem, options)
      return spoilt ? { ...result, parameters: result.parameters.with(70, Number.NaN) } : result
    },
  }
  const database = newDatabase()
  // Events are an hour apart, so that each event is a visit of its own.
  let hours = 0
  const began = Date.now() - 90 * 3_600_000
  const tested = await openDevice(await testServer(), database, {
    chooseEngine: async () => ({ engine, reason: 'test' }),
    now: () => began + 3_600_000 * hours,
  })
  open.push(tested)
  const buy = async (item: number) => {
    hours++
    await tested.capture({ name: 'purchase', item_id: `item-${item}` })
  }
  for (let i = 0; i < 6; i++) await buy(4 * i)
  await tested.device.fineTune({})
  const before = tested.device.snapshot().fit
  const list = await tested.device.recommend({ limit: 5 })
  const store = createStore(await openIndexedDb(database, indexedDB))
  const stored = await store.personal()
  spoilt = true
  await expect(tested.device.fineTune({})).rejects.toMatchObject({ code: 'fit-diverged' })
  // The automatic fit fails, too.
  await buy(1)
  tested.timers.fire(Number.POSITIVE_INFINITY)
  await waitFor(() =>
    expect(tested.device.snapshot().notices.map(({ code }) => code)).toContain('fit-diverged'),
  )
  expect(tested.device.snapshot().fit).toEqual(before)
  expect(await store.personal()).toEqual(stored)
  expect(list.every(({ score }) => Number.isFinite(score))).toBe(true)
  spoilt = false
  expect((await tested.device.fineTune({})).cases).toBeGreaterThan(0)
  store.close()
})

test('if a requested engine (which computes fits) is unavailable, the preference stays, and fits still work', async () => {
  const asked: string[] = []
  const chooseEngine: ChooseEngine = async (preference) => {
    asked.push(preference)
    if (preference === 'wasm') throw new Error('none here')
    return { engine: createJsEngine(), reason: 'test' }
  }
  const { device, capture } = await start(newDatabase(), chooseEngine)
  const before = device.snapshot().enginePreference
  await expect(device.setEngine('wasm')).rejects.toThrow('none here')
  expect(device.snapshot()).toMatchObject({ enginePreference: before, engine: null })
  await capture({ name: 'purchase', item_id: 'item-1' })
  await device.fineTune({})
  await device.setEngine('js')
  expect(device.snapshot().enginePreference).toBe('js')
  expect(asked).toEqual(['wasm', before, 'js'])
})

test('a setting that an earlier version of the code stored has no effect, and `erase` deletes it', async () => {
  const database = newDatabase()
  const first = await start(database, async () => ({ engine: createJsEngine(), reason: 'test' }))
  await first.capture({ name: 'purchase', item_id: 'item-1' })
  const disk = await openIndexedDb(database, indexedDB)
  const onSettings = <T>(body: (transaction: Transaction) => Promise<T>) =>
    disk.transact(['settings'], 'strict', body)
  const stored = () => onSettings((on) => on('settings').get('calibration'))
  const old = { device: 'a GPU', gpu: 3, wasm: 9 }
  await onSettings((on) => on('settings').put(old, 'calibration'))
  const { device } = await start(database, async () => ({
    engine: createJsEngine(),
    reason: 'test',
  }))
  await device.fineTune({})
  expect(JSON.parse(await device.export()).settings).not.toHaveProperty('calibration')
  expect(await stored()).toEqual(old)
  await device.erase()
  expect(await stored()).toBe(undefined)
  disk.close()
})
