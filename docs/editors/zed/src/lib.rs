//! Starts `acrsh --lsp` for Zed, with the environment of the folder.
use zed_extension_api as zed;

struct Acr;

impl zed::Extension for Acr {
    fn new() -> Self {
        Acr
    }

    fn language_server_command(
        &mut self,
        _server: &zed::LanguageServerId,
        worktree: &zed::Worktree,
    ) -> zed::Result<zed::Command> {
        let command = worktree
            .which("acrsh")
            .ok_or_else(|| "acrsh is not on PATH".to_string())?;
        Ok(zed::Command {
            command,
            args: vec!["--lsp".to_string()],
            env: worktree.shell_env(),
        })
    }
}

zed::register_extension!(Acr);
