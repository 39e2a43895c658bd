-- What a person does with Pavise in Neovim, by the editor's own means: nvim --headless -S story.lua, 0.7 and newer.
-- The environment says where things are: E2E_FILE is the file to open, E2E_WANT the folder with what it should become,
-- E2E_REPORT takes a line for each step.

local WAIT = 15000 -- milliseconds, for a machine that is busy with other things

local file, want, report = vim.env.E2E_FILE, vim.env.E2E_WANT, vim.env.E2E_REPORT
local step, began = 'start', 0
local hrtime = (vim.uv or vim.loop).hrtime

local function say(line)
  local f = assert(io.open(report, 'a'))
  f:write(line .. '\n')
  f:close()
end

local function begin(name)
  step, began = name, hrtime()
end

local function done(fact)
  say(('ok\t%s\t%d\t%s'):format(step, (hrtime() - began) / 1e6, fact or ''))
end

local function read(path)
  local f = assert(io.open(path, 'rb'))
  local text = f:read('*a')
  f:close()
  return text
end

local function text()
  return table.concat(vim.api.nvim_buf_get_lines(0, 0, -1, false), '\n') .. '\n'
end

local function clients()
  return (vim.lsp.get_clients or vim.lsp.get_active_clients)()
end

-- findings are the diagnostics of the buffer as "line:column code severity", sorted; the column counts bytes.
local function findings()
  local out = {}
  for _, d in ipairs(vim.diagnostic.get(0)) do
    out[#out + 1] = ('%d:%d %s %s'):format(d.lnum + 1, d.col + 1, d.code or '?', vim.diagnostic.severity[d.severity])
  end
  table.sort(out)
  return out
end

local function wait(what, condition)
  if not vim.wait(WAIT, condition, 5) then
    error(('%s: not within %d ms\nfindings: %s\ntext:\n%s'):format(what, WAIT, vim.inspect(findings()), text()), 2)
  end
end

local function wait_for_findings(expected)
  wait('findings ' .. vim.inspect(expected), function()
    return vim.deep_equal(findings(), expected)
  end)
end

local function finding(code)
  for _, d in ipairs(vim.diagnostic.get(0)) do
    if d.code == code then
      return d
    end
  end
  error('no finding ' .. code .. ' among ' .. vim.inspect(findings()), 2)
end

local function contains(whole, part)
  if not whole:find(part, 1, true) then
    error(('%q is not in:\n%s'):format(part, whole), 2)
  end
end

local function same(got, name)
  local expected = read(want .. '/' .. name)
  if got ~= expected then
    error(('the text is not that of %s:\n%s'):format(name, vim.diff and vim.diff(expected, got) or got), 2)
  end
end

-- choose asks for the code actions at the cursor and takes the one whose title holds title; vim.ui.select stands in for
-- the person. It returns what was offered.
local function choose(title, context)
  local offered, taken
  vim.ui.select = function(items, opts, on_choice)
    offered = {}
    for i, item in ipairs(items) do
      offered[i] = opts.format_item(item)
      if not taken and offered[i]:find(title, 1, true) then
        taken = i
      end
    end
    on_choice(taken and items[taken], taken)
  end
  if vim.fn.has('nvim-0.8') == 1 then
    vim.lsp.buf.code_action({ context = context })
  else
    vim.lsp.buf.code_action(context)
  end
  wait('a menu of code actions', function()
    return offered ~= nil
  end)
  if not taken then
    error(('no action %q among %s'):format(title, vim.inspect(offered)), 2)
  end
  return offered
end

local function cursor(diagnostic)
  vim.api.nvim_win_set_cursor(0, { diagnostic.lnum + 1, diagnostic.col })
end

-- press types keys one by one, as fast as the editor takes them, and leaves insert mode.
local function press(keys)
  for i = 1, #keys do
    vim.api.nvim_feedkeys((i == 1 and 'o' or 'A') .. keys:sub(i, i), 'xt', false)
    vim.wait(2)
  end
end

local OPENED = {
  '19:27 sql-injection ERROR',
  '25:21 unsafe-deserialization ERROR',
  '30:12 request-without-timeout WARN',
  '30:12 tls-verification-disabled ERROR',
}
local FIXED = { OPENED[2], OPENED[3], OPENED[4] }

local function story()
  begin('open the file, see the findings')
  vim.cmd('edit ' .. vim.fn.fnameescape(file))
  wait_for_findings(OPENED)
  local client = clients()[1]
  if #clients() ~= 1 or client.name ~= 'pavise' then
    error('clients: ' .. vim.inspect(vim.tbl_map(function(c)
      return c.name
    end, clients())))
  end
  done(client.offset_encoding)

  begin('the root is the folder of pyproject.toml')
  local root = client.config.root_dir
  if root ~= vim.fn.fnamemodify(file, ':h:h') then
    error('root: ' .. tostring(root))
  end
  done()

  begin('the message says source, consequence and cure')
  local sql = finding('sql-injection')
  contains(sql.message, '`name` from `request.args` becomes part of this query')
  contains(sql.message, 'bound parameter')
  if sql.source ~= 'pavise' then
    error('source: ' .. tostring(sql.source))
  end
  local steps = sql.user_data.lsp.relatedInformation
  if steps then -- 0.7 does not keep them
    contains(steps[1].message, 'request.args')
  elseif vim.fn.has('nvim-0.8') == 1 then
    error('no related information: ' .. vim.inspect(sql))
  end
  done()

  begin('fix the query by its code action, save')
  cursor(sql)
  local offered = choose('bound parameter')
  wait_for_findings(FIXED)
  same(text(), 'fixed.py')
  if vim.fn.fnamemodify(file, ':t') ~= 'app.py' or read(file) == text() then
    error('the file on disk changed before it was saved')
  end
  vim.cmd('silent write')
  same(read(file), 'fixed.py')
  done(('%d actions'):format(#offered))

  begin('type an unsafe line, see it without saving')
  vim.api.nvim_win_set_cursor(0, { 18, 0 })
  press('database().execute("SELECT id FROM orders WHERE name = \'" + name + "\'")')
  local typed = hrtime()
  wait('the finding of the typed line', function()
    return #findings() == 4 and findings()[1] == '19:5 sql-injection ERROR'
  end)
  local after = (hrtime() - typed) / 1e6
  if not vim.bo.modified then
    error('the buffer was saved')
  end
  same(read(file), 'fixed.py')
  done(('%.0f ms after the last key'):format(after))

  begin('hover shows the way from source to sink')
  cursor(finding('sql-injection'))
  vim.lsp.buf.hover()
  local shown
  wait('a hover', function()
    for _, w in ipairs(vim.api.nvim_list_wins()) do
      if vim.api.nvim_win_get_config(w).relative ~= '' then
        shown = table.concat(vim.api.nvim_buf_get_lines(vim.api.nvim_win_get_buf(w), 0, -1, false), '\n')
        vim.api.nvim_win_close(w, true)
        return true
      end
    end
  end)
  contains(shown, 'sql-injection')
  contains(shown, '`request.args` comes from the client')
  contains(shown, 'used here')
  done()

  begin('undo takes the finding away')
  for _ = 1, 200 do
    if text() == read(file) then
      break
    end
    vim.cmd('silent undo')
  end
  wait_for_findings(FIXED)
  same(text(), 'fixed.py')
  done()

  begin('ignore a finding on its line')
  cursor(finding('tls-verification-disabled'))
  choose('Ignore tls-verification-disabled')
  wait_for_findings({ FIXED[1], FIXED[2] })
  contains(text(), '# pavise: ignore[tls-verification-disabled]')
  vim.cmd('silent undo')
  wait_for_findings(FIXED)
  done()

  begin('all safe fixes by one action')
  vim.api.nvim_win_set_cursor(0, { 1, 0 })
  choose('', { only = { 'source.fixAll.pavise' } })
  wait_for_findings({ FIXED[3] })
  vim.cmd('silent write')
  same(read(file), 'all.py')
  done()

  if vim.fn.has('nvim-0.11') == 1 then
    begin('fix on save, as the README has it')
    vim.cmd('silent undo')
    wait_for_findings(FIXED)
    dofile(vim.env.E2E_FIX_ON_SAVE)
    vim.cmd('silent write')
    same(read(file), 'all.py')
    done()
  end

  begin('checkhealth and the help')
  vim.cmd('checkhealth pavise')
  local health = text()
  contains(health, 'pavise')
  contains(health, 'the server runs for ' .. root)
  contains(health, 'the configuration of ' .. root .. ' is read')
  if health:find('ERROR') or health:find('WARNING') then
    error(health)
  end
  vim.cmd('bwipeout!')
  vim.cmd('helptags ' .. vim.fn.fnameescape(vim.env.HOME .. '/src/pavise/editors/neovim/doc'))
  vim.cmd('help pavise-health')
  contains(text(), 'checkhealth pavise')
  vim.cmd('helpclose')
  done()

  begin('a second file of the folder shares the server')
  vim.cmd('edit ' .. vim.fn.fnameescape(vim.fn.fnamemodify(file, ':h') .. '/clean.py'))
  wait('the client in the second buffer', function()
    return #(vim.lsp.get_clients or vim.lsp.buf_get_clients)(vim.lsp.get_clients and { bufnr = 0 } or 0) > 0
  end)
  if #clients() ~= 1 then
    error(#clients() .. ' clients')
  end
  if #findings() ~= 0 then
    error('findings in a clean file: ' .. vim.inspect(findings()))
  end
  done()

  begin('stop the server')
  for _, c in ipairs(clients()) do
    if vim.fn.has('nvim-0.11') == 1 then
      c:stop()
    else
      c.stop()
    end
  end
  wait('the end of the client', function()
    return #clients() == 0
  end)
  done()
end

local ok, err = xpcall(story, debug.traceback)
if not ok then
  say(('FAIL\t%s\t0\t%s'):format(step, (tostring(err):gsub('^%S+:%d+: ', ''):gsub('\n', '\n\t'))))
  vim.cmd('cquit 1')
end
vim.cmd('qall!')
