namespace S3Auth.EndToEnd.Tests.Cases.CommandLine;

/// <summary>Shells accept the scripts of <c>s3auth completion</c>.</summary>
internal sealed class CompletionTests
{
    [TestCase("s3auth upl", "upload")]
    [TestCase("s3auth upload --dr", "--dry-run")]
    [TestCase("s3auth migrate hug", "huggingface")]
    [TestCase("s3auth completion ba", "bash")]
    public async Task Bash_completes(string line, string completed)
    {
        var script = $$"""
            s3auth() { {{S3AuthTool.ShellCommand}} "$@"; }
            source <(s3auth completion bash)
            COMP_LINE='{{line}}' COMP_POINT={{line.Length}} COMP_WORDS=({{line}}) COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
            _s3auth
            echo "${COMPREPLY[*]}"
            complete -p s3auth
            """;

        Assert.That(await RunAsync("bash", ["-c", script]), Is.EqualTo($"{completed}\ncomplete -o default -F _s3auth s3auth\n"));
    }

    [TestCase("s3auth upl", "upload")]
    [TestCase("s3auth upload --dr", "--dry-run")]
    public async Task Fish_completes(string line, string completed)
    {
        var script = $"""
            function s3auth; {S3AuthTool.ShellCommand} $argv; end
            s3auth completion fish | source
            complete -C '{line}'
            """;

        Assert.That(await RunAsync("fish", ["--no-config", "-c", script]), Is.EqualTo(completed + "\n"));
    }

    [Test]
    public async Task Zsh_takes_its_script()
    {
        var script = $$"""
            s3auth() { {{S3AuthTool.ShellCommand}} "$@"; }
            autoload -U compinit; compinit -u -D
            source <(s3auth completion zsh)
            echo $_comps[s3auth]
            """;

        Assert.That(await RunAsync("zsh", ["-f", "-c", script]), Is.EqualTo("_s3auth\n"));
    }

    private static async Task<string> RunAsync(string shell, string[] arguments)
    {
        var result = await Tool.RunAsync(Tool.Need(shell, shell), arguments);
        Assert.That(result.ExitCode, Is.Zero, result.Errors);
        return result.Output;
    }
}
