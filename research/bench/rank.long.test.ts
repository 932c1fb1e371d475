import { expect, test } from 'vitest'
import { inPage } from './browser.ts'

const ITEMS = 3_659

test('`bench rank` times another library’s search only after it has found the same rows as our scan', async () => {
  const { results, ratios, notes } = await inPage('rank', 1, () => {}, ITEMS)
  const timed = results.filter(({ workload }) => workload === 'S-4k-64').map((it) => it.engine)
  for (const engine of ['tfjs-wasm', 'tfjs-wasm-threads', 'jax-wasm', 'numpy-ts']) {
    expect(timed, notes.join('\n')).toContain(engine)
    const own = ratios.filter(({ over, workload }) => over === engine && workload === 'S-4k-64')
    expect(own.map((it) => it.engine)).toEqual(['nearside-wasm', 'nearside-wasm-scan'])
  }
  expect(notes.join('\n')).toMatch(
    /tfjs-wasm-threads: WASM_HAS_MULTITHREAD_SUPPORT true, [2-8] threads on/,
  )
  expect(notes.join('\n')).not.toMatch(/failed/)
})
