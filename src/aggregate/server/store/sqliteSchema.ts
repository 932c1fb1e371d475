/** @module Tables of an aggregator's SQLite file. */

/** Version of the tables; raise it with every change. */
export const SCHEMA_VERSION = 10

export const SCHEMA = `
create table if not exists settings (
  name  text primary key,
  value blob not null
) strict;

create table if not exists rounds (
  round       integer primary key,
  state       text not null
    check (state in ('open', 'full', 'exchanged', 'released', 'rejected', 'abandoned')),
  policy      text not null,    -- canonical JSON
  policy_hash text not null,    -- hex
  counted     integer not null default 0, -- reports; kept here because every request asks
  sealing_key blob,             -- public and private half; null once no more reports are taken
  opened_at   integer not null, -- milliseconds since the epoch; the only times in this file
  closed_at   integer,
  id_set_hash text,
  own_share   blob,             -- noised, so it may be kept
  peer_share  blob,
  peer_signature text,          -- base64; with it the helper answers for its share
  version     text,             -- fixed before publishing, so that a repeated publish is the same
  verdict     text,
  salt        blob              -- of its reports' marks; null once these are deleted
) strict;

create index if not exists salts on rounds (salt) where salt is not null;

-- One row a report, for a period of the policy, so that a report is counted once in it. No time, no address.
create table if not exists reports (
  mark  blob primary key,       -- salted hash of its id
  round integer not null references rounds (round),
  body  blob not null           -- salted hash of the hash of its bytes
) strict, without rowid;

create index if not exists reports_of_round on reports (round);

-- Of the reports of the round that is under way. Emptied as a whole, because SQLite then overwrites every
-- page; a cell that shrinks or moves can leave bytes behind, secure_delete or not.
create table if not exists held (
  mark  blob primary key,
  held  blob not null           -- its id, and at the helper the seed that its share is made from, where
                                -- the report's proof holds
) strict, without rowid;

-- Leader: nonces of the tokens that reports came with, until the round takes no more.
create table if not exists tokens (
  round integer not null references rounds (round),
  nonce blob not null,
  primary key (round, nonce)
) strict, without rowid;

-- Helper: one model a release, for ever.
create table if not exists models (
  release   integer primary key,
  statement text not null       -- canonical JSON of what was signed
) strict;

-- Leader: one running sum a round, until it is exchanged.
create table if not exists accumulators (
  round integer primary key references rounds (round),
  sum   blob not null           -- residues mod q, little-endian
) strict;
`
