/**
 * @module The jobs of an engine beside the fit, each through the one `Engine` interface, in Node: plain
 * JavaScript, WebAssembly, and WGSL by Dawn on the adapter there is (without a GPU, Mesa's llvmpipe).
 */
import { cpus } from 'node:os'
import { HISTORY_LENGTH } from '../src/core/model/encoder.ts'
import { createRandom } from '../src/core/model/random.ts'
import { tinyModel } from '../src/core/model/tinyModel.ts'
import { createMlp, MLP_TRAINING } from '../src/core/personal/learners/mlp.ts'
import { describeAdapter } from '../src/engine/adapter.ts'
import type { Moment } from '../src/engine/encoder/historyEncoder.ts'
import { testHistory } from '../src/engine/encoder/testHistories.ts'
import type { Engine } from '../src/engine/engine.ts'
import { countGpuCalls } from '../src/engine/gpuCalls.ts'
import { createJsEngine } from '../src/engine/js.ts'
import { testExamples } from '../src/engine/mlp/testExamples.ts'
import { nodeAdapter } from '../src/engine/testGpu.ts'
import { createTfjsWebgpuEngine } from '../src/engine/tfjs/webgpu.ts'
import { createWasmEngine } from '../src/engine/wasm/wasmEngine.ts'
import { type Contender, interleave } from './interleave.ts'
import { type Counts, type Report, ratiosOf, resultOf, type Series } from './report.ts'

const ITEMS = 10_000
const INPUTS = 38
const CASES = 64
const SHOPPERS = 40
const EXAMPLES = 1000

const model = tinyModel(ITEMS)
const table = { columns: 64, vectors: model.itemVectors }
const events = testHistory(400, ITEMS, 1).filter(({ name }) => name !== 'search')

/** One more event at each run, the window sliding over them. */
function oneMore(): () => Moment {
  let to = HISTORY_LENGTH
  return () => {
    to = to < events.length ? to + 1 : HISTORY_LENGTH + 1
    return { history: events.slice(to - HISTORY_LENGTH - 1, to), now: events[to - 1].time }
  }
}

/** The cases of another shopper's fit at each run. */
function anotherFit(): () => readonly Moment[] {
  let shopper = 0
  const fits = Array.from({ length: SHOPPERS }, (_, seed) => {
    const history = testHistory(CASES + 1, ITEMS, 2 + seed)
    return history.slice(1).map(({ time }, i) => ({ history: history.slice(0, i + 1), now: time }))
  })
  return () => fits[shopper++ % SHOPPERS]
}

type Setup = (engine: Engine) => Promise<() => Promise<unknown>>

const WORKLOADS: Readonly<Record<string, Setup>> = {
  async 'encode-50'(engine) {
    const [job, next] = [await engine.encoder(model), oneMore()]
    return () => job.encode([next()])
  },
  async 'encode-64-cases'(engine) {
    const [job, next] = [await engine.encoder(model), anotherFit()]
    return () => job.encode(next())
  },
  async 'rank-10k'(engine) {
    const [job, next] = [await engine.ranking(model, table), oneMore()]
    return () => job.top(next(), 20)
  },
  async 'mlp-50'(engine) {
    return learning(engine, 50)
  },
  async 'mlp-1000'(engine) {
    return learning(engine, EXAMPLES)
  },
}

async function learning(engine: Engine, count: number): Promise<() => Promise<unknown>> {
  const job = await engine.network(INPUTS)
  const network = createMlp(INPUTS, createRandom(1)).snapshot()
  const examples = testExamples(INPUTS, count, 2)
  return () => job.learn(network, examples)
}

/** Of a step of the network. */
async function countSteps(engine: Engine): Promise<Counts> {
  const run = await learning(engine, EXAMPLES)
  const steps = EXAMPLES / MLP_TRAINING.stepExamples
  const { calls, stop } = countGpuCalls()
  await run().finally(stop)
  return {
    dispatchesPerStep: calls.dispatches / steps,
    submitsPerStep: calls.submits / steps,
    bufferCreationsPerStep: calls.bufferCreations / steps,
    readbacksPerStep: calls.readbacks / steps,
  }
}

export async function jobs(
  blocks: number,
  progress: (done: number, total: number) => void,
): Promise<Report> {
  const adapter = await nodeAdapter('software')
  const engines: (readonly [string, Engine])[] = [
    ['nearside-wasm', await createWasmEngine()],
    ['plain-js', createJsEngine()],
  ]
  const wgsl = adapter && (await createTfjsWebgpuEngine(adapter))
  if (wgsl) engines.push(['nearside-wgsl', wgsl])
  const series: Series[] = []
  const workloads = Object.entries(WORKLOADS)
  const total = workloads.length * blocks
  for (const [index, [workload, setUp]] of workloads.entries()) {
    const rivals: Contender[] = []
    for (const [engine, used] of engines) rivals.push({ engine, run: await setUp(used) })
    const { timed } = await interleave(rivals, blocks, (done) =>
      progress(index * blocks + done, total),
    )
    for (const { engine, blocks: times } of timed) series.push({ workload, engine, blocks: times })
  }
  const counts = wgsl ? await countSteps(wgsl) : undefined
  for (const [, engine] of engines) engine.dispose()
  return {
    job: 'jobs',
    environment: {
      cores: cpus().length,
      adapter: adapter ? describeAdapter(adapter) : 'none',
      browser: `Node ${process.versions.node}`,
    },
    results: series.map(resultOf),
    ratios: ratiosOf(series),
    counts,
    notes: [
      `encode-50: one more event in a full window; encode-64-cases: the ${CASES} cases of a fit at once, another shopper's at each run; rank-10k: one more event and the best 20 of ${ITEMS.toLocaleString('en')} float32 vectors; mlp-50, mlp-1000: the network learns that many examples of ${INPUTS} inputs and comes back. Times include what an engine is given and gives back.`,
    ],
  }
}
