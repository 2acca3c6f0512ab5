/** Something the person at the keyboard can put right: shown as one sentence, without a stack. */
export class UserMistake extends Error {
  override readonly name = 'UserMistake';
}
