import { type Report, readReport } from '../../src/report/index.ts';

let made = 0;

/** A report as it comes out of the door. */
export function reportOf(fields: Partial<Report> & { what_i_needed: string }): Report {
  made += 1;
  const body = { server_name: 'tracker', what_i_tried: 'list_issues', gap_type: 'missing_parameter', ...fields };
  const { report } = readReport(body, { now: new Date(Date.UTC(2026, 0, 1, 0, made)) });
  return fields.id ? { ...report, id: fields.id } : report;
}

type Row = [gap: string, need: string, tried: string, suggestion?: string];

/** An issue tracker and a file store, with the gaps that are easily mistaken for one another. */
const TRACKER: Row[] = [
  [
    'date',
    'I needed issues created between two dates. list_issues has no date range.',
    'list_issues(state="open")',
    'Add `created_after` and `created_before` to `list_issues`.',
  ],
  [
    'page',
    'list_issues stops after 100 and there is no cursor, so I cannot reach the rest.',
    'list_issues, again with page=2 (ignored)',
    'Return `next_cursor` from list_issues.',
  ],
  [
    'date',
    'Only the issues of last month, please. list_issues returns everything since the beginning.',
    'list_issues',
    'created_after / created_before parameters',
  ],
  [
    'page',
    'All the issues of the repository. list_issues gives exactly 100, pagination is missing.',
    'list_issues(limit=500) is capped',
    'cursor pagination for list_issues',
  ],
  [
    'delete',
    'Delete a comment that was posted by mistake. There is no delete tool for comments.',
    'update_comment with an empty body: refused',
    'delete_comment(id)',
  ],
  [
    'hide',
    'Archive an old comment thread without deleting it, it has to stay readable.',
    'list_comments',
    'archive_comment(id)',
  ],
  ['delete', 'Remove a comment with a customer’s phone number in it.', 'update_comment', 'delete_comment'],
  [
    'date',
    'Ich brauche die Issues eines bestimmten Zeitraums. list_issues kennt keinen Datumsfilter.',
    'list_issues',
    'created_after und created_before',
  ],
  ['page', 'list_issues 只返回前100条，没有分页，拿不到剩下的。', 'list_issues', '增加分页 cursor'],
  [
    'assign',
    'Assign an issue to a person. create_issue and update_issue know no assignee.',
    'update_issue(assignee="ann") is an unknown field',
    'assignee on update_issue',
  ],
  ['assign', 'update_issue cannot set who is responsible: no assignee.', 'update_issue', 'assignee parameter'],
  ['date', 'date filter for list_issues', 'list_issues', 'created_after'],
  [
    'csv',
    'Export the issues as CSV for a spreadsheet. export_issues only makes a PDF.',
    'export_issues',
    'format "csv"',
  ],
  [
    'json',
    'Export the issues as JSON for the next step of my program. export_issues only makes a PDF.',
    'export_issues',
    'format "json"',
  ],
  ['csv', 'export_issues should offer CSV; the PDF cannot be opened in Excel.', 'export_issues', 'csv'],
  ['json', 'export_issues gives a PDF where I need structured JSON that I can parse.', 'export_issues', 'json output'],
  ['notes', 'Issues in the sidebar have no colour.', 'get_board'],
];

const FILES: Row[] = [
  [
    'upload',
    'Upload a file. The store can only list and read files.',
    'list_files, read_file',
    'upload_file(name, content)',
  ],
  [
    'download',
    'Download the content of an attachment; read_file refuses binary files.',
    'read_file("scan.pdf")',
    'download_file(id)',
  ],
  ['upload', 'No way to upload a generated report into the store.', 'list_files', 'upload_file'],
  ['move', 'Move a file into another folder.', 'rename_file only changes the name', 'move_file(id, folder)'],
  ['copy', 'Copy a file into another folder and keep the original.', 'rename_file', 'copy_file(id, folder)'],
  ['move', 'Move files between folders; rename_file refuses a path.', 'rename_file("a/b")', 'move_file'],
];

const LABELLED = [...TRACKER.map((row) => ['tracker', row] as const), ...FILES.map((row) => ['files', row] as const)];

/** Reports with the gap that each is about. */
export const STREAM: { gap: string; report: Report }[] = LABELLED.map(
  ([server_name, [gap, need, tried, suggestion]]) => ({
    gap: `${server_name}/${gap}`,
    report: reportOf({
      server_name,
      what_i_needed: need,
      what_i_tried: tried,
      ...(suggestion ? { suggestion } : {}),
    }),
  }),
);
