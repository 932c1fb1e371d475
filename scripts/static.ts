/**
 * @module The demo's web server: built files, the published models, and the headers that make
 * "nothing leaves" enforceable by the browser instead of promised by us (docs/PRIVACY.md).
 */
import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { createServer, type Server, type ServerResponse } from 'node:http'
import { extname, join, normalize, sep } from 'node:path'
import { createGzip } from 'node:zlib'

export interface StaticSite {
  /** Built storefront. */
  readonly root: string
  /** Directory that the leader publishes base models to, served under `/models/`. */
  readonly models: string
  /** Aggregators that the page may reach, if any. */
  readonly federation: { readonly leader: string; readonly helper: string } | null
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

const COMPRESSED = new Set(['.safetensors', '.html', '.js', '.css', '.json', '.svg', '.wasm'])

export function securityHeaders(federation: StaticSite['federation']): Record<string, string> {
  const outside = federation ? [federation.leader, federation.helper] : []
  return {
    'content-security-policy': [
      "default-src 'none'",
      "script-src 'self' 'wasm-unsafe-eval'",
      "style-src 'self'",
      "img-src 'self' data:",
      "manifest-src 'self'",
      ["connect-src 'self'", ...outside].join(' '),
      "worker-src 'self'",
      "base-uri 'none'",
      "form-action 'none'",
      "frame-ancestors 'none'",
    ].join('; '),
    // Closes what CSP cannot: navigation, WebRTC, DNS. https://github.com/WICG/connection-allowlists
    'connection-allowlist': `(${['response-origin', ...outside.map((url) => `"${url}/*"`)].join(' ')})`,
    // The two isolate the page from other origins, and only isolated pages get threads on one memory.
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-embedder-policy': 'require-corp',
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
  const headers = securityHeaders(site.federation)
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
    const found = await size(file)
    if (found !== null) return send(request.headers, response, file, found, path)
    // A deep link of the single-page storefront; a missing file of any other kind stays missing.
    if (inModels || extname(path) !== '') return refuse(response, 404)
    const index = join(site.root, 'index.html')
    return send(request.headers, response, index, (await size(index)) ?? { bytes: 0, tag: '' }, '/')
  })

  function send(
    asked: { 'accept-encoding'?: string | string[]; 'if-none-match'?: string },
    response: ServerResponse,
    file: string,
    { tag }: FileSize,
    path: string,
  ): void {
    const extension = extname(file)
    const gzip = COMPRESSED.has(extension) && String(asked['accept-encoding']).includes('gzip')
    const head = {
      ...headers,
      'content-type': TYPES[extension] ?? 'application/octet-stream',
      'cache-control': cacheControl(path),
      etag: tag,
      vary: 'accept-encoding',
    }
    if (asked['if-none-match'] === tag) {
      response.writeHead(304, head).end()
      return
    }
    response.writeHead(200, gzip ? { ...head, 'content-encoding': 'gzip' } : head)
    const stream = createReadStream(file)
    stream.on('error', () => response.destroy())
    if (gzip) stream.pipe(createGzip({ level: 6 })).pipe(response)
    else stream.pipe(response)
  }

  function refuse(response: ServerResponse, status: number): void {
    response.writeHead(status, { ...headers, 'content-type': 'text/plain' }).end(`${status}\n`)
  }
}

interface FileSize {
  readonly bytes: number
  readonly tag: string
}

async function size(file: string): Promise<FileSize | null> {
  const found = await stat(file).catch(() => null)
  if (!found?.isFile()) return null
  return { bytes: found.size, tag: `"${found.size.toString(36)}-${found.mtimeMs.toString(36)}"` }
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
