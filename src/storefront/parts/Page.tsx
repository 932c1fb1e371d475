/** @module Frame of a page: its title, and a focusable heading. */
import { type ReactNode, useLayoutEffect } from 'react'

export const SHOP_NAME = 'Nearside Gifts'

interface PageProps {
  readonly title: string
  /** Heading; default: the title. */
  readonly heading?: ReactNode
  readonly children: ReactNode
  readonly className?: string
}

export function Page({ title, heading = title, children, className = '' }: PageProps) {
  useTitle(title)
  return (
    <div className={`page ${className}`}>
      <h1 tabIndex={-1}>{heading}</h1>
      {children}
    </div>
  )
}

export const fullTitle = (title: string): string => `${title} · ${SHOP_NAME}`

export function useTitle(title: string): void {
  // This runs in a layout effect, so that the title is set before the focus moves to the page's heading.
  useLayoutEffect(() => {
    document.title = fullTitle(title)
  }, [title])
}
