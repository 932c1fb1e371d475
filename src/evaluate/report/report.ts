/** @module The whole evaluation as one HTML page: the same numbers as `--json`, with plots. */
import type { Detail } from '../detail/detail.ts'
import { headingLines, type Report } from '../table.ts'
import { armsSection, ladderSection } from './arms.ts'
import { calibrationSection } from './calibration.ts'
import { fusionSection } from './fusion.ts'
import { historySection, timeSection } from './groups.ts'
import { page, paragraph, type Section } from './page.ts'
import { shoppersSection } from './shoppers.ts'

export interface HtmlReport {
  readonly report: Report
  readonly detail: Detail
  /** What was left out or deserves a word. */
  readonly notes: readonly string[]
  /** What `--json` writes; the page carries it. */
  readonly result: unknown
}

export function formatHtml({ report, detail, notes, result }: HtmlReport): string {
  const sections = [
    ladderSection(report),
    armsSection(report),
    shoppersSection(report, detail),
    timeSection(detail),
    historySection(detail),
    fusionSection(detail),
    calibrationSection(detail),
    method(report, notes),
  ]
  return page(`Evaluation: ${report.shop}`, headingLines(report).map(sentence), sections, result)
}

function method(report: Report, notes: readonly string[]): Section {
  return {
    id: 'method',
    title: 'How it was measured',
    content: [
      paragraph(
        `Test, then learn: each held-out shopper is walked in time order; all arms rank the whole catalogue before the case is known to any of them. Means are over ${report.meanOver}; intervals are 95 %, by paired bootstrap over shoppers. Popularity is ${report.popularity === 'nightly' ? "as of each case's day" : `as of ${report.until}`} for all arms alike. Seed ${report.seed}.`,
      ),
      paragraph(
        "A shopper counts as significantly worse where the signs of their own cases' differences, flipped in every way, give a sum as bad in at most 5 % of the flips.",
      ),
      ...notes.map((note) => paragraph(`Note: ${note}.`)),
      paragraph(
        'The numbers of this page stand in it as JSON, in the element with the id “result”.',
      ),
    ],
  }
}

function sentence(line: string): string {
  return `${line.charAt(0).toUpperCase()}${line.slice(1)}.`
}
