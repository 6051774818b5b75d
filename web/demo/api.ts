// The server's HTTP interface, as far as this page uses it.

/** What the server says about a voucher. Only a demonstration's console does. */
export interface Verdict {
  id: string
  state: 'pending' | 'closed' | 'match' | 'opened' | 'invalid'
  /** Matches of the account so far, and how many open it. */
  matches?: number
  threshold?: number
  payload?: { kind: string; pdq?: string; image?: string }
  /** Of a match of an open account: `foreign` for a synthetic voucher. */
  outcome?: 'foreign' | 'damaged'
  /** Why an invalid voucher is invalid. */
  reason?: string
}

/** The server's books. */
export interface Status {
  set: string
  capacity: number
  threshold: number
  /** The most synthetic vouchers of an account and period. */
  synthetics: number
  vouchers: number
  matches: number
}

/** All that the server knows of an account. */
export interface AccountStatus {
  vouchers: number
  /** Vouchers whose outer layer opened, synthetic ones among them. */
  matches: number
  threshold: number
  synthetics: number
  /** Those with matches, the last one first. */
  periods: { period: number; matches: number; opened: boolean }[]
}

export interface Sample {
  name: string
  inSet: boolean
  edit?: string
}

/** A server that does not answer, or answers that it will not. */
export class ServerError extends Error {
  constructor(message: string, readonly status = 0) {
    super(message)
  }
}

export const uploadPath = (account: string, message: string): string =>
  `/v0/vouchers?account=${encodeURIComponent(account)}&message=${encodeURIComponent(message)}`

/** Sends a voucher; returns its id. Sending the same bytes again changes nothing. */
export async function upload(account: string, message: string, voucher: Uint8Array): Promise<string> {
  const answer = await ask<{ id: string }>(uploadPath(account, message), {
    method: 'POST',
    body: voucher.slice().buffer,
    headers: { 'content-type': 'application/octet-stream' },
  })
  return answer.id
}

/** Waits until the server has looked at a voucher: up to 15 seconds. */
export async function verdict(id: string): Promise<Verdict> {
  const until = performance.now() + 15_000
  for (let wait = 60; ; wait = Math.min(wait * 1.5, 800)) {
    const v = await ask<Verdict>(`/v0/console/vouchers/${id}`)
    if (v.state !== 'pending' || performance.now() > until) return v
    await new Promise(resolve => setTimeout(resolve, wait))
  }
}

export const accountStatus = (account: string): Promise<AccountStatus> =>
  ask<AccountStatus>(`/v0/console/accounts?account=${encodeURIComponent(account)}`)

export const status = (): Promise<Status> => ask<Status>('/v0/console/status')

/** The sample pictures; none if this server has none. */
export async function samples(): Promise<Sample[]> {
  try {
    return await ask<Sample[]>('/samples/index.json')
  } catch {
    return []
  }
}

export async function samplePicture(name: string): Promise<Blob> {
  const response = await reach(`/samples/${encodeURIComponent(name)}`)
  if (!response.ok) throw new ServerError(`The server answered ${response.status} for the sample.`, response.status)
  return response.blob()
}

export async function reach(path: string, init?: RequestInit): Promise<Response> {
  try {
    return await fetch(path, init)
  } catch {
    throw new ServerError('The server cannot be reached. Is it still running?')
  }
}

async function ask<T>(path: string, init?: RequestInit): Promise<T> {
  const response = await reach(path, init)
  let answer: unknown
  try {
    answer = await response.json()
  } catch {
    answer = undefined
  }
  if (!response.ok) {
    const why = (answer as { error?: string } | undefined)?.error
    throw new ServerError(why ?? `The server answered ${response.status}.`, response.status)
  }
  if (answer === undefined) throw new ServerError('The server\'s answer is not in the expected form.')
  return answer as T
}
