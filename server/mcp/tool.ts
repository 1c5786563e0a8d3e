// A tool as data: what AI agents are told of it, what it takes and answers, and the verb behind it.
import type { z } from 'zod'
import type { Actor } from '../access/actor.ts'
import type { Scope } from '../access/scopes.ts'
import type { Db, Tx } from '../lib/db.ts'

/** What a tool works with. */
export interface ToolContext {
  readonly db: Db
  readonly actor: Actor
  /** How a tool writes: in one transaction, which may be begun anew when the database ended it in favor of somebody else's. */
  write<A>(work: (tx: Tx) => Promise<A>): Promise<A>
  /** Does the same, refusals included, and undoes it: what it answers is what would have been. */
  rehearse<A>(work: (tx: Tx) => Promise<A>): Promise<A>
}

export interface Tool {
  /** `verb_noun`, as models call it. */
  name: string
  /** What people read. */
  title: string
  /** What models read: when to use it, and what it answers. */
  description: string
  /** Without it a key does not see the tool. */
  scope: Scope
  writes: boolean
  input: z.ZodObject
  output: z.ZodObject
  run(input: never, context: ToolContext): Promise<unknown>
}

/** Declares a tool; its run must take what the input's shape says, and answer what the output's does. */
export const tool = <I extends z.ZodObject, O extends z.ZodObject>(
  declared: Omit<Tool, 'input' | 'output' | 'run'> & {
    input: I
    output: O
    run(input: z.output<I>, context: ToolContext): Promise<z.input<O>>
  },
): Tool => declared
