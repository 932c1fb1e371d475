/** @module Jobs whose code is fetched when the first of them is asked for: most pages ask for none. */
import type { EngineJobs } from './engine.ts'

export function lazyJobs(load: () => Promise<EngineJobs>): EngineJobs {
  return {
    topK: async (table) => (await load()).topK(table),
    softmax: async (catalog) => (await load()).softmax(catalog),
    tower: async (problem, maxSteps) => (await load()).tower(problem, maxSteps),
    encoder: async (model) => (await load()).encoder(model),
    ranking: async (model, table) => (await load()).ranking(model, table),
    network: async (inputs) => (await load()).network(inputs),
  }
}

export const lazyJsJobs = lazyJobs(async () => (await import('./processorJobs.ts')).jsJobs)
