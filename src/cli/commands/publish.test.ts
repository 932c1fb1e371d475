import { createHash } from 'node:crypto'
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { brotliDecompressSync, gunzipSync } from 'node:zlib'
import { readBaseLists } from '@nearside/browser/page/baseLists.ts'
import { withLive } from '@nearside/core/catalog/live.ts'
import { parseLive } from '@nearside/core/catalog/parseLive.ts'
import { writeBaseModel } from '@nearside/core/model/files.ts'
import { tinyModel } from '@nearside/core/model/testModel.ts'
import { testFolder } from '@nearside/core/testFolder.ts'
import { DAY } from '@nearside/core/time.ts'
import { publishModel, readLatestFile } from '@nearside/train/models/publish.ts'
import { expect, it, vi } from 'vitest'
import { NegativeResult } from '../command.ts'
import { readPageOptions } from '../publish/pageOptions.ts'
import type { Site } from '../publish/publishSite.ts'
import { type Flags, runCommand } from '../testCommand.ts'
import { command as keys } from './keys.ts'
import { command } from './publish.ts'
import { command as rollback } from './rollback.ts'
import { command as signRules } from './rules.ts'
import { command as sign } from './sign.ts'

const MODEL = await writeBaseModel(tinyModel(200))
const ITEMS = Array.from({ length: 200 }, (_, i) => ({
  id: `item ${i}`,
  title: `Cup <${i}>`,
  price: 1 + i,
  image: `/images/${i}.svg`,
}))

async function shop() {
  const [folder, models] = [testFolder(), testFolder()]
  await publishModel(models, MODEL)
  const catalog = join(folder, 'catalog.json')
  writeFileSync(catalog, JSON.stringify(ITEMS))
  const out = join(folder, 'site')
  const publish = async (flags: Flags = {}) => {
    const all = { model: models, out, catalog, ...flags }
    const { result, printed } = await runCommand(command, { flags: all })
    return { site: result as Site, said: printed.join('\n') }
  }
  const text = (name: string) => readFileSync(join(out, name), 'utf8')
  const names = () => readdirSync(out, { recursive: true, encoding: 'utf8' }).sort()
  return { models, out, publish, text, names, page: () => readPageOptions(text('page.html')) }
}

/** Publishes a shop. In the result, `put` writes `live.json`, and `publish` publishes another catalog. */
async function liveShop() {
  const { out, publish, text, page } = await shop()
  const sha = () => createHash('sha256').update(text('catalog.json')).digest('hex')
  return {
    page,
    sha,
    text,
    async publish(flags: Flags = {}, items: readonly object[] = ITEMS) {
      const catalog = join(testFolder(), 'catalog.json')
      writeFileSync(catalog, JSON.stringify(items))
      return publish({ ...flags, catalog })
    },
    live: () => parseLive(JSON.parse(text('live.json'))),
    put(hours: number, changes: object) {
      const time = new Date(Date.now() - hours * 3_600_000).toISOString()
      const nothing = { changed: [], gone: [], added: [] }
      const file = { catalog: sha(), time, minutes: 5, ...nothing, ...changes }
      const feed = { of: '0123456789abcdef', etag: '"1"' }
      writeFileSync(join(out, 'live.json'), JSON.stringify({ ...file, feed }))
      return file
    },
  }
}

