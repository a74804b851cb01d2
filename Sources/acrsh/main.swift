import AcrShell
import Glibc

exit(Program.main())
