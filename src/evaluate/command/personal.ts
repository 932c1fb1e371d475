/** @module `--protocol personal` and `leave-one-out`: every arm on every case of held-out shoppers. */
import { writeFile } from 'node:fs/promises'
import type { CommandContext } from '../../cli/command.ts'
import { type Detail, summariseDetail } from '../detail/detail.ts'
import { formatDetail } from '../detail/table.ts'
import {
  type EvaluationInput,
  type Protocol,
  selectCases,
  type TunedBaselines,
  tuneBaselines,
} from '../prepare.ts'
import { formatHtml } from '../report/report.ts'
import { type MeanOver, type Summary, summarise } from '../summary.ts'
import { formatReport } from '../table.ts'
import type { CaseResult } from '../walk.ts'
import { load, type Question } from './load.ts'
import { walkInProcesses } from './walkInProcesses.ts'

/** What `--json` holds; what stands before `detail` is fixed. */
export interface EvaluationResult extends Pick<Summary, 'shoppers' | 'cases' | 'arms' | 'lifts'> {
  readonly protocol: Protocol
  readonly shop: string
  readonly until: string
  readonly seed: number
  /** How many models were trained, each asked about the shoppers that it never saw. */
  readonly folds?: number
  readonly shoppersWorse: { readonly significant: number; readonly share: number }
  /** Change of NDCG@10, personal − base-fresh, shopper by shopper: least, nine deciles, most. */
  readonly shopperChange: { readonly deciles: readonly number[]; readonly worstTenth: number }
  readonly nightly: Summary['nightly']
  /** What the plots of `--html` show. */
  readonly detail: Detail
}

export interface Reporting {
  readonly meanOver: MeanOver
  /** Where the page with plots goes, if anywhere. */
  readonly html: string | undefined
}

/** Every arm on every case of the shoppers whom one model never saw. */
export interface Walked {
  readonly shop: string
  readonly input: EvaluationInput
  readonly tuned: TunedBaselines
  /** Grouped by shopper. */
  readonly results: readonly CaseResult[]
  readonly notes: readonly string[]
}

export async function evaluatePersonal(
  question: Question,
  reporting: Reporting,
  context: CommandContext,
): Promise<EvaluationResult> {
  return reportWalks([await walkHeldOut(question, context)], reporting, context)
}

export async function walkHeldOut(
  question: Question,
  { progress, signal }: CommandContext,
): Promise<Walked> {
  const { shop, input, notes } = await load(question)
  const selected = selectCases(input)
  progress.update('tuning baselines', 0, 1)
  const tuned = tuneBaselines(input)
  const results = await walkInProcesses({
    question,
    tuned,
    shoppers: selected.length,
    signal,
    onProgress: (done) => progress.update('walking shoppers', done, selected.length),
  })
  progress.clear()
  return { shop: shop.name, input, tuned, results, notes }
}

/** @param walks of one shop and one question, of different shoppers each. */
export async function reportWalks(
  walks: readonly Walked[],
  { meanOver, html }: Reporting,
  { print }: CommandContext,
): Promise<EvaluationResult> {
  const [{ shop, input }] = walks
  const results = walks.flatMap((walked) => walked.results)
  const notes = [...new Set(walks.flatMap((walked) => walked.notes))]
  const summary = summarise(results, input.seed, meanOver)
  const head = {
    protocol: input.protocol,
    shop,
    until: new Date(input.until).toISOString().slice(0, 10),
    seed: input.seed,
    ...(walks.length > 1 ? { folds: walks.length } : {}),
  }
  const items = input.model.itemIds.length
  const report = { ...summary, ...head, items, popularity: input.popularity }
  const detail = summariseDetail(results, input.seed, meanOver)
  for (const line of [...formatReport(report), '', ...formatDetail(detail), '']) print(line)
  for (const { tuned } of walks) for (const line of tuningLines(tuned)) print(line)
  for (const note of notes) print(`Note: ${note}.`)
  const { shoppers, cases, arms, lifts, worse, deciles, worstTenth, nightly } = summary
  const shoppersWorse = { significant: worse.significant, share: worse.share }
  const shopperChange = { deciles, worstTenth }
  const measured = { shoppers, cases, arms, lifts, shoppersWorse, shopperChange, nightly }
  const result = { ...head, ...measured, detail }
  if (html !== undefined) await writeFile(html, formatHtml({ report, detail, notes, result }))
  return result
}

function tuningLines(tuned: TunedBaselines): string[] {
  const rows = (
    [
      ['recently-viewed', tuned.recentlyViewed],
      ['item-knn', tuned.itemKnn],
      ['ewma', tuned.ewma],
    ] as const
  ).map(([name, { parameters, quality }]) => {
    const settings = Object.entries(parameters).map(([key, value]) => `${key} ${value}`)
    return `  ${name.padEnd(16)}${quality.toFixed(4).replace(/^0/, '')}  ${settings.join(', ')}`
  })
  const heading = `Baselines tuned on ${tuned.cases} cases of training shoppers (NDCG@10 there):`
  return [heading, ...rows]
}
