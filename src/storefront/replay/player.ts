/** @module State and controls of a replay (play, pause, step, speed), for `useSyncExternalStore`. */
import { createSignal } from '../signal.ts'
import type { Replay, ReplayStep } from './replay.ts'
import type { PastOrder } from './shoppers.ts'

export interface PlayerState {
  readonly status: 'idle' | 'loading' | 'playing' | 'paused' | 'done' | 'failed'
  readonly steps: readonly ReplayStep[]
  /** End of the model's data, ISO date; empty until it has loaded. */
  readonly until: string
  readonly error: string | null
}

interface PlayerDeps {
  readonly orders: readonly PastOrder[]
  readonly open: () => Promise<Replay>
  readonly wait: (milliseconds: number) => Promise<void>
}

const IDLE: PlayerState = { status: 'idle', steps: [], until: '', error: null }

export function createPlayer({ orders, open, wait }: PlayerDeps) {
  const { get, set: change, subscribe } = createSignal(IDLE)
  let pace = 0
  let replay: Promise<Replay> | null = null
  /** Number of the current run; results of an earlier run are dropped. */
  let run = 0
  let going = false
  /** Number of single steps requested. */
  let owed = 0

  function set(part: Partial<PlayerState>): void {
    change({ ...get(), ...part })
  }

  /** Replays orders as long as the player plays or a step is requested. */
  async function go(): Promise<void> {
    if (going) return
    going = true
    const mine = run
    try {
      replay ??= open()
      const { until } = await replay
      if (mine !== run) return
      set({ until, status: get().status === 'loading' ? 'playing' : get().status })
      while (get().steps.length < orders.length && (get().status === 'playing' || owed > 0)) {
        if (get().status !== 'playing') owed--
        const step = await (await replay).step(orders[get().steps.length])
        if (mine !== run) return
        const steps = [...get().steps, step]
        set({ steps, status: steps.length === orders.length ? 'done' : get().status })
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
    /** Replays one order, then pauses. */
    next() {
      if (get().status === 'done' || get().status === 'failed') return
      owed++
      set({ status: 'paused' })
      void go()
    },
    /** Drops the replay and returns to the start. */
    restart() {
      drop()
      set(IDLE)
    },
    /** Pause between two orders, in addition to the computing time. */
    setPace(milliseconds: number) {
      pace = milliseconds
    },
    subscribe,
    getSnapshot: get,
  }
}
