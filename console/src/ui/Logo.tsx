// The mark of Earmark: a page whose corner is turned down, with the hole of a tag.
interface LogoProps {
  size?: number
}

export function Logo({ size = 22 }: LogoProps) {
  return (
    <svg width={size} height={size} viewBox="0 0 32 32" aria-hidden focusable="false">
      <rect width="32" height="32" rx="8" fill="#0b564e" />
      <path
        d="M9 7h9.2L24 12.8V23a2.2 2.2 0 0 1-2.2 2.2H9A2.2 2.2 0 0 1 6.8 23V9.2A2.2 2.2 0 0 1 9 7z"
        fill="#f4faf8"
      />
      <path d="M18.2 7 24 12.8h-3.9a1.9 1.9 0 0 1-1.9-1.9z" fill="#56b3a4" />
      <circle cx="11.4" cy="20.6" r="1.9" fill="#0b564e" />
    </svg>
  )
}
