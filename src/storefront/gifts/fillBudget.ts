/**
 * @module Chooses a number of different products for a budget. The choice has the highest sum of the shopper's scores,
 * less a loss for each further product of the same department. Pure functions.
 */

/** A product that a set of gifts can contain. */
export interface Offer {
  readonly id: string
  /** Price in pence, above 0. */
  readonly pence: number
  /** The shopper's score in log-odds. */
  readonly score: number
  readonly department: string
}

export interface Budget {
  /** Number of products to choose. */
  readonly count: number
  /** Maximum sum of the products' prices, in pence. */
  readonly pence: number
}

/** Loss in log-odds for each further product of a department. */
const REPEAT = 1

/** Number of steps into which the first, rough solution divides the budget. */
const ROUGH_STEPS = 100
/**
 * Maximum number of steps into which the solution divides the budget, which limits the computing time. Up to £40 a step
 * is one penny, and the choice is the best possible. Above £40, each price is rounded up to a whole step.
 */
const STEPS = 4000

/**
 * Returns the best choice. A rough solution comes first: its value shows which products no better choice can contain.
 * @returns null if no `count` products fit the budget
 */
export function fillBudget(offers: readonly Offer[], budget: Budget): Offer[] | null {
  const some = undominated(offers, budget.count)
  const rough = solve(some, budget, ROUGH_STEPS)
  return solve(rough ? promising(some, budget, worthOf(rough)) : some, budget, STEPS)
}

export function worthOf(chosen: readonly Offer[]): number {
  const departments = new Set(chosen.map(({ department }) => department))
  const scores = chosen.reduce((sum, { score }) => sum + score, 0)
  return scores - REPEAT * (chosen.length - departments.size)
}

/** How the best choice uses a product: not at all, as the first of its department, or as a further one. */
const LEFT_OUT = 0
const FIRST = 1
const FURTHER = 2

/** Dynamic programming over departments, their products, the number of products and their cost. */
function solve(offers: readonly Offer[], { count, pence }: Budget, steps: number): Offer[] | null {
  const step = Math.max(1, Math.ceil(pence / steps))
  const width = Math.floor(pence / step) + 1
  const size = (count + 1) * width
  const costOf = (offer: Offer) => Math.ceil(offer.pence / step)
  /** Best value of k products that cost at most c steps, stored at index k × width + c. */
  let best = new Float64Array(size).fill(Number.NEGATIVE_INFINITY)
  best.fill(0, 0, width)
  const passed: { readonly some: Uint8Array; readonly members: [Offer, Uint8Array][] }[] = []
  for (const department of byDepartment(offers)) {
    // Best values with at least one product of this department.
    const own = new Float64Array(size).fill(Number.NEGATIVE_INFINITY)
    const members = department.map((offer): [Offer, Uint8Array] => {
      const how = new Uint8Array(size)
      const cost = costOf(offer)
      // The loop goes from the last row to the first, so that each row reads values that were computed without this
      // product.
      for (let k = count; k > 0; k--) {
        for (let c = cost, at = k * width + cost; c < width; c++, at++) {
          const before = at - width - cost
          const first = best[before] + offer.score
          const further = own[before] + offer.score - REPEAT
          const value = Math.max(first, further)
          if (value <= own[at]) continue
          own[at] = value
          how[at] = first >= further ? FIRST : FURTHER
        }
      }
      return [offer, how]
    })
    const some = Uint8Array.from(own, (value, at) => (value > best[at] ? 1 : 0))
    best = best.map((value, at) => Math.max(value, own[at]))
    passed.push({ some, members })
  }
  return best[size - 1] === Number.NEGATIVE_INFINITY ? null : trace()

  function trace(): Offer[] {
    const chosen: Offer[] = []
    let at = size - 1
    for (const { some, members } of passed.reverse()) {
      let isInside = some[at] === 1
      for (const [offer, how] of members.reverse()) {
        if (!isInside || how[at] === LEFT_OUT) continue
        chosen.push(offer)
        isInside = how[at] === FURTHER
        at -= width + costOf(offer)
      }
    }
    return chosen.sort((a, b) => b.score - a.score)
  }
}

