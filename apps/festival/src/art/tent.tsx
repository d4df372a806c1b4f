/** A tent on a raft: the smallest festival there is. Decoration: hidden from readers. */
export function Tent({ className }: { readonly className?: string | undefined }) {
  return (
    <svg className={className} viewBox="0 0 260 170" aria-hidden="true" focusable="false">
      <path d="M18 62C70 92 110 90 130 26M130 26c20 64 60 66 112 36" fill="none" stroke="#8a5e43" strokeWidth="3" />
      <g>
        <path d="M38 72l16 4-11 15Z" fill="#ffc64d" />
        <path d="M66 77l17-1-6 17Z" fill="#66c9cb" />
        <path d="M94 70l14-8 1 18Z" fill="#f7a1c8" />
        <path d="M222 72l-16 4 11 15Z" fill="#a3cd73" />
        <path d="M194 77l-17-1 6 17Z" fill="#bfa9f5" />
        <path d="M166 70l-14-8-1 18Z" fill="#ffc64d" />
      </g>
      <path d="M130 6v28" stroke="#5c3b2a" strokeWidth="4" strokeLinecap="round" />
      <path d="M132 7c12-5 18 5 30 0l-5 9 5 9c-12 5-18-5-30 0Z" fill="#ff7f50" />
      <path d="M130 32c16 36 36 60 66 76v22H64v-22c30-16 50-40 66-76Z" fill="#fff3df" />
      <path d="M130 32c-4 40-14 66-30 98H64v-22c30-16 50-40 66-76Z" fill="#ff7f50" />
      <path d="M130 32c4 40 14 66 30 98h36v-22c-30-16-50-40-66-76Z" fill="#ff7f50" />
      <path d="M130 60c-2 26-8 46-20 70h40c-12-24-18-44-20-70Z" fill="#2b1c14" />
      <g fill="#8a5e43">
        <rect x="40" y="128" width="180" height="14" rx="7" />
      </g>
      <g fill="#6f4a35">
        <circle cx="58" cy="146" r="9" />
        <circle cx="94" cy="146" r="9" />
        <circle cx="130" cy="146" r="9" />
        <circle cx="166" cy="146" r="9" />
        <circle cx="202" cy="146" r="9" />
      </g>
    </svg>
  )
}
