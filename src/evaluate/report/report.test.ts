import { describe, expect, it } from 'vitest'
import { decimal, estimate, lift, share } from './numbers.ts'
import { markdown, textLines } from './report.ts'
import { HOSTILE, testReport } from './testReport.ts'

describe('the report page', () => {
  const { html, result } = testReport()

  it('the report page contains the whole JSON result, unchanged', () => {
    const [, block] =
      html.match(/<script type="application\/json" id="result">(.*?)<\/script>/s) ?? []
    expect(JSON.parse(block ?? '')).toEqual(JSON.parse(JSON.stringify(result)))
  })

  it('the report page shows the numbers of the JSON result', () => {
    for (const arm of result.arms)
      expect(html).toContain(`<td>${decimal(Number(arm['ndcg@10']))}</td>`)
  })

  it('the report page loads nothing, runs no script and escapes every name', () => {
    expect(html).not.toMatch(/(src|href)="(?!#)/)
    expect(html).not.toContain('@import')
    expect(html).not.toContain('url(')
    expect(html.match(/<script/g)).toHaveLength(1)
    expect(html).not.toContain(HOSTILE)
    expect(html).not.toContain('<b>note')
    expect(html).toContain("default-src 'none'")
  })

  it('the report page closes every tag that it opens', () => {
    const open: string[] = []
    const body = html
      .slice(html.indexOf('<html'))
      .replace(/<script.*<\/script>|<style.*?<\/style>|<meta.*?>/gs, '')
    for (const [tag, slash, name] of body.matchAll(/<(\/?)([a-z0-9]+)[^>]*>/gi)) {
      if (tag.endsWith('/>')) continue
      if (slash === '') open.push(name)
      else expect(open.pop()).toBe(name)
    }
    expect(open).toEqual([])
  })

  it('the report page contains no NaN or undefined, even with the minimum number of shoppers', () => {
    expect(testReport(10).html).not.toMatch(/NaN|undefined|Infinity/)
  })
})

describe('the report as text and Markdown', () => {
  const { report, result } = testReport()

  it('the report as text and as Markdown shows the same numbers as the page', () => {
    const text = textLines(report).join('\n')
    const document = markdown(report, 'nearside evaluate --shop x', '2026-01-02')
    for (const arm of result.arms) {
      expect(text).toMatch(new RegExp(`  ${arm.name} +\\${decimal(Number(arm['ndcg@10']))} `))
      expect(document).toContain(`| ${arm.name} | ${decimal(Number(arm['ndcg@10']))} |`)
    }
    expect(document).toContain('`nearside evaluate --shop x`, 2026-01-02.')
  })

  it('the Markdown report escapes a vertical bar in a table cell', () => {
    const part = { title: 't', table: { columns: ['a'], rows: [['x|y']] } }
    const made = markdown({ ...report, parts: [part] }, 'c', 'd')
    expect(made).toContain('| x\\|y |')
  })
})

it('the report formats negative numbers with a real minus sign, and never shows “−0”', () => {
  expect(decimal(-0.01234)).toBe('−.0123')
  expect(decimal(-1e-9)).toBe('.0000')
  expect(decimal(1)).toBe('1.0000')
  expect(share(-0.0001)).toBe('0.0 %')
  expect(estimate({ mean: 0.1, lo: -0.012, hi: 0.5 })).toBe('.1000 [−.0120, .5000]')
  expect(lift({ relative: 0.02, lo: -0.012, hi: 0.5 })).toBe('+2.0 % [−1.2, +50.0]')
  expect(lift(undefined)).toBe('–')
})
