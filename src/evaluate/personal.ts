/** @module `--protocol personal` and `leave-one-out`: tests every arm on every case of held-out shoppers. */

import type { OwnerAnswer } from '@nearside/core/ownerAnswer.ts'
import { formatDay } from '@nearside/train/shop/time.ts'
import { withFolder } from '@nearside/train/withFolder.ts'
import { type LeftOutArm, leftOutArms } from './armFailures.ts'
import { ARMS, BASE_ARMS, COUNTING_ARMS } from './arms.ts'
import {
  type AskedCase,
  type EvaluationInput,
  LEAST_SHOPPERS,
  type Protocol,
  selectCases,
} from './cases.ts'
import { load, type Question } from './load.ts'
import type { OwnerSummary } from './owner/summary.ts'
import { walkCases } from './processes.ts'
import { count, decimal } from './report/numbers.ts'
import { ownerParts } from './report/owner.ts'
import { personalParts } from './report/personal.ts'
import type { Evaluated, Part } from './report/report.ts'
import { answerOf, verdict } from './report/verdict.ts'
import { DASH, type Envelope } from './results.ts'
import { Rows } from './rows.ts'
import { type Steps, step } from './steps.ts'
import { type Summary, summarise } from './summary.ts'
import { trainOnOrders } from './trainModel.ts'
import { type TunedBaselines, tuneBaselines } from './tuneBaselines.ts'
import type { WalkedCase } from './walk.ts'

/** Result that `--json` writes. */
export interface PersonalResult extends Envelope {
  readonly protocol: Protocol
  /** Number of trained models, each tested on shoppers that it never saw. */
  readonly folds?: number
  /** Number of training seeds of each model; the figures are means over them. */
  readonly seeds?: number
  readonly arms: Summary['arms']
  /** Failed arms, which the tables omit. */
  readonly leftOut?: readonly LeftOutArm[]
  readonly owner?: OwnerSummary
  /** Figures for predicting the next product other than the one being viewed, for each store of `INSTALLED`. */
  readonly verdict: Summary['installed']
  /** Answer for the shop's owner: whether to switch Nearside on. */
  readonly answer: OwnerAnswer
}

/** Results of replaying the shoppers that one model never saw; `rows` has every arm and test case. */
export interface Walked {
  readonly shop: string
  readonly input: EvaluationInput
  readonly tuned: TunedBaselines
  readonly rows: Rows<WalkedCase>
  readonly notes: readonly string[]
}

/** @param learns whether devices learn; otherwise only base model and baselines are tested, which takes only minutes */
export async function evaluatePersonal(
  question: Question,
  learns: boolean,
  steps: Steps,
): Promise<Evaluated<PersonalResult>> {
  return reportWalks([[await walkHeldOut(question, learns, steps)]], learns)
}

/** @param known tuned baselines; absent: they are tuned first */
export async function walkHeldOut(
  question: Question,
  learns: boolean,
  steps: Steps,
  known?: TunedBaselines,
): Promise<Walked> {
  const { shop, input, notes } = await load(question)
  const selected = selectCases(input)
  await step(steps, 'tuning baselines', 0, 0)
  const tuned = known ?? tuneBaselines(input, steps.onProgress)
  return withFolder(async (directory) => {
    const isTrained =
      needsOrderTrained(input, selected) &&
      (await trainOnOrders(question, input, directory, steps, notes))
    const order = { question, tuned, learns, ...(isTrained && { orderTrained: directory }) }
    const rows = await walkCases(order, selected, steps)
    return { shop: shop.name, input, tuned, rows, notes }
  })
}

/**
 * Whether the owner's question (a), what clicks gain, needs a second model, trained on orders alone. In a log of orders
 * both models would be equal, and with too few buyers the report doesn't answer the question.
 */
function needsOrderTrained(
  { kinds, serverKnows, protocol }: EvaluationInput,
  selected: readonly (readonly AskedCase[])[],
): boolean {
  const buyers = selected.filter((own) => own.some(({ bought }) => bought.targets.length > 0))
  return (
    protocol === 'personal' &&
    serverKnows === 'orders' &&
    kinds.purchases &&
    kinds.others &&
    buyers.length >= LEAST_SHOPPERS
  )
}

