// A search above a list; what was asked for follows a moment after the last letter.
import { ActionIcon, TextInput } from '@mantine/core'
import { IconSearch, IconX } from '@tabler/icons-react'
import { useEffect, useRef, useState } from 'react'
import { m } from '../paraglide/messages.js'

const PAUSE_MS = 250

interface SearchTextProps {
  className: string | undefined
  label: string
  text: string
  onChange: (text: string) => void
}

export function SearchText({ className, label, text, onChange }: SearchTextProps) {
  const [typed, setTyped] = useState(text)
  const put = useRef(text)
  const timer = useRef<number | undefined>(undefined)
  useEffect(() => {
    // What comes by Back or a link wins over what is half typed.
    if (text === put.current) return
    window.clearTimeout(timer.current)
    put.current = text
    setTyped(text)
  }, [text])
  useEffect(() => () => window.clearTimeout(timer.current), [])

  const type = (next: string, pause = PAUSE_MS) => {
    setTyped(next)
    window.clearTimeout(timer.current)
    timer.current = window.setTimeout(() => {
      put.current = next
      onChange(next)
    }, pause)
  }
  return (
    <search className={className}>
      <TextInput
        label={label}
        value={typed}
        maxLength={200}
        autoComplete="off"
        spellCheck={false}
        onChange={(event) => type(event.currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key === 'Escape' && !event.nativeEvent.isComposing) type('', 0)
        }}
        leftSection={<IconSearch size={15} stroke={1.7} />}
        rightSection={
          typed !== '' && (
            <ActionIcon size={22} aria-label={m.search_clear()} onClick={() => type('', 0)}>
              <IconX size={14} />
            </ActionIcon>
          )
        }
      />
    </search>
  )
}
