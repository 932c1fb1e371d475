/** @module Sorts the data that a browser sent into explained data, and findings that nothing explains. */
import type { Sent } from './flows.ts'
import { type HttpRequest, readQuestion, readRequests } from './http.ts'
import type { MarkFinder } from './marks.ts'
import type { PlainRequests } from './plainRequests.ts'

export interface Rules {
  /** Addresses of the shop and its vault, as `address:port`. */
  readonly shopAt: readonly string[]
  /** Origins of the shop's pages, e.g. `http://localhost:8790`, and of its vault. */
  readonly origins: readonly string[]
  /** Whether the shop declares requests for this path. */
  declared(path: string): boolean
  /** Names that the browser requests by itself, as observed with a blank page. */
  readonly browserNames: ReadonlySet<string>
  /** Name for which the resolver gave out this address. */
  nameOf(address: string): string | undefined
  readonly marks: MarkFinder
  readonly plain: PlainRequests
  /** Whether the shop's server sent this validator (ETag or modification time) for this path of this host. */
  gave(host: string, path: string, validator: string): boolean
}

export interface Finding {
  readonly time: number
  readonly to: string
  /** One-line description: the request, the requested name, or the kind of packet. */
  readonly what: string
  readonly bytes: number
  readonly reasons: readonly string[]
  readonly marks: readonly string[]
}

export interface Verdict {
  /** Number of requests to the shop, whether they are findings or not. */
  readonly requests: number
  readonly questions: number
  /** Number of messages that the browser sent by itself. */
  readonly own: number
  readonly bytes: number
  readonly findings: readonly Finding[]
}

export function judge(sent: readonly Sent[], rules: Rules): Verdict {
  const findings: Finding[] = []
  const names = rules.origins.flatMap(namesOf)
  let [requests, questions, own, bytes] = [0, 0, 0, 0]
  const report = ({ time, to }: Sent, what: string, parts: Buffer[], reasons: string[]) => {
    const marks = [...new Set(parts.flatMap((part) => [...rules.marks(part)]))]
    const size = parts.reduce((sum, part) => sum + part.length, 0)
    bytes += size
    if (marks.length > 0) reasons.push('holds marks of the shopper’s data')
    if (reasons.length > 0) findings.push({ time, to, what, bytes: size, reasons, marks })
  }
  for (const one of sent) {
    const torn = one.torn ? ['the capture lost part of it'] : []
    const asked = nameAsked(one)
    const read = rules.shopAt.includes(one.to) ? readRequests(one.bytes) : null
    if (asked !== null) {
      questions++
      const isShop = names.includes(asked)
      const isOwn = rules.browserNames.has(asked)
      if (isOwn) own++
      const reasons = isShop || isOwn ? [] : ['asks for a name that is not the shop’s']
      const what = one.protocol === 'name' ? one.to : `DNS ${asked}`
      report(one, what, [one.protocol === 'name' ? one.bytes : Buffer.from(asked)], reasons)
    } else if (read) {
      requests += read.length
      for (const request of read) {
        const parts = partsOf(request).filter((part) => part.length > 0)
        const what = `${request.method} ${request.target}`
        report(one, what, parts, [...torn, ...faultsOf(request, rules)])
      }
      if (read.length === 0 && torn.length > 0) report(one, 'connection', [], torn)
    } else {
      const name = rules.nameOf(one.to.replace(/:\d+$/, ''))
      const isOwn = name !== undefined && rules.browserNames.has(name)
      if (isOwn) own++
      const what = `${one.protocol}${name === undefined ? '' : ` to ${name}`}`
      const isShop = rules.shopAt.includes(one.to)
      const reason = isShop ? 'is no request' : 'goes to an address that the shop doesn’t declare'
      report(one, what, [one.bytes], isOwn ? torn : [...torn, reason])
    }
  }
  return { requests, questions, own, bytes, findings }
}

/** Names that a browser looks up for an origin: its host, and the DNS record for its port (RFC 9460). */
function namesOf(origin: string): string[] {
  const { hostname, port, protocol } = new URL(origin)
  return protocol === 'https:' && port ? [hostname, `_${port}._https.${hostname}`] : [hostname]
}

export function nameAsked({ protocol, to, bytes }: Sent): string | null {
  if (protocol === 'name') return new URL(to).hostname
  return protocol === 'udp' && to.endsWith(':53') ? readQuestion(bytes) : null
}

function partsOf({ target, headers, body }: HttpRequest): Buffer[] {
  const lines = headers
    .filter(([name]) => name.toLowerCase() !== 'host')
    .map((header) => header.join(': '))
  return [...[target, ...lines].map((text) => Buffer.from(text, 'latin1')), body]
}

function faultsOf(request: HttpRequest, rules: Rules): string[] {
  const { method, target, headers, body } = request
  const faults: string[] = []
  if (method !== 'GET') faults.push(`is a ${method}`)
  if (body.length > 0) faults.push(`has a body of ${body.length} bytes`)
  if (!target.startsWith('/') || !isDeclared(target, rules))
    faults.push('requests something that the shop does not declare')
  const host = headers.find(([name]) => name.toLowerCase() === 'host')?.[1] ?? ''
  for (const [spelled, value] of headers) {
    const name = spelled.toLowerCase()
    if (name === 'host' && !rules.origins.some((origin) => new URL(origin).host === value))
      faults.push('has a host that is not the shop’s')
    if (name === 'origin' && !rules.origins.includes(value))
      faults.push('has an origin that is not the shop’s')
    if (name === 'referer' && !isDeclared(value, rules))
      faults.push('has a referrer that is not declared')
    if (/^if-(none-match|modified-since)$/.test(name) && !rules.gave(host, target, value))
      faults.push(`has a value of ${name} that the shop’s server did not give`)
  }
  return [...faults, ...rules.plain.faultsOf(request)]
}

/** Whether a URL is declared, in the browser's own spelling. Other spellings could carry information. */
function isDeclared(written: string, { origins, declared }: Rules): boolean {
  if (!URL.canParse(written, origins[0])) return false
  const { origin, pathname } = new URL(written, origins[0])
  const path = decoded(pathname)
  const plain = new URL(encodeURI(path), origin).pathname
  return origins.includes(origin) && [plain, origin + plain].includes(written) && declared(path)
}

function decoded(path: string): string {
  try {
    return decodeURIComponent(path)
  } catch {
    return path
  }
}
