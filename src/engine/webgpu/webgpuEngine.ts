/** @module Engine that runs the descent on WebGPU. */
import { NearsideError } from '@nearside/core/error.ts'
import type { FitProblem } from '@nearside/core/learning/problem.ts'
import type { WebGPUBackend } from '@tensorflow/tfjs-backend-webgpu/dist/base'
import { type Adapter, describeAdapter } from '../adapter.ts'
import { type CentredProblem, centre } from '../centre.ts'
import type { Engine, FitOptions, FitResult } from '../engine.ts'
import { throwIfAborted } from '../nextTask.ts'
import { finish } from '../objective.ts'
import { initialise, installBackend, removeBackend, requestDevice } from './backend.ts'
import { compileFused, type FusedPipelines, startFused } from './descent.ts'

/** Number of steps per submit to the GPU. */
const STEPS = 10

/** Promise that rejects with `engine-failed` when the device is lost or reports an error, and never resolves. */
function failureOf(device: GPUDevice): Promise<never> {
  const failure = new Promise<never>((_, reject) => {
    const fail = (what: string) => reject(new NearsideError('engine-failed', `WebGPU: ${what}`))
    void device.lost.then(({ reason, message }) => {
      fail(`the device was lost (${message || reason})`)
    })
    device.addEventListener('uncapturederror', (event) => {
      event.preventDefault()
      fail(event.error.message)
    })
  })
  // If the device fails between two fits, nobody handles the rejection yet; the next fit then rejects.
  failure.catch(() => {})
  return failure
}

/**
 * @param adapter adapter of this page or worker, which has created no device yet
 * @throws NearsideError `engine-unavailable` if the adapter gives no device, or the shaders or the backend don't start
 */
export async function createWebgpuEngine(adapter: Adapter): Promise<Engine> {
  const device = await requestDevice(adapter).catch((error: unknown) => {
    throw NearsideError.from(error, 'engine-unavailable', 'WebGPU gave no device')
  })
  const failure = failureOf(device)
  const guard = <T>(work: Promise<T>): Promise<T> => {
    // The promise that loses the race can reject later, when nothing listens to it.
    work.catch(() => {})
    return whileNudging(device.queue, Promise.race([failure, work]))
  }
  let backend: WebGPUBackend | undefined
  const release = () => {
    if (backend) removeBackend()
    device.destroy()
  }
  let pipelines: FusedPipelines
  try {
    pipelines = await guard(compileFused(device))
    backend = installBackend(device, adapter)
    await guard(initialise())
  } catch (error) {
    release()
    throw NearsideError.from(error, 'engine-unavailable', 'WebGPU could not be set up')
  }

  const ours = backend

  async function descend(
    problem: FitProblem,
    centred: CentredProblem,
    { signal, onProgress }: FitOptions,
  ): Promise<Float32Array> {
    const descent = startFused(ours, pipelines, problem, centred)
    try {
      for (let done = 0; done < problem.steps; ) {
        const some = Math.min(problem.steps - done, STEPS)
        descent.advance(some)
        done += some
        await guard(ours.queue.onSubmittedWorkDone())
        onProgress?.(done, problem.steps)
        throwIfAborted(signal)
      }
      return await guard(descent.read())
    } finally {
      descent.dispose()
    }
  }

  let disposed = false
  return {
    name: 'wgsl',
    device: describeAdapter(adapter),
    async fit(problem: FitProblem, options: FitOptions = {}): Promise<FitResult> {
      throwIfAborted(options.signal)
      if (disposed) throw new NearsideError('engine-failed', 'This engine was disposed of')
      const centred = centre(problem)
      // Without cases or free parameters, the result is the prior mean, where the descent starts.
      if (centred.weight.length === 0 || centred.parameters === 0)
        return finish(problem, centred, new Float32Array(centred.parameters))
      try {
        return finish(problem, centred, await descend(problem, centred, options))
      } catch (error) {
        throw NearsideError.from(error, 'engine-failed', 'The wgsl engine failed')
      }
    },
    dispose() {
      if (disposed) return
      disposed = true
      release()
    },
  }
}

const NUDGE_MS = 1

function isFirefox(): boolean {
  const { navigator } = globalThis as { navigator?: { userAgent?: string } }
  return /\bFirefox\//.test(navigator?.userAgent ?? '')
}

/**
 * Settles as `work` does; `work` must end with a command on this queue. Firefox notices finished work only at the next
 * submit, or every 100 ms, so empty submits shorten a readback from 99 ms to 1 ms.
 * @see https://bugzilla.mozilla.org/show_bug.cgi?id=1870699
 */
export async function whileNudging<T>(
  queue: Pick<GPUQueue, 'submit'>,
  work: Promise<T>,
): Promise<T> {
  if (!isFirefox()) return work
  const timer = setInterval(() => queue.submit([]), NUDGE_MS)
  try {
    return await work
  } finally {
    clearInterval(timer)
  }
}
