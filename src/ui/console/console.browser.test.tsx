import type { LedgerEntry } from '@nearside/browser/ledger/entry.ts'
import { NearsideError } from '@nearside/core/error.ts'
import { beforeEach, describe, expect, test, vi } from 'vitest'
import { render } from 'vitest-browser-react'
import { CONSOLE_GERMAN } from '../../german.ts'
import { CONSOLE_ENGLISH } from '../messages/console.ts'
import {
  createFakePersonalizer,
  type FakePersonalizer,
  TEST_TERMS,
} from '../react/testPersonalizer.ts'
import { PrivacyConsole } from './PrivacyConsole.tsx'

const ITEMS = [{ id: 'tin', title: 'Cake tin', category: 'Kitchen' }]

const entry = (sequence: number, part: Partial<LedgerEntry> = {}): LedgerEntry => ({
  sequence,
  time: Date.UTC(2026, 0, 2, 3, 4, sequence),
  kind: 'request',
  detail: {
    purpose: 'model',
    url: `http://localhost/models/${sequence}`,
    count: 2,
    received: 1500,
  },
  bytesSent: 0,
  previous: '0'.repeat(64),
  hash: String(sequence).padStart(64, 'a'),
  ...part,
})

const upload = (sequence: number, epsilon: number) =>
  entry(sequence, {
    kind: 'upload',
    bytesSent: 2168,
    detail: {
      reportId: `r${sequence}`,
      noiseMultiplier: 1,
      epsilon,
      url: 'https://sums.example/v1',
    },
  })

let personalizer: FakePersonalizer
beforeEach(() => {
  personalizer = createFakePersonalizer(ITEMS)
})

const log = (...entries: readonly LedgerEntry[]) => {
  personalizer.audit.entries = () => Promise.resolve(entries)
}

const show = (canContribute = true) => {
  personalizer.change({ canContribute })
  return render(<PrivacyConsole personalizer={personalizer} items={ITEMS} more="/privacy.txt" />)
}

type Screen = Awaited<ReturnType<typeof show>>
const part = (screen: Screen, name: string) => screen.getByRole('region', { name, exact: true })

async function showTechnical() {
  const screen = await show()
  await screen.getByText('Technical details').click()
  await expect.element(screen.getByRole('heading', { name: 'Engine' })).toBeVisible()
  return screen
}

test('the console asks six questions in a fixed sequence and hides the rest in a closed summary', async () => {
  const screen = await show()
  await expect.element(part(screen, 'What left?')).toBeVisible()
  expect([...screen.container.querySelectorAll('h2')].map((one) => one.textContent)).toEqual([
    'What left?',
    'What could somebody learn from this?',
    'What is stored?',
    'What did I agree to?',
    'Can I check that?',
    'Take it with me',
  ])
  expect(screen.container.querySelector('details')?.open).toBe(false)
})

test('another language changes the words and the dates of the console', async () => {
  log(entry(0))
  const screen = await render(
    <PrivacyConsole
      personalizer={personalizer}
      labels={{ left: 'Was ging hinaus?' }}
      locale="de"
    />,
  )
  await expect.element(part(screen, 'Was ging hinaus?')).toHaveTextContent('Since 02.01.2026.')
  await expect.element(part(screen, 'What is stored?')).toBeVisible()
})

