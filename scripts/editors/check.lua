-- Neovim with docs/editors/neovim as a package: what the server says of a file with one mistake, and the layout on saving.
local failed = 0
local function expect(what, holds)
  if not holds then failed = failed + 1 end
  print((holds and "ok: " or "FAILED: ") .. what .. "\n")
end
local function wait(condition) return vim.wait(60000, condition, 50) end
local clients = vim.lsp.get_clients or function(_) return vim.tbl_values(vim.lsp.buf_get_clients(0)) end

vim.cmd("edit bad.acr")
expect("the file is acr", vim.bo.filetype == "acr")
expect("the server is attached", wait(function() return #clients({ bufnr = 0 }) > 0 end))
expect("a misspelled variable is reported at its place", wait(function()
  local found = vim.diagnostic.get(0)
  return #found == 1 and found[1].lnum == 2 and found[1].message:find("$imgae", 1, true)
end))
vim.cmd("edit tool")
expect("a script without an ending is known by its first line", vim.bo.filetype == "acr")
wait(function() return #clients({ bufnr = 0 }) > 0 end)
vim.cmd("write")
expect("saving lays out", vim.fn.readfile("tool")[3] == "print $n")
vim.cmd(failed == 0 and "qa!" or "cq!")
