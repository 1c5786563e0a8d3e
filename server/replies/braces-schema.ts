// How variables are written in saved replies and templates.

/** Words in braces as they are written in a text. */
export const BRACED = /\{\s*([\p{L}\p{N}_]{1,40})\s*\}/gu
