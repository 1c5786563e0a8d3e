// Short messages at the foot of the screen: what was done, or what failed away from any field.
import { notifications } from '@mantine/notifications'
import { sentenceOf } from '../lib/api.ts'

export const tell = (message: string) => notifications.show({ message, role: 'status', autoClose: 4500 })

/** Failures stay longer, and interrupt a screen reader. */
export const tellFailure = (message: string, error?: unknown) =>
  notifications.show({
    message: error === undefined ? message : `${message} ${sentenceOf(error)}`,
    role: 'alert',
    autoClose: 12_000,
  })
