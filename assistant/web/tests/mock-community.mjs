// The people behind the stand-in server: who speaks in a conversation, and what becomes of a work
// order. The checks act as the staff with the functions that start_community gives back.

import { randomUUID } from 'node:crypto';

/** A code and a due date that a check can read. */
const FIRST_CODE = 100_000;
const DUE_IN_MS = 3 * 86_400_000;

export function start_community() {
  const conversations = new Map();
  const work_orders = new Map();
  let said = 0;

  /** Sends each listener what it doesn't have yet. */
  function tell(conversation) {
    for (const listener of conversation.listeners) {
      const holder = JSON.stringify({
        name: conversation.holder,
        waiting: conversation.waiting,
      });
      if (listener.holder !== holder) listener.response.write(`event: holder\ndata: ${holder}\n\n`);
      listener.holder = holder;
      for (const message of conversation.messages) {
        if (message.id <= listener.after) continue;
        listener.response.write(`event: message\ndata: ${JSON.stringify(message)}\n\n`);
        listener.after = message.id;
      }
    }
  }

  function say(conversation, message) {
    said += 1;
    conversation.messages.push({
      id: `message-${String(said).padStart(6, '0')}`,
      author: 'notice',
      name: null,
      work_order: null,
      at: Date.now(),
      ...message,
    });
    tell(conversation);
  }

  /** A step of an order that its resident is told of. */
  function step(number, state, text, told) {
    const order = work_orders.get(number);
    order.state = state;
    order.updated_at = Date.now();
    order.history.push({ at: Date.now(), text });
    say(conversations.get(order.conversation), { text: told, work_order: number });
    return order;
  }

  return {
    conversations,

    open_conversation() {
      const conversation = {
        id: randomUUID(),
        token: randomUUID(),
        turns: [],
        open: null,
        holder: null,
        waiting: false,
        messages: [],
        listeners: new Set(),
      };
      conversations.set(conversation.id, conversation);
      return conversation;
    },

    /** Keeps the response open and tells what happens. */
    listen(conversation, after, response) {
      const listener = { response, after, holder: null };
      conversation.listeners.add(listener);
      response.on('close', () => conversation.listeners.delete(listener));
      response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
      tell(conversation);
    },

    /** The resident asks for a person. */
    ask_for_person(conversation) {
      conversation.waiting = conversation.holder === null;
      tell(conversation);
    },

    file(conversation, { kind = '咨询', urgent = false }) {
      const number = `20261122-${String(work_orders.size + 1).padStart(4, '0')}`;
      const lookup_code = String(FIRST_CODE + work_orders.size * 7_919).slice(0, 6);
      work_orders.set(number, {
        number,
        lookup_code,
        conversation: conversation.id,
        phone: null,
        state: '待受理',
        kind,
        urgent,
        created_at: Date.now(),
        updated_at: Date.now(),
        due_at: Date.now() + DUE_IN_MS,
        answer: null,
        history: [{ at: Date.now(), text: '收到居民的话，记成工单' }],
      });
      return { number, lookup_code, urgent };
    },

    /** The order that a code or a telephone number opens. */
    find(number, code, phone) {
      const order = work_orders.get(number);
      const digits = (text) => text.replace(/\D/g, '');
      const opens = code
        ? order?.lookup_code === code
        : phone && order?.phone && digits(order.phone) === digits(phone);
      return opens ? order : null;
    },

    /** What a resident sees of an order. */
    page(order) {
      const { lookup_code, conversation, phone, ...shown } = order;
      const over = ['待回访', '已归档'].includes(order.state);
      return {
        ...shown,
        due_at: over ? null : order.due_at,
        answer: over ? order.answer : null,
        asks_verdict: order.state === '待回访',
        may_reopen: over,
      };
    },

    add(order, { phone, note }) {
      if (phone) order.phone = phone;
      order.history.push({ at: Date.now(), text: note ? `居民补充：${note}` : '居民留下了联系方式' });
    },

    judge(order, { solved, satisfaction }) {
      if (order.state !== '待回访') return false;
      if (solved) {
        step(order.number, '已归档', `居民评价：已解决，${satisfaction ?? '没评'}`, '谢谢您的评价。');
      } else {
        step(order.number, '办理中', '居民评价：没解决', '知道了，重新办理。');
      }
      return true;
    },

    reopen(order, { reason }) {
      step(order.number, '办理中', `重办：${reason}`, '知道了，重新办理。');
    },

    /** What the staff do, for the checks. */
    staff: {
      take_over(id, name) {
        const conversation = conversations.get(id);
        conversation.holder = name;
        conversation.waiting = false;
        say(conversation, { text: `现在由社区工作人员 ${name} 跟您说，是真人。` });
      },
      write(id, text) {
        const conversation = conversations.get(id);
        say(conversation, { author: 'worker', name: conversation.holder, text });
      },
      give_back(id) {
        const conversation = conversations.get(id);
        conversation.holder = null;
        say(conversation, { text: '工作人员先去忙了，现在又由我（智能助手）陪您说。' });
      },
      begin(number) {
        step(number, '办理中', '开始办理', `您的工单 ${number} 已经有工作人员在办了。`);
      },
      finish(number, answer) {
        work_orders.get(number).answer = answer;
        step(number, '待回访', `办结：${answer}`, `您的工单 ${number} 办好了：${answer}　问题解决了吗？`);
      },
      /** The line of every listener drops. */
      hang_up(id) {
        for (const { response } of conversations.get(id).listeners) response.destroy();
      },
      /** Whether a page listens. */
      is_heard: (id) => (conversations.get(id)?.listeners.size ?? 0) > 0,
    },
  };
}
