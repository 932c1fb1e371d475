/**
 * @module The train step of the user tower as seven WGSL kernels without barriers, as in
 * `tfjs/fusedShader.ts`: hidden → user → scores → residuals → du → dh → gradient and Adam. A thread
 * takes four neighbouring numbers, as a vector.
 */
import { BETA1, BETA2 } from '../adam.ts'
import type { TowerShape } from './tower.ts'

export const WORKGROUP = 64

export const BINDINGS = [
  'x',
  'ids',
  'table',
  'schedule',
  'weights',
  'moments',
  'h',
  'u',
  'scores',
  'du',
  'dh',
  'count',
] as const
export type BindingName = (typeof BINDINGS)[number]

/** Entry points in the order of a step, with the buffers that each one uses. */
export const KERNELS: readonly { entry: string; uses: readonly BindingName[] }[] = [
  { entry: 'hiddenLayer', uses: ['x', 'weights', 'h', 'count'] },
  { entry: 'userVectors', uses: ['weights', 'h', 'u'] },
  { entry: 'scoreCandidates', uses: ['ids', 'table', 'u', 'scores', 'count'] },
  { entry: 'residuals', uses: ['scores', 'count'] },
  { entry: 'backToUsers', uses: ['ids', 'table', 'scores', 'du', 'count'] },
  { entry: 'backToHidden', uses: ['weights', 'h', 'du', 'dh'] },
  { entry: 'adam', uses: ['x', 'schedule', 'weights', 'moments', 'h', 'du', 'dh', 'count'] },
]

/** Numbers of the scratch buffers, and threads of each kernel. */
export function planTower({ cases, candidates, inputs, hidden, outputs }: TowerShape) {
  const words = { hidden: hidden / 4, outputs: outputs / 4 }
  return {
    h: cases * hidden,
    u: cases * outputs,
    scores: cases * candidates,
    threads: [
      cases * words.hidden,
      cases * words.outputs,
      cases * candidates,
      cases,
      cases * words.outputs,
      cases * words.hidden,
      (inputs + 1) * words.hidden + (hidden + 1) * words.outputs,
    ],
  }
}

