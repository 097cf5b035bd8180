# SPDX-License-Identifier: MIT
# bash completion for trunkctl. The program itself knows its words.
_trunkctl() {
	local cur=${COMP_WORDS[COMP_CWORD]}
	[[ $cur != = ]] || cur=
	mapfile -t COMPREPLY < <("${COMP_WORDS[0]}" --complete "${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
	if [[ ${COMPREPLY[0]-} == :files ]]; then
		compopt -o filenames 2>/dev/null
		mapfile -t COMPREPLY < <(compgen -f -- "$cur")
	fi
}
complete -F _trunkctl trunkctl
