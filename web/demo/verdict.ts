// The server's side of the page: what it could do with the voucher, and what it knows.

import type { Status, Verdict } from './api'
import { $, bytes, count, el, facts } from './dom'

/** What the verdict card can show: the server's states, and this page's own. */
export type State = Verdict['state'] | 'none' | 'error'

const words: Record<State, [string, string]> = {
  none: ['Nothing sent yet', 'Take a picture and see.'],
  pending: ['Trying …', 'The server tries its key on every probe.'],
  closed: ['Stays closed', 'No probe is in the server\'s set. To the server the voucher is random bytes, now and later.'],
  match: ['A match, not opened', 'A probe is in the set. What the voucher carries stays closed until the account reaches the threshold.'],
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
    ['That a picture of this account is in the set.', true],
    ['One share of the account\'s key: alone it says nothing.', true],
    ['Not which picture, not its hash.', false],
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

/** Shows the server's verdict and, if it opened the voucher, what came out. */
export async function showVerdict(v: Verdict): Promise<void> {
  if (v.state === 'pending') return showState('pending', 'The server has the voucher and has not got round to it yet.')
  const { matches, threshold } = v
  showState(v.state, v.state === 'match' && matches !== undefined && threshold !== undefined
    ? `A probe is in the set. This account has ${matches} of ${threshold} matches: what the voucher carries stays closed.`
    : undefined)
  if (v.state !== 'opened') return
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
    ['Threshold', s.threshold === 1 ? '1 match opens an account' : `${s.threshold} matches open an account`],
    ['Vouchers', count(s.vouchers)],
    ['Matches', count(s.matches)],
  ], ['Set'])
}

/** Puts a line at the top of the list of what was sent. */
export function remember(picture: CanvasImageSource | undefined, name: string, size: number, state: State): void {
  const canvas = el('canvas')
  canvas.width = canvas.height = 76
  if (picture) {
    const c = canvas.getContext('2d')
    const w = 'width' in picture ? Number(picture.width) : 0
    const h = 'height' in picture ? Number(picture.height) : 0
    const side = Math.min(w, h)
    if (c && side > 0) c.drawImage(picture, (w - side) / 2, (h - side) / 2, side, side, 0, 0, 76, 76)
  }
  const chip = el('span', `chip ${state}`, { closed: 'closed', match: 'match', opened: 'opened' }[state as string] ?? state)
  const list = $('history')
  list.prepend(el('li', '', canvas, el('span', 'name', `${name}, ${count(size)} bytes`), chip))
  while (list.children.length > 8) list.lastElementChild?.remove()
  $('history-empty').hidden = true
}
