/**
 * @module The kernels of TensorFlow.js for WebGPU, three quarters of its size: loaded only where our
 * own five fail their canary.
 */
import '@tensorflow/tfjs-backend-webgpu'

export { startOperations } from './operations.ts'
