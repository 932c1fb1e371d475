/**
 * @module What the counts say about the next click of a session: the terms of a linear ranker, for
 * the items that any of them speaks for. @see Ludewig and Jannach, doi 10.1007/s11257-018-9209-6
 * (V-SKNN); Garg et al., doi 10.1145/3331184.3331322 (STAN)
 */
import type { Session, SessionCounts } from './sessionCounts.ts'

export const TERMS = [
  'following',
  'followingEarlier',
  'together',
  'togetherEarlier',
  'twoSteps',
  'similarSessions',
  'popularity',
  'trend',
  'isLast',
  'earlierInSession',
  'timesInSession',
] as const

const T = Object.fromEntries(TERMS.map((name, column) => [name, column])) as Readonly<
  Record<(typeof TERMS)[number], number>
>
const COLUMNS = TERMS.length

/** Earlier items of the session that are asked for their neighbours, and what each step back costs. */
const EARLIER = 6
const STEP_BACK = 0.6
/** Neighbours of the last item whose own neighbours are looked at. */
const THROUGH = 20
/** Similar sessions; how fast an item counts less, in clicks from the end and from the match. */
const SIMILAR = 200
const FROM_END = 2
const FROM_MATCH = 2
/** Factor of a similar session for each period of age. */
const SESSION_DECAY = 0.95
const REVISIT_STEP = 0.8
/** Most popular items that are always candidates: a session of one unknown item gets a list too. */
const ALWAYS = 20

export interface Candidates {
  /** Rows of the candidates; valid until the next call, as `values` is. */
  readonly items: readonly number[]
  /** Row-major [items.length, TERMS.length], finite. */
  readonly values: Float32Array
}

/** Reuses its memory from call to call. */
export class ClickTerms {
  readonly #raw: Float32Array
  readonly #mark: Int32Array
  #candidates: number[] = []
  #call = 0
  #values = new Float32Array(0)
  #similarity = new Float32Array(0)
  #met = new Int32Array(0)
  readonly #popular = new WeakMap<SessionCounts, { periods: number; items: number[] }>()

  constructor(items: number) {
    this.#raw = new Float32Array(items * COLUMNS)
    this.#mark = new Int32Array(items)
  }

  /** @param length clicks of the session that are known, ≥ 1; the last of them counts most. */
  of(counts: SessionCounts, session: Session, length: number): Candidates {
    this.#call++
    this.#candidates = []
    const last = session[length - 1]
    for (const item of this.#mostPopular(counts)) this.#touch(item)
    this.#neighbours(counts, session, length)
    this.#throughNeighbours(counts, last)
    this.#similarSessions(counts, session, length)
    this.#ownClicks(session, length)
    return { items: this.#candidates, values: this.#transformed(counts) }
  }

  #touch(item: number): void {
    if (this.#mark[item] === this.#call) return
    this.#mark[item] = this.#call
    this.#candidates.push(item)
    this.#raw.fill(0, item * COLUMNS, (item + 1) * COLUMNS)
  }

  #add(item: number, column: number, value: number): void {
    this.#touch(item)
    this.#raw[item * COLUMNS + column] += value
  }

  #addAll(list: { items: Int32Array; shares: Float32Array }, column: number, factor: number): void {
    for (let k = 0; k < list.items.length; k++)
      this.#add(list.items[k], column, factor * list.shares[k])
  }

