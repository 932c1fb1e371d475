/** @module Fetches model, catalog, rules and the aggregators' terms with the device's own code, and checks them. */
import { beyondLimits } from '@nearside/aggregate/protocol/beyondLimits.ts'
import { DEVICE_LIMITS } from '@nearside/aggregate/protocol/deviceLimits.ts'
import { agreeTask } from '@nearside/browser/contribution/agreeTask.ts'
import { fetchModel } from '@nearside/browser/learning/modelSource.ts'
import type { Transport } from '@nearside/browser/transport/http.ts'
import { createTailFiles } from '@nearside/browser/worker/tailFiles.ts'
import { sha256Hex } from '@nearside/core/bytes.ts'
import { Catalog } from '@nearside/core/catalog/catalog.ts'
import { parseLive } from '@nearside/core/catalog/parseLive.ts'
import { NearsideError } from '@nearside/core/error.ts'
import type { BaseModel } from '@nearside/core/model/baseModel.ts'
import { readJson } from '@nearside/core/reading.ts'
import {
  type Finding,
  failed,
  findingsAbout,
  foreignFinding,
  staleFinding,
} from '../publish/finding.ts'
import type { PageOptions } from '../publish/pageOptions.ts'
import { mayFollow, releaseFindings, rulesSignature } from '../publish/releaseFindings.ts'
import { ruleFindings } from '../publish/ruleFindings.ts'
import { isStale, LIVE_JSON } from '../sync/liveJson.ts'
import { type Answer, type Asker, isHtml } from './asker.ts'
import { changingFindings, fixedFindings, originFindings, packingFindings } from './headers.ts'

export interface Visit {
  /** Options of the page, with absolute URLs. */
  readonly shop: PageOptions
  /** URL of the page. */
  readonly page: string
  /** Sends the requests of `transport`, and stores their answers. */
  readonly asker: Asker
  readonly transport: Transport
  /** Current time, milliseconds since the epoch. */
  readonly now: number
}

export async function examineModel({ shop, page, asker, transport, now }: Visit) {
  const { ok, warning, error } = findingsAbout('model')
  const { baseModel: directory, modelKeys, latest: rendered = null } = shop
  try {
    const fetched = await fetchModel({
      transport,
      directory,
      kept: null,
      now,
      check: (latest) => mayFollow(latest, modelKeys, rendered, now),
    })
    const loaded = fetched?.loaded ?? null
    if (!loaded?.latest) return { findings: [], loaded }
    const { version } = loaded.latest
    const { tail } = loaded.model.manifest
    if (tail) {
      const reading = { config: { baseModel: directory }, now: () => now, transport }
      const read = createTailFiles(reading, loaded.model)
      await Promise.all([read.shard(0), read.ofId(''), read.ofDepartment(''), read.ofQuery('')])
    }
    const pointer = asker.answers.get(`${directory}latest.json`)
    const files = [version, ...(tail ? [tail.folder] : [])].flatMap((folder) =>
      answersBelow(asker, `${directory}${folder}/`),
    )
    const findings = [
      ok(
        `Version ${version} with ${loaded.model.itemIds.length} items: every file matches the manifest.`,
      ),
      ...failed(
        !rendered ||
          rendered.manifest === loaded.latest.manifest ||
          warning(
            `The page begins with version ${rendered.version}: replace its snippet with the new one.`,
          ),
      ),
      ...releaseFindings(loaded.latest, modelKeys, now),
      ...(pointer ? changingFindings('latest.json', pointer) : []),
      ...fixedFindings('model', files),
      ...packingFindings('model', files),
      ...originFindings('model', files, shop.vault ?? page),
    ]
    return { findings, loaded }
  } catch (thrown) {
    const text = explain(thrown, answersBelow(asker, directory), 'publish the model again')
    return { findings: [error(text)], loaded: null }
  }
}

export async function examineCatalog({ shop, page, asker, transport, now }: Visit) {
  const { error } = findingsAbout('catalog')
  try {
    const bytes = await transport.get(shop.catalog, 'catalog')
    const catalog = Catalog.parse(readJson(bytes, 'catalog-invalid', 'The catalog is no JSON'), now)
    const version = await sha256Hex(bytes)
    const answer = asker.answers.get(shop.catalog)
    const findings = answer
      ? [
          ...changingFindings('catalog', answer),
          ...packingFindings('catalog', [answer]),
          ...originFindings('catalog', [answer], shop.vault ?? page),
        ]
      : []
    return { catalog, version, findings }
  } catch (thrown) {
    const todo = 'have the server send an array of items there'
    const text = explain(thrown, answersBelow(asker, shop.catalog), todo)
    return { catalog: null, version: '', findings: [error(text)] }
  }
}

