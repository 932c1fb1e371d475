/**
 * @module The personal objective for whoever trains with TensorFlow.js: one fused operation on its
 * `cpu`, `wasm` and `webgpu` backends, with a gradient, so that any `tf.train` optimizer descends it.
 */
import {
  customGrad,
  engine,
  getBackend,
  getKernel,
  mul,
  registerKernel,
  type Scalar,
  type Tensor,
  type Tensor1D,
  type TensorInfo,
} from '@tensorflow/tfjs-core'
import { NearsideError } from '../../core/error.ts'
import { INPUTS, type InputName, KERNEL, sizeOf } from './kernel.ts'
import { type LossArrays, lossOnProcessor } from './processorKernel.ts'
import { lossOnWebgpu, type WebgpuBackend } from './webgpuKernel.ts'

/** The constants of the objective, float32; T cases of K candidates. Shapes are checked. */
export interface PersonalLossData {
  /** X, [T, K, P]: the derivative of each candidate's score by p. */
  readonly design: Tensor
  /** Score of each candidate at p = 0, [T, K]; −1e9 where there is none. */
  readonly offset: Tensor
  /** What was chosen, [T, K]; each row sums to one. */
  readonly target: Tensor
  /** [T], ≥ 0. */
  readonly weight: Tensor
  /** Prior mean and precision, [P]. */
  readonly mean: Tensor
  readonly precision: Tensor
}

/** Of the `cpu` and `wasm` backends, what is used. */
interface ProcessorBackend {
  readSync(dataId: object): Float32Array
  /** On `wasm`: no copy, but void after the next allocation. */
  typedArrayFromHeap?(tensor: TensorInfo): Float32Array
  write(values: Float32Array, shape: number[], dtype: 'float32'): object
}

type Inputs = Readonly<Record<InputName, TensorInfo>>

function onProcessor(backend: ProcessorBackend, inputs: Inputs): TensorInfo[] {
  const arrays = Object.fromEntries(
    INPUTS.map((name) => [
      name,
      backend.typedArrayFromHeap?.(inputs[name]) ?? backend.readSync(inputs[name].dataId),
    ]),
  ) as LossArrays
  const size = sizeOf(inputs.design.shape)
  const { loss, gradient } = lossOnProcessor(size, arrays)
  const give = (values: Float32Array, shape: number[]): TensorInfo => {
    const dataId = backend.write(values, shape, 'float32')
    return { dataId, shape, dtype: 'float32' }
  }
  return [give(Float32Array.of(loss), []), give(Float32Array.from(gradient), [size.parameters])]
}

const KERNELS: Readonly<Record<string, (backend: unknown, inputs: Inputs) => TensorInfo[]>> = {
  cpu: (backend, inputs) => onProcessor(backend as ProcessorBackend, inputs),
  wasm: (backend, inputs) => onProcessor(backend as ProcessorBackend, inputs),
  webgpu: (backend, inputs) =>
    lossOnWebgpu(backend as WebgpuBackend, sizeOf(inputs.design.shape), inputs),
}

function requireKernel(): void {
  const backend = getBackend()
  const run = KERNELS[backend]
  if (!run)
    throw new NearsideError(
      'engine-unavailable',
      `The fused loss runs on ${Object.keys(KERNELS).join(', ')}, not on '${backend}'`,
    )
  if (getKernel(KERNEL, backend)) return
  registerKernel({
    kernelName: KERNEL,
    backendName: backend,
    kernelFunc: ({ inputs, backend: on }) => run(on, inputs as Inputs),
  })
}

function requireShapes(parameters: Tensor, data: PersonalLossData): void {
  const [T, K, P] = data.design.shape
  const expected: Readonly<Record<InputName, readonly number[]>> = {
    parameters: [P],
    design: [T, K, P],
    offset: [T, K],
    target: [T, K],
    weight: [T],
    mean: [P],
    precision: [P],
  }
  const given = { ...data, parameters }
  for (const name of INPUTS) {
    const { shape, dtype } = given[name] as Tensor
    if (shape.join() !== expected[name].join() || dtype !== 'float32')
      throw new NearsideError(
        'input-invalid',
        `${name} is ${dtype} [${shape}] instead of float32 [${expected[name]}]`,
      )
  }
}

/**
 * L(p) = Σ_t weight_t · −Σ_k target_tk · log softmax_k(offset_t + X_t p) + ½ Σ_j precision_j (p_j − mean_j)²,
 * in one operation; differentiable by `parameters` alone.
 *
 * @example
 * import * as tf from '@tensorflow/tfjs'
 * import { personalLoss } from 'nearside/tfjs'
 *
 * const p = tf.variable(tf.zeros([24]))
 * const data = {
 *   design: tf.randomNormal([8, 32, 24]), offset: tf.zeros([8, 32]),
 *   target: tf.oneHot(tf.zeros([8], 'int32'), 32).toFloat(), weight: tf.ones([8]),
 *   mean: tf.zeros([24]), precision: tf.ones([24]),
 * }
 * const optimizer = tf.train.adam(0.01)
 * for (let step = 0; step < 30; step++) optimizer.minimize(() => personalLoss(p, data))
 *
 * @param parameters p, [P]
 * @throws NearsideError `input-invalid` for shapes that don't fit, `engine-unavailable` on another backend
 */
export function personalLoss(parameters: Tensor, data: PersonalLossData): Scalar {
  requireShapes(parameters, data)
  requireKernel()
  const loss = customGrad((p, save) => {
    const outputs: unknown = engine().runKernel(KERNEL, { ...data, parameters: p as Tensor })
    const [value, gradient] = outputs as [Scalar, Tensor1D]
    ;(save as (tensors: Tensor[]) => void)([gradient])
    return {
      value,
      gradFunc: (dy: Tensor, saved: Tensor[]) => mul(dy, saved[0]),
    }
  })
  return loss(parameters) as Scalar
}
