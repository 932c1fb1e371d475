/** @module Sorts a list by the shopper's own settings. Neutral settings leave it exactly as it is. Pure functions. */

export interface Tuning {
  /** Price that the shopper wishes; null for the price that was learned. */
  readonly price: number | null
  /** Number from −1 (familiar products) to 1 (surprising products); 0 keeps the learned order. */
  readonly surprise: number
  /** Whether the shopper wants more or less of each theme. */
  readonly themes: Readonly<Record<string, 'more' | 'less'>>
}

export const NEUTRAL: Tuning = { price: null, surprise: 0, themes: {} }

export const isNeutral = ({ price, surprise, themes }: Tuning): boolean =>
  price === null && surprise === 0 && Object.keys(themes).length === 0

/** Properties of a product that settings act on. */
export interface Traits {
  readonly price?: number
  /** Strength of the shopper's interest in the product's department, in [0, 1]. */
  readonly familiar: number
  readonly themes: readonly string[]
}

/** Loss in log-odds of a product whose price is e = 2.718 times the wished price. */
const PRICE = 3
/** Log-odds that the most familiar product loses if the shopper wants only surprises. */
const SURPRISE = 4
const THEME = 2.5
/** Minimum difference between two values that counts. Smaller differences are rounding errors. */
const SAME = 1e-6

/**
 * @param list best first. Pinned products, and products moved for variety, can be out of score order; neutral settings
 *   leave them there.
 * @param usual the shopper's usual price, at which the price setting changes nothing; above 0
 */
export function tuned<Entry extends { readonly score: number }>(
  list: readonly Entry[],
  traitsOf: (entry: Entry) => Traits,
  usual: number,
  { price, surprise, themes }: Tuning,
): readonly Entry[] {
  const distance = (from: number, to: number) => Math.abs(Math.log(from / to))
  let lowest = Number.POSITIVE_INFINITY
  const valued = list.map((entry) => {
    // Each score is limited to the score of the entry before it, so that the limited scores alone give the list's
    // order.
    lowest = Math.min(lowest, entry.score)
    const traits = traitsOf(entry)
    let value = lowest - SURPRISE * surprise * traits.familiar
    if (price !== null && traits.price)
      value -= PRICE * (distance(traits.price, price) - distance(traits.price, usual))
    for (const theme of traits.themes) {
      if (Object.hasOwn(themes, theme)) value += themes[theme] === 'more' ? THEME : -THEME
    }
    return { entry, value: Math.round(value / SAME) }
  })
  return valued.sort((a, b) => b.value - a.value).map(({ entry }) => entry)
}
