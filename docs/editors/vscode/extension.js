// Joins VS Code and `acrsh --lsp`.
"use strict";
const vscode = require("vscode");
const { Client } = require("./client.js");

const selector = [{ language: "acr" }, { language: "yaml" }];
let client;

const position = (p) => ({ line: p.line, character: p.character });
const toPosition = (p) => new vscode.Position(p.line, p.character);
const range = (r) => ({ start: position(r.start), end: position(r.end) });
const toRange = (r) => new vscode.Range(toPosition(r.start), toPosition(r.end));
const toEdit = (e) => new vscode.TextEdit(toRange(e.range), e.newText);
const text = (contents) => {
  const value = typeof contents === "string" ? contents : contents.value;
  return new vscode.MarkdownString(value);
};
const location = (l) =>
  new vscode.Location(vscode.Uri.parse(l.targetUri || l.uri), toRange(l.targetSelectionRange || l.targetRange || l.range));

function toWorkspaceEdit(edit) {
  const result = new vscode.WorkspaceEdit();
  const changes = { ...(edit.changes || {}) };
  for (const change of edit.documentChanges || []) {
    if (change.textDocument) changes[change.textDocument.uri] = (changes[change.textDocument.uri] || []).concat(change.edits);
  }
  for (const [uri, edits] of Object.entries(changes)) result.set(vscode.Uri.parse(uri), edits.map(toEdit));
  return result;
}

function toDiagnostic(d) {
  const diagnostic = new vscode.Diagnostic(toRange(d.range), d.message, (d.severity || 1) - 1);
  diagnostic.code = d.code;
  diagnostic.source = d.source || "acrsh";
  diagnostic.tags = d.tags;
  diagnostic.relatedInformation = (d.relatedInformation || []).map(
    (r) => new vscode.DiagnosticRelatedInformation(location(r.location), r.message));
  diagnostic.raw = d;
  return diagnostic;
}

function toSymbol(s) {
  const symbol = new vscode.DocumentSymbol(s.name, s.detail || "", s.kind - 1, toRange(s.range), toRange(s.selectionRange));
  symbol.children = (s.children || []).map(toSymbol);
  return symbol;
}

async function activate(context) {
  const problems = vscode.languages.createDiagnosticCollection("acr");
  context.subscriptions.push(problems);
  const program = vscode.workspace.getConfiguration("acr").get("path") || "acrsh";
  client = new Client(program, ["--lsp"], (name, value) => {
    if (name === "textDocument/publishDiagnostics") {
      problems.set(vscode.Uri.parse(value.uri), value.diagnostics.map(toDiagnostic));
    } else if (name === "window/showMessage") {
      vscode.window.showInformationMessage(value.message);
    }
  });
  const folders = (vscode.workspace.workspaceFolders || []).map((f) => ({ uri: f.uri.toString(), name: f.name }));
  let server;
  try {
    server = await client.request("initialize", {
      processId: process.pid,
      rootUri: folders.length ? folders[0].uri : null,
      workspaceFolders: folders,
      capabilities: {
        general: { positionEncodings: ["utf-16"] },
        textDocument: {
          publishDiagnostics: { relatedInformation: true, tagSupport: { valueSet: [1, 2] } },
          hover: { contentFormat: ["markdown", "plaintext"] },
          completion: { completionItem: { snippetSupport: false, documentationFormat: ["markdown", "plaintext"] } },
          signatureHelp: { signatureInformation: { documentationFormat: ["markdown", "plaintext"] } },
          documentSymbol: { hierarchicalDocumentSymbolSupport: true },
          codeAction: { codeActionLiteralSupport: { codeActionKind: { valueSet: ["quickfix", "source.fixAll"] } } },
          rename: { prepareSupport: true },
        },
      },
    });
  } catch (error) {
    vscode.window.showErrorMessage(`acr: ${error.message}. Install acrsh, or set acr.path.`);
    return;
  }
  client.notify("initialized", {});
  follow(context, problems);
  register(context, server.capabilities);
}

