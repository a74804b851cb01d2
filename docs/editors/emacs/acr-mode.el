;;; acr-mode.el --- Scripts of acrsh  -*- lexical-binding: t -*-

;; Version: 0.1.0
;; Package-Requires: ((emacs "28.1") (eglot "1.9"))
;; Keywords: languages, tools

;;; Commentary:

;; Colours for .acr files, and the language server `acrsh --lsp' by Eglot, which is part of Emacs since version 29.

;;; Code:

(require 'eglot)

(defconst acr--words
  '("let" "var" "def" "param" "use" "if" "else" "for" "in" "while" "match" "try" "catch" "finally" "return" "break"
    "continue" "throw" "exit" "assert" "and" "or" "not" "like" "as")
  "The words of the language.")

(defconst acr--font-lock
  `((,(concat "\\(?:^\\|[;{|=(]\\)[ \t]*\\(" (regexp-opt acr--words) "\\)\\_>") 1 font-lock-keyword-face)
    (,(concat "[ \t]\\(" (regexp-opt '("in" "and" "or" "not" "like" "as" "else" "catch" "finally" "if")) "\\)[ \t]")
     1 font-lock-keyword-face)
    ("\\_<\\(true\\|false\\|null\\)\\_>" . font-lock-constant-face)
    ("\\$[A-Za-z_][A-Za-z0-9_]*" . font-lock-variable-name-face)
    ("[ \t]\\(--?[A-Za-z][A-Za-z0-9-]*\\)" 1 font-lock-builtin-face)
    ("\\_<[0-9]+\\(?:\\.[0-9]+\\)?\\(?:ms\\|[smhdB]\\|[KMGT]i?B\\)?\\_>" . font-lock-constant-face)))

(defvar acr-mode-syntax-table
  (let ((table (make-syntax-table)))
    (modify-syntax-entry ?# "<" table)
    (modify-syntax-entry ?\n ">" table)
    (modify-syntax-entry ?' "\"" table)
    (modify-syntax-entry ?\" "\"" table)
    (modify-syntax-entry ?- "_" table)
    (modify-syntax-entry ?$ "'" table)
    table))

;;;###autoload
(define-derived-mode acr-mode prog-mode "acr"
  "Scripts of acrsh."
  (setq-local comment-start "# "
              comment-end ""
              indent-tabs-mode nil
              tab-width 2
              font-lock-defaults '(acr--font-lock)))

;;;###autoload
(add-to-list 'auto-mode-alist '("\\.acr\\'" . acr-mode))
;;;###autoload
(add-to-list 'interpreter-mode-alist '("acrsh" . acr-mode))

(add-to-list 'eglot-server-programs '(acr-mode "acrsh" "--lsp"))
(add-hook 'acr-mode-hook #'eglot-ensure)

(provide 'acr-mode)
;;; acr-mode.el ends here
