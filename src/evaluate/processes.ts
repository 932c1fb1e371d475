/**
 * @module Replays the shoppers of an evaluation in processes of `walker.ts`, one shopper after another in each. Results
 * don't depend on the number of processes.
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

/** Minimum number of cases per process. For fewer cases, starting another process takes longer than it saves. */
const LEAST_CASES = 50

/** Messages to a process: first the settings of the whole replay, then the index of one shopper after another. */
export type Work = { readonly order: WalkOrder } | { readonly shopper: number }
/** Answers of a process: number of cases done since its last answer, rows of a finished shopper, or an error. */
export type Answer =
  | { readonly cases: number }
  | { readonly shopper: number; readonly rows: SentRows<WalkedCase> }
  | { readonly error: WireError }

export async function walkCases(
  order: WalkOrder,
  selected: readonly { readonly length: number }[],
  { onProgress, signal }: Steps,
): Promise<Rows<WalkedCase>> {
  // Shoppers with many cases are replayed first: a long replay at the end would leave the other processes idle.
  const waiting = [...selected.keys()].sort((a, b) => selected[a].length - selected[b].length)
  const total = selected.reduce((sum, { length }) => sum + length, 0)
  const useful = Math.min(selected.length, Math.ceil(total / LEAST_CASES))
  const processes = Math.min(availableParallelism(), MOST_PROCESSES, useful)
  const walked: SentRows<WalkedCase>[] = []
  const children: ChildProcess[] = []
  let done = 0
  const took = (answer: Exclude<Answer, { error: WireError }>) => {
    if ('rows' in answer) walked[answer.shopper] = answer.rows
    else {
      done += answer.cases
      onProgress('walking cases', done, total)
    }
  }
  onProgress('starting processes', 0, processes)
  try {
    await Promise.all(
      Array.from({ length: processes }, () => {
        const child = start()
        children.push(child)
        child.send({ order } satisfies Work)
        return answered(child, signal, () => waiting.pop(), took)
      }),
    )
  } finally {
    for (const child of children) child.kill()
  }
  return Rows.join(walked)
}

function start(): ChildProcess {
  const serialization = 'advanced'
  // The build finds this file name, compiles the file, and replaces the name here by that of the compiled file.
  const walker = fileURLToPath(new URL('./walker.ts', import.meta.url))
  if (!walker.endsWith('.ts')) return fork(walker, { serialization })
  // In a clone of the repository, the TypeScript source runs under tsx, however this process was started.
  const tsx = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href
  return fork(walker, { serialization, execArgv: ['--import', tsx] })
}

/** @param next returns the index of the next shopper; undefined if no shopper is left */
function answered(
  child: ChildProcess,
  signal: AbortSignal,
  next: () => number | undefined,
  take: (answer: Exclude<Answer, { error: WireError }>) => void,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const proceed = () => {
      const shopper = next()
      if (shopper === undefined) resolve()
      else child.send({ shopper } satisfies Work)
    }
    const abort = () => reject(new NearsideError('aborted', 'the evaluation was stopped'))
    if (signal.aborted) abort()
    signal.addEventListener('abort', abort, { once: true })
    child.on('message', (message: Answer) => {
      if ('error' in message) return reject(NearsideError.fromWire(message.error))
      take(message)
      if ('rows' in message) proceed()
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
    proceed()
  })
}

export function failure(thrown: unknown): NearsideError {
  return NearsideError.from(thrown, 'worker-failed', 'a process of the evaluation failed')
}
