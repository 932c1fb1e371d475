/** @module The technical details' strings in English. Names of events, kinds and codes are those in the code. */
import type { EnginePreference, PersonalizerSnapshot } from '@nearside/browser/apiSnapshot.ts'

const ENGINES: Readonly<Record<EnginePreference, string>> = {
  auto: 'Automatic',
  webgpu: 'WebGPU',
  wasm: 'WebAssembly',
  js: 'Plain JavaScript',
}

const WAITS: Readonly<Record<NonNullable<PersonalizerSnapshot['deferred']>, string>> = {
  battery: 'waits: the battery is low',
  'save-data': 'waits: the browser is saving data',
  spent: 'waits for the next page: this one has used its time',
  hidden: 'waits until the page is shown',
}

/** The technical details’ strings in English. */
export const TECHNICAL_ENGLISH = {
  engine: 'Engine',
  engines: ENGINES,
  switching: 'Switching…',
  stays: (why: string, engine: string) => `${why} Set to ${engine} as before.`,
  nowOn: (engine: string, why: string) => `Now on ${engine}. ${why}`,
  noEngine: 'No engine is running.',
  lastEngine: (engine: string) => `None on this page yet; the last fit ran on ${engine}`,
  noneNeeded: 'None yet: the first list needs none',
  device: 'Device',
  because: 'Chosen because',
  checkedBy: 'Checked by',
  canary: 'a small fit whose answer is known, before use',
  useEngine: 'Use engine',

  events: 'Events on this device',
  noEvents: 'None stored.',
  byName: (n: number) => `${n} stored events by name`,
  event: 'Event',
  count: 'Count',
  cleaning: (kept: number, leftOut: string) =>
    `Cleaning: ${kept} used for learning${leftOut ? `; left out: ${leftOut}.` : ', none left out.'}`,

  contribution: 'Contribution',
  consent: 'Consent',
  given: 'given',
  notGiven: 'not given',
  noServers: 'not asked for: no servers',
  since: 'Since',
  reports: 'Updates sent',
  bytesSent: 'Bytes sent',
  loss: 'Privacy loss ε, by substitution',
  noLoss: 'none spent',
  lossEver: 'ε over all years',
  perReport: 'ε an update, at most',
  perYear: 'ε a year, at most',
  askRound: 'Asking for the open round…',
  sent: (why: string) => `Sent: ${why}`,
  notSent: (why: string) => `Nothing was sent: ${why}`,
  send: 'Send an update now',

  learning: 'Learning',
  learningNow: 'Learning now',
  paused: 'paused',
  waits: WAITS,
  on: 'on',
  lastFit: 'Last fit',
  cases: (n: number, engine: string) => `${n} cases on ${engine}`,
  noFit: 'none yet',
  took: 'Took',
  fitLoss: 'Loss',
  beforeAfter: (before: string, after: string) =>
    `${before} before, ${after} after (negative log-likelihood)`,
  fusion: 'Fusion weight λ',
  guard: 'Guard',
  guardOn: 'lets the personal model act',
  guardOff: 'holds it back: the base model is in use alone',
  evidence: 'Evidence',
  ratio: (ratio: string, tested: number) =>
    `log-likelihood ratio ${ratio} over ${tested} tested events`,
  learners: 'Learners',
  learned: 'What was learned, strongest first',
  name: 'Name',
  kind: 'Kind',
  strength: 'Strength',

  model: 'Base model and storage',
  state: 'State',
  version: 'Version',
  notLoaded: 'Not loaded',
  products: 'Products',
  trainedUntil: 'Trained on orders until',
  signature: 'Signature',
  unsigned: 'not signed',
  signed: (release: number, until: string, byHelper: boolean) =>
    `release ${release}, until ${until}, by the shop${byHelper ? ' and the helper' : ''}`,
  keptIn: 'Kept in',
  database: 'IndexedDB of this browser',
  memory: 'memory only: gone when the page closes',
  tab: 'This tab',
  leads: 'leads: it stores and learns',
  follows: 'follows: another tab stores and learns',
  adopted: (version: string) => `Version ${version} is now in use.`,
  newest: (version: string) => `Version ${version} is the newest.`,
  asking: 'Asking…',
  lookForModel: 'Look for a newer model',

  notices: 'Notices',
  noNotices: 'None: nothing had to fall back.',

  log: 'Log',
  logText:
    'An entry is written before its first byte leaves. Files that are fetched are counted, by day and address.',
  scrollable: 'Log, scrollable',
  logCaption: (n: number) => `Log, newest first: ${n} entries`,
  number: 'No.',
  time: 'Time',
  facts: 'Facts',
  bodySent: 'Body sent',
  hash: 'Hash',
  showAll: (n: number) => `Show all ${n} entries`,
  noBody: 'no body',
  bytes: (n: string) => `${n} bytes`,
}

/** The technical details’ strings. */
export type TechnicalLabels = Readonly<typeof TECHNICAL_ENGLISH>
