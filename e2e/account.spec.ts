/** @module Tests account tokens, which the shop's own server gives only to signed-in shoppers. */
import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { getRequestListener } from '@hono/node-server'
import { DEMO_PARAMETERS } from '@nearside/aggregate/protocol/demoParameters.ts'
import { startServer } from '@nearside/aggregate/server/startServer.ts'
import { freePort } from '@nearside/aggregate/server/testPort.ts'
import { newIssuerKey } from '@nearside/aggregate/server/testTokens.ts'
import { Hono } from 'hono'
import { getCookie, setCookie } from 'hono/cookie'
import { type BrowserContext, expect, test } from 'playwright/test'
import { createStaticServer } from '../scripts/static.ts'
import { createTokenIssuer } from '../src/issuer.ts'
import { fact, openConsole } from './shop.ts'

const closing: (() => unknown)[] = []
test.afterAll(async () => {
  for (const close of closing.splice(0).reverse()) await close()
})

/** Method and path, and `Cookie` header, of a request to a server. */
type Asked = { readonly what: string; readonly cookie: string | undefined }

async function listen(asked: Asked[]) {
  const server = createServer()
  server.on('request', ({ method, url, headers }: IncomingMessage) =>
    asked.push({ what: `${method} ${url}`, cookie: headers.cookie }),
  )
  await new Promise<void>((resolve) => server.listen(0, 'localhost', resolve))
  closing.push(() => {
    server.close()
    server.closeAllConnections()
  })
  return { server, port: (server.address() as AddressInfo).port }
}

/** Starts a shop with accounts, its issuer, and aggregators whose terms require the issuer's tokens. */
async function openShopWithAccounts() {
  const folder = mkdtempSync(join(tmpdir(), 'nearside-accounts-'))
  closing.push(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }))
  const models = join(folder, 'models')
  cpSync('public/models', models, { recursive: true })
  /** Account of each session, and first token request of each account; any further request gets no token. */
  const sessions = new Map<string, string>()
  const given = new Map<string, string>()
  const issuer = await createTokenIssuer({
    key: newIssuerKey(),
    allow(request, asked) {
      const [, session = ''] =
        /(?:^|; )session=([^;]+)/.exec(request.headers.get('cookie') ?? '') ?? []
      const account = sessions.get(session)
      if (account === undefined) return false
      if (!given.has(account)) given.set(account, asked)
      return given.get(account) === asked
    },
  })
  const asked: Asked[] = []
  const { server, port } = await listen(asked)
  const shop = `http://localhost:${port}`
  const terms = { kind: 'account', key: issuer.publicKey } as const
  const leader = `http://127.0.0.1:${await freePort()}`
  const start = async (role: 'leader' | 'helper', at: string, helper: string) => {
    const started = await startServer(
      {
        ...{
          role,
          operator: `Test ${role}`,
          host: '127.0.0.1',
          port: Number(new URL(at).port),
          leader,
          helper,
          models,
        },
        ...{ store: `sqlite:${join(folder, `${role}.sqlite`)}`, storeKey: null },
        ...{ parameters: { ...DEMO_PARAMETERS, issuer: terms }, origins: [shop] },
        ...{ reportsPerMinute: 120, trustedProxies: [] },
      },
      {
        ...{ now: Date.now, fetch, log() {} },
        fatal(error) {
          throw error
        },
      },
    )
    closing.push(() => started.stop())
    return `http://127.0.0.1:${started.port}`
  }
  const helper = await start('helper', 'http://127.0.0.1:0', '')
  await start('leader', leader, helper)
  const keyOf = async (server: string) => (await (await fetch(`${server}/v1/keys`)).json()).signing
  const aggregators = [leader, helper]
  const federation = {
    ...{ leader, leaderOperator: 'Test leader', leaderKey: await keyOf(leader) },
    ...{ helper, helperOperator: 'Test helper', helperKey: await keyOf(helper) },
    ...{ issuer: '/tokens', demonstration: true },
  }
  const accounts = new Hono()
  accounts.post('/tokens', ({ req }) => issuer.respond(req.raw))
  accounts.get('/sign-in', (c) => {
    const session = crypto.randomUUID()
    sessions.set(session, c.req.query('as') ?? '')
    setCookie(c, 'session', session, { httpOnly: true, sameSite: 'Strict', path: '/' })
    return c.text(getCookie(c, 'session') ?? 'signed in')
  })
  const own = getRequestListener(accounts.fetch)
  const files = createStaticServer({ root: 'dist/demo', models, federation, persist: 'always' })
  server.on('request', (request, response) => {
    if (/^\/(tokens|sign-in)/.test(request.url ?? '')) void own(request, response)
    else files.emit('request', request, response)
  })
  const counted = async () => (await (await fetch(`${leader}/v1/rounds`)).json()).rounds[0].counted
  return { shop, asked, counted, aggregators }
}

