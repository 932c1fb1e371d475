/**
 * @module Store on SQLite, in WAL mode. A transaction is on disk before a report is acknowledged (`synchronous =
 * full`). Each step that must be atomic is one transaction. Deleted data is overwritten (`secure_delete`), and once
 * a round takes no more reports, also in the write-ahead log.
 */
import { decodeVector, encodeVector, fromHex } from '../../../core/bytes.ts'
import { canonicalJson } from '../../../core/canonicalJson.ts'
import { NearsideError } from '../../../core/error.ts'
import { serially } from '../../../core/serially.ts'
import { addShare } from '../../privacy/shares.ts'
import { markOf } from '../mark.ts'
import type { ModelRelease } from '../schemas.ts'
import { NEXT_SEALING_KEY, type Store } from '../store.ts'
import { admitSeeds, admitShares, idsIn, tokensOf } from './admit.ts'
import {
  expiredBy,
  idsHeld,
  type Recorded,
  type ReportRow,
  reachedBy,
  recordedAs,
  rowOf,
  saltFor,
  seedHeld,
} from './marks.ts'
import { createRowReader, owned, RECORD, type RoundRow, SUMMARY, type SummaryRow } from './rows.ts'
import { lockFile, openFile } from './sqliteFile.ts'

/**
 * @param file path, or `:memory:`
 * @param fatal called when the disk fails, above all at a flush. The state of earlier writes is unknown then, so
 * the process must end without answering anything more.
 * @throws NearsideError `storage-unavailable`, also where another process has the file
 */
