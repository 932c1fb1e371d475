/** @module Jobs of which the GPU refuses a buffer, on llvmpipe: nothing wrong is answered, and WASM goes on. */
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { canaryProblem, runCanary, TINY } from './canary.ts'
import type { Engine } from './engine.ts'
import { countGpuCalls } from './gpuCalls.ts'
import { createJsEngine } from './js.ts'
import { createResilientEngine } from './resilient.ts'
import { nodeAdapter } from './testGpu.ts'
import { answerOf, expectClose, jobNames, jobs } from './testJobs.ts'
import { createTfjsWebgpuEngine } from './tfjs/webgpu.ts'
import { createWasmEngine } from './wasm/wasmEngine.ts'

const js = createJsEngine()
const SIZE = { cases: 4, candidates: 8, parameters: 6, steps: 2 }

describe('on llvmpipe', async () => {
  const present = (await nodeAdapter('software')) !== null
  let engine: Engine
  beforeEach(async () => {
    const adapter = present && (await nodeAdapter('software'))
    if (adapter) engine = await createTfjsWebgpuEngine(adapter)
  })
  afterEach(() => {
    vi.restoreAllMocks()
    engine?.dispose()
  })

  /** Buffers made from now on, the invalid ones among them: without a usage there is none. */
  function watchBuffers(isRefused: (place: number) => boolean): GPUBuffer[] {
    const made: GPUBuffer[] = []
    const create = GPUDevice.prototype.createBuffer
    vi.spyOn(GPUDevice.prototype, 'createBuffer').mockImplementation(function (
      this: GPUDevice,
      descriptor,
    ) {
      const usage = isRefused(made.length) ? 0 : descriptor.usage
      made.push(create.call(this, { ...descriptor, usage }))
      return made[made.length - 1]
    })
    return made
  }

  test.skipIf(!present).each(jobNames)(
    '%s without one of its buffers is done on the processor, and fits stay on the GPU',
    async (name) => {
      const wanted = await answerOf(name, js)
      for (const refused of [0, 2]) {
        watchBuffers((place) => place === refused)
        const { calls, stop } = countGpuCalls()
        expectClose(await answerOf(name, engine).finally(stop), wanted)
        // The ranking's encoder was there already.
        if (name !== 'ranking') expect(calls.dispatches).toBe(0)
        vi.restoreAllMocks()
      }
      await runCanary(engine, SIZE)
    },
  )

  test.skipIf(!present).each(jobNames)('%s fails when one becomes invalid', async (name) => {
    const made = watchBuffers(() => false)
    const { ask } = await jobs[name](engine)
    await ask()
    made[0].destroy()
    await expect(ask()).rejects.toMatchObject({ code: 'engine-failed' })
    await runCanary(engine, SIZE)
  })

  test.skipIf(!present).each(jobNames)('%s goes on with WASM then, said once', async (name) => {
    const reasons: string[] = []
    const next = { engine: await createWasmEngine(), reason: 'refused; using WASM' }
    const lasting = createResilientEngine(
      engine,
      async () => next,
      ({ reason }) => reasons.push(reason),
    )
    const made = watchBuffers(() => false)
    const { ask } = await jobs[name](lasting)
    made[0].destroy()
    const wanted = await answerOf(name, next.engine)
    expect([...(await ask())]).toEqual(wanted)
    expect([...(await ask())]).toEqual(wanted)
    expect(reasons).toEqual([next.reason])
  })

  test.skipIf(!present)('a fit fails when the GPU refuses its buffer', async () => {
    watchBuffers((place) => place === 3)
    await expect(engine.fit(canaryProblem(TINY))).rejects.toMatchObject({ code: 'engine-failed' })
  })
})
