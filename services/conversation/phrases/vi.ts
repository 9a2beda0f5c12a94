import type { Phrases } from './en.ts';

export const vi: Phrases = {
  refusal:
    'Tôi không biết: trong tài liệu tôi dùng để trả lời không có gì về điều này. Bạn thử hỏi cách khác hoặc hỏi điều khác nhé.',
  untaught: 'Tôi chưa biết gì cả: chưa ai dạy tôi. Bạn vui lòng quay lại sau.',
  greeting: 'Xin chào! Tôi là {assistant}. Bạn muốn biết điều gì?',
  thanks: 'Không có gì! Bạn cứ hỏi thêm nhé.',
  farewell: 'Tạm biệt! Hãy quay lại khi bạn có câu hỏi.',
  identity: 'Tôi là {assistant}.',
};
