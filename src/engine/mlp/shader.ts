/**
 * @module A step of the incremental network (`learning/learners/network.ts`) as five WGSL kernels
 * without barriers: first layer → second layer → score, its error and what that is to the second →
 * back to the first → gradient and Adam. A thread takes four neighbouring numbers, as a vector.
 *
 * A layer's weights are [inputs + 1, outputs], biases last. What lies in `x` and `answers` is taken in
 * batches, the next at each step; a place without an example has the weight 0.
 */
import { MLP_TRAINING } from '../../core/personal/learners/mlp.ts'
import { type NetworkShape, networkShape } from '../../core/personal/learners/network.ts'

export const WORKGROUP = 64
/** Examples of a step. */
export const BATCH = MLP_TRAINING.stepExamples

export const BINDINGS = [
  'x',
  'answers',
  'schedule',
  'weights',
  'moments',
  'h',
  'd',
  'count',
  'probabilities',
] as const
export type BindingName = (typeof BINDINGS)[number]

/** Entry points in the order of a step; all but the last predict. */
export const KERNELS: readonly { entry: string; uses: readonly BindingName[] }[] = [
  { entry: 'firstLayer', uses: ['x', 'weights', 'h', 'count'] },
  { entry: 'secondLayer', uses: ['weights', 'h'] },
  { entry: 'score', uses: ['answers', 'weights', 'h', 'd', 'count', 'probabilities'] },
  { entry: 'back', uses: ['weights', 'h', 'd', 'count'] },
  { entry: 'adam', uses: ['x', 'schedule', 'weights', 'moments', 'h', 'd', 'count'] },
]

/** Vectors of four by which each matrix begins, widths in vectors, and threads of each kernel. */
export function planNetwork(inputs: number) {
  const [, first, second] = networkShape(inputs).widths
  const [F, S] = [first / 4, second / 4]
  const upper = (inputs + 1) * F
  const top = upper + (first + 1) * S
  const vectors = top + S + 1
  return {
    first,
    second,
    upper,
    top,
    vectors,
    /** Numbers of the scratch buffers. */
    h: BATCH * (first + second),
    d: BATCH * (first + second + 4),
    threads: [BATCH * F, BATCH * S, BATCH, BATCH * F, vectors],
  }
}

/** Where each weight of the plain vector lies. */
export function placesOf({ widths, starts, size }: NetworkShape): Int32Array {
  const { upper, top } = planNetwork(widths[0])
  const places = new Int32Array(size)
  ;[0, 4 * upper, 4 * top].forEach((start, layer) => {
    const [inputs, outputs] = [widths[layer], widths[layer + 1]]
    const from = starts[layer]
    for (let i = 0; i < outputs; i++) {
      for (let j = 0; j < inputs; j++) places[from + i * inputs + j] = start + j * outputs + i
      places[from + inputs * outputs + i] = start + inputs * outputs + i
    }
  })
  return places
}

