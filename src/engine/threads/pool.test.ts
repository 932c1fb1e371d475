/** @module Work that real threads of Node share, and what becomes of it when they fail. */
import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { Worker } from 'node:worker_threads'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { nextTask } from '../pause.ts'
import { type SoftmaxTest, softmaxTest } from '../softmax/testFit.ts'
import { createWasmSoftmax } from '../softmax/wasm.ts'
import { quantized, sortOracle, testTable } from '../topk/testTable.ts'
import { slotOf } from '../topk/tiles.ts'
import { createWasmTopK } from '../topk/wasm.ts'
import { createWasmEngine } from '../wasm/wasmEngine.ts'
import { nodeThreads } from './nodeThreads.ts'
import type { ThreadStart, Threads } from './threads.ts'
import { watchThreads } from './watchThreads.ts'

const three = nodeThreads(3) as Threads
/** READY of the control block. */
const ready = ({ control }: ThreadStart) => Atomics.load(control, 3)

/** Until all threads have started; a test that waits in vain runs into its time limit. */
async function untilReady(starts: readonly ThreadStart[]): Promise<void> {
  while (starts.length === 0 || ready(starts[0]) < starts.length)
    await new Promise((resolve) => setTimeout(resolve, 5))
}

/** Just large enough for threads. */
const TABLE = { rows: 70_001, columns: 30 }

describe('top-k', () => {
  test.each([
    ['int8', 1],
    ['int8, ties everywhere', 0.6],
    ['float32, ties everywhere', 0.6],
  ])('%s: bit for bit that of one thread, and of a full sort', async (name, range) => {
    const { vectors, query } = testTable({ ...TABLE, seed: 2 })
    const { columns } = TABLE
    const whole = name.includes('ties') ? vectors.map((v) => Math.round(v * range)) : vectors
    const table = name.startsWith('int8') ? quantized(whole, columns) : { columns, vectors: whole }
    const asked = name.startsWith('int8') ? query : query.map((v) => Math.round(2 * v))
    const { threads, starts, ends, reasons } = watchThreads(three)
    const search = await createWasmTopK(table, threads)
    const alone = await createWasmTopK(table)
    await search.top(asked, 20)
    await untilReady(starts)
    const all = sortOracle(table, asked, 2000)
    for (const k of [20, 1, 0, 700, 2000, 20]) {
      const best = await search.top(asked, k)
      expect(best).toEqual({ ids: all.ids.slice(0, k), scores: all.scores.slice(0, k) })
      expect(best).toEqual(await alone.top(asked, k))
    }
    // All at once: they wait for each other.
    const opposite = asked.map((v) => -v)
    const oracles = [sortOracle(table, asked, 45), sortOracle(table, opposite, 45)]
    const answers = await Promise.all(
      Array.from({ length: 40 }, (_, i) => search.top(i % 2 ? opposite : asked, 5 + i)),
    )
    for (const [i, { ids }] of answers.entries())
      expect(ids).toEqual(oracles[i % 2].ids.slice(0, 5 + i))
    search.dispose()
    expect(await Promise.all(ends)).toEqual([1, 1])
    // What is left is one thread.
    expect(await search.top(asked, 9)).toEqual(await alone.top(asked, 9))
    expect(reasons).toEqual([])
  })

  test('threads take part: in some run one has found some of the best', async () => {
    const { vectors, query } = testTable({ ...TABLE, seed: 3 })
    const { threads, starts } = watchThreads(three)
    const search = await createWasmTopK({ columns: TABLE.columns, vectors }, threads)
    await search.top(query, 20)
    await untilReady(starts)
    const { head } = slotOf(starts[0].job.memory.buffer, 1)
    // The run that thread 1 last found something in; the time limit says when there is none.
    while (head[0] === 0) {
      await search.top(query, 20)
      await nextTask()
    }
    expect(head[1]).toBe(20)
    search.dispose()
  })

  test('a small table starts none', async () => {
    const { vectors, query } = testTable({ rows: 500, columns: 8, seed: 1 })
    const { threads, starts } = watchThreads(three)
    await (await createWasmTopK({ columns: 8, vectors }, threads)).top(query, 3)
    expect(starts).toEqual([])
  })
})

const shapes: fc.Arbitrary<SoftmaxTest> = fc.record({
  seed: fc.integer({ min: 1, max: 1e6 }),
  items: fc.integer({ min: 3500, max: 9000 }),
  columns: fc.integer({ min: 1, max: 40 }),
  cases: fc.integer({ min: 1, max: 150 }),
  steps: fc.integer({ min: 0, max: 3 }),
  int8: fc.boolean(),
})

