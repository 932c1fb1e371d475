/** @module `bench train`. */
import { inPage } from './browser.ts'
import type { Progress, TrainTimes } from './measure.ts'
import { type Report, ratiosOf, resultOf } from './report.ts'
import type { WorkloadName } from './workload.ts'

export async function train(
  blocks: number,
  names: readonly WorkloadName[],
  node: boolean,
  progress: Progress,
): Promise<Report> {
  const { environment, measured } = node
    ? await (await import('./node.ts')).inNode(names, blocks, progress)
    : await inPage<TrainTimes>('train', [blocks, names], progress)
  return {
    job: 'train',
    environment,
    results: measured.series.map(resultOf),
    ratios: ratiosOf(measured.series),
    ...(measured.counts ? { counts: measured.counts } : {}),
    notes: [
      ...measured.notes,
      'tfjs-* and jax-*: automatic differentiation and Adam of their own, tfjs-wasm without threads. p95 over 100 fits.',
    ],
  }
}
