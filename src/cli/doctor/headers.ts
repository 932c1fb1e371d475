/**
 * @module Checks response headers: caching, compression, access for pages of other origins, and what a
 * Content-Security-Policy allows.
 */
import { type Finding, findingsAbout } from '../publish/finding.ts'
import { pack } from '../publish/place.ts'
import type { Answer } from './asker.ts'

/** Maximum number of seconds for which browsers may cache a file whose content can change. */
const SHORT = 300
/** Minimum number of seconds for which browsers should be allowed to cache a file whose content never changes. */
const LONG = 86_400
/** Size of a file in bytes from which compression is worth it. */
const PACKABLE = 4096

/** Findings about the caching of a file whose content can change. */
export function changingFindings(about: string, { headers }: Answer): Finding[] {
  const { ok, warning } = findingsAbout(about)
  if ((cacheTime(headers) ?? LONG) <= SHORT)
    return [ok('Browsers check for a newer version before they use it.')]
  const control = headers.get('cache-control')
  const kept = control ? `may be cached (${control})` : 'may be cached at will'
  return [warning(`It ${kept}, so browsers see changes late: send cache-control: no-cache.`)]
}

/** Findings about the caching of files whose content never changes. */
export function fixedFindings(about: string, answers: readonly Answer[]): Finding[] {
  const { ok, warning } = findingsAbout(about)
  const short = answers.filter(({ headers }) => (cacheTime(headers) ?? 0) < LONG)
  if (short.length === 0) return [ok('Files that never change may be cached for ever.')]
  return [
    warning(
      `${name(short)} may be cached for ever, but the server doesn't say so: send cache-control: public, max-age=31536000, immutable.`,
    ),
  ]
}

export function packingFindings(about: string, answers: readonly Answer[]): Finding[] {
  const { ok, warning } = findingsAbout(about)
  const plain = answers.filter(
    ({ headers, body }) => body.length > PACKABLE && !headers.get('content-encoding'),
  )
  if (plain.length === 0) return [ok('It is sent compressed.')]
  return [warning(`${name(plain)} isn't compressed: have the server send Brotli or gzip.`)]
}

/** Findings about access for pages of another origin. */
export function originFindings(about: string, answers: readonly Answer[], page: string): Finding[] {
  const { ok, error } = findingsAbout(about)
  const { origin, protocol } = new URL(page)
  const foreign = answers.filter(({ url }) => new URL(url).origin !== origin)
  if (foreign.length === 0) return []
  const insecure = foreign.filter(({ url }) => protocol === 'https:' && url.startsWith('http:'))
  if (insecure.length > 0) return [error(`${name(insecure)} is not over https: browsers block it.`)]
  const refused = foreign.filter(({ headers }) => {
    const allowed = headers.get('access-control-allow-origin')
    return allowed !== '*' && allowed !== origin
  })
  if (refused.length === 0) return [ok(`${origin} may read it.`)]
  return [
    error(
      `${name(refused)} may not be read by the page: send access-control-allow-origin: ${origin}.`,
    ),
  ]
}

/**
 * Bytes that a visitor downloads. If the server doesn't state an answer's length, the length after compression by
 * `publish` is used.
 */
export async function sentBytes(answers: readonly Answer[]): Promise<number> {
  const lengths = answers.map(async ({ headers, body }) => {
    const said = Number(headers.get('content-length'))
    if (said > 0) return said
    return headers.has('content-encoding') ? (await pack(new Map([['', body]]))).least : body.length
  })
  return (await Promise.all(lengths)).reduce((sum, length) => sum + length, 0)
}

/** Seconds for which browsers may cache an answer; undefined if the server doesn't say. */
function cacheTime(headers: Headers): number | undefined {
  const control = headers.get('cache-control') ?? ''
  if (/\bno-(cache|store)\b/.test(control)) return 0
  const [, seconds] = /\bmax-age=(\d+)/.exec(control) ?? []
  return seconds === undefined ? undefined : Number(seconds)
}

/** Names files in short: `/models/1/items.safetensors and 3 more`. */
function name([{ url }, ...others]: readonly Answer[]): string {
  return new URL(url).pathname + (others.length > 0 ? ` and ${others.length} more` : '')
}

/** Allowed sources by directive's name in lower case. Of several directives with one name, the first applies. */
export type ContentPolicy = ReadonlyMap<string, readonly string[]>

