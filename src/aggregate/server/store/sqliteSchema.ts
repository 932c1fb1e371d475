/** @module The tables of an aggregator's SQLite file. */

/** Rises with every change of the tables. */
export const SCHEMA_VERSION = 9

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
  verdict     text
) strict;

-- One row a report for ever, so that a report is counted once for ever. No time, no address.
create table if not exists reports (
  round     integer not null references rounds (round),
  id        blob not null,
  body_hash blob not null,
  seed      blob,               -- helper: what its share is made from, until the round ends;
                              -- null where the report's proof does not hold
  primary key (round, id)
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
