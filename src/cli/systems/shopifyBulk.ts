/**
 * @module Reads a large list of a Shopify shop as a bulk operation: the shop writes all entries into one file, and this
 * request doesn't count toward the API's limit of points.
 * @see https://shopify.dev/docs/api/usage/bulk-operations/queries
 */
import { isRecord } from '@nearside/core/isRecord.ts'
import { jsonOrNull } from '@nearside/core/reading.ts'
import { askGraphql, readersOf, refusal, type ShopApi } from './ask.ts'
import { fetchWhole } from './fetchWhole.ts'

const RUN = `mutation ($query: String!) { bulkOperationRunQuery(query: $query) {
  bulkOperation { id } userErrors { message } } }`
const LOOK = `query ($id: ID!) { node(id: $id) { ... on BulkOperation {
  status objectCount url } } }`

const { anyText, object, orNull } = readersOf('Shopify')
const readRun = object({
  bulkOperationRunQuery: object({ bulkOperation: orNull(object({ id: anyText })) }),
})
const readLook = object({
  node: object({ status: anyText, objectCount: anyText, url: orNull(anyText) }),
})

/** Maximum milliseconds between two requests for the bulk operation's state. */
const SLOWEST = 10_000
/** Maximum number of requests for the bulk operation's state; together they take about an hour. */
const MOST_LOOKS = 360

type Access = Pick<Parameters<typeof askGraphql>[1], 'secret' | 'ifRefused'>

/**
 * @param query query without variables; its connections have `edges`
 * @returns all objects; each entry of a connection names its parent in `__parentId`. Null if the shop can't start or
 *   finish the operation, e.g. while the app runs another operation
 * @throws NearsideError `input-invalid` if the API refuses a request or the file is incomplete, `aborted` if the signal
 *   aborts
 */
export async function readBulk(api: ShopApi, access: Access, query: string) {
  const run = await askGraphql(api, { query: RUN, variables: { query }, read: readRun, ...access })
  const { id } = run.bulkOperationRunQuery.bulkOperation ?? {}
  if (id === undefined) return null
  for (let looks = 0; looks < MOST_LOOKS; looks++) {
    await api.wait(Math.min(500 * 2 ** looks, SLOWEST))
    const look = { query: LOOK, variables: { id }, read: readLook, ...access }
    const { status, objectCount, url } = (await askGraphql(api, look)).node
    if (/^(CREATED|RUNNING)$/.test(status)) continue
    return status === 'COMPLETED' && url ? readLines(api, url, Number(objectCount)) : null
  }
  return null
}

/** The file has a signed address of Shopify's storage, so no token is sent. */
async function readLines(api: ShopApi, url: string, count: number) {
  const { response, body } = await fetchWhole(url, {}, api)
  const lines = new TextDecoder().decode(body).split('\n').filter(Boolean)
  const objects = response.ok ? lines.map(jsonOrNull).filter(isRecord) : []
  if (objects.length !== count)
    throw refusal(url, `has ${objects.length} of ${count} objects: run the command again`)
  return objects
}
