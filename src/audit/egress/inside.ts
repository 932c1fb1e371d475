/**
 * @module Child process that proves which data leave a browser in a shop. It receives one `Order`, and sends lines of
 * progress, then the outcome.
 */
import { createHash, randomInt } from 'node:crypto'
import { pathToFileURL } from 'node:url'
import { stripVTControlCharacters } from 'node:util'
import { NearsideError, type WireError } from '@nearside/core/error.ts'
import type { Page } from 'playwright-core'
import { BLANK, byLog, inJail } from './ground.ts'
import { readRequests } from './http.ts'
import { nameAsked } from './judge.ts'
import { makeProbeMark } from './marks.ts'
import { type Order, type Outcome, sitesOf } from './order.ts'
import { learnPlain } from './plainRequests.ts'
import { PROBES } from './probes.ts'
import { type ShopperOutcome, tryProbes, watchShopper } from './stages.ts'
import { compareAgain, compareShoppers, listOf } from './twoShoppers.ts'
import { anyShopper, type ShopperScript } from './visit.ts'

/** Maximum number of comparisons of two shoppers. */
const ROUNDS = 4

export type ProofMessage =
  | { readonly kind: 'progress'; readonly line: string }
  | { readonly kind: 'done'; readonly outcome: Outcome }
  | { readonly kind: 'failed'; readonly error: WireError }

const send = (message: ProofMessage) => process.send?.(message)
const say = (line: string) => send({ kind: 'progress', line })
process.once('disconnect', () => process.exit(1))
process.once('message', (order: Order) =>
  prove(order)
    .then((outcome) => send({ kind: 'done', outcome }))
    .catch((error) => {
      const wire = NearsideError.from(error, 'worker-failed', 'the proof failed').toWire()
      // The command prints only an error's first line; Playwright's further lines, sent here, name the element it
      // waited for.
      if (wire.message.includes('\n')) say(stripVTControlCharacters(wire.message))
      send({ kind: 'failed', error: wire })
    }),
)

async function prove(order: Order): Promise<Outcome> {
  const { method, url, script, declared, events, idle } = order
  const ground = await (method === 'capture' ? inJail(order) : byLog(order))
  const { proxy, shopAt, nameOf, watch } = ground

  say('a blank page: what the browser asks for by itself')
  const blank = await watch()
  const { blankPage } = ground
  await blankPage.look(blank.context)
  await leaveAlone(await blank.context.newPage())
  const browserVersion = blank.context.browser()?.version()
  const sent = await blank.end()
  blankPage.close()
  const asked = sent.map(nameAsked).filter((name) => name !== null)
  const blanks = [BLANK, ...blankPage.hosts.map((host) => `http://${host}`)]
  const ours = blanks.map((url) => new URL(url).hostname)
  const browserNames = new Set(asked.filter((name) => !ours.includes(name)))
  ground.refuse(browserNames)
  const plain = sent.filter(
    ({ protocol, to }) => protocol === 'tcp' && to.endsWith(`:${blankPage.port}`),
  )
  const rules = {
    shopAt,
    origins: sitesOf(order).map(({ origin }) => origin),
    declared: (path: string) =>
      declared ? declared.some((glob) => matches(glob, path)) : proxy.first.has(path),
    browserNames,
    nameOf,
    plain: learnPlain(plain.flatMap(({ bytes }) => readRequests(bytes) ?? [])),
    gave: proxy.gave,
  }

  const shopper: ShopperScript = script ? await import(pathToFileURL(script).href) : anyShopper
  const random = () => randomInt(2 ** 32) / 2 ** 32
  const visitBy = async (isSecond: boolean) => {
    say(isSecond ? 'another shopper, who does something else' : 'a shopper')
    const visit = { url, marks: order.marks, events, idle, isSecond, say }
    proxy.begin()
    const watched = await watchShopper(await watch(), shopper, visit, proxy.settle, rules)
    shoppers.push(watched.outcome)
    serviceWorker ??= watched.serviceWorker
    return proxy.asked()
  }
  const shoppers: ShopperOutcome[] = []
  let serviceWorker: string | null = null
  const compare = async () => {
    const difference = compareShoppers(await visitBy(false), await visitBy(true))
    for (const line of listOf(difference)) say(`difference between the two shoppers: ${line}`)
    return difference
  }
  const difference = await compareAgain(compare, ROUNDS)

  const mark = () => makeProbeMark(random)
  say(`${PROBES.length} channels, with the shop’s policy lifted`)
  proxy.lift(true)
  const begun = Date.now()
  const lifted = await tryProbes(await watch(true), url, serviceWorker, mark, 0, rules)
  say('the same under the shop’s policy')
  proxy.lift(false)
  const least = Date.now() - begun
  const policed = await tryProbes(await watch(true), url, serviceWorker, mark, least, rules)
  return {
    method,
    browser: `Chromium ${browserVersion}`,
    browserNames: [...browserNames].sort(),
    declared: declared?.length ?? proxy.first.size,
    headers: await proxy.headers(),
    shoppers,
    difference,
    probes: PROBES.map(({ name, kind, where }, at) => ({
      ...{ name, kind, where },
      lifted: lifted[at],
      policed: policed[at],
    })),
    declaredHash: createHash('sha256')
      .update((declared ?? [...proxy.first]).join('\n'))
      .digest('hex'),
  }
}

/** Types a word into a plain form, to observe the requests about forms that browsers send to their vendor. */
async function leaveAlone(page: Page): Promise<void> {
  await page.goto(BLANK)
  await page.setContent('<form><input type="search" name="q"><input type="submit"></form>')
  await page.locator('[name=q]').pressSequentially('blank')
  await page.waitForTimeout(5000)
}

/** Matches a path; `*` stands for any characters except a slash. */
function matches(glob: string, path: string): boolean {
  if (!glob.includes('*')) return glob === path
  const pattern = glob.replace(/[.+?^${}()|[\]\\]/g, '\\$&').replaceAll('*', '[^/]*')
  return new RegExp(`^${pattern}$`).test(path)
}
