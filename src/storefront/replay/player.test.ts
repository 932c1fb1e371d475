import { expect, test, vi } from 'vitest'
import { createPlayer, type Replay } from './player.ts'

const parts = [1, 2, 3]

function setUp(fails = false) {
  const gates: (() => void)[] = []
  const closed = vi.fn()
  const seen: number[] = []
  const replay: Replay<number, number> = {
    async step(part) {
      if (fails) throw new Error('No model.')
      seen.push(part)
      return 10 * part
    },
    close: closed,
  }
  const open = vi.fn(async () => replay)
  const player = createPlayer({
    parts,
    open,
    wait: () => new Promise<void>((resolve) => gates.push(resolve)),
  })
  /** Lets the player's pause between two parts end. */
  const tick = async () => {
    await vi.waitFor(() => expect(gates.length).toBeGreaterThan(0))
    gates.shift()?.()
  }
  return { player, seen, open, closed, tick }
}

type Playing = ReturnType<typeof setUp>['player']
const count = (player: Playing) => player.getSnapshot().steps.length
const status = (player: Playing) => player.getSnapshot().status

test('the player plays every part once, in sequence, and ends', async () => {
  const { player, seen, tick, open } = setUp()
  expect(status(player)).toBe('idle')
  player.play()
  expect(status(player)).toBe('loading')
  player.play()
  await tick()
  await tick()
  await vi.waitFor(() => expect(status(player)).toBe('done'))
  expect(seen).toEqual([1, 2, 3])
  expect(open).toHaveBeenCalledTimes(1)
  expect(player.getSnapshot().steps).toEqual([10, 20, 30])
  player.play()
  player.next()
  expect(status(player)).toBe('done')
})

test('the player pauses between two parts and later continues with the next part', async () => {
  const { player, seen, tick } = setUp()
  player.play()
  await vi.waitFor(() => expect(count(player)).toBe(1))
  player.pause()
  await tick()
  expect([status(player), count(player)]).toEqual(['paused', 1])
  player.play()
  await vi.waitFor(() => expect(count(player)).toBe(2))
  expect(seen).toEqual([1, 2])
})

test('a step requested during the player’s pause between two parts follows at once', async () => {
  const { player, seen, tick } = setUp()
  player.play()
  await vi.waitFor(() => expect(count(player)).toBe(1))
  player.pause()
  player.next()
  await tick()
  await vi.waitFor(() => expect(count(player)).toBe(2))
  expect([status(player), seen]).toEqual(['paused', [1, 2]])
})

test('the player steps by one part at a time', async () => {
  const { player, seen } = setUp()
  player.next()
  await vi.waitFor(() => expect(count(player)).toBe(1))
  expect(status(player)).toBe('paused')
  player.next()
  await vi.waitFor(() => expect(count(player)).toBe(2))
  player.next()
  await vi.waitFor(() => expect(status(player)).toBe('done'))
  expect(seen).toEqual([1, 2, 3])
})

test('a restart of the player closes the replay, drops the running step and starts again', async () => {
  const { player, seen, closed, open } = setUp()
  player.play()
  await vi.waitFor(() => expect(count(player)).toBe(1))
  player.restart()
  expect([status(player), count(player)]).toEqual(['idle', 0])
  await vi.waitFor(() => expect(closed).toHaveBeenCalledTimes(1))
  player.next()
  await vi.waitFor(() => expect(count(player)).toBe(1))
  expect(seen).toEqual([1, 1])
  expect(open).toHaveBeenCalledTimes(2)
})

test('the player shows a failure, and playing again retries', async () => {
  const { player, open } = setUp(true)
  player.play()
  await vi.waitFor(() => expect(status(player)).toBe('failed'))
  expect(player.getSnapshot().error).toBe('No model.')
  player.play()
  expect(player.getSnapshot().error).toBeNull()
  await vi.waitFor(() => expect(open).toHaveBeenCalledTimes(2))
})
