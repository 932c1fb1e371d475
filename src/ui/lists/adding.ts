/** @module Puts listed items into the shop's basket and reports whether this worked, for React and custom element. */
import type { Words } from '@nearside/browser/page/words.ts'
import type { Item } from '@nearside/core/catalog/item.ts'
import type { ListKey } from '../messages/lists.ts'

/** Message of a list after a press on one of its buttons. */
export interface Said {
  readonly text: string
  readonly isWrong: boolean
}

/** Visible text of a button, and its name for screen readers. */
export function addText(items: readonly Item[], words: Words<ListKey>): readonly [string, string] {
  if (items.length > 1) {
    const all = words('add.all', { n: items.length })
    return [all, all]
  }
  return [words('add'), `${words('add')}: ${items[0].title ?? items[0].id}`]
}

/** @param onAdd the shop's own function; if it rejects or throws, the error also goes to the page's error reporting */
export async function add(
  items: readonly Item[],
  onAdd: (items: readonly Item[]) => unknown,
  words: Words<ListKey>,
): Promise<Said> {
  try {
    await onAdd(items)
  } catch (error) {
    reportError(error)
    return { text: words('add.failed'), isWrong: true }
  }
  const [{ id, title = id }] = items
  const text =
    items.length > 1 ? words('added.all', { n: items.length }) : words('added', { title })
  return { text, isWrong: false }
}

/** The button to focus when a button is about to leave the page: the next button of its list, else the previous. */
export function neighbour(button: Element, list: ParentNode | null): HTMLElement | undefined {
  const all = [...(list?.querySelectorAll<HTMLElement>('.ns-add button') ?? [])]
  const at = all.indexOf(button as HTMLElement)
  return all[at + 1] ?? all[at - 1]
}
