import { createFakePersonalizer } from '@nearside/ui/react/testPersonalizer.ts'
import { expect, test, vi } from 'vitest'
import { fromConsentMode, fromTcf, withConsent } from './consent.ts'

/** Arguments that `gtag` pushes. */
function gtagArguments(..._: unknown[]): IArguments {
  // biome-ignore lint/complexity/noArguments: gtag.js pushes this very object
  return arguments
}

const told = (listen: (listener: (allowed: boolean) => void) => () => void) => {
  const said: boolean[] = []
  const stop = listen((allowed) => void said.push(allowed))
  return { said, stop }
}

test('Consent Mode: the latest answer on each consent type counts, and a default of “denied” is no answer', () => {
  const dataLayer: unknown[] = [
    { event: 'page' },
    gtagArguments('consent', 'default', {
      personalization_storage: 'denied',
      ad_storage: 'granted',
    }),
  ]
  const { said, stop } = told(fromConsentMode(dataLayer))
  const update = (given: object) => dataLayer.push(gtagArguments('consent', 'update', given))
  // An update about other consent types is no answer about storage.
  update({ ad_storage: 'denied' })
  update({ personalization_storage: 'granted' })
  dataLayer.push(gtagArguments('event', 'consent', { personalization_storage: 'denied' }), null, 7)
  update({ personalization_storage: 'denied' })
  // A default that denies storage is no answer.
  expect(said).toEqual([true, false])
  stop()
  update({ personalization_storage: 'granted' })
  expect(said).toHaveLength(2)
  const two = told(fromConsentMode([...dataLayer], ['personalization_storage', 'ad_storage']))
  expect(two.said.at(-1)).toBe(false)
})

test('Consent Mode: a regional default never grants; a global default does', () => {
  const region = { personalization_storage: 'granted', region: ['US'] }
  const some = [gtagArguments('consent', 'default', region)]
  expect(told(fromConsentMode(some)).said).toEqual([])
  const all = [gtagArguments('consent', 'default', { personalization_storage: 'granted' })]
  expect(told(fromConsentMode(all)).said).toEqual([true])
})

function platform() {
  const callbacks = new Map<number, (data: unknown, success: boolean) => void>()
  const api: Parameters<typeof fromTcf>[0] = (command, _, callback, id) => {
    if (command === 'addEventListener') callbacks.set(callbacks.size + 1, callback)
    else callbacks.delete(Number(id))
  }
  const say = (data: object, success = true) => {
    for (const [listenerId, callback] of [...callbacks])
      callback(
        { eventStatus: 'useractioncomplete', gdprApplies: true, ...data, listenerId },
        success,
      )
  }
  return { api, say, callbacks }
}

const ALL = { 1: true, 5: true, 6: true }

test('TCF: every purpose needs consent, a consent to the shop itself overrides the general one, and an open dialogue is no answer', () => {
  const { api, say, callbacks } = platform()
  const { said, stop } = told(fromTcf(api))
  say({ eventStatus: 'cmpuishown', purpose: { consents: ALL } })
  say({ purpose: { consents: ALL } }, false)
  expect(said).toEqual([])
  say({ purpose: { consents: { 1: true, 5: true } } })
  say({ eventStatus: 'tcloaded', purpose: { consents: ALL } })
  say({ purpose: { consents: ALL }, publisher: { consents: { 5: false } } })
  say({ purpose: {}, publisher: { consents: ALL } })
  say({ gdprApplies: undefined })
  say({ gdprApplies: false })
  expect(said).toEqual([false, true, false, true, false, true])
  stop()
  expect(callbacks.size).toBe(0)
})

test('each answer of the shopper reaches the personalizer, and a failure to store the answer is reported', async () => {
  const dataLayer: unknown[] = []
  const say = (word: string, about = 'update') =>
    dataLayer.push(gtagArguments('consent', about, { personalization_storage: word }))
  const personalizer = createFakePersonalizer([])
  const setPersist = vi.spyOn(personalizer, 'setPersist')
  const failed = vi.fn()
  const end = withConsent(fromConsentMode(dataLayer), personalizer, failed)
  say('denied', 'default')
  expect(setPersist).not.toHaveBeenCalled()
  for (const word of ['granted', 'denied', 'granted']) say(word)
  expect(setPersist.mock.calls).toEqual([[true], [false], [true]])
  const full = new Error('the disk is full')
  setPersist.mockRejectedValueOnce(full)
  say('granted')
  await expect.poll(() => failed.mock.calls).toEqual([[full]])
  end()
  say('denied')
  expect(setPersist).toHaveBeenCalledTimes(4)
})
