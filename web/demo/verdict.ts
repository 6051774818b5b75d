// The server's side of the page: what it could do with the voucher, and what it knows.

import type { AccountStatus, Status, Verdict } from './api'
import { $, bytes, count, el, facts } from './dom'

/** What the verdict card can show: the server's states, and this page's own. */
export type State = Verdict['state'] | 'synthetic' | 'none' | 'error'

const words: Record<State, [string, string]> = {
  none: ['Nothing sent yet', 'Take a picture and see.'],
  pending: ['Trying …', 'The server tries its key on every probe.'],
  closed: ['Stays closed', 'No probe is in the server\'s set. To the server the voucher is random bytes, now and later.'],
  match: ['A match, not opened', 'A probe is in the set. What the voucher carries stays closed until the account reaches the threshold.'],
  synthetic: ['A synthetic voucher', 'The account is open, so the server can tell: the voucher that matched is synthetic, and says nothing of the picture it came with.'],
  opened: ['Opened', 'A probe is in the set, and the account reached the threshold. This came out of the voucher:'],
  invalid: ['Invalid', 'A probe is in the set, but the voucher was altered or came under another name.'],
  error: ['No answer', 'The voucher could not be delivered.'],
}

const known: Record<State, [string, boolean][]> = {
  none: [['Nothing.', false]],
  pending: [['Who sent a voucher, when, and how long it is: always the same.', true]],
  closed: [
    ['That this account sent a voucher, and when.', true],
    ['Not the picture, not its hash, not a single bit of either.', false],
    ['Not even whether the file was a picture.', false],
  ],
  match: [
    ['That a voucher of this account matched: for a picture in the set, or a synthetic one.', true],
    ['One share of the account\'s key: with so few it says nothing.', true],
    ['Not which picture, not its hash, not how many matches are true.', false],
  ],
  synthetic: [
    ['That the account is open, and that this voucher is synthetic.', true],
    ['Nothing about the picture it came with.', false],
  ],
  opened: [
    ['That the picture is in the set.', true],
    ['What the device put into the voucher: the hash and a small grey copy.', true],
    ['Nothing about the account\'s other pictures that are not in the set.', false],
  ],
  invalid: [['That something is wrong with this voucher. It is recorded and not tried again.', true]],
  error: [['Nothing about this picture.', false]],
}

/** Shows a state; `text` replaces its usual explanation. */
export function showState(state: State, text?: string): void {
  const [word, usual] = words[state]
  $('verdict').dataset.state = state
  const bar = $('verdict-bar')
  bar.dataset.state = state
  bar.hidden = state === 'none'
  $('verdict-bar-word').textContent = word
  $('verdict-title').textContent = word
  $('verdict-text').textContent = text ?? usual
  $('knows').replaceChildren(...known[state].map(([what, yes]) => el('li', yes ? '' : 'not', what)))
  if (state !== 'opened') $('opened').hidden = true
}

/** What the server could do with an upload, of whose vouchers at most one is the picture's. */
export function stateOf(verdicts: Verdict[]): State {
  const states = verdicts.map((v): State => (v.state === 'match' && v.outcome === 'foreign' ? 'synthetic' : v.state))
  return (['opened', 'match', 'invalid', 'pending', 'synthetic'] as const).find(s => states.includes(s)) ?? 'closed'
}

