import axe from 'axe-core'
import { afterEach, describe, expect, test } from 'vitest'
import { page } from 'vitest/browser'
import { testReport } from './testReport.ts'

const { html } = testReport()

/** Shows the page in the test's document, in the given colour scheme, whichever scheme the machine prefers. */
function show(html: string, scheme: 'light' | 'dark') {
  const forced = html.replace('(prefers-color-scheme: dark)', scheme === 'dark' ? 'all' : 'not all')
  const { head, body, title } = new DOMParser().parseFromString(forced, 'text/html')
  document.title = title
  document.documentElement.lang = 'en'
  const style = document.createElement('style')
  style.id = 'report'
  style.textContent = head.querySelector('style')?.textContent ?? ''
  document.head.append(style)
  document.body.innerHTML = body.innerHTML
}

afterEach(() => {
  document.getElementById('report')?.remove()
  document.body.innerHTML = ''
})

describe('the report page', () => {
  test.each(['light', 'dark'] as const)(
    'axe finds no accessibility violation in the report page, %s',
    async (scheme) => {
      show(html, scheme)
      const { violations } = await axe.run(document)
      expect(violations.map(({ id, nodes }) => [id, nodes[0]?.html])).toEqual([])
    },
  )

  test('the report page fits a phone: only tables scroll sideways', async () => {
    await page.viewport(390, 844)
    show(html, 'light')
    expect(document.documentElement.scrollWidth).toBeLessThanOrEqual(390)
  })
})
