/**
 * @module Replays the shoppers of an evaluation in processes of `walker.ts`. Each process replays a share of the
 * shoppers. Results don't depend on the number of processes.
 */
import { type ChildProcess, fork } from 'node:child_process'
import { createRequire } from 'node:module'
import { availableParallelism } from 'node:os'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { NearsideError, type WireError } from '@nearside/core/error.ts'
import { Rows, type SentRows } from './rows.ts'
import type { Steps } from './steps.ts'
import type { WalkedCase } from './walk.ts'
import type { WalkOrder } from './walker.ts'

/** Maximum number of processes, because each process has its own model and log in memory. */
const MOST_PROCESSES = 8

/** Request to a process, and its answers by shopper. */
export interface Work {
  readonly order: WalkOrder
  readonly shoppers: readonly number[]
}
export type Answer =
  | { readonly shopper: number; readonly rows: SentRows<WalkedCase> }
  | { readonly error: WireError }

/** @param shoppers number of shoppers who have cases */
export async function walkCases(
  order: WalkOrder,
  shoppers: number,
  { onProgress, signal }: Steps,
): Promise<Rows<WalkedCase>> {
  const processes = Math.min(availableParallelism(), MOST_PROCESSES, shoppers)
  const all = Array.from({ length: shoppers }, (_, shopper) => shopper)
  const walked: SentRows<WalkedCase>[] = []
  const children: ChildProcess[] = []
  let done = 0
  try {
    await Promise.all(
      Array.from({ length: processes }, (_, process) => {
        const child = start()
        children.push(child)
        const own = all.filter((shopper) => shopper % processes === process)
        child.send({ order, shoppers: own } satisfies Work)
        return answered(child, own.length, signal, (shopper, rows) => {
          walked[shopper] = rows
          onProgress('walking shoppers', ++done, shoppers)
        })
      }),
    )
  } finally {
    for (const child of children) child.kill()
  }
  return Rows.join(walked)
}

function start(): ChildProcess {
  const serialization = 'advanced'
  // The build compiles the named file and writes its new name here.
  const walker = fileURLToPath(new URL('./walker.ts', import.meta.url))
  if (!walker.endsWith('.ts')) return fork(walker, { serialization })
  // In a checkout the source runs under tsx, however this process was started.
  const tsx = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href
  return fork(walker, { serialization, execArgv: ['--import', tsx] })
}

function answered(
  child: ChildProcess,
  answers: number,
  signal: AbortSignal,
  take: (shopper: number, rows: SentRows<WalkedCase>) => void,
): Promise<void> {
  let left = answers
  return new Promise((resolve, reject) => {
    const abort = () => reject(new NearsideError('aborted', 'the evaluation was stopped'))
    if (signal.aborted) abort()
    signal.addEventListener('abort', abort, { once: true })
    child.on('message', (message: Answer) => {
      if ('error' in message) return reject(NearsideError.fromWire(message.error))
      take(message.shopper, message.rows)
      if (--left === 0) resolve()
    })
    child.on('error', (error) => reject(failure(error)))
    child.on('exit', (code) =>
      reject(
        new NearsideError(
          'worker-failed',
          `an evaluation process ended early with exit code ${code}`,
        ),
      ),
    )
  })
}

export function failure(thrown: unknown): NearsideError {
  return NearsideError.from(thrown, 'worker-failed', 'a process of the evaluation failed')
}
