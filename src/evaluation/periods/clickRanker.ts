/**
 * @module The linear ranker over the terms of the counts, and its training table: cases of a period
 * as the counts of the periods before it describe them, which is how they will be asked.
 */
import type { Random } from '../../model/random.ts'
import { type Candidates, type ClickTerms, TERMS } from './clickTerms.ts'
import type { Session, SessionCounts } from './sessionCounts.ts'

const COLUMNS = TERMS.length

/** Cases and their rows as one ragged table; what Newton's method needs. */
export interface RankerTable {
  readonly columns: number
  readonly cases: readonly { readonly weight: number }[]
  /** First row of each case, and the number of rows at the end. */
  readonly start: Int32Array
  /** Row-major [rows, columns]. */
  readonly features: Float32Array
  /** Added to each row's score, [rows]. */
  readonly correction: Float32Array
  /** Share of the case's answer that the row is, [rows]. */
  readonly target: Float32Array
}

/**
 * Softmax regression from `centre`, pulled to it; handed in because mathematics knows no trainer.
 * @returns the weights and how often the whole table was gone through
 */
export type FitWeights = (
  table: RankerTable,
  centre: Float64Array,
) => { readonly weights: Float64Array; readonly steps: number }

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
  const scores = scoreAll(FIRST_WEIGHTS, values)
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

/** One table after the other. */
export function concatenate(tables: readonly RankerTable[]): RankerTable {
  const cases = tables.flatMap((table) => [...table.cases])
  const start = new Int32Array(cases.length + 1)
  let at = 0
  let rows = 0
  for (const table of tables) {
    for (let c = 0; c < table.cases.length; c++) start[at + c + 1] = rows + table.start[c + 1]
    at += table.cases.length
    rows += table.target.length
  }
  const features = new Float32Array(rows * COLUMNS)
  const target = new Float32Array(rows)
  let row = 0
  for (const table of tables) {
    features.set(table.features, row * COLUMNS)
    target.set(table.target, row)
    row += table.target.length
  }
  return { columns: COLUMNS, cases, start, features, correction: new Float32Array(rows), target }
}

/** A random part of a table's cases, at most `most`. */
export function thin(table: RankerTable, most: number, random: Random): RankerTable {
  const share = most / Math.max(1, table.cases.length)
  if (share >= 1) return table
  const kept = table.cases.flatMap((_, c) => (random.next() < share ? [c] : []))
  const chunks = kept.map((c) =>
    table.features.slice(table.start[c] * COLUMNS, table.start[c + 1] * COLUMNS),
  )
  const lengths = kept.map((c) => table.start[c + 1] - table.start[c])
  const targets = kept.map((c) =>
    table.target.subarray(table.start[c], table.start[c + 1]).indexOf(1),
  )
  return joined(chunks, targets, lengths)
}

/**
 * The same table, its answers mixed with what `teacher` says of the rows: distillation to the old
 * weights. @param share of the teacher, 0 … 1
 */
export function distilled(table: RankerTable, teacher: Float64Array, share: number): RankerTable {
  const target = table.target.map((value) => (1 - share) * value)
  const scores = scoreAll(teacher, table.features)
  for (let c = 0; c < table.cases.length; c++) {
    const from = table.start[c]
    const to = table.start[c + 1]
    const highest = scores.subarray(from, to).reduce((a, b) => Math.max(a, b), -Infinity)
    let sum = 0
    for (let row = from; row < to; row++) sum += Math.exp(scores[row] - highest)
    for (let row = from; row < to; row++)
      target[row] += (share * Math.exp(scores[row] - highest)) / sum
  }
  return { ...table, target }
}

/** w · row of every row. */
function scoreAll(weights: Float64Array, values: Float32Array): Float64Array {
  const scores = new Float64Array(values.length / COLUMNS)
  for (let row = 0, at = 0; row < scores.length; row++)
    for (let f = 0; f < COLUMNS; f++, at++) scores[row] += weights[f] * values[at]
  return scores
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
  const scores = scoreAll(weights, values)
  let place = 0
  for (let k = 0; k < items.length; k++)
    if (scores[k] > scores[row] || (scores[k] === scores[row] && items[k] < item)) place++
  return place
}
