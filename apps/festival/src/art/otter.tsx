interface OtterProps {
  readonly asleep?: boolean
  readonly className?: string | undefined
}

/**
 * The sea otter that the project is named after, afloat on its back with its shell. Decoration: hidden from readers.
 */
export function Otter({ asleep = false, className }: OtterProps) {
  return (
    <svg className={className} viewBox="0 0 320 190" aria-hidden="true" focusable="false">
      <g fill="#6f4a35">
        <path d="M96 122c22-30 112-36 152-4 8 6 8 18-2 26l-140 4c-14-4-18-16-10-26Z" />
        <path d="M236 118c8-20 20-30 30-26 9 4 6 20-10 38Z" />
        <path d="M252 128c16-15 31-19 37-11 5 8-5 20-25 27Z" />
      </g>
      <path d="M118 120c26-19 80-21 112-2-22 14-90 18-112 2Z" fill="#a77a58" />
      <g fill="#5c3b2a">
        <circle cx="55" cy="64" r="11" />
        <circle cx="119" cy="64" r="11" />
      </g>
      <g fill="#c79a78">
        <circle cx="56" cy="65" r="5" />
        <circle cx="118" cy="65" r="5" />
      </g>
      <path d="M87 44c29 0 47 20 47 46s-18 46-47 46-47-20-47-46 18-46 47-46Z" fill="#8a5e43" />
      <path d="M87 76c12-10 37-4 39 20 1 22-16 36-39 36s-40-14-39-36c2-24 27-30 39-20Z" fill="#f0d9bd" />
      <path d="M79 91c0-5 16-5 16 0s-5 9-8 9-8-4-8-9Z" fill="#2a1a14" />
      <path
        d="M87 100v6m0 0c-3 5-10 5-13 1m13-1c3 5 10 5 13 1"
        fill="none"
        stroke="#2a1a14"
        strokeWidth="2.6"
        strokeLinecap="round"
      />
      {asleep ? (
        <path
          d="M61 82c4 4 9 4 13 0m26 0c4 4 9 4 13 0"
          fill="none"
          stroke="#2a1a14"
          strokeWidth="3.4"
          strokeLinecap="round"
        />
      ) : (
        <g>
          <circle cx="68" cy="81" r="5.4" fill="#2a1a14" />
          <circle cx="106" cy="81" r="5.4" fill="#2a1a14" />
          <circle cx="70" cy="79" r="1.8" fill="#fff" />
          <circle cx="108" cy="79" r="1.8" fill="#fff" />
        </g>
      )}
      <path
        d="M58 100l-24-4m24 10-23 6m81-12 24-4m-24 10 23 6"
        stroke="#fff5e6"
        strokeWidth="2"
        strokeLinecap="round"
        opacity=".8"
      />
      <g transform="rotate(-6 178 88)">
        <path
          d="M178 112c-24-4-33-20-30-34 2-9 11-10 15-5 1-10 13-13 18-4 5-8 17-5 17 5 5-4 13-2 14 6 2 14-9 29-34 32Z"
          fill="#ff7f50"
        />
        <path
          d="M178 110l-20-34m21 34-9-41m10 41 5-41m-4 41 20-33"
          stroke="#c9491d"
          strokeWidth="2.4"
          strokeLinecap="round"
        />
      </g>
      <g fill="#5c3b2a">
        <ellipse cx="150" cy="108" rx="15" ry="10" transform="rotate(28 150 108)" />
        <ellipse cx="206" cy="106" rx="15" ry="10" transform="rotate(-30 206 106)" />
      </g>
    </svg>
  )
}
