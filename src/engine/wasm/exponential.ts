/**
 * @module e^x of four numbers in WebAssembly, by additions and multiplications only. The bits are the same
 * everywhere, whereas `Math.exp` differs between browsers.
 */
import { type Code, get, I_ADD, i32, set, tee, V_ADD, V_MAX, V_MUL, V_SUB } from './opcodes.ts'

/** Lower limit of x; smaller values yield e^−87, which is still a normal number. */
export const LOWEST = -87

const SHIFT_LEFT: Code = [0xfd, 0xab, 0x01]
const words = (bits: number): Code => [
  0xfd,
  0x0c,
  ...new Uint8Array(Uint32Array.of(bits, bits, bits, bits).buffer),
]
/** Constant with the same number in four lanes. */
export const numbers = (value: number): Code =>
  words(new Uint32Array(Float32Array.of(value).buffer)[0])

/** Cephes' polynomial on |r| ≤ ½ ln 2, within 1.2e-7: x = k ln 2 + r. */
const POLYNOMIAL = [
  1.98756915e-4, 1.3981999507e-3, 8.3334519073e-3, 4.1665795894e-2, 1.6666665459e-1,
  5.0000001201e-1,
]
/** Adding it rounds to an integer in the low bits. */
const ROUND = 1.5 * 2 ** 23

/** Leaves e^x on the stack, for the local x. Temporaries: y contains k + ROUND, z contains r. */
export const exponential = (x: number, y: number, z: number): Code => [
  ...[...get(x), ...numbers(LOWEST), ...V_MAX, ...tee(x)],
  ...[...numbers(Math.LOG2E), ...V_MUL, ...numbers(ROUND), ...V_ADD, ...set(y)],
  ...[...get(x), ...get(y), ...numbers(ROUND), ...V_SUB, ...tee(z)],
  ...[...numbers(0.693359375), ...V_MUL, ...V_SUB],
  ...[...get(z), ...numbers(-2.1219444e-4), ...V_MUL, ...V_SUB, ...set(z)],
  ...numbers(POLYNOMIAL[0]),
  ...POLYNOMIAL.slice(1).flatMap((c) => [...get(z), ...V_MUL, ...numbers(c), ...V_ADD]),
  ...[...get(z), ...V_MUL, ...get(z), ...V_MUL, ...get(z), ...V_ADD, ...numbers(1), ...V_ADD],
  ...[...get(y), ...i32(23), ...SHIFT_LEFT, ...words(0x3f800000), ...I_ADD, ...V_MUL],
]
