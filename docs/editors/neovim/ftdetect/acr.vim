autocmd BufNewFile,BufRead *.acr setfiletype acr
autocmd BufRead * if !did_filetype() && getline(1) =~# '^#!.*\<acrsh\>' | setfiletype acr | endif
