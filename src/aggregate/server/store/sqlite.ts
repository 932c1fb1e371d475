/**
 * @module The store on SQLite: WAL, and a transaction is on disk before it is acknowledged
 * (`synchronous = full`). Every step that must be one step is one transaction.
 */
import { chmodSync, existsSync } from 'node:fs'
import Database from 'better-sqlite3'
import {
  concat,
  decodeVector,
  encodeVector,
  fromHex,
  ownBytes,
  sha256Hex,
  toHex,
} from '../../../core/bytes.ts'
import { canonicalJson } from '../../../core/canonicalJson.ts'
import { NearsideError } from '../../../core/error.ts'
import { addShare } from '../../privacy/shares.ts'
import { type Policy, parsePolicy } from '../../protocol/policy.ts'
import type { KnownReport, RoundRecord, StageOutcome, Store, Verdict } from '../store.ts'
import { SCHEMA, SCHEMA_VERSION } from './schema.ts'

interface RoundRow {
  round: number
  state: RoundRecord['state']
  policy: string
  policy_hash: string
  pending: number
  counted: number
  refused: number
  opened_at: number
  closed_at: number | null
  id_set_hash: string | null
  own_share: Buffer | null
  peer_share: Buffer | null
  peer_signature: string | null
  version: string | null
  verdict: string | null
}

/**
 * @param file path, or `:memory:`
 * @throws NearsideError `storage-unavailable`
 */
