/**
 * @module Measures the lists of a live shop, from counts of lists shown and of items clicked in them: the lift over the
 * hold-out, and which ranking's items shoppers click in interleaved lists.
 */
import { count, lift, share } from './report/numbers.ts'
import type { Evaluated } from './report/report.ts'
import type { Lift } from './results.ts'

/** Count of lists that came into view, or of items clicked in them. */
export interface Counted {
  readonly event: 'shown' | 'followed'
  readonly arm: string
  /** Version of the base model; empty if unknown. */
  readonly model: string
  /** Ranking that contributed the clicked item to an interleaved list; null for other lists. */
  readonly team: 'personal' | 'base' | null
  readonly many: number
  /** Shopper or day of the count; empty if unknown. */
  readonly unit: string
}

interface LiveOptions {
  /** Meaning of the counts' `unit`; null if they have no unit, so that each count is independent. */
  readonly units: 'shoppers' | 'days' | null
  /** Number of rows of the file that were left out. */
  readonly left: number
}

type Rate = ReturnType<typeof rateOf>

const Z = 1.959964
/** Fewest counts in an arm for a useful interval. */
const LEAST = 20
const EVERY = 'all'

export function liveReport(rows: readonly Counted[], { units, left }: LiveOptions): Evaluated {
  const byNumber = new Intl.Collator('en', { numeric: true }).compare
  const versions = [...new Set(rows.map(({ model }) => model))].sort(byNumber)
  const groups = versions.length > 1 ? [EVERY, ...versions] : versions
  const measured = groups.map((version) => {
    const own = version === EVERY ? rows : rows.filter(({ model }) => model === version)
    const of = (arm: string) => rateOf(own.filter((row) => row.arm === arm))
    const [personal, holdOut] = [of('personal'), of('hold-out')]
    return {
      version,
      personal,
      holdOut,
      lift: relativeTo(personal, holdOut),
      interleaved: preferenceOf(own.filter(({ arm }) => arm === 'interleaved')),
    }
  })
  const named = (version: string) => version || 'not said'
  const lifts = measured.filter((one) => one.personal.shown + one.holdOut.shown > 0)
  const mixed = measured.filter(({ interleaved }) => interleaved.followed > 0)
  return {
    result: { units, left, versions: measured },
    report: {
      title: 'Effect of the lists',
      lead: [
        `${count(rows.reduce((sum, { many }) => sum + many, 0))} counts; 95 % intervals ${
          units === null
            ? 'as if each list had its own shopper, so they are too narrow if a browser sees many lists'
            : `over ${units}`
        }`,
      ],
      parts: [
        {
          title: 'Lists in which something was followed: personal over the hold-out',
          table: {
            columns: [
              'model',
              ...['personal: lists', 'followed a list'],
              ...['hold-out: lists', 'followed a list', 'lift'],
            ],
            rows: lifts.map(({ version, personal, holdOut, lift: found }) => [
              named(version),
              ...[personal, holdOut].flatMap((arm) => [
                count(arm.shown),
                arm.shown > 0 ? share(arm.rate) : '–',
              ]),
              lift(found),
            ]),
          },
        },
        {
          title: 'Interleaved lists: whose picks were followed',
          table: {
            columns: ['model', 'followed', 'own', 'everybody’s', 'own share'],
            rows: mixed.map(({ version, interleaved: { followed, own, rate, lo, hi } }) => [
              named(version),
              ...[count(followed), count(own), count(followed - own)],
              followed < LEAST ? '–' : `${share(rate)} [${share(lo)}, ${share(hi)}]`,
            ]),
          },
        },
      ].filter(({ table }) => table.rows.length > 0),
      notes: [
        `a dash: fewer than ${LEAST} followed in an arm`,
        'versions ran on different days; only arms of the same version were drawn by lot',
        'a click in a list is not a sale: compare orders by arm in your own system',
        ...(left > 0
          ? [`${count(left)} rows named no arm, or another event, and were left out`]
          : []),
      ],
    },
  }
}

/**
 * Clicks per shown list, as a ratio of sums. The variance comes from the differences between units (shoppers or days);
 * counts without a unit are independent.
 */
function rateOf(rows: readonly Counted[]) {
  const units = new Map<string, { shown: number; followed: number }>()
  for (const { unit, event, many } of rows) {
    const one = units.get(unit) ?? { shown: 0, followed: 0 }
    one[event] += many
    units.set(unit, one)
  }
  const all = [...units.values()]
  const sum = (of: Counted['event']) => all.reduce((total, one) => total + one[of], 0)
  const [shown, followed] = [sum('shown'), sum('followed')]
  const rate = shown > 0 ? followed / shown : 0
  const squares = all.reduce((total, one) => total + (one.followed - rate * one.shown) ** 2, 0)
  const byUnits =
    all.length > 1
      ? (squares * all.length) / (all.length - 1) / shown ** 2
      : Number.POSITIVE_INFINITY
  return { shown, followed, rate, variance: units.has('') ? rate / shown : byUnits }
}

/** Relative difference of two rates, with an interval by the logarithm of the ratio; null with too few clicks. */
function relativeTo(one: Rate, other: Rate): Lift | null {
  if (Math.min(one.followed, other.followed) < LEAST) return null
  const ratio = one.rate / other.rate
  const spread = Z * Math.sqrt(one.variance / one.rate ** 2 + other.variance / other.rate ** 2)
  return Number.isFinite(spread)
    ? { relative: ratio - 1, lo: ratio * Math.exp(-spread) - 1, hi: ratio * Math.exp(spread) - 1 }
    : null
}

/** Share of the personal picks among the items clicked in interleaved lists. */
function preferenceOf(rows: readonly Counted[]) {
  const picks = rows.filter(({ event, team }) => event === 'followed' && team !== null)
  const asRate = picks.flatMap((row): Counted[] => [
    { ...row, event: 'shown' },
    ...(row.team === 'personal' ? [row] : []),
  ])
  const { shown: followed, followed: own, rate, variance } = rateOf(asRate)
  // Clicks of unknown shoppers count as independent Bernoulli trials. Their variance is 1 − rate times that of Poisson
  // counts, which `rateOf` assumes.
  const single = picks.some(({ unit }) => unit === '') ? variance * (1 - rate) : variance
  const spread = Z * Math.sqrt(single)
  return { followed, own, rate, lo: Math.max(0, rate - spread), hi: Math.min(1, rate + spread) }
}
