import { expect, test, vi } from 'vitest'
import { openWays } from './openWays.ts'

/** Worker scope in which every request fails, some with a report that the Content-Security-Policy blocked it. */
function scopeWith(names: readonly string[], isReported: (name: string) => boolean) {
  const scope = new EventTarget()
  Object.assign(scope, { location: { href: 'https://vault.test/worker.js' } })
  for (const name of names) Object.assign(scope, { [name]: class {} })
  const attempts = Object.fromEntries(
    ['fetch', 'WebSocket', 'import'].map((name) => [
      name,
      async (blockedURI: string) => {
        if (isReported(name))
          scope.dispatchEvent(Object.assign(new Event('securitypolicyviolation'), { blockedURI }))
        throw new TypeError('Failed')
      },
    ]),
  )
  return { scope: scope as EventTarget & { location: { href: string } }, attempts }
}

test('if the browser reports that the Content-Security-Policy blocked each API, no API counts as open', async () => {
  const { scope, attempts } = scopeWith(['fetch', 'WebSocket'], () => true)
  expect(await openWays(scope, attempts)).toEqual([])
})

test('if a request fails without a report of the Content-Security-Policy, its API counts as open', async () => {
  vi.useFakeTimers()
  try {
    const { scope, attempts } = scopeWith(['fetch', 'WebSocket'], (name) => name !== 'WebSocket')
    const open = openWays(scope, attempts)
    await vi.advanceTimersByTimeAsync(60_000)
    expect(await open).toEqual(['WebSocket'])
  } finally {
    vi.useRealTimers()
  }
})

test('if the browser reports no violations, an API is closed only if it fails', async () => {
  const { scope, attempts } = scopeWith(['fetch', 'WebSocket'], () => false)
  expect(await openWays(scope, attempts)).toEqual([])
  const fetched = { ...attempts, fetch: () => Promise.resolve(new Response()) }
  expect(await openWays(scope, fetched)).toEqual(['fetch'])
})

test('APIs that browsers block silently are removed; an API that can’t be removed counts as open', async () => {
  const { scope, attempts } = scopeWith(['fetch', 'EventSource', 'Worker'], () => true)
  Object.defineProperty(scope, 'WebTransport', { value: class {}, configurable: false })
  expect(await openWays(scope, attempts)).toEqual(['WebTransport'])
  expect(scope).not.toHaveProperty('EventSource')
  expect(scope).not.toHaveProperty('Worker')
})
