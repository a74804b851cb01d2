-- Comments, indentation, and the layout of acrsh when a file is saved.
vim.bo.commentstring = "# %s"
vim.bo.shiftwidth = 2
vim.bo.expandtab = true
vim.bo.iskeyword = vim.bo.iskeyword .. ",-"

vim.api.nvim_create_autocmd("BufWritePre", {
  buffer = 0,
  callback = function()
    if vim.g.acr_format_on_save == false then return end
    if vim.lsp.buf.format then
      vim.lsp.buf.format({ name = "acr", timeout_ms = 2000 })
    else
      vim.lsp.buf.formatting_sync(nil, 2000)
    end
  end,
})
