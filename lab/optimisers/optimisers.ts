/**
 * @module What a server could do with a round's mean update: take it as a step (FedAvg), keep a moving
 * mean of them (momentum), or step by each coordinate's own scale (FedAdam).
 * @see Reddi et al., "Adaptive Federated Optimization" (arXiv 2003.00295), Algorithm 2
 */

/** The step of one round, from its mean update; it remembers those before. */
export type Optimiser = (mean: Float64Array) => Float64Array

export function fedAvg(rate: number): Optimiser {
  return (mean) => mean.map((x) => rate * x)
}

export function momentum(rate: number, beta = 0.9): Optimiser {
  let velocity: Float64Array | null = null
  return (mean) => {
    const before = velocity
    velocity = mean.map((x, j) => beta * (before?.[j] ?? 0) + x)
    return velocity.map((x) => rate * x)
  }
}

/** Without a correction of the bias, as in the paper; β and τ are its defaults. */
export function fedAdam(rate: number, beta1 = 0.9, beta2 = 0.99, tau = 1e-3): Optimiser {
  let first: Float64Array | null = null
  let second: Float64Array | null = null
  return (mean) => {
    const [m, v] = [first, second]
    const nextFirst = mean.map((x, j) => beta1 * (m?.[j] ?? 0) + (1 - beta1) * x)
    const nextSecond = mean.map((x, j) => beta2 * (v?.[j] ?? tau ** 2) + (1 - beta2) * x * x)
    first = nextFirst
    second = nextSecond
    return nextFirst.map((x, j) => (rate * x) / (Math.sqrt(nextSecond[j]) + tau))
  }
}
