/** @module Tests that a proof continues if the shop has no worker or the browser refuses to start one. */
import { expect, it, onTestFinished, vi } from 'vitest'
import { PROBES } from './probes.ts'
import { tryProbes, type Watched } from './stages.ts'

it('a proof tries all other probes when the browser refuses the service worker', async () => {
  vi.useFakeTimers()
  onTestFinished(() => void vi.useRealTimers())
  const tried: string[] = []
  const page = {
    on: () => undefined,
    goto: async () => null,
    // `tryProbes` passes probes as texts. The only function it passes registers a service worker, which fails here.
    async evaluate(what: unknown) {
      if (typeof what !== 'string') throw new Error('Failed to register a ServiceWorker')
      tried.push(what)
    },
  }
  const context = {
    newPage: async () => page,
    serviceWorkers: () => [],
    waitForEvent: () => new Promise(() => {}),
    newCDPSession: async () => ({ send: async () => ({}) }),
  }
  const watched = { context, sent: async () => [], end: async () => [] } as unknown as Watched
  const rules = { shopAt: [], origins: [], browserNames: new Set<string>(), plain: new Map() }
  const given = rules as unknown as Parameters<typeof tryProbes>[5]
  const [url, worker] = ['https://shop.example/', 'https://shop.example/sw.js']
  const traces = tryProbes(watched, url, worker, () => 'MARK', 0, given)
  traces.catch(() => undefined)
  await vi.advanceTimersByTimeAsync(600_000)
  const expected = PROBES.map(({ where }) => (where.endsWith('worker') ? 'no worker' : 'nothing'))
  expect(await traces).toEqual(expected)
  expect(tried).toHaveLength(expected.filter((trace) => trace === 'nothing').length)
})
