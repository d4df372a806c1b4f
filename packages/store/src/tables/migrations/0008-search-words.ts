import type { Migration } from './migration.js'

/**
 * What a word is, said in SQL alone: one truth for the text that is stored and the text that is looked for, on every
 * platform.
 *
 * - `unicode`: a collation whose functions know the letters of every script, and whose order is that of code points.
 *   PostgreSQL has one of its own from version 17 on. Before that the operating system's `C.UTF-8` has to be there.
 * - `search_words(config, content)`: the words of a text, folded, with spaces between them. PostgreSQL's own parser
 *   makes one token of a host, a file or an e-mail address. It takes the square of the time on runs such as `a_a_a_`.
 *   In what this function returns it finds words alone.
 * - `search_query(config, terms)`: what a search looks for. `terms` are alternatives, each a list of `{ text,
 *   isNegated, mayGoOn }`, see query/search-terms.ts. The words of one term are a phrase.
 *
 * A word has letters, digits and marks. Case, Unicode's normal forms and compatible forms of letters make no
 * difference: `ß` is `ss`, `ς` is `σ`. The Turkish `ı` and `İ` are `i`. Characters that Unicode says to ignore (a soft
 * hyphen, a joiner) are left out, and vowel points of Hebrew, Arabic and Syriac. docs/search.md says more.
 *
 * Normalising sorts the marks of a letter, so one that is typed later may stand before one that is there. While a word
 * is typed the marks on its last letter are not looked at.
 *
 * A script without spaces shows no words. There each letter begins a word of two, itself and the next one. So a search
 * finds every part of a text: `東京都` becomes `東 東京 京都 都`.
 */
export const searchWords: Migration = { format: 8, sql }

/** A longer word is several: a lexeme has at most 2 046 bytes, a repetition in a regular expression at most 255. */
const MAX_WORD_LETTERS = 255
/** One character decomposes into as many as 18. Every Hangul text of the length that is searched stays below. */
const MAX_DECOMPOSED = 262_144
/** Marks on one letter. Normalising sorts them, in the square of the time: 65 536 of them took a minute. */
const MAX_MARKS = 30

// Ranges of regular expressions, since the named classes depend on the server's locale. They are what Unicode 17 says
// of decomposed lower-case characters. A character that it has not assigned is with its neighbours.

