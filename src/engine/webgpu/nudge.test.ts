/** @module Tests the empty submits, which only Firefox needs, while a fit waits for the GPU. */
import { afterEach, expect, test, vi } from 'vitest'
import { whileNudging } from './webgpuEngine.ts'

afterEach(() => {
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

async function submitsIn(userAgent: string | undefined, milliseconds: number, fail = false) {
  vi.useFakeTimers()
  vi.stubGlobal('navigator', { userAgent })
  const submit = vi.fn()
  const work = new Promise<string>((resolve, reject) => {
    setTimeout(() => (fail ? reject(new Error('lost')) : resolve('done')), milliseconds)
  })
  const waiting = whileNudging({ submit }, work).catch((error: Error) => error.message)
  await vi.advanceTimersByTimeAsync(milliseconds)
  expect(await waiting).toBe(fail ? 'lost' : 'done')
  const during = submit.mock.calls.length
  await vi.advanceTimersByTimeAsync(100)
  expect(submit.mock.calls.length).toBe(during)
  for (const [buffers] of submit.mock.calls) expect(buffers).toEqual([])
  return during
}

test('Firefox gets an empty submit each millisecond until the work ends', async () => {
  const firefox = 'Mozilla/5.0 (X11; Linux x86_64; rv:153.0) Gecko/20100101 Firefox/153.0'
  expect(await submitsIn(firefox, 20)).toBeGreaterThanOrEqual(19)
  expect(await submitsIn(firefox, 20, true)).toBeGreaterThanOrEqual(19)
})

test.each([
  'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Safari/537.36',
  'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.0 Safari/605.1.15',
  undefined,
])('%s gets no empty submits', async (userAgent) => {
  expect(await submitsIn(userAgent, 20)).toBe(0)
})
