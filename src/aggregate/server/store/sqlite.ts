/**
 * @module The store on SQLite: WAL, and a transaction is on disk before it is acknowledged
 * (`synchronous = full`). Every step that must be one step is one transaction. What is deleted is
 * overwritten (`secure_delete`), in the log too once a round takes no more reports.
 */
import { concat, decodeVector, encodeVector, fromHex, toHex } from '../../../core/bytes.ts'
import { canonicalJson } from '../../../core/canonicalJson.ts'
import { NearsideError } from '../../../core/error.ts'
import { serially } from '../../../core/serially.ts'
import { addShare } from '../../privacy/shares.ts'
import type { ModelRelease } from '../schemas.ts'
import { NEXT_SEALING_KEY, type Store } from '../store.ts'
import { admitSeeds, admitShares, idsIn, type Recorded, tokensOf } from './admit.ts'
import { createRowReader, owned, RECORD, type RoundRow, SUMMARY, type SummaryRow } from './rows.ts'
import { lockFile, openFile } from './sqliteFile.ts'

/**
 * @param file path, or `:memory:`
 * @param fatal for a disk that fails, at a flush above all: what it has of earlier writes is unknown
 * then, so nothing must be answered for any more and the process has to end
 * @throws NearsideError `storage-unavailable`, also where another process has it
 */
export function openSqliteStore(
  file: string,
  fatal: (error: NearsideError) => void = () => {},
): Store {
  const lock = lockFile(file)
  const database = openFile(file)
  const statement = <Row>(sql: string) => database.prepare<unknown[], Row>(sql)
  const read = async <T>(body: () => T): Promise<T> => guarded(body)
  /** IMMEDIATE: the write lock is taken first, so that reading and adding can't interleave. */
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
    'select closed_at as "closedAt" from rounds where round = ?',
  )
  const selectLost = statement<{ lost: number }>(
    `select coalesce(sum(counted), 0) as lost from rounds where state = 'abandoned'`,
  )
  const insertRound = statement(
    `insert into rounds (round, state, policy, policy_hash, sealing_key, opened_at)
       values (?, 'open', ?, ?, ?, ?)`,
  )
  const abandonOpen = statement(
    `update rounds set state = 'abandoned', closed_at = ? where state = 'open'`,
  )
  const selectReport = statement<{ body_hash: Buffer; seed: Buffer | null }>(
    'select body_hash, seed from reports where round = ? and id = ?',
  )
  const insertReport = statement(
    'insert into reports (round, id, body_hash, seed) values (?, ?, ?, ?)',
  )
  const selectIds = statement<{ id: Buffer }>('select id from reports where round = ? order by id')
  const selectSum = statement<{ sum: Buffer }>('select sum from accumulators where round = ?')
  const upsertSum = statement('insert or replace into accumulators (round, sum) values (?, ?)')
  const addCount = statement('update rounds set counted = counted + ? where round = ?')
  const deleteSum = statement('delete from accumulators where round = ?')
  const deleteSeeds = statement('update reports set seed = null where round = ?')
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
    return new Map(
      ids.flatMap((id): [string, Recorded][] => {
        const row = selectReport.get(round, fromHex(id))
        if (!row) return []
        return [[id, { id, bodyHash: toHex(row.body_hash), isProven: row.seed !== null }]]
      }),
    )
  }

  const spent = (round: number, tokens: readonly string[]) =>
    new Set(tokens.filter((token) => selectToken.get(round, fromHex(token)) !== undefined))

  /** Within a transaction. */
  function add(round: number, shares: readonly Uint32Array[]): void {
    if (shares.length === 0) return
    const sum = sumOf(round, shares[0].length)
    for (const share of shares) addShare(sum, share)
    upsertSum.run(round, encodeVector(sum))
  }

  const idsOf = (round: number) => concat(...selectIds.all(round).map(({ id }) => id))

  function sumOf(round: number, length: number): Uint32Array {
    const row = selectSum.get(round)
    return row ? decodeVector(row.sum) : new Uint32Array(length)
  }

  return {
    // The file is this process's own.
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
        insertRound.run(round, canonicalJson(policy), policyHash, sealingKey, now)
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
        for (const { id, bodyHash } of fresh)
          insertReport.run(round, fromHex(id), fromHex(bodyHash), null)
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
        for (const { id, bodyHash, seed } of fresh)
          insertReport.run(round, fromHex(id), fromHex(bodyHash), seed)
        addCount.run(kept, round)
        return outcomes
      }),
    seeds: (round, ids) => read(() => ids.map((id) => owned(selectReport.get(round, id)?.seed))),
    endedAt: (round) => read(() => selectEnd.get(round)?.closedAt ?? null),
    reached: (round) =>
      read(() => {
        const { openedAt = 0, closedAt = null } = selectRound.get(round) ?? {}
        return closedAt === null ? null : { ids: idsOf(round), openedAt, closedAt }
      }),

    fill: (round, goal) =>
      forget(() => {
        const row = selectRound.get(round)
        if (row?.state !== 'open' || row.counted < goal) return false
        statement(`update rounds set state = 'full' where round = ?`).run(round)
        deleteSealingKey.run(round)
        deleteTokens.run(round)
        return true
      }),
    aggregate: (round) => read(() => ({ ids: idsOf(round), sum: sumOf(round, 0) })),
    exchange: (round, { idSetHash, ownShare, peerShare, peerSignature, version }) =>
      forget(() => {
        statement(
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
        deleteSum.run(round)
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
        drop(round)
        return changes === 1
      }),
    async shut() {
      database.close()
      lock?.close()
    },
  }

  /** What a round that takes no more reports leaves behind, within a transaction. */
  function drop(round: number): void {
    deleteSum.run(round)
    deleteSeeds.run(round)
    deleteTokens.run(round)
    deleteSealingKey.run(round)
  }

  /** A write after which what it deleted is gone from the file and from the write-ahead log. */
  async function forget<T>(body: () => T): Promise<T> {
    const result = await write(body)
    guarded(() => database.pragma('wal_checkpoint(TRUNCATE)'))
    return result
  }
}
