/** @module A list of full length, of nothing but what the shop can show. */
import type { ListOptions, Recommendation } from '../../device/api.ts'

/**
 * The device may know products that the page does not, one added a moment ago, say: then it is asked
 * for more, until the list is full or there is no more.
 */
export async function fillList(
  ask: (options: ListOptions) => Promise<readonly Recommendation[]>,
  options: ListOptions,
  mayShow: (id: string) => boolean,
): Promise<readonly Recommendation[]> {
  let list = await ask(options)
  const wanted = options.limit ?? list.length
  for (let limit = wanted; ; ) {
    const shown = list.filter(({ id }) => mayShow(id))
    if (shown.length >= wanted || list.length < limit) return shown.slice(0, wanted)
    limit *= 2
    list = await ask({ ...options, limit })
  }
}
