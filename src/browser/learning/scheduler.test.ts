import { STRATEGIES } from '@nearside/core/learning/strategy.ts'
import { expect, test } from 'vitest'
import { createScheduler, type Timers } from './scheduler.ts'

/** Timers that advance only on request. */
function fakeTimers() {
  let time = 0
  let next = 1
  const waiting = new Map<number, { at: number; callback: () => void }>()
  const timers: Timers = {
    set(callback, milliseconds) {
      waiting.set(next, { at: time + milliseconds, callback })
      return next++
    },
    clear: (timer) => void waiting.delete(timer),
  }
  const settle = () => new Promise((resolve) => setTimeout(resolve))
  async function advance(milliseconds: number) {
    await settle()
    time += milliseconds
    for (const [timer, { at, callback }] of [...waiting]) {
      if (at > time || !waiting.delete(timer)) continue
      callback()
      await settle()
    }
  }
  return { timers, advance }
}

function setUp(task?: () => Promise<void>) {
  const { timers, advance } = fakeTimers()
  let runs = 0
  const failures: unknown[] = []
  const counted = async () => {
    runs++
    await task?.()
  }
  const scheduler = createScheduler(timers, counted, (error) => failures.push(error))
  return { scheduler, advance, failures, runs: () => runs }
}

test('a new request during the quiet period postpones the run', async () => {
  const { scheduler, advance, runs } = setUp()
  for (let i = 0; i < 5; i++) {
    scheduler.ask(2000)
    await advance(1500)
  }
  expect(runs()).toBe(0)
  await advance(500)
  expect(runs()).toBe(1)
  await advance(10_000)
  expect(runs()).toBe(1)
})

test('a view does not delay the run that a purchase requested', async () => {
  const { scheduler, advance, runs } = setUp()
  scheduler.ask(2000)
  scheduler.ask(0)
  scheduler.ask(2000)
  await advance(0)
  expect(runs()).toBe(1)
})

test('requests during a run cause one more run after it', async () => {
  let finish = () => {}
  const { scheduler, advance, runs } = setUp(
    () =>
      new Promise((resolve) => {
        finish = resolve
      }),
  )
  scheduler.ask(0)
  await advance(0)
  scheduler.ask(0)
  scheduler.ask(2000)
  await advance(5000)
  expect(runs()).toBe(1)
  finish()
  await advance(0)
  await advance(0)
  expect(runs()).toBe(2)
})

test('a failed task is reported, and the scheduler continues until it is stopped', async () => {
  const { scheduler, advance, failures, runs } = setUp(() => Promise.reject(new Error('no')))
  scheduler.ask(0)
  await advance(0)
  scheduler.ask(5000)
  scheduler.flush()
  await advance(0)
  expect(runs()).toBe(2)
  expect(failures).toEqual([new Error('no'), new Error('no')])
  scheduler.ask(0)
  scheduler.stop()
  await advance(1000)
  scheduler.flush()
  expect(runs()).toBe(2)
})

test('`online` fits after each event, `batch` after many events or a quiet time; with `hybrid` the kind of event decides', () => {
  const { online, batch, hybrid } = STRATEGIES
  expect(online.delayAfter('view_item', 1)).toBe(0)
  expect(batch.delayAfter('view_item', 1)).toBeGreaterThan(hybrid.delayAfter('view_item', 1) ?? 0)
  expect(batch.delayAfter('view_item', 20)).toBe(0)
  expect(hybrid.delayAfter('purchase', 1)).toBe(0)
  expect(hybrid.delayAfter('add_to_cart', 1)).toBe(0)
  for (const strategy of Object.values(STRATEGIES)) {
    expect(strategy.delayAfter('search', 1)).toBe(null)
  }
})
