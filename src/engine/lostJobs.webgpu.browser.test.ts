/** @module Jobs set up on a GPU that is lost: WebAssembly goes on with them, and it is said once. */
import { afterEach, expect, test, vi } from 'vitest'
import { chooseEngine, thisDevice } from './choose.ts'
import { wasmJobs } from './processorJobs.ts'
import { problem, watchedAdapter } from './testBrowserFit.ts'
import { answerOf, expectClose, jobNames, jobs } from './testJobs.ts'

afterEach(() => vi.restoreAllMocks())

async function onGpu() {
  const { adapter, devices } = await watchedAdapter()
  const environment = {
    ...thisDevice(),
    gpu: { requestAdapter: async () => adapter },
    size: { cases: 4, candidates: 8, parameters: 6, steps: 2 },
  }
  const changes: string[] = []
  const { engine } = await chooseEngine('webgpu', environment, ({ reason }) => changes.push(reason))
  expect(engine.name).toBe('wgsl')
  return { engine, changes, device: devices[0] }
}

/** What WebAssembly answers, to the bit. */
const wanted = Promise.all(jobNames.map((name) => answerOf(name, wasmJobs(null))))

async function askAll(asked: readonly { ask(): Promise<Iterable<number>> }[]) {
  return Promise.all(asked.map(async ({ ask }) => [...(await ask())]))
}

/** Calls `lose` with the call of `method` that comes after so many. */
function at<T extends object>(
  prototype: T,
  method: keyof T & string,
  after: number,
  lose: () => void,
) {
  const original = prototype[method] as (...args: unknown[]) => unknown
  let calls = 0
  vi.spyOn(prototype, method as never).mockImplementation(function (this: T, ...args: unknown[]) {
    const result = original.apply(this, args)
    if (calls++ === after) lose()
    return result
  } as never)
}

test.each<[string, (lose: () => void) => void]>([
  ['before they are asked', (lose) => lose()],
  ['when they are asked', (lose) => queueMicrotask(lose)],
  ['at their first submit', (lose) => at(GPUQueue.prototype, 'submit', 0, lose)],
  ['at their fourth', (lose) => at(GPUQueue.prototype, 'submit', 3, lose)],
  [
    'at their last readback',
    (lose) => at(GPUBuffer.prototype, 'mapAsync', jobNames.length - 1, lose),
  ],
])('jobs whose GPU is lost %s', async (_, arrange) => {
  const { engine, changes, device } = await onGpu()
  const set = await Promise.all(jobNames.map((name) => jobs[name](engine)))
  const first = await askAll(set)
  for (const [i, answer] of (await wanted).entries()) expectClose(first[i], answer)
  expect(engine.name).toBe('wgsl')
  arrange(() => device.destroy())
  const answers = await askAll(set)
  await device.lost
  // What was answered before the loss is the GPU's.
  for (const [i, answer] of (await wanted).entries()) expectClose(answers[i], answer)
  expect(await askAll(set)).toEqual(await wanted)
  expect(engine.name).toBe('wasm')
  expect(changes).toEqual([expect.stringMatching(/^WebGPU: .*; using WASM$/)])
  engine.dispose()
})

test('jobs whose GPU is lost before they are set up', async () => {
  const { engine, changes, device } = await onGpu()
  device.destroy()
  const set = await Promise.all(jobNames.map((name) => jobs[name](engine)))
  expect(await askAll(set)).toEqual(await wanted)
  // Firefox says that a device is lost some 70 ms after it refuses: until then each job is refused alone.
  await device.lost
  await engine.fit(problem)
  expect(engine.name).toBe('wasm')
  expect(changes).toHaveLength(1)
  engine.dispose()
})
