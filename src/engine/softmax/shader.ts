/**
 * @module One descent step of the softmax over the catalogue as five WGSL kernels, for every
 * shape. As in `tfjs/fusedShader.ts` they have no barriers, no workgroup memory and nothing from the
 * CPU between steps.
 *
 * 1. `parts`: a thread takes 4 cases through a chunk of the items: largest score, sum of exponentials;
 * 2. `combine`: log Σ exp of each case, kept for every step;
 * 3. `shares`: a thread takes 8 items through all cases: Σ_t weight_t · softmax_ti, one number an item;
 * 4. `slopes`: their products with the table, chunk by chunk;
 * 5. `adam`: the step, and the next step's queries h_t + u.
 *
 * Scores are computed twice, in 1 and in 3, instead of being stored; a block of 8 items × 4 cases has
 * its sums in registers. Queries are laid out by column, so that neighbouring cases are neighbours.
 */
import { BETA1, BETA2 } from '../adam.ts'

/** Cases come in vectors of four. */
export const LANES = 4
/** Items that a thread takes at once. */
const ITEMS = 8
const MAX_CHUNKS = 512
export const WORKGROUP = 64

export const BINDINGS = [
  'table',
  'scales',
  'bias',
  'queries',
  'parts',
  'lse',
  'weight',
  'shares',
  'slopes',
  'state',
  'base',
  'fixed',
  'prior',
  'schedule',
  'shape',
] as const
export type BindingName = (typeof BINDINGS)[number]

/** Entry points in the order of a step, with the buffers that each one uses. */
export const KERNELS: readonly { entry: string; uses: readonly BindingName[] }[] = [
  { entry: 'scoreParts', uses: ['table', 'scales', 'bias', 'queries', 'parts', 'state', 'shape'] },
  { entry: 'combine', uses: ['parts', 'lse', 'state', 'shape'] },
  {
    entry: 'sumShares',
    uses: ['table', 'scales', 'bias', 'queries', 'lse', 'weight', 'shares', 'state', 'shape'],
  },
  { entry: 'partSlopes', uses: ['table', 'shares', 'slopes', 'shape'] },
  {
    entry: 'adam',
    uses: ['slopes', 'fixed', 'prior', 'schedule', 'state', 'base', 'queries', 'shape'],
  },
]

export interface SoftmaxShape {
  readonly items: number
  /** A multiple of 4. */
  readonly columns: number
  /** A multiple of LANES. */
  readonly cases: number
}

/** Threads of each kernel, and what the shader is told of the shape. */
export function planSoftmax({ items, columns, cases }: SoftmaxShape) {
  const chunk = ITEMS * Math.ceil(items / (ITEMS * MAX_CHUNKS))
  const chunks = Math.ceil(items / chunk)
  const [words, lanes] = [columns / 4, cases / LANES]
  const threads = [chunks * lanes, lanes, Math.ceil(items / ITEMS), chunks * words, columns]
  return { chunks, threads, shape: Uint32Array.of(items, words, lanes, chunk, chunks) }
}

const block = Array.from({ length: ITEMS }, (_, r) => r)
const lines = (make: (r: number) => string) => block.map(make).join('\n')

/** Scores of the items `first`… with the four cases `lane`, in s0, s1, …, a vec4 of cases each. */
const scoreBlock = (int8: boolean): string => /* wgsl */ `
${lines((r) => `  let item${r} = min(first + ${r}u, shape.items - 1u); var s${r} = vec4f();`)}
  for (var j = 0u; j < shape.words; j++) {
    let q = 4u * j * shape.lanes + lane;
    let a = queries[q];
    let b = queries[q + shape.lanes];
    let c = queries[q + 2u * shape.lanes];
    let d = queries[q + 3u * shape.lanes];
${lines((r) => {
  const word = `table[item${r} * shape.words + j]`
  return `    let e${r} = ${int8 ? `unpack(${word})` : word};
    s${r} += e${r}.x * a + e${r}.y * b + e${r}.z * c + e${r}.w * d;`
})}
  }
${lines((r) => {
  const bias = `select(NONE, bias[item${r}], first + ${r}u < shape.items)`
  return `  s${r} = ${int8 ? `scales[item${r}] * ` : ''}s${r} + ${bias};`
})}
`

