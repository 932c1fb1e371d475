import { emptyApp } from '@nearside/aggregate/server/http.ts'
import { DAY } from '@nearside/core/time.ts'
import { beforeEach, describe, expect, test } from 'vitest'
import { createLogin } from './login.ts'

const ORIGIN = 'https://studio.shop.example'
const PASSWORD = 'correct horse battery'
const MINUTE = 60_000
let now = Date.now()
let app: ReturnType<typeof emptyApp>

async function newApp(origin = ORIGIN, password = PASSWORD) {
  const made = emptyApp()
  const addressOf = (c: { req: { header(name: string): string | undefined } }) =>
    c.req.header('from') ?? ''
  const login = await createLogin({ origin, password, addressOf, now: () => now })
  login(made)
  made.get('/', (c) => c.text('the studio'))
  made.get('/studio.js', (c) => c.text('script'))
  made.post('/api/save', (c) => c.text('saved'))
  return made
}
beforeEach(async () => {
  app = await newApp()
})

const form = { 'content-type': 'application/x-www-form-urlencoded' }
const tryPassword = (password: string, headers: Record<string, string> = {}) =>
  app.request(`${ORIGIN}/login`, {
    method: 'POST',
    headers: { origin: ORIGIN, ...form, ...headers },
    body: new URLSearchParams({ password }),
  })
/** Logs in and returns the cookie as a browser sends it. */
async function cookieOf(answer: Response | Promise<Response> = tryPassword(PASSWORD)) {
  return (await answer).headers.get('set-cookie')?.split(';')[0] ?? ''
}
const post = (path: string, cookie: string, origin: string | null = ORIGIN) =>
  app.request(ORIGIN + path, { method: 'POST', headers: { cookie, ...(origin && { origin }) } })
const open = async (cookie = '') =>
  (await app.request(`${ORIGIN}/`, { headers: { cookie } })).text()

test('the right password opens a session, whose cookie is useless to scripts and other sites', async () => {
  const answer = await tryPassword(PASSWORD)
  expect([answer.status, answer.headers.get('location')]).toEqual([303, '/'])
  const set = answer.headers.get('set-cookie') ?? ''
  expect(set).toMatch(/^__Host-nearside-studio=[\w-]{43}; /)
  for (const part of ['Path=/', 'HttpOnly', 'Secure', 'SameSite=Strict'])
    expect(set.split('; ')).toContain(part)
  expect(set).not.toContain('Domain')
  const cookie = await cookieOf(answer)
  expect(await open(cookie)).toBe('the studio')
  expect((await post('/api/save', cookie)).status).toBe(200)
})

test('on this machine without TLS, the cookie works without the attribute Secure', async () => {
  app = await newApp('http://localhost:8080')
  const cookie = await cookieOf(tryPassword(PASSWORD, { origin: 'http://localhost:8080' }))
  expect(cookie).toMatch(/^nearside-studio=/)
  expect(await open(cookie)).toBe('the studio')
})

describe('a stranger', () => {
  test('a visitor without a session gets the login page, and the same refusal for each other path', async () => {
    const page = await app.request(`${ORIGIN}/`)
    expect(await page.text()).toContain('type="password"')
    expect(page.headers.get('content-security-policy')).toContain("frame-ancestors 'none'")
    expect(page.headers.get('cache-control')).toBe('no-store')
    const refusals = ['/studio.js', '/api/start', '/nowhere', '/login'].map(async (path) => {
      const answer = await app.request(ORIGIN + path)
      return `${answer.status} ${await answer.text()}`
    })
    const [first, ...others] = await Promise.all(refusals)
    expect(first).toMatch(/^401 .*token-refused/)
    for (const other of others) expect(other).toBe(first)
  })

  test.each(['', 'wrong', PASSWORD.toUpperCase(), `${PASSWORD} `, PASSWORD.slice(0, -1)])(
    'the password “%s” opens no session',
    async (password) => {
      const answer = await tryPassword(password)
      expect([answer.status, answer.headers.get('set-cookie')]).toEqual([403, null])
    },
  )

  test('a login form without a password, with a file or too long opens no session', async () => {
    const file = new FormData()
    file.set('password', new File([PASSWORD], 'password'))
    const bodies = [[new URLSearchParams(), 403] as const, [file, 403] as const]
    for (const [body, status] of bodies) {
      const headers = { origin: ORIGIN }
      const answer = await app.request(`${ORIGIN}/login`, { method: 'POST', headers, body })
      expect(answer.status).toBe(status)
    }
    expect((await tryPassword('x'.repeat(5000))).status).toBe(413)
  })

  test('a guessed cookie opens no session', async () => {
    const cookie = await cookieOf()
    const [name, value] = cookie.split('=')
    const last = value.endsWith('A') ? 'E' : 'A'
    const guesses = ['', 'undefined', value.slice(0, -1) + last, 'A'.repeat(43), '__proto__']
    for (const guess of guesses) {
      expect(await open(`${name}=${guess}`)).toContain('type="password"')
      expect((await post('/api/save', `${name}=${guess}`)).status).toBe(401)
    }
    expect(await open(cookie)).toBe('the studio')
  })

  test.each(['https://evil.example', 'null', 'http://studio.shop.example', null])(
    'a request from the origin %s neither logs in nor saves, even with a session',
    async (origin) => {
      const cookie = await cookieOf()
      expect((await post('/api/save', cookie, origin)).status).toBe(403)
      expect((await post('/api/logout', cookie, origin)).status).toBe(403)
      const headers = { ...form, ...(origin && { origin }) }
      const body = new URLSearchParams({ password: PASSWORD })
      const answer = await app.request(`${ORIGIN}/login`, { method: 'POST', headers, body })
      expect([answer.status, answer.headers.get('set-cookie')]).toEqual([403, null])
    },
  )
})

