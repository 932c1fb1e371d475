/** @module The shop's rules, as given by an option or a `rules.json`. */

import { DAY, parseIso } from '../time.ts'

/** Conditions on an item; an item must meet all of them. */
export interface RuleItems {
  /** Accepted ids; a `groupId` stands for all of its variants. */
  readonly id?: readonly string[]
  /** Accepted brands. */
  readonly brand?: readonly string[]
  /** Accepted categories. */
  readonly category?: readonly string[]
  /** Accepted group ids; a group contains the variants of one product. */
  readonly groupId?: readonly string[]
  /** Price range in the catalog's currency, inclusive; either end can be omitted. */
  readonly price?: { readonly from?: number; readonly to?: number }
  /** Whether the price is at least 5 % below the usual price in the base model. Without a model no item is an offer. */
  readonly offer?: boolean
  /** Fields that must equal those of the item that the list is about; without such an item, the rule doesn't apply. */
  readonly same?: readonly ('brand' | 'category' | 'groupId')[]
  /** Accepted values of each attribute in the catalog, by its name; or a range of numbers, as for `price`. */
  readonly attributes?: Readonly<
    Record<
      string,
      readonly (string | number | boolean)[] | { readonly from?: number; readonly to?: number }
    >
  >
}

/** Conditions under which a rule applies; all conditions must hold. */
export interface RuleCondition {
  /**
   * Queries whose search results the rule changes. Case, plurals and filler words make no difference; a query also
   * matches if synonyms or rewordings turn it into one of these. Rules without this condition don't change which
   * products a search finds. `search` combines with `from` and `until` only.
   */
  readonly search?: readonly string[]
  /** Kinds of lists to which the rule applies. */
  readonly list?: readonly ('recommend' | 'similar' | 'boughtTogether' | 'rerank')[]
  /** Names of pages to whose lists the rule applies, as given by the list's option `page`. */
  readonly page?: readonly string[]
  /** Conditions on the item that the list is about. */
  readonly item?: RuleItems
  /**
   * Accepted values of each context, by name of the context. The names of contexts come from `context` of
   * `createPersonalizer` (a campaign, a locale, …) or the clock: `hour`, `weekday`, `holiday`.
   */
  readonly context?: Readonly<Record<string, readonly string[]>>
  /** Begin of validity in ISO 8601: a UTC day (from its beginning) or a time with its zone. */
  readonly from?: string
  /** End of validity in ISO 8601: a UTC day (inclusive) or a time with its zone. */
  readonly until?: string
}

/** One rule of the shop. */
export type Rule = {
  /** Name that `explain` and the reason `chosen` report. */
  readonly name: string
  /** Conditions for the rule; without conditions, the rule always applies. */
  readonly when?: RuleCondition
} & (
  | {
      /** Items that lists must exclude. A `hide` rule doesn't apply to `rerank`, which shows all given items. */
      readonly hide: RuleItems
    }
  | {
      /** Items to which lists are restricted. An `only` rule doesn't apply to `rerank`, which shows all given items. */
      readonly only: RuleItems
    }
  | {
      /** Items whose odds are multiplied by `by`. */
      readonly boost: RuleItems
      /** Factor above 1. */
      readonly by: number
    }
  | {
      /** Items whose odds are divided by `by`. */
      readonly bury: RuleItems
      /** Divisor above 1. */
      readonly by: number
    }
  | {
      /** Ids of items that stand one after another, from place `at` on, if lists may show the items. */
      readonly pin: readonly string[]
      /** 1-based place of the first item; default 1. */
      readonly at?: number
    }
  | {
      /** Maximum number of items of one group, as long as other items remain. */
      readonly atMost: number
      /** Property by which items are grouped. */
      readonly per: 'brand' | 'category' | 'groupId'
    }
  | {
      /** Page of the shop, e.g. `/returns`, to which a search with one of the queries of `when.search` leads. */
      readonly redirect: string
    }
  | {
      /** Consumables, which lists recommend again although the shopper bought them before this visit. */
      readonly again: RuleItems
    }
  | {
      /** Items whose cards show this badge, not the catalog's. If two rules match, the earlier rule's badge counts. */
      readonly badge: RuleItems
      /** Text of the badge, as for `badge` in the catalog. */
      readonly text: string
    }
)

/** Items that a rule acts on; null for pins, limits and redirects. */
export function itemsOf(rule: Rule): RuleItems | null {
  if ('hide' in rule) return rule.hide
  if ('only' in rule) return rule.only
  if ('boost' in rule) return rule.boost
  if ('bury' in rule) return rule.bury
  if ('badge' in rule) return rule.badge
  return 'again' in rule ? rule.again : null
}

const ISO = /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d))?$/

/** Begin and end in milliseconds since the epoch: a UTC day lasts 24 hours, a time has no duration. Null if invalid. */
export function readDate(value: unknown): { readonly begin: number; readonly end: number } | null {
  const [text, time] = (typeof value === 'string' && ISO.exec(value)) || []
  const begin = text ? parseIso(text) : Number.NaN
  return Number.isNaN(begin) ? null : { begin, end: time ? begin : begin + DAY }
}
