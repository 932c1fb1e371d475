/** @module Tests the shop's context on its way from the page to lists and learning. */

import { sha256Hex } from '@nearside/core/bytes.ts'
import { CONTEXT_CODE, contextFeature } from '@nearside/core/features/context/contextFeatures.ts'
import { manifestBytes, writeBaseModel } from '@nearside/core/model/files.ts'
import { ITEMS, TestServer, testCatalog, testModel } from '@nearside/core/model/testShop.ts'
import { afterEach, describe, expect, test } from 'vitest'
import type { PersonalizerOptions } from '../api.ts'
import { deviceInPage, workerEnvironment } from '../worker/serve.ts'
import { codesOf, idsOf, TestPage } from './testPage.ts'

const page = new TestPage()
afterEach(page.end)

/** Model in which rain raises the scores of mugs (every fourth item), and sun those of the next category, cards. */
async function weatherModelFiles() {
  const model = testModel('1')
  const lifts = new Float32Array(2 * ITEMS)
  for (let item = 0; item < ITEMS; item++) {
    lifts[item] = item % 4 === 0 ? 2 : -0.5
    lifts[ITEMS + item] = item % 4 === 1 ? 2 : -0.5
  }
  const feature = (name: string) => contextFeature(name)!
  const { manifest, files } = await writeBaseModel({
    ...model,
    statistics: {
      ...model.statistics,
      context: [{ kind: 'weather', values: ['rain', 'sun'], lifts }],
    },
    context: {
      terms: [
        { feature: feature('weatherLift'), weight: 5 },
        { feature: feature('discount'), weight: 20 },
      ],
      code: CONTEXT_CODE,
      contexts: { at: () => ({}), discountsAt: () => null },
    },
  })
  const bytes = manifestBytes(manifest)
  const latest = JSON.stringify({ version: '1', manifest: await sha256Hex(bytes) })
  return new Map([
    ['latest.json', new TextEncoder().encode(latest)],
    ['1/manifest.json', bytes],
    ...[...files].map(([name, file]) => [`1/${name}`, file] as const),
  ])
}

async function start(options: Partial<PersonalizerOptions>) {
  const personalizer = await page.start(
    page.newDatabase(),
    {
      ...options,
      worker: () => {
        throw new Error('no workers here')
      },
    },
    {
      inPage: async () => {
        const { fetch } = new TestServer(await weatherModelFiles())
        return deviceInPage({ ...workerEnvironment, fetch })
      },
    },
  )
  // A new shopper's list needs only a part of the model and no context, so wait for the whole model.
  await expect.poll(() => personalizer.getSnapshot().model).not.toBeNull()
  return personalizer
}

const categoryOf = (id: string) => testCatalog.find((item) => item.id === id)?.category

describe('context', () => {
  test('different weather gives a different list, and without weather the list is that of a shop without context', async () => {
    let weather: string | undefined = 'rain'
    const personalizer = await start({ context: () => (weather ? { weather } : {}) })
    const without = await start({})
    const top = async (from = personalizer) =>
      idsOf(await from.recommend({ limit: 4 })).map(categoryOf)
    expect(await top()).toEqual(['mugs', 'mugs', 'mugs', 'mugs'])
    weather = 'sun'
    expect(await top()).toEqual(['cards', 'cards', 'cards', 'cards'])
    weather = undefined
    expect(idsOf(await personalizer.recommend({ limit: 9 }))).toEqual(
      idsOf(await without.recommend({ limit: 9 })),
    )
  })

  test('an explanation lists the context’s contribution to the score; a new shopper’s reason names the context, too', async () => {
    const personalizer = await start({ context: () => ({ weather: 'rain' }) })
    await personalizer.capture({ name: 'view_item', item_id: 'item-31' })
    const [first] = await personalizer.recommend({ limit: 1, category: 'mugs' })
    const explained = await personalizer.explain(first.id)
    expect(explained?.contributions[0].kind).toBe('context')
    const sum = explained!.contributions.reduce((total, { amount }) => total + amount, 0)
    expect(sum).toBeCloseTo(explained!.score - explained!.meanScore, 3)
    const [coldStart] = await (await start({ context: () => ({ weather: 'rain' }) })).recommend({
      limit: 1,
    })
    expect(coldStart.reason).toEqual({ kind: 'context', name: 'weather', value: 'rain' })
  })

  test('each event is stored with its context for the fit', async () => {
    let weather = 'rain'
    const personalizer = await start({ context: () => ({ weather }) })
    await personalizer.capture({ name: 'view_item', item_id: 'item-0' })
    weather = 'sun'
    await personalizer.capture({ name: 'view_item', item_id: 'item-1' })
    const events = await personalizer.events()
    expect(events.map(({ context }) => context)).toEqual([{ weather: 'sun' }, { weather: 'rain' }])
    const report = await personalizer.fineTune()
    expect(report.cases).toBeGreaterThan(0)
    expect(Number.isFinite(report.lossAfter)).toBe(true)
  })

  test('an item whose price is below its price in the model is recommended as a special offer', async () => {
    const cheap = testCatalog.map((item) =>
      item.id === 'item-17' ? { ...item, price: item.price! / 2 } : item,
    )
    const personalizer = await start({ catalog: cheap })
    const [first] = await personalizer.recommend({ limit: 1 })
    expect(first).toMatchObject({ id: 'item-17', reason: { kind: 'offer' } })
  })

  test('a context function that throws or returns an invalid value is reported, and lists continue', async () => {
    let said: () => unknown = () => {
      throw new Error('weather service down')
    }
    const personalizer = await start({ context: (() => said()) as never })
    const usual = idsOf(await personalizer.recommend({ limit: 3 }))
    expect(usual).toHaveLength(3)
    expect(codesOf(personalizer)).toContain('input-invalid')
    said = () => ({ Weather: 'rain' })
    expect(idsOf(await personalizer.recommend({ limit: 3 }))).toEqual(usual)
    await expect
      .poll(() => personalizer.getSnapshot().notices.some(({ message }) => /Weather/.test(message)))
      .toBe(true)
  })

  test('a context that is not a function is refused', async () => {
    await expect(start({ context: { weather: 'rain' } as never })).rejects.toMatchObject({
      code: 'input-invalid',
    })
  })
})
