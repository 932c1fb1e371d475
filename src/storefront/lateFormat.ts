/**
 * @module Formats that are made when they are first needed. A page's first one takes a slow phone a
 * tenth of a second, so none may be made while a script is only being loaded.
 */

interface Format {
  format(value: number): string
}

export function lateFormat(make: () => Format): (value: number) => string {
  let made: Format | null = null
  return (value) => {
    made ??= make()
    return made.format(value)
  }
}
