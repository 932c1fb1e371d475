/**
 * @module Several tabs of one shopper. Every tab's worker writes events and makes lists itself. The tab that holds a Web
 * Lock leads: it learns automatically. A tab that dies releases the lock to the next. A tab that changes something
 * announces the change, and the other tabs read it from the store.
 */

import { serially } from '@nearside/core/serially.ts'
import type { Bus, DeviceState, Stored } from './state.ts'

export interface Tabs {
  /** Runs a task that must not run in two tabs at once. */
  alone<T>(what: Exclusive, task: () => Promise<T>): Promise<T>
  close(): void
}

type Exclusive = 'fit' | 'update' | 'contribute'

/** Whether the change is a yes or no to storage, which tabs exchange even while they store in memory. */
const isAnswer = (what: Stored) => what === 'kept' || what === 'unkept'

interface TabsInputs {
  readonly database: string
  /** False if the store will stay in this tab's own memory. */
  readonly canShare: boolean
  /** Whether the store to which a change of this kind belongs is now shared with other tabs. */
  readonly isShared: (what: Stored) => boolean
  readonly state: Pick<DeviceState, 'leads'>
  readonly bus: Bus
}

export function joinTabs({ database, canShare, isShared, state, bus }: TabsInputs): Tabs {
  const name = `nearside:${database}`
  const locks: LockManager | undefined = canShare ? globalThis.navigator?.locks : undefined
  if (!locks) {
    state.leads = true
    const queues = { fit: serially(), update: serially(), contribute: serially() }
    return { alone: (what, task) => queues[what](task), close: () => {} }
  }
  const leaving = new AbortController()
  const channel = new BroadcastChannel(name)
  channel.onmessage = ({ data: what }: MessageEvent<Stored>) => {
    if (isShared(what) || isAnswer(what)) bus.emit('storedElsewhere', what)
  }
  bus.on('stored', (what) => {
    if (!leaving.signal.aborted && (isShared(what) || isAnswer(what))) channel.postMessage(what)
  })
  let release = () => {}
  locks
    .request(`${name}:lead`, { signal: leaving.signal }, () => {
      state.leads = true
      bus.emit('leading', null)
      bus.emit('shown', null)
      return new Promise<void>((resolve) => {
        release = resolve
      })
    })
    .catch(() => {
      // The request fails if the tab closes before it gets the lock.
    })
  return {
    alone: (what, task) => locks.request(`${name}:${what}`, task) as ReturnType<typeof task>,
    close() {
      leaving.abort()
      release()
      channel.close()
    },
  }
}
