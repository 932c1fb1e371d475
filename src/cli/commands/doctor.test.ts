import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { brotliCompressSync } from 'node:zlib'
import { FEDERATION, TestAggregators } from '@nearside/browser/worker/testAggregators.ts'
import { sha256Hex } from '@nearside/core/bytes.ts'
import { writeBaseModel } from '@nearside/core/model/files.ts'
import { MANIFEST_FORMAT } from '@nearside/core/model/manifest.ts'
import { tinyModel } from '@nearside/core/model/testModel.ts'
import { TestServer } from '@nearside/core/model/testShop.ts'
import { DAY } from '@nearside/core/time.ts'
import { publishModel, readLatestFile } from '@nearside/train/models/publish.ts'
import { afterAll, beforeAll, expect, it, test } from 'vitest'
import { NegativeResult } from '../command.ts'
import { type Examination, examine } from '../doctor/examine.ts'
import { type HostAnswer, PAGE_POLICY, type Spoil, serveSite } from '../doctor/testHost.ts'
import type { Finding } from '../publish/finding.ts'
import { type Flags, runCommand } from '../testCommand.ts'
import { command } from './doctor.ts'
import { command as keys } from './keys.ts'
import { command as publish } from './publish.ts'
import { command as signRules } from './rules.ts'
import { command as sign } from './sign.ts'

const folder = mkdtempSync(join(tmpdir(), 'nearside-doctor-'))
const out = join(folder, 'site')
const ITEMS = Array.from({ length: 100 }, (_, i) => ({
  ...{ id: `item ${i}`, title: `Cup ${i}`, price: 1 + i, image: `/images/${i}.svg` },
}))
let publisher = ''
/** Lines that publish printed about the download size. */
let publishedSize: string[] = []