/** Letters, digits and marks: \p{L}, \p{N} and \p{M}. */
const WORD =
  String.raw`0-9a-z\u00df-\u00f0\u00f8-\u02c1\u02c6-\u02d1\u02ec\u02ee\u0300-\u0373\u0377-\u03f3\u03f8-\u0481\u0483-\u0559` +
  String.raw`\u0560-\u0588\u0591-\u05bd\u05bf\u05c1-\u05c2\u05c4-\u05c5\u05c7-\u05f2\u0610-\u061a\u0620-\u0669\u066e-\u06d2` +
  String.raw`\u06d5-\u06dc\u06df-\u06e8\u06ea-\u06fc\u06ff\u0710-\u07f5\u07fa-\u07fd\u0800-\u082d\u0840-\u085b\u0860-\u0887` +
  String.raw`\u0889-\u088f\u0897-\u08e1\u08e3-\u0963\u0966-\u096f\u0971-\u09f1\u09f4-\u09f9\u09fc\u09fe-\u0a75\u0a81-\u0aef` +
  String.raw`\u0af9-\u0b6f\u0b71-\u0bf2\u0c00-\u0c6f\u0c78-\u0c7e\u0c80-\u0c83\u0c85-\u0d4e\u0d54-\u0d78\u0d7a-\u0df3` +
  String.raw`\u0e01-\u0e3a\u0e40-\u0e4e\u0e50-\u0e59\u0e81-\u0f00\u0f18-\u0f19\u0f20-\u0f33\u0f35\u0f37\u0f39\u0f3e-\u0f84` +
  String.raw`\u0f86-\u0fbc\u0fc6\u1000-\u1049\u1050-\u109d\u10d0-\u10fa\u10fd-\u135f\u1369-\u138f\u13f8-\u13fd\u1401-\u166c` +
  String.raw`\u166f-\u167f\u1681-\u169a\u16a0-\u16ea\u16ee-\u1734\u1740-\u17d3\u17d7\u17dc-\u17f9\u1810-\u193b\u1946-\u19da` +
  String.raw`\u1a00-\u1a1b\u1a20-\u1a99\u1aa7\u1ab0-\u1b4c\u1b50-\u1b59\u1b6b-\u1b73\u1b80-\u1bf3\u1c00-\u1c37\u1c40-\u1c7d` +
  String.raw`\u1c80-\u1c8a\u1cd0-\u1cd2\u1cd4-\u1eff\u20d0-\u20f0\u214e\u2180-\u2188\u24eb-\u24ff\u2776-\u2793\u2c30-\u2ce4` +
  String.raw`\u2cec-\u2cf3\u2cfd\u2d00-\u2d67\u2d7f-\u2dff\u2e2f\u3005-\u3007\u3021-\u302f\u3031-\u3035\u303b-\u303c` +
  String.raw`\u3041-\u309d\u30a1-\u30f6\u30fc-\u312f\u31a0-\u31bf\u31f0-\u324f\u3400-\u4dbf\u4e00-\ua48c\ua4d0-\ua4fd` +
  String.raw`\ua500-\ua60c\ua610-\ua672\ua674-\ua67d\ua67f-\ua6f1\ua717-\ua71f\ua723-\ua788\ua78c-\ua827\ua82c-\ua835` +
  String.raw`\ua840-\ua873\ua880-\ua8c5\ua8d0-\ua8f7\ua8fb\ua8fd-\ua92d\ua930-\ua953\ua960-\ua9c0\ua9cf-\ua9d9\ua9e0-\uaa59` +
  String.raw`\uaa60-\uaa76\uaa7a-\uaadd\uaae0-\uaaef\uaaf2-\uab5a\uab60-\uab68\uab70-\uabea\uabec-\ud7fb\ufa0e-\ufb1e` +
  String.raw`\ufe20-\ufe2f\ufe73\U00010000-\U000100fa\U00010107-\U00010133\U00010140-\U00010178\U0001018a-\U0001018b` +
  String.raw`\U000101fd-\U0001039d\U000103a0-\U000103cf\U000103d1-\U00010563\U00010597-\U00010855\U00010858-\U00010876` +
  String.raw`\U00010879-\U0001091b\U00010920-\U00010939\U00010940-\U00010a48\U00010a60-\U00010a7e\U00010a80-\U00010ac7` +
  String.raw`\U00010ac9-\U00010aef\U00010b00-\U00010b35\U00010b40-\U00010b91\U00010ba9-\U00010d6d\U00010d6f-\U00010d85` +
  String.raw`\U00010e60-\U00010eac\U00010eb0-\U00010ec7\U00010efa-\U00010f54\U00010f70-\U00010f85\U00010fb0-\U00011046` +
  String.raw`\U00011052-\U000110ba\U000110c2\U000110d0-\U0001113f\U00011144-\U00011173\U00011176-\U000111c4` +
  String.raw`\U000111c9-\U000111cc\U000111ce-\U000111da\U000111dc\U000111e1-\U00011237\U0001123e-\U000112a8` +
  String.raw`\U000112b0-\U000113d3\U000113e1-\U0001144a\U00011450-\U00011459\U0001145e-\U000114c5\U000114c7-\U000115c0` +
  String.raw`\U000115d8-\U00011640\U00011644-\U00011659\U00011680-\U000116b8\U000116c0-\U0001173b\U00011740-\U0001183a` +
  String.raw`\U000118c0-\U00011943\U00011950-\U000119e1\U000119e3-\U00011a3e\U00011a47-\U00011a99\U00011a9d` +
  String.raw`\U00011ab0-\U00011af8\U00011b60-\U00011be0\U00011bf0-\U00011c40\U00011c50-\U00011c6c\U00011c72-\U00011ef6` +
  String.raw`\U00011f00-\U00011f42\U00011f50-\U00011fd4\U00012000-\U0001246e\U00012480-\U00012ff0\U00013000-\U0001342f` +
  String.raw`\U00013440-\U00016a69\U00016a70-\U00016af4\U00016b00-\U00016b36\U00016b40-\U00016b43\U00016b50-\U00016d6c` +
  String.raw`\U00016d70-\U00016e96\U00016ebb-\U00016fe1\U00016fe3-\U0001bc99\U0001bc9d-\U0001bc9e\U0001cf00-\U0001cf46` +
  String.raw`\U0001d165-\U0001d169\U0001d16d-\U0001d182\U0001d185-\U0001d18b\U0001d1aa-\U0001d1ad\U0001d242-\U0001d244` +
  String.raw`\U0001d2c0-\U0001d2f3\U0001d360-\U0001d378\U0001da00-\U0001da36\U0001da3b-\U0001da6c\U0001da75\U0001da84` +
  String.raw`\U0001da9b-\U0001e14e\U0001e290-\U0001e2f9\U0001e4d0-\U0001e5fa\U0001e6c0-\U0001e959\U0001ec71-\U0001ecab` +
  String.raw`\U0001ecad-\U0001ecaf\U0001ecb1-\U0001ed2d\U0001ed2f-\U0001ed3d\U0001f10b-\U0001f10c\U00020000-\U00033479`

