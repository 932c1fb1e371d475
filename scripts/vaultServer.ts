/**
 * @module The web server of a vault (separate origin for a shopper's data): three files. By the headers, the document
 * can reach only listed origins, the worker none. docs/DEPLOYING.md has these headers for other servers.
 */
import { readFileSync } from 'node:fs'
import type { Server } from 'node:http'
import { join } from 'node:path'
import { createAdaptorServer } from '@hono/node-server'
import { serveStatic } from '@hono/node-server/serve-static'
import type { Recipients } from '@nearside/browser/contribution/terms.ts'
import { Hono } from 'hono'
import { etag } from 'hono/etag'
import { encoded } from './encoded.ts'

export interface VaultSite {
  readonly root: string
  /** Origins of the pages that may use the vault. */
  readonly shops: readonly string[]
  /** Origins from which the vault loads catalog and model, and to which it sends updates. */
  readonly outside: readonly string[]
  /** Recipients of updates that a shopper agreed to; absent: none. */
  readonly recipients?: Recipients
  /** Headers of the document, and of the worker; default: those of `vaultHeaders` and `LOCKED_HEADERS`. */
  readonly headers?: Readonly<Record<string, string>>
  readonly locked?: Readonly<Record<string, string>>
}

const WORKER = /^\/assets\/lockedWorker-[^/]+\.js$/

const EVERYWHERE = {
  'permissions-policy': 'camera=(), geolocation=(), microphone=(), browsing-topics=()',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
}

export function vaultHeaders({ shops, outside }: VaultSite): Record<string, string> {
  return {
    ...EVERYWHERE,
    'content-security-policy': [
      "default-src 'none'",
      "script-src 'self'",
      "worker-src 'self'",
      `connect-src ${outside.join(' ')}`,
      "base-uri 'none'",
      "form-action 'none'",
      `frame-ancestors ${shops.join(' ')}`,
      "require-trusted-types-for 'script'",
      'trusted-types nearside-vault',
    ].join('; '),
    'connection-allowlist': `(${['response-origin', ...outside.map((url) => `"${url}/*"`)].join(' ')})`,
    'integrity-policy': 'blocked-destinations=(script)',
    // The browser gives the vault its own process, even if shop and vault belong to the same site.
    'origin-agent-cluster': '?1',
  }
}

/** Headers of the worker's file. They let the worker run its WebAssembly, but forbid every network request. */
export const LOCKED_HEADERS: Readonly<Record<string, string>> = {
  ...EVERYWHERE,
  'content-security-policy': "default-src 'none'; script-src 'wasm-unsafe-eval'",
  'connection-allowlist': '()',
}

function recipientsTag(recipients: Recipients): string {
  const content = JSON.stringify(recipients).replaceAll('&', '&amp;').replaceAll('"', '&quot;')
  return `<meta name="nearside-aggregators" content="${content}" />`
}

export function createVaultServer(site: VaultSite): Server {
  const page = readFileSync(join(site.root, 'vault.html'), 'utf8').replace(
    /<meta name="nearside-shop".*>/,
    [
      ...site.shops.map((shop) => `<meta name="nearside-shop" content="${shop}" />`),
      ...(site.recipients ? [recipientsTag(site.recipients)] : []),
    ].join('\n'),
  )
  const { headers = vaultHeaders(site), locked = LOCKED_HEADERS } = site
  const app = new Hono()
  app.use(async (context, next) => {
    await next()
    const { path } = context.req
    const ours = WORKER.test(path) ? locked : headers
    for (const [name, value] of Object.entries(ours)) context.res.headers.set(name, value)
    // `vault.html` is cached for a day, because the shop opens offline, and the vault must open offline, too.
    const kept = path.startsWith('/assets/') ? 'max-age=31536000, immutable' : 'max-age=86400'
    if (context.res.ok) context.res.headers.set('cache-control', `public, ${kept}`)
  })
  app.use(encoded(), etag())
  app.get('/vault.html', (context) => context.html(page))
  app.get('/assets/*', serveStatic({ root: site.root }))
  return createAdaptorServer(app) as Server
}
