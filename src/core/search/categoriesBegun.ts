/** @module Finds the categories that a query could mean. */

const LEAST_LETTERS = 3

/**
 * Categories that have a word which begins with the query, in the given order; none if the query has fewer than three
 * letters.
 * @param text a category's name on screen; default: the category itself
 */
export function categoriesBegun(
  categories: readonly string[],
  query: string,
  text: (category: string) => string = (category) => category,
): readonly string[] {
  const asked = query.toLowerCase()
  if (asked.length < LEAST_LETTERS) return []
  return categories.filter((name) =>
    text(name)
      .split(' ')
      .some((word) => word.toLowerCase().startsWith(asked)),
  )
}