describe('too many attempts', () => {
  test('after five attempts from an address even the right password waits; other addresses and sessions go on', async () => {
    const cookie = await cookieOf(tryPassword(PASSWORD, { from: 'b' }))
    for (let n = 0; n < 5; n++) expect((await tryPassword('wrong', { from: 'a' })).status).toBe(403)
    const refused = await tryPassword(PASSWORD, { from: 'a' })
    expect([refused.status, refused.headers.get('set-cookie')]).toEqual([429, null])
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0)
    expect(await open(cookie)).toBe('the studio')
    expect((await tryPassword(PASSWORD, { from: 'b' })).status).toBe(303)
    now += MINUTE
    expect((await tryPassword(PASSWORD, { from: 'a' })).status).toBe(303)
  })

  test('attempts from many addresses together are limited, too', async () => {
    const tried: number[] = []
    // An attempt without a password in the form still counts.
    for (let n = 0; n < 61; n++) tried.push((await tryPassword('', { from: `${n}` })).status)
    expect(tried.slice(0, 60)).not.toContain(429)
    expect(tried[60]).toBe(429)
  })

  test('strangers who use up the attempts that all addresses share don’t lock out an address that has logged in', async () => {
    expect((await tryPassword(PASSWORD, { from: 'owner' })).status).toBe(303)
    for (let n = 0; n < 60; n++) await tryPassword('', { from: `${n % 12}` })
    expect((await tryPassword(PASSWORD, { from: 'other' })).status).toBe(429)
    expect((await tryPassword(PASSWORD, { from: 'owner' })).status).toBe(303)
    // Attempts from the owner's address itself stay limited.
    for (let n = 0; n < 3; n++) await tryPassword('', { from: 'owner' })
    expect((await tryPassword(PASSWORD, { from: 'owner' })).status).toBe(429)
  })
})

describe('the end of a session', () => {
  test('a session ends after 30 minutes without a request, and after 12 hours in any case', async () => {
    const cookie = await cookieOf()
    for (let minutes = 0; minutes < 12 * 60; minutes += 29) {
      expect(await open(cookie)).toBe('the studio')
      now += 29 * MINUTE
    }
    expect(await open(cookie)).toContain('type="password"')
    const idle = await cookieOf()
    now += 31 * MINUTE
    expect((await post('/api/save', idle)).status).toBe(401)
    now -= 31 * MINUTE
    expect((await post('/api/save', idle)).status).toBe(401)
  })

  test('a clock that was set back doesn’t lengthen a session', async () => {
    const cookie = await cookieOf()
    now -= DAY
    expect(await open(cookie)).toContain('type="password"')
  })

  test('after a logout, the cookie opens no session', async () => {
    const [cookie, other] = [await cookieOf(), await cookieOf()]
    const answer = await post('/api/logout', cookie)
    expect(answer.status).toBe(204)
    expect(answer.headers.get('set-cookie')).toMatch(/^__Host-nearside-studio=; .*Max-Age=0/)
    expect(await open(cookie)).toContain('type="password"')
    expect(await open(other)).toBe('the studio')
  })

  test('a new login ends the session that the browser had', async () => {
    const before = await cookieOf()
    const after = await cookieOf(tryPassword(PASSWORD, { cookie: before }))
    expect(await open(before)).toContain('type="password"')
    expect(await open(after)).toBe('the studio')
  })
})

test.each([
  [ORIGIN, ''],
  [ORIGIN, 'fifteen letters'],
  ['http://studio.shop.example', PASSWORD],
  ['https://shop.example/studio', PASSWORD],
  ['https://studio.shop.example/', PASSWORD],
  ['studio.shop.example', PASSWORD],
  ['javascript:alert(1)', PASSWORD],
])('a studio at %s with the password “%s” does not start', async (origin, password) => {
  await expect(newApp(origin, password)).rejects.toMatchObject({ code: 'input-invalid' })
})
