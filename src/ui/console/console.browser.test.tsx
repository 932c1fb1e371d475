import { beforeEach, describe, expect, test, vi } from 'vitest'
import { render } from 'vitest-browser-react'
import type { LedgerEntry } from '../../device/ledger/entry.ts'
import { createFakePersonalizer, type FakePersonalizer } from '../react/testPersonalizer.ts'
import { PrivacyConsole } from './PrivacyConsole.tsx'

const ITEMS = [{ id: 'tin', title: 'Cake tin', category: 'Kitchen' }]

const entry = (sequence: number, bytesSent: number): LedgerEntry => ({
  sequence,
  time: Date.UTC(2026, 0, 2, 3, 4, sequence),
  kind: bytesSent > 0 ? 'upload' : 'request',
  detail: { url: `http://localhost/models/${sequence}`, parent: '' },
  bytesSent,
  previous: '0'.repeat(64),
  hash: String(sequence).padStart(64, 'a'),
})

let personalizer: FakePersonalizer
beforeEach(() => {
  personalizer = createFakePersonalizer(ITEMS)
})

const show = (canContribute = true) =>
  render(<PrivacyConsole personalizer={personalizer} items={ITEMS} canContribute={canContribute} />)

describe('the log', () => {
  test('adds up every byte that left, newest entry first, and shows all on demand', async () => {
    const entries = Array.from({ length: 30 }, (_, place) =>
      entry(place, place % 10 === 3 ? 2168 : 0),
    )
    personalizer.audit.entries = () => Promise.resolve(entries)
    const screen = await show()
    await expect.element(screen.getByText('Shared: 6,504 bytes')).toBeVisible()
    const rows = () => [...screen.container.querySelectorAll('.ns-ledger tbody tr')]
    expect(rows()).toHaveLength(20)
    expect(rows()[0].querySelector('th')?.textContent).toBe('29')
    expect(rows()[0].textContent).not.toContain('parent')
    await screen.getByRole('button', { name: 'Show all 30 entries' }).click()
    expect(rows()).toHaveLength(30)
    // The button is gone; the focus is not lost with it.
    expect(document.activeElement?.ariaLabel).toBe('Log, scrollable')
  })

  test('says that nothing was sent when nothing was, and what an export would show', async () => {
    personalizer.audit.entries = () => Promise.resolve([entry(0, 0)])
    const screen = await show()
    await expect.element(screen.getByText('Shared: nothing')).toBeVisible()
    await expect
      .element(screen.getByText('which whoever has it can read', { exact: false }))
      .toBeVisible()
  })

  test('verifies the chain and names the entry where it breaks', async () => {
    // The oldest were folded: what is in the table is named as the table names it.
    personalizer.audit.entries = () => Promise.resolve([entry(70, 0), entry(71, 0), entry(72, 0)])
    personalizer.audit.verify = () =>
      Promise.resolve({ ok: false, entries: 3, brokenAt: 2, signed: 0 })
    const screen = await show()
    await screen.getByRole('button', { name: 'Verify chain' }).click()
    await expect
      .element(screen.getByText('The chain is broken at No. 72', { exact: false }))
      .toBeVisible()
  })
})

test('an engine that can’t be had is said, not swallowed', async () => {
  personalizer.setEngine = () => Promise.reject(new Error('WebGPU has no adapter here.'))
  personalizer.change({ enginePreference: 'wasm' })
  const screen = await show()
  const choice = screen.getByLabelText('Use engine')
  await expect.element(choice).toHaveDisplayValue('WebAssembly')
  await choice.selectOptions('webgpu')
  await expect
    .element(screen.getByText('WebGPU has no adapter here. Set to WebAssembly as before.'))
    .toBeVisible()
  await expect.element(choice).toHaveDisplayValue('WebAssembly')
})

test('an engine that is chosen is in use, and is the one that is selected', async () => {
  const screen = await show()
  const choice = screen.getByLabelText('Use engine')
  await expect.element(choice).toHaveDisplayValue('Automatic')
  await choice.selectOptions('js')
  await expect.element(screen.getByText('Now on js. asked for')).toBeVisible()
  await expect.element(choice).toHaveDisplayValue('Plain JavaScript')
})

test('after a reload the engine’s line and the fit’s agree', async () => {
  const fit = {
    engine: 'wasm',
    cases: 3,
    lossBefore: 2,
    lossAfter: 1.5,
    fusionWeight: 0.6,
    active: true,
    milliseconds: 31,
  }
  personalizer.change({ engine: null, fit })
  const screen = await show()
  await expect
    .element(screen.getByText('None on this page yet; the last fit ran on wasm'))
    .toBeVisible()
  await expect.element(screen.getByText('3 cases on wasm')).toBeVisible()
})

test('a consent that can’t be stored is said, and the switch keeps its true state', async () => {
  personalizer.setContribution = () => Promise.reject(new Error('There is no room.'))
  const screen = await show()
  const consent = screen.getByRole('switch', { name: 'Contribute to the shared model' })
  await consent.click()
  await expect.element(screen.getByText('There is no room.')).toBeVisible()
  await expect.element(consent).not.toBeChecked()
})

test('a report can be sent only with consent, and the outcome is said', async () => {
  const contribute = vi.spyOn(personalizer, 'contribute')
  const screen = await show()
  const send = screen.getByRole('button', { name: 'Send a report now' })
  await expect.element(send).toBeDisabled()
  await screen.getByRole('switch', { name: 'Contribute to the shared model' }).click()
  await expect.element(send).toBeEnabled()
  expect(contribute).not.toHaveBeenCalled()
  await send.click()
  await expect.element(screen.getByText('Nothing was sent: no open round')).toBeVisible()
})

test('without servers there is no switch and no button to send', async () => {
  const screen = await show(false)
  await expect
    .element(screen.getByText('there is no way to send anything', { exact: false }))
    .toBeVisible()
  expect(screen.container.querySelector('[role=switch]')).toBeNull()
})

test('shows events by name, what cleaning left out, fit, guard and notices', async () => {
  personalizer.change({
    events: { count: 5, byName: { view_item: 4, purchase: 1 } },
    cleaning: { kept: 3, dropped: { misclick: 2 } },
    fit: {
      engine: 'wasm',
      cases: 3,
      lossBefore: 2,
      lossAfter: 1.5,
      fusionWeight: 0.625,
      active: true,
      milliseconds: 31,
    },
    guard: { active: false, logLikelihoodRatio: -3.2, tested: 40 },
    learned: [{ kind: 'item', name: 'tin', signal: 'bought', strength: 1 }],
    notices: [{ code: 'storage-full', message: 'Older events were let go.', time: 0 }],
  })
  const screen = await show()
  for (const text of [
    'purchase',
    'Cleaning: 3 used for learning; left out: 2 misclick.',
    '2.0000 before, 1.5000 after (negative log-likelihood)',
    '0.625',
    'holds it back: the base model is in use alone',
    'log-likelihood ratio -3.200 over 40 tested events',
    'Cake tin',
    'storage-full',
  ]) {
    await expect.element(screen.getByText(text, { exact: true })).toBeVisible()
  }
})

test('says why learning waits', async () => {
  const screen = await show()
  personalizer.change({ deferred: 'save-data' })
  await expect.element(screen.getByText('waits: the browser saves data')).toBeVisible()
})
