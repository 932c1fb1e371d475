/** @module What a process of an evaluation tells its parent, and how it is served its one order. */
import { NearsideError, type WireError } from '../core/error.ts'

export type WalkMessage<Result> =
  | { readonly kind: 'walked'; readonly shopper: number; readonly results: readonly Result[] }
  | { readonly kind: 'done' }
  | { readonly kind: 'failed'; readonly error: WireError }

/** A process takes every `processes`th shopper, starting at `process`. */
export interface ProcessOrder {
  readonly process: number
  readonly processes: number
}

export type Send<Result> = (message: WalkMessage<Result>) => void

/** Runs the first order that comes; says when it is done, or why it failed. */
export function serve<Order, Result>(
  run: (order: Order, send: Send<Result>) => Promise<void>,
): void {
  const send: Send<Result> = (message) => {
    process.send?.(message)
  }
  process.once('message', (order) => {
    run(order as Order, send)
      .then(() => send({ kind: 'done' }))
      .catch((thrown) => {
        const error = NearsideError.from(
          thrown,
          'worker-failed',
          'a process of the evaluation failed',
        )
        send({ kind: 'failed', error: error.toWire() })
      })
  })
  // Without a parent nobody waits for the answer.
  process.once('disconnect', () => process.exit())
}
