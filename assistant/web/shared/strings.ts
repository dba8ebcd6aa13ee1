/** Every word of the interface, Chinese first. What the server says is never translated here. */

export type Language = 'zh' | 'en';

const zh = {
  language_tag: 'zh-CN',

  // The widget's frame.
  open_widget: '问社区',
  widget_title: '社区服务',
  assistant: '智能助手',
  assistant_note: '机器回答',
  close: '关闭',
  back: '返回',
  settings: '设置',
  elder_mode: '长辈版',
  standard_mode: '标准版',
  conversation: '对话',
  you: '您',

  // The opening of a conversation.
  greeting:
    '您好，我是社区的智能助手。办证、医保、养老、物业，想问什么都行。我按公开的文件回答，并告诉您写在哪里；文件里没有的，转给工作人员。',
  common_services: '常用服务',
  common_services_note: '点一下就能问',
  resume_question: (ago: string) => `您${ago}的对话还在。`,
  resume: '接着聊',
  start_new: '新对话',
  new_conversation_note: '从头开始，不看以前说的话。',
  speech_variety: '我说的话',
  usual_variety: '普通话和本地话',
  speech_variety_note: '选了家乡话，我更容易听懂您打的方言字。',
  loading: '正在打开…',

  // Writing and sending.
  message_label: '您想问什么？',
  message_placeholder: '把您的事写在这里',
  send: '发送',
  call_person: '转人工',
  call_person_text: '人工',
  order_progress: '查进度',
  send_help: '按回车发送，按 Shift 加回车换行',

  // While an answer is made.
  stage_sending: '正在送出…',
  stage_searching: '正在查找文件…',
  stage_reading: '找到了，正在细读…',
  stage_writing: '正在写回答…',
  stage_queued: (waiting: number) =>
    waiting > 0
      ? `前面还有 ${waiting} 位，请稍等。可以先看下面的原文。`
      : '马上就到您。可以先看下面的原文。',
  merged: '和下一句一起回答',
  unanswered: '这句话没有回答完。请再问一次，或者转人工。',

  // The answer.
  answer_of_assistant: '智能助手的回答',
  understood: '我的理解：',
  verified: '工作人员核对过',
  quoted: '以下是原文',
  found_passages: (count: number) => `找到的原文（${count} 处）`,
  passage_name: (number: number) => `出处 ${number}`,
  citation_title: (number: number, title: string, locator: string) =>
    `出处 ${number}：《${title}》${locator}`,
  read_original: '看原文',
  suggestions: '您可能还想问',
  clarify_suggestions: '您问的是哪一件？',
  read_aloud: '朗读',
  stop_reading: '停止朗读',
  copy: '复制',
  copied: '已复制',
  helpful: '有用',
  unhelpful: '没用',
  rating_question: '这个回答有用吗？',
  rating_reason: '哪里不好？点一个，帮我们改。',
  rating_reasons: {
    wrong: '说得不对',
    off_topic: '答非所问',
    unclear: '看不明白',
    incomplete: '没有说全',
  },
  rating_thanks: '谢谢，记下了。',
  rating_failed: '没有记下来，请再点一次。',

  // Emergency.
  emergency: '紧急情况，请马上打电话',
  emergency_numbers: { '110': '报警', '119': '火警', '120': '急救' },
  emergency_call: (number: string, name: string) => `拨打 ${number} ${name}`,

  // Work orders.
  work_order_filed: '已经记成工单',
  work_order_urgent: '加急',
  work_order_number: '工单号',
  lookup_code: '查询码',
  work_order_keep: '请记下这两个号，以后凭它们查进度。',
  copy_work_order: '复制工单号和查询码',
  work_order_text: (number: string, code: string) => `工单号 ${number}，查询码 ${code}`,
  contact_title: '留个电话，工作人员好联系您',
  contact_note: '可以不填。只给办这件事的工作人员看，只用来联系您。',
  contact_phone: '电话',
  contact_name: '怎么称呼您',
  contact_more: '还想补充的话',
  contact_send: '留下',
  contact_sent: '记下了，工作人员会联系您。',
  contact_change: '改一改',
  contact_phone_wrong: '电话像是不对，请看看有没有多写或漏写数字。',
  contact_empty: '请至少填一项。',
  sending: '正在送出…',

  progress_title: '查工单进度',
  progress_note: '填上工单号和查询码，都在当时的回复里。',
  progress_find: '查询',
  progress_missing: '请把工单号和查询码都填上。',
  progress_not_found: '没有查到。请对一对工单号和查询码。',
  progress_state: '现在',
  progress_kind: '类别',
  progress_updated: '最近更新',
  progress_history: '经过',

  // Sources.
  source_title: '原文',
  source_loading: '正在打开原文…',
  source_failed: '原文没有打开。下面是回答时引用的那几句。',
  source_cited: '引用的地方',
  source_whole: '看全文（新窗口）',
  source_before: '前文',
  source_after: '后文',
  issuer: '发布机关',
  document_number: '文号',
  place: '适用地方',
  effective_on: '施行日期',
  expires_on: '失效日期',
  status: '效力',
  edition_status: {
    in_force: '现行有效',
    expired: '已经失效',
    superseded: '已有新版',
    withdrawn: '已经撤下',
    not_yet: '尚未施行',
  },
  edition_warning: {
    in_force: '',
    expired: '这份文件已经失效。当时的回答是照它写的，现在办事请再问一次。',
    superseded: '这份文件有了新版。当时的回答是照这一版写的，现在办事请再问一次。',
    withdrawn: '这份文件已经撤下。现在办事请再问一次。',
    not_yet: '这份文件还没有施行。',
  },
  original_site: '到发布网站看',
  contents: '目录',
  go_to_cited: '到引用的地方',
  document_failed: '这份文件没有打开',
  back_home: '回首页',

  // Settings.
  letter_size: '字号',
  letter_sizes: { 18: '标准', 24: '大', 30: '特大' },
  mode: '版面',
  interface_language: '界面语言',
  language_names: { zh: '中文', en: 'English' },
  privacy_note: '您说的话存在本社区的服务器上，用来回答您和改进服务。',

  // Trouble.
  offline: '网络断了。您写的话都留着，网一通就接着办。',
  online_again: '网络好了。',
  retry: '重试',
  edit_text: '改一改',
  problem_unreachable: '没有连上服务器。您的话还在，请点“重试”。',
  problem_busy: (seconds: number) => `现在问的人多，${seconds} 秒后会自动再试。`,
  problem_not_allowed: '这个网站还不能用社区助手，请联系社区。',
  problem_other: '刚才没有答成。您的话还在，请点“重试”；急事请转人工。',
  community_failed: '没有连上社区的服务器。',

  ago: (minutes: number) =>
    minutes < 60
      ? `${minutes} 分钟前`
      : minutes < 1440
        ? `${Math.floor(minutes / 60)} 小时前`
        : `${Math.floor(minutes / 1440)} 天前`,

  // The sample site.
  site_skip: '跳到正文',
  site_kicker: '社区服务 · 全天都能问',
  site_headline: '家里的事，先问一句',
  site_lead:
    '办证、医保、养老、物业、邻里的事，用自己的话问。每句回答都告诉您写在哪份文件里；文件里没有的，转给社区工作人员办。',
  site_ask_label: '您想办什么事？',
  site_ask_placeholder: '比如：居住证怎么办？',
  site_ask: '问一问',
  site_services: '常办的事',
  site_services_note: '点开就能问，不用打字。',
  site_how: '怎么用',
  site_how_steps: [
    ['说您的事', '像平常说话一样写。家乡话里的词也认得，一句没说完可以接着说。'],
    ['看清出处', '回答后面的小号码点得开，原文会标出来，您自己看得见。'],
    ['有人接着办', '文件里没写的，记成工单交给工作人员，凭工单号和查询码查进度。'],
  ],
  site_notices: '用前看看',
  site_notices_items: [
    {
      title: '遇到危险，先打电话',
      text: '着火打 119，有人受伤或急病打 120，遇到坏人打 110。打完电话，再来这里告诉社区。',
      action: null,
    },
    {
      title: '已经报过的事，查进度',
      text: '回复里有工单号和查询码，填上就能看到办到哪一步。',
      action: 'progress',
    },
    {
      title: '不想跟机器说',
      text: '随时可以点“转人工”，或者直接写“人工”两个字。',
      action: 'person',
    },
    {
      title: '字太小，看着累',
      text: '点“长辈版”，字和按钮都会变大；有的设备还能把回答读出来。',
      action: 'elder',
    },
  ],
  site_notice_actions: { progress: '查进度', person: '转人工', elder: '换成长辈版' },
  site_footer: '这是乡音的示例社区网站，演示助手放在网页上的样子。',
  site_embed: '放到您自己的网站上',
  site_embed_note: '把下面一行放进网页，再请管理员把网站地址加进本社区的许可名单。',
  site_default_services: [
    ['证件户籍', '居住证怎么办？'],
    ['医疗保障', '居民医保怎么参保？'],
    ['养老待遇', '养老金资格认证怎么做？'],
    ['困难帮扶', '低保怎么申请？'],
    ['住房物业', '公租房怎么申请？'],
    ['生育入学', '小学入学报名要什么材料？'],
    ['邻里环境', '楼上漏水怎么办？'],
    ['居家养老', '居家养老服务怎么申请？'],
  ],
};

