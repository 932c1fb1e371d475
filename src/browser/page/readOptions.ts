/** @module Reads the options of `createPersonalizer`: checks them, adds defaults and makes URLs absolute. */

import { invalidInput } from '@nearside/core/error.ts'
import { CLEANINGS } from '@nearside/core/events/cleanings.ts'
import { IMBALANCES, LEARNER_NAMES } from '@nearside/core/learning/learners/names.ts'
import { STRATEGIES } from '@nearside/core/learning/strategy.ts'
import { OPERATOR } from '@nearside/core/operator.ts'
import { type CatalogOrder, orderOf } from '@nearside/core/ranking/catalogOrder.ts'
import { EXCLUSIONS } from '@nearside/core/ranking/listQuery.ts'
import type { PersonalizerOptions } from '../api.ts'
import type { EnginePreference } from '../apiSnapshot.ts'
import type { Recipients } from '../contribution/terms.ts'
import type { WorkerConfig } from '../messages.ts'
import { PERSISTS } from '../persists.ts'

export const ENGINES: readonly EnginePreference[] = ['auto', 'webgpu', 'wasm', 'js']

const SIGNING_KEY = /^[A-Za-z0-9+/]{43}=$/
const SERVERS = {
  leaderOperator: OPERATOR,
  helperOperator: OPERATOR,
  leaderKey: SIGNING_KEY,
  helperKey: SIGNING_KEY,
}

function absolute(url: unknown, what: string): string {
  if (typeof url !== 'string' || url === '') throw invalidInput(`${what} must be a URL.`)
  try {
    return new URL(url, globalThis.document?.baseURI).href
  } catch (cause) {
    throw invalidInput(`${what} is not a URL: ${url}`, cause)
  }
}

const directory = (url: string) => (url.endsWith('/') ? url : `${url}/`)

/** @throws NearsideError `input-invalid` */
export function requireOneOf(option: string, given: unknown, known: readonly unknown[]): void {
  if (!known.includes(given)) throw invalidInput(`${option} must be one of ${known.join(', ')}.`)
}

function requireFunction(option: string, given: unknown): void {
  if (typeof given !== 'function') throw invalidInput(`${option} must be a function.`)
}

function requireAllOf(option: string, given: unknown, known: readonly unknown[]): void {
  if (!Array.isArray(given)) throw invalidInput(`${option} must be an array.`)
  for (const one of given) requireOneOf(option, one, known)
}

/** @throws NearsideError `input-invalid` naming the invalid option */
export function readRecipients(given: Recipients): Recipients {
  const { leaderOperator, helperOperator, leaderKey, helperKey, issuer, relay } = given
  for (const [name, form] of Object.entries(SERVERS)) {
    const value: unknown = given[name as keyof typeof SERVERS]
    const meant =
      form === OPERATOR
        ? 'name of the operator, 1 to 80 characters'
        : 'signing key that `serve` prints'
    if (typeof value !== 'string' || !form.test(value))
      throw invalidInput(`federation.${name} must be the ${meant}.`)
  }
  return {
    ...{ leaderOperator, helperOperator, leaderKey, helperKey },
    leader: absolute(given.leader, 'federation.leader'),
    helper: absolute(given.helper, 'federation.helper'),
    ...(issuer && { issuer: absolute(issuer, 'federation.issuer') }),
    ...(given.demonstration === true && { demonstration: true }),
    ...(relay && { relay: absolute(relay, 'federation.relay') }),
  }
}

/** The catalog, and the URL of its live file (prices and stock): without a query, so the same for every shopper. */
function readCatalog(
  given: PersonalizerOptions['catalog'],
): Pick<WorkerConfig, 'catalog' | 'live'> {
  if (Array.isArray(given)) return { catalog: [...given], live: null }
  if (typeof given === 'string') return { catalog: absolute(given, 'catalog'), live: null }
  const named = (given ?? {}) as { readonly url?: unknown; readonly live?: unknown }
  const [catalog, live] = [absolute(named.url, 'catalog.url'), absolute(named.live, 'catalog.live')]
  if (/[?#]/.test(live) || new URL(live).origin !== new URL(catalog).origin)
    throw invalidInput('catalog.live needs the origin of catalog.url, without a query.')
  return { catalog, live }
}

/** @throws NearsideError `input-invalid` naming the option */
export function readOptions(
  options: PersonalizerOptions,
  database = 'nearside',
): {
  readonly config: Omit<WorkerConfig, 'conditions' | 'context'>
  /** The catalog's items in sequence; null if only the catalog's address is known. */
  readonly order: CatalogOrder | null
} {
  const { catalog, baseModel, worker, engine = 'auto', federation, context } = options
  const { strategy = 'hybrid', modelKeys = null, persist = 'ask', rules = null } = options
  const { learners = [], imbalance = 'none', cleaning = 'rules', retentionDays = 90 } = options
  const { exclude = EXCLUSIONS.slice(0, 2) } = options
  requireFunction('worker', worker)
  if (context !== undefined) requireFunction('context', context)
  requireOneOf('engine', engine, ENGINES)
  requireOneOf('persist', persist, PERSISTS)
  requireOneOf('strategy', strategy, Object.keys(STRATEGIES))
  requireAllOf('learners', learners, LEARNER_NAMES)
  requireAllOf('exclude', exclude, EXCLUSIONS)
  requireOneOf('imbalance', imbalance, IMBALANCES)
  requireOneOf('cleaning', cleaning, CLEANINGS)
  if (!(retentionDays > 0)) throw invalidInput('retentionDays must be a number above 0.')
  if (rules !== null && !Array.isArray(rules) && typeof rules !== 'string')
    throw invalidInput('rules must be an array or a URL.')
  // A page without TypeScript may leave out `baseModel`.
  const model: Partial<Exclude<typeof baseModel, string>> =
    typeof baseModel === 'string' ? { url: baseModel } : (baseModel ?? {})
  return {
    config: {
      ...readCatalog(catalog),
      baseModel: directory(absolute(model.url, 'baseModel')),
      latest: model.latest ?? null,
      modelKeys,
      engine,
      federation: federation ? readRecipients(federation) : null,
      database,
      persist,
      strategy,
      learners: [...new Set(learners)],
      imbalance,
      cleaning,
      exclude,
      rules: typeof rules === 'string' ? absolute(rules, 'rules') : rules,
      retentionDays,
    },
    order: Array.isArray(catalog) ? orderOf(catalog) : null,
  }
}
