import { PassThrough } from 'node:stream'
import { expect, it } from 'vitest'
import { createProgress } from './command.ts'

function testStream(isTTY: boolean) {
  const stream = Object.assign(new PassThrough(), { isTTY, columns: 80 })
  return {
    stream: stream as unknown as NodeJS.WriteStream,
    text: () => String(stream.read() ?? ''),
  }
}

it('on a terminal, progress is one bar per label, cleared at the end', () => {
  const { stream, text } = testStream(true)
  const progress = createProgress(stream)
  progress.update('reading', 0, 4)
  expect(text()).toContain('reading ····················')
  progress.update('reading', 4, 4)
  progress.update('training', 1, 2)
  expect(text()).toMatch(/training █{10}·{10} 50 %/)
  progress.clear()
  // These sequences move the cursor to the line's start and clear the line.
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are the terminal's own control sequences
  expect(text()).toMatch(/\x1b\[1G\x1b\[2K$/)
  progress.clear()
  expect(text()).toBe('')
})

it('progress shows no time left before it knows the pace, and no share if the total is unknown', () => {
  const { stream, text } = testStream(true)
  let now = 0
  const progress = createProgress(stream, () => now)
  progress.update('weights', 0, 0)
  progress.update('walking', 0, 9000)
  progress.clear()
  const first = text()
  expect(first).toMatch(/weights ·{20} step 0/)
  expect(first).toMatch(/walking ·{20} 0 %/)
  expect(first).not.toMatch(/100|left/)
  progress.update('walking', 0, 9000)
  now = 11_000
  progress.update('walking', 100, 9000)
  progress.clear()
  expect(text()).toMatch(/walking ·{20} 1 %, 16 min left/)
})

it('progress is a line every few seconds if output is redirected', () => {
  const { stream, text } = testStream(false)
  let now = 0
  const progress = createProgress(stream, () => now)
  for (let second = 0; second <= 25; second++) {
    now = second * 1000
    progress.update('training', second, 50)
  }
  progress.clear()
  expect(text()).toBe('training: 20 %, 40 s left\ntraining: 40 %, 30 s left\n')
  const say = (label: string, done: number, total: number) => {
    now += 11_000
    progress.update(label, done, total)
  }
  say('walking', 0, 9000)
  say('walking', 100, 9000)
  expect(text()).toBe('walking: 0 %\nwalking: 1 %, 16 min left\n')
  // The first total is too low, and the second is unknown.
  say('features', 303, 300)
  say('weights', 7, 0)
  expect(text()).toBe('features: 100 %\nweights: step 7\n')
})
