/** @module `bench train`. */
import { inPage } from './browser.ts'
import { type Report, ratiosOf, resultOf, type Series } from './report.ts'
import type { TrainTimes } from './trainPage.ts'

export async function train(
  blocks: number,
  progress: (done: number, total: number) => void,
): Promise<Report> {
  const { environment, measured } = await inPage<TrainTimes>('train', blocks, progress)
  const series = measured.timed.map(
    ({ engine, blocks: times }): Series => ({
      workload: 'fit-10k',
      engine,
      blocks: times,
      p95: engine === 'nearside-wasm' ? measured.p95 : undefined,
    }),
  )
  const worst = Math.max(...Object.values(measured.errors))
  return {
    job: 'train',
    environment,
    results: series.map(resultOf),
    ratios: ratiosOf(series),
    ...(measured.counts ? { counts: measured.counts } : {}),
    notes: [
      'fit-10k: 64 cases × 256 candidates × 95 parameters, 30 Adam steps, from arrays to arrays. tfjs-*: automatic differentiation and tf.train.adam, without threads.',
      `All ended within ${worst.toExponential(1)} of the JavaScript engine. p95 over 100 fits.`,
    ],
  }
}
