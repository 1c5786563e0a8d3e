// A few things of which any number can be ticked; each keeps its own words beside it.
import classes from './CheckList.module.css'

interface CheckListProps {
  label: string
  items: readonly { id: string; name: string; note?: string | undefined }[]
  chosen: readonly string[]
  onChange: (ids: string[]) => void
}

export function CheckList({ label, items, chosen, onChange }: CheckListProps) {
  return (
    <ul className={classes.list} aria-label={label}>
      {items.map(({ id, name, note }) => (
        <li key={id}>
          <label className={classes.item}>
            <input
              type="checkbox"
              className={classes.box}
              checked={chosen.includes(id)}
              onChange={(event) =>
                onChange(
                  event.currentTarget.checked
                    ? items.map((item) => item.id).filter((each) => each === id || chosen.includes(each))
                    : chosen.filter((each) => each !== id),
                )
              }
            />
            <span className={classes.words}>
              <bdi className={classes.name}>{name}</bdi>
              {note !== undefined && <span className={classes.note}>{note}</span>}
            </span>
          </label>
        </li>
      ))}
    </ul>
  )
}
