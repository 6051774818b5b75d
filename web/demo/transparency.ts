// The panel about who answers for the set, and how to check it without believing this page.

import type { SetInfo, Transparency } from '@veilhash/web'
import { reach, ServerError } from './api'
import { $, bytes, count, el, facts } from './dom'
import { floors, readPolicy } from './policy'

/** What the demonstration's server has beside the set, or undefined if it has none. */
export interface Trust {
  /** The policy's text. */
  policy: string
  /** How the command line is called on the machine that serves this page. */
  command: string
}

/**
 * Fetches the policy from the demonstration's own server, whose keys are made when it starts. An application must not do so: it has the policy in its own code, because whoever hands out the policy decides
 * what the scanner accepts.
 */
export async function fetchTrust(): Promise<Trust | undefined> {
  const [policy, about] = await Promise.all(['trust/policy', 'trust/index.json'].map(path => reach(path, { cache: 'no-cache' })))
  if (policy!.status === 404) return undefined
  if (!policy!.ok || !about!.ok) throw new ServerError('The server does not hand out its policy.', policy!.status)
  return { policy: await policy!.text(), command: (await about!.json() as { command: string }).command }
}

/** Shows who answers for the set in use. */
export function showTransparency(set: SetInfo, trust: Trust | undefined): void {
  const panel = $('transparency')
  panel.hidden = false
  panel.dataset.state = set.transparency ? 'checked' : 'none'
  $('transparency-lead').textContent = set.transparency
    ? 'Before the first picture, this page\'s scanner checked all of this, and it would have refused the set otherwise.'
    : 'This page was served without a policy, so its scanner asked for nothing: the operator alone answers for the set, and could make one for each visitor.'
  showSet(set)
  if (!set.transparency || !trust) return
  showVoices(set.transparency)
  showFloors(set, trust)
  showCode(set.transparency)
  showChecks(set.transparency, trust)
}

function showSet(set: SetInfo): void {
  const tables = set.layers === 1 ? 'one table' : `${set.layers} tables`
  facts($('set-facts'), [
    ['Identity', set.id],
    ['Epoch', String(set.epoch)],
    ['Entries', `room for ${count(set.capacity)}, in ${tables} of ${bytes(set.bytes)}`],
    ['In force since', set.transparency?.log ? when(set.transparency.log.since) : 'not in a log'],
    ['Hashed with', set.hasher],
    ['Tokens', set.scheme],
  ], ['Identity'])
}

function showVoices({ curators, log }: Transparency): void {
  const voice = (name: string, ...text: string[]): HTMLLIElement => el('li', '', el('strong', '', name), ' ', text.join(' '))
  $('voices').replaceChildren(
    ...curators.map(name => voice(name, 'recognised the entries as the set\'s rule asks, computed its tables anew, and signed.')),
    ...(log ? [
      voice(log.name, `is the public log: its last entry, of ${count(log.entries)}, is this set.`),
      ...log.witnesses.map(w => voice(w.name, `saw the log like that on ${when(w.time)}, and signs for no other history.`)),
      ...(log.until === undefined ? [] : [el('li', 'until', `Without newer word, this page stops sealing on ${when(log.until)}.`)]),
    ] : []),
  )
}

function showFloors(set: SetInfo, { policy }: Trust): void {
  $('floors').replaceChildren(...floors(readPolicy(policy), set).map(f =>
    el('tr', '', rowHead(f.what), el('td', '', f.asked), el('td', 'found', f.found))))
}

function rowHead(text: string): HTMLTableCellElement {
  const head = el('th', '', text)
  head.scope = 'row'
  return head
}

/** The log's files, and of those that run here whether they are the same. */
function showCode({ files, code }: Transparency): void {
  $('code-card').hidden = files.length === 0
  const running = code?.files ?? []
  const others = running.filter(f => f.state !== 'logged')
  $('code-card').dataset.state = others.length === 0 ? 'logged' : 'differs'
  $('code-running').textContent = others.length === 0
    ? `${running.length} of them run here, and are the same.`
    : `Not all that runs here is what the log has: ${others.map(f => `${f.name} ${codeStates[f.state]}`).join('; ')}.`
  $('code-files').replaceChildren(...files.map(f => {
    const digest = el('code', '', f.digest)
    digest.title = f.digest
    const item = el('li', '', el('span', 'name', f.name), digest)
    item.dataset.state = running.find(r => r.name === f.name)?.state ?? ''
    return item
  }))
}

const codeStates = { logged: 'is the same', differs: 'is another', unlogged: 'is not in the log', unreadable: 'could not be read' }

/** The commands, at the addresses of this page. */
function showChecks({ curators, log, files }: Transparency, { command }: Trust): void {
  const at = (path: string): string => new URL(path, document.baseURI).href
  const policy = `--policy ${at('trust/policy')}`
  const checks: [string, string][] = [
    ['Do what this page did', `${command} log verify ${policy} --log ${at('log/')} ${at('set/')}`],
    ['Check every file of the set, and the curators\' signatures', `${command} set verify ${curators.map(c => `--curator ${at(`trust/${c}.pub`)}`).join(' ')} ${at('set/')}`],
  ]
  if (log) checks.push(['Read the whole log, and notice if it is ever rewritten', `${command} log monitor ${policy} --state veilhash-seen ${at('log/')}`])
  if (log && files.length > 0) {
    checks.push(['Compare the code that is served here with the log', `${command} release verify ${policy} --log ${at('log/')} ${at('./')}`])
    checks.push(['Build that code from source, and compare', `${command} release verify --source . ${at('./')}`])
  }
  $('checks').replaceChildren(...checks.map(([what, line]) => el('li', '', el('span', 'what', what), commandLine(what, line))))
}

function commandLine(what: string, line: string): HTMLElement {
  const copy = el('button', 'button', 'Copy')
  copy.type = 'button'
  copy.setAttribute('aria-label', `Copy the command: ${what}`)
  copy.addEventListener('click', async () => {
    try {
      await navigator.clipboard.writeText(line)
      copy.textContent = 'Copied'
    } catch {
      copy.textContent = 'Select it'
    }
    setTimeout(() => (copy.textContent = 'Copy'), 1500)
  })
  return el('div', 'command', el('code', '', line), copy)
}

/** A time as the command line prints it. */
const when = (ms: number): string => `${new Date(ms).toISOString().slice(0, 16).replace('T', ' ')} UTC`
