import Glibc
import RegistryEmulator

exit(await EmulatorProgram.run(Array(CommandLine.arguments.dropFirst())))