beforeAll(async () => {
  const [model, key, catalog] = ['models', 'key.pem', 'c.json'].map((name) => join(folder, name))
  const [library, rules] = ['lib', 'rules.json'].map((name) => join(folder, name))
  await publishModel(model, await writeBaseModel(tinyModel(100)))
  writeFileSync(catalog, JSON.stringify(ITEMS))
  writeFileSync(rules, JSON.stringify({ rules: [{ name: 'first', pin: ['item 3'] }] }))
  mkdirSync(library)
  for (const name of ['adapters', 'device', 'element', 'index', 'worker'])
    writeFileSync(join(library, `${name}.js`), `export const ${name} = 1\n`)
  ;[publisher] = (await runCommand(keys, { flags: { key } })).printed
  await runCommand(sign, { flags: { models: model, key } })
  await runCommand(signRules, { flags: { key }, positionals: ['sign', rules] })
  const { printed } = await runCommand(publish, {
    flags: { model, catalog, rules, library, out, publisher },
  })
  publishedSize = printed.flatMap((line) => /^ok +size: (.*)/.exec(line)?.[1] ?? [])
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** Runs the doctor on the published folder, served by a server that changes some answers. */
async function look(spoil?: Spoil, flags: Flags = {}, page = '') {
  const url = await serveSite(out, spoil)
  const asked = { flags: { timeout: 1, ...flags }, positionals: [url + page] }
  let code = 0
  const answer = await runCommand(command, asked).catch((error) => {
    code = 1
    if (error instanceof NegativeResult) return error
    throw error
  })
  const { findings } = answer.result as { findings: Finding[] }
  const origin = url.slice(0, -1)
  const lines = findings.map(({ level, about, text }) =>
    `${level} ${about}: ${text}`.replaceAll(origin, 'HOST'),
  )
  return { code, lines, bad: lines.filter((line) => !line.startsWith('ok')) }
}

const at =
  (pattern: RegExp, change: Partial<HostAnswer> | ((answer: HostAnswer) => Partial<HostAnswer>)) =>
  (path: string, answer: HostAnswer) => {
    if (!pattern.test(path)) return undefined
    return typeof change === 'function' ? change(answer) : change
  }
const headers = (pattern: RegExp, changed: Readonly<Record<string, string>>) =>
  at(pattern, (answer) => ({ headers: { ...answer.headers, ...changed } }))
const json = (pattern: RegExp, value: unknown) =>
  at(pattern, {
    headers: {
      'content-type': 'application/json',
      'cache-control': 'no-cache',
      'content-encoding': 'br',
    },
    body: brotliCompressSync(JSON.stringify(value)),
  })
const policy = (text: string) => headers(/^\/$/, { 'content-security-policy': text })
const PAGE = { 'content-type': 'text/html' }

it('doctor finds no fault in a published site on a correctly configured server', async () => {
  const { code, lines } = await look()
  expect(lines).toEqual([
    'ok page: HOST/ answers, in a secure context.',
    expect.stringMatching(/^ok policy: /),
    'ok worker: Its file is a script of this origin, with a policy of its own.',
    'ok model: Version 1 with 100 items: every file matches the manifest.',
    expect.stringMatching(
      /^ok signature: Release 1, signed by 1, is valid until 20\d\d-\d\d-\d\d\.$/,
    ),
    expect.stringMatching(/^ok latest\.json: /),
    expect.stringMatching(/^ok model: .*cached/),
    'ok model: It is sent compressed.',
    expect.stringMatching(/^ok catalog: /),
    'ok catalog: It is sent compressed.',
    'ok catalog: 100 products, 100 of them available.',
    'ok catalog: The model lacks 0 of 100 products.',
    expect.stringMatching(/^ok size: A new visitor's browser downloads 0\.\d\d MB of model/),
    'ok rules: ‘first’ pins 1: item 3.',
    expect.stringMatching(/^ok signature: Rules release \d+, signed by 1, is valid until /),
  ])
  expect(code).toBe(0)
})

const LIVE = { minutes: 5, changed: [{ id: 'item 1', price: 2 }], gone: ['item 2'], added: [] }
const liveOf = async (changes = {}) => {
  const catalog = await sha256Hex(readFileSync(join(out, 'catalog.json')))
  return { ...LIVE, catalog, time: new Date().toISOString(), ...changes }
}
/** Makes the page name `live.json`. */
const named = at(/^\/$/, ({ body }) => ({
  body: String(body).replace('"catalog":', '"live":"/live.json","catalog":'),
}))
const both =
  (...spoils: readonly Spoil[]): Spoil =>
  (path, answer) =>
    Object.assign({}, ...spoils.map((spoil) => spoil(path, answer)))

const sent = (value: unknown) => both(json(/live/, value), at(/live/, { status: 200 }))

it('doctor says whether devices get live.json (new prices and stock), and whether it is missing, stale or for another catalog', async () => {
  const about = async (...spoils: readonly Spoil[]) => {
    const { lines, code } = await look(both(...spoils))
    return { code, live: lines.filter((line) => / live: /.test(line)) }
  }
  expect((await about()).live).toEqual([])
  expect(await about(named, sent(await liveOf()))).toEqual({
    code: 0,
    live: [
      expect.stringMatching(/^ok live: 1 products changed, 1 gone, 0 new /),
      expect.stringMatching(/^ok live: Confirmed at /),
      expect.stringMatching(/^ok live: Browsers check for a newer version/),
    ],
  })
  const missing = await about(named)
  expect(missing).toEqual({ code: 1, live: [expect.stringMatching(/^error live: .*status 404/)] })
  const ago = (hours: number) => ({ time: new Date(Date.now() - hours * 3_600_000).toISOString() })
  const bad = async (changes: object) =>
    (await about(named, sent(await liveOf(changes)))).live.filter((l) => !/^ok/.test(l))
  expect(await bad(ago(1.9))).toEqual([])
  expect(await bad(ago(2.1))).toEqual([expect.stringMatching(/^warning live: .* is stale/)])
  expect(await bad({ ...ago(2.1), minutes: 60 })).toEqual([])
  expect(await bad({ catalog: '0'.repeat(64) })).toEqual([
    expect.stringMatching(/^warning live: .*another catalog/),
  ])
  expect(await bad({ gone: [7] })).toEqual([expect.stringMatching(/^error live: .*gone/)])
  const unread = await about(sent(await liveOf()))
  expect(unread.live[0]).toMatch(/^warning live: The page doesn’t read live\.json/)
})

it('doctor states the same download size for a new visitor as `publish`, even if the host sends no content-length', async () => {
  const unsaid: Spoil = (_path, { headers: { 'content-length': _length, ...others } }) => ({
    headers: others,
  })
  const size = async (spoil?: Spoil) =>
    (await look(spoil)).lines.filter((line) => line.startsWith('ok size'))
  const [published] = publishedSize
  expect(await size()).toEqual([`ok size: ${published}`])
  expect(await size(unsaid)).toEqual([`ok size: ${published}`])
})

const REDIRECT = { status: 302, headers: { location: '/elsewhere' } }
const LONG = { 'cache-control': 'max-age=86400' }

test.each<readonly [string, Spoil, string]>([
  ['a page that is gone', at(/^\/$/, { status: 410 }), 'error page: HOST/ answers with status 410'],
  [
    'a page address that is a file',
    headers(/^\/$/, { 'content-type': 'text/css' }),
    'error page: HOST/ is text/css',
  ],
  [
    'a redirect loop',
    at(/^\/$/, { status: 302, headers: { location: '/' } }),
    '(more than 5 redirects)',
  ],
  [
    'a page whose answer never ends',
    at(/^\/$/, { body: null }),
    "error page: HOST/ can't be fetched (no complete answer in 1 s)",
  ],
  [
    'a page without the snippet',
    at(/^\/$/, { body: '<p>Shop</p>' }),
    "error page: The page doesn't say where model and catalog are",
  ],
  [
    'a damaged snippet',
    at(/^\/$/, { body: '<script type="application/json" id="nearside-options">{</script>' }),
    'error page: #nearside-options of the page',
  ],
  [
    'a page nested too deeply',
    at(/^\/$/, { body: '<div>'.repeat(100_000) }),
    'error page: The page is nested more than 10000 deep',
  ],
  [
    'a page without a Content-Security-Policy',
    at(/^\/$/, { headers: PAGE }),
    'warning policy: The page has no Content-Security-Policy',
  ],
  [
    'a policy that blocks every request',
    policy(PAGE_POLICY.replace("connect-src 'self'", "connect-src 'none'")),
    "error policy: It blocks HOST/catalog.json: add 'self' to connect-src.",
  ],
  [
    'a policy that blocks workers',
    policy(PAGE_POLICY.replace("worker-src 'self'", "worker-src 'none'")),
    'warning policy: It blocks the worker',
  ],
  [
    'a policy that blocks WebAssembly',
    policy(PAGE_POLICY.replace("'wasm-unsafe-eval'", '')),
    'warning policy: It blocks WebAssembly',
  ],
  [
    'a Trusted Types policy without the name nearside',
    policy(`${PAGE_POLICY}; require-trusted-types-for 'script'; trusted-types other`),
    'add nearside to trusted-types',
  ],
  [
    'a blocking policy in a meta element',
    at(/^\/$/, ({ body }) => ({
      body: `<meta http-equiv="Content-Security-Policy" content="connect-src 'none'">${body}`,
    })),
    'error policy: It blocks HOST/models/latest.json',
  ],
  [
    'a missing worker file',
    at(/worker\.js$/, { status: 404 }),
    'worker.js answers with status 404',
  ],
  [
    'a worker with the wrong media type',
    headers(/worker\.js$/, { 'content-type': 'text/plain' }),
    'is sent as text/plain: send it as text/javascript',
  ],
  [
    'a worker without a policy',
    at(/worker\.js$/, { headers: { 'content-type': 'text/javascript' } }),
    'warning worker: Its file has no Content-Security-Policy',
  ],
  [
    'a worker whose policy blocks every request',
    headers(/worker\.js$/, { 'content-security-policy': "default-src 'none'" }),
    "error worker: Its own policy blocks HOST/catalog.json: add 'self' to connect-src.",
  ],
  [
    'a missing models folder',
    at(/latest\.json$/, { status: 404, headers: PAGE, body: '<h1>Not found</h1>' }),
    'error model: HOST/models/latest.json answered with status 404: publish the model again.',
  ],
  [
    'a web page in place of a model file',
    at(/latest\.json$/, { headers: PAGE, body: '<h1>Shop</h1>' }),
    'error model: HOST/models/latest.json is a web page, not a file: publish',
  ],
  [
    'a latest.json that is not JSON',
    at(/latest\.json$/, { headers: {}, body: '{' }),
    'error model: The base model is not readable',
  ],
  ['a redirected latest.json', at(/latest\.json$/, REDIRECT), 'HOST/elsewhere'],
  [
    'a model file whose answer never ends',
    at(/items/, { headers: {}, body: null }),
    'No answer from HOST/models/1/items.safetensors: no complete answer in 1 s',
  ],
  [
    'a model file that is too large',
    headers(/items/, { 'content-length': String(2 ** 30) }),
    'HOST/models/1/items.safetensors: the answer is too large',
  ],
  [
    'a damaged model file',
    at(/items/, { headers: {}, body: 'other' }),
    'error model: items.safetensors has 5 bytes',
  ],
  [
    'a manifest that does not match its hash',
    json(/manifest\.json/, { format: MANIFEST_FORMAT }),
    'error model: manifest.json does not match its SHA-256',
  ],
  [
    'a latest.json that browsers may cache',
    headers(/latest\.json$/, LONG),
    'warning latest.json: It may be cached (max-age=86400)',
  ],
  [
    'versions without long-term caching',
    headers(/models\/1/, { 'cache-control': 'no-cache' }),
    'and 5 more may be cached for ever',
  ],
  [
    'a catalog sent without compression',
    at(/catalog\.json$/, {
      headers: { 'content-type': 'application/json', 'cache-control': 'no-cache' },
      body: JSON.stringify(ITEMS),
    }),
    "warning catalog: /catalog.json isn't compressed",
  ],
  [
    'a catalog that is not an array',
    json(/catalog/, { items: [] }),
    'error catalog: catalog: is not an array of items',
  ],
  ['an empty catalog', json(/catalog/, []), 'error catalog: The catalog is empty'],
  [
    'a catalog that shares no id with the model',
    json(/catalog/, [{ id: 'a', title: 'A', price: 1, image: '/a' }]),
    "error catalog: None of the model's 100 items is in the catalog (ids such as item 0, item 1, item 2)",
  ],
  [
    'a repeated catalog id',
    json(/catalog/, [...ITEMS, ITEMS[4]]),
    "warning catalog: catalog item 101: the id 'item 4' was already used",
  ],
  [
    'a catalog without available products',
    json(
      /catalog/,
      ITEMS.map((item) => ({ ...item, available: false })),
    ),
    'error catalog: No product is available',
  ],
  [
    'products without prices',
    json(
      /catalog/,
      ITEMS.map((item) => ({ ...item, price: undefined })),
    ),
    'warning catalog: No price for 100 of 100 products',
  ],
  [
    'products unknown to the model',
    json(/catalog/, [...ITEMS, ...ITEMS.map((item) => ({ ...item, id: `new ${item.id}` }))]),
    'warning catalog: The model lacks 100 of 200 products',
  ],
  [
    'a rules file that the server fails to send',
    at(/rules/, { status: 500 }),
    'error rules: HOST/rules.json answered with status 500',
  ],
  [
    'a malformed rule',
    json(/rules/, [{ name: 'x' }]),
    'error rules: rule 1 (‘x’) must say exactly one of',
  ],
  [
    'rules that the shop’s key did not sign',
    json(/rules/, [{ name: 'first', pin: ['item 3'] }]),
    'error signature: The rules file has 0 of the 1 signatures',
  ],
  [
    'a rule that empties a list',
    json(/rules/, [{ name: 'x', only: { category: ['no such'] } }]),
    'error rules: ‘x’ leaves nothing to show: that list is empty.',
  ],
])('doctor reports %s', async (_, spoil, expected) => {
  const { code, bad } = await look(spoil)
  expect(bad.join('\n')).toContain(expected)
  expect(code).toBe(bad.some((line) => line.startsWith('error')) ? 1 : 0)
})

it('doctor takes addresses and keys from options, and checks who signed the model', async () => {
  const bare = at(/^\/shop$/, { status: 200, headers: PAGE, body: '<p>Shop</p>' })
  const flags = { models: 'models', catalog: '/catalog.json' }
  const unknown = await look(bare, flags, 'shop')
  expect(unknown.bad).toEqual([
    expect.stringContaining('warning policy: The page has no Content-Security-Policy'),
    expect.stringContaining("doesn't say where its worker's file is: give --worker"),
    expect.stringContaining('the page names no keys'),
  ])
  const own = await look(bare, { ...flags, publisher }, 'shop')
  expect(own.lines.join()).toContain('ok signature')
  const other = Buffer.alloc(32, 7).toString('base64')
  const stranger = await look(bare, { ...flags, publisher: other }, 'shop')
  expect(stranger.bad.join()).toContain('has 0 of the 1 signatures that this shop asks for')
  expect(stranger.code).toBe(1)
  expect((await look(bare, { ...flags, models: 'http://[' }, 'shop')).bad.join()).toContain(
    'http://[',
  )
})

it('doctor reports files on another origin that the page is not allowed to read', async () => {
  const cdn = await serveSite(out)
  const flags = { models: `${cdn}models`, catalog: `${cdn}catalog.json` }
  const { bad } = await look(undefined, flags)
  const text = bad.join('\n')
  expect(text).toContain(`add ${cdn.slice(0, -1)} to connect-src`)
  expect(text).toMatch(/error model: \/models\/1\/\S+ and 5 more .*access-control-allow-origin/)
  expect(text).toContain('error catalog: /catalog.json may not be read')
  const open = await serveSite(out, (_, { headers }) => ({
    headers: { ...headers, 'access-control-allow-origin': '*' },
  }))
  const allowed = await look(undefined, { models: `${open}models`, catalog: `${open}catalog.json` })
  expect(allowed.bad.join('\n')).not.toContain('access-control')
})

it('doctor reports signatures of model and rules that have expired or soon will, and a model that is older than the page’s', async () => {
  const url = await serveSite(out)
  const ask = async (days: number, given: Examination['given'] = {}) => {
    const now = Date.now() + days * DAY
    const found = await examine({ url, given, now, timeout: 1000, fetch })
    return found.flatMap(({ level, text }) => (level === 'ok' ? [] : [`${level}: ${text}`])).join()
  }
  expect(await ask(80)).toMatch(/^warning: Release 1, .* ends on /)
  expect(await ask(92)).toMatch(
    /^error: Base model 1 \(release 1\) ended on .*: publish the model again\.,error: The rules file .* ended on .* rules sign\.$/,
  )
  const latest = await readLatestFile(join(out, 'models'))
  const newer = { ...latest!, signed: { ...latest!.signed!, release: 9 } }
  expect(await ask(0, { latest: newer })).toMatch(/^error: .* is older than release 9, seen before/)
  const rendered = { version: '0', manifest: '0'.repeat(64) }
  expect(await ask(0, { latest: rendered })).toMatch(/^warning: The page begins with version 0/)
})

it('doctor reports an aggregator that doesn’t answer, or that pages may not read', async () => {
  const aggregators = await TestAggregators.start(
    new TestServer(new Map([['1/manifest.json', new Uint8Array(1)]])),
  )
  const url = await serveSite(out)
  const ask = async (isUp: boolean, allowed?: string) => {
    const asked = aggregators.fetchWith(fetch)
    const found = await examine({
      ...{ url, given: { federation: FEDERATION }, now: Date.now(), timeout: 1000 },
      fetch: async (input, init) => {
        if (String(input).startsWith(url)) return fetch(input, init)
        if (!isUp && String(input).startsWith(FEDERATION.helper)) throw new Error('refused')
        const answer = await asked(input, init)
        if (allowed) answer.headers.set('access-control-allow-origin', allowed)
        return answer
      },
    })
    return found.filter(({ about }) => about === 'aggregators').map(({ text }) => text)
  }
  const same = 'Leader and helper show the same terms, round 1; devices accept them.'
  expect(await ask(true, '*')).toEqual([same, `${url.slice(0, -1)} may read it.`])
  expect(await ask(true)).toEqual([
    same,
    `/v1/task and 1 more may not be read by the page: send access-control-allow-origin: ${url.slice(0, -1)}.`,
  ])
  aggregators.policy = { ...aggregators.policy, aggregationGoal: 999 }
  expect((await ask(true, '*'))[0]).toMatch(/^Devices refuse these terms/)
  expect(await ask(false)).toEqual([
    'No answer from https://helper.test/v1/task: refused: check both servers.',
  ])
})

it('doctor fails if no server answers', async () => {
  const refused = runCommand(command, { positionals: ['http://localhost:1/'] })
  await expect(refused).rejects.toThrow('1 error, no warnings')
})
