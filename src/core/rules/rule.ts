/** @module The shop's own rules about its lists, as an option or a `rules.json` says them. */

/** A number from `from` to `to`, both included; one of them may be left out. */
export interface NumberRange {
  /** The least. */
  readonly from?: number
  /** The most. */
  readonly to?: number
}

/** One of these, or, for numbers, within a range. */
export type Wanted = readonly (string | number | boolean)[] | NumberRange

/** What an item must be: all that is given must hold. */
export interface RuleItems {
  /** One of these ids. */
  readonly id?: readonly string[]
  /** One of these brands. */
  readonly brand?: readonly string[]
  /** In one of these categories. */
  readonly category?: readonly string[]
  /** A variant of one of these products. */
  readonly groupId?: readonly string[]
  /** In the catalog's currency. */
  readonly price?: NumberRange
  /** Whether it is at least 5 % below the price that the base model knows; never without a model. */
  readonly offer?: boolean
  /**
   * The same as of the item that the list is about. A rule that says it holds only for lists about an
   * item that has these.
   */
  readonly same?: readonly ItemGroup[]
  /** By the name of one of the catalog's `attributes`. */
  readonly attributes?: Readonly<Record<string, Wanted>>
}

/** What items have in common. */
export type ItemGroup = 'brand' | 'category' | 'groupId'

/** When a rule holds: all that is given must. */
export interface RuleCondition {
  /** In these lists. */
  readonly list?: readonly ('recommend' | 'similar' | 'boughtTogether' | 'rerank')[]
  /** On these pages, by what the list's option `page` says. */
  readonly page?: readonly string[]
  /** In lists about an item like this. */
  readonly item?: RuleItems
  /**
   * What `context` of `createPersonalizer` gives (a campaign, a locale, …), or the clock: `hour`, `weekday`,
   * `holiday`. By name, one of these values.
   */
  readonly context?: Readonly<Record<string, readonly string[]>>
  /** ISO 8601: a day (all of it, in UTC), or a time with its zone. From then on. */
  readonly from?: string
  /** The same; until then, the day included. */
  readonly until?: string
}

/** What every rule has. */
export interface RuleHead {
  /** Told by `explain`, and by the reason of what the rule chose. */
  readonly name: string
  /** Default: always. */
  readonly when?: RuleCondition
}

/** One rule of the shop. */
export type Rule = RuleHead &
  (
    | {
        /** Never in the list. `rerank` keeps what it is given. */
        readonly hide: RuleItems
      }
    | {
        /** Nothing else in the list. `rerank` keeps what it is given. */
        readonly only: RuleItems
      }
    | {
        /** Multiplies the odds of these. */
        readonly boost: RuleItems
        /** Above 1. */
        readonly by: number
      }
    | {
        /** Divides the odds of these. */
        readonly bury: RuleItems
        /** Above 1. */
        readonly by: number
      }
    | {
        /** Ids that stand one after another at a fixed place, if they may be shown. */
        readonly pin: readonly string[]
        /** Of the first; default 1. */
        readonly at?: number
      }
    | {
        /** Items of one group before others have their turn, as long as there are others. */
        readonly atMost: number
        /** What makes a group. */
        readonly per: ItemGroup
      }
    | {
        /** What is used up: offered although it was bought before this visit. */
        readonly again: RuleItems
      }
  )
