/** @module Compares two models on the same cases of the same shoppers, whom neither model has seen. */

import { NearsideError } from '@nearside/core/error.ts'
import { isFromCatalog } from '@nearside/core/model/manifest.ts'
import { METRICS } from '@nearside/train/metrics.ts'
import { readModel } from '@nearside/train/models/read.ts'
import { formatDay } from '@nearside/train/shop/time.ts'
import { ARMS, type ArmName, BASE_ARMS } from './arms.ts'
import { selectCases } from './cases.ts'
import { load, type Question } from './load.ts'
import { walkCases } from './processes.ts'
import { armsTable, liftsPart } from './report/armsTable.ts'
import { count, lift, worseShoppers } from './report/numbers.ts'
import type { Evaluated } from './report/report.ts'
import { type Envelope, findLift, type NamedLift, summariseArms, worseThan } from './results.ts'
import { Rows } from './rows.ts'
import type { Steps } from './steps.ts'
import type { WalkedCase } from './walk.ts'

interface CompareQuestion extends Pick<Question, 'shop' | 'until' | 'holdout' | 'target' | 'now'> {
  /** For each model, a directory of versions, of which the latest is compared, or the directory of one version. */
  readonly models: { readonly a: string; readonly b: string }
}

/** Result that `--json` writes. Arms are named like `base-fresh of A`; a lift compares B's arm with A's. */
export interface CompareResult extends Envelope {
  readonly protocol: 'compare'
  readonly models: Readonly<Record<'a' | 'b', ModelFacts>>
}

interface ModelFacts {
  readonly model: string
  readonly version: string
  /** End of the model's training data, exclusive; null if the model was made without a log. */
  readonly until: string | null
  readonly items: number
  readonly bytes: number
}

/** Arms that depend on the model; baselines don't. */
const COMPARED: readonly ArmName[] = ['base-stale', 'base-fresh', 'personal']

/**
 * @param learns whether devices learn; otherwise only the base model is tested
 * @throws NearsideError `model-incompatible` if the models held out different shoppers, or the errors of `load`
 */
export async function compareModels(
  question: CompareQuestion,
  learns: boolean,
  steps: Steps,
): Promise<Evaluated<CompareResult>> {
  const { models, ...asked } = question
  const [a, b] = await Promise.all([describe(models.a), describe(models.b)])
  if (a.holdout !== b.holdout)
    throw new NearsideError(
      'model-incompatible',
      'A and B held out different shoppers, so one model may have trained on shoppers that test the other: train both with the same --holdout and --seed',
    )
  const limits = [a.facts.until, b.facts.until].filter((until) => until !== null)
  const until = question.until ?? limits.sort().at(-1)
  const walk = async (model: string) => {
    const question: Question = { ...asked, model, until, protocol: 'personal', grown: true }
    const { shop, input, notes } = await load(question)
    const order = { question, tuned: null, learns }
    const rows = await walkCases(order, selectCases(input), steps)
    return { shop: shop.name, input, notes, rows }
  }
  const first = await walk(models.a)
  const second = await walk(models.b)
  const arms = (learns ? ARMS : BASE_ARMS).filter((arm) => COMPARED.includes(arm))
  const rows = pairRows(first.rows, second.rows, arms)
  const { seed } = second.input
  const names = ['A', 'B'].flatMap((model) => arms.map((arm) => `${arm} of ${model}`))
  const pairs = arms.map((arm) => [`${arm} of B`, `${arm} of A`] as const)
  const found = summariseArms(rows, seed, { names, pairs })
  const [arm, over] = pairs[pairs.length - 1]
  const worse = worseThan(rows, { arm, metric: 'nll' }, { arm: over, metric: 'nll' }, seed)
  const shipped = findLift(found.lifts, arm, over, 'ndcg@10')
  const result: CompareResult = {
    protocol: 'compare',
    shop: second.shop,
    until: formatDay(second.input.until),
    seed,
    shoppers: rows.byShopper.length,
    cases: rows.cases.length,
    models: { a: a.facts, b: b.facts },
    ...found,
    shoppersWorse: worse,
  }
  const { shop, cases, shoppers } = result
  return {
    result,
    report: {
      title: `Two models: ${shop}`,
      lead: [
        `A: ${factsText(a.facts)}`,
        `B: ${factsText(b.facts)}`,
        verdict(shipped),
        `${shop}, from ${result.until} on: ${count(cases)} cases of ${count(shoppers)} shoppers whom neither model saw; both models rank each case. Means over shoppers; 95 % intervals by paired bootstrap over shoppers; a lower nll is better; seed ${seed}`,
      ],
      parts: [
        { title: 'Arms of both models', table: armsTable(found.arms, METRICS) },
        liftsPart(found.lifts),
        {
          title: 'Shopper by shopper, by likelihood',
          text: [
            `With B, ${worseShoppers(worse)} shoppers are significantly worse off, and ${worse.better} better; one-sided sign-flip test on own cases, 5 %`,
          ],
        },
      ],
      notes: [
        ...first.notes.map((note) => `A: ${note}`),
        ...second.notes.map((note) => `B: ${note}`),
      ],
    },
  }
}

const factsText = ({ model, version, until, items, bytes }: ModelFacts) =>
  `${model}, version ${version}, ${until === null ? 'made without a log' : `trained until ${until}`}, ${count(items)} items, ${(bytes / 1e6).toFixed(2)} MB`

async function describe(model: string) {
  const { manifest } = await readModel(model)
  const { version, data, items, files, holdout, seed } = manifest
  const { fraction, hash } = holdout
  const bytes = files.reduce((sum, file) => sum + file.bytes, 0)
  return {
    facts: {
      ...{ model, version, items, bytes },
      until: isFromCatalog({ manifest }) ? null : formatDay(Date.parse(data.until)),
    },
    holdout: JSON.stringify(fraction > 0 ? { fraction, seed } : { hash }),
  }
}

/** Joins the rows of both models; the arms get names like `personal of A`. */
function pairRows(
  first: Rows<WalkedCase>,
  second: Rows<WalkedCase>,
  arms: readonly ArmName[],
): Rows<WalkedCase> {
  const nameOf = ({ shopper, time }: WalkedCase) => JSON.stringify([shopper, time])
  const known = new Map(first.cases.map((one, index) => [nameOf(one), index]))
  const paired = new Rows<WalkedCase>()
  for (const [index, one] of second.cases.entries()) {
    const other = known.get(nameOf(one))
    if (other === undefined || known.size !== second.cases.length)
      throw new NearsideError('worker-failed', 'the two models were tested on different cases')
    paired.begin(one)
    for (const arm of arms)
      for (const metric of METRICS) {
        paired.put({ arm: `${arm} of A`, metric }, first.at(other, { arm, metric }))
        paired.put({ arm: `${arm} of B`, metric }, second.at(index, { arm, metric }))
      }
  }
  return paired
}

/** Conclusion from the NDCG@10 of the arm whose lists devices show. */
function verdict(found: NamedLift | undefined): string {
  if (!found) return 'A finds nothing, so B can’t be compared with A'
  if (found.lo > 0) return `B ranks better than A: NDCG@10 ${lift(found)}`
  if (found.hi < 0) return `B ranks worse than A: NDCG@10 ${lift(found)}`
  return `No difference is proven: NDCG@10 of B over A ${lift(found)}`
}