function byDepartment(offers: readonly Offer[]): readonly (readonly Offer[])[] {
  const departments = new Map<string, Offer[]>()
  for (const offer of offers) {
    const members = departments.get(offer.department)
    if (members) members.push(offer)
    else departments.set(offer.department, [offer])
  }
  return [...departments.values()]
}

/**
 * Returns the offers without those that no best choice needs. A product isn't needed if its department has `count`
 * others that cost no more and score no less: whatever a choice contains, at least one of the others is free to replace
 * the product.
 */
function undominated(offers: readonly Offer[], count: number): readonly Offer[] {
  const sorted = offers.toSorted((a, b) => b.score - a.score || a.pence - b.pence)
  return byDepartment(sorted).flatMap((department) => {
    /** Prices of the `count` cheapest products so far, ascending. */
    let cheapest: number[] = []
    return department.filter(({ pence }) => {
      if (cheapest.length === count && cheapest[count - 1] <= pence) return false
      cheapest = [...cheapest, pence].sort((a, b) => a - b).slice(0, count)
      return true
    })
  })
}

/** Lagrange multipliers that `promising` tries: what a penny is worth, in log-odds of a product's score. */
const PENNIES = [0, ...Array.from({ length: 24 }, (_, at) => 1e-4 * 1.5 ** at)]

/**
 * Returns the offers that can be in a choice worth at least `value`, by Lagrangian relaxation. Let a penny be worth λ
 * log-odds of score, for any λ ≥ 0. A choice within the budget is then worth at most λ·budget plus the sum of score −
 * λ·price over its offers. The offers with the highest score − λ·price bound this sum for every choice that contains a
 * given offer. The function drops an offer if its bound is below `value`.
 */
function promising(
  offers: readonly Offer[],
  { count, pence }: Budget,
  value: number,
): readonly Offer[] {
  let left = offers
  for (const penny of PENNIES) {
    const netOf = (offer: Offer) => offer.score - penny * offer.pence
    const firsts = new Map<string, Offer>()
    for (const offer of left) {
      const first = firsts.get(offer.department)
      if (!first || netOf(offer) > netOf(first)) firsts.set(offer.department, offer)
    }
    const gainOf = (offer: Offer) =>
      netOf(offer) - (firsts.get(offer.department) === offer ? 0 : REPEAT)
    const gains = left.map(gainOf).sort((a, b) => b - a)
    const others = sum(gains.slice(0, count - 1))
    /**
     * Upper bound for the gain that other offers add to a choice with this offer: sum of the `count` − 1 highest gains
     * among the other offers.
     */
    const without = (offer: Offer) => {
      const gain = gainOf(offer)
      return gain >= (gains[count - 2] ?? gain + 1)
        ? others - gain + (gains[count - 1] ?? 0)
        : others
    }
    const bound = (offer: Offer) => {
      const first = firsts.get(offer.department) ?? offer
      if (first === offer) return netOf(offer) + without(offer)
      // The choice contains the department's best product or doesn't; the bound covers both cases.
      return netOf(offer) + Math.max(others - REPEAT, without(first))
    }
    left = left.filter((offer) => penny * pence + bound(offer) >= value - SAME)
  }
  return left
}

const sum = (values: readonly number[]) => values.reduce((total, one) => total + one, 0)

/** Tolerance for rounding errors of sums. */
const SAME = 1e-9

/**
 * Returns the best replacement for one product of a choice.
 * @param others products of the choice that stay
 * @param seen ids that must not be chosen
 * @returns undefined if no product fits the rest of the budget
 */
export function otherOffer(
  offers: readonly Offer[],
  others: readonly Offer[],
  seen: ReadonlySet<string>,
  pence: number,
): Offer | undefined {
  const rest = others.reduce((left, offer) => left - offer.pence, pence)
  const departments = new Set(others.map(({ department }) => department))
  const worthOf = ({ score, department }: Offer) =>
    score - (departments.has(department) ? REPEAT : 0)
  const fits = (offer: Offer) =>
    offer.pence <= rest && !seen.has(offer.id) && !others.some(({ id }) => id === offer.id)
  return offers.filter(fits).sort((a, b) => worthOf(b) - worthOf(a))[0]
}
