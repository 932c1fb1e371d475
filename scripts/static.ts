/**
 * @module The demo's web server: built files, the published models, and headers that stop a page from sending
 * anything except to its own server and the aggregators (docs/PRIVACY.md).
 */
import { existsSync, readFileSync } from 'node:fs'
import type { Server } from 'node:http'
import { extname, join } from 'node:path'
import { createAdaptorServer } from '@hono/node-server'
import { serveStatic } from '@hono/node-server/serve-static'
import type { Persist } from '@nearside/browser/persists.ts'
import { Hono } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import { etag } from 'hono/etag'
import type { PersonalizerOptions } from '../src/index.ts'
import { encoded } from './encoded.ts'
import { importMapHash, waict } from './integrity.ts'
import { besideVault, FOR_WORKER } from './offline.ts'
import { createOrderBook, type OrderBook } from './orderBook.ts'

export interface StaticSite {
  readonly root: string
  /** Directory that the leader publishes base models to, served under `/models/`. */
  readonly models: string
  /** Aggregators that the page may reach; null: none. */
  readonly federation: PersonalizerOptions['federation'] | null
  /** Address of `live.json` (prices and stock that change between releases of a model); absent: the shop has none. */
  readonly live?: string
  /** Keys that must sign base models, and the signed release that the page was rendered with. */
  readonly signed?: Pick<PersonalizerOptions, 'modelKeys'> & { readonly latest?: unknown }
  /** Address of the vault's `vault.html`; the shop then stores nothing in its own origin. */
  readonly vault?: string
  /** Option `persist` of `createPersonalizer`; absent: the shop asks before it stores events. */
  readonly persist?: Persist
  /** Stores demo orders; default: in memory. */
  readonly orders?: OrderBook
  /** Headers of every answer; default: those of `securityHeaders`. */
  readonly headers?: Readonly<Record<string, string>>
}

function securityHeaders({ root, federation, vault }: StaticSite): Record<string, string> {
  const aggregators = federation ? addressesOf(federation) : []
  const frames = vault ? [new URL(vault).origin] : []
  // With a vault, only the vault contacts the aggregators.
  const asked = vault ? [] : aggregators
  const outside = [...asked, ...frames]
  const home = join(root, 'index.html')
  const map = existsSync(home) ? importMapHash(readFileSync(home, 'utf8')) : null
  return {
    'content-security-policy': [
      "default-src 'none'",
      `script-src 'self' 'wasm-unsafe-eval'${map ? ` '${map}'` : ''}`,
      "style-src 'self'",
      "img-src 'self' data: blob:",
      "font-src 'self'",
      "manifest-src 'self'",
      ["connect-src 'self'", ...asked].join(' '),
      ...frames.map((origin) => `frame-src ${origin}`),
      "worker-src 'self'",
      "base-uri 'none'",
      "form-action 'none'",
      // The comma begins a second policy, which forbids WebSockets, because a service worker can't refuse them.
      "frame-ancestors 'none', connect-src http: https:",
    ].join('; '),
    // Blocks channels that CSP cannot: navigation, WebRTC, DNS. https://github.com/WICG/connection-allowlists
    'connection-allowlist': `(${['response-origin', ...outside.map((url) => `"${url}/*"`)].join(' ')})`,
    // With `same-origin` alone, the vault's frame could not reach the window of its consent question.
    'cross-origin-opener-policy': vault ? 'same-origin-allow-popups' : 'same-origin',
    'permissions-policy': 'camera=(), geolocation=(), microphone=(), browsing-topics=()',
    'referrer-policy': 'no-referrer',
    'x-content-type-options': 'nosniff',
    // Blocks scripts without a hash in the document. @see https://www.w3.org/TR/SRI/
    ...(map && { 'integrity-policy': 'blocked-destinations=(script)' }),
    // Lets the vault's document (another origin) read catalog and model, which are the same for everybody.
    ...(vault && { 'access-control-allow-origin': frames[0] }),
  }
}

/** Origins to which a device sends its requests for the aggregators. */
const addressesOf = ({ leader, helper, relay }: NonNullable<StaticSite['federation']>) =>
  relay === undefined ? [leader, helper] : [new URL(relay).origin]

/**
 * WebKit gets no `Integrity-Policy`. With this header, WebKit (seen in 2.54) runs no imported script, whatever the
 * import map says. WebKit still checks the hashes without the header.
 */
function isWebKit(userAgent = ''): boolean {
  return /\bAppleWebKit\//.test(userAgent) && !/Chrom(e|ium)\//.test(userAgent)
}

