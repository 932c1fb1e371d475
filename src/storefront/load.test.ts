import { afterEach, expect, test, vi } from 'vitest'
import { loadArray } from './load.ts'

/** Server that sends the text in pieces of `size` bytes, and optionally breaks off. */
function serve(text: string, size: number, breaksOff = false): void {
  const bytes = new TextEncoder().encode(text)
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      for (let from = 0; from < bytes.length; from += size)
        controller.enqueue(bytes.slice(from, from + size))
      if (breaksOff) controller.error(new TypeError('network error'))
      else controller.close()
    },
  })
  vi.stubGlobal('fetch', () => Promise.resolve(new Response(body)))
}

async function load(): Promise<unknown[]> {
  const all: unknown[] = []
  for await (const some of loadArray('catalog.json')) all.push(...some)
  return all
}

afterEach(() => vi.unstubAllGlobals())

const ITEMS = [{ id: 'a', title: 'Träume, „leicht“' }, { id: 'b', title: '[\\n]' }, { id: 'c' }]
const FILE = `[\n${ITEMS.map((item) => JSON.stringify(item)).join(',\n')}\n]\n`

test('a large array is read whole, however the network splits it', async () => {
  for (const size of [1, 2, 3, 7, 64, 10_000]) {
    serve(FILE, size)
    expect(await load()).toEqual(ITEMS)
  }
  serve('[\n]\n', 2)
  expect(await load()).toEqual([])
})

test('an incomplete file is an error', async () => {
  for (const text of [
    FILE.slice(0, 40),
    FILE.slice(0, FILE.indexOf('{"id":"c"')),
    '[\n{]\n]\n',
    '',
  ]) {
    serve(text, 16)
    await expect(load()).rejects.toThrow('What the shop sent could not be read.')
  }
  serve(FILE, 16, true)
  await expect(load()).rejects.toThrow('The shop could not be reached.')
})
