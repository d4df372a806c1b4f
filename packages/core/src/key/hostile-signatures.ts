/**
 * Signatures on which Ed25519 implementations disagree, with the result of the one rule (see portable-verifier.ts). The
 * first twelve are the cases of the public ed25519-speccheck collection (Apache-2.0); the others were made with the
 * key whose seed is 32 bytes of 7. All hexadecimal.
 */
export interface SignatureCase {
  readonly name: string
  readonly publicKey: string
  readonly message: string
  readonly signature: string
  readonly isValid: boolean
}

export const HOSTILE_SIGNATURES: readonly SignatureCase[] = [
  {
    name: 'small-order key and small-order R, S = 0',
    publicKey: 'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa',
    message: '8c93255d71dcab10e8f379c26200f3c7bd5f09d9bc3068d3ef4edeb4853022b6',
    signature:
      'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a0000000000000000000000000000000000000000000000000000000000000000',
    isValid: true,
  },
  {
    name: 'small-order key, R of mixed order',
    publicKey: 'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa',
    message: '9bd9f44f4dcc75bd531b56b2cd280b0bb38fc1cd6d1230e14861d861de092e79',
    signature:
      'f7badec5b8abeaf699583992219b7b223f1df3fbbea919844e3f7c554a43dd43a5bb704786be79fc476f91d3f3f89b03984d8068dcf1bb7dfc6637b45450ac04',
    isValid: true,
  },
  {
    name: 'R of small order, key of mixed order',
    publicKey: 'f7badec5b8abeaf699583992219b7b223f1df3fbbea919844e3f7c554a43dd43',
    message: 'aebf3f2601a0c8c5d39cc7d8911642f740b78168218da8471772b35f9d35b9ab',
    signature:
      'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa8c4bd45aecaca5b24fb97bc10ac27ac8751a7dfe1baff8b953ec9f5833ca260e',
    isValid: true,
  },
  {
    name: 'key and R of mixed order',
    publicKey: 'cdb267ce40c5cd45306fa5d2f29731459387dbf9eb933b7bd5aed9a765b88d4d',
    message: '9bd9f44f4dcc75bd531b56b2cd280b0bb38fc1cd6d1230e14861d861de092e79',
    signature:
      '9046a64750444938de19f227bb80485e92b83fdb4b6506c160484c016cc1852f87909e14428a7a1d62e9f22f3d3ad7802db02eb2e688b6c52fcd6648a98bd009',
    isValid: true,
  },
  {
    name: 'key and R of mixed order: only the cofactored equation holds',
    publicKey: 'cdb267ce40c5cd45306fa5d2f29731459387dbf9eb933b7bd5aed9a765b88d4d',
    message: 'e47d62c63f830dc7a6851a0b1f33ae4bb2f507fb6cffec4011eaccd55b53f56c',
    signature:
      '160a1cb0dc9c0258cd0a7d23e94d8fa878bcb1925f2c64246b2dee1796bed5125ec6bc982a269b723e0668e540911a9a6a58921d6925e434ab10aa7940551a09',
    isValid: false,
  },
  {
    name: 'key of mixed order: only the cofactored equation holds, k not reduced first',
    publicKey: 'cdb267ce40c5cd45306fa5d2f29731459387dbf9eb933b7bd5aed9a765b88d4d',
    message: 'e47d62c63f830dc7a6851a0b1f33ae4bb2f507fb6cffec4011eaccd55b53f56c',
    signature:
      '21122a84e0b5fca4052f5b1235c80a537878b38f3142356b2c2384ebad4668b7e40bc836dac0f71076f9abe3a53f9c03c1ceeeddb658d0030494ace586687405',
    isValid: false,
  },
  {
    name: 'S above the group order',
    publicKey: '442aad9f089ad9e14647b1ef9099a1ff4798d78589e66f28eca69c11f582a623',
    message: '85e241a07d148b41e47d62c63f830dc7a6851a0b1f33ae4bb2f507fb6cffec40',
    signature:
      'e96f66be976d82e60150baecff9906684aebb1ef181f67a7189ac78ea23b6c0e547f7690a0e2ddcd04d87dbc3490dc19b3b3052f7ff0538cb68afb369ba3a514',
    isValid: false,
  },
  {
    name: 'S far above the group order',
    publicKey: '442aad9f089ad9e14647b1ef9099a1ff4798d78589e66f28eca69c11f582a623',
    message: '85e241a07d148b41e47d62c63f830dc7a6851a0b1f33ae4bb2f507fb6cffec40',
    signature:
      '8ce5b96c8f26d0ab6c47958c9e68b937104cd36e13c33566acd2fe8d38aa19427e71f98a473474f2f13f06f97c20d58cc3f54b8bd0d272f42b695dd7e89a8c22',
    isValid: false,
  },
  {
    name: 'small-order R, not canonical, k made of its canonical form',
    publicKey: 'f7badec5b8abeaf699583992219b7b223f1df3fbbea919844e3f7c554a43dd43',
    message: '9bedc267423725d473888631ebf45988bad3db83851ee85c85e241a07d148b41',
    signature:
      'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff03be9678ac102edcd92b0210bb34d7428d12ffc5df5f37e359941266a4e35f0f',
    isValid: false,
  },
  {
    name: 'small-order R, not canonical',
    publicKey: 'f7badec5b8abeaf699583992219b7b223f1df3fbbea919844e3f7c554a43dd43',
    message: '9bedc267423725d473888631ebf45988bad3db83851ee85c85e241a07d148b41',
    signature:
      'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffca8c5b64cd208982aa38d4936621a4775aa233aa0505711d8fdcfdaa943d4908',
    isValid: false,
  },
  {
    name: 'small-order key, not canonical, k made of its canonical form',
    publicKey: 'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff',
    message: 'e96b7021eb39c1a163b6da4e3093dcd3f21387da4cc4572be588fafae23c155b',
    signature:
      'a9d55260f765261eb9b84e106f665e00b867287a761990d7135963ee0a7d59dca5bb704786be79fc476f91d3f3f89b03984d8068dcf1bb7dfc6637b45450ac04',
    isValid: false,
  },
  {
    name: 'small-order key, not canonical',
    publicKey: 'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff',
    message: '39a591f5321bbe07fd5a23dc2f39d025d74526615746727ceefd6e82ae65c06f',
    signature:
      'a9d55260f765261eb9b84e106f665e00b867287a761990d7135963ee0a7d59dca5bb704786be79fc476f91d3f3f89b03984d8068dcf1bb7dfc6637b45450ac04',
    isValid: true,
  },
  {
    name: 'an ordinary signature',
    publicKey: 'ea4a6c63e29c520abef5507b132ec5f9954776aebebe7b92421eea691446d22c',
    message: '72616b6b6f',
    signature:
      '62adf27c734b496f0027787a344cf59d7c3445dd55baf919b9b30485bb17922dd8a097e48de21baf4452a3c61c5f28a5afe3fc927e32977e1eaae0f1feb2e006',
    isValid: true,
  },
  {
    name: 'another message',
    publicKey: 'ea4a6c63e29c520abef5507b132ec5f9954776aebebe7b92421eea691446d22c',
    message: '72616b6b6e',
    signature:
      '62adf27c734b496f0027787a344cf59d7c3445dd55baf919b9b30485bb17922dd8a097e48de21baf4452a3c61c5f28a5afe3fc927e32977e1eaae0f1feb2e006',
    isValid: false,
  },
  {
    name: 'S + L',
    publicKey: 'ea4a6c63e29c520abef5507b132ec5f9954776aebebe7b92421eea691446d22c',
    message: '72616b6b6f',
    signature:
      '62adf27c734b496f0027787a344cf59d7c3445dd55baf919b9b30485bb17922dc5748d41a8452e071bef9a69fb5807baafe3fc927e32977e1eaae0f1feb2e016',
    isValid: false,
  },
  {
    name: 'S with its highest bit set',
    publicKey: 'ea4a6c63e29c520abef5507b132ec5f9954776aebebe7b92421eea691446d22c',
    message: '72616b6b6f',
    signature:
      '62adf27c734b496f0027787a344cf59d7c3445dd55baf919b9b30485bb17922dd8a097e48de21baf4452a3c61c5f28a5afe3fc927e32977e1eaae0f1feb2e086',
    isValid: false,
  },
  {
    name: 'identity as key and R, S = 0',
    publicKey: '0100000000000000000000000000000000000000000000000000000000000000',
    message: '72616b6b6f',
    signature:
      '01000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000',
    isValid: true,
  },
  {
    name: 'identity as key with the sign bit set',
    publicKey: '0100000000000000000000000000000000000000000000000000000000000080',
    message: '72616b6b6f',
    signature:
      '01000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000',
    isValid: true,
  },
  {
    name: 'identity as key with y = p + 1',
    publicKey: 'eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
    message: '72616b6b6f',
    signature:
      '01000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000',
    isValid: true,
  },
  {
    name: 'identity as R with y = p + 1',
    publicKey: '0100000000000000000000000000000000000000000000000000000000000000',
    message: '72616b6b6f',
    signature:
      'eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f0000000000000000000000000000000000000000000000000000000000000000',
    isValid: false,
  },
  {
    name: 'identity as R with the sign bit set',
    publicKey: '0100000000000000000000000000000000000000000000000000000000000000',
    message: '72616b6b6f',
    signature:
      '01000000000000000000000000000000000000000000000000000000000000800000000000000000000000000000000000000000000000000000000000000000',
    isValid: false,
  },
  {
    name: 'a key that is no point',
    publicKey: '0200000000000000000000000000000000000000000000000000000000000000',
    message: '72616b6b6f',
    signature:
      '62adf27c734b496f0027787a344cf59d7c3445dd55baf919b9b30485bb17922dd8a097e48de21baf4452a3c61c5f28a5afe3fc927e32977e1eaae0f1feb2e006',
    isValid: false,
  },
]
