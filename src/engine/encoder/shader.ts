/**
 * @module The encoder's last position as eight WGSL kernels without barriers (cheap on a GPU, and on a
 * software adapter a barrier costs more than a dispatch): new states → the key to look up → scores →
 * their mixture → attention's part → the wide layer → the stream → the last norm. A thread makes four
 * neighbouring numbers, as a vector.
 *
 * Two products that follow each other are one here: q·(K a) = (KᵀQ a_last)·a and O V Σ p a = (O V) Σ p a.
 */
import { DIMENSION } from '../../core/model/baseModel.ts'
import {
  ENCODER_SHAPES,
  type EncoderWeights,
  FEED_FORWARD,
  HISTORY_LENGTH,
  LAYER_NORM_EPSILON,
} from '../../core/model/encoder.ts'

export const WORKGROUP = 64
/** Vectors of four in a row of 64. */
export const ROW_VECTORS = DIMENSION / 4
const D = ROW_VECTORS
const F = FEED_FORWARD / 4
const SCALE = 1 / Math.sqrt(DIMENSION)

export const BINDINGS = [
  'request',
  'weights',
  'items',
  'input',
  'normalised',
  'lookup',
  'attention',
  'mixed',
  'stream',
  'expanded',
  'summed',
  'hidden',
] as const
export type BindingName = (typeof BINDINGS)[number]

/** Entry points in their order, with their buffers and the threads of each state or moment. */
export const KERNELS: readonly {
  entry: string
  uses: readonly BindingName[]
  per: 'state' | 'moment'
  threads: number
}[] = [
  {
    entry: 'newStates',
    uses: ['request', 'weights', 'items', 'input', 'normalised'],
    per: 'state',
    threads: D,
  },
  {
    entry: 'lookUp',
    uses: ['request', 'weights', 'normalised', 'lookup'],
    per: 'moment',
    threads: D,
  },
  {
    entry: 'attend',
    uses: ['request', 'weights', 'normalised', 'lookup', 'attention'],
    per: 'moment',
    threads: HISTORY_LENGTH,
  },
  {
    entry: 'blend',
    uses: ['request', 'normalised', 'attention', 'mixed'],
    per: 'moment',
    threads: D,
  },
  {
    entry: 'project',
    uses: ['request', 'weights', 'input', 'mixed', 'stream'],
    per: 'moment',
    threads: D,
  },
  {
    entry: 'expand',
    uses: ['request', 'weights', 'stream', 'expanded'],
    per: 'moment',
    threads: F,
  },
  {
    entry: 'contract',
    uses: ['request', 'weights', 'stream', 'expanded', 'summed'],
    per: 'moment',
    threads: D,
  },
  { entry: 'finish', uses: ['request', 'weights', 'summed', 'hidden'], per: 'moment', threads: D },
]

/** Numbers that each moment has in the scratch buffers. */
export const PER_MOMENT = {
  lookup: DIMENSION,
  attention: HISTORY_LENGTH,
  mixed: DIMENSION,
  stream: DIMENSION,
  expanded: FEED_FORWARD,
  summed: DIMENSION,
  hidden: DIMENSION,
} as const satisfies Partial<Record<BindingName, number>>

/**
 * Words of the request: its head, then four a state, then of each moment its length and rows. The
 * head: states, moments, and vectors in a row, which the shader is to know only when it runs:
 * software adapters unroll loops of a known length, and compile for half a minute.
 */
export const HEAD_WORDS = 4
export const STATE_WORDS = 4
export const MOMENT_WORDS = 1 + HISTORY_LENGTH

/** [rows, columns] · [columns, width], summed in double precision. */
function product(a: Float32Array, b: Float32Array, columns: number, width: number): Float32Array {
  const rows = a.length / columns
  const result = new Float32Array(rows * width)
  for (let i = 0; i < rows; i++)
    for (let j = 0; j < width; j++) {
      let sum = 0
      for (let k = 0; k < columns; k++) sum += a[i * columns + k] * b[k * width + j]
      result[i * width + j] = sum
    }
  return result
}

function transpose(matrix: Float32Array, columns: number): Float32Array {
  const rows = matrix.length / columns
  return Float32Array.from({ length: matrix.length }, (_, at) => {
    const [i, j] = [at % rows, Math.floor(at / rows)]
    return matrix[i * columns + j]
  })
}

