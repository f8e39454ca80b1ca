using System.CommandLine;
using Escale.Kernel;

namespace Escale.Completion;

/// <summary>
/// <c>escale completion bash|zsh|fish</c>: a static script; at each Tab it asks the program itself through the
/// <c>[suggest:position]</c> directive, so that it is never out of date.
/// </summary>
internal static class CompletionVerb
{
    private const string Bash = """
        # escale completion for bash:  source <(escale completion bash)
        _escale_complete() {
            local word="${COMP_WORDS[COMP_CWORD]}"
            local IFS=$'\n'
            local found
            found="$("${COMP_WORDS[0]}" "[suggest:${COMP_POINT}]" "${COMP_LINE}" 2>/dev/null)"
            COMPREPLY=($(compgen -W "${found}" -- "${word}"))
        }
        complete -o default -F _escale_complete escale
        """;

    private const string Zsh = """
        #compdef escale
        # escale completion for zsh:  source <(escale completion zsh)
        _escale() {
            local -a found
            found=("${(@f)$("${words[1]}" "[suggest:${CURSOR}]" "${BUFFER}" 2>/dev/null)}")
            if (( ${#found[@]} )) && [[ -n "${found[1]}" ]]; then
                compadd -- "${found[@]}"
            else
                _files
            fi
        }
        compdef _escale escale
        """;

    private const string Fish = """
        # escale completion for fish:  escale completion fish | source
        function __escale_complete
            set -l line (commandline -cp)
            set -l program (commandline -opc)[1]
            $program "[suggest:"(string length -- "$line")"]" "$line" 2>/dev/null
        end
        complete -c escale -f -a '(__escale_complete)'
        """;

    public static void Add(Cli cli)
    {
        var shell = new Argument<string>("SHELL") { Description = "bash, zsh or fish" };
        shell.AcceptOnlyFromAmong("bash", "zsh", "fish");
        var command = new Command("completion", "Print a completion script for the shell") { shell };
        cli.Add(cli.Root, command, (call, _) =>
        {
            call.Output.Line(call.Value(shell) switch { "bash" => Bash, "zsh" => Zsh, _ => Fish });
            return Task.FromResult(ExitCode.Success);
        }, opening: Opening.Folder, examples: ["source <(escale completion bash)", "escale completion fish | source"]);
    }
}
