/**
 * @module Several tabs, one shopper. Every tab's worker writes events and answers lists itself; the
 * one that holds a Web Lock leads: it learns by itself, and looks for new models. Whoever changes
 * something says so, and the others read it from the store. A tab that dies releases the lock, and
 * the next in line leads.
 */

export type TabNews = 'events' | 'personal' | 'settings' | 'model' | 'erased'

export interface Tabs {
  readonly leads: boolean
  tell(news: TabNews): void
  /** Runs alone among all tabs: fits and uploads must not happen twice at once. */
  alone<T>(task: () => Promise<T>): Promise<T>
  close(): void
}

const NEWS: readonly TabNews[] = ['events', 'personal', 'settings', 'model', 'erased']

/** @param shared false where the store is this tab's own memory: then there is nobody to talk to */
export function joinTabs(
  database: string,
  shared: boolean,
  heard: (news: TabNews) => void,
  leading: () => void,
): Tabs {
  const name = `nearside:${database}`
  const locks: LockManager | undefined = shared ? globalThis.navigator?.locks : undefined
  if (!locks) {
    const solo = createQueue()
    return { leads: true, tell: () => {}, alone: solo, close: () => {} }
  }
  const channel = new BroadcastChannel(name)
  channel.onmessage = ({ data }: MessageEvent<unknown>) => {
    const news = NEWS.find((known) => known === data)
    if (news) heard(news)
  }
  let leads = false
  let release = () => {}
  const leaving = new AbortController()
  locks
    .request(`${name}:lead`, { signal: leaving.signal }, () => {
      leads = true
      leading()
      return new Promise<void>((resolve) => {
        release = resolve
      })
    })
    .catch(() => {
      // Left before it was this tab's turn.
    })
  return {
    get leads() {
      return leads
    },
    tell: (news) => channel.postMessage(news),
    alone: (task) => locks.request(`${name}:work`, task) as ReturnType<typeof task>,
    close() {
      leaving.abort()
      release()
      channel.close()
    },
  }
}

function createQueue() {
  let queue: Promise<unknown> = Promise.resolve()
  return <T>(task: () => Promise<T>): Promise<T> => {
    const turn = queue.then(task)
    queue = turn.catch(() => undefined)
    return turn
  }
}