/** Lets browsers cache files that never change: files with a hash in the name, and files of a published version. */
function cacheControl(path: string, isThere: boolean): string {
  // Browsers ask for a newer service worker despite this header, except while the demo simulates a network cut.
  if (path === '/sw.js' && isThere) return 'public, max-age=86400'
  const isFixed = /^\/(assets|models\/[^/]+)\//.test(path)
  return isThere && isFixed ? 'public, max-age=31536000, immutable' : 'no-cache'
}

export function createStaticServer(site: StaticSite): Server {
  const { root, models, federation, live, signed, vault, persist } = site
  const { headers = securityHeaders(site), orders = createOrderBook() } = site
  const manifest = waict(root, (path) => {
    const text = readFileSync(join(root, path), 'utf8')
    return vault && path === 'sw.js' ? besideVault(text) : text
  })
  const app = new Hono({ getPath: ({ url }) => decode(new URL(url).pathname) })
  app.use(async (context, next) => {
    const { method, path } = context.req
    if (path === MALFORMED) context.res = context.text('400\n', 400)
    else if (method !== 'GET' && method !== 'HEAD' && !(method === 'POST' && path === '/orders'))
      context.res = context.text('405\n', 405)
    else await next()
    for (const [name, value] of Object.entries(headers)) context.res.headers.set(name, value)
    context.res.headers.set('integrity-policy-waict-v1', manifest.policy)
    if (isWebKit(context.req.header('user-agent'))) context.res.headers.delete('integrity-policy')
    context.res.headers.set('cache-control', cacheControl(path, context.res.ok))
  })
  app.use(encoded(), etag())
  if (vault)
    app.use(async (context, next) => {
      await next()
      const { req, res } = context
      const isPage = res.headers.get('content-type')?.startsWith('text/html')
      if (!isPage && req.path !== '/sw.js') return
      res.headers.delete('content-length')
      const text = await res.text()
      context.res = new Response(isPage ? text.replace(FOR_WORKER, '') : besideVault(text), res)
    })
  // The order comes without a cookie and names nobody: it has a random id, products, quantities and prices.
  app.post('/orders', bodyLimit({ maxSize: MOST_ORDERED }), async (context) => {
    const status = STATUS[orders.take(await context.req.json().catch(() => null))]
    return context.text(`${status}\n`, status)
  })
  app.get(manifest.path, (context) => context.json(JSON.parse(manifest.text)))
  app.get('/federation.json', (context) =>
    context.json({ ...federation, ...signed, live, vault, persist }),
  )
  const inModels = (path: string) => path.slice('/models'.length)
  app.get('/models/*', serveStatic({ root: models, rewriteRequestPath: inModels }))
  app.get('/models/*', (context) => context.notFound())
  app.get('*', serveStatic({ root }))
  // Removes a trailing slash, so that each page has one address. The redirect is relative, so it keeps the host.
  app.get('*', (context, next) => {
    const { pathname, search } = new URL(context.req.url)
    if (!/.\/$/.test(pathname)) return next()
    return context.redirect(`/${pathname.replace(/^\/+|\/+$/g, '')}${search}`, 308)
  })
  // A path with a file extension that got no answer so far is a missing file, so answer 404. Other paths can be pages.
  app.get('*', (context, next) => (extname(context.req.path) ? context.notFound() : next()))
  app.get('*', serveStatic({ root, rewriteRequestPath: (path) => `${path}.html` }))
  // Products and departments are files. Any other address gets `shell.html`, with status 404 unless it is a page.
  app.get('*', async (context, next) => {
    await next()
    if (!PAGES.includes(context.req.path))
      context.res = new Response(context.res.body, {
        status: 404,
        headers: context.res.headers,
      })
  })
  app.get('*', serveStatic({ root, path: 'shell.html' }))
  return createAdaptorServer(app) as Server
}

/** Pages of the storefront that are served as `shell.html`, the shop's page without content. */
export const PAGES: readonly string[] = [
  ...['/search', '/basket', '/checkout', '/wishlist', '/orders'],
  ...['/play', '/side-by-side', '/fast-forward', '/console'],
]

/** Maximum size of an order in bytes. */
const MOST_ORDERED = 64 * 1024
const STATUS = { stored: 201, known: 200, invalid: 400 } as const

const MALFORMED = ''

/** Decodes a path, because file names are not percent-encoded. */
function decode(path: string): string {
  try {
    return decodeURIComponent(path)
  } catch {
    return MALFORMED
  }
}
