// Where half-written answers are shown that cannot be sent where they were written: their parts are loaded only when there is one.
import { Button } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { lazy, Suspense } from 'react'
import type { Conversation } from '../../../server/conversations/schema.ts'
import { useOrganization, useSession } from '../access/queries.ts'
import { m } from '../paraglide/messages.js'
import { attach, attachedIn, useAttached, useAttachedIn } from './attached.ts'
import { addToDraft, keepDraft, useDraft, useWrittenIn } from './drafts.ts'
import { sameThreadQuery } from './queries.ts'

const KeptDraft = lazy(() => import('./KeptDraft.tsx').then((file) => ({ default: file.KeptDraft })))

/**
 * The last conversation before this one, with the same contact and number, in which something was written or attached on
 * this device, and not sent; or one that went into this one. Whether any of its messages are on screen does not matter: the server says which are the same.
 */
function useKeptEarlier(userId: string, conversation: Conversation, mergedIds: readonly string[]): string | undefined {
  const { slug } = useOrganization()
  const kept = new Set(`${useWrittenIn(userId)} ${useAttachedIn()}`.split(' '))
  // Ids sort in the order of opening.
  const before = [...kept].filter((id) => id !== '' && id < conversation.id)
  const { data = [] } = useQuery({ ...sameThreadQuery(slug, conversation), enabled: before.length > 0 })
  return [...before.filter((id) => data.includes(id)), ...mergedIds.filter((id) => kept.has(id))].toSorted().at(-1)
}

/** Below a conversation in which one cannot write now. */
export function KeptHere({ conversationId }: { conversationId: string }) {
  const { user } = useSession()
  const { text } = useDraft(user.id, conversationId)
  const file = useAttached(conversationId)
  return (
    (text.trim() !== '' || file !== null) && (
      <Suspense>
        <KeptDraft userId={user.id} conversationId={conversationId} title={m.draft_kept()} />
      </Suspense>
    )
  )
}

interface KeptEarlierProps {
  conversation: Conversation
  /** Those that went into it. */
  mergedIds: readonly string[]
  onDone: () => void
}

/** Above the box to answer: what was left in earlier conversations, to go on with here. */
export function KeptEarlier({ conversation, mergedIds, onDone }: KeptEarlierProps) {
  const { user } = useSession()
  const conversationId = conversation.id
  const kept = useKeptEarlier(user.id, conversation, mergedIds)
  const { text } = useDraft(user.id, kept ?? '')
  const isFull = useAttached(conversationId) !== null
  if (kept === undefined) return null
  const use = () => {
    const begunIn = mergedIds.includes(kept) ? kept : undefined
    if (text.trim() !== '') addToDraft(user.id, conversationId, text, begunIn)
    keepDraft(user.id, kept, { text: '', reply_to: null })
    const file = attachedIn(kept)
    // One message takes one file: another stays where it is, and is still offered.
    if (file && !isFull) {
      attach(conversationId, file, begunIn)
      attach(kept, null)
    }
    onDone()
  }
  return (
    <Suspense>
      <KeptDraft userId={user.id} conversationId={kept} title={m.draft_earlier()} onDiscarded={onDone}>
        {(text.trim() !== '' || !isFull) && (
          <Button size="xs" variant="default" onClick={use}>
            {m.draft_use()}
          </Button>
        )}
      </KeptDraft>
    </Suspense>
  )
}
