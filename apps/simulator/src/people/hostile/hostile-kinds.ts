/** What a hostile peer does. */
export const HOSTILE_KINDS = [
  /** Says nothing, or its Hello and nothing else, and reads nothing. */
  'mute',
  /** Sends bytes that are no frames. */
  'babbler',
  /** Sends frames with changed bytes. */
  'mutant',
  /** Sends far more than anybody asked for. */
  'flooder',
  /** Lies about how much it has, where others stand, and what it has compared. */
  'liar',
  /** Asks for everything, takes it and never says so; what is asked of it never comes to an end. */
  'hoarder',
  /** Sends entries that break the rules: no signature, no payload of its own, a broken log, an unknown schema. */
  'forger',
  /** A node that passes on what it has, and leaves out payloads. */
  'stripper',
] as const

/**
 * One of these, or a node that gives far more than anybody wants, within the rules of a session. Where there is such a
 * one, honest nodes have quotas.
 */
export type HostileKind = (typeof HOSTILE_KINDS)[number] | 'spammer'
