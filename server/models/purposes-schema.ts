// What language models are asked for, and what comes of it: lists that the console reads before it needs any shape.

/** What a model is asked for. */
export const PURPOSES = ['auto_close', 'agent', 'test', 'try'] as const
export type Purpose = (typeof PURPOSES)[number]
/** What came of a call, as the log is filtered by it. */
export const OUTCOMES = ['answered', 'failed', 'under_way'] as const
