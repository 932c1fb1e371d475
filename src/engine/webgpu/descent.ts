/**
 * @module Runs gradient descent in five fused WGSL kernels, on the device of the TensorFlow.js WebGPU backend. The
 * problem and the scratch buffers are tensors of TensorFlow.js, which reuses freed buffers and counts the tensors in
 * memory. Between the first and the last step, nothing is created, written or read back; kernels are only dispatched.
 */
import { adamSchedule } from '@nearside/core/adam.ts'
import { type FitProblem, PADDING_OFFSET } from '@nearside/core/learning/problem.ts'
import type { WebGPUBackend } from '@tensorflow/tfjs-backend-webgpu/dist/base'
import * as tf from '@tensorflow/tfjs-core'
import type { CentredProblem } from '../centre.ts'
import { onBackend } from './backend.ts'
import {
  BINDINGS,
  type BindingName,
  FUSED_SHADER,
  KERNELS,
  planKernels,
  WORKGROUP,
} from './shader.ts'

/** One pipeline per kernel, for problems of every shape. */
export type FusedPipelines = readonly GPUComputePipeline[]

/** @throws GPUPipelineError if the device's compiler rejects the shader */
export function compileFused(device: GPUDevice): Promise<FusedPipelines> {
  const module = device.createShaderModule({ code: FUSED_SHADER, label: 'fused fit' })
  return Promise.all(
    KERNELS.map(({ entry }) =>
      device.createComputePipelineAsync({
        label: entry,
        layout: 'auto',
        compute: { module, entryPoint: entry },
      }),
    ),
  )
}

type Tensors = Record<BindingName, tf.Tensor1D>

function upload(problem: FitProblem, centred: CentredProblem): Tensors {
  const { cases, candidates } = problem
  const { parameters, precision, stepSize } = centred
  const plan = planKernels({ cases, candidates, parameters })
  const { design, offset, weight } = fixedShape(problem, centred)
  const { rate, epsilon } = adamSchedule(problem.steps, stepSize)
  const zeros = (length: number) => tf.tensor1d(new Float32Array(length))
  return {
    shape: tf.tensor1d([cases, candidates, parameters], 'int32'),
    design: tf.tensor1d(design),
    offset: tf.tensor1d(offset),
    weight: tf.tensor1d(weight),
    precision: tf.tensor1d(precision),
    rate: tf.tensor1d(rate),
    epsilon: tf.tensor1d(epsilon),
    state: zeros(plan.state),
    scores: zeros(plan.scores),
    parts: zeros(plan.parts),
    slopes: zeros(plan.slopes),
  }
}

function bufferOf(backend: WebGPUBackend, { dataId }: tf.Tensor): GPUBuffer {
  backend.uploadToGPU(dataId)
  return backend.tensorMap.get(dataId).resource as GPUBuffer
}

function bind(
  backend: WebGPUBackend,
  pipelines: FusedPipelines,
  tensors: Tensors,
): readonly GPUBindGroup[] {
  return KERNELS.map(({ uses }, i) =>
    backend.device.createBindGroup({
      layout: pipelines[i].getBindGroupLayout(0),
      entries: uses.map((name) => ({
        binding: BINDINGS.indexOf(name),
        resource: { buffer: bufferOf(backend, tensors[name]) },
      })),
    }),
  )
}

/** Submits the commands that TensorFlow.js has recorded so far, among them the copies of data to the GPU. */
function flush(backend: WebGPUBackend): void {
  backend.ensureCommandEncoderReady()
  backend.endComputePassEncoder()
  backend.submitQueue()
}

export function startFused(
  backend: WebGPUBackend,
  pipelines: FusedPipelines,
  problem: FitProblem,
  centred: CentredProblem,
) {
  const { parameters } = centred
  const { threads } = planKernels({ ...problem, parameters })
  const workgroups = threads.map((n) => Math.ceil(n / WORKGROUP))
  let tensors!: Tensors
  let groups!: readonly GPUBindGroup[]
  onBackend(() => {
    tensors = upload(problem, centred)
    groups = bind(backend, pipelines, tensors)
    flush(backend)
    for (const tensor of Object.values(tensors)) tf.keep(tensor)
  })
  return {
    /** Submits `count` steps; returns before they are computed. */
    advance(count: number): void {
      const encoder = backend.device.createCommandEncoder()
      const pass = encoder.beginComputePass()
      for (let step = 0; step < count; step++)
        pipelines.forEach((pipeline, i) => {
          pass.setPipeline(pipeline)
          pass.setBindGroup(0, groups[i])
          pass.dispatchWorkgroups(workgroups[i])
        })
      pass.end()
      backend.queue.submit([encoder.finish()])
    },
    /** Reads q, [P], after all submitted steps. A fit reads back nothing else. */
    read: async () => Float32Array.from((await tensors.state.data()).slice(0, parameters)),
    dispose: () => tf.dispose(Object.values(tensors)),
  }
}

/** Pads a centred problem to the shape that all fits share, so that TensorFlow.js reuses its buffers and shaders. */
export function fixedShape(problem: FitProblem, centred: CentredProblem) {
  const { cases: T, candidates: K } = problem
  const { parameters: P, stride } = centred
  /** Centred design X̃, row-major [T·K, P]; zero for padding. */
  const design = new Float32Array(T * K * P)
  /** Scores at q = 0 relative to the target's score, [T·K]. */
  const offset = new Float32Array(T * K).fill(PADDING_OFFSET)
  const weight = new Float32Array(T)
  for (let l = 0; l < centred.cases.length; l++) {
    const t = centred.cases[l]
    weight[t] = centred.weight[l]
    for (let r = centred.start[l]; r < centred.start[l + 1]; r++) {
      const row = centred.rows[r]
      // The scores are relative to the target's score, because single precision is most accurate near 0.
      offset[row] = centred.offset[r] - centred.targetOffset[l]
      design.set(centred.design.subarray(r * stride, r * stride + P), row * P)
    }
  }
  return { design, offset, weight }
}
