/**
 * @module The page of `bench fit`. It measures how long the gradient descent takes, compared with other libraries; how
 * long a whole fit takes in the worker; and how long after an event the package's list changes.
 */

import { fitPersonal, type InUse } from '@nearside/browser/learning/personalFit.ts'
import { FIT_CANDIDATES, FIT_CASES, PARAMETERS } from '@nearside/core/learning/fitProblem.ts'
import type { FitProblem } from '@nearside/core/learning/problem.ts'
import { DIMENSION } from '@nearside/core/model/baseModel.ts'
import { describeAdapter } from '@nearside/engine/adapter.ts'
import { createFastCandidates } from '@nearside/engine/candidates.ts'
import type { Engine } from '@nearside/engine/engine.ts'
import { createJsEngine } from '@nearside/engine/js.ts'
import { nextTask } from '@nearside/engine/nextTask.ts'
import { countGpuCalls, type GpuCalls } from '@nearside/engine/testGpuCalls.ts'
import { testProblem } from '@nearside/engine/testProblem.ts'
import { createWasmEngine } from '@nearside/engine/wasm/wasmEngine.ts'
import { createWebgpuEngine } from '@nearside/engine/webgpu/webgpuEngine.ts'
import * as tf from '@tensorflow/tfjs'
import { createPersonalizer } from '../../src/index.ts'
import { interleave, timeEach } from './interleave.ts'
import { jaxFit } from './jax.ts'
import type { Measured } from './measured.ts'
import { startPeers } from './peers.ts'
import { plainFit } from './plainTfjs.ts'
import type { Counts, Series } from './report.ts'
import { benchHistory, benchModel, MOVING } from './shop.ts'
import { percentile } from './statistics.ts'

const ITEMS = 10_000
const FIT_EVENTS = 60
/** Number of fits, enough for a 95th percentile. */
const FITS = 100
/** Maximum error of a parameter. A rival with a larger error did not solve the problem, so its time is meaningless. */
const MAX_ERROR = 1e-2

/**
 * `ours`: a fit's problem for our engine. `compact`: the same for other libraries, without parameters that don't
 * change.
 */
function problems(): { ours: FitProblem; compact: FitProblem } {
  const shape = { seed: 1, cases: FIT_CASES, candidates: FIT_CANDIDATES, steps: 30 }
  const compact = testProblem({ ...shape, parameters: MOVING })
  const still = PARAMETERS - MOVING
  const widen = (values: Float32Array, from: Float32Array, columns: number) => {
    for (let row = 0; row * MOVING < from.length; row++)
      values.set(from.subarray(row * MOVING, (row + 1) * MOVING), row * columns + columns - MOVING)
    return values
  }
  const wide = (from: Float32Array) => widen(new Float32Array(PARAMETERS), from, PARAMETERS)
  const rows = compact.offset.length
  const design = testProblem({ ...shape, parameters: still }).design
  const all = new Float32Array(rows * PARAMETERS)
  for (let row = 0; row < rows; row++)
    all.set(design.subarray(row * still, (row + 1) * still), row * PARAMETERS)
  const ours = {
    ...compact,
    parameters: PARAMETERS,
    design: widen(all, compact.design, PARAMETERS),
    mean: wide(compact.mean),
    precision: wide(compact.precision),
    stepSize: wide(compact.stepSize),
  }
  return { ours, compact }
}

