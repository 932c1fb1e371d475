/**
 * @module A list whose items glide from their old to their new positions. If the shopper prefers less motion, the items
 * fade instead. https://aerotwist.com/blog/flip-your-animations/
 */
import { Component, type ComponentProps, createRef } from 'react'

type GlidingProps = Omit<ComponentProps<'ul'>, 'ref'>

type Places = ReadonlyMap<string, { readonly x: number; readonly y: number }>

/**
 * This component is a class, because React calls only classes before it changes the document, when the old positions
 * can still be measured.
 */
export class Gliding extends Component<GlidingProps> {
  private readonly list = createRef<HTMLUListElement>()

  override getSnapshotBeforeUpdate(): Places {
    return placesIn(this.list.current)
  }

  override componentDidUpdate(_props: GlidingProps, _state: unknown, before: Places): void {
    glide(this.list.current, before)
  }

  override render() {
    return <ul {...this.props} ref={this.list} />
  }
}

const itemsIn = (list: HTMLElement | null) =>
  [...(list?.querySelectorAll<HTMLElement>('[data-item]') ?? [])].map((card) => ({
    id: card.dataset.item ?? '',
    card,
    element: card.closest('li') ?? card,
  }))

/** Position of each visible item; hidden items are left out. */
function placesIn(list: HTMLElement | null): Places {
  const places = new Map<string, { x: number; y: number }>()
  for (const { id, card, element } of itemsIn(list)) {
    if (!card.checkVisibility({ visibilityProperty: true })) continue
    places.set(id, { x: element.offsetLeft, y: element.offsetTop })
  }
  return places
}

const SLOWLY = { duration: 700, easing: 'cubic-bezier(0.2, 0.8, 0.2, 1)' } as const
/** Opaque background, so that crossing cards stay readable. */
const OPAQUE = { background: 'var(--paper)' }
const FADE = { duration: 250, easing: 'ease-out' } as const

function glide(list: HTMLElement | null, before: Places): void {
  const items = itemsIn(list)
  if (before.size === 0 || items.map(({ id }) => id).join() === [...before.keys()].join()) return
  const still = matchMedia('(prefers-reduced-motion: reduce)').matches
  for (const { id, element } of items) {
    const from = before.get(id)
    const x = from ? from.x - element.offsetLeft : 0
    const y = from ? from.y - element.offsetTop : 0
    if (from && x === 0 && y === 0) continue
    if (still) element.animate([{ opacity: 0 }, { opacity: 1 }], FADE)
    else if (from)
      element.animate([{ transform: `translate(${x}px, ${y}px)`, ...OPAQUE }, OPAQUE], SLOWLY)
    else element.animate([{ opacity: 0, transform: 'translateY(32px) scale(0.9)' }, {}], SLOWLY)
  }
}
