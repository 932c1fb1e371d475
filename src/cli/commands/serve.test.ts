import { chmodSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DEMO_PARAMETERS } from '@nearside/aggregate/protocol/demoParameters.ts'
import { NO_POSTGRES, startPostgres } from '@nearside/aggregate/server/store/testPostgres.ts'
import { createModels } from '@nearside/aggregate/server/testFederation.ts'
import { freePort } from '@nearside/aggregate/server/testPort.ts'
import { createWorkIssuer } from '@nearside/aggregate/server/testTokens.ts'
import { testFolder } from '@nearside/core/testFolder.ts'
import { describe, expect, it, onTestFinished } from 'vitest'
import { runCommand } from '../testCommand.ts'
import { command } from './serve.ts'

/** Runs `serve` until `stop` or the end of the test; resolves once it listens. */
async function start(flags: Record<string, string>) {
  const abort = new AbortController()
  const lines: string[] = []
  let listening: (url: string) => void = () => {}
  const url = new Promise<string>((resolve) => {
    listening = resolve
  })
  const done = runCommand(command, {
    flags: { port: 0, policy: 'demo', operator: flags.role, ...flags },
    print(line) {
      lines.push(line)
      const match = /listening on (http:\/\/[\d.]+:\d+)/.exec(line)
      if (match) listening(match[1])
    },
    signal: abort.signal,
  })
  const stop = () => {
    abort.abort()
    return done
  }
  onTestFinished(() =>
    stop().then(
      () => {},
      () => {},
    ),
  )
  return { url: await Promise.race([url, done.then(() => '')]), lines, stop }
}

async function json(url: string): Promise<Record<string, unknown>> {
  return (await fetch(url)).json() as Promise<Record<string, unknown>>
}

