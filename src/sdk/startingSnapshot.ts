/** @module What a personalizer shows before its worker has answered, and React before there is one. */
import type { PersonalizerSnapshot } from '../device/api.ts'
import { DEVICE_TERMS } from '../device/upload/terms.ts'

export const STARTING: PersonalizerSnapshot = {
  status: 'starting',
  revision: 0,
  model: null,
  engine: null,
  storage: 'memory',
  tab: 'follower',
  events: { count: 0, byName: {} },
  cleaning: { kept: 0, dropped: {} },
  fit: null,
  fitting: null,
  learners: [],
  deferred: null,
  guard: { active: true, logLikelihoodRatio: 0, tested: 0 },
  learned: [],
  paused: false,
  consent: { contribute: false, since: null },
  sent: { reports: 0, bytes: 0, epsilon: null },
  terms: DEVICE_TERMS,
  notices: [],
}
