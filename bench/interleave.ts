/** @module Times contenders in turn, so that a noisy moment of the machine meets all of them alike. */

export interface Contender {
  readonly engine: string
  run(): Promise<unknown>
}

export interface Timed {
  readonly engine: string
  /** Milliseconds of the first run, which compiles and allocates. */
  readonly first: number
  /** Milliseconds a run, one number a block. */
  readonly blocks: number[]
}

/** A block repeats a contender for about this long, since clocks are coarse. */
const BLOCK_MS = 60
/** One run of these is a block, and three blocks must do. */
const SLOW_MS = 5_000
const SLOW_BLOCKS = 3

async function time(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now()
  await work()
  return performance.now() - start
}

/** Warms every contender up, then measures `blocks` blocks of them all. */
export async function interleave(
  contenders: readonly Contender[],
  blocks: number,
  progress: (done: number, total: number) => void,
): Promise<Timed[]> {
  const timed: (Timed & { repeats: number; run: () => Promise<unknown> })[] = []
  for (const { engine, run } of contenders) {
    const first = await time(run)
    const warm = first > SLOW_MS ? first : await time(run)
    timed.push({
      engine,
      first,
      blocks: [],
      repeats: Math.max(1, Math.round(BLOCK_MS / warm)),
      run,
    })
  }
  for (let block = 0; block < blocks; block++) {
    for (let turn = 0; turn < timed.length; turn++) {
      const { first, repeats, run, blocks: times } = timed[(turn + block) % timed.length]
      if (first > SLOW_MS && block >= SLOW_BLOCKS) continue
      const all = await time(async () => {
        for (let i = 0; i < repeats; i++) await run()
      })
      times.push(all / repeats)
    }
    progress(block + 1, blocks)
  }
  return timed.map(({ engine, first, blocks: times }) => ({ engine, first, blocks: times }))
}

/** Each of `count` runs by itself. */
export async function timeEach(run: () => Promise<unknown>, count: number): Promise<number[]> {
  const times: number[] = []
  for (let i = 0; i < count; i++) times.push(await time(run))
  return times
}
