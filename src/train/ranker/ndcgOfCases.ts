/** @module NDCG@10 of cases in which only the candidates are scored. */
import { ndcg } from '../metrics.ts'
import type { RankerDataset } from './dataset.ts'
import { rowsOfCase } from './part.ts'

/** Rank of an item that is in no list. */
const NOWHERE = 2 ** 31 - 1

/** Targets that are not candidates count as missed. Equal scores keep the sequence of the rows. @param scores [rows] */
export function ndcgOfCases(
  { cases, start, target }: Pick<RankerDataset, 'cases' | 'start' | 'target'>,
  scores: Float64Array,
): number[] {
  return cases.map(({ targets }, c) => {
    const rows = rowsOfCase({ start }, c).sort((a, b) => scores[b] - scores[a] || a - b)
    const places = rows.flatMap((row, place) => (target[row] > 0 ? [place] : []))
    const missed = Array(targets.length - places.length).fill(NOWHERE)
    return ndcg(Int32Array.from([...places, ...missed]), 10)
  })
}
