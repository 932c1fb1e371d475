/** @module Checks response headers: caching, compression, and access for pages of other origins. */
import { type Finding, findingsAbout } from '../publish/finding.ts'
import { pack } from '../publish/packed.ts'
import type { Answer } from './asker.ts'

/** Maximum number of seconds for which a pointer to the newest files may be cached. */
const SHORT = 300
/** Minimum number of seconds that counts as caching. */
const LONG = 86_400
/** Bytes from which compression pays. */
const PACKABLE = 4096

/** Findings about files that change under a fixed name. */
export function changingFindings(about: string, { headers }: Answer): Finding[] {
  const { ok, warning } = findingsAbout(about)
  const control = headers.get('cache-control') ?? ''
  if (/\bno-(cache|store)\b/.test(control) || (maxAge(control) ?? LONG) <= SHORT)
    return [ok('Browsers check for a newer version before they use it.')]
  const kept = control === '' ? 'may be cached at will' : `may be cached (${control})`
  return [warning(`It ${kept}, so browsers see changes late: send cache-control: no-cache.`)]
}

/** Findings about files that never change under their name. */
export function fixedFindings(about: string, answers: readonly Answer[]): Finding[] {
  const { ok, warning } = findingsAbout(about)
  const short = answers.filter(({ headers }) => {
    const control = headers.get('cache-control') ?? ''
    return !((maxAge(control) ?? 0) >= LONG) || /\bno-(cache|store)\b/.test(control)
  })
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
 * Bytes that a visitor downloads. A compressed answer whose length the server doesn't say counts as `publish`
 * compresses it.
 */
export async function sentBytes(answers: readonly Answer[]): Promise<number> {
  const lengths = answers.map(async ({ headers, body }) => {
    const said = Number(headers.get('content-length'))
    if (said > 0) return said
    return headers.has('content-encoding') ? (await pack(new Map([['', body]]))).least : body.length
  })
  return (await Promise.all(lengths)).reduce((sum, length) => sum + length, 0)
}

function maxAge(control: string): number | undefined {
  const [, seconds] = /\bmax-age=(\d+)/.exec(control) ?? []
  return seconds === undefined ? undefined : Number(seconds)
}

/** Short name of several files: `/models/1/items.safetensors and 3 more`. */
function name([{ url }, ...others]: readonly Answer[]): string {
  return new URL(url).pathname + (others.length > 0 ? ` and ${others.length} more` : '')
}