describe('what left', () => {
  test('“What left” counts all downloads, says that nothing went out, and gives “None” for shared updates', async () => {
    log(
      entry(0),
      entry(1, { detail: { purpose: 'catalog', url: '/c', count: 3, received: 500 } }),
      entry(2, { detail: { purpose: 'policy', url: '/p', count: 2, received: 99 } }),
    )
    const left = part(await show(), 'What left?')
    await expect.element(left).toHaveTextContent('5 files came in, nothing went out')
    await expect.element(left).toHaveTextContent('2 kB came in')
    await expect.element(left).toHaveTextContent('requested the terms of sharing 2 times')
    await expect.element(left).toHaveTextContent('Shared updatesNone')
    await expect.element(left).not.toHaveTextContent('0 bytes')
  })

  test('token requests are counted with their bytes, apart from downloads', async () => {
    const detail = { purpose: 'token', method: 'POST', url: '/t', count: 2, received: 512 }
    const gone = { through: 9, hash: 'a', tokenRequests: 3, tokenBytes: 777 }
    log(entry(10), entry(11, { bytesSent: 518, detail }), entry(12, { kind: 'fold', detail: gone }))
    const left = part(await show(), 'What left?')
    await expect.element(left).toHaveTextContent('5 requests, 1,295 bytes')
    await expect.element(left).toHaveTextContent('2 files came in, nothing went out')
  })

  test('a relayed request is counted with the length of its encrypted body', async () => {
    const by = { relay: 'https://relay.test', method: 'POST' }
    const asked = { ...by, purpose: 'policy', url: '/v1/task', count: 2, received: 99, sealed: 212 }
    const token = { ...by, purpose: 'token', url: '/t', count: 2, received: 512, sealed: 450 }
    const sent = upload(3, 4.9)
    log(
      entry(1, { detail: asked }),
      entry(2, { bytesSent: 518, detail: token }),
      { ...sent, detail: { ...sent.detail, ...by, sealed: 2400 } },
      entry(4),
    )
    const screen = await show()
    const left = part(screen, 'What left?')
    await expect.element(left).toHaveTextContent('2 files came in, 424 bytes went out')
    await expect.element(left).not.toHaveTextContent('nothing went out')
    await expect.element(left).toHaveTextContent('carried these requests, sealed')
    await expect.element(left).toHaveTextContent('2 requests, 900 bytes')
    await expect.element(left).toHaveTextContent('1 update, 2,400 bytes')
    const agreed = part(screen, 'What did I agree to?')
    await expect.element(agreed).toHaveTextContent('2,400 bytes')
  })

  test('updates are counted with their bytes, including updates whose log entries were folded into a summary', async () => {
    const detail = {
      through: 9,
      hash: 'a',
      uploads: 2,
      reports: 2,
      bytesSent: 1000,
      lossSquared: 2,
      lastReport: '',
    }
    log(upload(10, 4.9), entry(11, { kind: 'fold', detail }))
    await expect
      .element(part(await show(), 'What left?'))
      .toHaveTextContent('3 updates, 3,168 bytes')
  })

  test('an update that was sent twice counts once, with the bytes of both sends', async () => {
    const before = { through: 0, hash: 'a', uploads: 2, reports: 1, bytesSent: 4336 }
    const again = { kind: 'upload', bytesSent: 2168, detail: upload(2, 4.9).detail } as const
    log(upload(2, 4.9), entry(3, again), upload(4, 7.3))
    const screen = await show()
    await expect.element(part(screen, 'What left?')).toHaveTextContent('2 updates, 6,504 bytes')
    // Report r2, the last one in the summary entry, was sent again after the summary was made.
    const detail = { ...before, lossSquared: 1, lastReport: 'r2' }
    log(entry(3, again), upload(4, 7.3), entry(5, { kind: 'fold', detail }))
    personalizer.change({ revision: 2 })
    await expect.element(part(screen, 'What left?')).toHaveTextContent('2 updates, 8,672 bytes')
  })

  test('an unreadable log is reported, and a retry reads it', async () => {
    personalizer.audit.entries = () => Promise.reject(new Error('The disk is gone.'))
    const screen = await show()
    await expect.element(screen.getByRole('alert')).toHaveTextContent('The disk is gone.')
    log()
    await screen.getByRole('button', { name: 'Try again' }).click()
    await expect.element(part(screen, 'What left?')).toHaveTextContent('Recommendation filesNone')
  })
})

