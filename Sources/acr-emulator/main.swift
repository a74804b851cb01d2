import RegistryEmulator

await EmulatorProgram.runAndExit()
