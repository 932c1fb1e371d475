/** @module Script of a dedicated worker that fits one problem, for the browser tests. */

import type { FitProblem } from '@nearside/core/learning/problem.ts'
import { chooseEngine, type EngineRequest } from './choose.ts'
import type { FitResult } from './engine.ts'

export interface WorkerRequest {
  readonly request: EngineRequest
  readonly problem: FitProblem
}

export type WorkerReply =
  | {
      readonly name: string
      readonly reason: string
      readonly result: FitResult
      /** Paths of the scripts and binaries that this worker has loaded. */
      readonly fetched: readonly string[]
    }
  | { readonly error: string }

async function answer({ request, problem }: WorkerRequest): Promise<WorkerReply> {
  try {
    const { engine, reason } = await chooseEngine(request)
    const result = await engine.fit(problem)
    const fetched = performance
      .getEntriesByType('resource')
      .map(({ name }) => new URL(name).pathname)
    return { name: engine.name, reason, result, fetched }
  } catch (error) {
    return { error: String(error) }
  }
}

addEventListener('message', ({ data }: MessageEvent<WorkerRequest>) => {
  void answer(data).then((reply) => postMessage(reply))
})
