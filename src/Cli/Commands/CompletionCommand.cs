namespace S3Auth.Cli.Commands;

/// <summary><c>s3auth completion</c>: prints the script with which a shell completes commands and options.</summary>
internal static class CompletionCommand
{
    private static readonly Dictionary<string, string> Scripts = new(StringComparer.Ordinal)
    {
        ["bash"] = """
            # In ~/.bashrc: source <(s3auth completion bash)
            _s3auth() {
              local word="${COMP_WORDS[COMP_CWORD]}"
              COMPREPLY=($(compgen -W "$(s3auth "[suggest:${COMP_POINT}]" "${COMP_LINE}" 2>/dev/null)" -- "$word"))
            }
            complete -o default -F _s3auth s3auth
            """,
        ["zsh"] = """
            # In ~/.zshrc: source <(s3auth completion zsh)
            _s3auth() {
              local -a found=("${(@f)$(s3auth "[suggest:${#BUFFER}]" "$BUFFER" 2>/dev/null)}")
              compadd -- $found
              _files
            }
            compdef _s3auth s3auth
            """,
        ["fish"] = """
            # In ~/.config/fish/config.fish: s3auth completion fish | source
            complete -c s3auth -a '(s3auth "[suggest:"(string length -- (commandline -cp))"]" (commandline -cp) 2>/dev/null)'
            """,
    };

    internal static Command Create()
    {
        var shell = new Argument<string>("SHELL") { Description = string.Join(" | ", Scripts.Keys), HelpName = "SHELL" };
        shell.AcceptOnlyFromAmong([.. Scripts.Keys]);
        var command = new ToolCommand("completion", "Print the completion script of a shell")
        {
            Examples = ["source <(s3auth completion bash)", "s3auth completion fish | source"],
        };
        command.Add(shell);
        command.SetAction(parsed => Console.Out.WriteLine(Scripts[parsed.GetValue(shell)!]));
        return command;
    }
}
