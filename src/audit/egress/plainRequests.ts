/**
 * @module What a blank page's requests look like in the browser that is watched, for each kind of resource: names of
 * headers as they are spelled, their order and their values. A request of the shop's has no other.
 */
import type { HttpRequest } from './http.ts'

/** What a kind of request may hold, by header in lower case. */
interface Plain {
  readonly values: Map<string, Set<string>>
  /** Pairs `a b` where a came before b. */
  readonly order: Set<string>
  /** Names that each of them has. */
  always: readonly string[]
}

export interface PlainRequests {
  /** What is other than in a blank page's requests; empty where nothing is. */
  faultsOf(request: HttpRequest): string[]
}

/** Judged by what the shop is and what its server gave, not by what a blank page's requests have. */
const OF_THE_SHOP = new Set(['host', 'referer', 'origin', 'if-none-match', 'if-modified-since'])
/** The browser's own words for where a request comes from; no script can write them. */
const SITES = new Set(['none', 'same-origin', 'same-site', 'cross-site'])

const namesOf = ({ headers }: HttpRequest) => headers.map(([name]) => name.toLowerCase())
const headerOf = ({ headers }: HttpRequest, wanted: string) =>
  headers.find(([name]) => name.toLowerCase() === wanted)?.[1]

/** What a request is for, in headers that no script can write. */
const kindOf = (request: HttpRequest): string =>
  ['sec-fetch-dest', 'sec-fetch-mode'].map((name) => headerOf(request, name) ?? 'none').join(' ')

export function learnPlain(requests: readonly HttpRequest[]): PlainRequests {
  const kinds = new Map<string, Plain>()
  const spellings = new Set<string>()
  /** Of headers that say where a request comes from, which no script can write: of any kind. */
  const origins = new Set([...SITES].map((site) => `sec-fetch-site ${site}`))
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
  return { faultsOf: (request) => compare(request, kinds.get(kindOf(request)), spellings, origins) }
}

function compare(
  request: HttpRequest,
  plain: Plain | undefined,
  spellings: ReadonlySet<string>,
  origins: ReadonlySet<string>,
): string[] {
  if (!plain) return [`is of a kind that a blank page has no request of: ${kindOf(request)}`]
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
