/**
 * @module Source of five small WGSL kernels, which compute one step of the descent on a problem of fixed shape. They
 * have no barriers and no workgroup memory, because these are slow on software adapters. They need nothing from the CPU
 * between steps, since `state` contains the step count.
 *
 * scores → softmax parts of 16 candidates → residuals in place of the scores → gradient parts of 64 rows → Adam.
 */

import { BETA1, BETA2 } from '@nearside/core/adam.ts'
import { type FitProblem, PADDING_OFFSET } from '@nearside/core/learning/problem.ts'

/** Number of candidates that one thread of `partSoftmax` and `residuals` reads. */
const CHUNK = 16
/** Number of rows that one thread of `partGradient` sums. */
const BLOCK = 64
/**
 * Number of rows, or of columns, that one thread computes together. A value that these rows or columns share is loaded
 * once, because software adapters spend most of their time on loads.
 */
const TILE = 8
export const WORKGROUP = 64

const tile = (make: (k: number) => string, between = '\n') =>
  Array.from({ length: TILE }, (_, k) => make(k)).join(between)

export const BINDINGS = [
  'shape',
  'design',
  'offset',
  'weight',
  'precision',
  'rate',
  'epsilon',
  'state',
  'scores',
  'parts',
  'slopes',
] as const

export type BindingName = (typeof BINDINGS)[number]

/** Entry points in the sequence in which a step runs them, with the buffers that each entry point uses. */
export const KERNELS: readonly { entry: string; uses: readonly BindingName[] }[] = [
  { entry: 'scoreRows', uses: ['shape', 'design', 'offset', 'state', 'scores'] },
  { entry: 'partSoftmax', uses: ['shape', 'scores', 'parts'] },
  { entry: 'residuals', uses: ['shape', 'weight', 'scores', 'parts'] },
  { entry: 'partGradient', uses: ['shape', 'design', 'scores', 'slopes'] },
  { entry: 'adam', uses: ['shape', 'precision', 'rate', 'epsilon', 'state', 'slopes'] },
]

/** Lengths of the scratch buffers, and number of threads of each kernel. */
export function planKernels(problem: Pick<FitProblem, 'cases' | 'candidates' | 'parameters'>) {
  const { cases: T, candidates: K, parameters: P } = problem
  const chunks = T * Math.ceil(K / CHUNK)
  const blocks = Math.ceil((T * K) / BLOCK)
  return {
    scores: T * K,
    parts: 2 * chunks,
    slopes: blocks * P,
    /** Parameters q, Adam's moments M and V, and the step count. */
    state: 3 * P + 1,
    threads: [Math.ceil((T * K) / TILE), chunks, chunks, blocks * Math.ceil(P / TILE), P],
  }
}

