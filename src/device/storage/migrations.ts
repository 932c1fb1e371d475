/**
 * @module The schema's history. Each step takes a database of version n to n + 1 inside the
 * upgrade's own transaction; steps are never edited, only added.
 *
 * | version | change |
 * |---|---|
 * | 1 | tables; events as captured |
 * | 2 | every event carries its session and its order of arrival; `heads.events` counts them |
 */
import type { IDBPDatabase, IDBPTransaction } from 'idb'
import { readStoredEvent } from '../../core/events/capture.ts'
import { sessionOf } from '../../core/events/session.ts'
import { KEY_PATHS, TABLES } from './database.ts'
import { addToHead, EMPTY_HEAD } from './head.ts'

export const SCHEMA_VERSION = 2

type Upgrade = IDBPTransaction<unknown, string[], 'versionchange'>
type Step = (database: IDBPDatabase, transaction: Upgrade) => Promise<void>

const STEPS: readonly Step[] = [
  async (database) => {
    for (const table of TABLES) {
      const keyPath = KEY_PATHS[table]
      database.createObjectStore(table, keyPath === null ? undefined : { keyPath })
    }
  },
  async (_database, transaction) => {
    const events = transaction.objectStore('events')
    const rows: unknown[] = await events.getAll()
    const readable = rows
      .map((row) => readStoredEvent({ session: '', ...(row as object) }))
      .filter((event) => event !== null)
      .sort((a, b) => a.time - b.time)
    await events.clear()
    let head = EMPTY_HEAD
    for (const event of readable) {
      const last = head.lastTime === null ? null : { time: head.lastTime, session: head.session }
      const stored = { ...event, session: sessionOf(last, event) }
      await events.put({ ...stored, order: head.order })
      head = addToHead(head, stored)
    }
    await transaction.objectStore('heads').put(head, 'events')
  },
]

/** Runs the steps between `from` (0 = new) and `to`. */
export async function migrate(
  database: IDBPDatabase,
  transaction: Upgrade,
  from: number,
  to = SCHEMA_VERSION,
): Promise<void> {
  for (let version = from; version < to; version++) await STEPS[version](database, transaction)
}
