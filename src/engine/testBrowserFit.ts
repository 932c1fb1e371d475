/** @module For the engines' browser tests: a fit, its reference answer and an adapter that records its devices. */
import { expect } from 'vitest'
import type { Adapter } from './adapter.ts'
import type { EngineRequest } from './choose.ts'
import type { FitResult } from './engine.ts'
import { createJsEngine } from './js.ts'
import { PERSONAL_SHAPE, type TestShape, testProblem } from './testProblem.ts'
import type { WorkerReply, WorkerRequest } from './testWorker.ts'

export const SHAPE: TestShape = {
  ...PERSONAL_SHAPE,
  cases: 32,
  candidates: 64,
  steps: 12,
  paddedCases: 3,
  paddedCandidates: 5,
}
export const problem = testProblem(SHAPE)
export const js = createJsEngine()

export async function expectReference(result: FitResult): Promise<void> {
  const reference = await js.fit(problem)
  result.parameters.forEach((value, j) => {
    expect(Math.abs(value - reference.parameters[j])).toBeLessThan(1e-4)
  })
  expect(result.lossAfter).toBeCloseTo(reference.lossAfter, 3)
}

/** Wraps the browser's adapter and records the devices that it creates. */
export async function watchedAdapter(): Promise<{ adapter: Adapter; devices: GPUDevice[] }> {
  const real = await navigator.gpu.requestAdapter()
  if (!real) throw new Error('This browser gives no adapter: is --enable-unsafe-webgpu set?')
  const devices: GPUDevice[] = []
  const adapter: Adapter = {
    info: real.info,
    limits: real.limits,
    requestDevice: async (descriptor) => {
      const device = await real.requestDevice(descriptor)
      devices.push(device)
      return device
    },
  }
  return { adapter, devices }
}

type Answer = Exclude<WorkerReply, { readonly error: string }>

/** Runs the fit with an engine that a dedicated worker chooses. */
export async function fitInWorker(request: EngineRequest): Promise<Answer> {
  const worker = new Worker(new URL('./testWorker.ts', import.meta.url), { type: 'module' })
  try {
    const reply = await new Promise<WorkerReply>((resolve, reject) => {
      worker.onmessage = ({ data }: MessageEvent<WorkerReply>) => resolve(data)
      worker.onerror = ({ message }) => reject(new Error(message))
      worker.postMessage({ request, problem } satisfies WorkerRequest)
    })
    if ('error' in reply) throw new Error(reply.error)
    return reply
  } finally {
    worker.terminate()
  }
}

export const isTensorflow = (path: string): boolean => /tensorflow|tfjs/i.test(path)
