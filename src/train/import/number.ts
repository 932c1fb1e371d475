/** @module Numbers as people and spreadsheets write them: `£1,234.50`, `2,55 €`, `-3`, `(3)`. */

/** Null for anything that is not one number. */
export function parseAmount(text: string): number | null {
  const bare = text.replace(/[\s\u00a0£$€¥]|^[A-Z]{3}|[A-Z]{3}$/g, '')
  const negative = /^\((.*)\)$/.exec(bare)
  const digits = withDecimalPoint(negative ? `-${negative[1]}` : bare)
  return /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(digits) ? Number(digits) : null
}

/**
 * The last of comma and point is the decimal sign; a lone comma before exactly three digits groups
 * thousands (`1,234`), as does one that occurs twice.
 */
function withDecimalPoint(text: string): string {
  const comma = text.lastIndexOf(',')
  if (comma < 0) return text
  const point = text.lastIndexOf('.')
  if (point > comma) return text.replaceAll(',', '')
  const grouped = point < 0 && (/,\d{3}$/.test(text) || text.indexOf(',') !== comma)
  if (grouped) return /^[+-]?\d{1,3}(,\d{3})+$/.test(text) ? text.replaceAll(',', '') : 'refused'
  return text.replaceAll('.', '').replace(',', '.')
}
