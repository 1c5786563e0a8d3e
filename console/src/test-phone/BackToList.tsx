// The way back to the list of customers, where the screen is too small for both.
import { ActionIcon } from '@mantine/core'
import { IconArrowLeft } from '@tabler/icons-react'
import { m } from '../paraglide/messages.js'
import classes from './BackToList.module.css'

export function BackToList({ onBack }: { onBack: () => void }) {
  return (
    <ActionIcon className={classes.back} size={34} aria-label={m.back()} onClick={onBack}>
      <IconArrowLeft size={18} stroke={1.8} />
    </ActionIcon>
  )
}
