/**
 * How many payloads of one row are looked at that a server kept beside it: the shipped one keeps no
 * more, and another may name as many as it likes.
 */
export const SIBLING_LIMIT = 64;