export function openSqliteStore(file: string): Store {
  const database = open(file)
  const statement = <Row>(sql: string) => database.prepare<unknown[], Row>(sql)
  /** IMMEDIATE: the write lock is taken first, so that reading and adding can't interleave. */
  const write = async <T>(body: () => T): Promise<T> => {
    try {
      return database.transaction(body).immediate()
    } catch (thrown) {
      throw NearsideError.from(thrown, 'storage-unavailable', 'The database did not take it')
    }
  }

  const selectSetting = statement<{ value: Buffer }>('select value from settings where name = ?')
  const upsertSetting = statement('insert or replace into settings (name, value) values (?, ?)')
  const selectRounds = statement<RoundRow>('select * from rounds order by round desc limit ?')
  const selectRound = statement<RoundRow>('select * from rounds where round = ?')
  const selectLost = statement<{ lost: number }>(
    `select coalesce(sum(counted), 0) as lost from rounds where state = 'abandoned'`,
  )
  const insertRound = statement(
    `insert into rounds (round, state, policy, policy_hash, opened_at) values (?, 'open', ?, ?, ?)`,
  )
  const abandonOpen = statement(
    `update rounds set state = 'abandoned', closed_at = ? where state = 'open'`,
  )
  const selectReport = statement<{ state: KnownReport['state']; body_hash: Buffer }>(
    'select state, body_hash from reports where round = ? and id = ?',
  )
  const insertReport = statement(
    'insert into reports (round, id, state, body_hash, body) values (?, ?, ?, ?, ?)',
  )
  const settleReport = statement(
    `update reports set state = ?, body = null where round = ? and id = ? and state = 'pending'`,
  )
  const selectPending = statement<{ id: Buffer; body_hash: Buffer; body: Buffer }>(
    `select id, body_hash, body from reports where round = ? and state = 'pending' order by id`,
  )
  const selectCountedIds = statement<{ id: Buffer }>(
    `select id from reports where round = ? and state = 'counted' order by id`,
  )
  const selectSum = statement<{ sum: Buffer }>('select sum from accumulators where round = ?')
  const upsertSum = statement('insert or replace into accumulators (round, sum) values (?, ?)')
  const addCounts = statement(
    `update rounds set pending = pending + ?, counted = counted + ?, refused = refused + ?
       where round = ?`,
  )
  const deleteSum = statement('delete from accumulators where round = ?')
  const forgetBodies = statement(
    `update reports set state = 'refused', body = null where round = ? and state = 'pending'`,
  )

  /** Parsing checks every field; a policy never changes under its hash. */
  const policies = new Map<string, Policy>()
  function policyOf(row: RoundRow): Policy {
    const policy = policies.get(row.policy_hash) ?? parsePolicy(JSON.parse(row.policy))
    policies.set(row.policy_hash, policy)
    return policy
  }

  function record(row: RoundRow): RoundRecord {
    return {
      round: row.round,
      state: row.state,
      policy: policyOf(row),
      policyHash: row.policy_hash,
      pending: row.pending,
      counted: row.counted,
      refused: row.refused,
      openedAt: row.opened_at,
      closedAt: row.closed_at,
      idSetHash: row.id_set_hash,
      ownShare: row.own_share && decodeVector(row.own_share),
      peerShare: row.peer_share && decodeVector(row.peer_share),
      peerSignature: row.peer_signature,
      version: row.version,
      verdict: row.verdict === null ? null : (JSON.parse(row.verdict) as Verdict),
    }
  }

  function known(round: number, id: string): KnownReport | null {
    const row = selectReport.get(round, fromHex(id))
    return row ? { state: row.state, bodyHash: toHex(row.body_hash) } : null
  }

  /** Within a transaction. */
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
    setting: async (name) => {
      const row = selectSetting.get(name)
      return row ? ownBytes(new Uint8Array(row.value)) : null
    },
    putSetting: (name, value) => write(() => void upsertSetting.run(name, value)),

    current: async () => {
      const row = selectRounds.get(1)
      return row ? record(row) : null
    },
    rounds: async (limit) => selectRounds.all(limit).map(record),
    openRound: (round, policy, policyHash, now) =>
      write(() => {
        const taken = selectRound.get(round)
        if (taken) return taken.policy_hash === policyHash && taken.state === 'open'
        for (const row of selectRounds.all(1)) {
          if (row.state === 'open') drop(row.round)
        }
        abandonOpen.run(now)
        insertRound.run(round, canonicalJson(policy), policyHash, now)
        return true
      }),

    lost: async () => selectLost.get()?.lost ?? 0,

    report: async (round, id) => known(round, id),
    stage: (round, goal, reports) =>
      write(() => {
        const row = selectRound.get(round)
        let room = row ? goal - row.counted - row.pending : 0
        let staged = 0
        const outcomes = reports.map(({ id, bodyHash, body }): StageOutcome => {
          const before = known(round, id)
          if (before) return before.bodyHash === bodyHash ? before.state : 'conflict'
          if (row?.state !== 'open') return 'closed'
          if (room <= 0) return 'full'
          room--
          staged++
          insertReport.run(round, fromHex(id), 'pending', fromHex(bodyHash), body)
          return 'pending'
        })
        addCounts.run(staged, 0, 0, round)
        return outcomes
      }),
    pending: async (round) =>
      selectPending.all(round).map((row) => ({
        id: toHex(row.id),
        bodyHash: toHex(row.body_hash),
        body: new Uint8Array(row.body),
      })),
    count: (round, shares) =>
      write(() => {
        const fresh = shares.filter(
          ({ id }) => settleReport.run('counted', round, fromHex(id)).changes === 1,
        )
        add(
          round,
          fresh.map(({ share }) => share),
        )
        addCounts.run(-fresh.length, fresh.length, 0, round)
      }),
    refuse: (round, ids) =>
      write(() => {
        let refused = 0
        for (const id of ids) refused += settleReport.run('refused', round, fromHex(id)).changes
        addCounts.run(-refused, 0, refused, round)
      }),
    take: (round, shares) =>
      write(() => {
        const isOpen = selectRound.get(round)?.state === 'open'
        const fresh: Uint32Array[] = []
        const outcomes = shares.map(({ id, bodyHash, share }) => {
          const before = known(round, id)
          if (before) return before.bodyHash === bodyHash ? 'duplicate' : 'conflict'
          if (!isOpen) return 'closed'
          insertReport.run(round, fromHex(id), 'counted', fromHex(bodyHash), null)
          fresh.push(share)
          return 'counted'
        })
        add(round, fresh)
        addCounts.run(0, fresh.length, 0, round)
        return outcomes
      }),

    seal: (round, goal) =>
      write(() => {
        const row = selectRound.get(round)
        if (row?.state !== 'open' || row.counted < goal || row.pending > 0) return false
        statement(`update rounds set state = 'sealed' where round = ?`).run(round)
        return true
      }),
    async aggregate(round) {
      const ids = selectCountedIds.all(round).map(({ id }) => id)
      const sum = sumOf(round, 0)
      return { counted: ids.length, idSetHash: await sha256Hex(concat(...ids)), sum }
    },
    exchange: (round, { idSetHash, ownShare, peerShare, peerSignature, version }) =>
      write(() => {
        statement(
          `update rounds set state = 'exchanged', id_set_hash = ?, own_share = ?, peer_share = ?,
             peer_signature = ?, version = ? where round = ? and state = 'sealed'`,
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
      write(() => {
        if (selectRound.get(round)?.counted !== counted) return false
        const { changes } = statement(
          `update rounds set state = 'released', id_set_hash = ?, own_share = ?, closed_at = ?
             where round = ? and state = 'open'`,
        ).run(idSetHash, encodeVector(ownShare), now, round)
        if (changes === 1) deleteSum.run(round)
        return changes === 1
      }),
    close: (round, state, verdict, now) =>
      write(() => {
        statement('update rounds set state = ?, verdict = ?, closed_at = ? where round = ?').run(
          state,
          canonicalJson(verdict),
          now,
          round,
        )
        drop(round)
      }),
    shut: () => void database.close(),
  }

  function drop(round: number): void {
    deleteSum.run(round)
    const { changes } = forgetBodies.run(round)
    addCounts.run(-changes, 0, changes, round)
  }
}

function open(file: string): Database.Database {
  try {
    const database = new Database(file)
    // The file holds this aggregator's private keys.
    if (existsSync(file)) chmodSync(file, 0o600)
    database.pragma('journal_mode = WAL')
    database.pragma('synchronous = FULL')
    database.pragma('busy_timeout = 5000')
    database.pragma('foreign_keys = ON')
    const tables = database.prepare('select count(*) as n from sqlite_schema').pluck().get()
    const version = database.pragma('user_version', { simple: true })
    if (tables !== 0 && version !== SCHEMA_VERSION)
      throw new NearsideError(
        'storage-corrupt',
        `${file} was made by another version of nearside: move it away to start anew`,
      )
    database.transaction(() => {
      database.exec(SCHEMA)
      database.pragma(`user_version = ${SCHEMA_VERSION}`)
    })()
    return database
  } catch (thrown) {
    throw NearsideError.from(thrown, 'storage-unavailable', `The database ${file} does not open`)
  }
}