export type Texts = typeof zh;

const en: Texts = {
  language_tag: 'en',

  open_widget: 'Ask us',
  widget_title: 'Community services',
  assistant: 'Assistant',
  assistant_note: 'a machine answers',
  close: 'Close',
  back: 'Back',
  settings: 'Settings',
  elder_mode: 'Large view',
  standard_mode: 'Standard view',
  conversation: 'Conversation',
  you: 'You',

  greeting:
    'Hello, I am the community assistant. Ask about permits, health insurance, pensions or housing. I answer from public documents and show where it is written; what they do not cover goes to our staff.',
  common_services: 'Services',
  common_services_note: 'Press one to ask',
  resume_question: (ago) => `Your conversation from ${ago} is still here.`,
  resume: 'Continue',
  start_new: 'New conversation',
  new_conversation_note: 'Starts over without what was said before.',
  speech_variety: 'How I speak',
  usual_variety: 'Mandarin and the local dialect',
  speech_variety_note: 'Naming your dialect helps me to understand how you write it.',
  loading: 'Opening…',

  message_label: 'What would you like to know?',
  message_placeholder: 'Write your question here',
  send: 'Send',
  call_person: 'Talk to a person',
  call_person_text: '人工',
  order_progress: 'Track request',
  send_help: 'Enter sends, Shift and Enter starts a new line',

  stage_sending: 'Sending…',
  stage_searching: 'Looking through the documents…',
  stage_reading: 'Found something, reading it…',
  stage_writing: 'Writing the answer…',
  stage_queued: (waiting) =>
    waiting > 0
      ? `${waiting} ahead of you. The passages below are ready to read.`
      : 'You are next. The passages below are ready to read.',
  merged: 'Answered with your next message',
  unanswered: 'This message was not answered. Please ask again, or talk to a person.',

  answer_of_assistant: 'Answer of the assistant',
  understood: 'Understood as: ',
  verified: 'Checked by staff',
  quoted: 'Quoted from the document',
  found_passages: (count) => `Passages found (${count})`,
  passage_name: (number) => `Source ${number}`,
  citation_title: (number, title, locator) => `Source ${number}: ${title}, ${locator}`,
  read_original: 'Read the source',
  suggestions: 'You may also ask',
  clarify_suggestions: 'Which one do you mean?',
  read_aloud: 'Read aloud',
  stop_reading: 'Stop reading',
  copy: 'Copy',
  copied: 'Copied',
  helpful: 'Helpful',
  unhelpful: 'Not helpful',
  rating_question: 'Was this answer helpful?',
  rating_reason: 'What was wrong? Choose one to help us improve.',
  rating_reasons: {
    wrong: 'It is wrong',
    off_topic: 'Not what I asked',
    unclear: 'Hard to understand',
    incomplete: 'Not complete',
  },
  rating_thanks: 'Thank you, noted.',
  rating_failed: 'That was not saved, please press again.',

  emergency: 'Emergency: call now',
  emergency_numbers: { '110': 'Police', '119': 'Fire', '120': 'Ambulance' },
  emergency_call: (number, name) => `Call ${number}, ${name}`,

  work_order_filed: 'Filed as a request',
  work_order_urgent: 'Urgent',
  work_order_number: 'Request number',
  lookup_code: 'Lookup code',
  work_order_keep: 'Please keep both: they show you how far it is.',
  copy_work_order: 'Copy number and code',
  work_order_text: (number, code) => `Request ${number}, lookup code ${code}`,
  contact_title: 'Leave a phone number so that we can reach you',
  contact_note:
    'Not required. Only the staff who handle this request see it, and only to contact you.',
  contact_phone: 'Phone',
  contact_name: 'Your name',
  contact_more: 'Anything to add',
  contact_send: 'Leave it',
  contact_sent: 'Noted. Our staff will contact you.',
  contact_change: 'Change',
  contact_phone_wrong: 'The phone number looks wrong. Please check its digits.',
  contact_empty: 'Please fill in at least one field.',
  sending: 'Sending…',

  progress_title: 'Track a request',
  progress_note: 'Enter the number and the code that stood in the reply.',
  progress_find: 'Look up',
  progress_missing: 'Please enter both the number and the code.',
  progress_not_found: 'Nothing found. Please check the number and the code.',
  progress_state: 'Now',
  progress_kind: 'Kind',
  progress_updated: 'Last change',
  progress_history: 'What happened',

  source_title: 'Source',
  source_loading: 'Opening the source…',
  source_failed: 'The source did not open. These are the sentences that were cited.',
  source_cited: 'Cited here',
  source_whole: 'Whole document (new window)',
  source_before: 'Before',
  source_after: 'After',
  issuer: 'Issued by',
  document_number: 'Number',
  place: 'Applies to',
  effective_on: 'In force from',
  expires_on: 'Until',
  status: 'Status',
  edition_status: {
    in_force: 'In force',
    expired: 'Expired',
    superseded: 'Replaced',
    withdrawn: 'Withdrawn',
    not_yet: 'Not yet in force',
  },
  edition_warning: {
    in_force: '',
    expired: 'This document has expired. An earlier answer relied on it; please ask again today.',
    superseded:
      'A newer version exists. An earlier answer relied on this one; please ask again today.',
    withdrawn: 'This document was withdrawn. Please ask again today.',
    not_yet: 'This document is not in force yet.',
  },
  original_site: 'Read where it was published',
  contents: 'Contents',
  go_to_cited: 'Go to the cited place',
  document_failed: 'This document did not open',
  back_home: 'Home',

  letter_size: 'Letter size',
  letter_sizes: { 18: 'Standard', 24: 'Large', 30: 'Largest' },
  mode: 'View',
  interface_language: 'Language',
  language_names: { zh: '中文', en: 'English' },
  privacy_note:
    'What you write is kept on this community’s server, to answer you and to improve the service.',

  offline: 'No network. What you wrote is kept and goes on when the network is back.',
  online_again: 'The network is back.',
  retry: 'Try again',
  edit_text: 'Edit',
  problem_unreachable: 'The server did not answer. Your words are kept, please try again.',
  problem_busy: (seconds) => `Many people are asking. Trying again in ${seconds} seconds.`,
  problem_not_allowed: 'This site may not use the assistant yet. Please contact the community.',
  problem_other: 'That did not work. Your words are kept: try again, or talk to a person.',
  community_failed: 'The community’s server did not answer.',

  ago: (minutes) =>
    minutes < 60
      ? `${minutes} minutes ago`
      : minutes < 1440
        ? `${Math.floor(minutes / 60)} hours ago`
        : `${Math.floor(minutes / 1440)} days ago`,

  site_skip: 'Skip to content',
  site_kicker: 'Community services · day and night',
  site_headline: 'Ask first, then go',
  site_lead:
    'Permits, insurance, pensions, housing, neighbours: ask in your own words. Every answer shows the document it stands in; what is not written goes to our staff.',
  site_ask_label: 'What would you like to do?',
  site_ask_placeholder: 'For example: 居住证怎么办？',
  site_ask: 'Ask',
  site_services: 'Common matters',
  site_services_note: 'One press asks, no typing.',
  site_how: 'How it works',
  site_how_steps: [
    ['Say it', 'Write as you speak, in your own dialect if you like; go on in the next message.'],
    ['See the source', 'The small numbers open the document with the passage marked.'],
    ['A person goes on', 'What is not written becomes a request that you can track.'],
  ],
  site_notices: 'Good to know',
  site_notices_items: [
    {
      title: 'In danger, call first',
      text: 'Fire 119, ambulance 120, police 110. Call, then tell the community here.',
      action: null,
    },
    {
      title: 'Track a request',
      text: 'The reply had a number and a code; they show how far it is.',
      action: 'progress',
    },
    {
      title: 'Rather talk to a person',
      text: 'Press “Talk to a person” at any time, or write 人工.',
      action: 'person',
    },
    {
      title: 'Letters too small',
      text: 'The large view enlarges letters and buttons; some devices read answers aloud.',
      action: 'elder',
    },
  ],
  site_notice_actions: {
    progress: 'Track request',
    person: 'Talk to a person',
    elder: 'Large view',
  },
  site_footer: 'This is Xiangyin’s sample community site: it shows the assistant on a web page.',
  site_embed: 'Put it on your own site',
  site_embed_note:
    'Add this line to your page, and have its address added to the community’s allowed sites.',
  site_default_services: [
    ['Permits', '居住证怎么办？'],
    ['Health insurance', '居民医保怎么参保？'],
    ['Pensions', '养老金资格认证怎么做？'],
    ['Support', '低保怎么申请？'],
    ['Housing', '公租房怎么申请？'],
    ['Children', '小学入学报名要什么材料？'],
    ['Neighbours', '楼上漏水怎么办？'],
    ['Care at home', '居家养老服务怎么申请？'],
  ],
};

export function texts(language: Language): Texts {
  return language === 'en' ? en : zh;
}
