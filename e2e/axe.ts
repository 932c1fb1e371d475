/**
 * @module Runs axe-core in a page of the shop, or in a frame, through the debugger, because the page's policy allows
 * only the shop's scripts.
 */
import axe from 'axe-core'
import type { Page } from 'playwright/test'

/** Each finding as one line: rule, element, problem. */
export async function findings(page: Pick<Page, 'evaluate'>): Promise<readonly string[]> {
  // The check waits until fade-ins end, because half-transparent text has too little contrast. A fade-in begins in
  // the animation frame after its list arrives.
  await page.evaluate(async () => {
    for (let calm = 0; calm < 3; calm++) {
      const running = document.getAnimations().filter(({ playState }) => playState === 'running')
      if (running.length > 0) calm = -1
      await Promise.all(running.map(({ finished }) => finished.catch(() => null)))
      await new Promise((resolve) => requestAnimationFrame(resolve))
    }
  })
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
