/**
 * @module Times lists of large catalogs in a dedicated worker, as the shop's worker makes them. Peers select the best
 * 20 rows of a table of the same size.
 */
import { defaultDevice, jit, lax, numpy as np } from '@jax-js/jax'
import { scoreInPart } from '@nearside/browser/scoreInPart.ts'
import { type BaseModel, DIMENSION } from '@nearside/core/model/baseModel.ts'
import { highestRows } from '@nearside/core/model/highest.ts'
import type { Choice } from '@nearside/core/ranking/candidateSource.ts'
import { Ranker } from '@nearside/core/ranking/ranker.ts'
import { fastTools } from '@nearside/engine/candidates.ts'
import * as tf from '@tensorflow/tfjs'
import { interleave, type Rival } from './interleave.ts'
import type { Measured } from './measured.ts'
import { startPeers } from './peers.ts'
import { createReader } from './reader.ts'
import type { Series } from './report.ts'
import { benchHistory, benchModel } from './shop.ts'
import { median } from './statistics.ts'

const K = 20
/** Bytes of a row: its vector, scale, fixed part of the score, and popularity. */
const ROW_BYTES = DIMENSION + 12
const TABLES = [
  { size: '4k', items: 3659 },
  { size: '100k', items: 100_000 },
  { size: '1M', items: 1_000_000 },
]
/**
 * Lengths of the histories. Each call uses a history that is one event longer than the last; after the longest history,
 * the shortest follows.
 */
const EVENTS = { from: 50, to: 80 }

/** Creates a function that returns a history with one more event at each call. */
function growing(items: number) {
  const events = benchHistory(items, EVENTS.to, 0)
  let length = EVENTS.from
  return () => {
    length = length === EVENTS.to ? EVENTS.from : length + 1
    const history = events.slice(0, length)
    return { history, now: history[length - 1].time + 1000 }
  }
}

/** Finds candidates by a scan, and the 20 of them with the highest exact scores. */
function search(model: BaseModel): Rival {
  const next = growing(model.itemIds.length)
  const score = scoreInPart(model, [])
  const rows = [...model.itemIds.keys()]
  const choice: Choice = { rows, excluded: new Set(), isNarrowed: false, among: (some) => some }
  // The inputs are prepared here, so that only the search is timed.
  const prepared = Array.from({ length: EVENTS.to - EVENTS.from }, () => {
    const { history, now } = next()
    return score(history, now, null)
  })
  let turn = 0
  return {
    engine: 'nearside-wasm',
    async run() {
      const scores = prepared[turn++ % prepared.length]
      const few = scores?.find(K, choice)
      if (!scores || !few || few === rows) throw new Error('All rows were scored')
      return highestRows(scores.scoresOf(few), K)
    },
  }
}

/** Runs the scan alone, with a floor that a few hundred rows reach. */
function scanAlone(model: BaseModel): Rival {
  const { scan } = fastTools(model)
  const query = Float32Array.from({ length: DIMENSION }, (_, j) => Math.sin(j + 1) / 2)
  const fixed = Float32Array.from(model.bias)
  let floor = 0
  while (scan(fixed, 0, query, floor).length > 500) floor += 0.25
  return { engine: 'nearside-wasm-scan', run: async () => scan(fixed, 0, query, floor) }
}

async function tfjsSearch(backend: string, model: BaseModel, query: Float32Array): Promise<Rival> {
  await tf.setBackend(backend)
  const table = tf.tensor2d(model.itemVectors, [model.itemIds.length, DIMENSION])
  const bias = tf.tensor1d(model.bias)
  return {
    engine: `tfjs-${backend}`,
    async run() {
      await tf.setBackend(backend)
      const { values, indices } = tf.tidy(() => {
        const products = tf.matMul(table, tf.tensor2d(query, [DIMENSION, 1])).reshape([-1])
        return tf.topk(products.add(bias), K)
      })
      await Promise.all([values.data(), indices.data()])
      tf.dispose([values, indices])
    },
  }
}

type NumpyArray = ReturnType<typeof np.array>

function jaxSearch(model: BaseModel, query: Float32Array<ArrayBuffer>): Rival {
  defaultDevice('wasm')
  const vectors = new Float32Array(model.itemVectors)
  const table = np.array(vectors).reshape([model.itemIds.length, DIMENSION])
  const bias = np.array(new Float32Array(model.bias))
  const best = jit((rows: NumpyArray, given: NumpyArray, more: NumpyArray) =>
    lax.topK(np.matmul(rows, given).add(more), K),
  )
  return {
    engine: 'jax-wasm',
    async run() {
      defaultDevice('wasm')
      const [scores, places] = best(table.ref, np.array(query), bias.ref) as [
        NumpyArray,
        NumpyArray,
      ]
      await Promise.all([scores.data(), places.data()])
    },
  }
}

/** Makes a whole list: encoding, features, search, ranks and reasons. */
function lists(model: BaseModel): Rival[] {
  const one = (engine: string, large: boolean): Rival => {
    const ranker = new Ranker(model, null, large ? scoreInPart : null)
    const next = growing(model.itemIds.length)
    return {
      engine,
      async run() {
        const { history, now } = next()
        return ranker.recommend(ranker.score(history, now, null), { limit: K })
      },
    }
  }
  return [one('nearside-wasm', true), one('plain-js', false)]
}

async function measure(blocks: number): Promise<Measured> {
  const report = (what: string, done: number, total: number) => postMessage({ what, done, total })
  const { backends, jax } = await startPeers()
  const series: Series[] = []
  const notes: string[] = []
  for (const { size, items } of TABLES) {
    const model = benchModel(items)
    const query = Float32Array.from({ length: DIMENSION }, (_, j) => Math.sin(j + 1) / 2)
    const peers: Rival[] = []
    for (const backend of backends) peers.push(await tfjsSearch(backend, model, query))
    if (jax.includes('wasm')) peers.push(jaxSearch(model, query))
    for (const [workload, rivals] of [
      [
        `S-${size}-64`,
        [
          search(model),
          scanAlone(model),
          { engine: 'memory-read', run: createReader(items * ROW_BYTES) },
          ...peers,
        ],
      ],
      [`list-${size}`, lists(model)],
    ] as const) {
      const { timed, skipped } = await interleave(rivals, blocks, (done, total, engine) =>
        report(engine ? `${workload} ${engine}` : workload, done, total),
      )
      series.push(
        ...timed.map(({ engine, blocks: times }) => ({ workload, engine, blocks: times })),
      )
      notes.push(...skipped.map((why) => `${workload}: ${why}`))
    }
    tf.disposeVariables()
  }
  for (const { size, items } of TABLES) {
    const of = (engine: string) =>
      series.find((it) => it.workload === `S-${size}-64` && it.engine === engine)?.blocks ?? []
    const [scan, read] = [of('nearside-wasm-scan'), of('memory-read')]
    const share = median(scan.map((ms, block) => read[block] / ms))
    const best = Math.min(...read) / Math.min(...scan)
    const rate = (items * ROW_BYTES) / Math.min(...read) / 1e6
    notes.push(
      `S-${size}-64: the scan reached ${(100 * share).toFixed(0)} % of reading alone, at best ${(100 * best).toFixed(0)} % of ${rate.toFixed(1)} GB/s.`,
    )
  }
  return { adapter: 'not used', series, notes }
}

addEventListener('message', ({ data }: MessageEvent<number>) => {
  measure(data).then(
    (measured) => postMessage({ measured }),
    (error) => postMessage({ error: String(error) }),
  )
})
