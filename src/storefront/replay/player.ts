/** @module State and controls of a replay (play, pause, step, speed), for `useSyncExternalStore`. */
import { createSignal } from '../signal.ts'

/** Plays the parts of a story, such as a shopper's orders, one after another. */
export interface Replay<Part, Step> {
  /** Plays the next part. @throws Error with a message for the shopper */
  step(part: Part): Promise<Step>
  close(): void
}

export interface PlayerState<Step> {
  readonly status: 'idle' | 'loading' | 'playing' | 'paused' | 'done' | 'failed'
  readonly steps: readonly Step[]
  readonly error: string | null
}

interface PlayerDeps<Part, Step> {
  readonly parts: readonly Part[]
  readonly open: () => Promise<Replay<Part, Step>>
  readonly wait: (milliseconds: number) => Promise<void>
}

export type Player<Step> = ReturnType<typeof createPlayer<unknown, Step>>

export function createPlayer<Part, Step>({ parts, open, wait }: PlayerDeps<Part, Step>) {
  const IDLE: PlayerState<Step> = { status: 'idle', steps: [], error: null }
  const { get, set: change, subscribe } = createSignal(IDLE)
  let pace = 0
  let replay: Promise<Replay<Part, Step>> | null = null
  /** Number of the current run. Results of an earlier run are dropped. */
  let run = 0
  let going = false
  /** Number of single steps requested. */
  let owed = 0

  function set(part: Partial<PlayerState<Step>>): void {
    change({ ...get(), ...part })
  }

  /** Plays parts as long as the player plays or a step is requested. */
  async function go(): Promise<void> {
    if (going) return
    going = true
    const mine = run
    try {
      replay ??= open()
      const opened = await replay
      if (mine !== run) return
      set({ status: get().status === 'loading' ? 'playing' : get().status })
      while (get().steps.length < parts.length && (get().status === 'playing' || owed > 0)) {
        if (get().status !== 'playing') owed--
        const step = await opened.step(parts[get().steps.length])
        if (mine !== run) return
        const steps = [...get().steps, step]
        set({ steps, status: steps.length === parts.length ? 'done' : get().status })
        if (get().status === 'playing') await wait(pace)
        if (mine !== run) return
      }
    } catch (error) {
      if (mine !== run) return
      drop()
      set({ status: 'failed', error: error instanceof Error ? error.message : String(error) })
    } finally {
      if (mine === run) going = false
    }
  }

  function drop(): void {
    replay?.then((open) => open.close()).catch(() => undefined)
    replay = null
    going = false
    owed = 0
    run++
  }

  return {
    play() {
      if (get().status === 'playing' || get().status === 'loading' || get().status === 'done')
        return
      if (get().status === 'failed') set(IDLE)
      set({ status: replay ? 'playing' : 'loading' })
      void go()
    },
    pause() {
      if (get().status !== 'playing' && get().status !== 'loading') return
      owed = 0
      set({ status: 'paused' })
    },
    /** Plays one part, then pauses. */
    next() {
      if (get().status === 'done' || get().status === 'failed') return
      owed++
      set({ status: 'paused' })
      void go()
    },
    restart() {
      drop()
      set(IDLE)
    },
    /** Milliseconds of pause between two parts, in addition to the computing time. */
    setPace(milliseconds: number) {
      pace = milliseconds
    },
    subscribe,
    getSnapshot: get,
  }
}
