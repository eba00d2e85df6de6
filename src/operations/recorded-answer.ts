import type { Answer } from '../gateway/port.ts'
import type { AnswerColumns } from '../store/answers.ts'

/** An answer that was recorded but not applied, because a handler threw or the process died. When it is clear it is all that is needed: nobody need be asked, and nothing be sent again. */
export function recordedAnswer(intent: AnswerColumns): Answer | undefined {
  if (intent.answer_class !== 'done' && intent.answer_class !== 'rejected') return undefined
  return {
    class: intent.answer_class,
    code: intent.answer_code,
    httpStatus: null,
    message: intent.answer_message ?? '',
    validationMessages: [],
    document: intent.answer,
  }
}
