// Sending a template: one is chosen, then its gaps are filled while one sees what the customer will read.
import { Modal } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import type { Conversation } from '../../../server/conversations/schema.ts'
import type { Template } from '../../../server/templates/schema.ts'
import { useOrganization } from '../access/queries.ts'
import { useTypedText } from '../lib/typed-text.ts'
import { m } from '../paraglide/messages.js'
import { EmptyState } from '../ui/EmptyState.tsx'
import { ErrorNotice } from '../ui/ErrorNotice.tsx'
import { useReturnsFocus } from '../ui/returns-focus.ts'
import { templatesQuery } from './queries.ts'
import classes from './TemplateDialog.module.css'
import { TemplateForm } from './TemplateForm.tsx'
import { TemplateList } from './TemplateList.tsx'

interface TemplateDialogProps {
  conversation: Conversation
  /** Opens the conversation that the template stands in. */
  onSent: (conversationId: string | null) => void
  onClose: () => void
}

export function TemplateDialog({ conversation, onSent, onClose }: TemplateDialogProps) {
  const { slug } = useOrganization()
  const list = useQuery(templatesQuery(slug, conversation.channel_id))
  const [chosen, setChosen] = useState<Template | null>(null)
  const [search, setSearch] = useState('')
  const [typed, setTyped] = useState(false)
  useTypedText(typed)
  useReturnsFocus()
  return (
    <Modal
      opened
      onClose={onClose}
      title={m.template_send()}
      size={chosen === null ? 560 : 760}
      closeOnClickOutside={!typed}
      returnFocus={false}
    >
      {chosen !== null ? (
        <TemplateForm
          key={`${chosen.name} ${chosen.language}`}
          template={chosen}
          conversation={conversation}
          onTyped={setTyped}
          onBack={() => {
            setTyped(false)
            setChosen(null)
            void list.refetch()
          }}
          onSent={onSent}
        />
      ) : list.error && !list.isFetching ? (
        <ErrorNotice error={list.error} onRetry={() => void list.refetch()} />
      ) : !list.data ? (
        <p className={classes.note} role="status">
          {m.template_loading()}
        </p>
      ) : list.data.templates.length === 0 ? (
        <EmptyState title={m.template_none_title()} text={m.template_none_text()} />
      ) : (
        <>
          <TemplateList templates={list.data.templates} search={search} onSearch={setSearch} onChoose={setChosen} />
          {!list.data.complete && <p className={classes.note}>{m.template_incomplete()}</p>}
        </>
      )}
    </Modal>
  )
}
