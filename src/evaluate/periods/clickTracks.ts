/**
 * @module Ways to keep up with a shop of clicks, period after period. A track keeps one set of
 * counts; on top of it, weights are learned by one rule or several, each with several seeds.
 */
import { createRandom } from '../../core/model/random.ts'
import { casesOf, FIRST_WEIGHTS, sampleTable } from './clickRanker.ts'
import type { ClickTerms } from './clickTerms.ts'
import {
  concatenate,
  type FitWeights,
  type RankerTable,
  RuledWeights,
  type RuleSettings,
  type WeightRule,
} from './rankerTable.ts'
import { type CountOptions, type Session, SessionCounts } from './sessionCounts.ts'
import { addWork, NO_WORK, type Work } from './work.ts'

/** `frozen`: the first period's; `latest`: the last period's alone; `fused`; `all`: recounted. */
export type CountRule = 'frozen' | 'latest' | 'fused' | 'all'

export interface ClickSettings extends RuleSettings {
  readonly counts: CountOptions
  /** Cases that an update of `fused` describes at most, as a share of what `all` would. */
  readonly share: number
}

export interface TrackContext {
  readonly items: number
  readonly terms: ClickTerms
  readonly settings: ClickSettings
  readonly fit: FitWeights
  readonly seeds: readonly number[]
  /** Processor seconds so far. */
  readonly clock: () => number
}

export interface Track {
  readonly counts: SessionCounts
  /** Learns weights from the period by what was counted before it, then counts it. */
  update(sessions: readonly Session[]): void
  /** One a weight rule. */
  readonly learners: readonly WeightLearner[]
}

export interface WeightLearner {
  readonly rule: WeightRule
  /** One a seed. */
  readonly weights: readonly Float64Array[]
  /** Of the last update: the counting, and the fit of one seed (their mean). */
  readonly work: Work
}

/** Share of the first period that is counted before its rest gives the first cases. */
const FIRST_SHARE = 0.7

export function createTrack(
  rule: CountRule,
  weightRules: readonly WeightRule[],
  context: TrackContext,
): Track {
  return new ClickTrack(rule, weightRules, context)
}

class ClickTrack implements Track {
  readonly learners: Learner[]
  readonly #rule: CountRule
  readonly #context: TrackContext
  /** What `all` reads again each time. */
  readonly #past: (readonly Session[])[] = []
  /** Cases that describing every period until now takes, up to the limit in each. */
  #whole = 0
  #counts: SessionCounts

  constructor(rule: CountRule, weightRules: readonly WeightRule[], context: TrackContext) {
    this.#rule = rule
    this.#context = context
    this.#counts = this.#empty()
    this.learners = weightRules.map((weightRule) => new Learner(weightRule, context))
  }

  get counts(): SessionCounts {
    return this.#counts
  }

  update(sessions: readonly Session[]): void {
    this.#past.push(sessions)
    for (const learner of this.learners) learner.work = NO_WORK
    if (this.#rule === 'all') this.#recount()
    else if (this.#past.length === 1) this.#learn(this.#begin(sessions))
    else if (this.#rule !== 'frozen') {
      this.#learn(this.#tables(sessions, this.#past.length - 1))
      this.#charge(() => {
        if (this.#rule === 'latest') this.#counts = this.#empty()
        this.#counts.age()
        return this.#counts.add(sessions)
      })
    }
  }

  /** From an empty book, period by period, and one fit over the cases of all. */
  #recount(): void {
    this.#counts = this.#empty()
    const tables: Tables[] = []
    this.#past.forEach((sessions, t) => {
      if (t === 0) {
        tables.push(this.#begin(sessions))
        return
      }
      tables.push(this.#tables(sessions, t))
      this.#charge(() => {
        this.#counts.age()
        return this.#counts.add(sessions)
      })
    })
    this.#learn(this.#context.seeds.map((_, s) => concatenate(tables.map((of) => of[s]))))
  }

  #begin(sessions: readonly Session[]): Tables {
    const cut = Math.ceil(FIRST_SHARE * sessions.length)
    this.#charge(() => this.#counts.add(sessions.slice(0, cut)))
    const tables = this.#tables(sessions.slice(cut), 0)
    this.#charge(() => this.#counts.add(sessions.slice(cut)))
    return tables
  }

  #empty(): SessionCounts {
    const { items, settings } = this.#context
    const decay = this.#rule === 'all' ? 1 : settings.counts.decay
    return new SessionCounts(items, { ...settings.counts, decay })
  }

  /** Counting serves all weight rules and seeds alike; each is charged with all of it. */
  #charge(count: () => number): void {
    const started = this.#context.clock()
    const events = count()
    const seconds = this.#context.clock() - started
    for (const learner of this.learners)
      learner.work = addWork(learner.work, { ...NO_WORK, events, seconds })
  }

  /** One a seed; describing cases is part of every learner's fit. */
  #tables(sessions: readonly Session[], period: number): Tables {
    const { terms, settings, seeds, clock } = this.#context
    const started = clock()
    this.#whole += Math.min(settings.cases, casesOf(sessions, this.#counts))
    const isUpdate = this.#rule === 'fused' && period > 0
    const most = isUpdate ? Math.min(settings.cases, settings.share * this.#whole) : settings.cases
    const tables = seeds.map((seed) =>
      sampleTable(terms, this.#counts, sessions, most, createRandom(seed + 7919 * period)),
    )
    const seconds = (clock() - started) / seeds.length
    const cases = tables.reduce((sum, table) => sum + table.cases.length, 0) / seeds.length
    for (const learner of this.learners)
      if (learner.rule !== 'keep' || this.#past.length === 1)
        learner.work = addWork(learner.work, { ...NO_WORK, cases, seconds })
    return tables
  }

  #learn(tables: Tables): void {
    for (const learner of this.learners) learner.learn(tables, this.#past.length === 1)
  }
}

type Tables = readonly RankerTable[]

class Learner implements WeightLearner {
  readonly rule: WeightRule
  readonly #context: TrackContext
  readonly #ruled: readonly RuledWeights[]
  work = NO_WORK

  constructor(rule: WeightRule, context: TrackContext) {
    const { seeds, settings } = context
    this.rule = rule
    this.#context = context
    this.#ruled = seeds.map(
      (seed) => new RuledWeights(rule, settings, createRandom(seed + 1), FIRST_WEIGHTS),
    )
  }

  get weights(): Float64Array[] {
    return this.#ruled.map(({ weights }) => weights)
  }

  learn(tables: Tables, isFirst: boolean): void {
    const { clock, fit } = this.#context
    const started = clock()
    const gone = this.#ruled.map((ruled, s) => ruled.learn(tables[s], fit, FIRST_WEIGHTS, isFirst))
    const rows = gone.reduce((a, b) => a + b, 0) / gone.length
    const seconds = (clock() - started) / gone.length
    this.work = addWork(this.work, { ...NO_WORK, rows, seconds })
  }
}
