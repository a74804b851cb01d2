-- acr in Neovim: the language server for .acr files and for YAML, where it knows purge rules and policies.
if vim.fn.executable("acrsh") == 0 then return end

if vim.lsp.config then
  -- Neovim 0.11 and later
  vim.lsp.config("acr", { cmd = { "acrsh", "--lsp" }, filetypes = { "acr", "yaml" }, root_markers = { ".git" } })
  vim.lsp.enable("acr")
else
  -- One server for each folder, as 0.8 and later do by themselves.
  local servers = {}
  vim.api.nvim_create_autocmd("FileType", {
    pattern = { "acr", "yaml" },
    callback = function(event)
      local file = vim.api.nvim_buf_get_name(event.buf)
      local git = vim.fn.finddir(".git", vim.fn.fnamemodify(file, ":h") .. ";")
      local root = git ~= "" and vim.fn.fnamemodify(git, ":p:h:h") or vim.fn.getcwd()
      if not servers[root] or not vim.lsp.get_client_by_id(servers[root]) then
        servers[root] = vim.lsp.start_client({ name = "acr", cmd = { "acrsh", "--lsp" }, root_dir = root })
      end
      if servers[root] then vim.lsp.buf_attach_client(event.buf, servers[root]) end
    end,
  })
end
