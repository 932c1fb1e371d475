/** @module Fetches a whole answer; if that fails, the error names the reason. */
import { NearsideError } from '@nearside/core/error.ts'
import { readAtMost } from '@nearside/core/readAtMost.ts'

export interface Fetching {
  readonly fetch: typeof globalThis.fetch
  /** Time limit for each whole answer, milliseconds. */
  readonly timeout: number
  readonly signal: AbortSignal
}

/** @throws NearsideError `input-invalid` if no complete answer comes in time, `aborted` if the signal aborts */
export async function fetchWhole(
  url: string,
  init: RequestInit,
  { fetch, timeout, signal }: Fetching,
) {
  // Not `AbortSignal.timeout` in `AbortSignal.any`: Node can garbage-collect the timeout's signal before it fires, and
  // the request would wait forever (https://github.com/nodejs/node/issues/57736).
  const within = new AbortController()
  const stop = () => within.abort(signal.reason)
  if (signal.aborted) stop()
  signal.addEventListener('abort', stop)
  const late = new DOMException('The time limit has passed.', 'TimeoutError')
  const timer = setTimeout(() => within.abort(late), timeout)
  try {
    const response = await fetch(url, { ...init, signal: within.signal })
    return { response, body: await readAtMost(response, 512 * 2 ** 20) }
  } catch (error) {
    const code = signal.aborted ? 'aborted' : 'input-invalid'
    const why = reasonOf(error, timeout)
    throw new NearsideError(code, `the request failed (${why})`, { cause: error })
  } finally {
    clearTimeout(timer)
    signal.removeEventListener('abort', stop)
  }
}

/** Reason of a failed request. Node's message is only “fetch failed”; the error's cause says why. */
export function reasonOf(error: unknown, timeout: number): string {
  const { name, message, cause } = error as Error
  if (name === 'TimeoutError') return `no complete answer in ${timeout / 1000} s`
  const { code, message: why } = (cause ?? {}) as { code?: string; message?: string }
  return code ?? why ?? message
}