describe('what somebody could learn', () => {
  test('with a relay, the console says that the servers don’t learn the shopper’s network address', async () => {
    personalizer.change({ terms: TEST_TERMS })
    const screen = await show()
    const answers = part(screen, 'What could somebody learn from this?')
    await expect.element(answers).toHaveTextContent(CONSOLE_ENGLISH['learnable.update.two'])
    personalizer.change({ terms: { ...TEST_TERMS, relay: 'https://relay.test' } })
    await expect.element(answers).toHaveTextContent(CONSOLE_ENGLISH['learnable.update.relay'])
    await expect.element(answers).toHaveTextContent(CONSOLE_ENGLISH['learnable.tokens.relay'])
  })

  test('“What could somebody learn” has four answers if updates can be sent, one answer if not, and a link to further information', async () => {
    personalizer.change({ terms: { ...TEST_TERMS, epsilonPerReport: 2 } })
    const screen = await show()
    const answers = part(screen, 'What could somebody learn from this?')
    const names = () => [...answers.element().querySelectorAll('dt')].map((dt) => dt.textContent)
    await expect.element(answers).toHaveTextContent('right at most 59 times in 100')
    expect(names()).toEqual([
      'Page and image requests',
      'Rights to send an update',
      'One shared update',
      'The sum of many updates',
    ])
    await expect
      .element(answers.getByRole('link', { name: /^What we claim/ }))
      .toHaveAttribute('href', '/privacy.txt')
    personalizer.change({ canContribute: false })
    await expect.element(answers).toHaveTextContent('This shop takes no updates')
    expect(names()).toEqual(['Page and image requests'])
  })
})

