/** @module The page of `bench rank`: the best 20 of a table, ids and scores back in JavaScript. */
import { defaultDevice, jit, lax, numpy as np } from '@jax-js/jax'
import * as tf from '@tensorflow/tfjs'
import { type Threads, threadsHere } from '../src/engine/threads/threads.ts'
import { createJsTopK } from '../src/engine/topk/js.ts'
import { quantized, testTable } from '../src/engine/topk/testTable.ts'
import { createWasmTopK } from '../src/engine/topk/wasm.ts'
import { createWebgpuTopK } from '../src/engine/topk/webgpu.ts'
import { type Contender, interleave, type Timed } from './interleave.ts'
import { startPeers } from './peers.ts'
import { createReader, type Places } from './readBandwidth.ts'
import { watchReady } from './readyThreads.ts'
import type { JaxDevice } from './workload.ts'

export interface RankTimes {
  readonly adapter: string
  readonly workloads: readonly {
    readonly name: string
    readonly int8Bytes: number
    readonly timed: readonly Timed[]
    /** Of the 20 best in float32, how many our int8 search finds. */
    readonly found: number
  }[]
  /** Of `nearside-wasm-threads`, with the one that asks; 1 where the page got no others. */
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

/** As many, that read. */
const readersOf = (threads: Threads): Threads => ({
  ...threads,
  spawn(start) {
    const reader = new Worker(new URL('./readThread.ts', import.meta.url), { type: 'module' })
    reader.postMessage(start)
    return reader
  },
})

async function deviceFor(bytes: number): Promise<GPUDevice | null> {
  const adapter = await navigator.gpu?.requestAdapter()
  return (
    (await adapter?.requestDevice({
      requiredLimits: { maxStorageBufferBindingSize: bytes, maxBufferSize: bytes },
    })) ?? null
  )
}

async function benchmark(blocks: number): Promise<RankTimes> {
  const { adapter, backends, jax } = await startPeers()
  const skipped: string[] = []
  const given = threadsHere()
  if (!given) skipped.push('This page got no threads.')
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
    const device = await deviceFor(4 * vectors.length)
    const searching = given && watchReady(given)
    const reading = given && watchReady(readersOf(given))
    const ordered = given && watchReady(readersOf(given))
    const reader = (places: Places, threads: Threads | null = null) =>
      createReader(int8Bytes(rows, columns), places, threads)
    const readers = {
      'memory-read': await reader(4),
      'memory-read-in-order': await reader(1),
      ...(reading && ordered
        ? {
            'memory-read-threads': await reader(4, reading.threads),
            'memory-read-in-order-threads': await reader(1, ordered.threads),
          }
        : {}),
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
    await readers['memory-read-threads']?.run()
    await readers['memory-read-in-order-threads']?.run()
    await searching?.ready()
    await reading?.ready()
    await ordered?.ready()
    const { timed, skipped: left } = await interleave(
      [
        ...Object.entries(readers).map(([engine, { run }]) => ({ engine, run })),
        ...Object.entries(own).map(([engine, it]) => contender(engine, (q) => it.top(q, K))),
        ...peers.map(({ engine, search }) => contender(engine, search)),
      ],
      blocks,
      (done, total, engine) =>
        globalThis.reportProgress(engine ? `${name} ${engine}` : name, done, total),
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
    workloads.push({ name, int8Bytes: int8Bytes(rows, columns), timed, found })
    for (const { dispose } of [...Object.values(own), ...Object.values(readers), ...peers])
      dispose()
    device?.destroy()
  }
  return { adapter, workloads, threads: given?.count ?? 1, skipped }
}

/** What a search must read: each row and its scale. */
const int8Bytes = (rows: number, columns: number) => rows * (columns + 4)

Object.assign(globalThis, { benchmark })
