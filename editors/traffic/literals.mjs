// node literals.mjs OUT TRACE...: writes the messages that servers sent, as `pavise serve --trace` recorded them, as typed
// literals to OUT.ts. The compiler then says of each whether it is what the protocol's authors declare: missing, wrong and
// unknown members. Equal messages are written once. It ends with 1 if a message has no type.
import fs from 'node:fs';

/** What the server sends by itself: the type of the params. */
const sent = {
  'textDocument/publishDiagnostics': 'P.PublishDiagnosticsParams',
  'window/showMessage': 'P.ShowMessageParams',
  'window/logMessage': 'P.LogMessageParams',
  '$/progress': '{ token: P.ProgressToken; value: P.WorkDoneProgressBegin | P.WorkDoneProgressReport | P.WorkDoneProgressEnd }',
  'client/registerCapability': 'P.RegistrationParams',
  'workspace/configuration': 'P.ConfigurationParams',
  'workspace/applyEdit': 'P.ApplyWorkspaceEditParams',
  'window/showDocument': 'P.ShowDocumentParams',
  'window/workDoneProgress/create': 'P.WorkDoneProgressCreateParams',
  'workspace/diagnostic/refresh': 'undefined',
  'workspace/inlayHint/refresh': 'undefined',
  'workspace/codeLens/refresh': 'undefined',
};

/** What it answers: the type of the result. Of methods of its own nobody else knows the type. */
const answered = {
  initialize: 'P.InitializeResult',
  shutdown: 'null',
  'textDocument/codeAction': '(P.Command | P.CodeAction)[] | null',
  'codeAction/resolve': 'P.CodeAction',
  'textDocument/hover': 'P.Hover | null',
  'textDocument/completion': 'P.CompletionItem[] | P.CompletionList | null',
  'textDocument/inlayHint': 'P.InlayHint[] | null',
  'textDocument/codeLens': 'P.CodeLens[] | null',
  'textDocument/documentLink': 'P.DocumentLink[] | null',
  'textDocument/diagnostic': 'P.DocumentDiagnosticReport',
  'workspace/diagnostic': 'P.WorkspaceDiagnosticReport',
  'workspace/executeCommand': 'unknown',
  'pavise/explain': 'unknown',
  'pavise/rules': 'unknown',
};

const failed = '{ code: number; message: string; data?: unknown }';

const [out, ...traces] = process.argv.slice(2);
const written = new Map(); // literal -> where it was met first
let messages = 0;
let untyped = 0;

function note(type, value, where) {
  messages++;
  if (type === undefined) {
    untyped++;
    console.error(`${where}: nothing is known of this message`);
    return;
  }
  const literal = `: ${type} = ${value === undefined ? 'undefined' : JSON.stringify(value)};`;
  if (!written.has(literal)) {
    written.set(literal, where);
  }
}

for (const trace of traces) {
  const asked = new Map(); // by the client: id -> method
  const lines = fs.readFileSync(trace, 'utf8').split('\n');
  lines.forEach((line, i) => {
    if (line === '') {
      return;
    }
    const { dir, m } = JSON.parse(line);
    const where = `${trace}:${i + 1}`;
    if (dir === 'in') {
      if (m?.method !== undefined && m.id !== undefined) {
        asked.set(JSON.stringify(m.id), m.method);
      }
      return;
    }
    if (m?.jsonrpc !== '2.0') {
      untyped++;
      console.error(`${where}: this is no message of JSON-RPC 2.0`);
    } else if (m.method !== undefined) {
      note(sent[m.method], m.params, `${where} ${m.method}`);
    } else if (m.error !== undefined) {
      note(failed, m.error, `${where} an error`);
    } else {
      const method = asked.get(JSON.stringify(m.id));
      note(answered[method], m.result, `${where} the answer to ${method}`);
    }
  });
}

let text = "import type * as P from 'vscode-languageserver-protocol';\n";
let n = 0;
for (const [literal, where] of written) {
  text += `// ${where}\nexport const m${n++}${literal}\n`;
}
fs.writeFileSync(`${out}.ts`, text);
console.log(`${messages} messages, ${n} of them different`);
process.exit(untyped === 0 ? 0 : 1);
