import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { SqlEngine } from './engine.ts'
import { readLog } from './readLog.ts'
import { openSource } from './source.ts'

const UCI = 'InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country\n'
const GOOD = ['1', '22222', 'TEA', '1', '2011-01-01 10:00', '2', 'ann', 'UK']
const field = fc.constantFrom('', 'C1', '85123A', '-1', '0', '3', '2011-01-01', 'x,"y', '1.5')
const lines = fc.array(fc.array(field, { minLength: 6, maxLength: 9 }), { maxLength: 120 })

test('kept and dropped lines add up to the lines read', () =>
  // All random logs share one engine: starting it takes longer than reading a few lines.
  SqlEngine.use(async (engine) => {
    await engine.runFile('event')
    const path = join(engine.folder, 'orders.csv')
    await fc.assert(
      fc.asyncProperty(lines, async (some) => {
        const rows = [GOOD, ...some.filter((row) => row.some((text) => text !== ''))]
        const quoted = (text: string) => `"${text.replaceAll('"', '""')}"`
        await writeFile(path, UCI + rows.map((row) => `${row.map(quoted).join(',')}\n`).join(''))
        await engine.run('DELETE FROM event')
        const { lines, kept, dropped } = await readLog(
          engine,
          await openSource(engine, path),
          { columns: {} },
          false,
        )
        const left = Object.values(dropped).reduce((sum, count) => sum + count, 0)
        expect(lines).toBe(rows.length)
        expect(kept + left).toBe(lines)
        expect(await engine.row('SELECT count(*)::INTEGER AS events FROM event')).toEqual({
          events: kept,
        })
      }),
      { numRuns: 60 },
    )
  }))
