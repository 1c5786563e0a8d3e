// What else an administrator does with the open contact: take all its data out, or erase it.
import { ActionIcon, Menu } from '@mantine/core'
import { IconBraces, IconDots, IconTrash } from '@tabler/icons-react'
import { lazy, Suspense, useRef, useState } from 'react'
import { may, useOrganization } from '../access/queries.ts'
import { m } from '../paraglide/messages.js'
import classes from './ContactMenu.module.css'

const loadDialog = () => import('../privacy/EraseContactDialog.tsx')
const EraseContactDialog = lazy(() => loadDialog().then((file) => ({ default: file.EraseContactDialog })))

interface ContactMenuProps {
  id: string
  name: string
  onErased: () => void
}

export function ContactMenu({ id, name, onErased }: ContactMenuProps) {
  const organization = useOrganization()
  const button = useRef<HTMLButtonElement>(null)
  const [erasing, setErasing] = useState(false)
  if (!may(organization, 'contacts:erase')) return null
  const exportData = () =>
    void import('../privacy/exporting.ts').then((file) => file.exportEverything(organization.slug, id))
  const act = (action: () => void) => () => {
    // The item goes with the menu: a dialog gives the focus back to what stays.
    button.current?.focus({ preventScroll: true })
    action()
  }
  return (
    <>
      <Menu width={220} position="bottom-end" onOpen={() => void loadDialog()}>
        <Menu.Target>
          <ActionIcon ref={button} aria-label={m.contact_actions()} title={m.contact_actions()}>
            <IconDots size={17} stroke={1.8} />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item leftSection={<IconBraces size={16} stroke={1.7} />} onClick={act(exportData)}>
            {m.contact_export()}
          </Menu.Item>
          <Menu.Divider />
          <Menu.Item
            className={classes.danger}
            leftSection={<IconTrash size={16} stroke={1.7} />}
            onClick={act(() => setErasing(true))}
          >
            {m.contact_erase()}
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
      {erasing && (
        <Suspense>
          <EraseContactDialog id={id} name={name} onClose={() => setErasing(false)} onErased={onErased} />
        </Suspense>
      )}
    </>
  )
}