describe('what is stored', () => {
  test('“What is stored” shows that a new shopper has nothing stored but the log', async () => {
    const stored = part(await show(), 'What is stored?')
    await expect.element(stored).toHaveTextContent('No actions of yours yet.')
    await expect.element(stored).toHaveTextContent('It is gone when the page closes.')
  })

  test('a deletion of a kind of actions is confirmed first; then the report of the deletion gets the focus', async () => {
    await personalizer.capture({ name: 'view_item', item_id: 'tin' })
    personalizer.change({ storage: 'indexeddb', retentionDays: 90 })
    const forget = vi.spyOn(personalizer, 'forget')
    const screen = await show()
    const stored = part(screen, 'What is stored?')
    await expect.element(stored).toHaveTextContent('more than 90 days ago is deleted whenever')
    await expect.element(stored).toHaveTextContent('Products that you looked at1 Show1 Jan 1970')
    const row = screen.getByRole('button', { name: 'Delete: Products that you looked at' })
    await row.click()
    await screen.getByRole('button', { name: 'Keep' }).click()
    expect(forget).not.toHaveBeenCalled()
    await row.click()
    await expect.element(screen.getByRole('button', { name: 'Yes, delete' })).toHaveFocus()
    await screen.getByRole('button', { name: 'Yes, delete' }).click()
    await expect.element(stored).toHaveTextContent('Deleted: Products that you looked at.')
    expect(forget).toHaveBeenCalledWith({ kind: 'events', name: 'view_item' })
    expect(document.activeElement?.textContent).toContain('Deleted:')
  })

  test('each action is listed under its kind, can be forgotten alone, and can be restored', async () => {
    await personalizer.capture({ name: 'view_item', item_id: 'tin' })
    await personalizer.capture({ name: 'search', search_term: 'mug' })
    const forget = vi.spyOn(personalizer, 'forget')
    const screen = await show()
    const stored = part(screen, 'What is stored?')
    await expect.element(stored).toHaveTextContent('Learned from 2 actions')
    const each = screen.getByRole('button', { name: 'Show: Searches' })
    await each.click()
    await expect.element(each).toHaveAttribute('aria-expanded', 'true')
    await expect.element(stored).not.toHaveTextContent('Looked at: Cake tin')
    await screen.getByRole('button', { name: 'Forget Searched for: mug' }).click()
    expect(forget).toHaveBeenCalledWith({ kind: 'event', id: '2' })
    await screen.getByRole('button', { name: 'Undo' }).click()
    await expect.element(screen.getByText('Brought back: Searched for: mug.')).toBeVisible()
  })

  test('the question before a deletion is directly below its row and says how many actions are deleted', async () => {
    await personalizer.capture({ name: 'search', search_term: 'a' })
    await personalizer.capture({ name: 'search', search_term: 'b' })
    const screen = await show()
    const button = screen.getByRole('button', { name: 'Delete: Searches' })
    await button.click()
    const question = screen.getByText('Delete 2 actions: Searches?')
    const rowOf = (one: typeof button) => one.element().closest('tr')
    expect(rowOf(button)?.nextElementSibling).toBe(rowOf(question))
    await screen.getByRole('button', { name: 'Delete: All of this' }).click()
    await expect.element(screen.getByText('Delete 2 actions: All of this?')).toBeVisible()
    await expect.element(question).not.toBeInTheDocument()
  })

  test('the last deletion can be undone until the next deletion', async () => {
    await personalizer.capture({ name: 'view_item', item_id: 'tin' })
    await personalizer.capture({ name: 'search', search_term: 'tin' })
    const screen = await show()
    const remove = async (name: string) => {
      await screen.getByRole('button', { name: `Delete: ${name}` }).click()
      await screen.getByRole('button', { name: 'Yes, delete' }).click()
      await expect.element(screen.getByText(`Deleted: ${name}.`)).toBeVisible()
    }
    const back = vi.fn(() => Promise.resolve())
    personalizer.forget = () => {
      personalizer.change({ erasures: personalizer.getSnapshot().erasures + 1 })
      return Promise.resolve(back)
    }
    await remove('Products that you looked at')
    await screen.getByRole('button', { name: 'Undo' }).click()
    await expect
      .element(screen.getByText('Brought back: Products that you looked at.'))
      .toBeVisible()
    expect(back).toHaveBeenCalledOnce()
    await expect.element(screen.getByRole('button', { name: 'Undo' })).not.toBeInTheDocument()
    await remove('Products that you looked at')
    await expect.element(screen.getByRole('button', { name: 'Undo' })).toBeVisible()
    await remove('All of this')
    await expect.element(screen.getByRole('button', { name: 'Undo' })).not.toBeInTheDocument()
  })

  test('an error is shown in the reader’s language', async () => {
    personalizer.forget = () =>
      Promise.reject(new NearsideError('storage-full', 'The browser can store no more.'))
    await personalizer.capture({ name: 'search', search_term: 'tin' })
    const screen = await render(
      <PrivacyConsole personalizer={personalizer} labels={CONSOLE_GERMAN} locale="de-DE" />,
    )
    await screen.getByRole('button', { name: 'Löschen: Suchen' }).click()
    await screen.getByRole('button', { name: 'Ja, löschen' }).click()
    await expect.element(screen.getByText('Nicht alles konnte gespeichert werden.')).toBeVisible()
    await expect.element(screen.getByText(/can store no more/)).not.toBeInTheDocument()
  })

  test('the last updates are listed until a deletion removes them', async () => {
    log(upload(1, 4.9), entry(2))
    personalizer.change({ sent: { reports: 1, bytes: 2168, epsilon: 4.9 } })
    const stored = part(await show(), 'What is stored?')
    await expect.element(stored).toHaveTextContent('Your last updates')
    const erased = entry(3, { kind: 'erase', detail: { what: 'item', events: 1 } })
    log(upload(1, 4.9), entry(2), erased)
    // A deletion removes the stored updates, but not the number of updates sent.
    personalizer.change({ revision: 2 })
    await expect.element(stored).not.toHaveTextContent('Your last updates')
    log(upload(1, 4.9), entry(2), erased, upload(4, 7.3))
    personalizer.change({ revision: 3 })
    await expect.element(stored).toHaveTextContent('Your last updates')
  })

  test('the row that deletes everything lists the data that no other row shows; after the deletion, a message says what remains', async () => {
    const screen = await show()
    const stored = part(screen, 'What is stored?')
    await expect
      .element(stored)
      .toHaveTextContent(
        /also deletes, where stored: your answer.*update.*sent again.*secret.*newer model/,
      )
    await screen.getByRole('button', { name: 'Delete: All of this' }).click()
    await screen.getByRole('button', { name: 'Yes, delete' }).click()
    await expect.element(stored).toHaveTextContent('Deleted: All of this.')
    const told = document.activeElement?.textContent
    expect(told).toMatch(/^These stay: one entry of the log.*budget.*paused.*key.*products/)
    expect(told).toMatch(/can’t delete totals.*servers.*cache.*history.*disk.*Deleted: All/)
  })

  test('after an erasure, earlier messages about the erased data disappear', async () => {
    log(entry(0))
    personalizer.erase = () => {
      log(entry(1, { kind: 'erase', detail: { what: 'everything' } }))
      personalizer.change({})
      return Promise.resolve()
    }
    const screen = await show()
    const stale = [/^The log is whole: /, 'Saved as my-shop-data.json.', 'Agreed.']
    await screen.getByRole('button', { name: 'Check the log now' }).click()
    await screen.getByRole('button', { name: 'Export my data' }).click()
    await screen.getByRole('switch', { name: 'Contribute to the shared model' }).click()
    for (const said of stale) await expect.element(screen.getByText(said)).toBeVisible()
    await screen.getByRole('button', { name: 'Delete: All of this' }).click()
    await screen.getByRole('button', { name: 'Yes, delete' }).click()
    await expect.element(screen.getByText('Deleted: All of this.')).toBeVisible()
    for (const said of stale) await expect.element(screen.getByText(said)).not.toBeInTheDocument()
  })

  test('a deletion that the disk refuses is reported', async () => {
    personalizer.erase = () => Promise.reject(new Error('The disk refused.'))
    const screen = await show()
    await screen.getByRole('button', { name: 'Delete: All of this' }).click()
    await screen.getByRole('button', { name: 'Yes, delete' }).click()
    await expect.element(part(screen, 'What is stored?')).toHaveTextContent('The disk refused.')
  })
})