test('a signed-in shopper contributes once, and the aggregators never see the session', async ({
  browser,
}) => {
  const { shop, asked, counted, aggregators } = await openShopWithAccounts()
  const tokens = () => asked.filter(({ what }) => what === 'POST /tokens')
  /** `Cookie` header of each request of a browser to the aggregators; null without cookies. */
  const sent: Promise<string | null>[] = []
  const contribute = async (context: BrowserContext) => {
    const page = await context.newPage()
    page.on('request', (request) => {
      if (aggregators.some((url) => request.url().startsWith(url)))
        sent.push(request.headerValue('cookie'))
    })
    await page.goto(shop)
    await openConsole(page)
    const contributing = page.getByRole('switch', { name: 'Contribute to the shared model' })
    const send = page.getByRole('button', { name: 'Send an update now' })
    // Consent is impossible until the servers' terms have named the recipients of an update and the issuer of its
    // tokens.
    await expect(contributing).toBeDisabled()
    await page.getByRole('button', { name: 'Ask both servers for their terms' }).click()
    await expect(page.getByText('The shop learns from your account that you share')).toBeVisible()
    await contributing.click()
    await send.click()
    return page
  }
  // The test signs in by a request of the browser context, which shares cookies with the pages. A page's own request
  // would be answered by the demo's service worker and never reach this server.
  const signIn = async ({ request }: BrowserContext, account: string) =>
    expect(await request.get(`/sign-in?as=${account}`)).toBeOK()
  const first = await browser.newContext({ baseURL: shop })
  const page = await contribute(first)
  // A shopper who is not signed in gets no token, and nothing is sent to the aggregators.
  await expect.poll(() => tokens().length).toBe(1)
  expect(tokens()[0].cookie ?? '').not.toContain('session=')
  await expect(page.getByText(/answered with status 403/).first()).toBeVisible()
  expect(await counted()).toBe(0)

  await signIn(first, 'one')
  await page.getByRole('button', { name: 'Send an update now' }).click()
  await expect(fact(page, 'Contribution', 'Updates sent')).toHaveText('1')
  expect(tokens().at(-1)?.cookie).toMatch(/^session=/)
  expect(await counted()).toBe(1)

  // In another browser the same account gets no further token.
  const second = await browser.newContext({ baseURL: shop })
  await signIn(second, 'one')
  const other = await contribute(second)
  await expect(other.getByText(/answered with status 403/).first()).toBeVisible()
  expect(await counted()).toBe(1)
  await signIn(second, 'two')
  await other.getByRole('button', { name: 'Send an update now' }).click()
  await expect(fact(other, 'Contribution', 'Updates sent')).toHaveText('1')
  expect(await counted()).toBe(2)
  expect(sent.length).toBeGreaterThan(4)
  expect(new Set(await Promise.all(sent))).toEqual(new Set([null]))
  for (const context of [first, second]) await context.close()
})
