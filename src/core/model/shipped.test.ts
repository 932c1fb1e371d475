/** Tests that the model in `public` is complete and fits the catalog in `data`. */

import { readFile } from 'node:fs/promises'
import { gunzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { sha256Hex } from '../bytes.ts'
import type { History } from '../features/history.ts'
import { amongAll, createCandidates } from '../learning/candidates.ts'
import { DAY } from '../time.ts'
import { DIMENSION } from './baseModel.ts'
import { encode } from './encoder.ts'
import { readBaseModel, writeBaseModel } from './files.ts'
import { highestRows } from './highest.ts'
import { parseLatest, parseManifest } from './manifest.ts'
import { createRandom } from './random.ts'
import { personalScores, scoreTerms } from './score.ts'

const root = new URL('../../../', import.meta.url)
const bytesOf = async (path: string) => new Uint8Array(await readFile(new URL(path, root)))
const json = (bytes: Uint8Array) => JSON.parse(new TextDecoder().decode(bytes)) as unknown

async function shipped() {
  const latest = parseLatest(json(await bytesOf('public/models/latest.json')))
  const folder = `public/models/${latest.version}`
  const manifestFile = await bytesOf(`${folder}/manifest.json`)
  const manifest = parseManifest(json(manifestFile))
  const files = new Map<string, Uint8Array>()
  for (const { name } of manifest.files) files.set(name, await bytesOf(`${folder}/${name}`))
  return { latest, manifestFile, manifest, files }
}

test('the shipped latest.json names the shipped manifest, which names the shipped files', async () => {
  const { latest, manifestFile, manifest, files } = await shipped()
  expect(await sha256Hex(manifestFile)).toBe(latest.manifest)
  expect(manifest.version).toBe(latest.version)
  const model = await readBaseModel(manifest, files)
  expect(model.itemIds).toHaveLength(manifest.items)
  const total = manifest.files.reduce((sum, { bytes }) => sum + bytes, 0)
  expect(total).toBeLessThan(3_000_000)
})

test('writing the shipped model again gives the shipped manifest, with the same hashes and best sellers', async () => {
  const { manifest, files } = await shipped()
  const written = await writeBaseModel(await readBaseModel(manifest, files))
  // The manifest contains the hash of each file.
  expect(written.manifest).toEqual(manifest)
})

test('the shipped model has the items of the demo shop’s catalog, row by row', async () => {
  const { manifest, files } = await shipped()
  const model = await readBaseModel(manifest, files)
  const catalog = gunzipSync(await bytesOf('data/online-retail/catalog.jsonl.gz'))
  const ids = new TextDecoder().decode(catalog).trimEnd().split('\n')
  expect(model.itemIds).toEqual(ids.map((line) => (JSON.parse(line) as { id: string }).id))
})

test('the shipped model’s scores are finite without history, and one view changes them', async () => {
  const { manifest, files } = await shipped()
  const model = await readBaseModel(manifest, files)
  const now = Date.parse(manifest.data.until)
  const before = scoreTerms(model, [], now)
  const view = { item: 10, name: 'view_item', time: now - 5000, session: 's' } as const
  const after = scoreTerms(model, [view], now)
  expect(before.base.every(Number.isFinite)).toBe(true)
  expect(before.hidden).toEqual(new Float32Array(DIMENSION))
  expect(after.base).not.toEqual(before.base)
  const personal = {
    u: new Float32Array(DIMENSION).fill(0.1),
    w: new Float32Array(model.featureWeights.length),
  }
  expect(personalScores(model, after, personal, 0)).toEqual(after.base)
  expect(personalScores(model, after, personal, 0.5)).not.toEqual(after.base)
})

test('after three product views in one department, most of the shipped model’s twelve best items are from that department', async () => {
  const { manifest, files } = await shipped()
  const model = await readBaseModel(manifest, files)
  const { category, popularity30 } = model.statistics
  const now = Date.parse(manifest.data.until)
  const shares = [...new Set(category)].map((department) => {
    const rows = [...category.keys()].filter((row) => category[row] === department)
    rows.sort((a, b) => popularity30[b] - popularity30[a])
    const looks: History = [rows[5], rows[8], rows[11]].map((item, k) => ({
      ...{ item, name: 'view_item', session: 's' },
      time: now - (3 - k) * 30_000,
    }))
    const { base } = scoreTerms(model, looks, now)
    for (const { item } of looks) base[item] = Number.NEGATIVE_INFINITY
    return highestRows(base, 12).filter((row) => category[row] === department).length
  })
  expect(shares.length).toBeGreaterThan(20)
  expect(shares.reduce((sum, share) => sum + share, 0) / shares.length).toBeGreaterThan(8)
})

test('for the shipped model, createCandidates finds the same candidates, to the last bit, as scoring all items', async () => {
  const { manifest, files } = await shipped()
  const model = await readBaseModel(manifest, files)
  const random = createRandom(1)
  const now = Date.parse(manifest.data.until)
  const history: History = Array.from({ length: 60 }, (_, k) => ({
    item: random.integer(manifest.items),
    name: k % 3 ? 'view_item' : 'purchase',
    time: now - (60 - k) * 3 * DAY,
    session: `${k >> 2}`,
  }))
  const find = createCandidates(model)
  for (let k = 1; k < history.length; k++) {
    const [past, time] = [history.slice(0, k), history[k].time]
    const own = find(past, time)
    const all = amongAll(model, past, time, encode(model, past, time))
    expect(own.items).toEqual(all.items)
    for (const part of ['base', 'features', 'hidden'] as const)
      expect(Buffer.from(own[part].buffer).equals(Buffer.from(all[part].buffer))).toBe(true)
  }
})
