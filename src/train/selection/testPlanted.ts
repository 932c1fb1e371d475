/** @module Generates cases in which it is known which columns decide the target. */
import { createRandom } from '@nearside/core/model/random.ts'
import type { RankerDataset } from '../ranker/dataset.ts'

export const NAMES = ['likes', 'dislikes', 'constant', 'noise', 'of the case', 'zeros']

/** The target follows the first two columns; the other columns are noise. */
export function planted(cases: number, seed: number, rows = 30): RankerDataset {
  const random = createRandom(seed)
  const columns = NAMES.length
  const features = new Float32Array(cases * rows * columns)
  const target = new Float32Array(cases * rows)
  for (let c = 0; c < cases; c++) {
    const ofCase = random.normal()
    const chances: number[] = []
    for (let k = 0; k < rows; k++) {
      const likes = random.normal()
      const dislikes = random.next() < 0.3 ? 3 * random.next() : 0
      const row = [likes, dislikes, 7, random.normal(), ofCase, random.next() < 0.2 ? 1 : 0]
      features.set(row, (c * rows + k) * columns)
      chances.push(Math.exp(1.2 * likes - 0.9 * dislikes))
    }
    let at = random.next() * chances.reduce((sum, chance) => sum + chance, 0)
    let wanted = 0
    while (wanted < rows - 1 && at > chances[wanted]) at -= chances[wanted++]
    target[c * rows + wanted] = 1
  }
  const one = { shopper: 's', time: 0, history: [], targets: [0], weight: 1 }
  return {
    cases: Array.from({ length: cases }, () => one),
    start: Int32Array.from({ length: cases + 1 }, (_, c) => c * rows),
    item: new Int32Array(cases * rows),
    columns,
    features,
    correction: new Float32Array(cases * rows),
    target,
  }
}