/** \p{Default_Ignorable_Code_Point}, without the zero-width space: that one separates. */
const IGNORED =
  String.raw`\u00ad\u034f\u061c\u115f-\u1160\u17b4-\u17b5\u180b-\u180f\u200c-\u200f\u202a-\u202e\u2060-\u206f\u3164` +
  String.raw`\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufff8\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff`

/**
 * Nonspacing marks of Hebrew, Arabic and Syriac, which most writers leave out. Not maddah and hamza, which are part of
 * a letter, and not what other scripts have as well.
 */
const VOWEL_POINTS =
  String.raw`\u0591-\u05bd\u05bf\u05c1-\u05c2\u05c4-\u05c5\u05c7\u0610-\u061a\u064b-\u0652\u0656-\u065f\u0670` +
  String.raw`\u06d6-\u06dc\u06df-\u06e4\u06e7-\u06e8\u06ea-\u06ed\u0711\u0730-\u074a\u0897-\u089f\u08ca-\u08e1` +
  String.raw`\u08e3-\u08ff\ufb1e\U00010efa-\U00010eff`

/** What a word is without. */
const LEFT_OUT = IGNORED + VOWEL_POINTS

/** Letters of scripts without spaces: Chinese, Japanese, Thai, Lao, Khmer, Burmese. */
const BASE =
  String.raw`\u0e01-\u0e30\u0e32\u0e40-\u0e46\u0e81-\u0eb0\u0eb2\u0ebd-\u0ec6\u0ede-\u0edf\u1000-\u102a\u103f\u1050-\u1055` +
  String.raw`\u105a-\u105d\u1061\u1065-\u1066\u106e-\u1070\u1075-\u1081\u108e\u1780-\u17b3\u17d7\u17dc\u3005-\u3007` +
  String.raw`\u3021-\u3029\u3031-\u3035\u303b-\u303c\u3041-\u3096\u309d\u30a1-\u30f6\u30fc-\u312f\u31a0-\u31bf\u31f0-\u31ff` +
  String.raw`\u3400-\u4dbf\u4e00-\u9fff\ua9e0-\ua9e4\ua9e6-\ua9ef\ua9fa-\ua9fe\uaa60-\uaa76\uaa7a\uaa7e-\uaa7f\ufa0e-\ufa29` +
  String.raw`\U00016fe3\U00016ff2-\U00016ff3\U0001aff0-\U0001b167\U00020000-\U00033479`

/** Marks on them. */
const MARK =
  String.raw`\u0e31\u0e34-\u0e3a\u0e47-\u0e4e\u0eb1\u0eb4-\u0ebc\u0ec8-\u0ece\u102b-\u103e\u1056-\u1059\u105e-\u1060` +
  String.raw`\u1062-\u1064\u1067-\u106d\u1071-\u1074\u1082-\u108d\u108f\u109a-\u109d\u17b4-\u17d3\u17dd\u302a-\u302d` +
  String.raw`\u3099-\u309a\ua9e5\uaa7b-\uaa7d\U00016ff0-\U00016ff1`

