// Opens the list of emoji beside a box to write in; the list itself is loaded when it is opened first.
import { ActionIcon, Popover } from '@mantine/core'
import { IconMoodSmile } from '@tabler/icons-react'
import { lazy, Suspense, useState } from 'react'
import { m } from '../paraglide/messages.js'

const EmojiList = lazy(() => import('./EmojiList.tsx').then((file) => ({ default: file.EmojiList })))

interface EmojiButtonProps {
  className?: string | undefined
  onPick: (emoji: string) => void
  /** It was closed without one. */
  onLeave: () => void
}

export function EmojiButton({ className, onPick, onLeave }: EmojiButtonProps) {
  const [opened, setOpened] = useState(false)
  const change = (now: boolean) => {
    setOpened(now)
    if (!now) onLeave()
  }
  return (
    <Popover opened={opened} onChange={change} position="top-start" trapFocus returnFocus={false} width={316}>
      <Popover.Target>
        <ActionIcon
          className={className}
          size={36}
          aria-label={m.emoji_choose()}
          title={m.emoji_choose()}
          aria-expanded={opened}
          onClick={() => change(!opened)}
        >
          <IconMoodSmile size={18} stroke={1.8} />
        </ActionIcon>
      </Popover.Target>
      <Popover.Dropdown p={0} aria-label={m.emoji_choose()} aria-labelledby={undefined}>
        <Suspense>
          <EmojiList
            onPick={(emoji) => {
              setOpened(false)
              onPick(emoji)
            }}
          />
        </Suspense>
      </Popover.Dropdown>
    </Popover>
  )
}
