/**
 * @module The demo's web server: built files, the published models, and the headers that make
 * a page unable to send anything to anybody but its own server and the aggregators (docs/PRIVACY.md).
 */
import { stat } from 'node:fs/promises'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { extname, join, normalize, sep } from 'node:path'
import { createEncoded, encodingFor } from './encoded.ts'

export interface StaticSite {
  /** Built storefront. */
  readonly root: string
  /** Directory that the leader publishes base models to, served under `/models/`. */
  readonly models: string
  /** Aggregators that the page may reach, if any. */
  readonly federation: { readonly leader: string; readonly helper: string } | null
  /** Of every answer; by default those of `securityHeaders`. */
  readonly headers?: Readonly<Record<string, string>>
}

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.wasm': 'application/wasm',
  '.webmanifest': 'application/manifest+json',
  '.safetensors': 'application/octet-stream',
}

export function securityHeaders(federation: StaticSite['federation']): Record<string, string> {
  const outside = federation ? [federation.leader, federation.helper] : []
  return {
    'content-security-policy': [
      "default-src 'none'",
      "script-src 'self' 'wasm-unsafe-eval'",
      "style-src 'self'",
      "img-src 'self' data: blob:",
      "manifest-src 'self'",
      ["connect-src 'self'", ...outside].join(' '),
      "worker-src 'self'",
      "base-uri 'none'",
      "form-action 'none'",
      "frame-ancestors 'none'",
    ].join('; '),
    // Closes what CSP cannot: navigation, WebRTC, DNS. https://github.com/WICG/connection-allowlists
    'connection-allowlist': `(${['response-origin', ...outside.map((url) => `"${url}/*"`)].join(' ')})`,
    'cross-origin-opener-policy': 'same-origin',
    'permissions-policy': 'camera=(), geolocation=(), microphone=(), browsing-topics=()',
    'referrer-policy': 'no-referrer',
    'x-content-type-options': 'nosniff',
  }
}

/** Names with a content hash never change; everything else is revalidated. */
function cacheControl(path: string): string {
  return path.startsWith('/assets/') ? 'public, max-age=31536000, immutable' : 'no-cache'
}

export function createStaticServer(site: StaticSite): Server {
  const headers = site.headers ?? securityHeaders(site.federation)
  const bytesOf = createEncoded()
  return createServer(async (request, response) => {
    const path = decode(request.url ?? '/')
    if (path === null || (request.method !== 'GET' && request.method !== 'HEAD')) {
      return refuse(response, path === null ? 400 : 405)
    }
    if (path === '/federation.json') {
      const body = JSON.stringify(site.federation ?? {})
      return response
        .writeHead(200, { ...headers, 'content-type': TYPES['.json'], 'cache-control': 'no-cache' })
        .end(body)
    }
    const inModels = path.startsWith('/models/')
    const file = inModels ? join(site.models, path.slice('/models/'.length)) : join(site.root, path)
    if (await send(request, response, file, path)) return
    // A deep link of the single-page storefront; a missing file of any other kind stays missing.
    if (inModels || extname(path) !== '') return refuse(response, 404)
    if (await send(request, response, `${file}.html`, path)) return
    if (!(await send(request, response, join(site.root, 'shell.html'), '/'))) refuse(response, 404)
  })

  /** False where there is no such file. */
  async function send(
    { headers: asked }: IncomingMessage,
    response: ServerResponse,
    file: string,
    path: string,
  ): Promise<boolean> {
    const tag = await tagOf(file)
    if (tag === null) return false
    const head = {
      ...headers,
      'content-type': TYPES[extname(file)] ?? 'application/octet-stream',
      'cache-control': cacheControl(path),
      etag: tag,
      vary: 'accept-encoding',
    }
    if (asked['if-none-match'] === tag) {
      response.writeHead(304, head).end()
      return true
    }
    const encoding = encodingFor(file, String(asked['accept-encoding'] ?? ''))
    const body = await bytesOf(file, tag, encoding).catch(() => null)
    if (!body) return false
    const encoded = encoding === 'identity' ? {} : { 'content-encoding': encoding }
    response.writeHead(200, { ...head, ...encoded, 'content-length': body.length }).end(body)
    return true
  }

  function refuse(response: ServerResponse, status: number): void {
    response.writeHead(status, { ...headers, 'content-type': 'text/plain' }).end(`${status}\n`)
  }
}

/** Null where there is no such file. */
async function tagOf(file: string): Promise<string | null> {
  const found = await stat(file).catch(() => null)
  return found?.isFile() ? `"${found.size.toString(36)}-${found.mtimeMs.toString(36)}"` : null
}

/** The path without query, or null if it is malformed or climbs out of the root. */
function decode(url: string): string | null {
  try {
    const path = decodeURIComponent(url.split('?')[0] ?? '/')
    const clean = normalize(path)
    if (path.includes('\0') || clean.split(sep).includes('..')) return null
    return clean.endsWith('/') ? `${clean}index.html` : clean
  } catch {
    return null
  }
}