/** @param catalog null if it can't be fetched; then only the rules' form is checked */
export async function examineRules(
  { shop, asker, transport, now }: Visit,
  catalog: Catalog | null,
  model: BaseModel | null,
): Promise<Finding[]> {
  const { error } = findingsAbout('rules')
  if (!shop.rules) return []
  try {
    const bytes = await transport.get(shop.rules, 'rules')
    const rules = readJson(bytes, 'rules-invalid', 'The rules are no JSON')
    // The file of a large catalog lacks the less popular products, so only the form of the rules is checked.
    const all = model?.manifest.tail ? null : catalog
    const findings = ruleFindings(rules, all, model, now)
    return [...findings, ...(await rulesSignature(rules, shop.modelKeys, now))]
  } catch (thrown) {
    const todo = 'fix the file, or remove it from the page'
    return [error(explain(thrown, answersBelow(asker, shop.rules), todo))]
  }
}

/** URL of the page's `live.json`; for a page that doesn't name one, the URL at which `sync` writes it. */
export const liveAddress = ({ catalog, live }: PageOptions) =>
  live ?? new URL(LIVE_JSON, catalog).href

/**
 * @param catalog SHA-256 of the catalog's file
 * @param isSnippet whether the page has the snippet that `publish` writes
 */
export async function examineLive(
  { shop, page, asker, transport, now }: Visit,
  catalog: string,
  isSnippet: boolean,
): Promise<Finding[]> {
  const { ok, warning, error } = findingsAbout('live')
  const address = liveAddress(shop)
  try {
    const bytes = await transport.get(address, 'catalog')
    const live = parseLive(readJson(bytes, 'catalog-invalid', 'live.json is no JSON'))
    const { changed, gone, added, minutes, time } = live
    const answer = asker.answers.get(address)
    return [
      ...failed(
        !isSnippet ||
          shop.live !== undefined ||
          warning('The page doesn’t read live.json: replace its snippet with the new one.'),
      ),
      live.catalog === catalog
        ? ok(
            `${changed.length} products changed, ${gone.length} gone, ${added.length} new since the catalog; devices ask every ${minutes} min.`,
          )
        : foreignFinding,
      isStale(live, now) ? staleFinding(live) : ok(`Confirmed at ${time}.`),
      ...(answer ? changingFindings('live', answer) : []),
      ...(answer ? originFindings('live', [answer], shop.vault ?? page) : []),
    ]
  } catch (thrown) {
    // A page that names no live.json needs none.
    if (!shop.live) return []
    const todo = 'run nearside sync, or remove it from the page'
    return [error(explain(thrown, answersBelow(asker, address), todo))]
  }
}

export async function examineFederation(visit: Visit): Promise<Finding[]> {
  const { shop, page, asker, transport } = visit
  const { ok, error } = findingsAbout('aggregators')
  if (!shop.federation) return []
  try {
    const { leader, helper } = shop.federation
    const { round, policy } = await agreeTask(transport, shop.federation)
    const beyond = beyondLimits(policy, DEVICE_LIMITS)
    const answers = [leader, helper].flatMap((address) => answersBelow(asker, address))
    return [
      beyond === null
        ? ok(`Leader and helper show the same terms, round ${round}; devices accept them.`)
        : error(`Devices refuse these terms, except in a demonstration: ${beyond}.`),
      ...originFindings('aggregators', answers, shop.vault ?? page),
    ]
  } catch (thrown) {
    if (thrown instanceof NearsideError && thrown.code === 'round-closed')
      return [ok('Leader and helper answer; no round is open now.')]
    return [error(explain(thrown, [], 'check both servers'))]
  }
}

const answersBelow = ({ answers }: Asker, address: string): Answer[] =>
  [...answers.values()].filter(({ url }) => url.startsWith(address))

function explain(thrown: unknown, answers: readonly Answer[], todo: string): string {
  const page = answers.find((answer) => answer.status === 200 && isHtml(answer))
  const why = page ? `${page.url} is a web page, not a file` : (thrown as Error).message
  return `${why.replace(/\.$/, '')}: ${todo}.`
}
