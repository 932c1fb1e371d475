/**
 * @module Distributes the shoppers over processes, and runs a process's share. Results don't depend on the
 * number of processes.
 */
import { type ChildProcess, fork } from 'node:child_process'
import { createRequire } from 'node:module'
import { availableParallelism } from 'node:os'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { NearsideError, type WireError } from '@nearside/core/error.ts'
import type { Steps } from './steps.ts'

/** Maximum number of processes; each holds its own model and log in memory. */
const MOST_PROCESSES = 8

/** Request to a process, and its answers by shopper. */
interface Work<Order> {
  readonly order: Order
  readonly shoppers: readonly number[]
}
type Answer<Result> =
  | { readonly shopper: number; readonly result: Result }
  | { readonly error: WireError }

/**
 * Result of each shopper, in the order of the shoppers.
 * @param module file that calls `serveProcess`
 */
export async function inProcesses<Result>(
  module: URL,
  order: object,
  shoppers: number,
  { onProgress, signal }: Steps,
): Promise<Result[]> {
  const processes = Math.min(availableParallelism(), MOST_PROCESSES, shoppers)
  const all = Array.from({ length: shoppers }, (_, shopper) => shopper)
  const walked: Result[] = []
  const children: ChildProcess[] = []
  let done = 0
  try {
    await Promise.all(
      Array.from({ length: processes }, (_, process) => {
        const child = start(module)
        children.push(child)
        const own = all.filter((shopper) => shopper % processes === process)
        child.send({ order, shoppers: own } satisfies Work<object>)
        return answered<Result>(child, own.length, signal, (shopper, result) => {
          walked[shopper] = result
          onProgress('walking shoppers', ++done, shoppers)
        })
      }),
    )
  } finally {
    for (const child of children) child.kill()
  }
  return walked
}

function start(module: URL): ChildProcess {
  const serialization = 'advanced'
  if (!module.pathname.endsWith('.ts')) return fork(fileURLToPath(module), { serialization })
  // In a checkout the source runs under tsx, however this process was started.
  const tsx = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href
  return fork(fileURLToPath(module), { serialization, execArgv: ['--import', tsx] })
}

function answered<Result>(
  child: ChildProcess,
  answers: number,
  signal: AbortSignal,
  take: (shopper: number, result: Result) => void,
): Promise<void> {
  let left = answers
  return new Promise((resolve, reject) => {
    const abort = () => reject(new NearsideError('aborted', 'the evaluation was stopped'))
    if (signal.aborted) abort()
    signal.addEventListener('abort', abort, { once: true })
    child.on('message', (message: Answer<Result>) => {
      if ('error' in message) return reject(NearsideError.fromWire(message.error))
      take(message.shopper, message.result)
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

/** Runs in the child process: replays the shoppers of its single order. */
export function serveProcess<Order, Result>(
  prepare: (order: Order) => Promise<(shopper: number) => Promise<Result>>,
): void {
  const send = (answer: Answer<Result>) => void process.send?.(answer)
  const work = async ({ order, shoppers }: Work<Order>) => {
    const walk = await prepare(order)
    for (const shopper of shoppers) send({ shopper, result: await walk(shopper) })
  }
  process.once('message', (message) => {
    work(message as Work<Order>).catch((thrown) => send({ error: failure(thrown).toWire() }))
  })
  // Without a parent nobody reads the answer.
  process.once('disconnect', () => process.exit())
}

function failure(thrown: unknown): NearsideError {
  return NearsideError.from(thrown, 'worker-failed', 'a process of the evaluation failed')
}
