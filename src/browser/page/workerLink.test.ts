import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { Thread, ToWorker } from '../messages.ts'
import { WorkerLink } from './workerLink.ts'

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

/**
 * Worker that starts but answers no call, like a vault that waits for the shopper's consent. The worker answers pings
 * while `answers` is true.
 */
class Waiting implements Thread {
  onmessage: Thread['onmessage'] = null
  onmessageerror = null
  onerror = null
  answers = true
  terminate = vi.fn()
  postMessage(message: ToWorker): void {
    if (message.kind !== 'call' || !this.answers) return
    const { id, name } = message
    if (name !== 'ping' && name !== 'start') return
    const data = { kind: 'result', id, value: undefined } as const
    queueMicrotask(() => this.onmessage?.(new MessageEvent('message', { data })))
  }
}

test('a worker that stops answering pings is replaced, but a worker with a slow call is not', async () => {
  const thread = new Waiting()
  const lost = vi.fn()
  const link = new WorkerLink({
    ...{ worker: () => thread, silence: 10_000, received() {}, inPage: undefined, lost },
    config: () => ({}) as never,
  })
  await link.start()
  link.call('setContribution', [true]).catch(() => undefined)
  await vi.advanceTimersByTimeAsync(600_000)
  expect(lost).not.toHaveBeenCalled()
  thread.answers = false
  await vi.advanceTimersByTimeAsync(15_001)
  expect(lost).toHaveBeenCalledOnce()
})
