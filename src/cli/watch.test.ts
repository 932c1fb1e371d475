import { DAY } from '@nearside/core/time.ts'
import { expect, it } from 'vitest'
import { watchLog } from './watch.ts'

const HOUR = DAY / 24

/** Hours at which `watchLog` updates the model, over three days from `start`; it checks the log once per hour. */
async function hoursOf(
  stampAt: (hour: number) => string | null,
  update = async () => {},
  start = 12,
) {
  const stop = new AbortController()
  const updated: number[] = []
  const failures: unknown[] = []
  let hour = start
  await watchLog({
    now: () => hour * HOUR,
    async wait() {
      if (++hour === start + 72) stop.abort()
    },
    stampOf: async () => stampAt(hour),
    update() {
      updated.push(hour)
      return update()
    },
    async onFailure(error) {
      failures.push(error)
    },
    signal: stop.signal,
  })
  return { updated, failures }
}

it('watchLog updates the model at once, then after each midnight if the log has grown', async () => {
  expect((await hoursOf(String)).updated).toEqual([12, 24, 48, 72])
  expect((await hoursOf((hour) => (hour < 30 ? 'a' : 'b'))).updated).toEqual([12, 30])
  expect((await hoursOf(() => 'a')).updated).toEqual([12])
  expect((await hoursOf((hour) => (hour < 15 ? null : 'a'))).updated).toEqual([15])
})

it('watchLog continues after an update that failed', async () => {
  const { updated, failures } = await hoursOf(String, () => Promise.reject(new Error('no')))
  expect(updated).toEqual([12, 24, 48, 72])
  expect(failures).toHaveLength(4)
})