export const FUSED_SHADER = /* wgsl */ `
@group(0) @binding(0) var<storage, read> shape: array<i32>;
@group(0) @binding(1) var<storage, read> design: array<f32>;
@group(0) @binding(2) var<storage, read> offset: array<f32>;
@group(0) @binding(3) var<storage, read> weight: array<f32>;
@group(0) @binding(4) var<storage, read> priorPrecision: array<f32>;
@group(0) @binding(5) var<storage, read> rate: array<f32>;
@group(0) @binding(6) var<storage, read> epsilon: array<f32>;
@group(0) @binding(7) var<storage, read_write> state: array<f32>;
@group(0) @binding(8) var<storage, read_write> scores: array<f32>;
@group(0) @binding(9) var<storage, read_write> parts: array<f32>;
@group(0) @binding(10) var<storage, read_write> slopes: array<f32>;

const LOWEST = -3e38;
const PADDING = ${PADDING_OFFSET};
const BETA1 = ${BETA1};
const BETA2 = ${BETA2};

fn safeExp(x: f32) -> f32 {
  return select(0.0, exp(x), x > -80.0);
}

@compute @workgroup_size(${WORKGROUP})
fn scoreRows(@builtin(global_invocation_id) id: vec3u) {
  let rows = shape[0] * shape[1];
  let P = shape[2];
  let row = i32(id.x) * ${TILE};
  if (row >= rows) { return; }
  // No other thread of this kernel looks at the step count.
  if (row == 0) { state[3 * P] = state[3 * P] + 1.0; }
${tile((r) => `  let row${r} = min(row + ${r}, rows - 1);`)}
${tile((r) => `  let offset${r} = offset[row${r}];`)}
${tile((r) => `  var sum${r} = 0.0;`)}
  if (${tile((r) => `offset${r} > PADDING`, ' || ')}) {
${tile((r) => `    let at${r} = row${r} * P;`)}
    for (var j = 0; j < P; j++) {
      let q = state[j];
${tile((r) => `      sum${r} += design[at${r} + j] * q;`)}
    }
  }
${tile((r) => `  scores[row${r}] = select(PADDING, offset${r} + sum${r}, offset${r} > PADDING);`)}
}

@compute @workgroup_size(${WORKGROUP})
fn partSoftmax(@builtin(global_invocation_id) id: vec3u) {
  let K = shape[1];
  let chunks = (K + ${CHUNK - 1}) / ${CHUNK};
  let part = i32(id.x);
  if (part >= shape[0] * chunks) { return; }
  let start = (part / chunks) * K + (part % chunks) * ${CHUNK};
  let end = min(start + ${CHUNK}, (part / chunks + 1) * K);
  var top = LOWEST;
  for (var i = start; i < end; i++) { top = max(top, scores[i]); }
  var sum = 0.0;
  for (var i = start; i < end; i++) { sum += safeExp(scores[i] - top); }
  parts[2 * part] = top;
  parts[2 * part + 1] = sum;
}

@compute @workgroup_size(${WORKGROUP})
fn residuals(@builtin(global_invocation_id) id: vec3u) {
  let K = shape[1];
  let chunks = (K + ${CHUNK - 1}) / ${CHUNK};
  let part = i32(id.x);
  if (part >= shape[0] * chunks) { return; }
  let t = part / chunks;
  var top = LOWEST;
  for (var c = t * chunks; c < (t + 1) * chunks; c++) { top = max(top, parts[2 * c]); }
  var sum = 0.0;
  for (var c = t * chunks; c < (t + 1) * chunks; c++) {
    sum += parts[2 * c + 1] * safeExp(parts[2 * c] - top);
  }
  let scale = weight[t] / sum;
  let start = t * K + (part % chunks) * ${CHUNK};
  let end = min(start + ${CHUNK}, (t + 1) * K);
  for (var i = start; i < end; i++) { scores[i] = scale * safeExp(scores[i] - top); }
}

@compute @workgroup_size(${WORKGROUP})
fn partGradient(@builtin(global_invocation_id) id: vec3u) {
  let P = shape[2];
  let rows = shape[0] * shape[1];
  let blocks = (rows + ${BLOCK - 1}) / ${BLOCK};
  let tiles = (P + ${TILE - 1}) / ${TILE};
  let index = i32(id.x);
  if (index >= blocks * tiles) { return; }
  let block = index / tiles;
  let end = min((block + 1) * ${BLOCK}, rows);
  let j = (index % tiles) * ${TILE};
${tile((c) => `  let j${c} = min(j + ${c}, P - 1);`)}
${tile((c) => `  var sum${c} = 0.0;`)}
  for (var row = block * ${BLOCK}; row < end; row++) {
    // Padding has share 0. All threads of a block take the same branch.
    let share = scores[row];
    if (share != 0.0) {
      let at = row * P;
${tile((c) => `      sum${c} += share * design[at + j${c}];`)}
    }
  }
  // In a tile, entries beyond the last column repeat that column.
${tile((c) => `  slopes[block * P + j${c}] = sum${c};`)}
}

@compute @workgroup_size(${WORKGROUP})
fn adam(@builtin(global_invocation_id) id: vec3u) {
  let P = shape[2];
  let blocks = (shape[0] * shape[1] + ${BLOCK - 1}) / ${BLOCK};
  let j = i32(id.x);
  if (j >= P) { return; }
  let step = i32(state[3 * P]) - 1;
  var gradient = priorPrecision[j] * state[j];
  for (var block = 0; block < blocks; block++) { gradient += slopes[block * P + j]; }
  let first = BETA1 * state[P + j] + gradient;
  let second = BETA2 * state[2 * P + j] + gradient * gradient;
  state[P + j] = first;
  state[2 * P + j] = second;
  state[j] -= rate[step * P + j] * first / (sqrt(second) + epsilon[step]);
}
`
