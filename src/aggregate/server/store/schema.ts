/** @module Tables of an aggregator. PostgreSQL has them in a schema of their own, with secrets encrypted (`secretBox.ts`). */
import type { Dialect } from './dialect.ts'

/** Versions of the tables; raise both with every change. */
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

-- One row a report, for a period of the policy, so that a report is counted once in it. No time, no address. No
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

-- Helper: one model a release, for ever.
create table if not exists models (
  release   ${d.wide} primary key,
  statement text not null           -- canonical JSON of what was signed
) ${d.table};

-- Leader: one running sum a round and process, until the round is exchanged: residues mod q, little-endian.
create table if not exists accumulators (
  ${d.sumKey},
  sum ${d.bytes} not null
) ${d.table};
`
