/** @module Times rivals in turn, so that machine noise affects all of them alike. */

export interface Rival {
  readonly engine: string
  run(): Promise<unknown>
  /** Runs several times in one call, so that a rival in a worker of its own needs only one message per block. */
  repeat?(times: number): Promise<unknown>
}

interface Timed {
  readonly engine: string
  /** Milliseconds of the first run, which compiles and allocates. */
  readonly first: number
  /** Mean milliseconds of a run, one number for each block (a group of runs). */
  readonly blocks: number[]
}

/** Target duration of a block in milliseconds: clocks are too coarse for a single run. */
const BLOCK_MS = 60
/** If a run takes at least this many milliseconds, a block is a single run, and three blocks suffice. */
const SLOW_MS = 5_000
const SLOW_BLOCKS = 3
/** A rival whose run takes at least this many milliseconds is skipped. */
const TOO_SLOW_MS = 90_000

async function time(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now()
  await work()
  return performance.now() - start
}

/**
 * Warms every rival up, then measures `blocks` blocks of each, in turn.
 * @param progress called before each warm-up and before each block
 * @returns the timed rivals, and in `skipped` descriptions of rivals that failed or were too slow
 */
export async function interleave(
  rivals: readonly Rival[],
  blocks: number,
  progress: (done: number, total: number, engine?: string) => void,
): Promise<{ timed: Timed[]; skipped: string[] }> {
  const timed: (Timed & Rival & { repeats: number })[] = []
  const skipped: string[] = []
  for (const { engine, run, repeat } of rivals) {
    progress(0, blocks, engine)
    try {
      const first = await time(run)
      if (first > TOO_SLOW_MS) {
        skipped.push(`${engine} took ${(first / 1000).toFixed(0)} s for its first run; left out.`)
        continue
      }
      const warm = first > SLOW_MS ? first : await time(run)
      const repeats = Math.max(1, Math.round(BLOCK_MS / warm))
      timed.push({ engine, first, blocks: [], repeats, run, repeat })
    } catch (error) {
      skipped.push(`${engine} failed: ${error instanceof Error ? error.message : String(error)}`)
    }
  }
  for (let block = 0; block < blocks; block++) {
    for (let turn = 0; turn < timed.length; turn++) {
      const { first, repeats, run, repeat, blocks: times } = timed[(turn + block) % timed.length]
      if (first > SLOW_MS && block >= SLOW_BLOCKS) continue
      const all = await time(async () => {
        if (repeat) await repeat(repeats)
        else for (let i = 0; i < repeats; i++) await run()
      })
      times.push(all / repeats)
    }
    progress(block + 1, blocks)
  }
  return {
    timed: timed.map(({ engine, first, blocks: times }) => ({ engine, first, blocks: times })),
    skipped,
  }
}

/** @returns milliseconds of each run */
export async function timeEach(run: () => Promise<unknown>, count: number): Promise<number[]> {
  const times: number[] = []
  for (let i = 0; i < count; i++) times.push(await time(run))
  return times
}
