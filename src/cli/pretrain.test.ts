import { createHash } from 'node:crypto'
import { appendFile, mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { testShop } from '../evaluate/testShop.ts'
import { shopEvents } from '../train/shop/testEvents.ts'
import { writeShop } from '../train/shop/write.ts'
import { formatSearch } from '../train/tuning/formatSearch.ts'
import type { SearchReport } from '../train/tuning/rankerSearch.ts'
import { command } from './pretrain.ts'
import { type Flags, runCommand } from './testCommand.ts'

const REPORT: SearchReport = {
  format: 1,
  method: 'grid',
  seed: 1,
  space: [{ name: 'l2', low: 1, high: 1000, scale: 'log' }],
  origins: [
    { at: '2024-01-01', until: '2024-02-01', fitted: 100, asked: 50 },
    { at: '2024-02-01', until: '2024-03-01', fitted: 150, asked: 60 },
  ],
  trials: [
    { parameters: { l2: 60 }, 'ndcg@10': [0.2], difference: 0, error: 0 },
    { parameters: { l2: 10 }, 'ndcg@10': [0.21], difference: 0.01, error: 0.004 },
  ],
  best: { l2: 10 },
  confirmation: { difference: -0.001, error: 0.002 },
  adopted: false,
  reason: 'the best is no better on the origin that it was not chosen on',
}

let folder = ''

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nearside-pretrain-'))
})

afterAll(() => rm(folder, { recursive: true, force: true }))

async function run(flags: Flags): Promise<{ result: unknown; text: string }> {
  const { result, printed } = await runCommand(command, { flags })
  return { result, text: printed.join('\n') }
}

it('prints a search, best first, and says what came of it', () => {
  const rows = formatSearch(REPORT)
  const text = rows.join('\n')
  expect(rows[2]).toContain('+0.0100 ± 0.0040')
  expect(rows[3]).toContain('in use')
  expect(text).toContain('−0.0010 ± 0.0020 over what is in use')
  expect(text).toContain('not adopted: the best is no better')
})

it('searches a small grid, trains with what came of it, and says what it left out', async () => {
  const made = testShop(60, 12)
  const shop = join(folder, 'testshop')
  const log = shopEvents({ ...made, from: 0, to: 0 })
  await writeShop(shop, made.items, log, { gzip: false })
  await appendFile(join(shop, 'events.tsv'), 'shopper1\tpurchase\titem1\t\t\n')
  const out = join(folder, 'models')
  const { text } = await run({ shop, out, search: 'grid', trials: '9', epochs: '1' })
  const written = join(out, '1', 'search.json')
  const search = JSON.parse(await readFile(written, 'utf8')) as SearchReport
  // What is in use, and both ends of each of three settings.
  expect(search.trials).toHaveLength(9)
  expect(new Set(search.trials.map(({ parameters }) => JSON.stringify(parameters))).size).toBe(9)
  for (const name of ['l2', 'focus', 'firstShare'])
    expect(search.best[name]).toEqual(expect.any(Number))
  const [inUse] = search.trials
  expect(search.trials.every((one) => one['ndcg@10'].every(Number.isFinite))).toBe(true)
  expect(search.adopted || search.reason !== '').toBe(true)
  expect(inUse).toMatchObject({ difference: 0, error: 0 })
  const manifest = JSON.parse(await readFile(join(out, '1', 'manifest.json'), 'utf8')) as {
    reports: { name: string; sha256: string }[]
  }
  const sha256 = createHash('sha256')
    .update(await readFile(written))
    .digest('hex')
  expect(manifest.reports).toContainEqual(expect.objectContaining({ name: 'search.json', sha256 }))
  expect(text).toContain('1 line of the log without a time was left out')
  expect(text).toContain('in use')
}, 120_000)

it('numbers a retrained model on and leaves the published one as it is', async () => {
  const made = testShop(60, 12)
  const shop = join(folder, 'again')
  await writeShop(shop, made.items, shopEvents({ ...made, from: 0, to: 0 }), { gzip: false })
  const out = join(folder, 'versions')
  const contents = async (version: string) => {
    const names = (await readdir(join(out, version))).sort()
    const bytes = await Promise.all(names.map((name) => readFile(join(out, version, name))))
    return bytes.map((each, n) => [names[n], createHash('sha256').update(each).digest('hex')])
  }
  await run({ shop, out, epochs: '1' })
  const before = await contents('1')
  await run({ shop, out, epochs: '1', seed: '2' })
  expect(await contents('1')).toEqual(before)
  expect((await readdir(out)).sort()).toEqual(['1', '2', 'latest.json'])
  expect(JSON.parse(await readFile(join(out, 'latest.json'), 'utf8')).version).toBe('2')
  await expect(run({ shop, out, epochs: '1', version: '1' })).rejects.toThrow(/never changed/)
  expect(await contents('1')).toEqual(before)
}, 120_000)

it.each([
  [{}, /--shop/],
  [{ shop: 'a' }, /--out/],
  [{ shop: 'a', out: 'b', search: 'luck' }, /grid, bayes/],
  [{ shop: 'a', out: 'b', search: 'bayes', trials: '1' }, /from 2/],
  [{ shop: 'a', out: 'b', search: 'grid', protocol: 'leave-one-out' }, /not for leave-one-out/],
  [{ shop: 'a', out: 'b', 'withhold-items': '2' }, /from 0 to 0\.5/],
])('refuses %j in words', async (values, message) => {
  await expect(run(values)).rejects.toThrow(message)
})