/** @param texts policies of headers and of `<meta http-equiv>`, all of which apply */
export function parsePolicies(texts: readonly (string | null | undefined)[]): ContentPolicy[] {
  return texts
    .flatMap((text) => text?.split(',') ?? [])
    .map((text) => {
      const policy = new Map<string, readonly string[]>()
      for (const directive of text.split(';')) {
        const [name, ...sources] = directive.trim().split(/\s+/)
        if (name && !policy.has(name.toLowerCase())) policy.set(name.toLowerCase(), sources)
      }
      return policy
    })
    .filter(({ size }) => size > 0)
}

/** For each directive: the directive and then its fallbacks; the first of these that a policy has applies. */
const CHAINS = {
  'connect-src': ['connect-src', 'default-src'],
  'frame-src': ['frame-src', 'child-src', 'default-src'],
  'frame-ancestors': ['frame-ancestors'],
  'script-src': ['script-src', 'default-src'],
  'worker-src': ['worker-src', 'child-src', 'script-src', 'default-src'],
} as const

/**
 * @param url absolute URL to check
 * @param page URL of the page; its origin is `'self'`
 * @see https://www.w3.org/TR/CSP3/#match-url-to-source-list
 */
export function allows(
  policies: readonly ContentPolicy[],
  directive: keyof typeof CHAINS,
  url: string,
  page: string,
): boolean {
  return policies.every((policy) => {
    const sources = sourcesOf(policy, directive)
    return sources?.some((source) => matches(source, new URL(url), new URL(page))) ?? true
  })
}

export const allowsWasm = (policies: readonly ContentPolicy[]): boolean =>
  policies.every(
    (policy) =>
      sourcesOf(policy, 'script-src')?.some((source) => /^'(wasm-)?unsafe-eval'$/i.test(source)) ??
      true,
  )

/** Whether a script may create a Trusted Types policy of this name, if the page requires Trusted Types. */
export const allowsTrustedTypes = (policies: readonly ContentPolicy[], name: string): boolean =>
  !policies.some((policy) => policy.has('require-trusted-types-for')) ||
  policies.every((policy) => {
    const names = policy.get('trusted-types')
    return names === undefined || names.includes(name) || names.includes('*')
  })

function sourcesOf(
  policy: ContentPolicy,
  directive: keyof typeof CHAINS,
): readonly string[] | undefined {
  const name = CHAINS[directive].find((one) => policy.has(one))
  return name && policy.get(name)
}

const HOST = /^(?:([a-z][\w+.-]*):\/\/)?((?:\*\.)?[^:/*]+|\[[\da-f:]+\])(?::(\d+|\*))?(\/.*)?$/i

function matches(source: string, url: URL, page: URL): boolean {
  const text = source.toLowerCase()
  // With 'strict-dynamic', a trusted script may load anything, including a worker.
  if (text === "'strict-dynamic'") return true
  if (text === "'self'") return url.origin === page.origin || upgraded(url, page)
  if (text.startsWith("'")) return false
  if (text === '*') return isScheme(page.protocol, url)
  if (/^[a-z][\w+.-]*:$/.test(text)) return isScheme(text, url)
  const [, scheme, host, port, path = ''] = HOST.exec(source) ?? []
  if (host === undefined || !isScheme(scheme ? `${scheme}:` : page.protocol, url)) return false
  const wanted = host.toLowerCase()
  const isHost = wanted.startsWith('*')
    ? url.hostname.endsWith(wanted.slice(1))
    : url.hostname === wanted
  const isPath = path.endsWith('/') ? url.pathname.startsWith(path) : url.pathname === path
  return isHost && isPort(port, url) && (path === '' || isPath)
}

/** A URL without a port has its scheme's default port. */
function isPort(port: string | undefined, url: URL): boolean {
  if (port === undefined || port === '*') return port === '*' || url.port === ''
  return url.port === '' ? ['80', '443'].includes(port) : url.port === port
}

const isScheme = (scheme: string, { protocol }: URL) =>
  protocol === scheme.toLowerCase() || (scheme.toLowerCase() === 'http:' && protocol === 'https:')

/**
 * Whether `url` is on the page's host and uses TLS. A policy that names this host by `http:` allows such a URL, too.
 */
const upgraded = (url: URL, page: URL) =>
  url.host === page.host && url.port === '' && url.protocol === 'https:'
