/** @module What a Content-Security-Policy allows for a shop's script, its worker and their requests. */

/** Sources by directive, both as written; the first directive of a name counts. */
export type ContentPolicy = ReadonlyMap<string, readonly string[]>

/** @param texts policies of headers and of `<meta http-equiv>`; all apply */
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

/** Fallback directives, in order, for a missing directive. */
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

/** Whether the policies allow compiling WebAssembly. */
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

/** Whether `url` is the page's host over TLS; a rule for the host without TLS allows it, too. */
const upgraded = (url: URL, page: URL) =>
  url.host === page.host && url.port === '' && url.protocol === 'https:'
