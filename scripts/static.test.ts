import { createHash } from 'node:crypto'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { request } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createOrderBook } from './orderBook.ts'
import { createStaticServer, PAGES } from './static.ts'

const directory = mkdtempSync(join(tmpdir(), 'nearside-static-'))
const federation = {
  ...{ leader: 'http://localhost:1', leaderOperator: 'Shop', leaderKey: 'a' },
  ...{ helper: 'http://localhost:2', helperOperator: 'Trust Centre', helperKey: 'b' },
}
for (const name of ['root/category', 'root/assets', 'models/1'])
  mkdirSync(join(directory, name), { recursive: true })
writeFileSync(join(directory, 'root/sw.js'), 'const RELEASE = {}')
writeFileSync(join(directory, 'root/assets/worker-A.js'), 'self.onmessage = null')
const signed = { modelKeys: { publishers: ['a key'], helper: 'another' } }
let port = 0
const server = createStaticServer({
  root: join(directory, 'root'),
  models: join(directory, 'models'),
  federation,
  signed,
})

beforeAll(async () => {
  writeFileSync(join(directory, 'root/index.html'), '<p>home</p>')
  writeFileSync(join(directory, 'root/shell.html'), '<p>shop</p>')
  writeFileSync(join(directory, 'root/category/Cards & Gift Wrap.html'), '<p>cards</p>')
  writeFileSync(join(directory, 'models/latest.json'), '{}')
  writeFileSync(join(directory, 'secret.json'), '{"secret":true}')
  await new Promise<void>((resolve) => server.listen(0, 'localhost', resolve))
  port = (server.address() as AddressInfo).port
})

afterAll(() => {
  server.close()
  rmSync(directory, { recursive: true, force: true })
})

/** Sends the path unchanged, which `fetch` would normalise first. */
function raw(path: string, method = 'GET') {
  return new Promise<{ status: number; headers: Record<string, unknown>; body: string }>(
    (resolve, reject) => {
      request({ host: 'localhost', port, path, method }, (response) => {
        let body = ''
        response.on('data', (chunk) => {
          body += chunk
        })
        response.on('end', () =>
          resolve({ status: response.statusCode ?? 0, headers: response.headers, body }),
        )
      })
        .on('error', reject)
        .end()
    },
  )
}

