import { afterEach, expect, it, vi } from 'vitest'
import { testConfig } from './testDevice.ts'

afterEach(() => vi.unstubAllGlobals())

it('the worker lists the locales of number formats, which is slow, only once and after its first request', async () => {
  const done: string[] = []
  const listed = vi.spyOn(Intl.NumberFormat, 'supportedLocalesOf').mockImplementation(() => {
    done.push('listed')
    return []
  })
  const scope = {
    postMessage: () => undefined,
    close: () => undefined,
    onmessage: null as ((event: { data: unknown }) => Promise<void>) | null,
  }
  vi.stubGlobal('self', scope)
  vi.stubGlobal('fetch', async () => {
    done.push('asked')
    return new Response('', { status: 404 })
  })
  await import('../../worker.ts')
  expect(done).toEqual([])
  const config = testConfig('entry', { catalog: 'http://shop.example/catalog.json' })
  await scope.onmessage?.({ data: { kind: 'call', id: 1, name: 'start', args: [config] } })
  await vi.waitFor(() => expect(done).toContain('listed'))
  expect(done[0]).toBe('asked')
  expect(done.filter((one) => one === 'asked').length).toBeGreaterThan(1)
  expect(listed).toHaveBeenCalledTimes(1)
})
