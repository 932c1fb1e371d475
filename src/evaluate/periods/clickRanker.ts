/**
 * @module The linear ranker over the terms of the counts, and its training table: cases of a period
 * as the counts of the periods before it describe them, which is how they will be asked.
 */
import type { Random } from '../../core/model/random.ts'
import { type Candidates, type ClickTerms, TERMS } from './clickTerms.ts'
import { type RankerTable, scoreRows } from './rankerTable.ts'
import type { Session, SessionCounts } from './sessionCounts.ts'

const COLUMNS = TERMS.length

/**
 * Where every fit from scratch begins, and what chooses a case's rows, alike for all arms: rows that
 * stand high by a poor ranking teach a poor ranking.
 */
const FIRST: Readonly<Partial<Record<(typeof TERMS)[number], number>>> = {
  following: 0.1,
  twoSteps: 0.6,
  similarSessions: 0.4,
  popularity: -0.3,
  trend: 0.2,
  isLast: 2.5,
  earlierInSession: 1,
  timesInSession: 1,
}

export const FIRST_WEIGHTS = Float64Array.from(TERMS, (name) => FIRST[name] ?? 0)

/** Rows of a case: its answer among the strongest others. */
const ROWS = 100

/** Sessions without what no period before has shown, as the published protocol asks. */
export function onlyKnown(sessions: readonly Session[], known: Uint8Array): Session[] {
  return sessions
    .map((session) => session.filter((item) => known[item] === 1))
    .filter((session) => session.length > 1)
}

/** Clicks after a session's first, on what was known. */
export function casesOf(sessions: readonly Session[], { known }: SessionCounts): number {
  return onlyKnown(sessions, known).reduce((sum, session) => sum + session.length - 1, 0)
}

/** At most about `most` random cases of `sessions`, each a click after the first. */
export function sampleTable(
  terms: ClickTerms,
  counts: SessionCounts,
  sessions: readonly Session[],
  most: number,
  random: Random,
): RankerTable {
  const asked = onlyKnown(sessions, counts.known)
  const all = asked.reduce((sum, session) => sum + session.length - 1, 0)
  const share = Math.min(1, most / Math.max(1, all))
  const chunks: Float32Array[] = []
  const targets: number[] = []
  const lengths: number[] = []
  for (const session of asked) {
    for (let length = 1; length < session.length; length++) {
      if (share < 1 && random.next() >= share) continue
      const candidates = terms.of(counts, session, length)
      const answer = candidates.items.indexOf(session[length])
      // What nothing speaks for teaches no weight.
      if (answer < 0) continue
      const rows = strongest(candidates, answer)
      const chunk = new Float32Array(rows.length * COLUMNS)
      rows.forEach((row, k) => {
        chunk.set(candidates.values.subarray(row * COLUMNS, (row + 1) * COLUMNS), k * COLUMNS)
      })
      chunks.push(chunk)
      targets.push(rows.indexOf(answer))
      lengths.push(rows.length)
    }
  }
  return joined(chunks, targets, lengths)
}

function strongest({ items, values }: Candidates, answer: number): number[] {
  const scores = scoreRows(FIRST_WEIGHTS, values)
  const rows = items
    .map((_, row) => row)
    .sort((a, b) => scores[b] - scores[a] || a - b)
    .slice(0, ROWS)
  return rows.includes(answer) ? rows : [...rows, answer]
}

function joined(
  chunks: readonly Float32Array[],
  targets: readonly number[],
  lengths: readonly number[],
): RankerTable {
  const start = new Int32Array(lengths.length + 1)
  lengths.forEach((length, c) => {
    start[c + 1] = start[c] + length
  })
  const rows = start[lengths.length]
  const features = new Float32Array(rows * COLUMNS)
  const target = new Float32Array(rows)
  chunks.forEach((chunk, c) => {
    features.set(chunk, start[c] * COLUMNS)
    target[start[c] + targets[c]] = 1
  })
  const correction = new Float32Array(rows)
  return {
    columns: COLUMNS,
    cases: lengths.map(() => ({ weight: 1 })),
    start,
    features,
    correction,
    target,
  }
}

/**
 * 0-based place of `item` among the candidates; ties by catalogue row. Null where no term speaks for
 * it: then it stands behind all candidates.
 */
export function placeOf(
  weights: Float64Array,
  { items, values }: Candidates,
  item: number,
): number | null {
  const row = items.indexOf(item)
  if (row < 0) return null
  const scores = scoreRows(weights, values)
  let place = 0
  for (let k = 0; k < items.length; k++)
    if (scores[k] > scores[row] || (scores[k] === scores[row] && items[k] < item)) place++
  return place
}
