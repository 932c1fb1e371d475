/** @module Measures workloads of training on one machine, in a page or in Node. */

import type { FitProblem } from '../src/core/personal/problem.ts'
import type { Engine } from '../src/engine/engine.ts'
import { countGpuCalls, type GpuCalls } from '../src/engine/gpuCalls.ts'
import { testProblem } from '../src/engine/testProblem.ts'
import { createWasmEngine } from '../src/engine/wasm/wasmEngine.ts'
import { FIT_10K, fitWorkload } from './fitWorkload.ts'
import { interleave, timeEach } from './interleave.ts'
import type { Counts, Series } from './report.ts'
import { softmaxWorkload } from './softmaxWorkload.ts'
import { percentile } from './statistics.ts'
import { towerWorkload } from './towerWorkload.ts'
import type { Machine, Workload, WorkloadName } from './workload.ts'

export interface TrainTimes {
  readonly adapter: string
  readonly series: readonly Series[]
  readonly counts: Counts | null
  readonly notes: readonly string[]
}

export type Progress = (what: string, done: number, total: number) => void

const MAKE: Readonly<Record<WorkloadName, (machine: Machine) => Promise<Workload>>> = {
  T: towerWorkload,
  'fit-10k': fitWorkload,
  'softmax-10k': (machine) => softmaxWorkload('softmax-10k', 10_000, 10, machine),
  'softmax-100k': (machine) => softmaxWorkload('softmax-100k', 100_000, 2, machine),
}

/** Beyond this, a contender did not solve the problem and its time means nothing. */
const MAX_ERROR = 1e-2

/** Largest difference from plain JavaScript, and from which engine. */
function checked({ name, last }: Workload): string {
  const reference = last.get('plain-js') as ArrayLike<number>
  let worst = 0
  for (const [engine, values] of last) {
    let error = 0
    for (let j = 0; j < reference.length; j++)
      error = Math.max(error, Math.abs(values[j] - reference[j]))
    if (!(error < MAX_ERROR)) throw new Error(`${name}: ${engine} is off by ${error}`)
    worst = Math.max(worst, error)
  }
  return `${name}: all ended within ${worst.toExponential(1)} of plain-js.`
}

/** From fits of 10 and of 60 steps, so that what a fit costs once drops out. */
async function countSteps(engine: Engine, problem: FitProblem): Promise<Counts> {
  const few: FitProblem = { ...problem, steps: 10 }
  const many: FitProblem = { ...problem, steps: 60 }
  // New lengths of the step-size table take new buffers, once.
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

async function wasmFitP95(): Promise<number> {
  const wasm = await createWasmEngine()
  const problem = testProblem(FIT_10K)
  for (let i = 0; i < 5; i++) await wasm.fit(problem)
  return percentile(await timeEach(() => wasm.fit(problem), 100), 0.95)
}

export async function measureTraining(
  machine: Machine,
  names: readonly WorkloadName[],
  blocks: number,
  progress: Progress,
): Promise<TrainTimes> {
  const series: Series[] = []
  const notes: string[] = []
  for (const name of names) {
    const workload = await MAKE[name](machine)
    const { timed, skipped } = await interleave(
      workload.contenders,
      blocks,
      (done, total, engine) => progress(engine ? `${name} ${engine}` : name, done, total),
    )
    const runs = workload.perStep ? workload.steps : 1
    for (const { engine, blocks: times } of timed) {
      const p95 = name === 'fit-10k' && engine === 'nearside-wasm' ? await wasmFitP95() : undefined
      series.push({ workload: name, engine, blocks: times.map((ms) => ms / runs), p95 })
    }
    notes.push(workload.note, checked(workload), ...skipped.map((why) => `${name}: ${why}`))
    workload.dispose()
  }
  const { wgsl, adapter } = machine
  const counts = wgsl ? await countSteps(wgsl, testProblem({ ...FIT_10K, cases: 4 })) : null
  return { adapter, series, counts, notes }
}