export function softmaxShader(int8: boolean): string {
  return /* wgsl */ `
@group(0) @binding(0) var<storage, read> table: array<${int8 ? 'u32' : 'vec4f'}>;
@group(0) @binding(1) var<storage, read> scales: array<f32>;
@group(0) @binding(2) var<storage, read> bias: array<f32>;
@group(0) @binding(3) var<storage, read_write> queries: array<vec4f>;
@group(0) @binding(4) var<storage, read_write> parts: array<vec4f>;
@group(0) @binding(5) var<storage, read_write> lse: array<vec4f>;
@group(0) @binding(6) var<storage, read> weight: array<vec4f>;
@group(0) @binding(7) var<storage, read_write> shares: array<f32>;
@group(0) @binding(8) var<storage, read_write> slopes: array<vec4f>;
@group(0) @binding(9) var<storage, read_write> state: array<f32>;
@group(0) @binding(10) var<storage, read> base: array<f32>;
@group(0) @binding(11) var<storage, read> fixed: array<f32>;
@group(0) @binding(12) var<storage, read> prior: array<f32>;
@group(0) @binding(13) var<storage, read> schedule: array<f32>;

struct Shape { items: u32, words: u32, lanes: u32, chunk: u32, chunks: u32 }
@group(0) @binding(14) var<uniform> shape: Shape;

const NONE = -3e38;

fn unpack(word: u32) -> vec4f {
  let w = bitcast<i32>(word);
  return vec4f(vec4i(
    extractBits(w, 0u, 8u), extractBits(w, 8u, 8u), extractBits(w, 16u, 8u), extractBits(w, 24u, 8u)
  ));
}

// WGSL's exp may be wrong by 3 + 2|x| units in the last place; this one (Cephes) by two or so.
fn exponential(x: vec4f) -> vec4f {
  let y = max(x, vec4f(-87.0));
  let k = floor(y * 1.44269504 + 0.5);
  let r = (y - k * 0.693359375) + k * 2.12194440e-4;
  var p = vec4f(1.9875691500e-4);
  p = p * r + 1.3981999507e-3;
  p = p * r + 8.3334519073e-3;
  p = p * r + 4.1665795894e-2;
  p = p * r + 1.6666665459e-1;
  p = p * r + 5.0000001201e-1;
  return (p * r * r + r + 1.0) * bitcast<vec4f>((vec4i(k) + 127) << vec4u(23u));
}

@compute @workgroup_size(${WORKGROUP})
fn scoreParts(@builtin(global_invocation_id) id: vec3u) {
  if (id.x >= shape.chunks * shape.lanes) { return; }
  // No other thread of this kernel looks at the step count.
  if (id.x == 0u) { state[12u * shape.words] += 1.0; }
  let lane = id.x % shape.lanes;
  let part = id.x / shape.lanes;
  let end = min((part + 1u) * shape.chunk, shape.items);
  var top = vec4f(NONE);
  var sum = vec4f();
  for (var first = part * shape.chunk; first < end; first += ${ITEMS}u) {
${scoreBlock(int8)}
    let higher = max(top, ${block.map((r) => `s${r}`).reduce((inner, score) => `max(${inner}, ${score})`)});
    sum = sum * exponential(top - higher)${block.map((r) => ` + exponential(s${r} - higher)`).join('')};
    top = higher;
  }
  parts[2u * id.x] = top;
  parts[2u * id.x + 1u] = sum;
}

@compute @workgroup_size(${WORKGROUP})
fn combine(@builtin(global_invocation_id) id: vec3u) {
  if (id.x >= shape.lanes) { return; }
  var top = vec4f(NONE);
  for (var part = id.x; part < shape.chunks * shape.lanes; part += shape.lanes) { top = max(top, parts[2u * part]); }
  var sum = vec4f();
  for (var part = id.x; part < shape.chunks * shape.lanes; part += shape.lanes) {
    sum += parts[2u * part + 1u] * exponential(parts[2u * part] - top);
  }
  lse[(u32(state[12u * shape.words]) - 1u) * shape.lanes + id.x] = top + log(sum);
}

@compute @workgroup_size(${WORKGROUP})
fn sumShares(@builtin(global_invocation_id) id: vec3u) {
  let first = id.x * ${ITEMS}u;
  if (first >= shape.items) { return; }
  let logs = (u32(state[12u * shape.words]) - 1u) * shape.lanes;
${lines((r) => `  var r${r} = vec4f();`)}
  for (var lane = 0u; lane < shape.lanes; lane++) {
${scoreBlock(int8)}
    let log = lse[logs + lane];
${lines((r) => `    r${r} += weight[lane] * exponential(s${r} - log);`)}
  }
${lines((r) => {
  const share = `${int8 ? `scales[first + ${r}u] * ` : ''}dot(r${r}, vec4f(1.0))`
  return `  if (first + ${r}u < shape.items) { shares[first + ${r}u] = ${share}; }`
})}
}

@compute @workgroup_size(${WORKGROUP})
fn partSlopes(@builtin(global_invocation_id) id: vec3u) {
  if (id.x >= shape.chunks * shape.words) { return; }
  let column = id.x % shape.words;
  let start = (id.x / shape.words) * shape.chunk;
  var sum = vec4f();
  for (var item = start; item < min(start + shape.chunk, shape.items); item++) {
    let row = table[item * shape.words + column];
    sum += shares[item] * ${int8 ? 'unpack(row)' : 'row'};
  }
  slopes[id.x] = sum;
}

@compute @workgroup_size(${WORKGROUP})
fn adam(@builtin(global_invocation_id) id: vec3u) {
  let j = id.x;
  let D = 4u * shape.words;
  if (j >= D) { return; }
  var gradient = prior[j] * state[j] - fixed[j];
  var sum = 0.0;
  for (var part = 0u; part < shape.chunks; part++) {
    sum += slopes[part * shape.words + j / 4u][j % 4u];
  }
  gradient += sum;
  let step = u32(state[12u * shape.words]) - 1u;
  let first = ${BETA1} * state[D + j] + gradient;
  let second = ${BETA2} * state[2u * D + j] + gradient * gradient;
  state[D + j] = first;
  state[2u * D + j] = second;
  let row = step * (D + 1u);
  let moved = state[j] - schedule[row + j] * first / (sqrt(second) + schedule[row + D]);
  state[j] = moved;
  for (var t = 0u; t < shape.lanes; t++) {
    let at = j * shape.lanes + t;
    queries[at] = vec4f(base[4u * at], base[4u * at + 1u], base[4u * at + 2u], base[4u * at + 3u]) + moved;
  }
}
`
}