test('softmax: bit for bit that of one thread, for any number of them', async () => {
  await fc.assert(
    fc.asyncProperty(shapes, fc.integer({ min: 2, max: 4 }), async (shape, count) => {
      const { catalog, problem } = softmaxTest(shape)
      const { threads, starts, ends } = watchThreads(nodeThreads(count) as Threads)
      const own = await createWasmSoftmax(catalog, threads)
      const alone = await createWasmSoftmax(catalog)
      const value = await alone.evaluate(problem, problem.mean)
      expect(await own.evaluate(problem, problem.mean)).toEqual(value)
      await untilReady(starts)
      expect(await own.evaluate(problem, problem.mean)).toEqual(value)
      expect(await own.fit(problem)).toEqual(await alone.fit(problem))
      own.dispose()
      await Promise.all(ends)
    }),
    { numRuns: 5 },
  )
})

describe('threads that fail', () => {
  const { columns } = TABLE
  const { vectors, query } = testTable({ ...TABLE, seed: 5 })
  const table = quantized(vectors, columns)
  const oracle = sortOracle(table, query, 20)
  const idle = () => ({ terminate: () => 'ended' })
  const softmax = softmaxTest({
    ...{ seed: 1, items: 5000, columns: 8 },
    cases: 70,
    steps: 2,
    int8: true,
  })

  test.each<[string, Threads['spawn'], string]>([
    [
      'cannot be made',
      () => {
        throw new Error('refused by the policy')
      },
      'a thread could not be started: refused by the policy',
    ],
    [
      'fail at once',
      (_, failed) => {
        failed('no such file')
        failed('and again')
        return idle()
      },
      'a thread failed: no such file',
    ],
    [
      'take a tile and die',
      ({ control, tiles }) => {
        const script = `const { control, tiles } = require('worker_threads').workerData
          for (;;) if (Atomics.add(control, 0, 1) < tiles) break`
        return new Worker(script, { eval: true, workerData: { control, tiles } })
      },
      'a thread did not finish its part',
    ],
  ])('%s: the same answers by one, and it is said once', async (_, spawn, why) => {
    const watched = watchThreads({ count: 2, spawn })
    const search = await createWasmTopK(table, watched.threads)
    while (watched.reasons.length === 0) {
      expect(await search.top(query, 20)).toEqual(oracle)
      await nextTask()
    }
    expect(await search.top(query, 20)).toEqual(oracle)
    expect(watched.reasons).toEqual([`WebAssembly goes on with one thread: ${why}`])

    const other = watchThreads({ count: 2, spawn })
    const own = await createWasmSoftmax(softmax.catalog, other.threads)
    const expected = await (await createWasmSoftmax(softmax.catalog)).fit(softmax.problem)
    while (other.reasons.length === 0) {
      expect(await own.fit(softmax.problem)).toEqual(expected)
      await nextTask()
    }
    expect(await own.fit(softmax.problem)).toEqual(expected)
    expect(other.reasons).toHaveLength(1)
  })

  test('never start: nobody waits for them', async () => {
    const { threads } = watchThreads({ count: 4, spawn: idle })
    const search = await createWasmTopK(table, threads)
    for (let i = 0; i < 3; i++) expect(await search.top(query, 20)).toEqual(oracle)
  })
})

test('threads of an engine end with it', async () => {
  const { vectors, query } = testTable({ ...TABLE, seed: 6 })
  const { columns } = TABLE
  const { threads, starts, ends } = watchThreads(three)
  const engine = await createWasmEngine(async () => threads)
  const search = await engine.topK({ columns, vectors })
  const best = await search.top(query, 5)
  await untilReady(starts)
  engine.dispose()
  expect(await Promise.all(ends)).toEqual([1, 1])
  expect(await search.top(query, 5)).toEqual(best)
})

test('threads that nobody disposes of do not keep a process from ending', () => {
  const here = (file: string) => fileURLToPath(new URL(file, import.meta.url))
  const script = `
    import { createWasmTopK } from '${here('../topk/wasm.ts')}'
    import { nodeThreads } from '${here('./nodeThreads.ts')}'
    const vectors = new Float32Array(${4 * TABLE.rows * 8}).fill(1)
    const search = await createWasmTopK({ columns: 32, vectors }, nodeThreads(2))
    await search.top(new Float32Array(32).fill(1), 3)
    console.log('answered')`
  const args = ['--import', 'tsx', '--input-type=module', '-e', script]
  expect(execFileSync(process.execPath, args, { encoding: 'utf8' })).toBe('answered\n')
})