export function networkShader(inputs: number): string {
  const { first, second, upper, top, vectors, threads } = planNetwork(inputs)
  const [F, S] = [first / 4, second / 4]
  const { l2, decay, epsilon } = MLP_TRAINING
  const vectorAt = (array: string, at: string) =>
    `vec4f(${array}[${at}], ${array}[${at} + 1u], ${array}[${at} + 2u], ${array}[${at} + 3u])`
  const begin = (kernel: number) => /* wgsl */ `
@compute @workgroup_size(${WORKGROUP})
fn ${KERNELS[kernel].entry}(@builtin(global_invocation_id) id: vec3u) {
  if (id.x >= ${threads[kernel]}u) { return; }`
  return /* wgsl */ `
@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read> answers: array<vec2f>;
@group(0) @binding(2) var<storage, read> schedule: array<f32>;
@group(0) @binding(3) var<storage, read_write> weights: array<vec4f>;
@group(0) @binding(4) var<storage, read_write> moments: array<vec4f>;
// Of each example the first layer's outputs, then of each the second's.
@group(0) @binding(5) var<storage, read_write> h: array<f32>;
// The derivatives by them, before the ReLU; then of each example the one by its score.
@group(0) @binding(6) var<storage, read_write> d: array<vec4f>;
// Steps done; and vectors of the second layer, known to the shader only when it runs: software
// adapters unroll loops of a known length, and compile for ten seconds.
@group(0) @binding(7) var<storage, read_write> count: array<u32>;
@group(0) @binding(8) var<storage, read_write> probabilities: array<f32>;

fn store(at: u32, value: vec4f) {
  h[at] = value.x;
  h[at + 1u] = value.y;
  h[at + 2u] = value.z;
  h[at + 3u] = value.w;
}
${begin(0)}
  let j = id.x % ${F}u;
  let row = (count[0] * ${BATCH}u + id.x / ${F}u) * ${inputs}u;
  var sum = weights[${inputs * F}u + j];
  for (var i = 0u; i < ${inputs}u; i++) { sum += x[row + i] * weights[i * ${F}u + j]; }
  store(4u * id.x, max(sum, vec4f()));
}
${begin(1)}
  let j = id.x % ${S}u;
  let row = (id.x / ${S}u) * ${first}u;
  var sum = weights[${upper + first * S}u + j];
  for (var i = 0u; i < ${first}u; i++) { sum += h[row + i] * weights[${upper}u + i * ${S}u + j]; }
  store(${BATCH * first}u + 4u * id.x, max(sum, vec4f()));
}
${begin(2)}
  let at = count[0] * ${BATCH}u + id.x;
  let row = ${BATCH * first}u + id.x * ${second}u;
  var z = weights[${top + S}u].x;
  for (var k = 0u; k < count[1]; k++) { z += dot(${vectorAt('h', 'row + 4u * k')}, weights[${top}u + k]); }
  let probability = 1.0 / (1.0 + exp(clamp(-z, -80.0, 80.0)));
  probabilities[at] = probability;
  let error = answers[at].y * (probability - answers[at].x);
  d[${BATCH * (F + S)}u + id.x] = vec4f(error, 0.0, 0.0, 0.0);
  for (var k = 0u; k < count[1]; k++) {
    d[${BATCH * F}u + id.x * ${S}u + k] =
      select(vec4f(), error * weights[${top}u + k], ${vectorAt('h', 'row + 4u * k')} > vec4f());
  }
}
${begin(3)}
  // No other thread looks at the step count here; what follows takes one off.
  if (id.x == 0u) { count[0] += 1u; }
  let errors = ${BATCH * F}u + (id.x / ${F}u) * ${S}u;
  let matrix = ${upper}u + 4u * (id.x % ${F}u) * ${S}u;
  var sum = vec4f();
  for (var k = 0u; k < count[1]; k++) {
    let error = d[errors + k];
    sum += vec4f(dot(weights[matrix + k], error), dot(weights[matrix + ${S}u + k], error),
      dot(weights[matrix + ${2 * S}u + k], error), dot(weights[matrix + ${3 * S}u + k], error));
  }
  d[id.x] = select(vec4f(), sum, ${vectorAt('h', '4u * id.x')} > vec4f());
}
${begin(4)}
  let step = count[0] - 1u;
  let weight = weights[id.x];
  var gradient = ${l2} * weight;
  if (id.x < ${upper}u) {
    let i = id.x / ${F}u;
    let j = id.x % ${F}u;
    for (var b = 0u; b < ${BATCH}u; b++) {
      var below = 1.0;
      if (i < ${inputs}u) { below = x[(step * ${BATCH}u + b) * ${inputs}u + i]; }
      gradient += below * d[b * ${F}u + j];
    }
  } else if (id.x < ${top}u) {
    let i = (id.x - ${upper}u) / ${S}u;
    let j = (id.x - ${upper}u) % ${S}u;
    for (var b = 0u; b < ${BATCH}u; b++) {
      var below = 1.0;
      if (i < ${first}u) { below = h[b * ${first}u + i]; }
      gradient += below * d[${BATCH * F}u + b * ${S}u + j];
    }
  } else {
    let k = id.x - ${top}u;
    for (var b = 0u; b < ${BATCH}u; b++) {
      var below = vec4f(1.0, 0.0, 0.0, 0.0);
      if (k < ${S}u) { below = ${vectorAt('h', `${BATCH * first}u + b * ${second}u + 4u * k`)}; }
      gradient += d[${BATCH * (F + S)}u + b].x * below;
    }
  }
  let m = moments[id.x] + ${1 - decay[0]} * (gradient - moments[id.x]);
  let v = moments[${vectors}u + id.x] + ${1 - decay[1]} * (gradient * gradient - moments[${vectors}u + id.x]);
  moments[id.x] = m;
  moments[${vectors}u + id.x] = v;
  weights[id.x] = weight - schedule[step] * m / (sqrt(v) + ${epsilon});
}
`
}
