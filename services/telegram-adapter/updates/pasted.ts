/** A text of about so many UTF-16 units is a part of a longer one: a message takes 4096. */
export const NEAR_LIMIT = 3_900;
