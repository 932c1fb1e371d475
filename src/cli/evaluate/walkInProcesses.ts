/** @module Spreads the shoppers over processes; the numbers don't depend on how many there are. */
import { type ChildProcess, fork } from 'node:child_process'
import { createRequire } from 'node:module'
import { availableParallelism } from 'node:os'
import { fileURLToPath, pathToFileURL } from 'node:url'
import type { TunedBaselines } from '../../evaluation/prepare.ts'
import type { CaseResult } from '../../evaluation/walk.ts'
import { NearsideError } from '../../protocol/error.ts'
import type { Question } from './load.ts'
import type { WalkMessage, WalkOrder } from './walker.ts'

/** Each holds its own model and log, so more of them cost memory. */
const MOST_PROCESSES = 8

export interface WalkInProcesses {
  readonly question: Question
  readonly tuned: TunedBaselines
  readonly shoppers: number
  readonly signal: AbortSignal
  /** Called with the number of shoppers walked. */
  readonly onProgress: (done: number) => void
}

/** Results in the order of the shoppers. */
export async function walkInProcesses(options: WalkInProcesses): Promise<CaseResult[]> {
  const { question, tuned, shoppers, signal, onProgress } = options
  const processes = Math.max(1, Math.min(availableParallelism(), MOST_PROCESSES, shoppers))
  const walked: (readonly CaseResult[])[] = new Array(shoppers).fill([])
  const children: ChildProcess[] = []
  let done = 0
  try {
    await Promise.all(
      Array.from({ length: processes }, (_, process) => {
        const child = startWalker()
        children.push(child)
        child.send({ question, tuned, process, processes } satisfies WalkOrder)
        return finished(child, signal, (shopper, results) => {
          walked[shopper] = results
          onProgress(++done)
        })
      }),
    )
  } finally {
    for (const child of children) child.kill()
  }
  return walked.flat()
}

function startWalker(): ChildProcess {
  const serialization = 'advanced'
  if (!import.meta.url.endsWith('.ts'))
    return fork(fileURLToPath(new URL('./walker.js', import.meta.url)), { serialization })
  // In a checkout the source runs under tsx, also where this process was started otherwise.
  const tsx = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href
  return fork(fileURLToPath(new URL('./walker.ts', import.meta.url)), {
    serialization,
    execArgv: ['--import', tsx],
  })
}

function finished(
  child: ChildProcess,
  signal: AbortSignal,
  take: (shopper: number, results: readonly CaseResult[]) => void,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const abort = () => reject(new NearsideError('aborted', 'the evaluation was stopped'))
    if (signal.aborted) abort()
    signal.addEventListener('abort', abort, { once: true })
    child.on('message', (message: WalkMessage) => {
      if (message.kind === 'walked') take(message.shopper, message.results)
      else if (message.kind === 'done') resolve()
      else reject(NearsideError.fromWire(message.error))
    })
    child.on('error', (error) =>
      reject(NearsideError.from(error, 'worker-failed', 'a process of the evaluation failed')),
    )
    child.on('exit', (code) =>
      reject(
        new NearsideError('worker-failed', `a process of the evaluation ended early (${code})`),
      ),
    )
  })
}
