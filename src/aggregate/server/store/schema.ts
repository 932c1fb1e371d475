/** @module The tables of an aggregator's SQLite file. */

/** Rises with every change of the tables. */
export const SCHEMA_VERSION = 3

export const SCHEMA = `
create table if not exists settings (
  name  text primary key,
  value blob not null
) strict;

create table if not exists rounds (
  round       integer primary key,
  state       text not null
    check (state in ('open', 'sealed', 'exchanged', 'released', 'rejected', 'abandoned')),
  policy      text not null,    -- canonical JSON
  policy_hash text not null,    -- hex
  pending     integer not null default 0, -- how many reports are in which state; kept here
  counted     integer not null default 0, -- because every request asks
  refused     integer not null default 0,
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
  state     text not null check (state in ('pending', 'counted', 'refused')),
  body_hash blob not null,
  body      blob,               -- the sealed report while it is pending, else null
  primary key (round, id)
) strict, without rowid;

-- The only place where updates go: one running sum a round, no single one.
create table if not exists accumulators (
  round integer primary key references rounds (round),
  sum   blob not null           -- residues mod 2^32, little-endian
) strict;
`
