/**
 * @module Jobs that outlive their hardware: what was set up on an engine that failed is set up again
 * on the next one, and asked again. No job keeps anything that its caller has not given it.
 */
import type { Engine, EngineJobs } from './engine.ts'

/** Runs work on the engine in use, and again on the next one where the engine is to blame. */
type Run = <T>(work: (engine: Engine) => Promise<T>) => Promise<T>

interface Lasting<J> {
  ask<T>(question: (job: J) => Promise<T>): Promise<T>
  /** As it is set up now. */
  readonly job: J
  dispose(): void
}

async function lasting<J extends { dispose(): void }>(
  run: Run,
  setUp: (engine: Engine) => Promise<J>,
): Promise<Lasting<J>> {
  let host: Engine | null = null
  let pending: Promise<J>
  let job!: J
  let disposed = false
  /** The job of an engine that failed ends with its engine. */
  const on = async (engine: Engine): Promise<J> => {
    if (engine !== host) {
      host = engine
      pending = setUp(engine)
    }
    job = await pending
    if (disposed) job.dispose()
    return job
  }
  await run(on)
  return {
    ask: (question) => run(async (engine) => question(await on(engine))),
    get job() {
      return job
    },
    dispose() {
      disposed = true
      job.dispose()
    },
  }
}

export function lastingJobs(run: Run): EngineJobs {
  return {
    async topK(table) {
      const { ask, dispose } = await lasting(run, (engine) => engine.topK(table))
      return { top: (query, k) => ask((job) => job.top(query, k)), dispose }
    },
    async softmax(catalog) {
      const kept = await lasting(run, (engine) => engine.softmax(catalog))
      return {
        get engine() {
          return kept.job.engine
        },
        evaluate: (cases, u) => kept.ask((job) => job.evaluate(cases, u)),
        fit: (problem, options) => kept.ask((job) => job.fit(problem, options)),
        dispose: kept.dispose,
      }
    },
    async tower(problem, maxSteps) {
      const { ask, dispose } = await lasting(run, (engine) => engine.tower(problem, maxSteps))
      return { train: (steps) => ask((job) => job.train(steps)), dispose }
    },
    async encoder(model) {
      const { ask, dispose } = await lasting(run, (engine) => engine.encoder(model))
      return { encode: (moments) => ask((job) => job.encode(moments)), dispose }
    },
    async ranking(model, table) {
      const { ask, dispose } = await lasting(run, (engine) => engine.ranking(model, table))
      return { top: (moment, k) => ask((job) => job.top(moment, k)), dispose }
    },
    async network(inputs) {
      const { ask, dispose } = await lasting(run, (engine) => engine.network(inputs))
      return {
        learn: (from, examples) => ask((job) => job.learn(from, examples)),
        predict: (network, rows) => ask((job) => job.predict(network, rows)),
        dispose,
      }
    },
  }
}
