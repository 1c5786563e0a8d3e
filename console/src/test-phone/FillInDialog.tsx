// The form that a button of a template opens: WhatsApp does not tell what it asks, so the answers are given with their names.
import { Textarea } from '@mantine/core'
import { useState } from 'react'
import { m } from '../paraglide/messages.js'
import { FormDialog } from '../ui/FormDialog.tsx'

interface FillInDialogProps {
  title: string
  onSend: (answers: Record<string, string>) => void
  onClose: () => void
}

export function FillInDialog({ title, onSend, onClose }: FillInDialogProps) {
  const [text, setText] = useState('')
  const [error, setError] = useState<string | null>(null)
  return (
    <FormDialog
      title={title}
      size={440}
      typed={text !== ''}
      failure={null}
      submitLabel={m.test_form_send()}
      submitting={false}
      onSubmit={() => {
        const answers = answersIn(text)
        if (answers === null) setError(m.test_form_line_invalid())
        else onSend(answers)
      }}
      onClose={onClose}
    >
      <Textarea
        data-autofocus
        autosize
        minRows={3}
        maxRows={10}
        dir="auto"
        label={m.test_form_answers()}
        description={m.test_form_answers_hint()}
        value={text}
        error={error}
        onChange={(event) => {
          setText(event.currentTarget.value)
          setError(null)
        }}
      />
    </FormDialog>
  )
}

/** By their names; null when a line has none. A form may ask nothing. */
function answersIn(text: string): Record<string, string> | null {
  const lines = text.split('\n').filter((line) => line.trim() !== '')
  const answers = lines.map((line) => /^\s*([^:：]+?)\s*[:：]\s*(.*?)\s*$/.exec(line))
  if (answers.includes(null)) return null
  return Object.fromEntries(answers.map((answer) => [answer![1]!, answer![2]!]))
}
