import { type NextRequest, NextResponse } from 'next/server'

/** The one line of script in a shell that is rendered ahead, where no nonce can be; another one after an update of Next.js. */
const SHELL = "'sha256-7mu4H06fwDCjmnxxr/xNHyuQC6pLTHr4M2E4jXw5WZs='"

/** A strict policy for every page: Next.js puts the nonce on its own scripts. */
export function proxy(request: NextRequest) {
  const nonce = Buffer.from(crypto.randomUUID()).toString('base64')
  const policy = `default-src 'self'; script-src 'self' 'nonce-${nonce}' ${SHELL} 'wasm-unsafe-eval'; worker-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'`
  const headers = new Headers(request.headers)
  headers.set('content-security-policy', policy)
  const response = NextResponse.next({ request: { headers } })
  response.headers.set('content-security-policy', policy)
  return response
}

export const config = { matcher: ['/'] }