export function towerShader(shape: TowerShape, batches: number): string {
  const { cases, candidates, inputs, hidden, outputs } = shape
  const { threads } = planTower(shape)
  const [H, D] = [hidden / 4, outputs / 4]
  const upper = (inputs + 1) * H
  return /* wgsl */ `
@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read> ids: array<u32>;
@group(0) @binding(2) var<storage, read> table: array<vec4f>;
@group(0) @binding(3) var<storage, read> schedule: array<vec2f>;
@group(0) @binding(4) var<storage, read_write> weights: array<vec4f>;
@group(0) @binding(5) var<storage, read_write> moments: array<vec4f>;
@group(0) @binding(6) var<storage, read_write> h: array<f32>;
@group(0) @binding(7) var<storage, read_write> u: array<vec4f>;
@group(0) @binding(8) var<storage, read_write> scores: array<f32>;
@group(0) @binding(9) var<storage, read_write> du: array<vec4f>;
@group(0) @binding(10) var<storage, read_write> dh: array<vec4f>;
@group(0) @binding(11) var<storage, read_write> count: array<u32>;

@compute @workgroup_size(${WORKGROUP})
fn hiddenLayer(@builtin(global_invocation_id) id: vec3u) {
  if (id.x >= ${threads[0]}u) { return; }
  let k = id.x % ${H}u;
  let b = id.x / ${H}u;
  let row = ((count[0] % ${batches}u) * ${cases}u + b) * ${inputs}u;
  var sum = weights[${inputs * H}u + k];
  for (var i = 0u; i < ${inputs}u; i++) { sum += x[row + i] * weights[i * ${H}u + k]; }
  sum = max(sum, vec4f());
  let at = 4u * id.x;
  h[at] = sum.x;
  h[at + 1u] = sum.y;
  h[at + 2u] = sum.z;
  h[at + 3u] = sum.w;
}

@compute @workgroup_size(${WORKGROUP})
fn userVectors(@builtin(global_invocation_id) id: vec3u) {
  if (id.x >= ${threads[1]}u) { return; }
  let j = id.x % ${D}u;
  let row = (id.x / ${D}u) * ${hidden}u;
  var sum = weights[${upper + hidden * D}u + j];
  for (var k = 0u; k < ${hidden}u; k++) { sum += h[row + k] * weights[${upper}u + k * ${D}u + j]; }
  u[id.x] = sum;
}

@compute @workgroup_size(${WORKGROUP})
fn scoreCandidates(@builtin(global_invocation_id) id: vec3u) {
  if (id.x >= ${threads[2]}u) { return; }
  let item = ids[(count[0] % ${batches}u) * ${cases * candidates}u + id.x] * ${D}u;
  let user = (id.x / ${candidates}u) * ${D}u;
  var sum = 0.0;
  for (var j = 0u; j < ${D}u; j++) { sum += dot(table[item + j], u[user + j]); }
  scores[id.x] = sum;
}

@compute @workgroup_size(${WORKGROUP})
fn residuals(@builtin(global_invocation_id) id: vec3u) {
  if (id.x >= ${cases}u) { return; }
  // No other thread looks at the step count here; what follows takes one off.
  if (id.x == 0u) { count[0] += 1u; }
  let start = id.x * ${candidates}u;
  var top = scores[start];
  for (var c = start + 1u; c < start + ${candidates}u; c++) { top = max(top, scores[c]); }
  var sum = 0.0;
  for (var c = start; c < start + ${candidates}u; c++) {
    let e = exp(max(scores[c] - top, -80.0));
    scores[c] = e;
    sum += e;
  }
  let scale = 1.0 / (sum * ${cases}.0);
  for (var c = start; c < start + ${candidates}u; c++) { scores[c] *= scale; }
  scores[start] -= ${1 / cases};
}

@compute @workgroup_size(${WORKGROUP})
fn backToUsers(@builtin(global_invocation_id) id: vec3u) {
  if (id.x >= ${threads[4]}u) { return; }
  let j = id.x % ${D}u;
  let start = (id.x / ${D}u) * ${candidates}u;
  let batch = ((count[0] - 1u) % ${batches}u) * ${cases * candidates}u;
  var sum = vec4f();
  for (var c = start; c < start + ${candidates}u; c++) {
    sum += scores[c] * table[ids[batch + c] * ${D}u + j];
  }
  du[id.x] = sum;
}

@compute @workgroup_size(${WORKGROUP})
fn backToHidden(@builtin(global_invocation_id) id: vec3u) {
  if (id.x >= ${threads[5]}u) { return; }
  let row = ${upper}u + 4u * (id.x % ${H}u) * ${D}u;
  let user = (id.x / ${H}u) * ${D}u;
  var sum = vec4f();
  for (var j = 0u; j < ${D}u; j++) {
    let d = du[user + j];
    sum += vec4f(
      dot(weights[row + j], d), dot(weights[row + ${D}u + j], d),
      dot(weights[row + ${2 * D}u + j], d), dot(weights[row + ${3 * D}u + j], d)
    );
  }
  let at = 4u * id.x;
  let alive = vec4f(h[at], h[at + 1u], h[at + 2u], h[at + 3u]) > vec4f();
  dh[id.x] = select(vec4f(), sum, alive);
}

fn lowerGradient(i: u32, k: u32) -> vec4f {
  var sum = vec4f();
  let batch = ((count[0] - 1u) % ${batches}u) * ${cases * inputs}u + i;
  for (var b = 0u; b < ${cases}u; b++) {
    var input = 1.0;
    if (i < ${inputs}u) { input = x[batch + b * ${inputs}u]; }
    sum += input * dh[b * ${H}u + k];
  }
  return sum;
}

fn upperGradient(k: u32, j: u32) -> vec4f {
  var sum = vec4f();
  for (var b = 0u; b < ${cases}u; b++) {
    var input = 1.0;
    if (k < ${hidden}u) { input = h[b * ${hidden}u + k]; }
    sum += input * du[b * ${D}u + j];
  }
  return sum;
}

@compute @workgroup_size(${WORKGROUP})
fn adam(@builtin(global_invocation_id) id: vec3u) {
  let w = id.x;
  if (w >= ${threads[6]}u) { return; }
  var gradient: vec4f;
  if (w < ${upper}u) {
    gradient = lowerGradient(w / ${H}u, w % ${H}u);
  } else {
    let v = w - ${upper}u;
    gradient = upperGradient(v / ${D}u, v % ${D}u);
  }
  let plan = schedule[count[0] - 1u];
  let first = ${BETA1} * moments[w] + gradient;
  let second = ${BETA2} * moments[${threads[6]}u + w] + gradient * gradient;
  moments[w] = first;
  moments[${threads[6]}u + w] = second;
  weights[w] -= plan.x * first / (sqrt(second) + plan.y);
}
`
}
