/**
 * @module What the processor does for every event, in Node: encoding the history, a step of the
 * network, and the gradient of a contribution, in plain JavaScript and in WebAssembly. Both give the
 * same bits, so nothing but time is compared.
 */

import { cpus } from 'node:os'
import type { History } from '../src/core/features/history.ts'
import { createEncoder, type Encode, encode, HISTORY_LENGTH } from '../src/core/model/encoder.ts'
import { createRandom } from '../src/core/model/random.ts'
import { scoreTerms } from '../src/core/model/score.ts'
import { tinyModel } from '../src/core/model/tinyModel.ts'
import { createCandidates, type FindCandidates } from '../src/core/personal/candidates.ts'
import { buildCatalogueProblem } from '../src/core/personal/catalogueProblem.ts'
import { FIT_CASES } from '../src/core/personal/fitProblem.ts'
import { prepareLogit } from '../src/core/personal/gradient.ts'
import type { Example } from '../src/core/personal/learners/learner.ts'
import { createMlp } from '../src/core/personal/learners/mlp.ts'
import { rememberCandidates } from '../src/core/personal/rememberCandidates.ts'
import { fitPersonal, type InUse } from '../src/device/learning/personalFit.ts'
import { createFastCandidates } from '../src/engine/candidates.ts'
import { createFastEncoder } from '../src/engine/encoder/encoder.ts'
import type { Engine } from '../src/engine/engine.ts'
import { createJsEngine } from '../src/engine/js.ts'
import { prepareFastLogit } from '../src/engine/logit/logit.ts'
import { createFastMlp } from '../src/engine/mlp/mlp.ts'
import { nextTask } from '../src/engine/pause.ts'
import { fitCatalogue } from '../src/engine/softmax/catalogueFit.ts'
import { PERSONAL_SHAPE, testProblem } from '../src/engine/testProblem.ts'
import { createWasmEngine } from '../src/engine/wasm/wasmEngine.ts'
import { type Contender, interleave, timeEach } from './interleave.ts'
import { type Report, ratiosOf, resultOf, type Series } from './report.ts'
import { percentile } from './statistics.ts'

const ITEMS = 10_000
const HOUR = 3_600_000
const INPUTS = 25
const FIT_EVENTS = 60
/** For the 95th percentile. */
const FITS = 40

const model = tinyModel(ITEMS)
const events: History = Array.from({ length: 4 * HISTORY_LENGTH }, (_, i) => ({
  item: (977 * i) % ITEMS,
  name: (['view_item', 'add_to_cart', 'purchase'] as const)[i % 3],
  time: 7 * HOUR * i,
  session: `${i}`,
}))

/** An event more at each run, the window sliding over them. */
function eachEvent(length: number, encoder: Encode): () => Promise<void> {
  let from = 0
  return async () => {
    const to = from + length
    encoder(events.slice(from, to), events[to - 1].time + HOUR)
    from = (from + 1) % (events.length - length)
  }
}

function encoders(length: number): Contender[] {
  const anew: Encode = (history, now) => encode(model, history, now)
  return [
    { engine: 'nearside-wasm', run: eachEvent(length, createFastEncoder(model)) },
    { engine: 'plain-js', run: eachEvent(length, createEncoder(model)) },
    { engine: 'plain-js-uncached', run: eachEvent(length, anew) },
  ]
}

/** All that a list needs of the history, the encoder's part and the rest. */
function scores(): Contender[] {
  const encoder = createFastEncoder(model)
  const history = events.slice(0, HISTORY_LENGTH)
  const now = events[HISTORY_LENGTH].time
  return [
    {
      engine: 'nearside-wasm',
      run: async () => void scoreTerms(model, history, now, encoder(history, now)),
    },
    { engine: 'plain-js-uncached', run: async () => void scoreTerms(model, history, now) },
  ]
}

async function fits(): Promise<readonly (readonly [string, Engine, () => FindCandidates])[]> {
  const remembered = () => rememberCandidates(createCandidates(model), FIT_CASES)
  return [
    ['nearside-wasm', await createWasmEngine(), () => createFastCandidates(model)],
    ['plain-js', createJsEngine(), remembered],
  ]
}

const around = { clock: () => performance.now(), pause: nextTask }

/** All that the worker does for its first fit: cases, candidates, the descent, the fusion. */
async function firstFits(): Promise<Contender[]> {
  const history = events.slice(0, FIT_EVENTS)
  const now = events[FIT_EVENTS].time
  return (await fits()).map(([name, engine, find]) => ({
    engine: name,
    run: () =>
      fitPersonal({ model, history, now, engine, candidates: find(), inUse: null, ...around }),
  }))
}

