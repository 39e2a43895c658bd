-- What the picture in the README shows: a file with findings, and the hover of one of them. The environment is that of
-- story.lua; E2E_REPORT is written once the screen is ready.

vim.o.number = true
vim.o.signcolumn = 'yes'
vim.o.termguicolors = true
vim.o.laststatus = 2
vim.cmd('colorscheme slate')
vim.cmd('highlight Normal guibg=#16161e | highlight NormalFloat guibg=#24283b guifg=#c0caf5 | highlight SignColumn guibg=#16161e')
vim.cmd('highlight DiagnosticUnderlineError gui=undercurl guisp=#f7768e | highlight DiagnosticError guifg=#f7768e | highlight DiagnosticWarn guifg=#e0af68')
vim.diagnostic.config({ virtual_text = { spacing = 2 }, severity_sort = true })
vim.cmd('cd ' .. vim.fn.fnameescape(vim.fn.fnamemodify(vim.env.E2E_FILE, ':h')))
vim.cmd('edit ' .. vim.fn.fnamemodify(vim.env.E2E_FILE, ':t'))
local function found()
  for _, d in ipairs(vim.diagnostic.get(0)) do
    if d.code == 'sql-injection' then
      return d
    end
  end
end
vim.wait(15000, function()
  return found() ~= nil
end, 20)
local at = found()
vim.api.nvim_win_set_cursor(0, { at.lnum + 1, at.col + 4 })
vim.cmd('normal! zt3\25')
vim.lsp.buf.hover()
vim.defer_fn(function()
  for _, w in ipairs(vim.api.nvim_list_wins()) do
    if vim.api.nvim_win_get_config(w).relative ~= '' then
      vim.wo[w].conceallevel, vim.wo[w].concealcursor = 3, 'nvic'
      local b = vim.api.nvim_win_get_buf(w)
      vim.bo[b].modifiable = true
      for i, line in ipairs(vim.api.nvim_buf_get_lines(b, 0, -1, false)) do -- where the links lead is no matter of the picture
        vim.api.nvim_buf_set_lines(b, i - 1, i, false, { (line:gsub('%]%(file:[^)]*%)', ']')) })
      end
    end
  end
  vim.cmd('redraw!')
  io.open(vim.env.E2E_REPORT, 'w'):close()
end, 1500)
