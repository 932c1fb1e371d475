/** @module Tests the shop with a vault: storage and worker are in another origin, and the worker has no network. */
import { createServer } from 'node:http'
import { expect, test } from 'playwright/test'
import { LOCKED_HEADERS, vaultHeaders } from '../scripts/vaultServer.ts'
import { forYou, forYouIds, goHome, learnsFrom, openShop } from './shop.ts'
import { closeVaultShops, listen, openVaultShop, vaultWorker } from './vault.ts'

const databases = async () => (await indexedDB.databases()).map(({ name }) => name)

test.afterEach(closeVaultShops)

test('the list follows a click, and the shop’s origin stores nothing', async ({ page }) => {
  const { shop, vault, asked } = await openVaultShop()
  await openShop(page, `${shop}/`)
  const before = await forYouIds(page)
  await forYou(page).locator('[data-item]').nth(2).click()
  await expect(page.getByRole('button', { name: 'Add to basket' }).first()).toBeVisible()
  await goHome(page)
  await expect.poll(() => forYouIds(page)).not.toEqual(before)
  expect(await page.evaluate(databases)).toEqual([])
  const worker = await vaultWorker(page, vault)
  expect(await worker.evaluate(databases)).toEqual([`nearside of ${shop}`])
  // Only the vault's files were requested. The requests by which the worker tests its policy did not arrive.
  expect(asked.filter((line) => !/^GET \/(vault\.html|assets\/\S+\.js)$/.test(line))).toEqual([])
  expect(asked.length).toBeGreaterThan(2)
})

test('with persist: ask, the vault stores events only after a yes, and a later no erases them', async ({
  page,
}) => {
  const { shop, vault } = await openVaultShop(undefined, undefined, undefined, 'ask')
  const inVault = async () => (await vaultWorker(page, vault)).evaluate(databases)
  const isStored = { name: 'Keep what this shop learns in this browser' }
  await openShop(page, `${shop}/`)
  await forYou(page).locator('[data-item]').nth(1).click()
  await learnsFrom(page, 1)
  expect(await inVault()).toEqual([])
  await page.getByRole('button', { name: 'What this shop learned' }).click()
  await page.getByRole('switch', isStored).click()
  await expect.poll(inVault).toEqual([`nearside of ${shop}`])
  expect(await page.evaluate(databases)).toEqual([])

  await openShop(page, `${shop}/`)
  await learnsFrom(page, 1)
  await page.getByRole('button', { name: 'What this shop learned' }).click()
  await expect(page.getByRole('switch', isStored)).toBeChecked()
  await page.getByRole('switch', isStored).click()
  await expect.poll(inVault).toEqual([])
  await openShop(page, `${shop}/`)
  await learnsFrom(page, 0)
})

test('no request of the vault’s worker reaches a server, by any API', async ({ page }) => {
  const arrived: string[] = []
  const elsewhere = createServer(({ url = '' }, answer) => {
    arrived.push(url)
    answer.writeHead(200, { 'access-control-allow-origin': '*' }).end()
  })
  const other = await listen(elsewhere)
  const { shop, vault, asked } = await openVaultShop()
  await openShop(page, `${shop}/`)
  const worker = await vaultWorker(page, vault)
  const before = [...asked]
  const left = await worker.evaluate(
    async (origins) => {
      const opens: string[] = []
      for (const origin of origins) {
        const url = `${origin}/leak`
        const tries: Record<string, () => unknown> = {
          fetch: () => fetch(url, { method: 'POST', mode: 'no-cors', body: 'leak' }),
          keepalive: () => fetch(url, { keepalive: true, mode: 'no-cors' }),
          'event source': () => new EventSource(url),
          socket: () => new WebSocket(url.replace('http', 'ws')),
          import: () => import(url),
          worker: () => new Worker(url),
          blob: () => new Worker(URL.createObjectURL(new Blob([`fetch('${url}')`]))),
          cache: async () => (await caches.open('leak')).add(url),
          font: () => new FontFace('leak', `url(${url})`).load(),
          request() {
            const request = new XMLHttpRequest()
            request.open('POST', url, false)
            request.send('leak')
          },
        }
        for (const [name, attempt] of Object.entries(tries))
          await Promise.resolve()
            .then(attempt)
            .then((made) => made instanceof Response && opens.push(`${name} ${url}`))
            .catch(() => undefined)
      }
      await new Promise((resolve) => setTimeout(resolve, 2000))
      return opens
    },
    [other, vault, shop],
  )
  expect(left).toEqual([])
  expect(arrived).toEqual([])
  expect(asked).toEqual(before)
  // This request shows that the server would have recorded a request.
  await page.request.get(`${other}/heard`)
  expect(arrived).toEqual(['/heard'])
  elsewhere.close()
  elsewhere.closeAllConnections()
})