it('publish writes every file of a site with its checksum and its compressed forms', async () => {
  const { models, out, publish, text, names, page } = await shop()
  const { site, said } = await publish({ base: '/static/', link: '/p/{id}?a=1&b=2' })
  const sums = text('SHA256SUMS').trimEnd().split('\n')
  for (const line of sums) {
    const [sum, name] = line.split('  ')
    const bytes = readFileSync(join(out, name))
    expect([name, createHash('sha256').update(bytes).digest('hex')]).toEqual([name, sum])
    const plain = /^(.*)\.(br|gz)$/.exec(name)
    if (!plain) continue
    const unpacked = plain[2] === 'br' ? brotliDecompressSync(bytes) : gunzipSync(bytes)
    expect(unpacked.equals(readFileSync(join(out, plain[1])))).toBe(true)
  }
  const listed = [...sums.map((line) => line.split('  ')[1]), 'SHA256SUMS', 'models/latest.json']
  expect(names().filter((name) => /\.\w+$|_headers|SHA/.test(name))).toEqual(listed.sort())
  expect(names().join()).not.toContain('.staging')
  expect(await readLatestFile(join(out, 'models'))).toEqual(await readLatestFile(models))

  const latest = site.latest
  const addresses = { catalog: '/static/catalog.json', baseModel: '/static/models' }
  expect(page()).toEqual({ ...addresses, latest, link: '/p/{id}?a=1&b=2' })
  const lists = await readBaseLists({
    read: (path) => Promise.resolve(readFileSync(join(models, path))),
    catalog: ITEMS,
  })
  const ids = lists.recommend({ limit: 8 }).map(({ id }) => id)
  const all: typeof ITEMS = JSON.parse(text('catalog.json'))
  const best = lists.recommend({ limit: 200, diversify: false })
  expect(all.map(({ id }) => id)).toEqual(best.map(({ id }) => id))
  expect(new Set(all.map((item) => JSON.stringify(item)))).toEqual(
    new Set(ITEMS.map((item) => JSON.stringify(item))),
  )
  expect(text('catalog.json').split('\n')).toHaveLength(ITEMS.length + 3)
  const links = [...text('page.html').matchAll(/<a href="\/p\/(\S+)\?a=1&#38;b=2">/g)]
  expect(links.map(([, id]) => decodeURIComponent(id))).toEqual(ids)
  expect(text('_headers')).toContain(
    '/static/models/1/*\n  Cache-Control: public, max-age=31536000, immutable\n',
  )
  expect(said).toContain('MB of model and catalog, once.')
  const least = (file: string) =>
    Math.min(...sums.flatMap((l) => (l.includes(`  ${file}`) ? site.files[l.split('  ')[1]] : [])))
  const visited = sums.map((line) => line.split('  ')[1]).filter((n) => /json$|tensors$/.test(n))
  expect(site.visitor).toBe(visited.reduce((sum, name) => sum + least(name), 0))
})

it('publish keeps published versions, replaces other files, and writes nothing with --dry-run', async () => {
  const { models, publish, names, text } = await shop()
  const { said } = await publish({ 'dry-run': true })
  expect(said).toContain('nothing was written')
  expect(() => names()).toThrow('ENOENT')
  await publish()
  const before = text('models/1/items.safetensors.br')
  await runCommand(rollback, { flags: { models, to: '1' } })
  const few = join(testFolder(), 'few.json')
  writeFileSync(few, JSON.stringify([...ITEMS.slice(0, 99), ITEMS[0], { id: 'new' }]))
  const again = await publish({ catalog: few })
  expect(text('models/1/items.safetensors.br')).toBe(before)
  expect(JSON.parse(text('models/latest.json'))).toMatchObject({ version: '2' })
  expect(text('_headers').match(/models\/\d/g)).toEqual(['models/1', 'models/2'])
  expect(JSON.parse(text('catalog.json'))).toHaveLength(101)
  const wrong = again.site.findings.filter(({ level }) => level !== 'ok').map(({ text }) => text)
  expect(wrong).toEqual([
    expect.stringContaining("catalog item 100: the id 'item 0' was already used"),
    expect.stringContaining('No title for 1 of 100 products'),
    expect.stringContaining('No price for 1 of 100 products'),
    expect.stringContaining('No image for 1 of 100 products'),
    expect.stringMatching(
      /^The catalog lacks \d+ of the model's \d+ items: are the ids the same\?$/,
    ),
  ])
})

it('publish writes the address of live.json into the page, and keeps those changes in live.json that the new catalog lacks', async () => {
  const { live, publish, put, sha, text, page } = await liveShop()
  const sale = { price: 0.5, until: '2099-01-01' }
  const all = ITEMS.map((item, i) => (i === 1 ? { ...item, sale } : item))
  await publish({ base: '/static/' }, all)
  expect(page()?.live).toBeUndefined()
  const changes = {
    changed: [
      { id: 'item 1', price: 9 },
      { id: 'item 2', price: 9, available: false },
    ],
    gone: ['item 3', 'item 4'],
    added: [
      { id: 'new 1', price: 5 },
      { id: 'new 2', price: 5 },
    ],
  }
  const before = put(1, changes)
  const next = all
    .slice(0, 190)
    .map((item) => (/^item [24]$/.test(item.id) ? { ...item, price: 70 } : item))
  const { said } = await publish({ base: '/static/' }, [
    ...next,
    { ...ITEMS[0], id: 'new 2', price: 6 },
  ])
  expect(page()?.live).toBe('/static/live.json')
  expect(text('_headers')).toContain('/static/live.json\n  Cache-Control: no-cache\n')
  // `publish` drops the field `feed` (the feed's state), so that the next sync reads the feed again.
  expect(JSON.parse(text('live.json'))).toEqual({
    ...before,
    catalog: sha(),
    // `head` is the hash of the catalog's first part. This catalog has no other part, so it equals `catalog`.
    head: sha(),
    changed: [changes.changed[0]],
    gone: ['item 3'],
    added: [changes.added[0]],
  })
  expect(said).toMatch(/^ok +live: 3 .*3 are dropped.*: item 2, new 2, item 4\.$/m)
  const shown = withLive(JSON.parse(text('catalog.json')), live()) as typeof ITEMS
  const prices = ['item 1', 'item 2', 'item 3', 'item 4', 'new 1', 'new 2'].map(
    (id) => shown.find((item) => item.id === id)?.price,
  )
  expect(prices).toEqual([9, 70, undefined, 70, 5, 6])
})

