/** What an answer of Midtrans means for the request it answers. Which code is which: the table in gateway/answer-codes.ts. */
export type AnswerClass =
  /** Midtrans did it; the document says what. */
  | 'done'
  /** Midtrans said no; no money moved by this request. */
  | 'rejected'
  /** Someone was here before us (406, 409, 412): GET status is the answer. */
  | 'look'
  /** Nobody can say yet: never sent again blindly. */
  | 'unknown'
  /** 404 when asked how things stand: Midtrans knows no such transaction (yet). */
  | 'absent'