/** @param folds replays of one shop with the same options, as `folds[fold][seed]`; each fold tests other shoppers */
export function reportWalks(
  folds: readonly (readonly Walked[])[],
  learns: boolean,
): Evaluated<PersonalResult> {
  const walks = folds.flat()
  const [{ shop, input }] = walks
  const rows = Rows.join(
    folds.map((bySeed) =>
      Rows.average(
        bySeed.map((walked) => walked.rows),
        (ones) => ({
          ...ones[0],
          guardActive: ones.every(({ guardActive }) => guardActive),
          failures: ones.flatMap(({ failures }) => failures),
        }),
      ),
    ),
  )
  const leftOut = leftOutArms(rows.cases)
  const arms = (learns ? ARMS : BASE_ARMS).filter((name) =>
    leftOut.every(({ arm }) => arm !== name),
  )
  const summary = summarise(rows, input.seed, arms)
  const { shoppers, cases, lifts, change, owner } = summary
  const answer = answerOf(summary)
  const until = formatDay(input.until)
  return {
    result: {
      protocol: input.protocol,
      shop,
      until,
      seed: input.seed,
      ...(folds.length > 1 && { folds: folds.length }),
      ...(summary.seeds > 1 && { seeds: summary.seeds }),
      shoppers,
      cases,
      arms: summary.arms,
      lifts,
      ...(leftOut.length > 0 && { leftOut }),
      shoppersWorse: change?.worseByLikelihood ?? null,
      ...(owner && { owner }),
      verdict: summary.installed,
      answer,
    },
    report: {
      title: `Evaluation: ${shop}`,
      lead: [
        `Verdict: ${answer.answer}`,
        ...answer.because,
        ...heading(input, summary, folds.length, shop),
      ],
      parts: [
        ...(owner ? ownerParts(owner, input) : []),
        ...personalParts(summary),
        ...folds.map(([{ tuned }]) => tuning(tuned, owner !== null)),
        verdict(summary, answer, input.kinds.others),
      ],
      notes: [
        DASH,
        ...new Set(walks.flatMap((walked) => walked.notes)),
        ...leftOut.map(
          ({ arm, reason, cases }) =>
            `${arm} is left out, because it failed in ${count(cases)} of ${count(rows.cases.length)} cases: ${reason}`,
        ),
      ],
    },
  }
}

function heading(
  { protocol, until, model, seed }: EvaluationInput,
  { shoppers, cases, seeds }: Summary,
  folds: number,
  shop: string,
): string[] {
  const which =
    protocol === 'personal'
      ? `from ${formatDay(until)} on`
      : "each shopper's last case (leave-one-out)"
  const unseen =
    folds > 1
      ? `shoppers, each tested with the one of ${folds} models that never saw them`
      : 'shoppers the model never saw'
  const means =
    seeds > 1
      ? `over ${seeds} training seeds and over shoppers; 95 % intervals by paired bootstrap over shoppers, widened by the spread between seeds`
      : 'over shoppers; 95 % intervals by paired bootstrap over shoppers'
  // With leave-one-out, the model can know the tested shoppers, but not their tested events.
  const who = protocol === 'personal' ? unseen : 'shoppers'
  return [
    `${shop}, ${which}: ${count(cases)} cases of ${count(shoppers)} ${who}, all ${count(model.itemIds.length)} items ranked before the case is known`,
    `Means ${means}; popularity as of each case's day; nll in nats, lower is better; seed ${seed}`,
  ]
}

function tuning(tuned: TunedBaselines, asksOwner: boolean): Part {
  const { compared, installed, ...owner } = tuned.counts
  const tunings = { '': compared, 'since install': installed, ...(asksOwner && owner) }
  const rows = [
    ...Object.entries(tunings).flatMap(([known, found]) =>
      COUNTING_ARMS.map((arm) => [known ? `${arm}, ${known}` : arm, found[arm]] as const),
    ),
    ['ewma', tuned.ewma] as const,
  ].map(([name, { parameters, quality, failure }]) => {
    if (failure !== undefined) return [name, '–', `failed: ${failure}`]
    const settings = Object.entries(parameters).map(([key, value]) => `${key} ${value}`)
    return [name, decimal(quality), settings.join(', ')]
  })
  return {
    title: `Baselines tuned on ${tuned.cases} cases of ${tuned.shoppers} training shoppers, by lists and popularity of the others`,
    table: { columns: ['arm', 'ndcg@10 there', 'settings'], rows, prose: true },
  }
}
