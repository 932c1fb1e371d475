/**
 * @module One server of `bench server` in its own process: a leader or a helper, assembled as in `serve`, or a server
 * that only accepts (same HTTP, reads the body, answers 201). The process sends its port to its parent, and answers
 * every message with its CPU time.
 */
import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createApp } from '@nearside/aggregate/server/app.ts'
import { createHelper } from '@nearside/aggregate/server/helper.ts'
import { loadIdentity } from '@nearside/aggregate/server/identity.ts'
import { createLeader } from '@nearside/aggregate/server/leader.ts'
import { listen } from '@nearside/aggregate/server/listen.ts'
import { createHelperClient, fetchLeaderKey } from '@nearside/aggregate/server/peer.ts'
import { gather } from '@nearside/aggregate/server/startServer.ts'
import { openStore } from '@nearside/aggregate/server/store/store.ts'
import { Hono } from 'hono'
import { BENCH_PARAMETERS } from './serverTask.ts'

export interface ServerGiven {
  readonly role: 'leader' | 'helper' | 'accept-only'
  readonly port: number
  /** URL of the database: `sqlite:FILE` or `postgres://…`. */
  readonly store: string
  /** URL of the other server. */
  readonly peer: string
  readonly models: string
  /** Length of an update, used instead of the number of features in the model's manifest. */
  readonly dimension: number
}

const given = JSON.parse(process.argv[2]) as ServerGiven

function acceptOnly(): Hono {
  return new Hono().post('*', async (c) => {
    await c.req.arrayBuffer()
    return c.json({}, 201)
  })
}

async function aggregator({ role, store: url, peer, models, dimension }: ServerGiven) {
  const isHelper = role === 'helper'
  const store = await openStore(url, {
    role: isHelper ? 'helper' : 'leader',
    key: new Uint8Array(32),
    fatal(error) {
      throw error
    },
  })
  const identity = await loadIdentity(store, role)
  const shared = { store, identity, parameters: BENCH_PARAMETERS, now: Date.now } as const
  const options = { origins: [], now: Date.now, reportsPerMinute: 1e9 }
  const trust = 'two-aggregators'
  if (isHelper) {
    const leaderKey = () => fetchLeaderKey(peer, fetch)
    const lists = await mkdtemp(join(tmpdir(), 'nearside-bench-'))
    return createApp(createHelper({ ...shared, trust, leaderKey, lists }), options)
  }
  const never = async () => {
    throw new Error('the round of the benchmark must not end')
  }
  const leader = createLeader({
    ...{ ...shared, trust, models, applyUpdate: never, gate: never, distance: never },
    helper: createHelperClient(peer, identity.signing, fetch),
    gather,
    layout: () => ({ featureWeights: dimension }),
  })
  setInterval(() => void leader.advance(), 2_000)
  return createApp(leader, options)
}

const app = given.role === 'accept-only' ? acceptOnly() : await aggregator(given)
const { port } = await listen(app, '127.0.0.1', given.port)
process.on('message', () => process.send?.(process.cpuUsage()))
process.once('disconnect', () => process.exit())
process.send?.({ port })