/** What the kernels read as weights, matrices [in, out], in this order. */
function parts(w: EncoderWeights) {
  return {
    event: w.event,
    gap: w.gap,
    norm1: [...w.norm1_scale, ...w.norm1_bias],
    // A vector each, of which the first is read: vectors can't be indexed cheaply.
    distance: Array.from(w.distance).flatMap((value) => [value, 0, 0, 0]),
    lookUp: product(transpose(w.query, DIMENSION), w.key, DIMENSION, DIMENSION),
    project: transpose(product(w.output, w.value, DIMENSION, DIMENSION), DIMENSION),
    norm2: [...w.norm2_scale, ...w.norm2_bias],
    expand: transpose(w.expand, DIMENSION),
    expandBias: w.expand_bias,
    contract: transpose(w.contract, FEED_FORWARD),
    contractBias: w.contract_bias,
    norm3: [...w.norm3_scale, ...w.norm3_bias],
  }
}

type PartName = keyof ReturnType<typeof parts>

/** Vectors of four that each part takes. */
const SIZES: Readonly<Record<PartName, number>> = {
  event: ENCODER_SHAPES.event[0] * D,
  gap: ENCODER_SHAPES.gap[0] * D,
  norm1: 2 * D,
  distance: HISTORY_LENGTH,
  lookUp: DIMENSION * D,
  project: DIMENSION * D,
  norm2: 2 * D,
  expand: DIMENSION * F,
  expandBias: F,
  contract: FEED_FORWARD * D,
  contractBias: D,
  norm3: 2 * D,
}

const AT = (() => {
  let next = 0
  const starts = Object.entries(SIZES).map(([name, size]) => {
    const start = next
    next += size
    return [name, `${start}u`] as const
  })
  return Object.fromEntries(starts) as Record<PartName, string>
})()

export function packWeights(weights: EncoderWeights): Float32Array<ArrayBuffer> {
  return Float32Array.from(Object.values(parts(weights)).flatMap((part) => [...part]))
}

/** Declares `v` mean and inverse deviation of the 64 numbers of `source` from `row`. */
const statistics = (source: string) => /* wgsl */ `
  var mean = 0.0;
  for (var i = 0u; i < ${DIMENSION}u; i++) { mean += ${source}[row + i]; }
  mean /= ${DIMENSION}.0;
  var squares = 0.0;
  for (var i = 0u; i < ${DIMENSION}u; i++) {
    let off = ${source}[row + i] - mean;
    squares += off * off;
  }
  let inverse = 1.0 / sqrt(squares / ${DIMENSION}.0 + ${LAYER_NORM_EPSILON});`

const store = (target: string) => /* wgsl */ `
  let to = 4u * id.x;
  ${['x', 'y', 'z', 'w'].map((part, i) => `${target}[to + ${i}u] = result.${part};`).join('\n  ')}`

const kernel = (entry: string, body: string) => {
  const { per, threads } = KERNELS.find(
    (known) => known.entry === entry,
  ) as (typeof KERNELS)[number]
  return /* wgsl */ `
@compute @workgroup_size(${WORKGROUP})
fn ${entry}(@builtin(global_invocation_id) id: vec3u) {
  if (id.x >= request[${per === 'state' ? 0 : 1}] * ${threads}u) { return; }
  let j = id.x % ${threads}u;
  let m = id.x / ${threads}u;${per === 'moment' ? '\n  let row = m * 64u;' : ''}
${body}
}`
}

/** Row of the state at place \`t\` of moment \`m\`, its length, its last state. */
const MOMENT = /* wgsl */ `
fn placeOf(moment: u32) -> u32 {
  return ${HEAD_WORDS}u + ${STATE_WORDS}u * request[0] + ${MOMENT_WORDS}u * moment;
}
fn lastOf(moment: u32) -> u32 {
  let place = placeOf(moment);
  return request[place + request[place]];
}`

