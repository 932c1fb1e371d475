/** @module Test server for a published folder that follows `_headers`. Tests can change each answer. */
import { existsSync, readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { extname, join } from 'node:path'
import { onTestFinished } from 'vitest'

export interface HostAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  /** Response body; null for a response that never ends. */
  readonly body: Uint8Array | string | null
}

/** Returns fields that replace fields of the answer; undefined keeps the answer unchanged. */
export type Spoil = (path: string, answer: HostAnswer) => Partial<HostAnswer> | undefined

const TYPES: Readonly<Record<string, string>> = {
  '.js': 'text/javascript',
  '.json': 'application/json',
}

export const PAGE_POLICY =
  "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self'; worker-src 'self'; img-src 'self'"

/** Serves the folder, and at `/` a page with the snippet. @returns the page's URL */
export async function serveSite(out: string, spoil: Spoil = () => undefined): Promise<string> {
  const server = createServer((request, response) => {
    const path = new URL(request.url ?? '/', 'http://host').pathname
    const answer = answerOf(out, path)
    const { status, headers, body } = { ...answer, ...spoil(path, answer) }
    response.writeHead(status, headers)
    if (body === null) response.write(' ')
    else response.end(body)
  })
  await new Promise<void>((resolve) => server.listen(0, 'localhost', resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return `http://localhost:${(server.address() as AddressInfo).port}/`
}

function answerOf(out: string, path: string): HostAnswer {
  if (path === '/') {
    const headers = { 'content-type': 'text/html', 'content-security-policy': PAGE_POLICY }
    const snippet = readFileSync(join(out, 'page.html'), 'utf8')
    return { status: 200, headers, body: `<!doctype html><title>Shop</title>${snippet}` }
  }
  const file = join(out, path)
  if (!existsSync(file))
    return { status: 404, headers: { 'content-type': 'text/html' }, body: '<h1>Not found</h1>' }
  const packed = existsSync(`${file}.br`)
  const body = readFileSync(packed ? `${file}.br` : file)
  const headers = {
    'content-type': TYPES[extname(path)] ?? 'application/octet-stream',
    'content-length': String(body.length),
    ...(packed && { 'content-encoding': 'br' }),
    ...headersOf(readFileSync(join(out, '_headers'), 'utf8'), path),
  }
  return { status: 200, headers, body }
}

/** Headers of all rules in `_headers` that match the path, as Netlify and Cloudflare Pages send them. */
function headersOf(rules: string, path: string): Record<string, string> {
  const found: Record<string, string> = {}
  let holds = false
  for (const line of rules.split('\n')) {
    if (line.startsWith('/'))
      holds = line.endsWith('*') ? path.startsWith(line.slice(0, -1)) : path === line
    else if (holds && line.trim() !== '') {
      const [name, value] = line.trim().split(/: (.*)/s)
      const key = name.toLowerCase()
      found[key] = key in found ? `${found[key]}, ${value}` : value
    }
  }
  return found
}
