/**
 * @module Tests many rounds on files. Each report is sent twice; reports of the last rounds are sent once more. Sums
 * must be exact, each round must be released once, and memory must stay constant. For a longer run: `NEARSIDE_SOAK=60`,
 * in minutes.
 */
import { join } from 'node:path'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { testFolder } from '@nearside/core/testFolder.ts'
import { expect, it } from 'vitest'
import { openSqliteStore } from './store/store.ts'
import { createFederation } from './testFederation.ts'
import { meanOf, post, report } from './testReports.ts'

const ROUNDS = 60
const MINUTES = Number(process.env.NEARSIDE_SOAK ?? 0)
const GOAL = 4
/** Number of rounds until all code is compiled and all caches are full. */
const WARM = 20
/**
 * Number of rounds in each of two measured groups: after the warm-up, and at the end. The test compares the groups'
 * minimum memory, because V8's compiled code varies by half a megabyte.
 */
const MEASURED = 10
/** Maximum number of bytes by which memory may grow per round; a server that kept a round's reports would need more. */
const MOST_A_ROUND = 40_000

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as () => void

function heap(): number {
  collect()
  return process.memoryUsage().heapUsed
}

it(
  'rounds are exact and released once each, and leak no memory',
  async () => {
    const folder = testFolder()
    const federation = await createFederation({
      parameters: { aggregationGoal: GOAL },
      client: { stopping: new AbortController().signal },
      leader: { store: openSqliteStore(join(folder, 'l.sqlite')) },
      helper: { store: openSqliteStore(join(folder, 'h.sqlite')) },
    })
    const earlier: Uint8Array[] = []
    const until = Date.now() + 60_000 * MINUTES
    const heaps: number[] = []
    let round = 0
    while (round < ROUNDS || Date.now() < until) {
      round++
      const made = []
      for (let i = 0; i < GOAL; i++) made.push(await report(federation, GOAL * round + i))
      const bodies = made.map(({ body }) => body)
      const sent = [...bodies, ...earlier, ...bodies]
      // A machine that pauses for seconds answers 503; the test sends the same bytes again, as devices do.
      for (let [left, tries] = [sent, 0]; left.length > 0; federation.now += 6_000) {
        expect(tries++).toBeLessThan(20)
        const statuses = await Promise.all(
          left.map(async (body) => (await post(federation, body)).status),
        )
        left = left.filter((_, k) => statuses[k] === 503)
        expect(statuses.filter((status) => ![200, 201, 503].includes(status))).toEqual([])
      }
      await federation.leader.advance()
      const mean = meanOf(
        made.map(({ quantized }) => quantized),
        GOAL,
      )
      expect(federation.applied.splice(0)).toEqual([mean])
      expect(await federation.leader.store.current()).toMatchObject({
        round: round + 1,
        counted: 0,
      })
      federation.log.length = 0
      earlier.push(...bodies)
      earlier.splice(0, earlier.length - 3 * GOAL)
      heaps.push(heap())
    }
    const least = (from: number) => Math.min(...heaps.slice(from, from + MEASURED))
    const grown = least(round - MEASURED) - least(WARM)
    if (MINUTES > 0)
      console.log(`${round} rounds, the heap grew by ${grown} bytes to ${heaps.at(-1)}`)
    expect(grown / (round - MEASURED - WARM)).toBeLessThan(MOST_A_ROUND)
    expect(await federation.leader.store.lost()).toBe(0)
    await federation.leaderStore.shut()
    await federation.helperStore.shut()
  },
  24 * 3_600_000,
)
