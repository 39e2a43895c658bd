-- :checkhealth pavise: is there a server, does it start here, and does it read the project's configuration.

local health = vim.health or require('health')
local start = health.start or health.report_start
local ok = health.ok or health.report_ok
local warn = health.warn or health.report_warn
local fail = health.error or health.report_error
local info = health.info or health.report_info

-- run gives what pavise prints and how it ended.
local function run(...)
  local out = vim.fn.system({ 'pavise', ... }, '')
  return vim.trim(out), vim.v.shell_error
end

local function clients()
  return vim.tbl_filter(function(client)
    return client.name == 'pavise'
  end, (vim.lsp.get_clients or vim.lsp.get_active_clients)())
end

local function check_program()
  if vim.fn.executable('pavise') ~= 1 then
    fail('`pavise` is not in $PATH', { 'make build in the source makes bin/pavise', 'or: pipx install pavise-lsp' })
    return false
  end
  local version, code = run('version')
  if code ~= 0 then
    fail('`pavise version` fails: ' .. version)
    return false
  end
  ok(version .. ' (' .. vim.fn.exepath('pavise') .. ')')
  return true
end

local function check_client()
  if vim.lsp.is_enabled and not vim.lsp.is_enabled('pavise') then
    warn('the server is not enabled', { "vim.lsp.enable('pavise') in your init.lua" })
  end
  local found = clients()
  if #found == 0 then
    info('no server runs: open a Python file')
  end
  for _, client in ipairs(found) do
    ok(('the server runs for %s'):format(client.config.root_dir or 'single files'))
  end
  return found
end

-- check_configuration has the program check an empty file of the folder, for which it reads its configuration.
local function check_configuration(root)
  local dir = root or vim.fn.getcwd()
  local said, code = run('check', '-q', '--stdin-filename', dir .. '/health.py', '-')
  if code == 0 then
    ok('the configuration of ' .. dir .. ' is read')
  else
    fail(said)
  end
end

local M = {}

function M.check()
  start('pavise')
  if not check_program() then
    return
  end
  local found = check_client()
  check_configuration(found[1] and found[1].config.root_dir)
end

return M
