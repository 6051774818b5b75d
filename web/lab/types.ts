// What the laboratory's module answers: the shapes of wasm/lab/requests.go.

export interface Size { width: number; height: number }

export interface Operation {
  name: string; title: string; group: string; unit: string
  min: number
  /** 0: takes no amount. */
  max: number
  step: number; usual: number
}

export interface EditAbout { name: string; group: string; recipe: string }

export interface Description {
  operations: Operation[]
  edits: EditAbout[]
  groups: string[]
  presets: { name: string; text: string }[]
  classic: string[]
  side: number
  minQuality: number
  hasher: string
}

export interface Opened extends Size {
  digest: string; pdq: string; quality: number
  /** goimagehash's hashes, 16 hexadecimal digits each. */
  classic: string[]
  large: boolean
  small: Size
}

export interface Listed { entries: number; summary: string; broken: string[] }

export interface SchemeAbout {
  text: string; bits: number; probes: number; views: string[]; voucherBytes: number
  /** The bits of the hash that make a token. */
  places: number[]
}

export interface ProbeResult { view: string; flips: number[]; token: string; entries: number[] }

export interface SchemeResult { text: string; probes: ProbeResult[]; entries: number[] }

export interface Examined extends Size {
  recipe: string
  /** The first is the copy as it is. */
  views: { view: string; pdq: string; quality: number }[]
  margins: number[]
  classic: string[]
  schemes: SchemeResult[]
  /** Distance to the picture's own entry; −1 if there is none. */
  own: number
  ownViews: number
  within: number[]
  nearest: number
  nearestDistance: number
  times: { edit: number; hash: number; classic: number; probes: number }
  small: Size
}

export interface Cost { schemes: { text: string; hash: number; probes: number }[] }

export interface Rate { value: number; low: number; high: number }

/** An edit of the suite by its name, or any recipe; neither: the picture as it is. */
export interface EditRequest { name: string; recipe: string }

export interface ExamineRequest {
  op: 'examine'
  edit: EditRequest
  /** A number of 64 bits, in decimal digits. */
  seed: string
  schemes: string[]
  own: number
  side: number
}

/** What a check of a proof of absence needs of the set's files: the digests of each shard, then the blocks. */
export interface AbsencePlan {
  set: string
  shards: { file: string; bytes: number; leaves: number }[]
  blocks: { shard: number; offset: number; length: number }[]
}

/** A proof of absence that holds. */
export interface Absent {
  set: string
  file: string
  size: number
  probes: number
  layers: number
  coverage: { hasher: string; scheme: string }[]
}

/** Requests by operation, without the picture's key, which the worker adds. */
export type Request =
  | { op: 'describe' }
  | { op: 'set' }
  | { op: 'list'; name: string }
  | { op: 'scheme'; text: string }
  | { op: 'interval'; rates: [number, number][] }
  | { op: 'absence'; lengths: number[] }
  | { op: 'absence-finish' }
  | { op: 'open'; side: number }
  | ExamineRequest
  | { op: 'cost'; edit: EditRequest; seed: string; schemes: string[] }

/** The answer that belongs to a request. */
export interface Answers {
  describe: Description
  set: object
  list: Listed
  scheme: SchemeAbout
  interval: { rates: Rate[] }
  absence: AbsencePlan
  'absence-finish': Absent
  open: Opened & { decoder: 'module' | 'browser' }
  examine: Examined
  cost: Cost
}

export interface Answer<R extends Request> { answer: Answers[R['op']]; bytes: Uint8Array<ArrayBuffer> }