export const ENCODER_SHADER = /* wgsl */ `
@group(0) @binding(0) var<storage, read> request: array<u32>;
@group(0) @binding(1) var<storage, read> weights: array<vec4f>;
@group(0) @binding(2) var<storage, read> items: array<vec4f>;
@group(0) @binding(3) var<storage, read_write> input: array<vec4f>;
@group(0) @binding(4) var<storage, read_write> normalised: array<vec4f>;
@group(0) @binding(5) var<storage, read_write> lookup: array<vec4f>;
@group(0) @binding(6) var<storage, read_write> attention: array<f32>;
@group(0) @binding(7) var<storage, read_write> mixed: array<f32>;
@group(0) @binding(8) var<storage, read_write> stream: array<f32>;
@group(0) @binding(9) var<storage, read_write> expanded: array<f32>;
@group(0) @binding(10) var<storage, read_write> summed: array<f32>;
@group(0) @binding(11) var<storage, read_write> hidden: array<vec4f>;
${MOMENT}
${kernel(
  'newStates',
  /* wgsl */ `
  let place = ${HEAD_WORDS}u + ${STATE_WORDS}u * m;
  let item = request[place + 1u] * ${D}u;
  let event = ${AT.event} + request[place + 2u] * ${D}u;
  let gap = ${AT.gap} + request[place + 3u] * ${D}u;
  var sum = vec4f();
  for (var i = 0u; i < request[2]; i++) { sum += items[item + i] + weights[event + i] + weights[gap + i]; }
  let mean = (sum.x + sum.y + sum.z + sum.w) / ${DIMENSION}.0;
  var squares = 0.0;
  for (var i = 0u; i < request[2]; i++) {
    let off = items[item + i] + weights[event + i] + weights[gap + i] - mean;
    squares += dot(off, off);
  }
  let inverse = 1.0 / sqrt(squares / ${DIMENSION}.0 + ${LAYER_NORM_EPSILON});
  let own = items[item + j] + weights[event + j] + weights[gap + j];
  let to = request[place] * ${D}u + j;
  input[to] = own;
  normalised[to] = (own - mean) * inverse * weights[${AT.norm1} + j] + weights[${AT.norm1} + ${D}u + j];`,
)}
${kernel(
  'lookUp',
  /* wgsl */ `
  let state = lastOf(m) * ${D}u;
  var sum = vec4f();
  for (var i = 0u; i < request[2]; i++) {
    let x = normalised[state + i];
    let matrix = ${AT.lookUp} + 4u * i * ${D}u + j;
    sum += x.x * weights[matrix] + x.y * weights[matrix + ${D}u]
      + x.z * weights[matrix + ${2 * D}u] + x.w * weights[matrix + ${3 * D}u];
  }
  lookup[id.x] = sum;`,
)}
${kernel(
  'attend',
  /* wgsl */ `
  let place = placeOf(m);
  let length = request[place];
  if (j >= length) { return; }
  let state = request[place + 1u + j] * ${D}u;
  var sum = 0.0;
  for (var i = 0u; i < request[2]; i++) { sum += dot(lookup[m * ${D}u + i], normalised[state + i]); }
  attention[id.x] = sum * ${SCALE} + weights[${AT.distance} + length - 1u - j].x;`,
)}
${kernel(
  'blend',
  /* wgsl */ `
  let place = placeOf(m);
  let length = request[place];
  let scores = m * ${HISTORY_LENGTH}u;
  var top = attention[scores];
  for (var t = 1u; t < length; t++) { top = max(top, attention[scores + t]); }
  var total = 0.0;
  var result = vec4f();
  for (var t = 0u; t < length; t++) {
    let share = exp(max(attention[scores + t] - top, -80.0));
    total += share;
    result += share * normalised[request[place + 1u + t] * ${D}u + j];
  }
  result /= total;
  ${store('mixed')}`,
)}
${kernel(
  'project',
  /* wgsl */ `
  var result = input[lastOf(m) * ${D}u + j];
  for (var i = 0u; i < ${DIMENSION}u; i++) { result += mixed[row + i] * weights[${AT.project} + i * ${D}u + j]; }
  ${store('stream')}`,
)}
${kernel(
  'expand',
  /* wgsl */ `${statistics('stream')}
  var result = weights[${AT.expandBias} + j];
  for (var i = 0u; i < request[2]; i++) {
    let scale = weights[${AT.norm2} + i];
    let bias = weights[${AT.norm2} + ${D}u + i];
    let at = row + 4u * i;
    let x = (vec4f(stream[at], stream[at + 1u], stream[at + 2u], stream[at + 3u]) - mean) * inverse * scale + bias;
    let matrix = ${AT.expand} + 4u * i * ${F}u + j;
    result += x.x * weights[matrix] + x.y * weights[matrix + ${F}u]
      + x.z * weights[matrix + ${2 * F}u] + x.w * weights[matrix + ${3 * F}u];
  }
  result = max(result, vec4f());
  ${store('expanded')}`,
)}
${kernel(
  'contract',
  /* wgsl */ `
  let at = row + 4u * j;
  var result = weights[${AT.contractBias} + j]
    + vec4f(stream[at], stream[at + 1u], stream[at + 2u], stream[at + 3u]);
  for (var i = 0u; i < ${FEED_FORWARD}u; i++) {
    result += expanded[m * ${FEED_FORWARD}u + i] * weights[${AT.contract} + i * ${D}u + j];
  }
  ${store('summed')}`,
)}
${kernel(
  'finish',
  /* wgsl */ `${statistics('summed')}
  let at = row + 4u * j;
  let own = vec4f(summed[at], summed[at + 1u], summed[at + 2u], summed[at + 3u]);
  hidden[id.x] = (own - mean) * inverse * weights[${AT.norm3} + j] + weights[${AT.norm3} + ${D}u + j];`,
)}
`
