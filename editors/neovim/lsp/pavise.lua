---@brief
---
--- Pavise finds security faults in Python web code while you type, shows the way from the untrusted data to the place
--- where it does harm, and rewrites the code.
---
--- The `pavise` binary must be in your `$PATH`; `make build` puts it into `bin/` of the source.
---
--- The configuration is `pavise.toml` or `[tool.pavise]` in `pyproject.toml`. Its keys may also be set here:
---
--- ```lua
--- vim.lsp.config('pavise', {
---   settings = {
---     pavise = {
---       profile = 'audit',
---       ignore = { 'weak-random' },
---     },
---   },
--- })
--- ```

---@type vim.lsp.Config
return {
  cmd = { 'pavise', 'serve' },
  filetypes = { 'python', 'html', 'htmldjango', 'jinja', 'jinja2' }, -- templates count where a view renders them
  root_markers = {
    'pavise.toml',
    'pyproject.toml',
    'setup.py',
    'setup.cfg',
    'requirements.txt',
    'manage.py',
    '.git',
  },
  settings = {
    pavise = {},
  },
}
