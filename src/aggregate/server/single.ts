/**
 * @module Both aggregators in one process, for a shop without a partner to run the helper. Devices work as with two
 * servers, but one operator has both keys. So shoppers must trust this operator, as every policy and page says: this
 * mode is not secure aggregation.
 */
import { OpenAPIHono } from '@hono/zod-openapi'
import { fromBase64 } from '@nearside/core/bytes.ts'
import { type AppOptions, createApp } from './app.ts'
import { createHelper, type HelperOptions } from './helper.ts'
import { createLeader, type LeaderAggregator } from './leader.ts'
import { createHelperClient } from './peer.ts'
import type { LeaderOptions } from './rounds.ts'

export const SINGLE_PATHS = { leader: '/leader', helper: '/helper' } as const

export function createSingle(
  leaderOptions: Omit<LeaderOptions, 'helper' | 'trust'>,
  helperOptions: Omit<HelperOptions, 'trust' | 'leaderKey'>,
  appOptions: AppOptions,
  helperGateway?: AppOptions['gateway'],
): { readonly app: OpenAPIHono; readonly leader: LeaderAggregator } {
  const trust = 'trusted-server'
  const leaderKey = async () => fromBase64(leaderOptions.identity.publicKey)
  const helperApp = createApp(createHelper({ ...helperOptions, leaderKey, trust }), {
    ...appOptions,
    gateway: helperGateway,
  })
  const inProcess = async (url: unknown, init?: RequestInit) => helperApp.request(String(url), init)
  const helper = createHelperClient(
    'http://helper.invalid',
    leaderOptions.identity.signing,
    inProcess as typeof globalThis.fetch,
  )
  const leader = createLeader({ ...leaderOptions, helper, trust })
  const app = new OpenAPIHono()
  const leaderApp = createApp(leader, appOptions)
  app.route(SINGLE_PATHS.leader, leaderApp)
  app.route(SINGLE_PATHS.helper, helperApp)
  // The leader's routes, such as health and rounds, are also available at the root, where operators look for them.
  app.route('/', leaderApp)
  return { app, leader }
}
