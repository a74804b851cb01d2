import AcrShell

Program.run()
