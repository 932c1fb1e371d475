import { existsSync, lstatSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { checkRelease } from '@nearside/browser/learning/release.ts'
import { Catalog } from '@nearside/core/catalog/catalog.ts'
import type { Item } from '@nearside/core/catalog/item.ts'
import { type LatestModel, parseLatest } from '@nearside/core/model/manifest.ts'
import { rulesRelease } from '@nearside/core/model/release.ts'
import { ruleCosts } from '@nearside/evaluate/ruleCosts.ts'
import { readModel } from '@nearside/train/models/read.ts'
import { makeSigningKey, publicKeyOf, readSigningKey } from '@nearside/train/models/sign.ts'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { readCatalogOf } from '../shopFiles.ts'
import { openRulesSigner } from '../signing.ts'
import { type CostLine, createStudio, type Previewed } from './app.ts'
import { createLogin } from './login.ts'
import { openPreview, type Preview } from './preview.ts'
import { readRulesFile } from './rulesFile.ts'
import { writeStudioShop } from './testStudio.ts'

const HOST = '127.0.0.1:8080'
const TOKEN = 'ab12'.repeat(8)
const NEW = { looked: [], context: {}, time: Date.now() }
let folder = ''
let file = ''
let preview: Preview
let studio: Parameters<typeof createStudio>[0]
let app: ReturnType<typeof createStudio>

beforeAll(async () => {
  folder = await writeStudioShop()
  file = join(folder, 'rules.json')
  const [shop, models] = [join(folder, 'testshop'), join(folder, 'models')]
  const items = (await readCatalogOf(shop)) as readonly Item[]
  preview = await openPreview(models, items)
  studio = {
    ...{ file, access: TOKEN, origin: () => `http://${HOST}`, preview, now: Date.now },
    page: new Map([['/', new TextEncoder().encode('<!doctype html>')]]),
    catalog: Catalog.parse(items),
    model: await readModel(models),
    costs: (rules, steps) => ruleCosts(rules, { shop, model: models, now: Date.now() }, steps),
  }
  app = createStudio(studio)
})
afterAll(async () => {
  await preview.close()
  rmSync(folder, { recursive: true, force: true })
})
beforeEach(() => rmSync(file, { force: true }))

const ask = (path: string, body?: unknown, headers: Record<string, string> = {}, asked = app) =>
  asked.request(`http://${HOST}${path}`, {
    method: body === undefined ? 'GET' : 'POST',
    headers: { host: HOST, authorization: `Bearer ${TOKEN}`, ...headers },
    body: body === undefined ? undefined : JSON.stringify(body),
  })
const lists = async (rules: unknown, view: object = NEW, saved: unknown = []) =>
  (await (await ask('/api/preview', { saved, rules, view })).json()) as Previewed
const ids = (list: Previewed['after']['recommend']) => list?.map(({ id }) => id) ?? []

test('for a search, the studio previews the pinned products and the page that a rule opens, as the shop’s own search would', async () => {
  const title = studio.catalog.items.map((item) => item.title ?? '').find((one) => one !== '') ?? ''
  const [query] = title.split(' ')
  const view = { ...NEW, search: query }
  const plain = await lists([], view)
  const found = ids(plain.after.search)
  expect(found.length).toBeGreaterThan(1)
  expect(Object.keys(plain.after)).toEqual(['search'])
  const last = found[found.length - 1]
  const search = [query.toUpperCase()]
  const rules = [
    { name: 'first', when: { search }, pin: [last] },
    { name: 'hidden', when: { search }, hide: { id: [found[0]] } },
    { name: 'page', when: { search }, redirect: '/help' },
  ]
  const { before, after } = await lists(rules, view)
  expect(before).toEqual(plain.before)
  expect(ids(after.search)[0]).toBe(last)
  expect(ids(after.search)).not.toContain(found[0])
  expect(after.search?.map(({ rank }) => rank)).toEqual(ids(after.search).map((_, at) => at + 1))
  expect(after.redirect).toBe('/help')
  const other = await lists(rules, { ...NEW, search: `${query} zzz` })
  expect(other.after).toEqual(other.before)
})

test('the studio saves no rule that redirects to another origin', async () => {
  const when = { search: ['x'] }
  const rules = [{ name: 'away', when, redirect: '//evil.example' }]
  const answer = await ask('/api/save', { version: '', rules })
  expect([answer.status, (await answer.json()).code]).toEqual([422, 'rules-invalid'])
  expect(existsSync(file)).toBe(false)
})

describe('a stranger', () => {
  test.each([
    [403, { host: 'evil.example' }],
    [403, { host: 'localhost:8080' }],
    [403, { host: '127.0.0.1:8081' }],
    [403, { origin: 'http://evil.example' }],
    [403, { origin: 'null' }],
    [403, { origin: 'http://127.0.0.1:8081' }],
    [401, { authorization: 'Bearer wrong' }],
    [401, { authorization: '' }],
    [200, { origin: `http://${HOST}` }],
  ])(
    'the studio answers %i to a request with the headers %j, and writes nothing unless the answer is 200',
    async (status, headers) => {
      for (const path of ['start', 'preview', 'save', 'costs']) {
        const body = { rules: [{ name: 'r', pin: ['item1'] }], saved: [], version: '', view: NEW }
        const answer = await ask(`/api/${path}`, path === 'start' ? undefined : body, headers)
        expect(answer.status, path).toBe(status)
      }
      expect(existsSync(file)).toBe(status === 200)
    },
  )

  test('the studio serves its page without a token, but not under another host’s name; the page may send requests only to its own server', async () => {
    const page = await ask('/', undefined, { authorization: '' })
    expect(page.status).toBe(200)
    const policy = page.headers.get('content-security-policy')
    expect(policy).toContain("default-src 'none'")
    expect(policy).not.toMatch(/https?:|unsafe|\*/)
    expect((await ask('/', undefined, { host: 'evil.example' })).status).toBe(403)
  })
})

test('on the shop’s server, the studio answers under its public address, after a login', async () => {
  const origin = 'https://studio.shop.example'
  const password = 'correct horse battery'
  const access = await createLogin({ origin, password, addressOf: () => 'a', now: Date.now })
  const shop = createStudio({ ...studio, access, origin: () => origin })
  const host = 'studio.shop.example'
  const call = (path: string, body?: string, headers: Record<string, string> = {}) =>
    shop.request(origin + path, {
      method: body === undefined ? 'GET' : 'POST',
      headers: { host, origin, 'content-type': 'application/x-www-form-urlencoded', ...headers },
      body,
    })
  const body = JSON.stringify({ rules: [{ name: 'r', pin: ['item1'] }], version: '' })
  // Neither a local studio's token nor a request to another host opens a studio with a login.
  const token = { authorization: `Bearer ${TOKEN}` }
  expect((await call('/api/save', body, token)).status).toBe(401)
  const login = `password=${encodeURIComponent(password)}`
  expect((await call('/login', login, { host: HOST })).status).toBe(403)
  const [cookie] = (await call('/login', login)).headers.get('set-cookie')?.split(';') ?? []
  expect((await call('/api/save', body, { cookie, host: HOST })).status).toBe(403)
  expect((await call('/api/save', body, { cookie, origin: `http://${HOST}` })).status).toBe(403)
  expect(existsSync(file)).toBe(false)
  const start = await (await call('/api/start', undefined, { cookie })).json()
  expect(start).toMatchObject({ hasLogin: true, version: '' })
  expect((await call('/api/save', body, { cookie })).status).toBe(200)
  expect((await readRulesFile(file)).rules).toHaveLength(1)
})

describe('the preview', () => {
  test('the preview shows the lists before and after the edits, for a new visitor, a shopper and a product’s page', async () => {
    const hide = [{ name: 'h', hide: { id: [ids((await lists([])).after.recommend)[0]] } }]
    const { before, after } = await lists(hide)
    expect(ids(after.recommend)[0]).toBe(ids(before.recommend)[1])
    const shopper = await lists([], { ...NEW, looked: ['item7'], about: 'item3' })
    expect(Object.keys(shopper.after)).toEqual(['similar', 'boughtTogether', 'recommend'])
    expect(ids(shopper.after.recommend)).not.toEqual(ids(before.recommend))
    expect(ids((await lists([])).after.recommend)).toEqual(ids(before.recommend))
  })

  test('the preview applies a rule only on the days, on the pages and in the contexts that the rule names', async () => {
    const when = { from: '2030-01-01', page: ['home'], context: { promotion: ['sale'] } }
    const rules = [{ name: 'r', when, pin: ['item19'] }]
    const view = {
      ...NEW,
      page: 'home',
      context: { promotion: 'sale' },
      time: Date.UTC(2030, 0, 2),
    }
    expect(ids((await lists(rules, view)).after.recommend)[0]).toBe('item19')
    const others = [{ page: 'cart' }, { context: {} }, { time: Date.UTC(2029, 0, 1) }]
    for (const other of others)
      expect(ids((await lists(rules, { ...view, ...other })).after.recommend)[0]).not.toBe('item19')
  })

  test('the preview refuses values that are not a view or not rules', async () => {
    for (const body of [
      {},
      [],
      { saved: [], rules: [], view: {} },
      { saved: 1, rules: [], view: NEW },
    ])
      expect((await ask('/api/preview', body)).status).toBe(422)
  })
})

describe('saving', () => {
  const save = (rules: unknown, version: string) => ask('/api/save', { rules, version })
  const start = async () => (await (await ask('/api/start')).json()) as { version: string }

  test('a save writes the file that publish reads, keeps the file’s form and other fields, and is refused unless it was made from the newest version', async () => {
    writeFileSync(file, JSON.stringify({ owner: 'us', rules: [] }))
    const { version } = await start()
    const rules = [{ name: 'r', pin: ['item1'], at: 2 }]
    expect((await save(rules, version)).status).toBe(200)
    expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual({ owner: 'us', rules })
    expect((await readRulesFile(file)).rules).toEqual(rules)
    expect((await save([], version)).status).toBe(409)
    expect((await readRulesFile(file)).rules).toEqual(rules)
    expect((await save([], (await start()).version)).status).toBe(200)
  })

  test('a save is refused if devices ignore a rule, or if a rule does nothing or empties a list; the file stays as it was', async () => {
    expect((await save([{ name: 'r', pin: ['item1'] }], '')).status).toBe(200)
    const [text, { version }] = [readFileSync(file, 'utf8'), await start()]
    const wrong = [
      [{ name: 'r', pin: [] }],
      [{ name: 'r', boost: { id: ['item1'] }, by: 1 }],
      [{ name: 'r', hide: { id: ['nowhere'] } }],
      [{ name: 'r', hide: { price: { from: 0 } } }],
      'no rules',
    ]
    for (const rules of wrong) expect((await save(rules, version)).status).toBe(422)
    expect(readFileSync(file, 'utf8')).toBe(text)
  })

  test('of two saves from the same version of the file, the second is refused', async () => {
    const both = ['item1', 'item2'].map((id) => save([{ name: 'r', pin: [id] }], ''))
    expect((await Promise.all(both)).map(({ status }) => status)).toEqual([200, 409])
  })

  test('a save replaces the file behind a link, and the link stays', async () => {
    const target = join(folder, 'shared.json')
    writeFileSync(target, '[]')
    symlinkSync(target, file)
    expect((await save([{ name: 'r', pin: ['item1'] }], (await start()).version)).status).toBe(200)
    expect(lstatSync(file).isSymbolicLink()).toBe(true)
    expect(JSON.parse(readFileSync(target, 'utf8'))).toHaveLength(1)
  })

  test('a file that is damaged on the disk is not overwritten', async () => {
    writeFileSync(file, '{"rules": [')
    expect((await ask('/api/start')).status).toBe(422)
    expect((await save([], '')).status).toBe(422)
    writeFileSync(file, '[{"name": "r"}]')
    expect((await save([], '')).status).toBe(422)
    expect(readFileSync(file, 'utf8')).toBe('[{"name": "r"}]')
  })
})

describe('signing', () => {
  const rules = [{ name: 'r', pin: ['item1'] }]

  test('a save signs the file, each time as a later release', async () => {
    const key = join(folder, 'key.pem')
    await makeSigningKey(key)
    const sign = await openRulesSigner({ key: [key], days: 9 })
    const signing = createStudio({ ...studio, sign })
    let version = ''
    let known = null
    for (const at of [2, 3]) {
      const body = { version, rules: [{ ...rules[0], at }] }
      const answer = await ask('/api/save', body, {}, signing)
      ;({ version } = await answer.json())
      const content = JSON.parse(readFileSync(file, 'utf8'))
      expect(content.rules).toEqual(body.rules)
      const release: LatestModel = await rulesRelease(content, parseLatest)
      const publishers = [publicKeyOf(await readSigningKey(key))]
      await checkRelease(release, { publishers }, known, Date.now())
      known = release
    }
    // Without the key, the studio neither drops the signature nor leaves a wrong signature.
    const text = readFileSync(file, 'utf8')
    expect((await ask('/api/save', { version, rules })).status).toBe(422)
    expect(readFileSync(file, 'utf8')).toBe(text)
  })
})

test('a measurement measures each rule for `recommend` lists and reports its progress; a rule that hides best sellers has a cost', async () => {
  const best = ids((await lists([])).after.recommend).slice(0, 8)
  const rules = [
    { name: 'h', when: { from: '2040-01-01' }, hide: { id: best } },
    { name: 's', when: { list: ['similar'] }, hide: { id: best } },
    { name: 'p', pin: ['nowhere'] },
  ]
  const text = await (await ask('/api/costs', { rules })).text()
  const sent = text
    .trim()
    .split('\n')
    .map((line): CostLine => JSON.parse(line))
  expect(sent[0]).toMatchObject({ done: 0 })
  const last = sent.at(-1)
  if (!last || !('costs' in last)) throw new Error(text)
  const { rules: measured, without, shoppers } = last.costs
  expect(shoppers).toBeGreaterThan(10)
  expect(without.value).toBeGreaterThan(0.2)
  expect(measured.map(({ rule }) => rule)).toEqual([-1, 0, 2])
  expect(measured[1].difference.hi).toBeLessThan(0)
  expect(measured[1].changed).toBe(1)
  expect(measured[2]).toMatchObject({ changed: 0, difference: { value: 0, lo: 0, hi: 0 } })
})

test('a measurement of the rules stops when its connection closes', async () => {
  const signals: AbortSignal[] = []
  const costs: typeof studio.costs = (_, { signal }) =>
    new Promise((_, reject) => {
      if (signal) signals.push(signal)
      signal?.addEventListener('abort', () => reject(signal.reason))
    })
  const { body } = await ask('/api/costs', { rules: [] }, {}, createStudio({ ...studio, costs }))
  await body?.cancel()
  expect(signals.map(({ aborted }) => aborted)).toEqual([true])
})
