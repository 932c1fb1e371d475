/** @module Tests contributions through a relay in its own process, as a third party would run it. */
import { type ChildProcess, spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { parseBundle } from '@nearside/audit/bundle.ts'
import { verifyBundle } from '@nearside/audit/verify.ts'
import type { Recipients } from '@nearside/browser/contribution/terms.ts'
import { expect, test } from 'playwright/test'
import { openAggregators } from './aggregators.ts'
import { fact, forYou, openConsole, openShop } from './shop.ts'
import { closeVaultShops, open, openVaultShop } from './vault.ts'
import { agree, consentOf, openQuestion } from './vaultQuestion.ts'

let relay: ChildProcess

test.afterEach(() => {
  relay.kill()
  closeVaultShops()
})

/** Runs `nearside serve --role relay` between pages of any shop and these servers. @returns its address */
async function startRelay({ leader, helper }: Recipients): Promise<string> {
  const cli = ['--import', 'tsx', 'src/cli/main.ts', 'serve', '--role', 'relay', '--port', '0']
  relay = spawn(process.execPath, [...cli, '--target', `${leader},${helper}`], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  for await (const line of relay.stdout ?? []) {
    const [, url] = /listening on (http:\S+)/.exec(String(line)) ?? []
    if (url) return `${url}/`
  }
  throw new Error('the relay ended')
}

test('through a relay neither server gets a request of the browser, and the log names the relay', async ({
  page,
  context,
}) => {
  const aggregators = await openAggregators()
  open.push(aggregators.server)
  const { recipients, asked, askers } = aggregators
  const address = await startRelay(recipients)
  const { shop } = await openVaultShop(undefined, undefined, { ...recipients, relay: address })
  const sent: string[] = []
  context.on('request', (request) => void sent.push(request.url()))
  await openShop(page, shop)
  await forYou(page).locator('[data-item]').nth(2).click()
  await page.getByRole('button', { name: 'Add to basket' }).first().click()
  await openConsole(page, shop)
  await consentOf(page).click()
  await agree(await openQuestion(page))
  await expect(consentOf(page)).toHaveAttribute('aria-checked', 'true')
  await page.getByRole('button', { name: 'Send an update now' }).click()
  await expect(fact(page, 'Contribution', 'Updates sent')).toHaveText('1')
  // Both servers got requests for their terms, and the leader got a report; all of these requests were sealed.
  expect(new Set(asked)).toEqual(
    new Set([
      'GET /leader/v1/task, sealed',
      'GET /helper/v1/task, sealed',
      'POST /leader/v1/reports, sealed',
    ]),
  )
  // Both servers see only the relay's requests. A browser's request would have an `Origin` and the browser's
  // `User-Agent`.
  expect([...askers]).toEqual(['127.0.0.1  node'])
  expect(sent.filter((url) => url.startsWith(address)).length).toBeGreaterThan(4)
  expect(sent.filter((url) => url.startsWith(new URL(recipients.leader).origin))).toEqual([])

  const exporting = page.waitForEvent('download')
  await page.getByRole('button', { name: 'Export my data' }).click()
  const bundle = parseBundle(readFileSync(await (await exporting).path()))
  const carried = bundle.ledger.filter(({ detail }) => detail.relay === address)
  expect(new Set(carried.map(({ kind }) => kind))).toEqual(
    new Set(['request', 'consent', 'upload']),
  )
  expect(bundle.settings.declared).toContain(address)
  expect(await verifyBundle(bundle)).toMatchObject({ faults: [], uploads: 1, receipts: 1 })
})