/** Tells the server what is open, and what is in it. */
function follow(context, problems) {
  const isOurs = (document) => vscode.languages.match(selector, document) > 0 && document.uri.scheme === "file";
  const open = (document) => {
    if (!isOurs(document)) return;
    client.notify("textDocument/didOpen", {
      textDocument: {
        uri: document.uri.toString(), languageId: document.languageId, version: document.version, text: document.getText(),
      },
    });
  };
  vscode.workspace.textDocuments.forEach(open);
  context.subscriptions.push(
    vscode.workspace.onDidOpenTextDocument(open),
    vscode.workspace.onDidChangeTextDocument(({ document }) => {
      if (!isOurs(document)) return;
      client.notify("textDocument/didChange", {
        textDocument: { uri: document.uri.toString(), version: document.version },
        contentChanges: [{ text: document.getText() }],
      });
    }),
    vscode.workspace.onDidSaveTextDocument((document) => {
      if (isOurs(document)) client.notify("textDocument/didSave", { textDocument: { uri: document.uri.toString() } });
    }),
    vscode.workspace.onDidCloseTextDocument((document) => {
      if (!isOurs(document)) return;
      client.notify("textDocument/didClose", { textDocument: { uri: document.uri.toString() } });
      problems.delete(document.uri);
    }));
}

