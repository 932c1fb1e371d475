/** @module A prior for personal parameters before any has been learned from the population. */
import { DIMENSION, type PersonalPrior } from '../model/baseModel.ts'

/** Zero mean, small variance, small steps: personal parameters stay near the base. */
export function untrainedPrior(features: number): PersonalPrior {
  const parameters = DIMENSION + features
  return {
    mean: new Float32Array(parameters),
    variance: new Float32Array(parameters).fill(0.01),
    stepSize: new Float32Array(parameters).fill(0.003),
    steps: 30,
    fusionWeight: 0.5,
    halfLifeDays: 60,
  }
}
