/** @module Validates rules from a file or an option; reports one line for each invalid rule. */
import { isBadge } from '../catalog/item.ts'
import { NearsideError } from '../error.ts'
import { isRecord } from '../isRecord.ts'
import { createReaders, type Read } from '../reading.ts'
import { isOwnPath } from './ownPath.ts'
import { itemsOf, type Rule, type RuleCondition, type RuleItems, readDate } from './rule.ts'

const refuse = (what: string, why = 'is invalid') =>
  new NearsideError('rules-invalid', `${what} ${why}`)

const { exactly, list, number, oneOf, optional, record, text, whole } = createReaders(refuse)

/** Changes a reader, so that its error describes the valid values. */
const must =
  <T>(be: string, read: Read<T>): Read<T> =>
  (value, what) => {
    try {
      return read(value, what)
    } catch {
      throw refuse(what, `must be ${be}`)
    }
  }

const textThat = (holds: (value: string) => boolean, be: string): Read<string> =>
  must(be, (value, what) => {
    if (typeof value === 'string' && holds(value)) return value
    throw refuse(what)
  })

/** Rejects an empty object or list, because an empty condition would match every item. */
const filled =
  <T extends object>(read: Read<T>): Read<T> =>
  (value, what) => {
    const given = read(value, what)
    if (Object.keys(given).length === 0) throw refuse(what, 'is empty')
    return given
  }

const some = <T>(of: string, read: Read<T>): Read<readonly T[]> =>
  must(`a list of ${of}`, filled(list(read, Number.POSITIVE_INFINITY)))

const TEXT = text(/./)
const TEXTS = some('texts', TEXT)
const NUMBER = must('a number', number())
const FACTOR = must(
  'a number above 1',
  number((value) => value > 1),
)
const COUNT = must('a number from 1', whole(1, Number.MAX_SAFE_INTEGER))
const PATH = textThat(isOwnPath, 'a path of the shop, such as /returns')
const BADGE = textThat(isBadge, 'a text of at most 24 characters')
const MOMENT = textThat(
  (value) => readDate(value) !== null,
  'a day (2026-12-24) or a time with its zone (2026-12-24T18:00Z)',
)

const RANGE = filled(exactly({ from: optional(NUMBER), to: optional(NUMBER) }))
const VALUES = some('texts, numbers, true or false', (value, what) =>
  typeof value === 'boolean' ? value : (typeof value === 'number' ? NUMBER : TEXT)(value, what),
)
const WANTED: Read<NonNullable<RuleItems['attributes']>[string]> = (value, what) =>
  (Array.isArray(value) ? VALUES : RANGE)(value, what)
const GROUPS = ['brand', 'category', 'groupId'] as const
const LISTS = ['recommend', 'similar', 'boughtTogether', 'rerank'] as const

const ITEMS = filled(
  exactly<RuleItems>({
    id: optional(TEXTS),
    brand: optional(TEXTS),
    category: optional(TEXTS),
    groupId: optional(TEXTS),
    price: optional(RANGE),
    offer: optional(must('true or false', oneOf(true, false))),
    same: optional(some(GROUPS.join(', '), oneOf(...GROUPS))),
    attributes: optional(filled(record(WANTED))),
  }),
)
const HEAD = {
  name: must('a text', TEXT),
  when: optional(
    exactly<RuleCondition>({
      search: optional(TEXTS),
      list: optional(some(LISTS.join(', '), oneOf(...LISTS))),
      page: optional(TEXTS),
      item: optional(ITEMS),
      context: optional(record(TEXTS)),
      from: optional(MOMENT),
      until: optional(MOMENT),
    }),
  ),
}

const KINDS: Readonly<Record<string, Read<Rule>>> = {
  hide: exactly({ ...HEAD, hide: ITEMS }),
  only: exactly({ ...HEAD, only: ITEMS }),
  boost: exactly({ ...HEAD, boost: ITEMS, by: FACTOR }),
  bury: exactly({ ...HEAD, bury: ITEMS, by: FACTOR }),
  pin: exactly({ ...HEAD, pin: TEXTS, at: optional(COUNT) }),
  atMost: exactly({
    ...HEAD,
    atMost: COUNT,
    per: must(`one of ${GROUPS.join(', ')}`, oneOf(...GROUPS)),
  }),
  redirect: exactly({ ...HEAD, redirect: PATH }),
  again: exactly({ ...HEAD, again: ITEMS }),
  badge: exactly({ ...HEAD, badge: ITEMS, text: BADGE }),
}

/** @throws NearsideError `rules-invalid` if the rule is malformed */
function readRule(value: unknown, what: string): Rule {
  if (!isRecord(value)) throw refuse(what, 'is not an object')
  const named = typeof value.name === 'string' ? `${what} (‘${value.name}’)` : what
  const kinds = Object.keys(KINDS).filter((kind) => Object.hasOwn(value, kind))
  if (kinds.length !== 1)
    throw refuse(named, `must say exactly one of ${Object.keys(KINDS).join(', ')}`)
  const rule = KINDS[kinds[0]](value, named)
  requireSearch(rule, named)
  return rule
}

/** Refuses parts of a rule that don't work for a search: a search has no page, no context and no item. */
function requireSearch(rule: Rule, named: string): void {
  const { search, ...others } = rule.when ?? {}
  if (!search) {
    if ('redirect' in rule) throw refuse(named, 'needs the queries that lead there, in when.search')
    return
  }
  const beside = Object.keys(others).find((name) => name !== 'from' && name !== 'until')
  if (beside) throw refuse(`${named}.when`, `must not have both search and ${beside}`)
  const { same, offer } = itemsOf(rule) ?? {}
  if ('atMost' in rule || 'again' in rule || 'badge' in rule || same || offer !== undefined)
    throw refuse(named, 'must hide, keep, boost, bury, pin or redirect, without same and offer')
}

/**
 * @param value array of rules, or an object with such an array as `rules`
 * @returns the valid rules, and one line for each invalid rule
 * @throws NearsideError `rules-invalid` if the value is neither an array nor such an object
 */
export function parseRules(value: unknown): {
  readonly rules: readonly Rule[]
  readonly faults: readonly string[]
} {
  const given = isRecord(value) && 'rules' in value ? value.rules : value
  if (!Array.isArray(given)) throw refuse('The shop’s rules', 'are not an array')
  const faults: string[] = []
  const rules = given.flatMap((one, at) => {
    try {
      return [readRule(one, `rule ${at + 1}`)]
    } catch (error) {
      faults.push((error as NearsideError).message)
      return []
    }
  })
  return { rules, faults }
}