/** One provider for each thing that the server says it can. */
function register(context, can) {
  const at = (document, p) => ({ textDocument: { uri: document.uri.toString() }, position: position(p) });
  const of = (document) => ({ textDocument: { uri: document.uri.toString() } });
  // A request that fails or was cancelled gives nothing; the next one is asked anew.
  const ask = (method, params, token, make) =>
    client.request(method, params, token).then((answer) => (answer ? make(answer) : undefined), () => undefined);
  const add = (condition, provider) => condition && context.subscriptions.push(provider());
  const on = vscode.languages;

  add(can.hoverProvider, () => on.registerHoverProvider(selector, {
    provideHover: (d, p, token) => ask("textDocument/hover", at(d, p), token,
      (h) => new vscode.Hover(text(h.contents), h.range && toRange(h.range))),
  }));
  add(can.completionProvider, () => on.registerCompletionItemProvider(selector, {
    provideCompletionItems: (d, p, token) => ask("textDocument/completion", at(d, p), token, (list) => (list.items || list).map((i) => {
      const item = new vscode.CompletionItem(i.label, (i.kind || 1) - 1);
      item.detail = i.detail;
      item.documentation = i.documentation && text(i.documentation);
      item.sortText = i.sortText;
      item.filterText = i.filterText;
      item.insertText = i.textEdit ? i.textEdit.newText : i.insertText || i.label;
      if (i.textEdit) item.range = toRange(i.textEdit.range || i.textEdit.replace);
      return item;
    })),
  }, ...(can.completionProvider.triggerCharacters || [])));
  add(can.signatureHelpProvider, () => on.registerSignatureHelpProvider(selector, {
    provideSignatureHelp: (d, p, token) => ask("textDocument/signatureHelp", at(d, p), token, (h) => {
      const help = new vscode.SignatureHelp();
      help.signatures = h.signatures.map((s) => {
        const signature = new vscode.SignatureInformation(s.label, s.documentation && text(s.documentation));
        signature.parameters = (s.parameters || []).map(
          (q) => new vscode.ParameterInformation(q.label, q.documentation && text(q.documentation)));
        return signature;
      });
      help.activeSignature = h.activeSignature || 0;
      help.activeParameter = h.activeParameter || 0;
      return help;
    }),
  }, ...(can.signatureHelpProvider.triggerCharacters || [])));
  add(can.definitionProvider, () => on.registerDefinitionProvider(selector, {
    provideDefinition: (d, p, token) => ask("textDocument/definition", at(d, p), token, (l) => [].concat(l).map(location)),
  }));
  add(can.referencesProvider, () => on.registerReferenceProvider(selector, {
    provideReferences: (d, p, options, token) => ask("textDocument/references",
      { ...at(d, p), context: { includeDeclaration: options.includeDeclaration } }, token, (l) => l.map(location)),
  }));
  add(can.documentHighlightProvider, () => on.registerDocumentHighlightProvider(selector, {
    provideDocumentHighlights: (d, p, token) => ask("textDocument/documentHighlight", at(d, p), token,
      (l) => l.map((h) => new vscode.DocumentHighlight(toRange(h.range), (h.kind || 1) - 1))),
  }));
  add(can.renameProvider, () => on.registerRenameProvider(selector, {
    prepareRename: (d, p, token) => client.request("textDocument/prepareRename", at(d, p), token).then((r) => {
      if (!r) throw new Error("this has no name that can be changed");
      return r.placeholder ? { range: toRange(r.range), placeholder: r.placeholder } : toRange(r.range || r);
    }),
    provideRenameEdits: (d, p, newName, token) =>
      client.request("textDocument/rename", { ...at(d, p), newName }, token).then((e) => e && toWorkspaceEdit(e)),
  }));
  add(can.documentSymbolProvider, () => on.registerDocumentSymbolProvider(selector, {
    provideDocumentSymbols: (d, token) => ask("textDocument/documentSymbol", of(d), token, (l) => l.map(toSymbol)),
  }));
  add(can.workspaceSymbolProvider, () => on.registerWorkspaceSymbolProvider({
    provideWorkspaceSymbols: (query, token) => ask("workspace/symbol", { query }, token,
      (l) => l.map((s) => new vscode.SymbolInformation(s.name, s.kind - 1, s.containerName || "", location(s.location)))),
  }));
  add(can.codeActionProvider, () => on.registerCodeActionsProvider(selector, {
    provideCodeActions: (d, r, info, token) => ask("textDocument/codeAction", {
      ...of(d), range: range(r),
      context: { diagnostics: info.diagnostics.map((x) => x.raw).filter(Boolean), only: info.only && [info.only.value] },
    }, token, (l) => l.filter((a) => a.edit).map((a) => {
      const action = new vscode.CodeAction(a.title, a.kind ? vscode.CodeActionKind.Empty.append(a.kind) : undefined);
      action.edit = toWorkspaceEdit(a.edit);
      action.isPreferred = a.isPreferred;
      return action;
    })),
  }));
  add(can.documentFormattingProvider, () => on.registerDocumentFormattingEditProvider({ language: "acr" }, {
    provideDocumentFormattingEdits: (d, options, token) => ask("textDocument/formatting", { ...of(d), options }, token, (l) => l.map(toEdit)),
  }));
  add(can.documentRangeFormattingProvider, () => on.registerDocumentRangeFormattingEditProvider({ language: "acr" }, {
    provideDocumentRangeFormattingEdits: (d, r, options, token) =>
      ask("textDocument/rangeFormatting", { ...of(d), range: range(r), options }, token, (l) => l.map(toEdit)),
  }));
  add(can.foldingRangeProvider, () => on.registerFoldingRangeProvider({ language: "acr" }, {
    provideFoldingRanges: (d, _, token) => ask("textDocument/foldingRange", of(d), token,
      (l) => l.map((f) => new vscode.FoldingRange(f.startLine, f.endLine, f.kind === "comment" ? vscode.FoldingRangeKind.Comment : undefined))),
  }));
  add(can.inlayHintProvider, () => on.registerInlayHintsProvider({ language: "acr" }, {
    provideInlayHints: (d, r, token) => ask("textDocument/inlayHint", { ...of(d), range: range(r) }, token, (l) => l.map((h) => {
      const hint = new vscode.InlayHint(toPosition(h.position), typeof h.label === "string" ? h.label : h.label.map((x) => x.value).join(""));
      hint.paddingLeft = h.paddingLeft;
      hint.paddingRight = h.paddingRight;
      return hint;
    })),
  }));
  const tokens = can.semanticTokensProvider;
  add(tokens && tokens.full, () => on.registerDocumentSemanticTokensProvider({ language: "acr" }, {
    provideDocumentSemanticTokens: (d, token) => ask("textDocument/semanticTokens/full", of(d), token,
      (t) => new vscode.SemanticTokens(new Uint32Array(t.data))),
  }, new vscode.SemanticTokensLegend(tokens.legend.tokenTypes, tokens.legend.tokenModifiers)));
}

function deactivate() {
  return client && client.stop();
}

module.exports = { activate, deactivate };
