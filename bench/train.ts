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
    ? await (await import('./node.ts')).trainInNode(names, blocks, progress)
    : await inPage<TrainTimes>('train', [blocks, names], progress)
  return trainReport(environment, measured)
}

export function trainReport(
  environment: Report['environment'],
  { series, counts, notes }: TrainTimes,
): Report {
  return {
    job: 'train',
    environment,
    results: series.map(resultOf),
    ratios: ratiosOf(series),
    ...(counts ? { counts } : {}),
    notes: [
      ...notes,
      'tfjs-* and jax-*: automatic differentiation and Adam of their own, tfjs-wasm without threads. p95 over 100 fits.',
    ],
  }
}
