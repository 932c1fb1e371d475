/** @module Asks Vendure's GraphQL APIs. */

/** Returns a function that sends a query and returns its data. */
export function graphql(url, headers = {}) {
  return async (query, variables = {}) => {
    const body = JSON.stringify({ query, variables })
    const sent = { 'content-type': 'application/json', ...headers }
    const response = await fetch(url, { method: 'POST', headers: sent, body })
    const { data, errors } = await response.json()
    if (errors) throw new Error(`${query}: ${JSON.stringify(errors)}`)
    return data
  }
}

/** Signs in as the shop's owner; returns the session's token. */
export async function signIn(url, password) {
  const query = `mutation { login(username: "admin", password: "${password}") { __typename } }`
  const headers = { 'content-type': 'application/json' }
  const body = JSON.stringify({ query })
  const response = await fetch(url, { method: 'POST', headers, body })
  return response.headers.get('vendure-auth-token')
}