/**
 * The same after each further event, on which the model in use is tested as well. When the events
 * are used up they begin again, so that one fit in 140 is a first one.
 */
async function nextFits(): Promise<Contender[]> {
  return (await fits()).map(([name, engine, find]) => {
    const candidates = find()
    let inUse: InUse | null = null
    let to = FIT_EVENTS
    return {
      engine: name,
      run: async () => {
        const history = events.slice(0, to)
        const { time: now } = events[to]
        if (to === FIT_EVENTS) inUse = null
        inUse = await fitPersonal({ model, history, now, engine, candidates, inUse, ...around })
        to = to + 1 < events.length ? to + 1 : FIT_EVENTS
      },
    }
  })
}

/** The same cases against every item: all base scores, then steps over all of them. */
function catalogueFits(items: number): Contender[] {
  const large = items === ITEMS ? model : tinyModel(items)
  const history = events.slice(0, FIT_EVENTS)
  const now = events[FIT_EVENTS].time
  return [
    {
      engine: 'plain-js',
      run: async () => {
        const problem = buildCatalogueProblem(large, history, now)
        if (problem) await fitCatalogue(problem)
      },
    },
  ]
}

function networks(): Contender[] {
  const random = createRandom(1)
  const batch = Array.from(
    { length: 50 },
    (): Example => ({
      x: Float32Array.from({ length: INPUTS }, () => random.normal()),
      label: random.next() < 0.1 ? 1 : 0,
    }),
  )
  return (
    [
      ['nearside-wasm', createFastMlp],
      ['plain-js', createMlp],
    ] as const
  ).map(([engine, create]) => {
    const learner = create(INPUTS, createRandom(2))
    return {
      engine,
      run: async () => {
        for (const { x } of batch) learner.predict(x)
        learner.learn(batch)
      },
    }
  })
}

function contributions(): Contender[] {
  const problem = testProblem(PERSONAL_SHAPE)
  const p = new Float32Array(problem.parameters)
  const gradient = new Float64Array(problem.parameters)
  return (
    [
      ['nearside-wasm', prepareFastLogit],
      ['plain-js', prepareLogit],
    ] as const
  ).map(([engine, prepare]) => ({
    engine,
    run: async () => {
      const at = prepare(problem)
      for (let step = 0; step < 5; step++) at(p, gradient)
    },
  }))
}

const WORKLOADS: readonly (readonly [string, () => Contender[] | Promise<Contender[]>])[] = [
  ['encode-1', () => encoders(1)],
  ['encode-10', () => encoders(10)],
  ['encode-50', () => encoders(HISTORY_LENGTH)],
  ['score-10k', scores],
  ['personal-fit-10k', firstFits],
  ['next-fit-10k', nextFits],
  ['catalogue-fit-10k', () => catalogueFits(ITEMS)],
  ['catalogue-fit-100k', () => catalogueFits(10 * ITEMS)],
  ['mlp-50', networks],
  ['contribution', contributions],
]

const GOAL_IS_P95: ReadonlySet<string> = new Set(['personal-fit-10k', 'next-fit-10k'])

export async function processor(
  blocks: number,
  progress: (done: number, total: number) => void,
): Promise<Report> {
  const series: Series[] = []
  const total = WORKLOADS.length * blocks
  for (const [index, [workload, candidates]] of WORKLOADS.entries()) {
    const rivals = await candidates()
    const { timed } = await interleave(rivals, blocks, (done) =>
      progress(index * blocks + done, total),
    )
    const [ours] = rivals
    const p95 = GOAL_IS_P95.has(workload)
      ? percentile(await timeEach(ours.run, FITS), 0.95)
      : undefined
    for (const { engine, blocks: times } of timed)
      series.push({
        workload,
        engine,
        blocks: times,
        p95: engine === ours.engine ? p95 : undefined,
      })
  }
  return {
    job: 'processor',
    environment: {
      cores: cpus().length,
      adapter: 'none',
      browser: `Node ${process.versions.node}`,
    },
    results: series.map(resultOf),
    ratios: ratiosOf(series),
    notes: [
      `encode-N: one more event in a window of N; score-10k: all terms of a list of ${ITEMS.toLocaleString('en')} items; personal-fit-10k: everything the worker does for its first fit to ${FIT_EVENTS} events, not the descent alone; next-fit-10k: the same after one more event, with what the fit before left, as in a shop (a page that starts finds it before the first event); catalogue-fit-N: u alone, against all N items instead of candidates; mlp-50: predicting and then learning 50 examples; contribution: five gradients on 64 cases of 256 candidates, readied once.`,
      'Engines of a workload give the same bits (the personal fit: within 1e-4). `plain-js-uncached` encodes the whole history each time.',
    ],
  }
}