describe('nearside serve', () => {
  it('serve starts both aggregation servers (leader and helper), which open a round, and stops cleanly', async () => {
    const where = testFolder()
    const models = await createModels()
    const terms = join(where, 'policy.json')
    writeFileSync(
      terms,
      JSON.stringify({ ...DEMO_PARAMETERS, task: 'my-shop', noiseMultiplier: 2 }),
    )
    const common = { goal: '5', policy: terms }
    const port = await freePort()
    const helper = await start({
      role: 'helper',
      store: `sqlite:${where}/h.sqlite`,
      leader: `http://127.0.0.1:${port}`,
      ...common,
    })
    const leader = await start({
      role: 'leader',
      port: String(port),
      store: `sqlite:${where}/l.sqlite`,
      helper: helper.url,
      models,
      ...common,
    })
    expect(helper.lines).toContain(`nearside helper listening on ${helper.url}`)
    expect(leader.lines).toContain(
      'leader: terms my-shop: ε = 4.89 (zero-out 2.25) for one report, ε = 11.00 (zero-out 4.89) for the 4 of a year (δ = 0.000001, the noise of one aggregator)',
    )
    expect(leader.lines).toContain(
      'leader: DEVICES REFUSE THESE TERMS (but for a demonstration): a round has 5 updates, the minimum is 1000',
    )
    expect(leader.lines).toContain(`nearside leader listening on ${leader.url}`)
    let health = await json(`${leader.url}/v1/health`)
    while (health.status !== 'ok') health = await json(`${leader.url}/v1/health`)
    const [ours, theirs] = [
      await json(`${leader.url}/v1/task`),
      await json(`${helper.url}/v1/task`),
    ]
    expect(ours.policyHash).toBe(theirs.policyHash)
    expect(ours.policy).toMatchObject({ task: 'my-shop', noiseMultiplier: 2, aggregationGoal: 5 })
    expect(await leader.stop()).toMatchObject({ result: { role: 'leader' } })
    await helper.stop()
    await expect(fetch(`${leader.url}/v1/health`)).rejects.toThrow()
  })

  it('a process that has the keys of leader and helper calls itself a trusted server', async () => {
    const store = `sqlite:${testFolder()}/s.sqlite`
    const models = await createModels()
    const single = await start({ role: 'single', store, models, policy: 'demo' })
    expect(single.lines.join('\n')).toMatch(/nearside trusted server listening on/)
    expect(single.lines.join('\n')).not.toMatch(/secure aggregation/i)
    await single.stop()
  })

  it.skipIf(NO_POSTGRES !== '')(
    `serve runs two processes on one PostgreSQL store, which needs its key${NO_POSTGRES}`,
    async () => {
      const postgres = await startPostgres()
      onTestFinished(() => postgres.remove())
      const store = await postgres.create()
      const key = join(testFolder(), 'store.key')
      writeFileSync(key, `${'0f'.repeat(32)}\n`, { mode: 0o600 })
      const common = { role: 'single', store, models: await createModels() }
      // Both processes start in the same way: the second finds the first one's round and joins it.
      const servers = [
        await start({ ...common, 'store-key': key }),
        await start({ ...common, 'store-key': key }),
      ]
      const hashes = new Set()
      for (const { url, lines } of servers) {
        let health = await json(`${url}/v1/health`)
        while (health.status !== 'ok') health = await json(`${url}/v1/health`)
        hashes.add((await json(`${url}/leader/v1/task`)).policyHash)
        hashes.add((await json(`${url}/helper/v1/task`)).policyHash)
        expect(lines.join('\n')).not.toMatch(/without --store-key/)
      }
      expect(hashes.size).toBe(1)
      for (const server of servers) await server.stop()
      // The store was created with a key, so a start without this key fails.
      const bare = start(common)
      await expect(bare).rejects.toThrow(/--store-key/)
    },
  )

  it('serve refuses a malformed store key, and any store key with SQLite', async () => {
    const key = join(testFolder(), 'store.key')
    writeFileSync(key, '0f'.repeat(32), { mode: 0o600 })
    const flags = { role: 'helper', store: `sqlite:${testFolder()}/x.sqlite`, 'store-key': key }
    await expect(start(flags)).rejects.toThrow(/--store-key is for postgres/)
    writeFileSync(key, 'none')
    await expect(start(flags)).rejects.toThrow(/store\.key.*openssl/)
  })

  it('serve issues tokens with the key that the terms name, and refuses another key', async () => {
    const where = testFolder()
    const { pem, issuer } = await createWorkIssuer()
    const { pem: other } = await createWorkIssuer()
    const write = (name: string, text: string) => {
      writeFileSync(join(where, name), text, { mode: 0o600 })
      return join(where, name)
    }
    const terms = (name: string, changes: object) =>
      write(name, JSON.stringify({ ...DEMO_PARAMETERS, ...changes }))
    const policy = terms('work.json', { issuer })
    const store = `sqlite:${where}/s.sqlite`
    const common = { role: 'single', store, models: await createModels(), policy }
    await expect(start(common)).rejects.toThrow(/give --issuer-key/)
    const wrong = { ...common, 'issuer-key': write('other.pem', other) }
    await expect(start(wrong)).rejects.toThrow('other.pem')
    await expect(start({ ...wrong, policy: 'demo' })).rejects.toThrow('other.pem')
    const none = { ...common, 'issuer-key': write('none.pem', 'none') }
    await expect(start(none)).rejects.toThrow(/issuer’s key can’t be read/)
    const key = `${issuer.key.slice(0, -7)}gIDAQAB`
    const even = { ...common, policy: terms('even.json', { issuer: { ...issuer, key } }) }
    await expect(start(even)).rejects.toThrow('issuer.key')
    const single = await start({ ...common, 'issuer-key': write('issuer.pem', pem) })
    expect(single.lines).toContain('single: a report needs a token, which costs work of 2 bits')
    const request = { method: 'POST', body: new Uint8Array(259) }
    expect((await fetch(`${single.url}/leader/v1/tokens`, request)).status).toBe(415)
    await single.stop()
  })

  it.skipIf(process.platform === 'win32')(
    'serve refuses a key file that other users can read',
    async () => {
      const where = testFolder()
      const { pem, issuer } = await createWorkIssuer()
      const [issuerKey, storeKey] = [join(where, 'issuer.pem'), join(where, 'store.key')]
      writeFileSync(issuerKey, pem)
      writeFileSync(storeKey, '0f'.repeat(32))
      const policy = join(where, 'terms.json')
      writeFileSync(policy, JSON.stringify({ ...DEMO_PARAMETERS, issuer }))
      const models = await createModels()
      const single = { role: 'single', store: `sqlite:${where}/s.sqlite`, models, policy }
      const helper = { role: 'helper', store: 'postgres://me@127.0.0.1:1/x' }
      for (const mode of [0o640, 0o604, 0o620, 0o601]) {
        for (const key of [issuerKey, storeKey]) chmodSync(key, mode)
        const refused = { code: 'input-invalid', message: expect.stringContaining('chmod 600') }
        await expect(start({ ...single, 'issuer-key': issuerKey })).rejects.toMatchObject(refused)
        await expect(start({ ...helper, 'store-key': storeKey })).rejects.toMatchObject(refused)
      }
    },
  )

  it('a relay forwards requests only to the servers that `--target` names', async () => {
    const target = 'http://127.0.0.1:1,http://127.0.0.1:2/helper/'
    const shop = 'https://shop.example'
    const relay = await start({ role: 'relay', target, origin: `${shop},https://other.example` })
    expect(relay.lines).toEqual([expect.stringMatching(/^nearside relay listening on http/)])
    const send = (path: string) =>
      fetch(`${relay.url}/${path}`, {
        method: 'POST',
        headers: { 'content-type': 'message/ohttp-req' },
        body: 'sealed',
      })
    expect((await send('127.0.0.1%3A1')).status).toBe(503)
    expect((await send('127.0.0.1%3A2%2Fhelper')).status).toBe(503)
    expect((await send('127.0.0.1%3A3')).status).toBe(404)
    /**
     * Origin that the answer to a preflight request allows. A browser sends the request itself only if the answer
     * allows the page's origin.
     */
    const allowed = async (url: string, origin: string) => {
      const headers = {
        ...{ origin, 'access-control-request-method': 'POST' },
        'access-control-request-headers': 'content-type',
      }
      const answer = await fetch(`${url}/127.0.0.1%3A1`, { method: 'OPTIONS', headers })
      expect(answer.headers.get('access-control-allow-methods')).toBe('POST')
      expect(answer.headers.get('access-control-allow-headers')).toBe('Content-Type')
      return answer.headers.get('access-control-allow-origin')
    }
    expect(await allowed(relay.url, shop)).toBe(shop)
    expect(await allowed(relay.url, 'https://evil.example')).toBeNull()
    const open = await start({ role: 'relay', target })
    expect(await allowed(open.url, 'https://evil.example')).toBe('*')
    await open.stop()
    await relay.stop()
    const run = (flags: Record<string, string>) => runCommand(command, { flags })
    await expect(run({ role: 'relay' })).rejects.toThrow(/needs --target/)
    await expect(run({ role: 'helper', policy: 'demo' })).rejects.toThrow(/--operator is missing/)
  })

  it('serve refuses to start without complete terms from the operator', async () => {
    const store = `sqlite:${testFolder()}/x.sqlite`
    const bare = runCommand(command, { flags: { role: 'single', operator: 'Shop', store } })
    await expect(bare).rejects.toThrow(/--policy/)
    const partial = join(testFolder(), 'policy.json')
    writeFileSync(partial, JSON.stringify({ task: 'my-shop', noiseMultiplier: 2 }))
    await expect(start({ role: 'single', store, policy: partial })).rejects.toThrow(
      /policy.json lacks clipNorm, scale, delta/,
    )
  })

  it.each([
    [{ role: 'boss' }, /Allowed choices are leader/],
    [{ role: 'leader', models: '/nonexistent' }, /no model is published/],
    [{ role: 'helper', store: 'mysql://x' }, /takes sqlite:FILE or postgres:/],
    [{ role: 'helper', store: 'postgres://me:pw@127.0.0.1:1/x' }, /127.0.0.1:1\/x does not open/],
    [{ role: 'helper', 'store-key': '/nonexistent' }, /can’t be read/],
    [{ role: 'helper', origin: 'localhost' }, /http\(s\) URL/],
    [{ role: 'helper', origin: 'http://shop.test/path' }, /such as http:\/\/shop.test/],
    [{ role: 'helper', goal: 'many' }, /whole number/],
    [{ role: 'helper', goal: '1' }, /aggregationGoal/],
    [{ role: 'helper' }, /needs --leader/],
    [{ role: 'single', 'trusted-proxy': 'nginx' }, /'nginx' is neither an address/],
    [{ role: 'helper', port: '70000' }, /from 0 to 65535/],
    [{ role: 'helper', policy: '/nonexistent.json' }, /can’t be read/],
  ])('serve refuses %j', async (values, message) => {
    const store = `sqlite:${testFolder()}/x.sqlite`
    await expect(start({ store, ...values } as Record<string, string>)).rejects.toThrow(message)
  })
})
