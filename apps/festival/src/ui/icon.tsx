/** Line drawings on a 24 × 24 grid, in the colour of the text beside them. */
const DRAWINGS = {
  programme:
    'M5 5.5h14a1 1 0 0 1 1 1V19a1 1 0 0 1-1 1H5a1 1 0 0 1-1-1V6.5a1 1 0 0 1 1-1ZM4 10h16M8.5 3.5v4M15.5 3.5v4M8 14h3',
  venues:
    'M12 21c4.5-5 6.8-8.3 6.8-11.3A6.8 6.8 0 0 0 5.2 9.7C5.2 12.7 7.5 16 12 21ZM12 12.2a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5Z',
  device:
    'M8 3h8a1.5 1.5 0 0 1 1.5 1.5v15A1.5 1.5 0 0 1 16 21H8a1.5 1.5 0 0 1-1.5-1.5v-15A1.5 1.5 0 0 1 8 3ZM10.5 18h3',
  add: 'M12 5v14M5 12h14',
  close: 'M6 6l12 12M18 6 6 18',
  down: 'M6 9.5l6 6 6-6',
  back: 'M14.5 5 8 12l6.5 7',
  edit: 'M4.5 19.5l1-4L16.8 4.2a1.6 1.6 0 0 1 2.3 0l.7.7a1.6 1.6 0 0 1 0 2.3L8.5 18.5l-4 1ZM14.5 6.5l3 3',
  trash: 'M5 7h14M10 7V4.5h4V7M7 7l.8 12.5h8.4L17 7M10.5 10.5v6M13.5 10.5v6',
  people:
    'M9 11.5a3.2 3.2 0 1 0 0-6.4 3.2 3.2 0 0 0 0 6.4ZM3.5 19c.3-3.3 2.3-5 5.5-5s5.2 1.7 5.5 5M15.5 5.4a3 3 0 0 1 0 5.8M17 14.3c2 .6 3.2 2.2 3.5 4.7',
  clock: 'M12 20.5a8.5 8.5 0 1 0 0-17 8.5 8.5 0 0 0 0 17ZM12 7v5.3l3.5 2',
  offline: 'M4 4l16 16M8.5 8.2A6 6 0 0 0 6 13a4 4 0 0 0 .5 7h10M11 6.6A6 6 0 0 1 17.7 11 4.5 4.5 0 0 1 20 18.3',
  kept: 'M12 3.5 19 6v5.5c0 4.3-2.8 7.5-7 9-4.2-1.5-7-4.7-7-9V6l7-2.5ZM8.8 11.8l2.3 2.3 4.2-4.5',
  warning: 'M12 4.5 21 19.5H3L12 4.5ZM12 10.5v4M12 17v.2',
  key: 'M14.5 13.5a4.5 4.5 0 1 0-4.3-3.2L4 16.5V20h3.5v-2.5H10V15l1.7-1.7a4.5 4.5 0 0 0 2.8.2ZM16 8.5v.1',
  copy: 'M9 9h10v11H9ZM5.5 15H5V4h10v1',
  code: 'M4 4h6v6H4ZM14 4h6v6h-6ZM4 14h6v6H4ZM14 14h2.5v2.5M20 14v2.5M14 20h2.5M20 20v-.2',
  sync: 'M5 9.5A7.5 7.5 0 0 1 18.5 8M19 4.5V8.2h-3.7M19 14.5A7.5 7.5 0 0 1 5.5 16M5 19.5V15.8h3.7',
  check: 'M5 12.5l4.5 4.5L19 7.5',
  spark: 'M12 3.5l2 6.5 6.5 2-6.5 2-2 6.5-2-6.5-6.5-2 6.5-2 2-6.5Z',
} as const

export type IconName = keyof typeof DRAWINGS

export function Icon({ name, size = 22 }: { readonly name: IconName; readonly size?: number }) {
  return (
    <svg
      width={size}
      height={size}
      viewBox="0 0 24 24"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.8"
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
      focusable="false"
    >
      <path d={DRAWINGS[name]} />
    </svg>
  )
}