/** Shows the server's verdicts on an upload's vouchers and, if it opened one, what came out. */
export async function showVerdict(verdicts: Verdict[], synthetics: number): Promise<void> {
  const state = stateOf(verdicts)
  const v = verdicts.find(v => v.state === state) ?? verdicts[0]!
  const { threshold = 1 } = v
  const matches = Math.max(...verdicts.map(v => v.matches ?? 0)) // the second may have been counted after the first was asked about
  const texts: Partial<Record<State, string>> = { pending: 'The server has the vouchers and has not got round to them yet.' }
  if (verdicts.length > 1) {
    texts.closed = 'No probe of the two vouchers is in the server\'s set. To the server both are random bytes, now and later.'
    texts.match = `One of the two vouchers matched: it is the picture's, or one of at most ${synthetics} synthetic ones. The server cannot tell. ` +
      `It has ${count(matches)} ${matches === 1 ? 'match' : 'matches'} of this account, and opens when more than ${threshold} of them are true.`
    if (verdicts.every(v => v.state === 'match' && !v.outcome)) texts.match = texts.match.replace('One of the two vouchers matched: it is', 'Both vouchers matched: each is')
  } else {
    texts.match = `A probe is in the set. This account has ${count(matches)} of ${count(threshold === 1 ? 1 : threshold + 1)} matches: what the voucher carries stays closed.`
  }
  showState(state, texts[state])
  if (state !== 'opened') return
  const canvas = $<HTMLCanvasElement>('derivative')
  const { pdq, image } = v.payload ?? {}
  canvas.hidden = true
  const rows: [string, string][] = []
  if (pdq) rows.push(['Hash', pdq])
  if (image) {
    const jpeg = Uint8Array.from(atob(image), c => c.charCodeAt(0))
    try {
      const bitmap = await createImageBitmap(new Blob([jpeg], { type: 'image/jpeg' }))
      canvas.width = bitmap.width
      canvas.height = bitmap.height
      canvas.getContext('2d')?.drawImage(bitmap, 0, 0)
      canvas.hidden = false
      rows.push(['Picture', `${bitmap.width} × ${bitmap.height}, grey`], ['Length', bytes(jpeg.length)])
    } catch {
      rows.push(['Picture', 'cannot be shown'])
    }
  }
  facts($('opened-facts'), rows, ['Hash'])
  $('opened').hidden = rows.length === 0
}

/** Shows the server's books. */
export function showStatus(s: Status): void {
  facts($('tally'), [
    ['Set', s.set],
    ['Room for', `${count(s.capacity)} entries`],
    ['Opens at', s.threshold === 1 ? '1 true match of an account' : `${s.threshold + 1} true matches of an account and period`],
    ['Vouchers', count(s.vouchers)],
    ['Matches', count(s.matches)],
  ], ['Set'])
}

/** Shows all that the server knows of this account: vouchers, matches, opened or not. */
export function showAccountStatus(s: AccountStatus): void {
  const [period] = s.periods
  facts($('account-tally'), [
    ['Vouchers', count(s.vouchers)],
    ['Matches', count(period?.matches ?? 0)],
    ['Opened', period?.opened ? 'yes' : 'no'],
  ])
  $('account-tally-note').textContent = s.synthetics > 0
    ? `Up to ${s.synthetics} of the matches of a period are synthetic vouchers, which this device sends now and then: below the threshold the server cannot tell them from true ones, and does not know how many there are. The next period starts closed.`
    : ''
}

/** Puts a line at the top of the list of what was sent. Returns a function that changes its state. */
export function remember(picture: CanvasImageSource | undefined, name: string, vouchers: Uint8Array[], state: State): (state: State) => void {
  const canvas = el('canvas')
  canvas.width = canvas.height = 76
  if (picture) {
    const c = canvas.getContext('2d')
    const w = 'width' in picture ? Number(picture.width) : 0
    const h = 'height' in picture ? Number(picture.height) : 0
    const side = Math.min(w, h)
    if (c && side > 0) c.drawImage(picture, (w - side) / 2, (h - side) / 2, side, side, 0, 0, 76, 76)
  }
  const chip = el('span')
  const set = (state: State) => {
    chip.className = `chip ${state}`
    chip.textContent = state
  }
  set(state)
  const list = $('history')
  list.prepend(el('li', '', canvas, el('span', 'name', `${name}, ${vouchers.length > 1 ? `${vouchers.length} × ` : ''}${count(vouchers[0]!.length)} bytes`), chip))
  while (list.children.length > 8) list.lastElementChild?.remove()
  $('history-empty').hidden = true
  return set
}
