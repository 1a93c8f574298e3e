/**
 * The candidate that was probably meant: at most two letters away (one for short words), where two
 * letters that changed places count as one; else the only one that begins or ends with the word.
 * null when none is near.
 */
export function nearMiss(word: string, candidates: readonly string[]): string | null {
  if (word.length > 64) return null;
  let best: string | null = null;
  let least = word.length > 4 ? 3 : 2;
  for (const candidate of candidates) {
    if (candidate.length > 64) continue;
    const folded = candidate.toLowerCase() === word.toLowerCase();
    const distance = folded ? 0 : editDistance(word.toLowerCase(), candidate.toLowerCase());
    if (distance < least) {
      best = candidate;
      least = distance;
    }
  }
  return best ?? longer(word.toLowerCase(), candidates);
}

/** The only candidate of which the word is the beginning or the end. */
function longer(word: string, candidates: readonly string[]): string | null {
  if (word.length < 3) return null;
  const [only, ...others] = candidates.filter((candidate) => {
    const folded = candidate.toLowerCase();
    return folded.startsWith(word) || folded.endsWith(word);
  });
  return only !== undefined && others.length === 0 ? only : null;
}

/** Number of letters to insert, delete, replace or swap with their neighbour. */
function editDistance(from: string, to: string): number {
  let older: number[] = [];
  let last = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (let i = 1; i <= from.length; i++) {
    const row = [i];
    for (let j = 1; j <= to.length; j++) {
      const cost = from[i - 1] === to[j - 1] ? 0 : 1;
      let least = Math.min((last[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, (last[j - 1] ?? 0) + cost);
      const swapped = from[i - 1] === to[j - 2] && from[i - 2] === to[j - 1];
      if (i > 1 && j > 1 && swapped) least = Math.min(least, (older[j - 2] ?? 0) + 1);
      row.push(least);
    }
    older = last;
    last = row;
  }
  return last[to.length] ?? 0;
}

/**
 * ` "word"` for messages, when the word looks like a name that a person chose for a key; nothing for
 * anything else, because it might be a secret that stands in the wrong place.
 */
export function inWords(word: string): string {
  return /^[A-Za-z][A-Za-z0-9_-]{0,39}$/.test(word) ? ` "${word}"` : "";
}

/** `a, b or c` */
export function choice(words: readonly string[]): string {
  if (words.length < 2) return words.join("");
  return `${words.slice(0, -1).join(", ")} or ${words.at(-1)}`;
}
