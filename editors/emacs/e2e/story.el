;;; story.el --- what a person does with Pavise in Emacs  -*- lexical-binding: t -*-

;; emacs --batch -l story.el. The environment says where things are: E2E_FILE is the file to open, E2E_WANT the folder with
;; what it should become, E2E_REPORT takes a line for each step, E2E_INIT is the set-up of the README, E2E_SAVE its fix on
;; save, E2E_CLIENT eglot or lsp-mode.

(require 'cl-lib)
(require 'seq)
(require 'subr-x)

(defvar story-step "start")
(defvar story-began (float-time))
(defconst story-wait 20) ; seconds, for a machine that is busy with other things
(defconst story-client (getenv "E2E_CLIENT"))
(defconst story-eglot (equal story-client "eglot"))

(setq make-backup-files nil create-lockfiles nil auto-save-default nil)
(setq native-comp-enable-subr-trampolines nil native-comp-jit-compilation nil)

(defun story-say (status remark)
  (let ((line (format "%s\t%s\t%d\t%s\n" status story-step (* 1000 (- (float-time) story-began)) remark))
        (coding-system-for-write 'utf-8))
    (write-region line nil (getenv "E2E_REPORT") t 'silent)))

(defmacro story-step (name &rest body)
  "Run BODY as the step NAME; its value is the remark."
  (declare (indent 1))
  `(progn
     (setq story-step ,name story-began (float-time))
     (let ((remark (progn ,@body)))
       (story-say "ok" (if (stringp remark) remark "")))))

(defun story-wait-for (what condition)
  (let ((end (+ (float-time) story-wait)) value)
    (while (and (not (setq value (funcall condition))) (< (float-time) end))
      ;; Eglot sends changes when Emacs is idle, which it never is in batch mode.
      (when (and story-eglot (fboundp 'eglot-managed-p) (eglot-managed-p))
        (eglot--signal-textDocument/didChange))
      (accept-process-output nil 0.02)
      (sit-for 0.01))
    (or value (error "Not in time: %s; findings: %S; text:\n%s" what (story-findings) (buffer-string)))))

(defun story-read (path)
  (with-temp-buffer
    (let ((coding-system-for-read 'utf-8)) (insert-file-contents path))
    (buffer-string)))

(defun story-want (name)
  (story-read (expand-file-name name (getenv "E2E_WANT"))))

(defun story-same (name)
  (unless (equal (buffer-string) (story-want name))
    (error "The text is not that of %s:\n%s" name (buffer-string))))

;; Flymake shows the findings of both clients. A finding is "LINE:COLUMN" here; the column counts characters.
(defun story-diagnostics ()
  (seq-sort-by #'flymake-diagnostic-beg #'< (flymake-diagnostics)))

(defun story-findings ()
  (mapcar (lambda (d)
            (save-excursion
              (goto-char (flymake-diagnostic-beg d))
              (format "%d:%d" (line-number-at-pos) (- (point) (line-beginning-position)))))
          (story-diagnostics)))

(defun story-text-of (place)
  "The texts of the findings at PLACE."
  (mapconcat #'identity
             (cl-loop for d in (story-diagnostics) for p in (story-findings)
                      when (equal p place) collect (flymake-diagnostic-text d))
             "\n"))

(defun story-wait-for-findings (places)
  (story-wait-for (format "findings %S" places)
                  (lambda () (flymake-start) (equal (story-findings) places))))

(defun story-go (place)
  (pcase-let ((`(,line ,column) (mapcar #'string-to-number (split-string place ":"))))
    (goto-char (point-min))
    (forward-line (1- line))
    (forward-char column)))

(defun story-choose (title)
  "Take the code action at point whose title has TITLE; this stands in for the person who picks it."
  (let (offered (last-nonmenu-event ?x))
    (cl-letf (((symbol-function 'completing-read)
               (lambda (_prompt collection &optional predicate &rest _)
                 (setq offered (all-completions "" collection predicate))
                 (or (seq-find (lambda (c) (string-match-p (regexp-quote title) c)) offered)
                     (error "No action %S among %S" title offered)))))
      (if story-eglot
          (eglot-code-actions (point) nil nil t)
        (call-interactively #'lsp-execute-code-action)))
    (format "%d actions" (length offered))))

(defun story-fix-all ()
  (if story-eglot
      (eglot-code-actions (point-min) (point-max) "source.fixAll.pavise" t)
    (lsp-execute-code-action-by-kind "source.fixAll.pavise")))

(defun story-hover ()
  (if story-eglot
      (let (shown)
        (eglot-hover-eldoc-function (lambda (text &rest _) (setq shown (or text ""))))
        (story-wait-for "a hover" (lambda () shown)))
    (lsp-describe-thing-at-point)
    (with-current-buffer (story-wait-for "a hover" (lambda () (get-buffer "*lsp-help*")))
      (buffer-string))))

(defun story-contains (whole part)
  (unless (string-match-p (regexp-quote part) whole)
    (error "%S is not in:\n%s" part whole)))

(defun story-start ()
  "Batch mode has no commands after which the clients would start by themselves."
  (if story-eglot
      (progn
        (apply #'eglot--connect (eglot--guess-contact))
        (story-wait-for "the server" #'eglot-managed-p))
    (story-wait-for "the server" (lambda () (bound-and-true-p lsp-managed-mode)))))

(defun story-running ()
  (seq-filter (lambda (p) (and (process-live-p p) (string-match-p "pavise" (format "%s %S" (process-name p) (process-command p)))))
              (process-list)))

(defconst story-opened '("19:23" "25:20" "30:11" "30:11"))
(defconst story-fixed '("25:20" "30:11" "30:11"))

(defun story ()
  (if story-eglot
      (setq eglot-sync-connect 30 eglot-autoshutdown nil eglot-confirm-server-edits nil)
    (setq lsp-session-file (expand-file-name "lsp-session" (getenv "HOME"))
          lsp-auto-guess-root t lsp-enable-file-watchers nil lsp-warn-no-matched-clients nil
          lsp-enable-suggest-server-download nil lsp-diagnostics-provider :flymake lsp-restart 'ignore))
  (load (getenv "E2E_INIT") nil t)
  (if story-eglot (require 'eglot) (require 'lsp-mode) (require 'lsp-diagnostics))
  (require 'flymake)

  (story-step "open the file, see the findings"
    (unless story-eglot
      (lsp-workspace-folders-add
       (file-name-directory (directory-file-name (file-name-directory (getenv "E2E_FILE"))))))
    (find-file (getenv "E2E_FILE"))
    (story-start)
    (story-wait-for-findings story-opened)
    (format "Emacs %s" emacs-version))

  (story-step "the message says source, consequence and cure"
    (let ((text (story-text-of "19:23")))
      (story-contains text "from `request.args` becomes part of this query")
      (story-contains text "bound parameter")))

  (story-step "hover shows the way from source to sink"
    (story-go "19:27")
    (let ((text (story-hover)))
      (story-contains text "sql-injection")
      (story-contains text "comes from the client")))

  (story-step "fix the query by its code action, save"
    (story-go "19:23")
    (let ((remark (story-choose "bound parameter")))
      (story-wait-for "the fix" (lambda () (equal (buffer-string) (story-want "fixed.py"))))
      (save-buffer)
      (story-wait-for-findings story-fixed)
      (unless (equal (story-read (getenv "E2E_FILE")) (story-want "fixed.py"))
        (error "The file on disk is another"))
      remark))

  (story-step "type an unsafe line, see it without saving"
    (goto-char (point-min))
    (forward-line 18)
    (undo-boundary)
    (seq-do (lambda (c) (insert c)) "    database().execute(\"SELECT id FROM orders WHERE name = '\" + name + \"'\")\n")
    (story-wait-for "the finding of the typed line"
                    (lambda () (flymake-start) (equal (car (story-findings)) "19:4")))
    (unless (buffer-modified-p) (error "The buffer was saved")))

  (story-step "undo takes the finding away"
    (undo-boundary)
    (setq last-command nil)
    (undo)
    (story-wait-for-findings story-fixed)
    (story-same "fixed.py"))

  (story-step "ignore a finding on its line"
    (story-go "30:11")
    (story-choose "Ignore tls-verification-disabled")
    (story-wait-for "the comment"
                    (lambda () (string-match-p "# pavise: ignore\\[tls-verification-disabled\\]" (buffer-string))))
    (story-wait-for-findings '("25:20" "30:11"))
    (let ((inhibit-message t)) (revert-buffer t t t))
    (story-wait-for-findings story-fixed))

  (story-step "all safe fixes by one action"
    (goto-char (point-min))
    (story-fix-all)
    (story-wait-for "the fixes" (lambda () (equal (buffer-string) (story-want "all.py"))))
    (story-wait-for-findings '("30:11"))
    (let ((inhibit-message t)) (revert-buffer t t t))
    (story-wait-for-findings story-fixed))

  (story-step "fix on save, as the README has it"
    (load (getenv "E2E_SAVE") nil t)
    (goto-char (point-max))
    (insert "\n")
    (delete-char -1)
    (set-buffer-modified-p t)
    (save-buffer)
    (unless (equal (story-read (getenv "E2E_FILE")) (story-want "all.py"))
      (error "The file on disk is another:\n%s" (story-read (getenv "E2E_FILE")))))

  (story-step "stop the server"
    (if story-eglot
        (eglot-shutdown (eglot-current-server))
      (lsp-workspace-shutdown (car (lsp-workspaces))))
    (story-wait-for "the end of the server" (lambda () (null (story-running))))))

(condition-case err
    (story)
  (error
   (story-say "FAIL" (replace-regexp-in-string "[\n\t]+" " " (error-message-string err)))
   (princ (format "%S\n" err) #'external-debugging-output)
   (kill-emacs 1)))
(kill-emacs 0)
