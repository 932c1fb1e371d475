import { expect, test } from 'vitest'
import { MOST_FILE, openTransfer, sealTransfer } from './transfer.ts'

const HELD = { shop: 'https://shop.test', events: [{ id: 'a', query: 'Weihnachtsbäume' }] }

test('a transfer file opens only with its code, in any spelling of the code', async () => {
  const { file, code } = await sealTransfer(HELD)
  expect(code).toMatch(/^([0-9A-HJKMNP-TV-Z]{4}-){3}[0-9A-HJKMNP-TV-Z]{4}$/)
  expect(await openTransfer(file, code)).toEqual(HELD)
  const misread = code.toLowerCase().replace(/0/g, 'o').replace(/1/g, 'l').replace(/-/g, ' ')
  expect(await openTransfer(file, ` ${misread} `)).toEqual(HELD)
  const other = `${code.slice(0, -1)}${code.endsWith('7') ? '8' : '7'}`
  for (const wrong of [other, code.slice(1), '', `${code}${code}`])
    await expect(openTransfer(file, wrong)).rejects.toMatchObject({ code: 'transfer-locked' })
})

test('two transfer files share no code, salt or nonce, and neither shows its content', async () => {
  const files = await Promise.all([1, 2].map(() => sealTransfer(HELD)))
  const parts = files.flatMap(({ file, code }) => [
    code,
    JSON.parse(file).salt,
    JSON.parse(file).iv,
  ])
  expect(new Set(parts).size).toBe(6)
  for (const { file, code } of files) {
    expect(file).not.toContain('shop.test')
    expect(file).not.toContain(code)
  }
})

test('a changed or truncated file, or one that isn’t a transfer file, is refused', async () => {
  const { file, code } = await sealTransfer(HELD)
  const parts = JSON.parse(file) as Record<'format' | 'salt' | 'iv' | 'sealed', string>
  const flipped = (text: string) => `${text[0] === 'A' ? 'B' : 'A'}${text.slice(1)}`
  const changed = (part: Partial<typeof parts>) => JSON.stringify({ ...parts, ...part })
  for (const part of ['salt', 'iv', 'sealed'] as const)
    await expect(
      openTransfer(changed({ [part]: flipped(parts[part]) }), code),
    ).rejects.toMatchObject({ code: 'transfer-locked' })
  const cut = parts.sealed.slice(0, 4 * Math.floor(parts.sealed.length / 8))
  await expect(openTransfer(changed({ sealed: cut }), code)).rejects.toMatchObject({
    code: 'transfer-locked',
  })
  const odd = [
    '',
    '{}',
    'null',
    file.slice(0, -2),
    changed({ format: 'nearside transfer 2' }),
    changed({ iv: '' }),
    changed({ sealed: '#' }),
    ' '.repeat(MOST_FILE + 1),
  ]
  for (const file of odd)
    await expect(openTransfer(file, code)).rejects.toMatchObject({ code: 'transfer-invalid' })
})

test('a small file that unpacks to too much data is refused', async () => {
  const { file, code } = await sealTransfer('a'.repeat(33 << 20))
  expect(file.length).toBeLessThan(MOST_FILE)
  await expect(openTransfer(file, code)).rejects.toMatchObject({ code: 'transfer-invalid' })
})
