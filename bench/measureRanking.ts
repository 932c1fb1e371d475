/** @module Measures the best 20 of a table, ids and scores back in JavaScript, in a page or in Node. */
import { defaultDevice, jit, lax, numpy as np } from '@jax-js/jax'
import * as tf from '@tensorflow/tfjs'
import type { Threads } from '../src/engine/threads/threads.ts'
import { createJsTopK } from '../src/engine/topk/js.ts'
import { quantized, testTable } from '../src/engine/topk/testTable.ts'
import { createWasmTopK } from '../src/engine/topk/wasm.ts'
import { createWebgpuTopK } from '../src/engine/topk/webgpu.ts'
import { type Contender, interleave, type Timed } from './interleave.ts'
import type { Progress } from './measure.ts'
import { createReader } from './readBandwidth.ts'
import { watchReady } from './readyThreads.ts'
import type { JaxDevice, Machine } from './workload.ts'

export interface RankTimes {
  readonly adapter: string
  readonly workloads: readonly {
    readonly name: string
    readonly int8Bytes: number
    readonly timed: readonly Timed[]
    /** Of the 20 best in float32, how many our int8 search finds. */
    readonly found: number
  }[]
  /** Of `nearside-wasm-threads`, with the one that asks; 1 where there were no others. */
  readonly threads: number
  /** Who was left out, and why. */
  readonly skipped: readonly string[]
}

const WORKLOADS = [
  { name: 'S-20k-32', rows: 20_000, columns: 32 },
  { name: 'S-100k-64', rows: 100_000, columns: 64 },
  { name: 'S-1M-32', rows: 1_000_000, columns: 32 },
]
const K = 20

type NumpyArray = ReturnType<typeof np.array>

type Search = (query: Float32Array) => Promise<{ readonly ids: Int32Array }>

async function tfjsSearch(backend: string, vectors: Float32Array, columns: number) {
  await tf.setBackend(backend)
  const table = tf.tensor2d(vectors, [vectors.length / columns, columns])
  const search: Search = async (query) => {
    await tf.setBackend(backend)
    const { values, indices } = tf.tidy(() =>
      tf.topk(tf.matMul(table, tf.tensor2d(query, [columns, 1])).reshape([-1]), K),
    )
    const [, ids] = await Promise.all([values.data(), indices.data()])
    tf.dispose([values, indices])
    return { ids: ids as Int32Array }
  }
  return { search, dispose: () => table.dispose() }
}

/** What jax-webgpu sorts in seconds; a million would take minutes. */
const MOST_TO_SORT = 20_000

function jaxSearch(device: JaxDevice, vectors: Float32Array<ArrayBuffer>, columns: number) {
  defaultDevice(device)
  const table = np.array(vectors).reshape([vectors.length / columns, columns])
  const best = jit((rows: NumpyArray, query: NumpyArray) => lax.topK(np.matmul(rows, query), K))
  const search: Search = async (query) => {
    defaultDevice(device)
    const [scores, places] = best(table.ref, np.array(query)) as [NumpyArray, NumpyArray]
    const [, ids] = await Promise.all([scores.data(), places.data()])
    return { ids: Int32Array.from(ids as Int32Array) }
  }
  return { search, dispose: () => table.dispose() }
}

/** @param readers as many threads as the machine's, that only read; null where there are none */
export async function measureRanking(
  { adapter, device, threads, backends, jax }: Machine,
  readers: Threads | null,
  blocks: number,
  progress: Progress,
): Promise<RankTimes> {
  const skipped: string[] = []
  if (!threads) skipped.push('There were no threads.')
  const workloads: RankTimes['workloads'][number][] = []
  for (const { name, rows, columns } of WORKLOADS) {
    const { vectors, query } = testTable({ rows, columns, seed: 1 })
    const int8 = quantized(vectors, columns)
    const float = { columns, vectors }
    const last = new Map<string, readonly number[]>()
    const contender = (engine: string, search: Search): Contender => ({
      engine,
      async run() {
        last.set(engine, [...(await search(query)).ids])
      },
    })
    const searching = threads && watchReady(threads)
    const reading = readers && watchReady(readers)
    const bytes = int8Bytes(rows, columns)
    const bounds = {
      'memory-read': await createReader(bytes, null),
      ...(reading ? { 'memory-read-threads': await createReader(bytes, reading.threads) } : {}),
    }
    const own = {
      ...(device ? { 'nearside-wgsl': await createWebgpuTopK(device, int8) } : {}),
      'nearside-wasm': await createWasmTopK(int8),
      ...(searching
        ? { 'nearside-wasm-threads': await createWasmTopK(int8, searching.threads) }
        : {}),
      'nearside-wasm-f32': await createWasmTopK(float),
      'plain-js': createJsTopK(float),
    }
    const peers = []
    for (const backend of backends)
      peers.push({ engine: `tfjs-${backend}`, ...(await tfjsSearch(backend, vectors, columns)) })
    for (const on of jax)
      if (on === 'wasm' || rows <= MOST_TO_SORT)
        peers.push({ engine: `jax-${on}`, ...jaxSearch(on, vectors, columns) })
    await own['nearside-wasm-threads']?.top(query, K)
    await bounds['memory-read-threads']?.run()
    await searching?.ready()
    await reading?.ready()
    const { timed, skipped: left } = await interleave(
      [
        ...Object.entries(bounds).map(([engine, { run }]) => ({ engine, run })),
        ...Object.entries(own).map(([engine, it]) => contender(engine, (q) => it.top(q, K))),
        ...peers.map(({ engine, search }) => contender(engine, search)),
      ],
      blocks,
      (done, total, engine) => progress(engine ? `${name} ${engine}` : name, done, total),
    )
    const best = last.get('plain-js') ?? []
    const int8Ids = last.get('nearside-wasm') ?? []
    const found = int8Ids.filter((id) => best.includes(id)).length
    if (
      ['nearside-wgsl', 'nearside-wasm-threads'].some(
        (engine) => String(last.get(engine) ?? int8Ids) !== String(int8Ids),
      )
    )
      throw new Error(`${name}: our engines disagree`)
    for (const [engine, ids] of last)
      if (ids.filter((id) => best.includes(id)).length < K - 3)
        throw new Error(`${name}: ${engine} found other rows`)
    skipped.push(...left.map((why) => `${name}: ${why}`))
    workloads.push({ name, int8Bytes: bytes, timed, found })
    for (const { dispose } of [...Object.values(own), ...Object.values(bounds), ...peers]) dispose()
  }
  return { adapter, workloads, threads: threads?.count ?? 1, skipped }
}

/** What a search must read: each row and its scale. */
const int8Bytes = (rows: number, columns: number) => rows * (columns + 4)
