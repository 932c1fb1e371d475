import { expect, test } from 'vitest'
import { serve } from '../testShops.ts'
import { readBulk } from './shopifyBulk.ts'

test('if the command is stopped while Shopify writes the file, reading ends with the code `aborted`', async () => {
  const bulkOperationRunQuery = { bulkOperation: { id: 'gid://shopify/BulkOperation/1' } }
  const { address, asked } = await serve(() => ({ body: { data: { bulkOperationRunQuery } } }))
  const stop = new AbortController()
  const wait = async () => stop.abort()
  const api = { url: address, fetch, timeout: 60_000, signal: stop.signal, now: Date.now, wait }
  const access = { secret: {}, ifRefused: '' }
  await expect(readBulk(api, access, '{ shop }')).rejects.toMatchObject({ code: 'aborted' })
  expect(asked).toHaveLength(1)
})
