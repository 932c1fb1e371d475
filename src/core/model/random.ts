/**
 * @module Seeded pseudo-random numbers for learning and simulation, so that a run can be repeated. Masks and noise for
 * updates use WebCrypto instead (`src/aggregate/privacy`).
 */

export interface Random {
  /** Uniform in [0, 1). */
  next(): number
  /** Uniform integer in [0, n). */
  integer(n: number): number
  /** Standard normal number. */
  normal(): number
}

/** SplitMix32-seeded sfc32. @see https://pracrand.sourceforge.net/RNG_engines.txt */
export function createRandom(seed: number): Random {
  let state = seed >>> 0
  const splitmix = () => {
    state = (state + 0x9e3779b9) >>> 0
    let z = state ^ (state >>> 16)
    z = Math.imul(z, 0x21f0aaad)
    z ^= z >>> 15
    z = Math.imul(z, 0x735a2d97)
    return (z ^ (z >>> 15)) >>> 0
  }
  // A typed array is 2.5 times as fast as variables, because closures box numbers beyond 31 bits.
  const words = Int32Array.of(splitmix(), splitmix(), splitmix(), 1)
  const next32 = () => {
    const b = words[1]
    const c = words[2]
    const t = (words[0] + b + words[3]) | 0
    words[3]++
    words[0] = b ^ (b >>> 9)
    words[1] = c + (c << 3)
    words[2] = ((c << 21) | (c >>> 11)) + t
    return t >>> 0
  }
  for (let i = 0; i < 12; i++) next32()
  const next = () => next32() / 4294967296
  return {
    next,
    integer: (n) => Math.floor(next() * n),
    normal: () => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next()),
  }
}

export function inRandomOrder<T>(all: readonly T[], random: Random): T[] {
  return all
    .map((one) => ({ one, place: random.next() }))
    .sort((a, b) => a.place - b.place)
    .map(({ one }) => one)
}

/** Draws `count` elements without replacement. */
export function someOf<T>(all: readonly T[], count: number, random: Pick<Random, 'next'>): T[] {
  const left = [...all]
  for (let k = 0; k < count; k++) {
    const other = k + Math.floor(random.next() * (left.length - k))
    ;[left[k], left[other]] = [left[other], left[k]]
  }
  return left.slice(0, count)
}

/** The numbers 0 … n − 1 in random order. */
export function shuffled(n: number, random: Random): number[] {
  const order = Array.from({ length: n }, (_, k) => k)
  for (let k = n - 1; k > 0; k--) {
    const other = random.integer(k + 1)
    ;[order[k], order[other]] = [order[other], order[k]]
  }
  return order
}
