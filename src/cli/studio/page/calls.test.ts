import { afterEach, expect, test, vi } from 'vitest'
import { createCalls } from './calls.ts'

afterEach(() => vi.unstubAllGlobals())

test('a measurement is read in a browser whose streams have no iterator, such as Safari before 26', async () => {
  const { prototype } = ReadableStream
  const own = Object.getOwnPropertyDescriptor(prototype, Symbol.asyncIterator)
  Object.defineProperty(prototype, Symbol.asyncIterator, { value: undefined, configurable: true })
  try {
    const costs = { shoppers: 1, rules: [] }
    const text = `{"done":1,"total":2}\n${JSON.stringify({ costs })}\n`
    vi.stubGlobal('fetch', async () => new Response(text))
    const shares: number[] = []
    const onProgress = (share: number) => void shares.push(share)
    const measured = createCalls('t').costs([], onProgress, new AbortController().signal)
    await expect(measured).resolves.toEqual(costs)
    expect(shares).toEqual([0.5])
  } finally {
    if (own) Object.defineProperty(prototype, Symbol.asyncIterator, own)
  }
})

test('an answer that ends early, and a refusal with its code, are errors', async () => {
  vi.stubGlobal('fetch', async () => new Response('{"done":1,"total":2}\n'))
  const measured = createCalls('t').costs([], () => {}, new AbortController().signal)
  await expect(measured).rejects.toThrow('stopped before')
  const problem = { title: 'has changed', code: 'version-taken' }
  vi.stubGlobal('fetch', async () => Response.json(problem, { status: 409 }))
  await expect(createCalls('t').save([], '')).rejects.toMatchObject({ code: 'version-taken' })
})
