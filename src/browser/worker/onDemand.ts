/**
 * @module Code that a device loads on first use, as one file. A page never downloads it if it only reads lists of an
 * ordinary catalog and the shopper does nothing.
 */
export { explainItem } from '@nearside/core/ranking/explainItem.ts'
export { createFastCandidates } from '@nearside/engine/candidates.ts'
export { chooseEngine, thisDevice } from '@nearside/engine/choose.ts'
export { updateOf } from '../contribution/update.ts'
export { buildProblem, fitPersonal } from '../learning/personalFit.ts'
export { verifyChain } from '../ledger/verifyChain.ts'
export { scoreInPart } from '../scoreInPart.ts'
export { eraseGone } from '../storage/profileDatabases.ts'
export { handOver } from '../transfer/transfer.ts'
export { logAgentCall, setAgents } from './agents.ts'
export { exportBundle } from './exportBundle.ts'
export { createHistoryImport } from './historyImport.ts'
export { Profiles } from './profiles.ts'