it('publish of a catalog in another currency keeps no change of live.json', async () => {
  const { live, publish, put, sha, text } = await liveShop()
  const inCurrency = (currency: string) => ITEMS.map((item) => ({ ...item, currency }))
  await publish({}, inCurrency('EUR'))
  const added = [{ id: 'new', price: 5, currency: 'EUR' }]
  put(1, { changed: [{ id: 'item 3', price: 9 }], gone: ['item 4'], added })
  const { said } = await publish({}, inCurrency('CHF'))
  expect(live()).toMatchObject({ catalog: sha(), changed: [], gone: [], added: [] })
  expect(said).toMatch(/^ok +live: 0 .*3 are dropped.*another currency: item 3, new, item 4\.$/m)
  // A change that belongs to another catalog than the published one isn't moved to the new catalog.
  put(1, { gone: ['item 4'], catalog: 'a'.repeat(64) })
  const other = text('live.json')
  expect((await publish({}, inCurrency('CHF'))).said).toMatch(/^warning +live: .*another catalog/m)
  expect(text('live.json')).toBe(other)
})

it('publish of a catalog that now names its currency keeps the changes of live.json', async () => {
  const { live, publish, put } = await liveShop()
  await publish()
  const changes = { changed: [{ id: 'item 3', price: 9 }], gone: ['item 4'], added: [] }
  put(1, changes)
  await publish(
    {},
    ITEMS.map((item) => ({ ...item, currency: 'EUR' })),
  )
  expect(live()).toMatchObject(changes)
})

it('publish applies only the removals of a stale live.json, not its prices', async () => {
  const { live, publish, put, sha } = await liveShop()
  await publish()
  const changed = [{ id: 'item 1', price: 9 }]
  const before = put(3, { changed, gone: ['item 3', 'item 4'], added: [{ id: 'new' }] })
  const back = ITEMS.map((item) => (item.id === 'item 4' ? { ...item, price: 70 } : item))
  const { said } = await publish({}, back)
  const { time } = before
  expect(live()).toMatchObject({ catalog: sha(), time, changed: [], gone: ['item 3'], added: [] })
  expect(said).toMatch(/^ok +live: 1 .*stale: item 1, new, item 4\.$/m)
  expect(said).toMatch(/^warning +live: .*stale/m)
})

it('publish writes nothing if a finding is an error', async () => {
  const { models, out, publish } = await shop()
  const foreign = join(testFolder(), 'foreign.json')
  writeFileSync(foreign, JSON.stringify([{ id: 'of another shop', title: 'Cup', price: 1 }]))
  const flags = { model: models, out, catalog: foreign }
  const printed: string[] = []
  const wrong = runCommand(command, { flags, print: (line) => printed.push(line) })
  await expect(wrong).rejects.toBeInstanceOf(NegativeResult)
  expect(printed.join('\n')).toMatch(/^error +catalog: /m)
  const dry = publish({ catalog: foreign, 'dry-run': true })
  await expect(dry).rejects.toBeInstanceOf(NegativeResult)
  expect(() => readdirSync(out)).toThrow('ENOENT')
})

it('publish warns of prices in another currency than most prices', async () => {
  const { publish } = await shop()
  const catalog = join(testFolder(), 'mixed.json')
  const priced = ITEMS.map((item, i) => ({ ...item, currency: i === 7 ? 'USD' : 'GBP' }))
  writeFileSync(catalog, JSON.stringify(priced))
  const warned = /^warning +catalog: .*GBP \(item 7: USD\)/m
  expect((await publish({ catalog })).said).toMatch(warned)
  expect((await publish()).said).not.toMatch(warned)
})

