import { expect, test, vi } from 'vitest'
import { createFakePersonalizer } from '../../ui/react/testPersonalizer.ts'
import { fromConsentMode } from './consentMode.ts'
import { fromTcf, type TcfApi } from './tcf.ts'
import { withConsent } from './withConsent.ts'

/** What `gtag` pushes. */
function gtagArguments(..._: unknown[]): IArguments {
  // biome-ignore lint/complexity/noArguments: gtag.js pushes this very object
  return arguments
}

const told = (listen: (listener: (allowed: boolean) => void) => () => void) => {
  const said: boolean[] = []
  const stop = listen((allowed) => void said.push(allowed))
  return { said, stop }
}

test('Consent Mode: what was pushed before counts, the last word on each type, and nothing unsaid', () => {
  const dataLayer: unknown[] = [
    { event: 'page' },
    gtagArguments('consent', 'default', {
      personalization_storage: 'denied',
      ad_storage: 'granted',
    }),
  ]
  const { said, stop } = told(fromConsentMode(dataLayer))
  const update = (given: object) => dataLayer.push(gtagArguments('consent', 'update', given))
  update({ ad_storage: 'denied' })
  update({ personalization_storage: 'granted' })
  dataLayer.push(gtagArguments('event', 'consent', { personalization_storage: 'denied' }), null, 7)
  update({ personalization_storage: 'denied' })
  expect(said).toEqual([false, false, true, false])
  stop()
  update({ personalization_storage: 'granted' })
  expect(said).toHaveLength(4)
  const two = told(fromConsentMode([...dataLayer], ['personalization_storage', 'ad_storage']))
  expect(two.said.at(-1)).toBe(false)
})

test('Consent Mode: a default for some regions never grants, one for all does', () => {
  const region = { personalization_storage: 'granted', region: ['US'] }
  const some = [gtagArguments('consent', 'default', region)]
  expect(told(fromConsentMode(some)).said).toEqual([false])
  const all = [gtagArguments('consent', 'default', { personalization_storage: 'granted' })]
  expect(told(fromConsentMode(all)).said).toEqual([true])
})

function platform() {
  const callbacks = new Map<number, (data: unknown, success: boolean) => void>()
  const api: TcfApi = (command, _, callback, id) => {
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

test('TCF: each purpose, as given to the shop itself or else at all; not while its window is open', () => {
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

test('nothing is made before a yes, and nothing is left after a no', async () => {
  const dataLayer: unknown[] = []
  const say = (word: string) =>
    dataLayer.push(gtagArguments('consent', 'update', { personalization_storage: word }))
  const personalizer = createFakePersonalizer([])
  const erase = vi.spyOn(personalizer, 'erase')
  const close = vi.spyOn(personalizer, 'close')
  const create = vi.fn(async () => personalizer)
  const show = vi.fn()
  withConsent(fromConsentMode(dataLayer), { create, show })
  say('denied')
  await Promise.resolve()
  expect(create).not.toHaveBeenCalled()
  say('granted')
  await expect.poll(() => show.mock.calls).toEqual([[personalizer]])
  say('granted')
  say('denied')
  await expect.poll(() => close.mock.calls.length).toBe(1)
  expect(show.mock.lastCall).toEqual([null])
  expect(erase).toHaveBeenCalledOnce()
  expect(erase.mock.invocationCallOrder[0]).toBeLessThan(close.mock.invocationCallOrder[0])
  say('granted')
  await expect.poll(() => create.mock.calls.length).toBe(2)
})

test('a yes that is taken back while the personalizer starts: it is never shown; what fails is told', async () => {
  let listener: (allowed: boolean) => void = () => undefined
  const personalizer = createFakePersonalizer([])
  const gone = new Error('the disk refuses')
  vi.spyOn(personalizer, 'erase').mockRejectedValue(gone)
  const close = vi.spyOn(personalizer, 'close')
  let ready = () => {}
  const create = () =>
    new Promise<typeof personalizer>((resolve) => {
      ready = () => resolve(personalizer)
    })
  const [show, failed] = [vi.fn(), vi.fn()]
  withConsent(
    (told) => {
      listener = told
      return () => undefined
    },
    { create, show, failed },
  )
  listener(true)
  await Promise.resolve()
  listener(false)
  ready()
  await expect.poll(() => close.mock.calls.length).toBe(1)
  await expect.poll(() => failed.mock.calls).toEqual([[gone]])
  expect(show.mock.calls).toEqual([[null]])
})
