/** @module The page of `bench rank`: the best 20 of a table, ids and scores back in JavaScript. */
import { defaultDevice, jit, lax, numpy as np } from '@jax-js/jax'
import * as tf from '@tensorflow/tfjs'
import { createJsTopK } from '../src/engine/topk/js.ts'
import { quantized, testTable } from '../src/engine/topk/testTable.ts'
import { createWasmTopK } from '../src/engine/topk/wasm.ts'
import { createWebgpuTopK } from '../src/engine/topk/webgpu.ts'
import { type Contender, interleave, type Timed } from './interleave.ts'
import { startPeers } from './peers.ts'
import { readBandwidth } from './readBandwidth.ts'
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
  /** GB/s that one thread reads from memory with SIMD, the best of once before each workload and after. */
  readonly bandwidth: number
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
  let bandwidth = await readBandwidth()
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
    const own = {
      ...(device ? { 'nearside-wgsl': await createWebgpuTopK(device, int8) } : {}),
      'nearside-wasm': await createWasmTopK(int8),
      'nearside-wasm-f32': await createWasmTopK(float),
      'plain-js': createJsTopK(float),
    }
    const peers = []
    for (const backend of backends)
      peers.push({ engine: `tfjs-${backend}`, ...(await tfjsSearch(backend, vectors, columns)) })
    for (const on of jax)
      if (on === 'wasm' || rows <= MOST_TO_SORT)
        peers.push({ engine: `jax-${on}`, ...jaxSearch(on, vectors, columns) })
    const { timed, skipped: left } = await interleave(
      [
        ...Object.entries(own).map(([engine, it]) => contender(engine, (q) => it.top(q, K))),
        ...peers.map(({ engine, search }) => contender(engine, search)),
      ],
      blocks,
      (done, total, engine) =>
        globalThis.reportProgress(engine ? `${name} ${engine}` : name, done, total),
    )
    const best = last.get('plain-js') ?? []
    const found = (last.get('nearside-wasm') ?? []).filter((id) => best.includes(id)).length
    if (
      String(last.get('nearside-wgsl') ?? last.get('nearside-wasm')) !==
      String(last.get('nearside-wasm'))
    )
      throw new Error(`${name}: WGSL and WASM disagree`)
    for (const [engine, ids] of last)
      if (ids.filter((id) => best.includes(id)).length < K - 3)
        throw new Error(`${name}: ${engine} found other rows`)
    skipped.push(...left.map((why) => `${name}: ${why}`))
    bandwidth = Math.max(bandwidth, await readBandwidth())
    workloads.push({ name, int8Bytes: int8Bytes(rows, columns), timed, found })
    for (const { dispose } of [...Object.values(own), ...peers]) dispose()
    device?.destroy()
  }
  return { adapter, workloads, bandwidth, skipped }
}

/** What a search must read: each row and its scale. */
const int8Bytes = (rows: number, columns: number) => rows * (columns + 4)

Object.assign(globalThis, { benchmark })
