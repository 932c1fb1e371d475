/** @module Tests that the shop stays legible in right-to-left layout, in forced colours, and at double zoom. */
import { expect, type Page, test } from 'playwright/test'
import { openShop } from './shop.ts'

const rightToLeft = (page: Page) =>
  page.addInitScript(() =>
    addEventListener('DOMContentLoaded', () => {
      document.documentElement.dir = 'rtl'
    }),
  )

async function playedYear(page: Page): Promise<void> {
  await page.goto('/fast-forward')
  await page.getByLabel('Speed').selectOption({ label: 'As fast as possible' })
  await expect(page.getByText('The year is over.')).toBeVisible({ timeout: 120_000 })
}

test('in right-to-left layout, names stand beside their lines in the chart, and the row of departments fades out at its left end', async ({
  page,
}) => {
  await rightToLeft(page)
  await playedYear(page)
  const arms = await page.locator('.chart .arm').evaluateAll((all) =>
    all.map((arm) => ({
      name: arm.querySelector('text')?.getBoundingClientRect().left ?? 0,
      end: arm.querySelector('circle')?.getBoundingClientRect().right ?? 0,
    })),
  )
  expect(arms).toHaveLength(2)
  for (const { name, end } of arms) expect(name).toBeGreaterThan(end)
  const departments = page.getByRole('navigation', { name: 'Departments' }).getByRole('list')
  await expect(departments).toHaveCSS('mask-image', /\((to right|90deg),/)
})

test('in forced colours, charts, connectors and highlighted words use the system’s colours', async ({
  page,
}) => {
  await page.emulateMedia({ forcedColors: 'active', colorScheme: 'dark' })
  await playedYear(page)
  const colourOf = (name: string) =>
    page.evaluate((name) => {
      const probe = document.body.appendChild(document.createElement('i'))
      probe.style.color = name
      return getComputedStyle(probe).color
    }, name)
  const text = await colourOf('CanvasText')
  for (const name of await page.locator('.chart text').all())
    await expect(name).toHaveCSS('fill', text)
  for (const line of await page.locator('.chart .arm path:not(.arm-edge)').all())
    await expect(line).toHaveCSS('stroke', text)
  await openShop(page)
  await page.goto('/side-by-side')
  await expect(page.locator('.move-lines path').first()).toHaveCSS('stroke', text)
  await page.goto('/search#q=heart')
  const found = page.locator('main mark').first()
  await expect(found).toHaveCSS('background-color', await colourOf('Mark'))
  await expect(found).toHaveCSS('color', await colourOf('MarkText'))
})

test('the chart’s words never overlap, at any width', async ({ page }) => {
  await playedYear(page)
  for (const width of [1280, 640, 360]) {
    await page.setViewportSize({ width, height: 800 })
    const over = await page.locator('.chart text').evaluateAll((all) => {
      const boxes = all.map((text) => text.getBoundingClientRect())
      return boxes.flatMap((a, i) =>
        boxes.slice(i + 1).flatMap((b, j) => {
          const apart =
            a.right <= b.left || b.right <= a.left || a.bottom <= b.top || b.bottom <= a.top
          return apart ? [] : `${all[i].textContent} / ${all[i + 1 + j].textContent}`
        }),
      )
    })
    expect(over, `${width}`).toEqual([])
  }
})

for (const [width, height] of [
  [720, 450],
  [640, 400],
  [512, 384],
])
  test(`at double zoom the header takes at most a fifth of the screen and scrolls away with the page, ${width} × ${height}`, async ({
    page,
  }) => {
    await page.setViewportSize({ width, height })
    await openShop(page)
    const header = page.getByRole('banner')
    expect((await header.boundingBox())?.height).toBeLessThanOrEqual(height / 5)
    await expect(header).toHaveCSS('position', 'static')
    await expect(header.getByRole('link', { name: 'Nearside Gifts' })).toBeVisible()
    await expect(header.getByRole('combobox', { name: 'Search products' })).toBeInViewport({
      ratio: 1,
    })
  })
