" What a person does with Pavise in Vim by ALE: vim -Nu NONE -S story.vim. The environment says where things are: $E2E_FILE is
" the file to open, $E2E_WANT the folder with what it should become, $E2E_REPORT takes a line for each step, $E2E_INIT is the
" set-up of the README, $E2E_ALE the folder of ALE.

set nocompatible hidden noswapfile encoding=utf-8 nomore
filetype plugin on

let s:step = 'start'
let s:began = reltime()

function! s:Say(status, remark) abort
  let l:took = float2nr(reltimefloat(reltime(s:began)) * 1000)
  call writefile([join([a:status, s:step, l:took, a:remark], "\t")], $E2E_REPORT, 'a')
endfunction

function! s:Begin(name) abort
  let s:step = a:name
  let s:began = reltime()
endfunction

function! s:Fail(why) abort
  call s:Say('FAIL', substitute(a:why, '\_s\+', ' ', 'g'))
  call writefile([a:why, execute('messages')] + getline(1, '$'), $E2E_REPORT . '.detail')
  cquit!
endfunction

function! s:Wait(what, condition) abort
  let l:tries = 0
  while !a:condition()
    let l:tries += 1
    if l:tries > 1000
      call s:Fail('not in time: ' . a:what . '; findings: ' . string(s:Findings()))
    endif
    sleep 20m
  endwhile
endfunction

" The findings as LINE:COLUMN CODE; the column counts bytes.
function! s:Findings() abort
  return sort(map(copy(ale#engine#GetLoclist(bufnr(''))), {_, d -> d.lnum . ':' . d.col . ' ' . get(d, 'code', '?')}))
endfunction

function! s:WaitForFindings(places) abort
  call s:Wait('findings ' . string(a:places), {-> s:Findings() ==# a:places})
endfunction

function! s:Same(lines, name) abort
  let l:want = readfile($E2E_WANT . '/' . a:name)
  if a:lines !=# l:want
    call s:Fail('the text is not that of ' . a:name . ': ' . join(a:lines, "\n"))
  endif
endfunction

" ALE asks with input(): the number of the action whose title has the words is typed ahead.
function! s:Choose(number) abort
  call feedkeys(a:number . "\<CR>", 'n')
  ALECodeAction
endfunction

let s:opened = ['19:24 sql-injection', '25:21 unsafe-deserialization', '30:12 request-without-timeout', '30:12 tls-verification-disabled']
let s:fixed = s:opened[1:]

function! s:Story() abort
  call s:Begin('open the file, see the findings')
  let g:ale_lint_delay = 0
  let g:ale_linters_explicit = 1
  let g:ale_linters = {'python': ['pavise']}
  let g:ale_disable_lsp = 0
  let g:ale_echo_cursor = 0
  execute 'set runtimepath^=' . $E2E_ALE
  runtime plugin/ale.vim
  source $E2E_INIT
  execute 'edit ' . fnameescape($E2E_FILE)
  ALELint
  call s:WaitForFindings(s:opened)
  call s:Say('ok', 'ALE, Vim ' . v:version)

  call s:Begin('the message says source, consequence and cure')
  let l:sql = ale#engine#GetLoclist(bufnr(''))[0]
  if l:sql.text !~# 'from `request.args` becomes part of this query' || l:sql.text !~# 'bound parameter'
    call s:Fail(l:sql.text)
  endif
  call s:Say('ok', '')

  call s:Begin('fix the query by its code action, save')
  call cursor(19, 24)
  call s:Choose(1)
  call s:Wait('the fix', {-> getline(1, '$') ==# readfile($E2E_WANT . '/fixed.py')})
  ALELint " a script raises no TextChanged
  call s:WaitForFindings(s:fixed)
  silent write
  call s:Same(readfile($E2E_FILE), 'fixed.py')
  call s:Say('ok', '')

  call s:Begin('type an unsafe line, see it without saving')
  let &undolevels = &undolevels " a break between what is undone at once
  call append(18, '    database().execute("SELECT id FROM orders WHERE name = ''" + name + "''")')
  ALELint
  call s:Wait('the finding of the typed line', {-> get(s:Findings(), 0, '') ==# '19:5 sql-injection'})
  if !&modified
    call s:Fail('the buffer was saved')
  endif
  call s:Say('ok', '')

  call s:Begin('undo takes the finding away')
  silent undo
  ALELint
  call s:WaitForFindings(s:fixed)
  call s:Same(getline(1, '$'), 'fixed.py')
  call s:Say('ok', '')

  call s:Begin('hover shows the way from source to sink')
  let g:ale_hover_to_preview = 1
  call cursor(25, 21)
  ALEHover
  let s:shown = ''
  call s:Wait('a hover', {-> s:Preview() =~# 'unsafe-deserialization'})
  pclose
  call s:Say('ok', '')

  call s:Begin('stop the server')
  ALEStopAllLSPs
  call s:Say('ok', '')
endfunction

" The text of the preview window, empty if there is none.
function! s:Preview() abort
  for l:window in range(1, winnr('$'))
    if getwinvar(l:window, '&previewwindow')
      return join(getbufline(winbufnr(l:window), 1, '$'), "\n")
    endif
  endfor
  return ''
endfunction

try
  call s:Story()
catch
  call s:Fail(v:exception . ' at ' . v:throwpoint)
endtry
qall!
