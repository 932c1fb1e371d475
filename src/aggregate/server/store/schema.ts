/**
 * @module Tables of an aggregator. PostgreSQL has the tables in a schema of their own, with secrets encrypted
 * (`secretBox.ts`).
 */

/** Versions of the tables; raise both whenever a table changes. */
export const SQLITE_VERSION = 10
export const POSTGRES_VERSION = 5

export const tables = (d: Dialect): string => `
create table if not exists settings (
  name  text primary key,
  value ${d.bytes} not null
) ${d.table};

create table if not exists rounds (
  round       integer primary key,
  state       text not null
    check (state in ('open', 'full', 'exchanged', 'released', 'rejected', 'abandoned')),
  policy      text not null,        -- canonical JSON
  policy_hash text not null,        -- hex
  counted     integer not null default 0, -- reports; stored here because every request asks
  sealing_key ${d.bytes},           -- public and private half; null once no more reports are taken
  opened_at   ${d.wide} not null,   -- milliseconds since the epoch; the only times in these tables
  closed_at   ${d.wide},
  id_set_hash text,
  own_share   ${d.bytes},           -- noised, so it may be kept
  peer_share  ${d.bytes},
  peer_signature text,              -- base64; with it the helper answers for its share
  version     text,                 -- fixed before publishing, so that a repeated publish is the same
  verdict     text,
  salt        ${d.bytes}            -- of its reports' marks; null once these are deleted
) ${d.table};

create index if not exists salts on rounds (salt) where salt is not null;

-- One row per report, for a period of the policy, so that a report is counted once in it. No time, no address. No
-- foreign key: in PostgreSQL each report would lock the row of its round. While its round is open, held is its id,
-- and at the helper also the seed that its share is made from, where the report's proof holds.
create table if not exists reports (
  mark  ${d.bytes} primary key,     -- salted hash of its id
  round integer not null,
  body  ${d.bytes} not null         -- salted hash of the hash of its bytes
  ${d.heldColumn}
) ${d.keyed};
${d.heldTable}

create index if not exists reports_of_round on reports (round);

-- Leader: nonces of the tokens that reports came with, until the round takes no more.
create table if not exists tokens (
  round integer not null,
  nonce ${d.bytes} not null,
  primary key (round, nonce)
) ${d.keyed};

-- Helper: one model per release, for ever.
create table if not exists models (
  release   ${d.wide} primary key,
  statement text not null           -- canonical JSON of what was signed
) ${d.table};

-- Leader: one running sum per round and process, until the round is exchanged: residues mod q, little-endian.
create table if not exists accumulators (
  ${d.sumKey},
  sum ${d.bytes} not null
) ${d.table};
`

export interface Dialect {
  /** SQL type of byte strings. */
  readonly bytes: string
  /** SQL type of integers beyond 32 bits. */
  readonly wide: string
  /** SQL after the columns of `create table`; `keyed` has the SQL for a table that is stored by its primary key. */
  readonly table: string
  readonly keyed: string
  /** PostgreSQL: definition of the column of `reports` with the open round's ids and seeds. */
  readonly heldColumn: string
  /** SQLite: definition of the table with the open round's ids and seeds. */
  readonly heldTable: string
  /** First columns of `accumulators`: the round and, if processes share the database, the process that adds. */
  readonly sumKey: string
  /** SQL select whose column `value` lists the byte strings of a JSON array of hex strings. */
  readonly listed: (list: string) => string
  /**
   * Condition that a column's value is among the values of a select that `listed` made. PostgreSQL plans it three times as
   * fast as `in`.
   */
  readonly among: (select: string) => string
  /** Locks the selected rows until the transaction ends. Empty for SQLite, whose transactions lock the whole file. */
  readonly locked: string
  readonly lockModels: string | null
  /** Table expression that gives the reports with their ids and seeds, in the column `held`. */
  readonly reports: string
  /** Statements that insert the reports $2, each with the columns mark, body and held, into round $1. */
  readonly insertReports: readonly string[]
  readonly deleteHeld: string
  /** Selects the sum of round $1 that process $2 adds to; only one process adds to a SQLite file. */
  readonly ownSum: string
  /** Values of the row of a new sum: $1 and $2 as in `ownSum`, and the sum as $3. */
  readonly newSum: string
}

// Rows are inserted in the sequence of their marks, so that two processes with the same reports can't deadlock.
const IN_ORDER = 'order by 1 on conflict do nothing'

export const SQLITE: Dialect = {
  bytes: 'blob',
  wide: 'integer',
  table: 'strict',
  keyed: 'strict, without rowid',
  heldColumn: '',
  // Ids and seeds have a table of their own, which is emptied as a whole, because SQLite then overwrites every page. A
  // cell that shrinks or moves could leave bytes behind, even with secure_delete.
  heldTable:
    'create table if not exists held (mark blob primary key, held blob not null) strict, without rowid;',
  sumKey: 'round integer primary key',
  listed: (list) => `select unhex(value) as value from json_each(${list})`,
  among: (select) => `in (${select})`,
  locked: '',
  lockModels: null,
  reports: 'reports left join held using (mark)',
  insertReports: [
    `insert into reports (mark, round, body)
       select unhex(value ->> 0), $1, unhex(value ->> 1) from json_each($2) ${IN_ORDER}`,
    `insert into held (mark, held)
       select unhex(value ->> 0), unhex(value ->> 2) from json_each($2) ${IN_ORDER}`,
  ],
  deleteHeld: 'delete from held',
  ownSum: 'round = $1',
  newSum: '$1, $3',
}

export const POSTGRES: Dialect = {
  bytes: 'bytea',
  wide: 'bigint',
  table: '',
  keyed: '',
  heldColumn: ', held bytea',
  heldTable: '',
  sumKey: 'round integer not null, process uuid not null, primary key (round, process)',
  listed: (list) =>
    `select decode(value, 'hex') as value from json_array_elements_text(${list}::json) as texts (value)`,
  among: (select) => `= any (array (${select}))`,
  locked: 'for update',
  lockModels: 'lock table models in exclusive mode',
  reports: 'reports',
  insertReports: [
    `insert into reports (mark, round, body, held)
       select decode(value ->> 0, 'hex'), $1::integer, decode(value ->> 1, 'hex'), decode(value ->> 2, 'hex')
         from json_array_elements($2::json) as elements (value) ${IN_ORDER}`,
  ],
  deleteHeld: 'update reports set held = null where round = $1 and held is not null',
  ownSum: 'round = $1 and process = $2',
  newSum: '$1, $2, $3',
}
