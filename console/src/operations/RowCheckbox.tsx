// The first column of the contact list: a checkbox for each row, and one for all rows that are loaded.
import { useEffect, useRef, type MouseEvent } from 'react'
import { m } from '../paraglide/messages.js'
import classes from './RowCheckbox.module.css'
import type { RowSelection } from './selection.ts'

interface RowCheckboxProps {
  /** Whom it chooses. */
  name: string
  checked: boolean
  tabIndex: number
  onToggle: (range: boolean) => void
}

/** The whole cell is clicked, not the box alone; Space on the box is a click as well. */
export function RowCheckbox({ name, checked, tabIndex, onToggle }: RowCheckboxProps) {
  return (
    <div
      role="gridcell"
      data-select
      className={classes.cell}
      onMouseDown={keepText}
      onClick={(event) => {
        event.stopPropagation()
        onToggle(event.shiftKey)
      }}
    >
      <input
        type="checkbox"
        className={classes.box}
        aria-label={m.select_contact({ name })}
        checked={checked}
        readOnly
        tabIndex={tabIndex}
      />
    </div>
  )
}

/** A range would mark the text between as well. */
const keepText = (event: MouseEvent) => {
  if (event.shiftKey) event.preventDefault()
}

export function SelectLoaded({ selection }: { selection: RowSelection }) {
  const box = useRef<HTMLInputElement>(null)
  useEffect(() => {
    box.current!.indeterminate = selection.loaded === 'some'
  }, [selection.loaded])
  return (
    <div role="columnheader" data-select className={classes.cell} onClick={selection.toggleLoaded}>
      <input
        ref={box}
        type="checkbox"
        className={classes.box}
        aria-label={m.select_loaded()}
        checked={selection.loaded === 'all'}
        readOnly
      />
    </div>
  )
}
