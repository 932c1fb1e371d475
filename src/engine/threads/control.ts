/**
 * @module The words of shared memory by which threads share out a run: its work is cut into a fixed
 * number of tiles, and whoever is free claims the next. Who computes a tile, and whether any other
 * thread has started at all, changes nothing in the result.
 */

/** Next unclaimed tile; at least the number of tiles between two runs. */
const NEXT = 0
/** Tiles finished in this run. */
const DONE = 1
/** Number of the run; threads sleep on it. */
const RUN = 2
/** Threads that have started. */
const READY = 3
const WORDS = 4

/** Loads before a thread that waits for the last tiles goes to sleep: about as long as waking takes. */
const SPINS = 2000

export type Control = Int32Array<SharedArrayBuffer>

/** Computes a tile. @param run tells a thread that what it keeps is of another run */
export type Work = (tile: number, run: number) => void

export function createControl(tiles: number): Control {
  const control = new Int32Array(new SharedArrayBuffer(4 * WORDS))
  control[NEXT] = tiles
  control[DONE] = tiles
  return control
}

/**
 * Everything that threads will read must be written before. They cannot hold a tile here, since the
 * run before has finished, nor claim one before the last store.
 */
export function beginRun(control: Control): number {
  Atomics.store(control, DONE, 0)
  const run = Atomics.add(control, RUN, 1) + 1
  Atomics.store(control, NEXT, 0)
  Atomics.notify(control, RUN)
  return run
}

/** Claims tiles and computes them until none is left. */
export function workThrough(control: Control, tiles: number, work: Work): void {
  for (;;) {
    const tile = Atomics.add(control, NEXT, 1)
    if (tile >= tiles) return
    // Not before the claim: while this tile is unfinished there will be no other run.
    work(tile, Atomics.load(control, RUN))
    if (Atomics.add(control, DONE, 1) + 1 === tiles) Atomics.notify(control, DONE)
  }
}

/** A thread's whole life. */
export function serveRuns(control: Control, tiles: number, work: Work): never {
  Atomics.add(control, READY, 1)
  for (;;) {
    // Before the work, so that a run which begins after it is not slept through.
    const run = Atomics.load(control, RUN)
    workThrough(control, tiles, work)
    Atomics.wait(control, RUN, run)
  }
}

export const readyThreads = (control: Control): number => Atomics.load(control, READY)

const finished = (control: Control, tiles: number) => Atomics.load(control, DONE) >= tiles

/** Windows may not sleep; Node and dedicated workers may. */
function maySleep(control: Control): boolean {
  try {
    Atomics.wait(control, DONE, -1, 0)
    return true
  } catch {
    return false
  }
}

/**
 * Waits for tiles that other threads have claimed.
 * @param pause lets the event loop turn where this thread may not sleep
 * @returns whether all were finished within `patience` milliseconds
 */
export async function allDone(
  control: Control,
  tiles: number,
  patience: number,
  pause: () => Promise<void>,
): Promise<boolean> {
  for (let spin = 0; spin < SPINS; spin++) if (finished(control, tiles)) return true
  const until = performance.now() + patience
  const sleeps = maySleep(control)
  while (!finished(control, tiles)) {
    const left = until - performance.now()
    if (left <= 0) return false
    if (!sleeps) await pause()
    else {
      const done = Atomics.load(control, DONE)
      if (done < tiles) Atomics.wait(control, DONE, done, left)
    }
  }
  return true
}
