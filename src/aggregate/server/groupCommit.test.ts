import { expect, it } from 'vitest'
import { groupCommit } from './groupCommit.ts'

const submitAll = <Item, Result>(
  submit: (coming: Promise<Item>) => Promise<Result>,
  items: readonly Item[],
) => items.map((item) => submit(Promise.resolve(item)))

it('group commit puts the items that arrive while a group is written into the next group', async () => {
  const groups: number[][] = []
  const submit = groupCommit(async (items: readonly number[]) => {
    groups.push([...items])
    await new Promise((resolve) => setTimeout(resolve, 1))
    return items.map((item) => item * 2)
  }, 3)
  const results = Promise.all(submitAll(submit, [1, 2, 3, 4, 5, 6, 7]))
  expect(await results).toEqual([2, 4, 6, 8, 10, 12, 14])
  expect(groups).toEqual([[1, 2, 3], [4, 5, 6], [7]])
  expect(await submit(Promise.resolve(8))).toBe(16)
})

it('group commit starts the next group only after the promise that `gather` returned has resolved', async () => {
  const groups: number[][] = []
  let isDue = () => {}
  const submit = groupCommit(
    async (items: readonly number[]) => {
      groups.push([...items])
      return items
    },
    3,
    () => new Promise<void>((resolve) => (isDue = resolve)),
  )
  expect(await submit(Promise.resolve(1))).toBe(1)
  const later = submitAll(submit, [2, 3])
  await new Promise(setImmediate)
  expect(groups).toEqual([[1]])
  isDue()
  expect(await Promise.all(later)).toEqual([2, 3])
  expect(groups).toEqual([[1], [2, 3]])
})

it('if writing fails, group commit fails the whole group, then writes the next group', async () => {
  const submit = groupCommit(async (items: readonly number[]) => {
    if (items.includes(2)) throw new Error('disk full')
    return items
  }, 1)
  const results = await Promise.allSettled(submitAll(submit, [1, 2, 3]))
  expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
})

it('group commit waits until all announced items, or as many as fill a group, have arrived or failed', async () => {
  const groups: number[][] = []
  const submit = groupCommit(async (items: readonly number[]) => {
    groups.push([...items])
    return items
  }, 3)
  const settle: (() => void)[] = []
  const coming = [2, 3, 4].map((item) =>
    submit(
      new Promise<number>((resolve, reject) => {
        settle.push(() => (item === 4 ? resolve(item) : reject(new Error(`${item} is none`))))
      }),
    ).catch(({ message }: Error) => message),
  )
  const first = submit(Promise.resolve(1))
  await Promise.resolve()
  expect(groups).toEqual([])
  settle[0]()
  settle[1]()
  // Item 4 has not arrived yet.
  expect(await first).toBe(1)
  expect(groups).toEqual([[1]])
  settle[2]()
  expect(await Promise.all(coming)).toEqual(['2 is none', '3 is none', 4])
  expect(groups).toEqual([[1], [4]])
})
