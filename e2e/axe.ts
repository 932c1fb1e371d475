/** @module axe-core in a page of the shop, or in a frame; its policy allows no other script, so it comes by the debugger. */
import axe from 'axe-core'
import type { Page } from 'playwright/test'

/** Each finding as one line: rule, element, what is wrong. */
export async function findings(page: Pick<Page, 'evaluate'>): Promise<readonly string[]> {
  // What fades in is judged when it is there.
  await page.evaluate(() =>
    Promise.all(document.getAnimations().map(({ finished }) => finished.catch(() => null))),
  )
  if (!(await page.evaluate(() => 'axe' in window))) await page.evaluate(axe.source)
  return page.evaluate(async () => {
    const { axe: loaded } = window as unknown as { axe: typeof axe }
    const { violations } = await loaded.run(document, {
      rules: { 'target-size': { enabled: true } },
    })
    return violations.flatMap(({ id, nodes }) =>
      nodes.map((node) => `${id}: ${node.html.slice(0, 160)} ${node.failureSummary ?? ''}`),
    )
  })
}