/** Marks that normalising sorts: those whose canonical combining class is not 0. */
const SORTED =
  String.raw`\u0300-\u034e\u0350-\u036f\u0483-\u0487\u0591-\u05bd\u05bf\u05c1-\u05c2\u05c4-\u05c5\u05c7\u0610-\u061a` +
  String.raw`\u064b-\u065f\u0670\u06d6-\u06dc\u06df-\u06e4\u06e7-\u06e8\u06ea-\u06ed\u0711\u0730-\u074a\u07eb-\u07f3\u07fd` +
  String.raw`\u0816-\u0819\u081b-\u0823\u0825-\u0827\u0829-\u082d\u0859-\u085b\u0897-\u089f\u08ca-\u08e1\u08e3-\u08ff\u093c` +
  String.raw`\u094d\u0951-\u0954\u09bc\u09cd\u09fe\u0a3c\u0a4d\u0abc\u0acd\u0b3c\u0b4d\u0bcd\u0c3c\u0c48\u0c4d-\u0c56\u0cbc` +
  String.raw`\u0ccd\u0d3b-\u0d3c\u0d4d\u0dca\u0dda\u0ddd\u0e38-\u0e3a\u0e48-\u0e4b\u0eb8-\u0eba\u0ec8-\u0ecb\u0f18-\u0f19` +
  String.raw`\u0f35\u0f37\u0f39\u0f71-\u0f76\u0f78\u0f7a-\u0f7d\u0f80-\u0f84\u0f86-\u0f87\u0fc6\u1037\u1039-\u103a\u108d` +
  String.raw`\u135d-\u135f\u1714-\u1715\u1734\u17d2\u17dd\u18a9\u1939-\u193b\u1a17-\u1a18\u1a60\u1a75-\u1a7f\u1ab0-\u1abd` +
  String.raw`\u1abf-\u1aeb\u1b34\u1b44\u1b6b-\u1b73\u1baa-\u1bab\u1be6\u1bf2-\u1bf3\u1c37\u1cd0-\u1cd2\u1cd4-\u1ce0` +
  String.raw`\u1ce2-\u1ce8\u1ced\u1cf4\u1cf8-\u1cf9\u1dc0-\u1dff\u20d0-\u20dc\u20e1\u20e5-\u20f0\u2cef-\u2cf1\u2d7f` +
  String.raw`\u2de0-\u2dff\u302a-\u302f\u3099-\u309a\ua66f\ua674-\ua67d\ua69e-\ua69f\ua6f0-\ua6f1\ua806\ua82c\ua8c4` +
  String.raw`\ua8e0-\ua8f1\ua92b-\ua92d\ua953\ua9b3\ua9c0\uaab0\uaab2-\uaab4\uaab7-\uaab8\uaabe-\uaabf\uaac1\uaaf6\uabed` +
  String.raw`\ufb1e\ufe20-\ufe2f\U000101fd\U000102e0\U00010376-\U0001037a\U00010a0d\U00010a0f\U00010a38-\U00010a3f` +
  String.raw`\U00010ae5-\U00010ae6\U00010d24-\U00010d27\U00010d69-\U00010d6d\U00010eab-\U00010eac\U00010efa-\U00010efb` +
  String.raw`\U00010efd-\U00010eff\U00010f46-\U00010f50\U00010f82-\U00010f85\U00011046\U00011070\U0001107f` +
  String.raw`\U000110b9-\U000110ba\U00011100-\U00011102\U00011133-\U00011134\U00011173\U000111c0\U000111ca` +
  String.raw`\U00011235-\U00011236\U000112e9-\U000112ea\U0001133b-\U0001133c\U0001134d\U00011366-\U00011374` +
  String.raw`\U000113ce-\U000113d0\U00011442\U00011446\U0001145e\U000114c2-\U000114c3\U000115bf-\U000115c0\U0001163f` +
  String.raw`\U000116b6-\U000116b7\U0001172b\U00011839-\U0001183a\U0001193d-\U0001193e\U00011943\U000119e0\U00011a34` +
  String.raw`\U00011a47\U00011a99\U00011c3f\U00011d42\U00011d44-\U00011d45\U00011d97\U00011f41-\U00011f42\U0001612f` +
  String.raw`\U00016af0-\U00016af4\U00016b30-\U00016b36\U00016ff0-\U00016ff1\U0001bc9e\U0001d165-\U0001d169` +
  String.raw`\U0001d16d-\U0001d172\U0001d17b-\U0001d182\U0001d185-\U0001d18b\U0001d1aa-\U0001d1ad\U0001d242-\U0001d244` +
  String.raw`\U0001e000-\U0001e02a\U0001e08f\U0001e130-\U0001e136\U0001e2ae\U0001e2ec-\U0001e2ef\U0001e4ec-\U0001e4ef` +
  String.raw`\U0001e5ee-\U0001e5ef\U0001e6e3\U0001e6e6\U0001e6ee-\U0001e6ef\U0001e6f5\U0001e8d0-\U0001e8d6` +
  String.raw`\U0001e944-\U0001e94a`

/** One letter of a script without spaces. */
const UNIT = `[${BASE}][${MARK}]{0,8}`

/** Lower-case letters whose capital is another letter's capital too, and those others. */
const VARIANTS = ['ςı\u0345ᲀᲁᲂᲃᲄᲅᲆᲇᲈ', 'σi\u03b9вдосттъѣꙋ'] as const

