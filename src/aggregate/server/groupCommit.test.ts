import { expect, it } from 'vitest'
import { groupCommit } from './groupCommit.ts'

it('makes one group of what arrives while another is written', async () => {
  const groups: number[][] = []
  const { submit, waiting } = groupCommit(async (items: readonly number[]) => {
    groups.push([...items])
    await new Promise((resolve) => setTimeout(resolve, 1))
    return items.map((item) => item * 2)
  }, 3)
  const results = Promise.all([1, 2, 3, 4, 5, 6].map(submit))
  expect(waiting()).toBe(5)
  expect(await results).toEqual([2, 4, 6, 8, 10, 12])
  expect(groups).toEqual([[1], [2, 3, 4], [5, 6]])
  expect(await submit(7)).toBe(14)
})

it('fails a group as a whole and goes on with the next', async () => {
  const { submit } = groupCommit(async (items: readonly number[]) => {
    if (items.includes(2)) throw new Error('disk full')
    return items
  }, 1)
  const results = await Promise.allSettled([1, 2, 3].map(submit))
  expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
})
