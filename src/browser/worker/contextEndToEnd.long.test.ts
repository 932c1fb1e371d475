/** @module Tests weather end to end: training reads weather from the shop's folder, and a device ranks by it. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { command } from '@nearside/cli/commands/pretrain.ts'
import { runCommand } from '@nearside/cli/testCommand.ts'
import { createJsEngine } from '@nearside/engine/js.ts'
import { nextTask } from '@nearside/engine/nextTask.ts'
import { evaluatePersonal } from '@nearside/evaluate/personal.ts'
import { WEATHER_START, weatherShop } from '@nearside/train/context/testWeatherShop.ts'
import { readShop } from '@nearside/train/shop/read.ts'
import { shopEvents } from '@nearside/train/shop/testEvents.ts'
import { writeShop } from '@nearside/train/shop/testWrite.ts'
import { formatDay } from '@nearside/train/shop/time.ts'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Device, startDevice } from './device.ts'

const shop = weatherShop(true)
const MODELS = 'https://shop.test/models/'
let folder = ''

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nearside-context-'))
  const path = join(folder, 'weather')
  await writeShop(path, shop.items, shopEvents(shop))
  const lines = shop.context!.map(
    ({ time, name, value }) => `${formatDay(time)}\t${name}\t${value}`,
  )
  await writeFile(join(path, 'context.tsv'), `time\tname\tvalue\n${lines.join('\n')}\n`)
  const flags = { shop: path, out: join(folder, 'models'), until: '2024-03-05', epochs: 1 }
  await runCommand(command, { flags })
}, 240_000)

afterAll(() => rm(folder, { recursive: true, force: true }))

async function openDevice(now: () => number): Promise<Device> {
  const device = await startDevice(
    {
      catalog: shop.items,
      baseModel: MODELS,
      engine: 'js',
      federation: null,
      database: 'context-test',
      persist: 'never',
      strategy: 'batch',
      learners: [],
      imbalance: 'none',
      exclude: [],
      cleaning: 'rules',
      rules: null,
      live: null,
      latest: null,
      modelKeys: null,
      retentionDays: Number.POSITIVE_INFINITY,
      conditions: { visible: true, savesData: false, battery: null, globalPrivacyControl: false },
      context: { weather: 'rain' },
    },
    {
      now,
      clock: () => performance.now(),
      random: () => 0,
      timers: { set: () => 0, clear() {} },
      nextTask,
      async fetch(url) {
        const name = String(url).slice(MODELS.length)
        return new Response(await readFile(join(folder, 'models', name)))
      },
      indexedDb: () => undefined,
      chooseEngine: async () => ({ engine: createJsEngine(), reason: 'test' }),
      onDemand: () => import('./onDemand.ts'),
    },
  )
  await device.ready()
  return device
}

test('the weather in a shop’s folder is read back unchanged', async () => {
  const read = await readShop(join(folder, 'weather'))
  expect(read.context).toEqual(shop.context)
})

test('the device ranks by the weather that the page passes, and names the weather as the reason', async () => {
  let now = WEATHER_START + 90 * 86_400_000
  const device = await openDevice(() => now)
  const kinds = async () => {
    const list = await device.list({ kind: 'recommend', options: { limit: 4 } })
    return { list, kinds: list.map(({ id }) => id.split('-')[0]) }
  }
  const rainy = await kinds()
  expect(rainy.kinds).toEqual(Array(4).fill('umbrella'))
  expect(rainy.list[0].reason).toEqual({ kind: 'context', name: 'weather', value: 'rain' })
  await device.context({ weather: 'sun' })
  expect((await kinds()).kinds).toEqual(Array(4).fill('hat'))

  // The device still ranks by the weather after it has learned from events.
  for (const [k, item] of ['cup-1', 'lamp-2', 'cup-1', 'cup-1'].entries()) {
    now += 3 * 86_400_000
    await device.context({ weather: k % 2 === 0 ? 'rain' : 'sun' })
    const input = { name: 'purchase' as const, items: [{ item_id: item }] }
    await device.capture({ id: `e${k}`, time: now, input })
  }
  now += 86_400_000
  expect((await device.fineTune({})).cases).toBeGreaterThan(0)
  const scoreOf = async (weather: string) => {
    await device.context({ weather })
    return (await device.explain('umbrella-3'))!
  }
  const inRain = await scoreOf('rain')
  const inSun = await scoreOf('sun')
  expect(inRain.score).toBeGreaterThan(inSun.score + 0.3)
  expect(inRain.rank).toBeLessThan(inSun.rank)
  expect((await device.events(1))[0].context).toEqual({ weather: 'sun' })
  await device.close()
})

test('an evaluation ranks with the weather of each test case', async () => {
  const question = (path: string) => ({
    shop: path,
    model: join(folder, 'models'),
    protocol: 'personal' as const,
    now: Date.parse('2025-01-01'),
  })
  const ndcgOf = async (path: string) => {
    const { result } = await evaluatePersonal(question(path), false, {
      onProgress() {},
      signal: new AbortController().signal,
    })
    return Number(result.arms.find(({ name }) => name === 'base-fresh')!['ndcg@10'])
  }
  const said = await ndcgOf(join(folder, 'weather'))
  await rm(join(folder, 'weather', 'context.tsv'))
  expect(said).toBeGreaterThan((await ndcgOf(join(folder, 'weather'))) + 0.05)
})
