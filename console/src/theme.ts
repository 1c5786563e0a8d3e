// The look of Earmark in Mantine's terms: the ink-teal identity, two palettes, compact controls.
import {
  ActionIcon,
  Button,
  createTheme,
  defaultVariantColorsResolver,
  Menu,
  Notification,
  Popover,
  type CSSVariablesResolver,
  type MantineColorsTuple,
  type ModalProps,
} from '@mantine/core'
import { m } from './paraglide/messages.js'

const ink: MantineColorsTuple = [
  '#eef7f5',
  '#d9ece8',
  '#b3d9d2',
  '#86c3b8',
  '#5cb8a9',
  '#2c9585',
  '#177a6d',
  '#0f665c',
  '#0b564e',
  '#07413b',
]

// Dark from light to dark, as Mantine wants it; both greys lean to the green of the ink.
const dark: MantineColorsTuple = [
  '#e4eae8',
  '#c3cdc9',
  '#9fafa9',
  '#84958f',
  '#33413d',
  '#222c29',
  '#1a2320',
  '#111816',
  '#0c1210',
  '#080d0b',
]
const gray: MantineColorsTuple = [
  '#f6f8f7',
  '#eff2f1',
  '#e4e8e6',
  '#d3d9d6',
  '#bcc5c1',
  '#70807a',
  '#566661',
  '#41504b',
  '#2c3935',
  '#16211e',
]
const red: MantineColorsTuple = [
  '#fdf0ef',
  '#fbdedb',
  '#f6bcb7',
  '#f29a93',
  '#ee8880',
  '#d9534a',
  '#c43e36',
  '#b5332b',
  '#a12820',
  '#7d1d17',
]

export const theme = createTheme({
  primaryColor: 'ink',
  primaryShade: { light: 8, dark: 4 },
  colors: { ink, dark, gray, red },
  white: '#ffffff',
  black: '#16211e',
  autoContrast: true,
  respectReducedMotion: true,
  cursorType: 'pointer',
  defaultRadius: 'md',
  radius: { xs: '3px', sm: '5px', md: '7px', lg: '10px', xl: '14px' },
  fontFamily: 'var(--font)',
  fontFamilyMonospace: 'var(--font-mono)',
  fontSizes: { xs: '12px', sm: '13px', md: '14px', lg: '16px', xl: '20px' },
  spacing: { xs: '8px', sm: '12px', md: '16px', lg: '24px', xl: '32px' },
  headings: { fontFamily: 'var(--font)', fontWeight: '600' },
  shadows: {
    xs: '0 1px 2px rgb(8 20 17 / 6%)',
    sm: '0 1px 3px rgb(8 20 17 / 8%)',
    md: '0 6px 20px -4px rgb(8 20 17 / 14%), 0 1px 3px rgb(8 20 17 / 8%)',
    lg: '0 12px 32px -6px rgb(8 20 17 / 18%), 0 2px 6px rgb(8 20 17 / 8%)',
    xl: '0 24px 56px -12px rgb(8 20 17 / 28%), 0 4px 12px rgb(8 20 17 / 10%)',
  },
  // A filled button's text follows the theme in use, not the light one alone.
  variantColorResolver: (input) => {
    const colors = defaultVariantColorsResolver(input)
    const primary = input.color === undefined || input.color === 'ink'
    return input.variant === 'filled' && primary
      ? { ...colors, color: 'var(--mantine-primary-color-contrast)' }
      : colors
  },
  components: {
    Button: Button.extend({ defaultProps: { size: 'sm' } }),
    ActionIcon: ActionIcon.extend({ defaultProps: { variant: 'subtle', color: 'gray', size: 28 } }),
    Popover: Popover.extend({ defaultProps: { shadow: 'md', transitionProps: { duration: 80 }, returnFocus: true } }),
    Menu: Menu.extend({
      defaultProps: {
        // Menus stay within the landmark of their button; the placeholder is a child that no menu may have.
        withinPortal: false,
        withInitialFocusPlaceholder: false,
        shadow: 'md',
        transitionProps: { duration: 80 },
      },
    }),
    // Without what makes a dialog: the first screen has none.
    Modal: {
      defaultProps: {
        centered: true,
        shadow: 'xl',
        overlayProps: { backgroundOpacity: 0.4 },
        transitionProps: { duration: 120, transition: 'pop' },
        closeButtonProps: { 'aria-label': m.close() },
      } satisfies Partial<ModalProps>,
    },
    Notification: Notification.extend({ defaultProps: { closeButtonProps: { 'aria-label': m.dismiss() } } }),
  },
})

/** Mantine's names for what base.css calls surface, line and ink, so that both speak of the same colours. */
export const cssVariables: CSSVariablesResolver = () => ({
  variables: {},
  light: {
    '--mantine-color-body': 'var(--surface)',
    '--mantine-color-text': 'var(--ink)',
    '--mantine-color-dimmed': 'var(--ink-soft)',
    '--mantine-color-placeholder': 'var(--ink-faint)',
    '--mantine-color-error': 'var(--danger)',
    '--mantine-color-anchor': 'var(--accent)',
    '--mantine-color-default': 'var(--raised)',
    '--mantine-color-default-hover': 'var(--hover)',
    '--mantine-color-default-color': 'var(--ink)',
    '--mantine-color-default-border': 'var(--line-strong)',
  },
  dark: {
    '--mantine-color-body': 'var(--surface)',
    '--mantine-color-text': 'var(--ink)',
    '--mantine-color-dimmed': 'var(--ink-soft)',
    '--mantine-color-placeholder': 'var(--ink-faint)',
    '--mantine-color-error': 'var(--danger)',
    '--mantine-color-anchor': 'var(--accent)',
    '--mantine-color-default': 'var(--raised)',
    '--mantine-color-default-hover': 'var(--hover)',
    '--mantine-color-default-color': 'var(--ink)',
    '--mantine-color-default-border': 'var(--line-strong)',
  },
})
