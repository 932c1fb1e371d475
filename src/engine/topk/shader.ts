/**
 * @module Exact top-k in three WGSL kernels. The rows are dealt out to a fixed number of threads:
 *
 * 1. each thread scores its rows as keys that order like the scores, and keeps its best key;
 * 2. one workgroup finds the k-th best of the threads' bests, by bisection on the upper key bits. As
 *    k threads have a row that good, it is a lower bound of the k-th best score of all;
 * 3. threads whose best reaches the bound hand in their rows that do, a few more than k.
 *
 * The order among them is made on the CPU, so that it doesn't depend on which thread came first.
 */

/** Threads of kernels 1 and 3, and thus the largest k. */
export const THREADS = 4096
export const GROUP = 64
/** Rows that may be handed in: with the count, 4 KB. */
export const CAPACITY = 511
/** Key bits that the bound is found by; the lower 12 are left at 0, which only lowers it. */
const BOUND_BITS = 20

export const BUFFERS = ['request', 'vectors', 'scales', 'keys', 'bests', 'hits'] as const
export type BufferName = (typeof BUFFERS)[number]

/** Entry points in the order of a search, with the buffers that each one uses. */
export const KERNELS: readonly {
  entry: string
  uses: readonly BufferName[]
  workgroups: number
}[] = [
  {
    entry: 'score',
    uses: ['request', 'vectors', 'scales', 'keys', 'bests'],
    workgroups: THREADS / GROUP,
  },
  { entry: 'bound', uses: ['request', 'bests', 'hits'], workgroups: 1 },
  { entry: 'collect', uses: ['request', 'keys', 'bests', 'hits'], workgroups: THREADS / GROUP },
]

/** `request`: rows, k, then the query. Words of a row: four int8 each, or one float. */
export function topKShader(words: number, quantized: boolean): string {
  const dot = quantized
    ? /* wgsl */ `
  var dot = 0;
  for (var w = 0u; w < ${words}u; w++) {
    let packed = bitcast<i32>(vectors[start + w]);
    for (var b = 0u; b < 4u; b++) { dot += extractBits(packed, 8u * b, 8u) * request[2u + 4u * w + b]; }
  }
  let score = f32(dot) * scales[row];`
    : /* wgsl */ `
  var score = 0.0 * scales[0];
  for (var w = 0u; w < ${words}u; w++) {
    score += bitcast<f32>(vectors[start + w]) * bitcast<f32>(request[2u + w]);
  }`
  return /* wgsl */ `
@group(0) @binding(0) var<storage, read> request: array<i32>;
@group(0) @binding(1) var<storage, read> vectors: array<u32>;
@group(0) @binding(2) var<storage, read> scales: array<f32>;
@group(0) @binding(3) var<storage, read_write> keys: array<u32>;
@group(0) @binding(4) var<storage, read_write> bests: array<u32>;
struct Hits { count: atomic<u32>, bound: u32, rows: array<vec2u, ${CAPACITY}> }
@group(0) @binding(5) var<storage, read_write> hits: Hits;

fn keyOf(row: u32) -> u32 {
  let start = row * ${words}u;${dot}
  // −0 and 0 are equal.
  let bits = bitcast<u32>(select(score, 0.0, score == 0.0));
  return select(bits | 0x80000000u, ~bits, bits >= 0x80000000u);
}

@compute @workgroup_size(${GROUP})
fn score(@builtin(global_invocation_id) id: vec3u) {
  let rows = u32(request[0]);
  var best = 0u;
  for (var row = id.x; row < rows; row += ${THREADS}u) {
    let key = keyOf(row);
    keys[row] = key;
    best = max(best, key);
  }
  bests[id.x] = best;
}

var<workgroup> reached: array<atomic<u32>, ${BOUND_BITS}>;

@compute @workgroup_size(${GROUP})
fn bound(@builtin(local_invocation_index) thread: u32) {
  let k = u32(request[1]);
  var bound = 0u;
  for (var bit = 0u; bit < ${BOUND_BITS}u; bit++) {
    let tried = bound | (0x80000000u >> bit);
    var count = 0u;
    for (var i = thread; i < ${THREADS}u; i += ${GROUP}u) { count += u32(bests[i] >= tried); }
    atomicAdd(&reached[bit], count);
    workgroupBarrier();
    if (atomicLoad(&reached[bit]) >= k) { bound = tried; }
  }
  if (thread == 0u) {
    atomicStore(&hits.count, 0u);
    // No row has key 0: a thread without rows has it as its best.
    hits.bound = max(bound, 1u);
  }
}

@compute @workgroup_size(${GROUP})
fn collect(@builtin(global_invocation_id) id: vec3u) {
  let rows = u32(request[0]);
  let bound = hits.bound;
  if (bests[id.x] < bound) { return; }
  for (var row = id.x; row < rows; row += ${THREADS}u) {
    if (keys[row] < bound) { continue; }
    let place = atomicAdd(&hits.count, 1u);
    if (place < ${CAPACITY}u) { hits.rows[place] = vec2u(row, keys[row]); }
  }
}
`
}
