/** @module Categories that a query may mean. */

/** Of the beginning of a category's word. */
const LEAST_LETTERS = 3

/** Those with a word that begins so, in their order; none for fewer than three letters. */
export function categoriesBegun(categories: readonly string[], query: string): readonly string[] {
  const asked = query.toLowerCase()
  if (asked.length < LEAST_LETTERS) return []
  return categories.filter((name) =>
    name.split(' ').some((word) => word.toLowerCase().startsWith(asked)),
  )
}
