/** @module Tables of an aggregator in PostgreSQL, in a schema of its own. */

/** Version of the tables; raise it with every change. */
export const SCHEMA_VERSION = 5

/** Statements that create the tables. Secret columns are encrypted, see `secretBox.ts`. */
export const SCHEMA = `
create table schema_version (version integer not null);
insert into schema_version values (${SCHEMA_VERSION});

create table settings (
  name  text primary key,
  value bytea not null            -- sealed
);

create table rounds (
  round       integer primary key,
  state       text not null
    check (state in ('open', 'full', 'exchanged', 'released', 'rejected', 'abandoned')),
  policy      text not null,      -- canonical JSON
  policy_hash text not null,      -- hex
  counted     integer not null default 0,
  sealing_key bytea,              -- sealed; public and private half; null once no more reports are taken
  opened_at   bigint not null,    -- milliseconds since the epoch; the only times in this schema
  closed_at   bigint,
  id_set_hash text,
  own_share   bytea,              -- noised, so it may be kept
  peer_share  bytea,
  peer_signature text,            -- base64; with it the helper answers for its share
  version     text,               -- fixed before publishing, so that a repeated publish is the same
  verdict     text,
  salt        bytea               -- of its reports' marks; null once these are deleted
);

create index on rounds (salt) where salt is not null;

-- One row a report, for a period of the policy, so that a report is counted once in it. No time, no
-- address. No foreign key: each report would lock the row of its round.
create table reports (
  mark  bytea primary key,        -- salted hash of its id
  round integer not null,
  body  bytea not null,           -- salted hash of the hash of its bytes
  held  bytea                     -- sealed; until the round ends: its id, and at the helper the seed that
                                  -- its share is made from, where the report's proof holds
);

create index on reports (round);

-- Leader: nonces of the tokens that reports came with, until the round takes no more.
create table tokens (
  round integer not null,
  nonce bytea not null,
  primary key (round, nonce)
);

-- Helper: one model a release, for ever.
create table models (
  release   bigint primary key,
  statement text not null         -- canonical JSON of what was signed
);

-- Leader: one running sum a round and process, until the round is exchanged.
create table accumulators (
  round   integer not null,
  process uuid not null,
  sum     bytea not null,         -- sealed; residues mod q, little-endian
  primary key (round, process)
);
`