it.each([
  [
    'csv',
    [
      'Artikelnummer;Titel;Preis',
      ...ITEMS.map((one) => [one.id, one.title, one.price].join(';')),
    ].join('\n'),
  ],
  [
    'json',
    JSON.stringify(
      ITEMS.map(({ id, title, price }) => ({
        ID: 7,
        SKU: id,
        Type: 'simple',
        Name: title,
        'Regular price': price,
      })),
    ),
  ],
])('publish takes a product file of any form that import reads: %s', async (ending, content) => {
  const { publish, text } = await shop()
  const catalog = join(testFolder(), `products.${ending}`)
  writeFileSync(catalog, content)
  await publish({ catalog })
  const read: readonly { readonly id: string }[] = JSON.parse(text('catalog.json'))
  expect(read).toHaveLength(ITEMS.length)
  const third = read.find(({ id }) => id === 'item 3')
  expect(third).toMatchObject({ title: 'Cup <3>', price: 4 })
})

it('publish refuses a damaged model, a missing catalog, and the folder of the models as output folder', async () => {
  const { models, out, publish } = await shop()
  await expect(publish({ catalog: join(models, 'latest.json') })).rejects.toThrow('not an array')
  await expect(publish({ shop: models })).rejects.toThrow('--catalog or --shop')
  await expect(publish({ out: models })).rejects.toThrow(`--out ${models}`)
  await expect(publish({ library: models })).rejects.toThrow("not the library's dist/lib")
  await expect(publish({ 'helper-key': 'a' })).rejects.toThrow("unknown option '--helper-key'")
  writeFileSync(join(models, '1/items.safetensors'), 'damaged')
  await expect(publish()).rejects.toMatchObject({ code: 'model-corrupt' })
  expect(() => readdirSync(out)).toThrow('ENOENT')
})

it('publish names in the page all files that page and worker need before the first list', async () => {
  const { publish, text } = await shop()
  const library = testFolder()
  mkdirSync(join(library, 'chunks'))
  const files = {
    'index.js': 'import{a}from"./chunks/a.js";export const later=()=>import("./chunks/later.js")',
    'element.js': 'import"./chunks/b.js"',
    'adapters.js': 'export const none=null',
    'worker.js': "import{s as e}from'./device.js';e(self)",
    'device.js': 'export{s}from"./chunks/c.js"',
    'chunks/a.js': 'import{b}from"./b.js"',
    'chunks/b.js': '',
    'chunks/c.js': 'import{c}from"../index.js"',
    'chunks/later.js': '',
    'console.js': 'import"./chunks/later.js"',
  }
  for (const [name, content] of Object.entries(files)) writeFileSync(join(library, name), content)
  await publish({ library })
  const page = text('page.html')
  const needed = [...page.matchAll(/<link rel="modulepreload" href="(\S+)" integrity="(\S+)">/g)]
  const folder = /\S+(?=worker\.js)/.exec(needed[0][1])?.[0] ?? ''
  expect(needed.map(([, url]) => url.slice(folder.length)).sort()).toEqual(
    Object.keys(files)
      .filter((name) => !['chunks/later.js', 'console.js'].includes(name))
      .sort(),
  )
  for (const [, url, integrity] of needed) {
    const hash = createHash('sha256').update(readFileSync(join(library, url.slice(folder.length))))
    expect(integrity).toBe(`sha256-${hash.digest('base64')}`)
  }
  expect(page).toContain('<link rel="preload" as="fetch" crossorigin href="/models/latest.json">')
})

