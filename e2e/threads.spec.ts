/** @module The demo shop is isolated, and its policy lets its worker start threads from its own files. */
import { readdirSync } from 'node:fs'
import { expect, test } from 'playwright/test'
import { assembleInt8Scan, BLOCK_ROWS } from '../src/engine/topk/blocks.ts'
import { planScan } from '../src/engine/topk/tiles.ts'
import { openShop } from './shop.ts'

test('the shop’s worker can start a thread of the engine', async ({ page }) => {
  const said: string[] = []
  page.on('console', (message) => {
    if (message.type() === 'error') said.push(message.text())
  })
  await openShop(page)
  expect(await page.evaluate(() => crossOriginIsolated)).toBe(true)
  const files = readdirSync('dist/demo/assets').filter((name) => /^thread-[\w-]+\.js$/.test(name))
  expect(files).toHaveLength(1)
  const plan = planScan(64, 8, true, 2)
  const [worker] = page.workers()
  const best = await worker.evaluate(
    async ({ script, bytes, plan: given }) => {
      const { pages, tiles } = given
      const memory = new WebAssembly.Memory({ initial: pages, maximum: pages, shared: true })
      const module = await WebAssembly.compile(Uint8Array.from(bytes))
      // Next, done, run, ready, as in `engine/threads/control.ts`.
      const control = new Int32Array(new SharedArrayBuffer(16))
      const thread = new Worker(script, { type: 'module' })
      const failed = new Promise<never>((_, reject) => {
        thread.onerror = ({ message }) => reject(new Error(message || 'refused'))
      })
      const job = { kind: 'topk', module, memory, plan: given }
      thread.postMessage({ control, tiles, thread: 1, job })
      const ready = async () => {
        while (Atomics.load(control, 3) === 0 || Atomics.load(control, 1) < tiles)
          await new Promise((resolve) => setTimeout(resolve, 10))
        thread.terminate()
        return Atomics.load(control, 1)
      }
      return Promise.race([ready(), failed])
    },
    {
      script: `/assets/${files[0]}`,
      bytes: [...assembleInt8Scan(plan.width, plan.stepsPerTile * BLOCK_ROWS, plan.pages, true)],
      plan,
    },
  )
  expect(best).toBe(plan.tiles)
  expect(said).toEqual([])
})
