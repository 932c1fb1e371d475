/**
 * @module The fused loss as programs for the WebGPU backend of TensorFlow.js, which compiles each once
 * and keeps it: sizes are uniforms, so every shape shares them. No barriers, finite sentinels.
 */
import type { TensorInfo } from '@tensorflow/tfjs-core'
import type { InputName, LossSize } from './kernel.ts'

/** Of the backend, what is used; it is the page's, so no code of it is imported here. */
export interface WebgpuBackend {
  runWebGPUProgram(
    program: unknown,
    inputs: TensorInfo[],
    dtype: 'float32',
    uniforms: { type: string; data: number[] }[],
  ): TensorInfo
  disposeData(dataId: object): boolean
}

/** Rows that one thread of the gradient sums. */
const BLOCK = 64
const WORKGROUP = 64

const EXP = `
fn safeExp(x: f32) -> f32 {
  return select(0.0, exp(x), x > -80.0);
}`

/**
 * Names of a program's inputs, one letter each since TensorFlow.js makes functions from them (and WGSL
 * reserves `target` and `precision`): p, design X, offset O, target Y, weight W, mean M, precision L;
 * scores S, softmax statistics Z, residuals R, partial gradients G, losses N.
 */
interface Step {
  readonly name: string
  readonly inputs: string
  readonly code: string
}

const SCORES: Step = {
  name: 'scores',
  inputs: 'pXO',
  code: `
    var sum = O[index];
    for (var j = 0; j < uniforms.P; j++) { sum += X[index * uniforms.P + j] * p[j]; }
    result[index] = sum;`,
}

/** The highest score of a case, and Σ exp(score − highest). */
const STATISTICS: Step = {
  name: 'statistics',
  inputs: 'S',
  code: `
    if (index % 2 == 1) { return; }
    let start = (index / 2) * uniforms.K;
    var top = -3e38;
    for (var i = start; i < start + uniforms.K; i++) { top = max(top, S[i]); }
    var sum = 0.0;
    for (var i = start; i < start + uniforms.K; i++) { sum += safeExp(S[i] - top); }
    result[index] = top;
    result[index + 1] = sum;`,
}

const RESIDUALS: Step = {
  name: 'residuals',
  inputs: 'SZYW',
  code: `
    let t = index / uniforms.K;
    var share = 0.0;
    for (var i = t * uniforms.K; i < (t + 1) * uniforms.K; i++) { share += Y[i]; }
    let chance = safeExp(S[index] - Z[2 * t]) / Z[2 * t + 1];
    result[index] = W[t] * (share * chance - Y[index]);`,
}

const PARTS: Step = {
  name: 'parts',
  inputs: 'RX',
  code: `
    let start = (index / uniforms.P) * ${BLOCK};
    let end = min(start + ${BLOCK}, uniforms.T * uniforms.K);
    var sum = 0.0;
    for (var row = start; row < end; row++) {
      sum += R[row] * X[row * uniforms.P + index % uniforms.P];
    }
    result[index] = sum;`,
}

const GRADIENT: Step = {
  name: 'gradient',
  inputs: 'GpML',
  code: `
    let blocks = (uniforms.T * uniforms.K + ${BLOCK - 1}) / ${BLOCK};
    var sum = L[index] * (p[index] - M[index]);
    for (var block = 0; block < blocks; block++) { sum += G[block * uniforms.P + index]; }
    result[index] = sum;`,
}

const LOSSES: Step = {
  name: 'losses',
  inputs: 'SZYW',
  code: `
    let normaliser = log(Z[2 * index + 1]);
    var sum = 0.0;
    for (var i = index * uniforms.K; i < (index + 1) * uniforms.K; i++) {
      sum += Y[i] * (Z[2 * index] - S[i] + normaliser);
    }
    result[index] = W[index] * sum;`,
}

const LOSS: Step = {
  name: 'loss',
  inputs: 'NpML',
  code: `
    var sum = 0.0;
    for (var t = 0; t < uniforms.T; t++) { sum += N[t]; }
    for (var j = 0; j < uniforms.P; j++) {
      let away = p[j] - M[j];
      sum += 0.5 * L[j] * away * away;
    }
    result[index] = sum;`,
}

const LETTERS: Readonly<Record<InputName, string>> = {
  parameters: 'p',
  design: 'X',
  offset: 'O',
  target: 'Y',
  weight: 'W',
  mean: 'M',
  precision: 'L',
}

/** In the form of `WebGPUProgram` of @tensorflow/tfjs-backend-webgpu 4.22. */
function programOf({ name, inputs, code }: Step, length: number) {
  return {
    outputShape: [length],
    shaderKey: `nearside-personal-loss-${name}`,
    dispatchLayout: { x: [0] },
    dispatch: [Math.ceil(length / WORKGROUP), 1, 1],
    workgroupSize: [WORKGROUP, 1, 1],
    variableNames: [...inputs],
    uniforms: 'T : i32, K : i32, P : i32,',
    size: true,
    getUserCode: () => `${EXP}
fn main(index : i32) {
  if (index >= uniforms.size) { return; }${code}
}`,
  }
}

/** L, shape [], and ∂L/∂p, [P]. */
export function lossOnWebgpu(
  backend: WebgpuBackend,
  { cases: T, candidates: K, parameters: P }: LossSize,
  given: Readonly<Record<InputName, TensorInfo>>,
): TensorInfo[] {
  const tensors: Record<string, TensorInfo> = {}
  for (const [name, letter] of Object.entries(LETTERS)) tensors[letter] = given[name as InputName]
  const uniforms = [T, K, P].map((value) => ({ type: 'int32', data: [value] }))
  const run = (step: Step, length: number) =>
    backend.runWebGPUProgram(
      programOf(step, length),
      [...step.inputs].map((letter) => tensors[letter]),
      'float32',
      uniforms,
    )
  const scratch: TensorInfo[] = []
  const keep = (letter: string, tensor: TensorInfo) => {
    tensors[letter] = tensor
    scratch.push(tensor)
  }
  keep('S', run(SCORES, T * K))
  keep('Z', run(STATISTICS, 2 * T))
  keep('R', run(RESIDUALS, T * K))
  keep('G', run(PARTS, Math.ceil((T * K) / BLOCK) * P))
  keep('N', run(LOSSES, T))
  const gradient = run(GRADIENT, P)
  const loss = run(LOSS, 1)
  for (const { dataId } of scratch) backend.disposeData(dataId)
  return [{ ...loss, shape: [] }, gradient]
}