  #neighbours(counts: SessionCounts, session: Session, length: number): void {
    const last = session[length - 1]
    this.#addAll(counts.following.neighbours(last), T.following, 1)
    this.#addAll(counts.together.neighbours(last), T.together, 1)
    const asked = new Set([last])
    let weight = 1
    for (let at = length - 2; at >= 0 && asked.size <= EARLIER; at--) {
      const item = session[at]
      if (asked.has(item)) continue
      asked.add(item)
      weight *= STEP_BACK
      this.#addAll(counts.following.neighbours(item), T.followingEarlier, weight)
      this.#addAll(counts.together.neighbours(item), T.togetherEarlier, weight)
    }
  }

  #throughNeighbours(counts: SessionCounts, last: number): void {
    const { items, shares } = counts.together.neighbours(last)
    for (let k = 0; k < Math.min(THROUGH, items.length); k++)
      this.#addAll(counts.together.neighbours(items[k]), T.twoSteps, shares[k])
    // The way there and back says nothing.
    this.#touch(last)
    this.#raw[last * COLUMNS + T.twoSteps] = 0
  }

  #similarSessions(counts: SessionCounts, session: Session, length: number): void {
    if (this.#similarity.length < counts.sessions.length) {
      this.#similarity = new Float32Array(2 * counts.sessions.length)
      this.#met = new Int32Array(2 * counts.sessions.length)
    }
    const { recentSessions } = counts.options
    const place = new Map<number, number>()
    for (let at = 0; at < length; at++) place.set(session[at], at)
    const found: number[] = []
    for (const [item, at] of place) {
      const weight = Math.exp((at + 1 - length) / FROM_END)
      const ids = counts.sessionsOf(item)
      for (let k = Math.max(0, ids.length - recentSessions); k < ids.length; k++) {
        const id = ids[k]
        if (this.#met[id] !== this.#call) {
          this.#met[id] = this.#call
          this.#similarity[id] = 0
          found.push(id)
        }
        this.#similarity[id] += weight
      }
    }
    for (const id of found) {
      const age = counts.periods - counts.periodOf[id]
      this.#similarity[id] *= SESSION_DECAY ** age / Math.sqrt(counts.sessions[id].length)
    }
    const least = nthLargest(found, this.#similarity, SIMILAR)
    for (const id of found) {
      const weight = this.#similarity[id]
      if (weight < least) continue
      const other = counts.sessions[id]
      const match = other.findLastIndex((item) => place.has(item))
      for (let at = 0; at < other.length; at++) {
        if (at === match) continue
        const near = Math.exp(-Math.abs(at - match) / FROM_MATCH)
        this.#add(other[at], T.similarSessions, weight * near)
      }
    }
  }

  #ownClicks(session: Session, length: number): void {
    let back = 0
    const seen = new Set<number>()
    for (let at = length - 1; at >= 0; at--) {
      const item = session[at]
      this.#add(item, T.timesInSession, 1)
      if (seen.has(item)) continue
      seen.add(item)
      if (back === 0) this.#add(item, T.isLast, 1)
      else this.#add(item, T.earlierInSession, REVISIT_STEP ** (back - 1))
      back++
    }
  }

  /** Shares and counts span orders of magnitude: the ranker sees their logarithms. */
  #transformed(counts: SessionCounts): Float32Array {
    const candidates = this.#candidates
    if (this.#values.length < candidates.length * COLUMNS)
      this.#values = new Float32Array(2 * candidates.length * COLUMNS)
    const raw = this.#raw
    const out = this.#values
    candidates.forEach((item, k) => {
      const from = item * COLUMNS
      const to = k * COLUMNS
      for (let column = T.following; column <= T.twoSteps; column++)
        out[to + column] = Math.log1p(1000 * raw[from + column])
      out[to + T.similarSessions] = Math.log1p(20 * raw[from + T.similarSessions])
      out[to + T.popularity] = Math.log1p(counts.popularity[item])
      out[to + T.trend] = Math.log1p(counts.trend[item])
      out[to + T.isLast] = raw[from + T.isLast]
      out[to + T.earlierInSession] = raw[from + T.earlierInSession]
      out[to + T.timesInSession] = Math.log1p(raw[from + T.timesInSession])
    })
    return out.subarray(0, candidates.length * COLUMNS)
  }

  #mostPopular(counts: SessionCounts): readonly number[] {
    const known = this.#popular.get(counts)
    if (known?.periods === counts.sessions.length) return known.items
    const items = Array.from({ length: counts.items }, (_, item) => item)
      .sort((a, b) => counts.trend[b] - counts.trend[a] || a - b)
      .slice(0, ALWAYS)
    this.#popular.set(counts, { periods: counts.sessions.length, items })
    return items
  }
}

/** The count-th largest value among `ids`, 0 where there are fewer. */
function nthLargest(ids: readonly number[], values: Float32Array, count: number): number {
  if (ids.length <= count) return 0
  const sorted = Float32Array.from(ids, (id) => values[id]).sort()
  return sorted[sorted.length - count]
}