const policy = (text: string) => ({ 'content-security-policy': text })
/** Content policies that leave the vault's worker a network API, and the APIs that the vault then reports as open. */
const HOLES = [
  ['no policy', {}, 'fetch, XMLHttpRequest, WebSocket'],
  ['requests to its own server', policy("default-src 'none'; connect-src 'self'"), 'fetch, XML'],
  ['scripts of its own server', policy("default-src 'none'; script-src 'self'"), 'import'],
  ['sockets', policy("default-src 'none'; connect-src ws:"), 'WebSocket'],
] as const

test('if its worker has a network, the vault refuses to work: lists are in the shop’s order, nothing is stored', async ({
  context,
}) => {
  // All pages open at once, because each waits twice, up to ten seconds, for the browser to report policy violations.
  const refusals = HOLES.map(async ([hole, locked, says]) => {
    const page = await context.newPage()
    const { shop, vault } = await openVaultShop(() => ({ locked }))
    await page.goto(`${shop}/console`)
    const why = new RegExp(`its worker has a network: ${says}`)
    await expect(page.getByText(why).first(), hole).toBeAttached()
    expect(await page.evaluate(databases), hole).toEqual([])
    await page.goto(`${vault}/vault.html`)
    expect(await page.evaluate(databases), hole).toEqual([])
  })
  await Promise.all(refusals)
})

/** Acts as a hostile script of the shop's page: it opens another frame of the vault, and a port into that frame. */
async function speakTo(vault: string) {
  const frame = document.createElement('iframe')
  frame.src = `${vault}/vault.html`
  const hello = new Promise((resolve) =>
    addEventListener('message', ({ data, source }) => {
      if (source === frame.contentWindow) resolve(data)
    }),
  )
  document.body.append(frame)
  const heard = await Promise.race([hello, new Promise((resolve) => setTimeout(resolve, 5000))])
  const offer = (data: unknown) => {
    const { port1, port2 } = new MessageChannel()
    const answers: { id?: number; kind: string; error?: { message: string } }[] = []
    port1.onmessage = (event) => answers.push(event.data)
    frame.contentWindow?.postMessage(data, vault, [port2])
    return { port: port1, answers }
  }
  Object.assign(globalThis, { offer, heard })
  return heard
}

interface Hostile {
  offer(data: unknown): {
    readonly port: MessagePort
    readonly answers: { id?: number; kind: string; value?: unknown; error?: { message: string } }[]
  }
}