test('the server sends prerendered pages, `shell.html` (no content) for other deep links, and 404 for missing files', async () => {
  expect(await raw('/')).toMatchObject({ status: 200, body: '<p>home</p>' })
  expect(await raw('/?engine=js')).toMatchObject({ status: 200, body: '<p>home</p>' })
  for (const path of [
    '/category/Cards%20%26%20Gift%20Wrap',
    '/category/Cards%20&%20Gift%20Wrap?a=b',
  ])
    expect(await raw(path)).toMatchObject({
      status: 200,
      body: '<p>cards</p>',
      headers: { 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-cache' },
    })
  for (const path of ['/category/Candles', '/product/1', '/nowhere', '/search/more'])
    expect(await raw(path)).toMatchObject({ status: 404, body: '<p>shop</p>' })
  expect(await raw('/missing.js')).toMatchObject({ status: 404 })
  expect(await raw('/models/9/manifest.json')).toMatchObject({ status: 404 })
  expect(await raw('/models/latest.json')).toMatchObject({ status: 200, body: '{}' })
})

test('an address with an extra slash redirects to the page, never to another host', async () => {
  for (const [path, location] of [
    ['/basket/', '/basket'],
    ['/search/?engine=js', '/search?engine=js'],
    ['/category/Cards%20%26%20Gift%20Wrap//', '/category/Cards%20%26%20Gift%20Wrap'],
    ['//evil.example/', '/evil.example'],
    ['/%5Cevil.example/', '/%5Cevil.example'],
  ])
    expect(await raw(path)).toMatchObject({
      status: 308,
      headers: { location, 'content-security-policy': expect.any(String) },
    })
  expect(await raw('//')).toMatchObject({ status: 308, headers: { location: '/' } })
})

test('PAGES lists exactly the storefront’s pages', async () => {
  const frame = readFileSync(new URL('../src/storefront/Frame.tsx', import.meta.url), 'utf8')
  const routes = Array.from(frame.matchAll(/<Route path="(\/[^":]+)"/g), ([, path]) => path)
  expect(routes.toSorted()).toEqual(PAGES.toSorted())
  for (const path of PAGES)
    expect(await raw(path)).toMatchObject({ status: 200, body: '<p>shop</p>' })
})

test('the server sends no file from outside its directories', async () => {
  for (const path of [
    '/../secret.json',
    '/models/../secret.json',
    '/%2e%2e/secret.json',
    '/models/..%2fsecret.json',
  ]) {
    expect((await raw(path)).body).not.toContain('secret":true')
  }
  expect(await raw('/%ff')).toMatchObject({ status: 400 })
  expect(await raw('/', 'POST')).toMatchObject({ status: 405 })
})

test('federation.json names the aggregators and the signing keys', async () => {
  const { body } = await raw('/federation.json')
  expect(JSON.parse(body)).toEqual({ ...federation, ...signed })
})

test('every answer has the headers that restrict to which servers the page can send data', async () => {
  for (const path of ['/', '/models/latest.json', '/missing.js', '/federation.json']) {
    const { headers } = await raw(path)
    const policy = String(headers['content-security-policy'])
    expect(policy).toContain("default-src 'none'")
    expect(policy).toContain("connect-src 'self' http://localhost:1 http://localhost:2;")
    expect(policy).not.toContain('unsafe-inline')
    expect(String(headers['connection-allowlist'])).toContain('response-origin')
    // A violation report would take addresses of pages out of the browser.
    expect(JSON.stringify(headers)).not.toMatch(/report-to|report-uri|reporting-endpoints|"nel"/i)
    expect(headers['referrer-policy']).toBe('no-referrer')
    expect(headers['cross-origin-opener-policy']).toBe('same-origin')
  }
})

test('with a relay, the page may reach the relay, but no aggregator', async () => {
  const site = { root: join(directory, 'root'), models: join(directory, 'models') }
  const relay = 'http://localhost:3/'
  const relayed = createStaticServer({ ...site, federation: { ...federation, relay } })
  await new Promise<void>((resolve) => relayed.listen(0, 'localhost', resolve))
  const { headers } = await fetch(`http://localhost:${(relayed.address() as AddressInfo).port}/`)
  relayed.close()
  expect(headers.get('content-security-policy')).toContain("connect-src 'self' http://localhost:3;")
  const allowed = '(response-origin "http://localhost:3/*")'
  expect(headers.get('connection-allowlist')).toBe(allowed)
})

test('only existing files of a fixed version are cached as immutable', async () => {
  writeFileSync(join(directory, 'models/1/items.safetensors'), 'vectors')
  const control = async (path: string) => (await raw(path)).headers['cache-control']
  expect(await control('/models/1/items.safetensors')).toContain('immutable')
  for (const path of ['/models/1/other.safetensors', '/models/latest.json', '/'])
    expect(await control(path)).toBe('no-cache')
})

test('the server stores each order once, also after a restart, and refuses data that are not an order', async () => {
  const file = join(directory, 'orders.jsonl')
  const [id, other] = ['0', '1'].map((digit) => digit.repeat(32))
  const lines = [{ id: '85123A', quantity: 2, price: 2.95 }]
  const book = createOrderBook(file)
  expect(
    [
      { id, lines },
      { id, lines },
      { id: other, lines },
    ].map(book.take),
  ).toEqual(['stored', 'known', 'stored'])
  for (const wrong of [
    null,
    { id, lines: [] },
    { id: 'x', lines },
    { id: '2'.repeat(32), lines, name: 'Ada' },
  ])
    expect(book.take(wrong)).toBe('invalid')
  expect(createOrderBook(file).take({ id, lines })).toBe('known')
  const post = async (path: string, body: string) => {
    const url = `http://localhost:${port}${path}`
    const { status } = await fetch(url, { method: 'POST', body })
    return status
  }
  const body = JSON.stringify({ id, lines })
  expect(await post('/orders', body)).toBe(201)
  expect(await post('/orders', body)).toBe(200)
  expect(await post('/orders', '{')).toBe(400)
  expect(await post('/orders', `"${'x'.repeat(70_000)}"`)).toBe(413)
  expect(await post('/basket', body)).toBe(405)
})

test('the server answers 304 to a matching ETag', async () => {
  const url = `http://localhost:${port}/models/latest.json`
  const first = await fetch(url)
  const again = await fetch(url, { headers: { 'if-none-match': first.headers.get('etag') ?? '' } })
  expect(again.status).toBe(304)
})

test('the server sends the same content in every encoding, and new content after a file changed', async () => {
  const url = `http://localhost:${port}/app.json`
  for (const text of ['{"a":1}', '{"a":1,"b":2}']) {
    writeFileSync(join(directory, 'root/app.json'), text)
    for (const encoding of ['br', 'gzip', 'gzip, deflate, br;q=1.0', 'identity']) {
      const answer = await fetch(url, { headers: { 'accept-encoding': encoding } })
      const expected = encoding.includes('br') ? 'br' : encoding === 'gzip' ? 'gzip' : null
      expect(answer.headers.get('content-encoding')).toBe(expected)
      expect(await answer.text()).toBe(text)
    }
  }
})

test('WebKit gets no Integrity-Policy, because with this header it would run no imported script', async () => {
  const root = join(directory, 'hashed')
  mkdirSync(root)
  writeFileSync(join(root, 'index.html'), '<script type="importmap">{}</script>')
  const hashed = createStaticServer({ root, models: root, federation: null })
  await new Promise<void>((resolve) => hashed.listen(0, 'localhost', resolve))
  const address = `http://localhost:${(hashed.address() as AddressInfo).port}/`
  const policyFor = async (agent: string) =>
    (await fetch(address, { headers: { 'user-agent': agent } })).headers.get('integrity-policy')
  expect(await policyFor('Firefox/150')).toBe('blocked-destinations=(script)')
  // Headless Chromium has another name in its `User-Agent`.
  for (const name of ['Chrome', 'HeadlessChrome']) {
    const chromium = `Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko) ${name}/152 Safari/537.36`
    expect(await policyFor(chromium)).toBe('blocked-destinations=(script)')
  }
  const safari = 'Mozilla/5.0 AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.0 Safari/605.1.15'
  expect(await policyFor(safari)).toBeNull()
  hashed.close()
})

test('the WAICT manifest has the hash of each served script, and a violation is only reported, not blocked', async () => {
  const { headers } = await raw('/')
  const policy = String(headers['integrity-policy-waict-v1'])
  expect(policy).toMatch(/^max-age=0, mode=report, blocked-destinations=\(script\), manifest="/)
  const [, path = ''] = /manifest="(.*)"/.exec(policy) ?? []
  const { body, headers: own } = await raw(path)
  expect(own['cache-control']).toContain('immutable')
  const { hashes } = JSON.parse(body)
  expect(Object.keys(hashes)).toEqual(['/sw.js', '/assets/worker-A.js'])
  for (const [script, hash] of Object.entries(hashes))
    expect(hash).toBe(
      createHash('sha256')
        .update((await raw(script)).body)
        .digest('base64'),
    )
  // The address contains the content's hash, so the file never changes.
  const digest = createHash('sha256').update(body).digest('base64url')
  expect(path).toBe(`/assets/waict-${digest.slice(0, 22)}.json`)
})
