/**
 * @module Replays a shopper's orders through two separate personalizers in memory, which know neither other shoppers
 * nor the visitor. Before each order, the replay requests one list for each way of ranking; then both personalizers
 * capture the order. One personalizer trains its model after each order, and the other never trains.
 */
import type { Item } from '../../index.ts'
import { createPersonalizer, type Personalizer, type Recommendation } from '../../index.ts'
import { words } from '../words/words.ts'
import type { Replay } from './player.ts'
import { type Arm, byArm, type Means, PLACES, qualityOf } from './quality.ts'
import type { PastOrder } from './shoppers.ts'

export interface ReplayStep {
  readonly order: PastOrder
  readonly lists: Readonly<Record<Arm, readonly Recommendation[]>>
  readonly quality: Means
  /** Day of the last event that the model was trained on, as an ISO date. */
  readonly until: string
}

const PATIENCE = 60_000

/** Replays orders, which must ascend by time. @throws Error with a message for the shopper */
export async function createReplay(items: readonly Item[]): Promise<Replay<PastOrder, ReplayStep>> {
  // The replay's catalog has no availability, because a product that is sold out today may have been available then.
  const catalog = items.map(({ id, category }) => ({ id, category }))
  const learning = createPast(catalog)
  const knowing = createPast(catalog)
  const close = () => {
    for (const past of [learning, knowing]) past.then((open) => open.close()).catch(() => undefined)
  }
  try {
    const [learns, knows] = await Promise.all([learning, knowing])
    let last: PastOrder | null = null
    const until = learns.personalizer.getSnapshot().model?.until ?? ''
    return {
      close,
      async step(order) {
        const popular = await knows.list(order.time, 'base')
        const stale = await knows.list(order.time)
        if (last) {
          await Promise.all([knows.tell(last), learns.tell(last)])
          await learns.personalizer.fineTune()
        }
        last = order
        const [fresh, personal] = await Promise.all([
          knows.list(order.time),
          learns.list(order.time),
        ])
        learns.requireWhole()
        knows.requireWhole()
        const lists = { popular, stale, fresh, personal }
        return { order, lists, quality: judge(lists, order), until }
      },
    }
  } catch (error) {
    close()
    throw error
  }
}

function judge(lists: ReplayStep['lists'], { items }: PastOrder): Means {
  const bought = new Set(items)
  return byArm((arm) =>
    qualityOf(
      lists[arm].map(({ id }) => id),
      bought,
    ),
  )
}

interface Past {
  readonly personalizer: Personalizer
  /** List that would be shown at `time`. */
  list(time: number, order?: 'personal' | 'base'): Promise<readonly Recommendation[]>
  /** Sets the personalizer's clock to the time of a past order, then captures the order. */
  tell(order: PastOrder): Promise<void>
  /** @throws Error if the personalizer lost what it had learned, because its worker failed */
  requireWhole(): void
  close(): void
}

async function createPast(catalog: readonly Item[]): Promise<Past> {
  let time = 0
  let events = 0
  let worker: Worker | null = null
  const setClock = (now: number) => {
    time = now
    worker?.postMessage({ kind: 'clock', now })
  }
  const personalizer = await createPersonalizer(
    {
      catalog,
      baseModel: `${import.meta.env.BASE_URL}models`,
      engine: 'wasm',
      persist: 'never',
      worker: () => {
        worker = new Worker(new URL('../../replayWorker.ts', import.meta.url), {
          type: 'module',
          name: 'nearside-replay',
        })
        return worker
      },
    },
    {
      now: () => time,
      newId: () => `past-${events++}`,
      conditions: {
        read: () => ({
          visible: true,
          savesData: false,
          battery: null,
          globalPrivacyControl: false,
        }),
        listen: () => () => {},
      },
      silence: 15_000,
    },
  )
  await modelOf(personalizer)
  return {
    personalizer,
    list(now, order = 'personal') {
      setClock(now)
      return personalizer.recommend({ limit: PLACES, order })
    },
    async tell(order) {
      setClock(order.time)
      const items = order.items.map((item_id) => ({ item_id }))
      await personalizer.capture({ name: 'purchase', items })
    },
    requireWhole() {
      if (personalizer.getSnapshot().notices.some(({ code }) => code === 'worker-failed'))
        throw new Error(words('replay.interrupted'))
    },
    close: () => personalizer.close(),
  }
}

/**
 * Waits until the whole model has loaded, which a replay needs. The part for new shoppers' lists loads earlier and
 * isn't enough.
 */
function modelOf(personalizer: Personalizer): Promise<void> {
  return new Promise((resolve, reject) => {
    const look = () => {
      const { model, notices } = personalizer.getSnapshot()
      const failed = notices.some(({ code }) => /^(model|worker)-/.test(code))
      if (!model && !failed) return
      end()
      if (model) resolve()
      else reject(new Error(words('replay.noModel')))
    }
    const late = setTimeout(() => {
      end()
      reject(new Error(words('replay.late')))
    }, PATIENCE)
    const unsubscribe = personalizer.subscribe(look)
    const end = () => {
      clearTimeout(late)
      unsubscribe()
    }
    look()
  })
}
