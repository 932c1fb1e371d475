import { expect, it, test } from 'vitest'
import { allows, allowsTrustedTypes, allowsWasm, parsePolicies } from './headers.ts'

const PAGE = 'https://shop.example/page'

test.each([
  ["connect-src 'self'", 'https://shop.example/models/', true],
  ["connect-src 'self'", 'https://cdn.example/models/', false],
  ["default-src 'none'", 'https://shop.example/models/', false],
  ["default-src 'none'; connect-src 'self'", 'https://shop.example/models/', true],
  ["img-src 'none'", 'https://anywhere.example/', true],
  ['connect-src', 'https://shop.example/', false],
  ['connect-src *', 'https://cdn.example:8443/a', true],
  ['connect-src *', 'http://cdn.example/a', false],
  ['connect-src https:', 'https://cdn.example/a', true],
  ['connect-src cdn.example', 'https://CDN.example/a', true],
  ['connect-src cdn.example', 'https://cdn.example:8443/a', false],
  ['connect-src cdn.example:8443', 'https://cdn.example:8443/a', true],
  ['connect-src cdn.example:*', 'https://cdn.example:8443/a', true],
  ['connect-src http://cdn.example', 'https://cdn.example/a', true],
  ['connect-src *.example', 'https://cdn.example/a', true],
  ['connect-src *.shop.example', 'https://shop.example/a', false],
  ['connect-src https://cdn.example/models/', 'https://cdn.example/models/1', true],
  ['connect-src https://cdn.example/models', 'https://cdn.example/models/1', false],
  ["connect-src 'self'; connect-src *", 'https://cdn.example/', false],
  ["connect-src *, connect-src 'self'", 'https://cdn.example/', false],
  ["CONNECT-SRC 'SELF'", 'https://shop.example/', true],
])('under the policy “%s”, a request to %s is allowed: %s', (policy, url, expected) => {
  expect(allows(parsePolicies([policy]), 'connect-src', url, PAGE)).toBe(expected)
})

it('the policy parser falls back from worker-src to script-src for workers, and finds what allows WebAssembly and Trusted Types', () => {
  const worker = (policy: string) =>
    allows(parsePolicies([policy]), 'worker-src', 'https://shop.example/worker.js', PAGE)
  expect(worker("script-src 'self'; default-src 'none'")).toBe(true)
  expect(worker("worker-src 'none'; script-src 'self'")).toBe(false)
  expect(worker("script-src 'nonce-abc' 'strict-dynamic'")).toBe(true)
  expect(worker("script-src 'nonce-abc'")).toBe(false)
  const wasm = (policy: string) => allowsWasm(parsePolicies([policy]))
  expect(wasm("script-src 'self'")).toBe(false)
  expect(wasm("default-src 'self' 'wasm-unsafe-eval'")).toBe(true)
  expect(wasm("img-src 'self'")).toBe(true)
  const types = (policy: string) => allowsTrustedTypes(parsePolicies([policy]), 'nearside')
  expect(types("require-trusted-types-for 'script'; trusted-types shop")).toBe(false)
  expect(types("require-trusted-types-for 'script'; trusted-types shop nearside")).toBe(true)
  expect(types("require-trusted-types-for 'script'")).toBe(true)
  expect(types('trusted-types shop')).toBe(true)
})