it('if the page names signing keys, publish accepts rules only if they are newer, validly signed, and unchanged since they were signed', async () => {
  const { models, publish, text } = await shop()
  const [key, other] = ['key.pem', 'other.pem'].map((name) => join(testFolder(), name))
  const [publisher] = (await runCommand(keys, { flags: { key } })).printed
  await runCommand(keys, { flags: { key: other } })
  await runCommand(sign, { flags: { models, key } })
  const rules = join(testFolder(), 'rules.json')
  const write = (pin: string) =>
    writeFileSync(rules, JSON.stringify({ ...read(), rules: [{ name: 'r', pin: [pin] }] }))
  const read = () => JSON.parse(readFileSync(rules, 'utf8'))
  const signed = (flags: Flags) => runCommand(signRules, { flags, positionals: ['sign', rules] })
  /** Expects that publish refuses the rules, and leaves the published rules as they were. */
  const refused = async (what: RegExp) => {
    const before = text('rules.json')
    const error = await publish({ publisher, rules }).catch((thrown) => thrown)
    expect(error).toBeInstanceOf(NegativeResult)
    const found = (error.result as Site).findings.filter(({ level }) => level === 'error')
    expect(found).toMatchObject([{ about: 'signature', text: expect.stringMatching(what) }])
    expect(text('rules.json')).toBe(before)
  }
  writeFileSync(rules, '{}')
  write('item 1')
  // If the page names no keys, `publish` accepts unsigned rules.
  await publish({ rules })
  await refused(/0 of the 1 signatures/)
  await signed({ key: other })
  await refused(/0 of the 1 signatures/)
  await signed({ key })
  await publish({ publisher, rules })
  expect(JSON.parse(text('rules.json'))).toEqual(read())
  const old = readFileSync(rules)
  write('item 2')
  await refused(/0 of the 1 signatures/)
  await signed({ key, days: 10 })
  expect((await publish({ rules })).said).toMatch(
    /warning +signature: Rules release \d+, .* rules sign/,
  )
  writeFileSync(rules, old)
  await refused(/older than release/)
  // A rollback is signed as a newer release.
  await signed({ key })
  await publish({ rules })
  expect(JSON.parse(text('rules.json')).rules).toEqual([{ name: 'r', pin: ['item 1'] }])
  const unsigned = join(testFolder(), 'keys.json')
  writeFileSync(unsigned, JSON.stringify([{ name: 'r', pin: ['item 3'] }]))
  await expect(publish({ rules: unsigned })).rejects.toBeInstanceOf(NegativeResult)
})

it('if the page names signing keys, publish accepts only signed releases that are newer and valid', async () => {
  const { models, publish, page } = await shop()
  const key = join(testFolder(), 'key.pem')
  const { printed } = await runCommand(keys, { flags: { key } })
  const [publisher] = printed
  await expect(publish({ publisher })).rejects.toMatchObject({ code: 'model-unsigned' })
  await publish()
  await runCommand(sign, { flags: { models, key } })
  expect((await publish()).said).toContain('the page names no keys')
  const { said } = await publish({ publisher })
  expect(said).toMatch(/^ok +signature: Release 1, signed by 1, is valid until /)
  // A key file can also require a signature by the helper (a server) or a second publisher; neither has signed here.
  const file = join(testFolder(), 'keys.json')
  const other = (await runCommand(keys, { flags: { key: join(testFolder(), 'other.pem') } }))
    .printed[0]
  for (const more of [{ helper: other }, { publishers: [publisher, other], threshold: 2 }]) {
    writeFileSync(file, JSON.stringify({ publishers: [publisher], ...more }))
    await expect(publish({ publisher: file })).rejects.toMatchObject({ code: 'model-unsigned' })
  }
  writeFileSync(file, JSON.stringify({ publishers: [publisher], threshold: 2 }))
  await expect(publish({ publisher: file })).rejects.toThrow(/modelKeys: threshold/)
  // If no option names keys, `publish` keeps those of the page.
  await publish()
  expect(page()?.modelKeys).toEqual({ publishers: [publisher] })

  const first = readFileSync(join(models, 'latest.json'))
  await runCommand(sign, { flags: { models, key, days: 10 } })
  expect((await publish()).said).toMatch(
    /warning +signature: Release 2, .* ends on .* nearside sign/,
  )
  writeFileSync(join(models, 'latest.json'), first)
  await expect(publish()).rejects.toMatchObject({ code: 'model-rolled-back' })
  const { signed: _, ...unsigned } = JSON.parse(first.toString())
  writeFileSync(join(models, 'latest.json'), JSON.stringify(unsigned))
  await expect(publish()).rejects.toMatchObject({ code: 'model-unsigned' })
  await runCommand(sign, { flags: { models, key, days: 10, release: 5 } })
  vi.setSystemTime(Date.now() + 12 * DAY)
  try {
    await expect(publish()).rejects.toMatchObject({ code: 'model-expired' })
  } finally {
    vi.useRealTimers()
  }
})

it('publish keeps the consent settings of the published page until an option changes them', async () => {
  const { publish, page } = await shop()
  await publish({ consent: 'tcf' })
  expect(page()?.consent).toBe('tcf')
  await publish()
  expect(page()?.consent).toBe('tcf')
  await expect(publish({ persist: 'always' })).rejects.toMatchObject({ code: 'input-invalid' })
  await publish({ consent: 'none' })
  expect(page()?.consent).toBeUndefined()
  expect(page()?.persist).toBeUndefined()
  await publish({ persist: 'always' })
  expect(page()?.persist).toBe('always')
})