describe('consent in the console', () => {
  test('a consent that can’t be stored is reported, and the switch stays off', async () => {
    personalizer.setContribution = () => Promise.reject(new Error('There is no room.'))
    const screen = await show()
    const consent = screen.getByRole('switch', { name: 'Contribute to the shared model' })
    await consent.click()
    await expect.element(screen.getByText('There is no room.')).toBeVisible()
    await expect.element(consent).not.toBeChecked()
  })

  test('under Global Privacy Control the switch can only withdraw a consent, and the console says so', async () => {
    personalizer.change({ globalPrivacyControl: true })
    const screen = await show()
    const agreed = part(screen, 'What did I agree to?')
    await expect.element(agreed).toHaveTextContent(/Global Privacy Control\): no update leaves/)
    const consent = screen.getByRole('switch', { name: 'Contribute to the shared model' })
    await expect.element(consent).toBeDisabled()
    personalizer.change({ consent: { contribute: true, since: Date.UTC(2026, 0, 2) } })
    await consent.click()
    await expect.element(screen.getByText('Withdrawn.')).toBeVisible()
  })

  test('a consent stores the wording shown, which can be read later', async () => {
    const given: unknown[] = []
    const { setContribution } = personalizer
    personalizer.setContribution = (...answer) => {
      given.push(answer[1])
      return setContribution(...answer)
    }
    const screen = await show()
    const consent = screen.getByRole('switch', { name: 'Contribute to the shared model' })
    await consent.click()
    expect(given).toEqual([
      expect.stringMatching(/^Now and then .* right at most 59 times in 100 .* \(ε = 2 and 4, /),
    ])
    const agreed = part(screen, 'What did I agree to?')
    await expect.element(agreed).toHaveTextContent(given[0] as string)
    const since = Date.UTC(2026, 0, 2)
    personalizer.change({ consent: { contribute: true, since, wording: 'As it was said then.' } })
    await screen.getByText('The words that you agreed to').click()
    await expect.element(screen.getByText('As it was said then.')).toBeVisible()
  })

  test('if the terms are for a demonstration, the console shows a banner, whose words are part of the consent', async () => {
    const given: unknown[] = []
    personalizer.setContribution = async (...answer) => void given.push(answer[1])
    const screen = await show()
    expect(screen.getByRole('note').elements()).toHaveLength(0)
    const terms = { ...TEST_TERMS, epsilonPerReport: 11, epsilonPerYear: 26.4 }
    personalizer.change({ terms: { ...terms, demonstration: true } })
    const banner = screen.getByRole('note')
    await expect.element(banner).toHaveTextContent(/^Demonstration: .* 1,000 people in a round\.$/)
    await screen.getByRole('switch', { name: 'Contribute to the shared model' }).click()
    expect(given).toEqual([expect.stringContaining(banner.element().textContent ?? '')])
    expect(given).toEqual([
      expect.stringMatching(/85 times in 100 from one update, and 98 times from/),
    ])
  })

  test('the console shows when each consent began or ended, what each update cost, and what that cost means', async () => {
    log(
      entry(0, { kind: 'consent', detail: { contribute: true } }),
      upload(1, 4.9),
      upload(2, 7.3),
      entry(3, { kind: 'consent', detail: { contribute: false, why: 'terms' } }),
    )
    personalizer.change({ sent: { reports: 2, bytes: 4336, epsilon: 3.3 } })
    const screen = await show()
    const agreed = part(screen, 'What did I agree to?')
    await expect.element(agreed).toHaveTextContent(/03:04:00 agreed/)
    await expect.element(agreed).toHaveTextContent('ended, because the servers asked for more')
    const rows = [...agreed.element().querySelectorAll('tbody tr')].map((row) => row.textContent)
    expect(rows[0]).toMatch(/2,168 bytes7\.3$/)
    expect(rows[1]).toMatch(/2,168 bytes4\.9$/)
    await expect.element(agreed).toHaveTextContent('Each went to sums.example in two sealed parts')
    const meter = screen.getByLabelText('Privacy budget of a year: ε = 3.3 of 4 used')
    await expect.element(meter).toHaveValue(3.3)
    await expect.element(agreed).toHaveTextContent('typically 1 × the largest update')
    await expect.element(agreed).toHaveTextContent('at most 93 times in 100')
  })

  test('an update that was sent again has one row with its number of sends', async () => {
    const again = { kind: 'upload', bytesSent: 2168, detail: upload(1, 4.9).detail } as const
    log(upload(1, 4.9), entry(2, again), upload(3, 7.3))
    const agreed = part(await show(), 'What did I agree to?')
    await expect.element(agreed).toHaveTextContent('Updates, newest first')
    const rows = [...agreed.element().querySelectorAll('tbody tr')].map((row) => row.textContent)
    expect(rows).toHaveLength(2)
    expect(rows[0]).toMatch(/03:04:03\D*2,168 bytes7\.3$/)
    expect(rows[1]).toMatch(/03:04:01\D*2 × 2,168 bytes4\.9$/)
  })

  test('without servers there is no switch to consent', async () => {
    const screen = await show(false)
    await expect
      .element(
        part(screen, 'What did I agree to?').getByText('there is no way to send one', {
          exact: false,
        }),
      )
      .toBeVisible()
    expect(screen.container.querySelector('[role=switch]')).toBeNull()
  })
})

