/**
 * @module Times lists from large catalogs, made in a dedicated worker as in a shop. Peers (other libraries) select the
 * best 20 rows of a table of the same size.
 */
import { scoreInPart } from '@nearside/browser/scoreInPart.ts'
import { type BaseModel, DIMENSION } from '@nearside/core/model/baseModel.ts'
import { highestRows } from '@nearside/core/model/highest.ts'
import type { Choice } from '@nearside/core/ranking/candidateSource.ts'
import { Ranker } from '@nearside/core/ranking/ranker.ts'
import { fastTools } from '@nearside/engine/candidates.ts'
import { type Best, bestByScan, checkBest, columnsOf, type ScanPeer } from './bestRows.ts'
import { interleave, type Rival } from './interleave.ts'
import { jaxSearch } from './jax.ts'
import type { Measured } from './measured.ts'
import { numpySearch } from './numpy.ts'
import { startPeers } from './peers.ts'
import { tfjsSearch } from './plainTfjs.ts'
import { createReader } from './reader.ts'
import type { Series } from './report.ts'
import { benchHistory, benchModel } from './shop.ts'
import { median } from './statistics.ts'
import { startTfjsThreads } from './tfjsThreads.ts'

const K = 20
/** Bytes of a row: its vector, scale, the part of its score that no query changes, and popularity. */
const ROW_BYTES = DIMENSION + 12
const TABLES = [
  { size: '4k', items: 3659 },
  // In a shop with a million items, a device holds this many.
  { size: '40k', items: 40_000 },
  { size: '100k', items: 100_000 },
  { size: '1M', items: 1_000_000 },
]
/** Lengths of histories. Each call's history is one event longer than the last one; after `to` comes `from` again. */
const EVENTS = { from: 50, to: 80 }

function growing(items: number) {
  const events = benchHistory(items, EVENTS.to, 0)
  let length = EVENTS.from
  return () => {
    length = length === EVENTS.to ? EVENTS.from : length + 1
    const history = events.slice(0, length)
    return { history, now: history[length - 1].time + 1000 }
  }
}

/** Finds candidates by a scan, then ranks the best 20 of them by exact scores. */
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

/** Creates a search by each peer (another library). `missing` names the peers that don't start. */
async function startScanPeers(
  model: BaseModel,
  query: Float32Array<ArrayBuffer>,
  { backends, jax }: Awaited<ReturnType<typeof startPeers>>,
) {
  const table = { columns: columnsOf(model.itemVectors), bias: model.bias }
  const peers: ScanPeer[] = []
  for (const backend of backends)
    peers.push({
      engine: `tfjs-${backend}`,
      best: await tfjsSearch(backend, table, query, K),
    })
  const missing: string[] = []
  const threads = await startTfjsThreads(table, query, K).catch((error: Error) => {
    missing.push(`tfjs-wasm-threads failed: ${error.message}`)
    return null
  })
  if (threads) peers.push(threads)
  if (jax.includes('wasm')) peers.push({ engine: 'jax-wasm', best: jaxSearch(model, query, K) })
  peers.push({ engine: 'numpy-ts', best: numpySearch(model, query, K) })
  return { peers, threads, missing }
}

/** Lets a peer compete as a rival. Its first search is checked, and the peer is left out if the check throws. */
function checked({ engine, best, repeat }: ScanPeer, check: (found: Best) => void): Rival {
  let isChecked = false
  return {
    engine,
    repeat,
    async run() {
      const found = await best()
      if (!isChecked) check(found)
      isChecked = true
    },
  }
}

/** Rivals that each make a whole list: encoding, features, search, ranks and reasons. */
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

async function measure(blocks: number, most: number): Promise<Measured> {
  const report = (what: string, done: number, total: number) => postMessage({ what, done, total })
  const started = await startPeers()
  const tables = TABLES.filter(({ items }) => items <= most)
  const series: Series[] = []
  const notes: string[] = []
  for (const { size, items } of tables) {
    const model = benchModel(items)
    const query = Float32Array.from({ length: DIMENSION }, (_, j) => Math.sin(j + 1) / 2)
    const fixed = Float32Array.from(model.bias)
    const { scan } = fastTools(model)
    const { floor, best } = bestByScan(model, scan, fixed, query, K)
    const { peers, threads, missing } = await startScanPeers(model, query, started)
    const check = (found: Best) => checkBest(model, query, found, best)
    for (const [workload, rivals] of [
      [
        `S-${size}-64`,
        [
          search(model),
          { engine: 'nearside-wasm-scan', run: async () => scan(fixed, 0, query, floor) },
          { engine: 'memory-read', run: createReader(items * ROW_BYTES) },
          ...peers.map((peer) => checked(peer, check)),
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
    threads?.close()
    notes.push(
      ...missing.map((why) => `S-${size}-64: ${why}`),
      ...(threads
        ? [
            `S-${size}-64: tfjs-wasm-threads: WASM_HAS_MULTITHREAD_SUPPORT true, ${threads.threads} threads on ${navigator.hardwareConcurrency} cores.`,
          ]
        : []),
    )
  }
  for (const { size, items } of tables) {
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

addEventListener('message', ({ data }: MessageEvent<{ blocks: number; most: number }>) => {
  measure(data.blocks, data.most).then(
    (measured) => postMessage({ measured }),
    (error) => postMessage({ error: String(error) }),
  )
})