export function openSqliteStore(
  file: string,
  fatal: (error: NearsideError) => void = () => {},
): Store {
  const lock = lockFile(file)
  const database = openFile(file)
  const statement = <Row>(sql: string) => database.prepare<unknown[], Row>(sql)
  const read = async <T>(body: () => T): Promise<T> => guarded(body)
  /** IMMEDIATE takes the write lock first, so that concurrent reads and writes can't interleave. */
  const write = async <T>(body: () => T): Promise<T> => {
    return guarded(() => database.transaction(body).immediate())
  }
  const guarded = <T>(touch: () => T): T => {
    try {
      return touch()
    } catch (thrown) {
      const error = NearsideError.from(thrown, 'storage-unavailable', 'The database fails')
      if (/^SQLITE_(IOERR|CORRUPT)/.test((thrown as { code?: string }).code ?? '')) fatal(error)
      throw error
    }
  }

  const selectSetting = statement<{ value: Buffer }>('select value from settings where name = ?')
  const insertSetting = statement('insert or ignore into settings (name, value) values (?, ?)')
  const deleteSetting = statement('delete from settings where name = ?')
  const selectNewest = statement<RoundRow>(
    `select ${RECORD} from rounds order by round desc limit 1`,
  )
  const selectSummaries = statement<SummaryRow>(
    `select ${SUMMARY} from rounds order by round desc limit ?`,
  )
  const selectRound = statement<RoundRow>(`select ${RECORD} from rounds where round = ?`)
  const selectEnd = statement<{ closedAt: number | null }>(
    'select closed_at as "closedAt" from rounds where round = ? and salt is not null',
  )
  const selectLost = statement<{ lost: number }>(
    `select coalesce(sum(counted), 0) as lost from rounds where state = 'abandoned'`,
  )
  const insertRound = statement(
    `insert into rounds (round, state, policy, policy_hash, sealing_key, opened_at, salt)
       values (?, 'open', ?, ?, ?, ?, ?)`,
  )
  const abandonOpen = statement(
    `update rounds set state = 'abandoned', closed_at = ? where state = 'open'`,
  )
  const selectSalts = statement<{ salt: Buffer }>(
    'select distinct salt from rounds where salt is not null',
  )
  const selectSalt = statement<{ salt: Buffer | null }>('select salt from rounds where round = ?')
  const selectNewestSalt = statement<{ salt: Buffer; began: number }>(
    `select salt, min(opened_at) as began from rounds where salt is not null
       group by salt order by max(round) desc limit 1`,
  )
  const selectExpired = statement<{ round: number }>(
    'select round from rounds where salt is not null and closed_at <= ?',
  )
  const deleteSalt = statement('update rounds set salt = null where round = ?')
  const selectReport = statement<ReportRow>(
    'select * from reports left join held using (mark) where mark = ?',
  )
  const insertReport = statement('insert into reports (mark, round, body) values (?, ?, ?)')
  const insertHeld = statement('insert into held (mark, held) values (?, ?)')
  const selectHeld = statement<{ held: Buffer }>(
    'select held from held join reports using (mark) where round = ?',
  )
  const selectMarks = statement<{ mark: Buffer }>(
    'select mark from reports where round = ? order by mark',
  )
  const deleteReports = statement('delete from reports where round = ?')
  const selectSum = statement<{ sum: Buffer }>('select sum from accumulators where round = ?')
  const upsertSum = statement('insert or replace into accumulators (round, sum) values (?, ?)')
  const addCount = statement('update rounds set counted = counted + ? where round = ?')
  const deleteSum = statement('delete from accumulators where round = ?')
  const deleteHeld = statement('delete from held')
  const selectToken = statement('select 1 from tokens where round = ? and nonce = ?')
  const insertToken = statement('insert into tokens (round, nonce) values (?, ?)')
  const deleteTokens = statement('delete from tokens where round = ?')
  const deleteSealingKey = statement('update rounds set sealing_key = null where round = ?')

  const selectModels = statement<{ statement: string }>(
    'select statement from models order by release desc limit ?',
  )
  const selectModel = statement<{ statement: string }>(
    'select statement from models where release = ?',
  )
  const insertModel = statement('insert into models (release, statement) values (?, ?)')

  const { summary, record } = createRowReader()

  function known(round: number, ids: readonly string[]) {
    const found = new Map<string, Recorded>()
    for (const { salt } of selectSalts.all()) {
      for (const id of ids) {
        const row = selectReport.get(markOf(salt, fromHex(id)))
        if (row) found.set(id, recordedAs(row, salt, round))
      }
    }
    return found
  }

  /** Inserts reports of an open round, within a transaction. */
  function insert(round: number, reports: readonly Parameters<typeof rowOf>[2][]): void {
    if (reports.length === 0) return
    const salt = saltOf(round)
    for (const report of reports) {
      const { mark, body, held } = rowOf(round, salt, report)
      insertReport.run(mark, round, body)
      insertHeld.run(mark, held)
    }
  }

  /** Salt of a round that is open, or ended at most a period ago. */
  const saltOf = (round: number) => selectSalt.get(round)?.salt ?? new Uint8Array()

  const spent = (round: number, tokens: readonly string[]) =>
    new Set(tokens.filter((token) => selectToken.get(round, fromHex(token)) !== undefined))

  /** Adds shares to the round's sum, within a transaction. */
  function add(round: number, shares: readonly Uint32Array[]): void {
    if (shares.length === 0) return
    const sum = sumOf(round, shares[0].length)
    for (const share of shares) addShare(sum, share)
    upsertSum.run(round, encodeVector(sum))
  }

  function sumOf(round: number, length: number): Uint32Array {
    const row = selectSum.get(round)
    return row ? decodeVector(row.sum) : new Uint32Array(length)
  }

  return {
    // One process owns the file, so a queue in memory suffices.
    exclusively: serially(),
    setting: (name) => read(() => owned(selectSetting.get(name)?.value)),
    keepSetting: (name, value) =>
      write(() => {
        insertSetting.run(name, value)
        return owned(selectSetting.get(name)?.value) ?? value
      }),

    current: () =>
      read(() => {
        const row = selectNewest.get()
        return row ? record(row) : null
      }),
    rounds: (limit) => read(() => selectSummaries.all(limit).map(summary)),
    openRound: (round, policy, policyHash, sealingKey, now) =>
      forget(() => {
        const taken = selectRound.get(round)
        if (taken) return taken.policyHash === policyHash && taken.state === 'open'
        for (const row of selectSummaries.all(1)) {
          if (row.state === 'open') drop(row.round)
        }
        abandonOpen.run(now)
        const expired = expiredBy(policy, now)
        const salt = saltFor(selectNewestSalt.get(), expired)
        for (const over of selectExpired.all(expired)) {
          deleteReports.run(over.round)
          deleteSalt.run(over.round)
        }
        insertRound.run(round, canonicalJson(policy), policyHash, sealingKey, now, salt)
        deleteSetting.run(NEXT_SEALING_KEY)
        return true
      }),

    lost: () => read(() => selectLost.get()?.lost ?? 0),

    known: (round, ids) => read(() => known(round, ids)),
    spent: (round, tokens) => read(() => spent(round, tokens)),
    count: (round, goal, shares) =>
      write(() => {
        const row = selectRound.get(round)
        const before = known(round, idsIn(shares))
        const taken = spent(round, tokensOf(shares))
        const { outcomes, fresh } = admitShares(row, goal, shares, before, taken)
        insert(round, fresh)
        for (const token of tokensOf(fresh)) insertToken.run(round, fromHex(token))
        add(
          round,
          fresh.map(({ share }) => share),
        )
        addCount.run(fresh.length, round)
        return outcomes
      }),
    keep: (round, seeds) =>
      write(() => {
        const state = selectRound.get(round)?.state
        const { outcomes, fresh, kept } = admitSeeds(
          round,
          state,
          seeds,
          known(round, idsIn(seeds)),
        )
        insert(round, fresh)
        addCount.run(kept, round)
        return outcomes
      }),
    seeds: (round, ids) =>
      read(() => {
        const salt = saltOf(round)
        return ids.map((id) => seedHeld(selectReport.get(markOf(salt, id))?.held))
      }),
    endedAt: (round) => read(() => selectEnd.get(round)?.closedAt ?? null),
    reached: (round) =>
      read(() =>
        reachedBy(selectRound.get(round), selectSalt.get(round)?.salt, selectMarks.all(round)),
      ),

    fill: (round, goal) =>
      forget(() => {
        const row = selectRound.get(round)
        if (row?.state !== 'open' || row.counted < goal) return false
        statement(`update rounds set state = 'full' where round = ?`).run(round)
        deleteSealingKey.run(round)
        deleteTokens.run(round)
        return true
      }),
    aggregate: (round) =>
      read(() => ({ ids: idsHeld(selectHeld.all(round)), sum: sumOf(round, 0) })),
    exchange: (round, { idSetHash, ownShare, peerShare, peerSignature, version }) =>
      forget(() => {
        const { changes } = statement(
          `update rounds set state = 'exchanged', id_set_hash = ?, own_share = ?, peer_share = ?,
             peer_signature = ?, version = ? where round = ? and state = 'full'`,
        ).run(
          idSetHash,
          encodeVector(ownShare),
          encodeVector(peerShare),
          peerSignature,
          version,
          round,
        )
        if (changes === 0) return
        deleteSum.run(round)
        deleteHeld.run()
      }),
    release: (round, { counted, idSetHash, ownShare }, now) =>
      forget(() => {
        const { changes } = statement(
          `update rounds set state = 'released', id_set_hash = ?, own_share = ?, counted = ?,
             closed_at = ? where round = ? and state = 'open'`,
        ).run(idSetHash, encodeVector(ownShare), counted, now, round)
        if (changes === 1) drop(round)
        return changes === 1
      }),
    modelReleases: (limit) =>
      read(() => selectModels.all(limit).map((row) => JSON.parse(row.statement))),
    keepModelRelease: (wanted) =>
      write(() => {
        const [row] = selectModels.all(1)
        const newest: ModelRelease | undefined = row && JSON.parse(row.statement)
        if (!newest || wanted.release > newest.release) {
          insertModel.run(wanted.release, canonicalJson(wanted))
          return wanted
        }
        const same = selectModel.get(wanted.release)
        return same ? JSON.parse(same.statement) : newest
      }),
    close: (round, state, verdict, now) =>
      forget(() => {
        const { changes } = statement(
          `update rounds set state = ?, verdict = ?, closed_at = ?
             where round = ? and state in ('open', 'full', 'exchanged')`,
        ).run(state, canonicalJson(verdict), now, round)
        if (changes === 1) drop(round)
        return changes === 1
      }),
    async shut() {
      database.close()
      lock?.close()
    },
  }

  /** Deletes the secrets of a round that takes no more reports, within a transaction. */
  function drop(round: number): void {
    deleteSum.run(round)
    deleteHeld.run()
    deleteTokens.run(round)
    deleteSealingKey.run(round)
  }

  /** Writes, and then removes deleted data from the file and the write-ahead log. */
  async function forget<T>(body: () => T): Promise<T> {
    const result = await write(body)
    guarded(() => database.pragma('wal_checkpoint(TRUNCATE)'))
    return result
  }
}