test('the vault accepts one port and a limited number of well-formed calls', async ({ page }) => {
  const { shop, vault } = await openVaultShop()
  await openShop(page, `${shop}/`)
  const hello = await page.evaluate(speakTo, vault)
  const found = await page.evaluate(async (hello) => {
    const { offer } = globalThis as unknown as Hostile
    const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))
    const wrong = offer({ please: 'take this' })
    const first = offer(hello)
    const second = offer(hello)
    const ping = { kind: 'call', id: 1, name: 'ping', args: [] }
    for (const { port } of [wrong, first, second]) port.postMessage(ping)
    const until = async (holds: () => boolean) => {
      for (let waits = 0; waits < 300 && !holds(); waits++) await wait(100)
    }
    const answered = (id: number) => first.answers.filter((answer) => answer.id === id)
    await until(() => answered(1).length > 0)

    const deep: { self?: unknown } = {}
    deep.self = deep
    const malformed = [
      null,
      'call',
      42,
      [],
      {},
      { kind: 'call' },
      { kind: 'call', id: 2, name: 'toString', args: [] },
      { kind: 'call', id: 3, name: '__proto__', args: [] },
      { kind: 'call', id: 4, name: 'ready', args: [] },
      { kind: 'call', id: 5, name: 'ping', args: [1] },
      { kind: 'call', id: 6, name: 'events', args: ['all'] },
      { kind: 'call', id: 7, name: 'context', args: [deep] },
      { kind: 'call', id: 8, name: 'context', args: [new Map([[1, 2]])] },
      { kind: 'call', id: 9, name: 'context', args: ['x'.repeat(2 ** 22)] },
      { kind: 'call', id: 10, name: 'restore', args: [{ rows: [{ name: 'purchase' }] }] },
      { kind: 'call', id: 11, name: 'capture', args: [{ id: {}, time: 1, input: {} }] },
      { kind: 'call', id: 12, name: 'start', args: [{ baseModel: 'file:///etc/passwd' }] },
      { kind: 'fetch', id: 13, url: 'https://elsewhere.test/', body: null },
      { kind: 'call', id: NaN, name: 'ping', args: [] },
    ]
    for (const message of malformed) first.port.postMessage(message)
    await until(() => answered(12).length > 0)
    const kinds = malformed.flatMap((_, at) => answered(at + 2).map(({ kind }) => kind))

    for (let id = 1000; id < 6000; id++) first.port.postMessage({ ...ping, id })
    await until(() => answered(5999).length > 0)
    const flood = first.answers.filter(({ id = 0 }) => id >= 1000)
    await wait(2000)
    first.port.postMessage({ ...ping, id: 9000 })
    await until(() => answered(9000).length > 0)
    return {
      silent: [wrong.answers, second.answers],
      kinds,
      taken: flood.filter(({ kind }) => kind === 'result').length,
      refused: flood.filter(({ error }) => error?.message.startsWith('More than')).length,
      after: answered(9000)[0]?.kind,
    }
  }, hello)
  expect(found.silent).toEqual([[], []])
  expect(found.kinds).toEqual(Array(12).fill('error'))
  expect(found.taken).toBeLessThan(4000)
  expect(found.taken).toBeGreaterThan(1000)
  expect(found.taken + found.refused).toBe(5000)
  expect(found.after).toBe('result')
  // The shop's own frame still works.
  await expect(forYou(page).locator('[aria-busy="false"] [data-item]').first()).toBeVisible()
})

test('a page of another origin can’t embed the vault, and the vault ignores its messages', async ({
  page,
}) => {
  const { vault } = await openVaultShop()
  const strangers = createServer((_, answer) => {
    answer.writeHead(200, { 'content-type': 'text/html' }).end('<body></body>')
  })
  const stranger = await listen(strangers)
  await page.goto(stranger)
  expect(await page.evaluate(speakTo, vault)).toBeUndefined()
  const open = await openVaultShop((site) => {
    const { 'content-security-policy': policy, ...headers } = vaultHeaders(site)
    const lax = policy.replace(/frame-ancestors[^;]*/, 'frame-ancestors *')
    return { headers: { ...headers, 'content-security-policy': lax }, locked: LOCKED_HEADERS }
  })
  const answersTo = async (origin: string) => {
    await page.goto(origin)
    const hello = await page.evaluate(speakTo, open.vault)
    expect(hello).toBe('nearside-vault 3')
    return page.evaluate(async (hello) => {
      const { port, answers } = (globalThis as unknown as Hostile).offer(hello)
      port.postMessage({ kind: 'call', id: 1, name: 'ping', args: [] })
      for (let waits = 0; waits < 50 && answers.length === 0; waits++)
        await new Promise((resolve) => setTimeout(resolve, 100))
      return answers.length
    }, hello)
  }
  expect(await answersTo(stranger)).toBe(0)
  expect(await answersTo(open.shop)).toBeGreaterThan(0)
  strangers.close()
  strangers.closeAllConnections()
})
