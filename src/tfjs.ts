/** @module `nearside/tfjs`: the fused personal loss for TensorFlow.js and its optimizers. */

export { NearsideError } from './core/error.ts'
export { type PersonalLossData, personalLoss } from './engine/interop/personalLoss.ts'
