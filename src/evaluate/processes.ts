/** @module Spreads the shoppers over processes; the numbers don't depend on how many there are. */
import { type ChildProcess, fork } from 'node:child_process'
import { createRequire } from 'node:module'
import { availableParallelism } from 'node:os'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { NearsideError } from '../core/error.ts'
import type { Steps } from './steps.ts'
import type { ProcessOrder, WalkMessage } from './walkMessage.ts'

/** Each holds its own model and log, so more of them cost memory. */
const MOST_PROCESSES = 8

/**
 * A shopper's results each, in the order of the shoppers.
 * @param module takes the order once, with its place among the processes; sends `WalkMessage`s
 */
export async function inProcesses<Result>(
  module: URL,
  order: object,
  shoppers: number,
  { onProgress, signal }: Steps,
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
        child.send({ ...order, process, processes } satisfies ProcessOrder)
        return finished<Result>(child, signal, (shopper, results) => {
          walked[shopper] = results
          onProgress('walking shoppers', ++done, shoppers)
        })
      }),
    )
  } finally {
    for (const child of children) child.kill()
  }
  return walked
}

function startWalker(module: URL): ChildProcess {
  const serialization = 'advanced'
  if (!module.pathname.endsWith('.ts')) return fork(fileURLToPath(module), { serialization })
  // In a checkout the source runs under tsx, also where this process was started otherwise.
  const tsx = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href
  return fork(fileURLToPath(module), { serialization, execArgv: ['--import', tsx] })
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
