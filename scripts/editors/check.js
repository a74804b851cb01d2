// Runs the extension of docs/editors/vscode with the language server of acrsh and a stand-in for VS Code, which holds one document and calls
// the providers as VS Code does: check.js EXTENSION ACRSH FILE.
"use strict";
const fs = require("fs");
const path = require("path");
const Module = require("module");
const [, , extension, program, file] = process.argv;

class Position { constructor(line, character) { Object.assign(this, { line, character }); } }
class Range { constructor(start, end) { Object.assign(this, { start, end }); } }
const record = (...names) => class { constructor(...values) { names.forEach((n, i) => (this[n] = values[i])); } };
const providers = {};
const shown = [];
const listener = () => ({ dispose() {} });
const register = (name) => (...given) => {
  providers[name] = given.find((g) => g && typeof g === "object" && Object.values(g).some((v) => typeof v === "function"));
  return listener();
};
class WorkspaceEdit { constructor() { this.entries = []; } set(uri, edits) { this.entries.push([uri, edits]); } }
const uri = (text) => ({ scheme: "file", toString: () => text });
const document = {
  uri: uri("file://" + file), languageId: "acr", version: 1, text: fs.readFileSync(file, "utf8"), getText() { return this.text; },
};
const diagnostics = new Map();
const changes = [];
const vscode = {
  Position, Range, WorkspaceEdit,
  TextEdit: record("range", "newText"), Location: record("uri", "range"), MarkdownString: record("value"), Hover: record("contents", "range"),
  Diagnostic: record("range", "message", "severity"), DiagnosticRelatedInformation: record("location", "message"),
  CompletionItem: record("label", "kind"), SignatureHelp: record(), SignatureInformation: record("label", "documentation"),
  ParameterInformation: record("label", "documentation"), DocumentHighlight: record("range", "kind"),
  DocumentSymbol: record("name", "detail", "kind", "range", "selectionRange"), SymbolInformation: record("name", "kind", "containerName", "location"),
  CodeAction: record("title", "kind"), CodeActionKind: { Empty: { append: (x) => x } }, FoldingRange: record("start", "end", "kind"),
  FoldingRangeKind: { Comment: 1 }, InlayHint: record("position", "label"), SemanticTokens: record("data"), SemanticTokensLegend: record("types", "modifiers"),
  Uri: { parse: uri },
  languages: new Proxy({
    match: (selector, d) => (selector.some((s) => s.language === d.languageId) ? 10 : 0),
    createDiagnosticCollection: () => ({ set: (u, list) => diagnostics.set(u.toString(), list), delete: (u) => diagnostics.delete(u.toString()), dispose() {} }),
  }, { get: (own, name) => own[name] || register(name.replace(/^register|Provider$/g, "")) }),
  workspace: {
    getConfiguration: () => ({ get: () => program }), workspaceFolders: [{ uri: uri("file://" + path.dirname(file)), name: "folder" }],
    textDocuments: [document], onDidOpenTextDocument: listener, onDidSaveTextDocument: listener, onDidCloseTextDocument: listener,
    onDidChangeTextDocument: (f) => { changes.push(f); return listener(); },
  },
  window: { showErrorMessage: (m) => shown.push(m), showInformationMessage: (m) => shown.push(m) },
};
const load = Module._load;
Module._load = (name, ...rest) => (name === "vscode" ? vscode : load(name, ...rest));

let failed = 0;
const expect = (what, holds, seen) => {
  if (!holds) failed++;
  console.log(`${holds ? "ok" : "FAILED"}: ${what}${holds ? "" : ": " + JSON.stringify(seen)}`);
};
const until = async (condition) => {
  for (let i = 0; i < 600 && !condition(); i++) await new Promise((r) => setTimeout(r, 100));
};

(async () => {
  const { activate, deactivate } = require(path.resolve(extension, "extension.js"));
  await activate({ subscriptions: [] });
  expect("the server starts", shown.length === 0, shown);
  await until(() => (diagnostics.get(document.uri.toString()) || []).length > 0);
  const found = diagnostics.get(document.uri.toString()) || [];
  expect("a misspelled variable is reported at its place", found.length === 1 && /\$imgae/.test(found[0].message) && found[0].range.start.line === 2, found);
  const hover = await providers.Hover.provideHover(document, new Position(1, 1));
  expect("hover explains `print`", hover && /Prints/.test(hover.contents.value), hover);
  const items = await providers.CompletionItem.provideCompletionItems(document, new Position(2, 3));
  expect("completion offers `import`", items && items.some((i) => i.label === "import"), items);
  const actions = await providers.CodeActions.provideCodeActions(document, found[0].range, { diagnostics: found });
  expect("a quick fix writes `$image`", actions && actions.some((a) => a.edit.entries.some(([, e]) => e.some((x) => /image/.test(x.newText)))), actions);
  const layout = await providers.DocumentFormattingEdit.provideDocumentFormattingEdits(document, { tabSize: 2, insertSpaces: true });
  expect("the layout changes something", layout && layout.length > 0, layout);
  const definition = await providers.Definition.provideDefinition(document, new Position(1, 10));
  expect("the definition of `$image` is on line 1", definition && definition[0] && definition[0].range.start.line === 0, definition);
  const edit = await providers.Rename.provideRenameEdits(document, new Position(0, 6), "picture");
  expect("a rename changes both places", edit && edit.entries[0][1].length === 2, edit);
  const symbols = await providers.DocumentSymbol.provideDocumentSymbols(document);
  expect("the outline has `image`", symbols && symbols.some((s) => /image/.test(s.name)), symbols);
  const tokens = await providers.DocumentSemanticTokens.provideDocumentSemanticTokens(document);
  expect("there are colours", tokens && tokens.data.length > 0, tokens);
  document.text = document.text.replace("$imgae", "$image");
  document.version = 2;
  changes.forEach((f) => f({ document }));
  await until(() => (diagnostics.get(document.uri.toString()) || []).length === 0);
  expect("the report goes when the mistake is gone", diagnostics.get(document.uri.toString()).length === 0, diagnostics.get(document.uri.toString()));
  await deactivate();
  process.exit(failed ? 1 : 0);
})();
setTimeout(() => { console.log("FAILED: no end within 2 minutes"); process.exit(1); }, 120000).unref();
