/** @module `--protocol personal` and `leave-one-out`: every arm on every case of held-out shoppers. */
import { writeFile } from 'node:fs/promises'
import { type Detail, summariseDetail } from '../../evaluation/detail/detail.ts'
import { formatDetail } from '../../evaluation/detail/table.ts'
import type { Protocol } from '../../evaluation/prepare.ts'
import { selectCases, tuneBaselines } from '../../evaluation/prepare.ts'
import { formatHtml } from '../../evaluation/report/report.ts'
import { type MeanOver, type Summary, summarise } from '../../evaluation/summary.ts'
import { formatReport } from '../../evaluation/table.ts'
import type { CommandContext } from '../command.ts'
import { load, type Question } from './load.ts'
import { walkInProcesses } from './walkInProcesses.ts'

/** What `--json` holds; what stands before `detail` is fixed. */
export interface EvaluationResult extends Pick<Summary, 'shoppers' | 'cases' | 'arms' | 'lifts'> {
  readonly protocol: Protocol
  readonly shop: string
  readonly until: string
  readonly seed: number
  readonly shoppersWorse: { readonly significant: number; readonly share: number }
  /** Change of NDCG@10, personal − base-fresh, shopper by shopper: least, nine deciles, most. */
  readonly shopperChange: { readonly deciles: readonly number[]; readonly worstTenth: number }
  readonly nightly: Summary['nightly']
  /** What the plots of `--html` show. */
  readonly detail: Detail
}

export async function evaluatePersonal(
  question: Question,
  meanOver: MeanOver,
  html: string | undefined,
  { progress, print, signal }: CommandContext,
): Promise<EvaluationResult> {
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
  const summary = summarise(results, input.seed, meanOver)
  progress.clear()
  const head = {
    protocol: question.protocol,
    shop: shop.name,
    until: new Date(input.until).toISOString().slice(0, 10),
    seed: input.seed,
  }
  const items = input.model.itemIds.length
  const report = { ...summary, ...head, items, popularity: question.popularity }
  const detail = summariseDetail(results, input.seed, meanOver)
  for (const line of [...formatReport(report), '', ...formatDetail(detail), '']) print(line)
  print(`Baselines tuned on ${tuned.cases} cases of training shoppers (NDCG@10 there):`)
  for (const [name, { parameters, quality }] of [
    ['recently-viewed', tuned.recentlyViewed],
    ['item-knn', tuned.itemKnn],
    ['ewma', tuned.ewma],
  ] as const) {
    const settings = Object.entries(parameters).map(([key, value]) => `${key} ${value}`)
    print(`  ${name.padEnd(16)}${quality.toFixed(4).replace(/^0/, '')}  ${settings.join(', ')}`)
  }
  for (const note of notes) print(`Note: ${note}.`)
  const { shoppers, cases, arms, lifts, worse, deciles, worstTenth, nightly } = summary
  const shoppersWorse = { significant: worse.significant, share: worse.share }
  const shopperChange = { deciles, worstTenth }
  const measured = { shoppers, cases, arms, lifts, shoppersWorse, shopperChange, nightly }
  const result = { ...head, ...measured, detail }
  if (html !== undefined) await writeFile(html, formatHtml({ report, detail, notes, result }))
  return result
}
