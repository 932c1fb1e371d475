/**
 * @module What a shop of clicks can count of its sessions: which item follows which, which are seen
 * together, what is popular, and who else clicked it lately. The counts are the parameters; an
 * update fuses old and new, old × decay + new, and costs as much as the new period is long.
 */

/** Items of one session in the order of its clicks; rows of the catalogue. */
export type Session = readonly number[]

export interface CountOptions {
  /** Factor of everything older, each period: 1 never forgets. > 0 */
  readonly decay: number
  /** The same for the popularity of the moment. */
  readonly trendDecay: number
  /** Items that a row of neighbours keeps when it is read. */
  readonly neighbours: number
  /** Latest sessions of an item that can be found as neighbours. */
  readonly recentSessions: number
}

export const DEFAULT_COUNTS: CountOptions = {
  decay: 0.9,
  trendDecay: 0.3,
  neighbours: 100,
  recentSessions: 500,
}

/** Strongest neighbours of an item, best first; shares of all that was counted for it. */
export interface Neighbours {
  readonly items: Int32Array
  readonly shares: Float32Array
}

/** Clicks between two items beyond which they say nothing of each other. */
const REACH = 10
/** Steps ahead that count as following, and what each further step is worth. */
const FOLLOWS = 3
const FOLLOW_STEP = 0.7
const TOGETHER_STEP = 0.8
/** What is seen before it tells less of an item than what is seen after it. */
const BACKWARDS = 0.7
/** Counts that an item's neighbours must have beside a small prior to be believed. */
const SHRINK = 1
/** What has decayed to less than this share of a click is forgotten when its row is read anew. */
const FORGOTTEN = 0.02
/** Beyond it the unit is brought back to 1, long before doubles lose digits. */
const LARGEST_UNIT = 2 ** 40

export class SessionCounts {
  readonly items: number
  readonly options: CountOptions
  readonly following: PairCounts
  readonly together: PairCounts
  /** Decayed clicks. */
  readonly popularity: Float64Array
  readonly trend: Float64Array
  /** Whether an item was ever clicked. */
  readonly known: Uint8Array
  readonly sessions: Session[] = []
  /** Period in which each session was counted. */
  readonly periodOf: number[] = []
  readonly #sessionsOf: number[][]
  /** Periods counted so far. */
  periods = 0

  constructor(items: number, options: CountOptions = DEFAULT_COUNTS) {
    this.items = items
    this.options = options
    this.following = new PairCounts(items, options)
    this.together = new PairCounts(items, options)
    this.popularity = new Float64Array(items)
    this.trend = new Float64Array(items)
    this.known = new Uint8Array(items)
    this.#sessionsOf = Array.from({ length: items }, () => [])
  }

  /** What was counted so far becomes a period older. */
  age(): void {
    const { decay, trendDecay } = this.options
    this.following.age()
    this.together.age()
    for (let i = 0; i < this.items; i++) {
      this.popularity[i] *= decay
      this.trend[i] *= trendDecay
    }
    this.periods++
  }

  /** @returns clicks counted */
  add(sessions: readonly Session[]): number {
    let clicks = 0
    for (const session of sessions) {
      const id = this.sessions.push(session) - 1
      this.periodOf.push(this.periods)
      clicks += session.length
      for (const item of new Set(session)) this.#remember(item, id)
      session.forEach((item, at) => {
        this.popularity[item]++
        this.trend[item]++
        this.known[item] = 1
        for (let before = Math.max(0, at - REACH); before < at; before++)
          this.#pair(session[before], item, at - before)
      })
    }
    return clicks
  }

  /** Ids of the latest sessions with the item, oldest first. */
  sessionsOf(item: number): readonly number[] {
    return this.#sessionsOf[item]
  }

  #pair(first: number, second: number, steps: number): void {
    if (first === second) return
    if (steps <= FOLLOWS) this.following.add(first, second, FOLLOW_STEP ** (steps - 1))
    const near = TOGETHER_STEP ** (steps - 1)
    this.together.add(first, second, near)
    this.together.add(second, first, BACKWARDS * near)
  }

  #remember(item: number, id: number): void {
    const ids = this.#sessionsOf[item]
    ids.push(id)
    const { recentSessions } = this.options
    if (ids.length >= 2 * recentSessions) ids.splice(0, ids.length - recentSessions)
  }
}

/**
 * Counts of ordered pairs that decay without being touched: instead of making the old smaller, the
 * unit in which new pairs are counted grows.
 */
class PairCounts {
  readonly #rows: Map<number, number>[]
  readonly #totals: Float64Array
  readonly #read: (Neighbours | null)[]
  readonly #options: CountOptions
  #unit = 1

  constructor(items: number, options: CountOptions) {
    this.#rows = Array.from({ length: items }, () => new Map())
    this.#totals = new Float64Array(items)
    this.#read = new Array<Neighbours | null>(items).fill(null)
    this.#options = options
  }

  age(): void {
    this.#unit /= this.#options.decay
    if (this.#unit > LARGEST_UNIT) this.#rescale()
  }

  add(item: number, other: number, weight: number): void {
    const row = this.#rows[item]
    const counted = weight * this.#unit
    row.set(other, (row.get(other) ?? 0) + counted)
    this.#totals[item] += counted
    this.#read[item] = null
  }

  neighbours(item: number): Neighbours {
    const known = this.#read[item]
    if (known) return known
    const row = this.#rows[item]
    const least = FORGOTTEN * this.#unit
    for (const [other, count] of row) {
      if (count >= least) continue
      row.delete(other)
      this.#totals[item] -= count
    }
    const strongest = [...row]
      .sort((a, b) => b[1] - a[1] || a[0] - b[0])
      .slice(0, this.#options.neighbours)
    const total = this.#totals[item] + SHRINK * this.#unit
    const read = {
      items: Int32Array.from(strongest, ([other]) => other),
      shares: Float32Array.from(strongest, ([, count]) => count / total),
    }
    this.#read[item] = read
    return read
  }

  #rescale(): void {
    for (const row of this.#rows)
      for (const [other, count] of row) row.set(other, count / this.#unit)
    for (let i = 0; i < this.#totals.length; i++) this.#totals[i] /= this.#unit
    this.#unit = 1
  }
}