function sql(schema: string): string {
  const unicode = `COLLATE ${schema}.unicode`
  return `
    DO $migration$
    BEGIN
      IF to_regcollation('pg_catalog.pg_c_utf8') IS NOT NULL THEN
        CREATE COLLATION ${schema}.unicode FROM pg_catalog.pg_c_utf8;
      ELSE
        CREATE COLLATION ${schema}.unicode (provider = libc, locale = 'C.UTF-8');
      END IF;
    END
    $migration$;

    CREATE FUNCTION ${schema}.search_words(config regconfig, content text) RETURNS text
    LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $function$
    DECLARE
      words text;
    BEGIN
      IF octet_length(content) = length(content) THEN
        words := regexp_replace(lower(content ${unicode}), '[^a-z0-9 ]+', ' ', 'g');
      ELSE
        IF length(content) > ${MAX_WORD_LETTERS} THEN
          content := regexp_replace(content, '([${SORTED}]{${MAX_MARKS}})[${SORTED}]+', '\\1', 'g');
        END IF;
        words := lower(left(normalize(content, NFKD), ${MAX_DECOMPOSED}) ${unicode});
        words := replace(replace(translate(words, '${VARIANTS[0]}', '${VARIANTS[1]}'), 'ß', 'ss'), 'i\u0307', 'i');
        IF words ~ '[${LEFT_OUT}${BASE}]' THEN
          words := regexp_replace(words, '[${LEFT_OUT}]+', '', 'g');
          words := regexp_replace(words, '[^${WORD} ]+', ' ', 'g');
          words := regexp_replace(words, '((?:${UNIT})+)', ' \\1 ', 'g');
          words := regexp_replace(words, '(${UNIT})', '\\1 \\1', 'g');
        ELSE
          words := regexp_replace(words, '[^${WORD} ]+', ' ', 'g');
        END IF;
        -- Stemmers know letters that are composed.
        IF config <> 'pg_catalog.simple'::regconfig THEN
          words := normalize(words, NFC);
        END IF;
      END IF;
      IF length(words) > ${MAX_WORD_LETTERS} THEN
        words := regexp_replace(words, '([^ ]{${MAX_WORD_LETTERS}})', '\\1 ', 'g');
      END IF;
      RETURN words;
    END
    $function$;

    CREATE FUNCTION ${schema}.search_query(config regconfig, terms jsonb) RETURNS tsquery
    LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $function$
    DECLARE
      alternative jsonb;
      term jsonb;
      content text;
      words text;
      phrase text;
      wanted tsquery;
      conjunction tsquery;
      phrase_query tsquery;
    BEGIN
      FOR alternative IN SELECT jsonb_array_elements(terms) LOOP
        conjunction := NULL;
        FOR term IN SELECT jsonb_array_elements(alternative) LOOP
          content := term ->> 'text';
          IF (term ->> 'mayGoOn')::boolean THEN
            content := regexp_replace(normalize(content, NFKD), '[${SORTED}${LEFT_OUT}]+$', '');
          END IF;
          words := ${schema}.search_words(config, content);
          -- Of a run's single letters the first may be within another run, and the last is in the word before it.
          phrase := regexp_replace(btrim(words), '^${UNIT} +(?=[${BASE}])', '');
          phrase := regexp_replace(phrase, '(${UNIT}) +${UNIT}$', '\\1');
          phrase_query := phraseto_tsquery(config, phrase);
          CONTINUE WHEN numnode(phrase_query) = 0;
          -- A single letter is the beginning of a word of two, and the last one may get another mark.
          IF phrase ~ '(^| )${UNIT}$' OR (term ->> 'mayGoOn')::boolean
            AND (words NOT LIKE '% ' OR phrase ~ '[${BASE}${MARK}]$') THEN
            phrase_query := (phrase_query::text || ':*')::tsquery;
          END IF;
          IF (term ->> 'isNegated')::boolean THEN
            phrase_query := !! phrase_query;
          END IF;
          conjunction := COALESCE(conjunction && phrase_query, phrase_query);
        END LOOP;
        wanted := COALESCE(wanted || conjunction, conjunction, wanted);
      END LOOP;
      -- Where nothing is looked for, nothing is found. PostgreSQL gives a notice of an empty query, so it is made last.
      IF wanted IS NULL THEN
        RETURN ''::tsquery;
      END IF;
      RETURN wanted;
    END
    $function$;
  `
}
