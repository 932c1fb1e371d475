/**
 * @module Learns the headers (spelling, order, values) of a blank page's requests in the observed browser, per kind of
 * resource, and compares the shop's requests with them.
 */
import type { HttpRequest } from './http.ts'

/** Allowed headers of one kind of request, by name in lower case. */
interface Plain {
  readonly values: Map<string, Set<string>>
  /** Pairs `a b` of headers: a came before b in some request. */
  readonly order: Set<string>
  always: readonly string[]
}

/** Headers that depend on the shop or its server's answers, so that a blank page can't show them. */
const OF_THE_SHOP = new Set(['host', 'referer', 'origin', 'if-none-match', 'if-modified-since'])
const SITES = ['none', 'same-origin', 'same-site', 'cross-site']

const namesOf = ({ headers }: HttpRequest) => headers.map(([name]) => name.toLowerCase())
const headerOf = ({ headers }: HttpRequest, wanted: string) =>
  headers.find(([name]) => name.toLowerCase() === wanted)?.[1]

/**
 * Kind of a request, by headers that scripts can't set. The browser adds client hints to a page's requests, but not to
 * a worker's, and sends a worker's headers in another order.
 */
function kindOf(request: HttpRequest): string {
  const [purpose, mode] = ['dest', 'mode'].map((name) => headerOf(request, `sec-fetch-${name}`))
  const hints = headerOf(request, 'sec-ch-ua') === undefined ? 'without' : 'with'
  return `${purpose ?? 'none'} ${mode ?? 'none'}, ${hints} client hints`
}

export type PlainRequests = ReturnType<typeof learnPlain>

export function learnPlain(requests: readonly HttpRequest[]) {
  const kinds = new Map<string, Plain>()
  const spellings = new Set<string>()
  /** Headers `sec-fetch-…` with their values; allowed for every kind of request, because no script can set them. */
  const origins = new Set(SITES.map((site) => `sec-fetch-site ${site}`))
  for (const request of requests) {
    const names = namesOf(request)
    const kind = kindOf(request)
    const plain = kinds.get(kind) ?? { values: new Map(), order: new Set(), always: names }
    kinds.set(kind, plain)
    for (const [at, [spelled, value]] of request.headers.entries()) {
      spellings.add(spelled)
      if (names[at].startsWith('sec-fetch-')) origins.add(`${names[at]} ${value}`)
      plain.values.set(names[at], (plain.values.get(names[at]) ?? new Set()).add(value))
      for (const later of names.slice(at + 1)) plain.order.add(`${names[at]} ${later}`)
    }
    plain.always = plain.always.filter((name) => names.includes(name) && !OF_THE_SHOP.has(name))
  }
  return {
    /** Deviations from a blank page's requests of the same kind; empty if there are none. */
    faultsOf: (request: HttpRequest) =>
      compare(request, kinds.get(kindOf(request)), spellings, origins),
  }
}

function compare(
  request: HttpRequest,
  plain: Plain | undefined,
  spellings: ReadonlySet<string>,
  origins: ReadonlySet<string>,
): string[] {
  if (!plain) return [`is of a kind that no blank page requests: ${kindOf(request)}`]
  const faults: string[] = []
  const names = namesOf(request)
  for (const [at, [spelled, value]] of request.headers.entries()) {
    const name = names[at]
    const known = plain.values.get(name)
    if (names.indexOf(name) < at) faults.push(`has the header ${name} twice`)
    const isKnown = known?.has(value) || OF_THE_SHOP.has(name) || origins.has(`${name} ${value}`)
    if (!known && !isKnown) faults.push(`has the header ${name}`)
    else if (!spellings.has(spelled)) faults.push(`spells the header ${spelled} its own way`)
    else if (!isKnown) faults.push(`has a value of ${name} that no blank page’s request has`)
    const isTurned = (later: string) =>
      plain.order.has(`${later} ${name}`) && !plain.order.has(`${name} ${later}`)
    if (names.slice(at + 1).some(isTurned)) faults.push(`has the header ${name} in another place`)
  }
  for (const name of plain.always)
    if (!names.includes(name)) faults.push(`lacks the header ${name}`)
  return faults
}