describe('checks of the log', () => {
  async function check(...entries: readonly LedgerEntry[]) {
    log(...entries)
    const signed = entries.filter(({ key }) => key !== undefined).length
    personalizer.audit.verify = () =>
      Promise.resolve({ ok: true, entries: entries.length, brokenAt: null, signed })
    const screen = await show()
    await screen.getByRole('button', { name: 'Check the log now' }).click()
    const checked = part(screen, 'Can I check that?')
    await expect.element(checked).toHaveTextContent(/shop can serve other code/)
    return checked
  }

  test('an unsigned log is reported as unbroken, together with what this check can’t show', async () => {
    const checked = await check(entry(0))
    await expect.element(checked).toHaveTextContent('The log is whole: 1 entry, not signed.')
    await expect
      .element(checked)
      .toHaveTextContent('Somebody who rewrote the whole log could fool this check.')
    await expect.element(checked).not.toHaveTextContent('The log holds')
    expect(checked.element().textContent).not.toMatch(/hash/i)
  })

  test('a signed log is reported as signed up to its last signature', async () => {
    const by = { kind: 'consent', key: 'k', signature: 's' } as const
    const checked = await check(entry(0), entry(1, by), entry(2, by), entry(3))
    await expect
      .element(checked)
      .toHaveTextContent(
        'The log holds: 4 entries, 2 signed by this browser, the last of them No. 2.',
      )
    await expect.element(checked).toHaveTextContent('Up to there')
    await expect.element(checked).not.toHaveTextContent('fool this check')
    expect(checked.element().textContent).not.toMatch(/hash/i)
  })

  test('for a broken log, the report names the first broken entry by its number in the log', async () => {
    // The log begins at entry 70, because older entries were folded into a summary.
    log(entry(70), entry(71), entry(72))
    personalizer.audit.verify = () =>
      Promise.resolve({ ok: false, entries: 3, brokenAt: 2, signed: 0 })
    const screen = await show()
    await screen.getByRole('button', { name: 'Check the log now' }).click()
    await expect.element(screen.getByText(/does not hold from entry 72 on/)).toBeVisible()
  })
})

