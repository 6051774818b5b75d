export * from '../shared/dom'
