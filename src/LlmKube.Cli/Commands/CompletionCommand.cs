using System.CommandLine;
using LlmKube.Cli.Console;

namespace LlmKube.Cli.Commands;

/// <summary><c>llmkube completion bash|zsh|fish</c>: a script for the shell, which asks llmkube itself what fits.</summary>
internal static class CompletionCommand
{
    private const string Bash = """
        _llmkube() {
            local IFS=$'\n'
            local line="${COMP_LINE:0:COMP_POINT}"
            COMPREPLY=($(compgen -W "$(llmkube "[suggest:${#line}]" "$line" 2>/dev/null)" -- "${COMP_WORDS[COMP_CWORD]}"))
        }
        complete -o default -F _llmkube llmkube
        """;

    private const string Zsh = """
        #compdef llmkube
        _llmkube() {
            local line="${BUFFER[1,CURSOR]}"
            local -a words_found
            words_found=(${(f)"$(llmkube "[suggest:${#line}]" "$line" 2>/dev/null)"})
            compadd -a words_found
        }
        compdef _llmkube llmkube
        """;

    private const string Fish = """
        complete -c llmkube -a '(set -l line (commandline -cp); llmkube "[suggest:"(string length -- "$line")"]" "$line" 2>/dev/null)'
        """;

    public static Command Build(CommandContext context, CommonOptions common)
    {
        var shell = new Argument<string>("shell") { Description = "bash, zsh or fish" };
        shell.AcceptOnlyFromAmong("bash", "zsh", "fish");
        var command = new Command("completion", "Print a script that completes llmkube's commands in a shell\n\nExample:\n  source <(llmkube completion bash)") { shell };
        Runner.Bind(command, context, common, (parsed, _) =>
        {
            context.Terminal.Out.WriteLine(parsed.GetValue(shell) switch
            {
                "zsh" => Zsh,
                "fish" => Fish,
                _ => Bash,
            });
            return Task.FromResult(ExitCodes.Ok);
        });
        return command;
    }
}