test('after an export, the console says what the file contains; the file name is the same as in the shopper’s panel', async () => {
  const screen = await show()
  const names: string[] = []
  const click = vi.spyOn(HTMLAnchorElement.prototype, 'click').mockImplementation(function (
    this: HTMLAnchorElement,
  ) {
    names.push(this.download)
  })
  await screen.getByRole('button', { name: 'Export my data' }).click()
  await expect.element(screen.getByText('Saved as my-shop-data.json.')).toBeVisible()
  expect(names).toEqual(['my-shop-data.json'])
  await expect.element(screen.getByText(/audit explain my-shop-data.json/)).toBeVisible()
  click.mockRestore()
  await expect.element(screen.getByText(/can read what you looked at/)).toBeVisible()
  const printing = vi.spyOn(window, 'print').mockImplementation(() => undefined)
  await screen.getByRole('button', { name: 'Print this page as a report' }).click()
  expect(printing).toHaveBeenCalledOnce()
})

describe('technical details', () => {
  test('the log table shows the length of a relayed request’s encrypted body', async () => {
    const detail = { method: 'GET', purpose: 'policy', relay: 'https://relay.test', sealed: 212 }
    log(entry(0, { detail: { ...detail, url: 'https://leader.test/v1/task', count: 2 } }))
    const screen = await showTechnical()
    const row = screen.container.querySelector('.ns-ledger tbody tr')
    expect(row?.textContent).toContain('424 bytes')
  })

  test('the log shows its newest entries first, and all entries on request', async () => {
    log(...Array.from({ length: 30 }, (_, at) => (at % 10 === 3 ? upload(at, 1) : entry(at))))
    const screen = await showTechnical()
    const rows = () => [...screen.container.querySelectorAll('.ns-ledger tbody tr')]
    expect(rows()).toHaveLength(20)
    expect(rows()[0].querySelector('th')?.textContent).toBe('29')
    expect(rows()[0].textContent).toContain('no body')
    expect(rows()[6].textContent).toContain('2,168 bytes')
    await screen.getByRole('button', { name: 'Show all 30 entries' }).click()
    expect(rows()).toHaveLength(30)
    // The pressed button is gone, so the focus must be on the log now.
    expect(document.activeElement?.ariaLabel).toBe('Log, scrollable')
  })

  test.each([
    ['not signed', null],
    ['release 7, until 3 March 2030, by the shop and the helper', true],
    ['release 7, until 3 March 2030, by the shop', false],
  ])('the console shows the model’s signature: %s', async (text, byHelper) => {
    const signed =
      byHelper === null ? null : { release: 7, expires: Date.UTC(2030, 2, 3), byHelper }
    const model = { version: '3', items: 1, until: '2011-09-01', searchTolerance: 0, signed }
    personalizer.change({ model })
    const screen = await showTechnical()
    await expect.element(screen.getByText(text, { exact: true })).toBeVisible()
  })

  test('an unavailable engine is reported, and the choice goes back to the previous engine', async () => {
    personalizer.setEngine = () => Promise.reject(new Error('WebGPU has no adapter here.'))
    personalizer.change({ enginePreference: 'wasm' })
    const screen = await showTechnical()
    const choice = screen.getByLabelText('Use engine')
    await expect.element(choice).toHaveDisplayValue('WebAssembly')
    await choice.selectOptions('webgpu')
    await expect
      .element(screen.getByText('WebGPU has no adapter here. Set to WebAssembly as before.'))
      .toBeVisible()
    await expect.element(choice).toHaveDisplayValue('WebAssembly')
  })

  test('an engine that the shopper chooses is used, and the menu shows it', async () => {
    const screen = await showTechnical()
    const choice = screen.getByLabelText('Use engine')
    await expect.element(choice).toHaveDisplayValue('Automatic')
    await choice.selectOptions('js')
    await expect.element(screen.getByText('Now on js. asked for')).toBeVisible()
    await expect.element(choice).toHaveDisplayValue('Plain JavaScript')
  })

  test('after a reload, the console’s lines about engine and last fit name the same engine', async () => {
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
    const screen = await showTechnical()
    await expect
      .element(screen.getByText('None on this page yet; the last fit ran on wasm'))
      .toBeVisible()
    await expect.element(screen.getByText('3 cases on wasm')).toBeVisible()
  })

  test('an update can be sent only with consent, and its outcome is shown', async () => {
    const contribute = vi.spyOn(personalizer, 'contribute')
    const screen = await showTechnical()
    const send = screen.getByRole('button', { name: 'Send an update now' })
    await expect.element(send).toBeDisabled()
    await screen.getByRole('switch', { name: 'Contribute to the shared model' }).click()
    await expect.element(send).toBeEnabled()
    expect(contribute).not.toHaveBeenCalled()
    await send.click()
    await expect.element(screen.getByText('Nothing was sent: no open round')).toBeVisible()
  })

  test('the technical details show events, dropped events, the last fit, whether the personal model is in use, and notices', async () => {
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
    const screen = await showTechnical()
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

  test('the technical details show why learning waits', async () => {
    const screen = await showTechnical()
    personalizer.change({ deferred: 'save-data' })
    await expect.element(screen.getByText('waits: the browser is saving data')).toBeVisible()
  })
})

describe('transfer to another device', () => {
  const file = (text: string) => new File([text], 'my-shop-transfer.json')

  test('the file for another device is saved, and its code is shown and focused', async () => {
    const saved = vi.spyOn(HTMLAnchorElement.prototype, 'click').mockImplementation(() => undefined)
    const screen = await show()
    await screen.getByRole('button', { name: 'Save a file for another device' }).click()
    await expect.element(screen.getByText('ABCD-EFGH-JKMN-PQRS')).toBeVisible()
    expect((saved.mock.contexts[0] as HTMLAnchorElement).download).toBe('my-shop-transfer.json')
    await expect.poll(() => document.activeElement?.textContent).toContain('ABCD-EFGH-JKMN-PQRS')
    await expect.element(part(screen, 'Take it with me')).toHaveTextContent('Note the code')
    saved.mockRestore()
  })

  test('an imported file is reported with its number of events; if a file is refused, the typed code stays', async () => {
    const given = vi.spyOn(personalizer, 'importTransfer').mockResolvedValue(1)
    const screen = await render(
      <PrivacyConsole personalizer={personalizer} labels={CONSOLE_GERMAN} locale="de-DE" />,
    )
    const [choice, code] = [
      screen.getByLabelText('Datei vom anderen Gerät'),
      screen.getByLabelText('Code der Datei'),
    ]
    const bring = screen.getByRole('button', { name: 'Übernehmen' })
    await choice.upload(file('{}'))
    await code.fill('abcd')
    const refused = new NearsideError('transfer-locked', 'The code doesn’t open it.')
    given.mockRejectedValueOnce(refused)
    await bring.click()
    await expect.element(screen.getByText(/^Der Code öffnet diese Datei nicht/)).toBeVisible()
    await expect.element(code).toHaveValue('abcd')
    await bring.click()
    await expect.element(screen.getByText(/^Übernommen: 1 Aktion\./)).toBeVisible()
    expect(given.mock.lastCall).toEqual(['{}', 'abcd'])
    await expect.element(code).toHaveValue('')
    personalizer.change({ paused: true })
    await expect.element(bring).toBeDisabled()
    await expect.element(screen.getByText(/^Das Lernen ist angehalten/)).toBeVisible()
  })

  test('a transfer file that is too large is not read', async () => {
    const given = vi.spyOn(personalizer, 'importTransfer')
    const screen = await show()
    await screen.getByLabelText('File from another device').upload(file('x'.repeat(9 << 20)))
    await screen.getByLabelText('Its code').fill('abcd')
    await screen.getByRole('button', { name: 'Bring it in' }).click()
    await expect.element(screen.getByText(/^The file is too large/)).toBeVisible()
    expect(given).not.toHaveBeenCalled()
  })
})
