// Shares of decisions, which are only told where there were enough of them.
import { FEWEST_DECISIONS, type TagQuality } from '../../../server/analysis/quality-schema.ts'

/** What share of all the part is, from 0 to 1; null where a share would say nothing. */
export const shareOf = (part: number, all: number): number | null => (all < FEWEST_DECISIONS ? null : part / all)

type Counts = TagQuality['weeks'][number]

/** Of what was put on, and is either still on or was taken off by people or other systems. */
export const keptShare = ({ kept, removed }: Counts): number | null => shareOf(kept, kept + removed)

/** Of the suggestions that people decided on. */
export const acceptedShare = ({ accepted, rejected }: Counts): number | null => shareOf(accepted, accepted + rejected)
