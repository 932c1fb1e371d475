import { existsSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { testFolder } from '@nearside/core/testFolder.ts'
import { testShop } from '@nearside/evaluate/testShop.ts'
import { expect, it } from 'vitest'
import { type KeptIn, keepParts, keyOf } from './kept.ts'
import { nodeDisk } from './models/disk.ts'
import { type PretrainOptions, pretrain } from './pretrain.ts'
import type { Shop } from './shop/shop.ts'
import { NO_WORD_VECTORS } from './wordVectors.ts'

const made = testShop(60, 12)
const times = made.shoppers.flatMap(({ interactions }) => interactions.map(({ time }) => time))
const SHOP: Shop = { ...made, from: Math.min(...times), to: Math.max(...times) }
const OPTIONS = {
  seed: 1,
  holdout: { fraction: 0.2 },
  until: null,
  now: Date.parse('2025-01-01'),
  words: NO_WORD_VECTORS,
  encoder: { epochs: 1, negatives: 16 },
} satisfies PretrainOptions
const QUICK: Partial<PretrainOptions> = { learners: ['encoder'], judgeFeatures: false }

function keptIn(folder: string, disk = nodeDisk): KeptIn & { readonly failures: unknown[] } {
  const failures: unknown[] = []
  return { folder, disk, failures, onFailure: (error) => failures.push(error) }
}

async function filesOf(options: Partial<PretrainOptions>) {
  const { files, manifest } = await pretrain(SHOP, { ...OPTIONS, ...options })
  return { manifest, files: [...files].map(([name, bytes]) => [name, Buffer.from(bytes)]) }
}

it('an interrupted training continues after its last finished part, and its files are identical to the last bit', async () => {
  const folder = join(testFolder(), 'unfinished')
  // Inode numbers are compared, because a part that is made again gets another file.
  const parts = () =>
    existsSync(folder)
      ? readdirSync(folder).map(
          (name) => `${name.split('-')[0]} ${statSync(join(folder, name)).ino}`,
        )
      : []
  const labels: string[] = []
  const run = (before: readonly string[]) =>
    filesOf({
      keptIn: keptIn(folder),
      onProgress: (label) => labels.push(label.split(':')[0]),
      async checkpoint() {
        if (parts().length > before.length) throw new Error('killed')
      },
    })
  const order = ['encoder', 'ranker', 'validation', 'trees', 'context', 'selection', 'prior']
  for (const part of order) {
    const before = parts()
    labels.length = 0
    await expect(run(before)).rejects.toThrow('killed')
    const added = parts().filter((one) => !before.includes(one))
    expect(added.map((one) => one.split(' ')[0])).toEqual([part])
    expect(parts()).toEqual(expect.arrayContaining(before))
    expect(labels.includes('encoder')).toBe(part === 'encoder')
    expect(labels.includes('ranker')).toBe(part === 'ranker')
    expect(labels.includes('prior')).toBe(part === 'prior')
  }
  const all = parts()
  const result = await run(all)
  expect(parts()).toEqual(all)
  expect(result).toEqual(await filesOf({}))
}, 300_000)

it('a training with another log, option or word list reuses no stored part', async () => {
  const key = (shop: Partial<Shop>, options: Partial<Parameters<typeof keyOf>[1]> = {}) =>
    keyOf({ ...SHOP, ...shop }, { ...OPTIONS, ...options })
  const [first, ...others] = SHOP.shoppers
  const [event, ...later] = first.interactions
  const log = (changed: object) => [
    { ...first, interactions: [{ ...event, ...changed }, ...later] },
    ...others,
  ]
  const [item, ...items] = SHOP.items
  const keys = await Promise.all([
    key({}),
    key({ shoppers: log({ time: event.time + 1 }) }),
    key({ shoppers: log({ name: 'view_item' }) }),
    key({ shoppers: others }),
    key({ items: [{ ...item, title: 'another' }, ...items] }),
    key({ prices: new Map([[0, { days: [1], prices: [2] }]]) }),
    key({ context: [{ time: 1, name: 'weather', value: 'rain' }] }),
    key({}, { holdout: { fraction: 0.3 } }),
    key({}, { holdout: { shoppers: new Set(['shopper1']) } }),
    key({}, { words: { words: ['cup'], vectors: new Float32Array(8), dimension: 8 } }),
    keyOf(SHOP, { ...OPTIONS, ...{ seed: 2 } }),
    keyOf(SHOP, { ...OPTIONS, ...{ encoder: { epochs: 2 } } }),
  ])
  expect(new Set(keys).size).toBe(keys.length)
  expect(await keyOf(structuredClone(SHOP), { ...OPTIONS, ...{ now: 5 } })).toBe(keys[0])

  const folder = join(testFolder(), 'unfinished')
  await filesOf({ ...QUICK, keptIn: keptIn(folder) })
  const labels: string[] = []
  const another = {
    ...QUICK,
    seed: 2,
    keptIn: keptIn(folder),
    onProgress: (label: string) => labels.push(label),
  }
  expect(await filesOf(another)).toEqual(await filesOf({ ...QUICK, seed: 2 }))
  expect(labels).toContain('encoder')
  expect(new Set(readdirSync(folder).map((name) => name.split('-')[1])).size).toBe(1)
})

it('if the disk is full, training continues and removes its stored parts', async () => {
  const folder = join(testFolder(), 'unfinished')
  let writes = 0
  const kept = keptIn(folder, {
    ...nodeDisk,
    async write(path, bytes) {
      if (writes++ === 0) return nodeDisk.write(path, bytes)
      await nodeDisk.write(path, bytes.subarray(0, bytes.length / 2))
      throw Object.assign(new Error('no space left on device'), { code: 'ENOSPC' })
    },
  })
  expect(await filesOf({ ...QUICK, keptIn: kept })).toEqual(await filesOf(QUICK))
  expect(kept.failures).toEqual([expect.objectContaining({ code: 'ENOSPC' })])
  expect(writes).toBe(2)
  expect(existsSync(folder)).toBe(false)
})

it('training continues if a part can’t be serialised', async () => {
  const folder = join(testFolder(), 'unfinished')
  const kept = keptIn(folder)
  const keep = await keepParts(kept, 'key')
  await keep('first', () => 1)
  const part = () => 2
  expect(await keep('second', () => part)).toBe(part)
  expect(kept.failures).toEqual([
    expect.objectContaining({ message: expect.stringContaining('could not be cloned') }),
  ])
  expect(existsSync(folder)).toBe(false)
})

it('only their owner can read stored parts; the next training reuses them', async () => {
  const folder = join(testFolder(), 'unfinished')
  const kept = keptIn(folder)
  await (await keepParts(kept, 'key'))('part', () => 1)
  if (process.platform !== 'win32') expect(statSync(folder).mode & 0o777).toBe(0o700)
  expect(await (await keepParts(kept, 'key'))('part', () => 2)).toBe(1)
})