async function descents(wgsl: Engine | null, blocks: number, report: Report) {
  const { ours, compact } = problems()
  const { backends, jax } = await startPeers()
  const wasm = await createWasmEngine()
  const js = createJsEngine()
  const last = new Map<string, Float32Array>()
  const rival = (engine: string, run: () => Promise<Float32Array>) => ({
    engine,
    run: async () => void last.set(engine, await run()),
  })
  const moved = async (engine: Engine) => (await engine.fit(ours)).parameters.slice(-MOVING)
  const descending = jax.map((device) => ({ device, run: jaxFit(device, compact) }))
  const { timed, skipped } = await interleave(
    [
      ...(wgsl ? [rival('nearside-wgsl', () => moved(wgsl))] : []),
      rival('nearside-wasm', () => moved(wasm)),
      rival('plain-js', () => moved(js)),
      ...backends.map((backend) =>
        rival(`tfjs-${backend}`, async () => {
          await tf.setBackend(backend)
          return plainFit(compact)
        }),
      ),
      ...descending.map(({ device, run }) =>
        rival(`jax-${device}`, async () => (await run()).map((q, j) => compact.mean[j] + q)),
      ),
    ],
    blocks,
    (done, total, engine) => report(engine ? `fit-10k ${engine}` : 'fit-10k', done, total),
  )
  const right = last.get('plain-js') as Float32Array
  for (const [engine, values] of last)
    right.forEach((value, j) => {
      if (!(Math.abs(values[j] - value) < MAX_ERROR)) throw new Error(`${engine} computes wrongly`)
    })
  const p95 = percentile(await timeEach(() => wasm.fit(ours), FITS), 0.95)
  const series = timed.map(({ engine, blocks: times }): Series => {
    return {
      workload: 'fit-10k',
      engine,
      blocks: times,
      ...(engine === 'nearside-wasm' && { p95 }),
    }
  })
  return { series, notes: skipped.map((why) => `fit-10k: ${why}`) }
}

/**
 * Times the largest fit, in which every parameter moves, and the smallest fit, which is mere overhead. From these two
 * times comes the table in `engine/choose.ts`.
 */
async function sizes(wgsl: Engine | null, blocks: number, report: Report): Promise<Series[]> {
  const wasm = await createWasmEngine()
  const rows = { cases: FIT_CASES, candidates: FIT_CANDIDATES }
  const series: Series[] = []
  for (const [workload, shape] of [
    ['fit-largest', { ...rows, parameters: PARAMETERS }],
    ['fit-empty', { cases: 1, candidates: 2, parameters: 1 }],
  ] as const) {
    const problem = testProblem({ seed: 1, steps: 30, ...shape })
    const rivals = [wasm, ...(wgsl ? [wgsl] : [])].map((engine) => ({
      engine: `nearside-${engine.name}`,
      run: () => engine.fit(problem),
    }))
    const { timed } = await interleave(rivals, blocks, (done, total) =>
      report(workload, done, total),
    )
    series.push(...timed.map(({ engine, blocks: times }) => ({ workload, engine, blocks: times })))
  }
  return series
}

async function wholeFits(blocks: number, report: Report): Promise<Series[]> {
  const model = benchModel(ITEMS)
  const events = benchHistory(ITEMS, 200, 0)
  const engine = await createWasmEngine()
  const around = { model, engine, clock: () => performance.now(), nextTask }
  const fitTo = (
    to: number,
    inUse: InUse | null,
    candidates: ReturnType<typeof createFastCandidates>,
  ) =>
    fitPersonal({
      ...around,
      ...{ history: events.slice(0, to), now: events[to].time, inUse, candidates },
    })
  const first = () => fitTo(FIT_EVENTS, null, createFastCandidates(model))
  let [kept, inUse, to] = [createFastCandidates(model), null as InUse | null, FIT_EVENTS]
  const next = async () => {
    if (to + 1 === events.length)
      [kept, inUse, to] = [createFastCandidates(model), null, FIT_EVENTS]
    if (!inUse) inUse = await fitTo(to, null, kept)
    inUse = await fitTo(++to, inUse, kept)
  }
  const series: Series[] = []
  for (const [workload, run] of [
    ['fit-10k-first', first],
    ['fit-10k-next', next],
  ] as const) {
    const rivals = [{ engine: 'nearside-wasm', run }]
    const { timed } = await interleave(rivals, blocks, (done, total) =>
      report(workload, done, total),
    )
    const p95 = percentile(await timeEach(run, FITS / 2), 0.95)
    series.push({ workload, engine: 'nearside-wasm', blocks: timed[0].blocks, p95 })
  }
  return series
}

