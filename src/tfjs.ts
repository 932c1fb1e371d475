/** @module `nearside/tfjs`: the fused personal loss for TensorFlow.js and its optimizers. */
export { type PersonalLossData, personalLoss } from './engine/interop/personalLoss.ts'
export { NearsideError } from './protocol/error.ts'
