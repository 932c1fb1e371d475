/** @module Spreads the shoppers over processes; the numbers don't depend on how many there are. */
import { type ChildProcess, fork } from 'node:child_process'
import { createRequire } from 'node:module'
import { availableParallelism } from 'node:os'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { NearsideError } from '../../core/error.ts'
import type { TunedBaselines } from '../prepare.ts'
import type { CaseResult } from '../walk.ts'
import type { Question } from './load.ts'
import type { WalkOrder } from './walker.ts'
import type { WalkMessage } from './walkMessage.ts'

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
  const order = { question, tuned } satisfies Omit<WalkOrder, 'process' | 'processes'>
  const walked = await inProcesses<CaseResult>('walker', order, shoppers, signal, onProgress)
  return walked.flat()
}

/**
 * A shopper's results each.
 * @param module of this folder: takes the order once, sends `WalkMessage`s.
 * @param order what every process is sent, beside its place among them.
 */
export async function inProcesses<Result>(
  module: keyof typeof MODULES,
  order: object,
  shoppers: number,
  signal: AbortSignal,
  onProgress: (done: number) => void,
): Promise<(readonly Result[])[]> {
  const processes = Math.max(1, Math.min(availableParallelism(), MOST_PROCESSES, shoppers))
  const walked: (readonly Result[])[] = new Array(shoppers).fill([])
  const children: ChildProcess[] = []
  let done = 0
  try {
    await Promise.all(
      Array.from({ length: processes }, (_, process) => {
        const child = startWalker(module)
        children.push(child)
        child.send({ ...order, process, processes })
        return finished<Result>(child, signal, (shopper, results) => {
          walked[shopper] = results
          onProgress(++done)
        })
      }),
    )
  } finally {
    for (const child of children) child.kill()
  }
  return walked
}

/** In a checkout, and once built. */
const MODULES = {
  walker: [new URL('./walker.ts', import.meta.url), new URL('./walker.js', import.meta.url)],
  noiseWalker: [
    new URL('./noiseWalker.ts', import.meta.url),
    new URL('./noiseWalker.js', import.meta.url),
  ],
} as const

function startWalker(module: keyof typeof MODULES): ChildProcess {
  const serialization = 'advanced'
  const [source, built] = MODULES[module]
  if (!import.meta.url.endsWith('.ts')) return fork(fileURLToPath(built), { serialization })
  // In a checkout the source runs under tsx, also where this process was started otherwise.
  const tsx = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href
  return fork(fileURLToPath(source), { serialization, execArgv: ['--import', tsx] })
}

function finished<Result>(
  child: ChildProcess,
  signal: AbortSignal,
  take: (shopper: number, results: readonly Result[]) => void,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const abort = () => reject(new NearsideError('aborted', 'the evaluation was stopped'))
    if (signal.aborted) abort()
    signal.addEventListener('abort', abort, { once: true })
    child.on('message', (message: WalkMessage<Result>) => {
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