/** Measures the time from the capture of an event until the library's list reflects it. */
async function events(models: string, report: Report): Promise<Series> {
  const { itemIds } = benchModel(ITEMS)
  const personalizer = await createPersonalizer({
    catalog: itemIds.map((id) => ({ id, title: id })),
    baseModel: new URL(models, location.href).href,
    persist: 'always',
    worker: () => new Worker(new URL('../../src/worker.ts', import.meta.url), { type: 'module' }),
  })
  // `explain` waits for the whole model, so no timed event has to.
  await personalizer.explain(itemIds[0])
  const blocks: number[] = []
  for (let i = 0; i < FIT_EVENTS; i++) {
    const start = performance.now()
    await personalizer.capture({ name: 'view_item', item_id: itemIds[(977 * i) % ITEMS] })
    await personalizer.recommend({ limit: 20 })
    blocks.push(performance.now() - start)
    report('event-10k', i + 1, FIT_EVENTS)
    // The page pauses as a shopper does, so that background learning runs between two events.
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  await personalizer.erase()
  personalizer.close()
  return { workload: 'event-10k', engine: 'nearside-wasm', blocks, p95: percentile(blocks, 0.95) }
}

/** Counts GPU calls of a step: the difference between fits of 60 and 10 steps, so that a fit's fixed calls cancel. */
async function countSteps(engine: Engine): Promise<Counts> {
  const problem = testProblem({ seed: 1, cases: 4, candidates: 64, parameters: 40, steps: 10 })
  const few: FitProblem = { ...problem, steps: 10 }
  const many: FitProblem = { ...problem, steps: 60 }
  // These fits warm the engine up: for each new number of steps it allocates buffers once.
  await engine.fit(few)
  await engine.fit(many)
  const during = async (given: FitProblem): Promise<GpuCalls> => {
    const { calls, stop } = countGpuCalls()
    await engine.fit(given).finally(stop)
    return calls
  }
  const [short, long] = [await during(few), await during(many)]
  const perStep = (name: keyof GpuCalls) => (long[name] - short[name]) / (many.steps - few.steps)
  return {
    dispatchesPerStep: perStep('dispatches'),
    submitsPerStep: perStep('submits'),
    bufferCreationsPerStep: perStep('bufferCreations'),
    readbacksPerStep: perStep('readbacks'),
  }
}

type Report = (what: string, done: number, total: number) => void

async function benchmark(blocks: number, models: string): Promise<Measured> {
  const report = globalThis.reportProgress
  const found = await navigator.gpu?.requestAdapter()
  // Our engine is created before TensorFlow.js starts, so that TensorFlow.js uses our engine's WebGPU device.
  const wgsl = found ? await createWebgpuEngine(found) : null
  const { series, notes } = await descents(wgsl, blocks, report)
  const atEnds = await sizes(wgsl, blocks, report)
  const counts = wgsl ? await countSteps(wgsl) : undefined
  wgsl?.dispose()
  return {
    adapter: found ? describeAdapter(found) : 'none',
    series: [
      ...series,
      ...atEnds,
      ...(await wholeFits(blocks, report)),
      await events(models, report),
    ],
    counts,
    notes: [
      `fit-10k: milliseconds a fit of ${FIT_CASES} cases × ${FIT_CANDIDATES} candidates × ${PARAMETERS} parameters of which ${MOVING} move (${DIMENSION} of u do not, as in the demo shop’s prior), 30 Adam steps, from arrays to arrays. Peers are given the moving columns only, with automatic differentiation and Adam of their own; tfjs-wasm without threads; jax-* has its arrays on the device before.`,
      `fit-largest: the same with all ${PARAMETERS} parameters moving. fit-empty: 30 steps of one case × 2 candidates × one parameter, all of it overhead.`,
      `fit-10k-first, fit-10k-next: all that the worker does for its first fit to ${FIT_EVENTS} events, with nothing kept, and for the fit after one more: cases, candidates, guard, descent, fusion.`,
      'event-10k: from the page’s call with an event to the list that counts it, worker, store and log included.',
      ...notes,
    ],
  }
}

declare global {
  /** Defined by `browser.ts`. */
  var reportProgress: Report
}

Object.assign(globalThis, { benchmark })
