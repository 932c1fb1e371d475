/** @module Every readback of every job and of a fit is nudged in Firefox; on llvmpipe. */
import { afterEach, describe, expect, test, vi } from 'vitest'
import { canaryProblem, TINY } from './canary.ts'
import { createJsEngine } from './js.ts'
import { nodeAdapter } from './testGpu.ts'
import { answerOf, expectClose, jobNames } from './testJobs.ts'
import { createTfjsWebgpuEngine } from './tfjs/webgpu.ts'

afterEach(() => {
  vi.restoreAllMocks()
  vi.unstubAllGlobals()
})

/** Whether each wait for the GPU from now on ends while empty submits go out. */
function watchWaits(): boolean[] {
  vi.stubGlobal('navigator', { userAgent: 'Gecko/20100101 Firefox/153.0' })
  const running = new Set<unknown>()
  const { setInterval: start, clearInterval: end } = globalThis
  vi.stubGlobal('setInterval', (...args: Parameters<typeof setInterval>) => {
    const timer = start(...args)
    running.add(timer)
    return timer
  })
  vi.stubGlobal('clearInterval', (timer: NodeJS.Timeout) => {
    running.delete(timer)
    end(timer)
  })
  const nudged: boolean[] = []
  const watch = <T>(work: Promise<T>) => work.finally(() => nudged.push(running.size > 0))
  const { mapAsync } = GPUBuffer.prototype
  vi.spyOn(GPUBuffer.prototype, 'mapAsync').mockImplementation(function (this: GPUBuffer, ...args) {
    return watch(mapAsync.apply(this, args))
  })
  const { onSubmittedWorkDone } = GPUQueue.prototype
  vi.spyOn(GPUQueue.prototype, 'onSubmittedWorkDone').mockImplementation(function (this: GPUQueue) {
    return watch(onSubmittedWorkDone.apply(this))
  })
  return nudged
}

describe('on llvmpipe', async () => {
  const adapter = await nodeAdapter('software')
  const engine = adapter && (await createTfjsWebgpuEngine(adapter))
  const js = createJsEngine()

  test.skipIf(!engine).each([...jobNames, 'fit'] as const)('%s', async (name) => {
    if (!engine) return
    const nudged = watchWaits()
    if (name === 'fit') await engine.fit(canaryProblem(TINY))
    else expectClose(await answerOf(name, engine), await answerOf(name, js))
    expect(nudged.length).toBeGreaterThan(name === 'ties' ? 2 : 0)
    expect(nudged).not.toContain(false)
  })
})
