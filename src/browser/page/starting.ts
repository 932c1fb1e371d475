/** @module Snapshot before the worker has answered, and in React before a personalizer exists. */
import type { PersonalizerSnapshot } from '../apiSnapshot.ts'
import { NO_CONSENT, NOTHING_SENT } from '../contribution/nothingSent.ts'

export const STARTING: PersonalizerSnapshot = {
  status: 'starting',
  revision: 0,
  erasures: 0,
  model: null,
  enginePreference: 'auto',
  engine: null,
  live: null,
  storage: 'memory',
  persist: { option: 'ask', allowed: null },
  vault: false,
  tab: 'follower',
  events: { count: 0, byName: {} },
  cleaning: { kept: 0, dropped: {} },
  fit: null,
  fitting: null,
  learners: [],
  deferred: null,
  guard: { active: true, logLikelihoodRatio: 0, tested: 0 },
  trial: null,
  learnedFrom: 0,
  learned: [],
  paused: false,
  canContribute: false,
  consent: NO_CONSENT,
  globalPrivacyControl: false,
  sent: NOTHING_SENT,
  terms: null,
  notices: [],
}
